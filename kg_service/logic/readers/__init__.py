"""Readers: the axioms of ontology files, in the formats that giants come in.

>>> from pathlib import Path
>>> read([Path("hp.obographs.json.gz")])                                      # doctest: +SKIP
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

from kg_service.errors import BuildError, SchemaError
from kg_service.logic.readers import edges, obo, obographs, owl
from kg_service.logic.readers.reading import Reading

__all__ = ["FORMATS", "Reading", "read"]

FORMATS: dict[str, Callable[[str, str, Reading], None]] = {
    ".obo": lambda text, name, reading: obo.read(text.splitlines(), name, reading),
    ".json": obographs.read,
    ".ofn": lambda text, name, reading: owl.read(text, name, reading, "ofn"),
    ".owl": lambda text, name, reading: owl.read(text, name, reading, _syntax(text)),
    ".tsv": lambda text, name, reading: edges.read(text.splitlines(), name, reading),
}


def read(paths: Iterable[Path]) -> Reading:
    """Read the axioms of files, told together; each may be compressed with gzip (`.gz`).

    Raises SchemaError for a file that as a whole is not what its name says, BuildError for a name
    with no reader. Parts that cannot be read are counted in the result.
    """
    reading = Reading()
    for path in paths:
        ending = Path(path.name.removesuffix(".gz")).suffix
        if ending not in FORMATS:
            raise BuildError(
                f"{path.name}: no reader for this kind of file.", f"One of: {', '.join(FORMATS)}."
            )
        FORMATS[ending](_text(path), path.name, reading)
    return reading


def _text(path: Path) -> str:
    content = path.read_bytes()
    try:
        if path.name.endswith(".gz"):
            content = gzip.decompress(content)
        return content.decode("utf-8")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise SchemaError(f"{path.name} cannot be read: {error}.", "Fetch it again.") from error


def _syntax(text: str) -> str:
    """Tell RDF/XML from functional syntax: editors' files are called .owl either way."""
    return "owl" if text.lstrip("\ufeff \t\r\n").startswith("<") else "ofn"
