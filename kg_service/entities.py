"""Entities of RDF/XML: what they stand for is counted before the parser writes it out.

The parser keeps no count of its own: 300 bytes of file can stand for ten thousand million. Entities
as OWL files have them, for namespaces, pass.
"""

from __future__ import annotations

import mmap
import re
from pathlib import Path

from kg_service.errors import StartError

# What all references in a file may add to it: a share of its size, and so many bytes on top.
SHARE, FREE = 16, 8 * 1024 * 1024

# Anywhere, since the parser finds declarations in comments, too (XML 1.0, sections 4.1 and 4.2).
DECLARED = re.compile(
    rb"<!ENTITY\s+(?:%\s+)?([^\s\"'<>&;]+)\s+(?:SYSTEM\s+|PUBLIC\s+)?(?:\"([^\"]*+)\"|'([^']*+)')"
)
REFERENCE = re.compile(rb"&([^\s&;<>]++);")


def check(path: Path) -> None:
    """Raise StartError for an RDF/XML file whose entities stand for far more than it holds."""
    size = path.stat().st_size
    if not size:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        if text.find(b"<!ENTITY") >= 0 and grown(text) > FREE + SHARE * size:
            raise StartError(
                f"{path.name}: its entities stand for far more than the file holds.",
                "Write them out, or declare fewer.",
            )


def grown(text: bytes | mmap.mmap) -> int:
    """The bytes that all entities of a document stand for, counted for each reference to one."""
    lengths: dict[bytes, int] = {}
    total = 0
    for declared in DECLARED.finditer(text):
        value = declared[2] or declared[3] or b""
        inner = sum(lengths.get(found[1], 0) for found in REFERENCE.finditer(value))
        # The longest counts where a name is declared twice.
        lengths[declared[1]] = max(len(value) + inner, lengths.get(declared[1], 0))
        total += len(value) + inner
    return total + sum(lengths.get(found[1], 0) for found in REFERENCE.finditer(text))
