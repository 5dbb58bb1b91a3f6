"""What RDF may hold and a format cannot: told before a broken document is sent.

The engine writes a character that XML forbids as it is, and gives a predicate that has no local
name a tag that no XML parser reads; carriage returns it leaves bare, which a parser reads as
line feeds. XML 1.0, sections 2.2 and 2.11 (https://www.w3.org/TR/xml/); Namespaces in XML,
section 4 (https://www.w3.org/TR/xml-names/); RDF/XML, section 5.3
(https://www.w3.org/TR/rdf-syntax-grammar/).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType

from pyoxigraph import BlankNode, RdfFormat, Triple

# What no XML document may hold, not even as a reference: C0 controls but tab, LF and CR, and the
# last two code points of the plane, which in UTF-8 are the only text with these three bytes.
FORBIDDEN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
BORDER = 2  # bytes of such a character that may lie in the block before

_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME = _START + "\\-.0-9\u00b7\u0300-\u036f\u203f-\u2040"
NCNAME = re.compile(f"[{_START}][{_NAME}]*")
LOCAL_NAME = re.compile(f"[{_START}][{_NAME}]*$")

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RESERVED = frozenset(
    RDF + name
    for name in (
        *("RDF", "ID", "about", "parseType", "resource", "nodeID", "datatype", "Description"),
        *("aboutEach", "aboutEachPrefix", "bagID", "li"),
    )
)
XMLNS = "http://www.w3.org/2000/xmlns/"


class XmlText:
    """A stream of XML as the engine writes it, made fit for a parser block by block."""

    def __init__(self) -> None:
        """Begin before the first block."""
        self._tail = b""

    def forbidden(self, block: bytes) -> str:
        """The first character that XML forbids, as `U+0001`; empty when there is none."""
        text = self._tail + block
        self._tail = text[-BORDER:]
        found = FORBIDDEN.search(text)
        return f"U+{ord(found[0].decode()):04X}" if found else ""

    @staticmethod
    def escaped(block: bytes) -> bytes:
        """The block with carriage returns as references; markup of the engine has none."""
        return block.replace(b"\r", b"&#xD;")


def in_rdf_xml(triple: Triple) -> str:
    """Why a triple cannot be RDF/XML, in words; empty when it can."""
    if reason := as_tag(triple.predicate.value):
        return reason
    for node in (triple.subject, held := triple.object):
        if isinstance(node, BlankNode) and not NCNAME.fullmatch(node.value):
            return f"the blank node _:{node.value} is no XML name"
    return in_rdf_xml(held) if isinstance(held, Triple) else ""


@lru_cache(1024)  # a graph has few predicates and many triples
def as_tag(predicate: str) -> str:
    """Why a predicate cannot be a tag of RDF/XML, in words; empty when it can."""
    local = LOCAL_NAME.search(predicate)
    if local is None:
        return f"the predicate <{predicate}> has no local name that is an XML name"
    if predicate in RESERVED or predicate[: local.start()] == XMLNS:
        return f"the predicate <{predicate}> is reserved in RDF/XML"
    return ""


def in_json_ld(triple: Triple) -> str:
    """Why a triple cannot be JSON-LD 1.1, in words; empty when it can."""
    held = isinstance(triple.object, Triple)
    return "JSON-LD 1.1 has no triple terms (RDF 1.2)" if held else ""


# For each format that cannot hold every triple, what says why it cannot hold one.
OBSTACLES: Mapping[RdfFormat, Callable[[Triple], str]] = MappingProxyType(
    {RdfFormat.RDF_XML: in_rdf_xml, RdfFormat.JSON_LD: in_json_ld}
)
