"""Nodes ▸ class expressions in Manchester syntax, which `manchester.parse` reads back as they were.

A node goes through its functional syntax (`axioms.text`): there an expression that our reasoner
does not look into has the same form as all others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Node
from kg_service.logic.ranges import FACETS, NUMBERS

Written: TypeAlias = Callable[[str], str]


def render(node: Node, written: Written) -> str:
    """Give a class, property, chain of properties, literal or range in Manchester syntax.

    `written` gives a name for an IRI, such as `Vocabulary.written`.

    >>> render(("and", "A", ("some", "p", ("not", "B"))), str.lower)
    'a and (p some (not b))'
    """
    return _manchester(_read(_tokens(ax.text(node))), written, inside=False)


@dataclass(frozen=True)
class _Call:
    """A construct in functional syntax with what is in its brackets."""

    name: str
    parts: list[_Tree]


@dataclass(frozen=True)
class _Literal:
    text: str
    datatype: str
    language: str


@dataclass(frozen=True)
class _Name:
    iri: str


_Tree: TypeAlias = _Call | _Literal | _Name | int
_PIECE = re.compile(
    r'\s*(?:<(?P<iri>[^>]*)>|"(?P<text>(?:[^"\\]|\\.)*)"(?:@(?P<language>[\w-]+)'
    r"|\^\^<(?P<datatype>[^>]*)>)?|(?P<number>[0-9]+)|(?P<name>[A-Za-z]+)\(|(?P<end>\)))",
    re.DOTALL,
)


def _tokens(text: str) -> list[re.Match[str]]:
    return list(_PIECE.finditer(text))[::-1]


def _read(pieces: list[re.Match[str]]) -> _Tree:
    piece = pieces.pop()
    if piece["name"] is None:
        return _leaf(piece)
    parts = []
    while pieces[-1]["end"] is None:
        parts.append(_read(pieces))
    pieces.pop()
    return _Call(piece["name"], parts)


def _leaf(piece: re.Match[str]) -> _Tree:
    if piece["number"] is not None:
        return int(piece["number"])
    if piece["iri"] is not None:
        return _Name(piece["iri"])
    text = re.sub(r"\\(.)", r"\1", piece["text"], flags=re.DOTALL)
    return _Literal(text, piece["datatype"] or f"{ax.XSD}string", piece["language"] or "")


# How the restrictions are said; of objects and of data alike, a missing filler left out.
_WORDS = {
    "SomeValuesFrom": "some",
    "AllValuesFrom": "only",
    "HasValue": "value",
    "MinCardinality": "min",
    "MaxCardinality": "max",
    "ExactCardinality": "exactly",
}
_JOINTS = {"IntersectionOf": " and ", "UnionOf": " or ", "PropertyChain": " o "}
_SIGNS = {facet: sign for sign, facet in FACETS.items()}


def _manchester(tree: _Tree, written: Written, inside: bool = True) -> str:
    """Give a tree as text; inside of another a construct of several words is in brackets."""
    if isinstance(tree, _Call):
        kind = tree.name.removeprefix("Object").removeprefix("Data")
        inner = [_manchester(part, written) for part in tree.parts]
        if kind == "OneOf":
            return f"{{{', '.join(inner)}}}"
        if kind == "typeRestriction":
            return f"{inner[0]}[{_facets(tree.parts[1:], inner[1:])}]"
        text = _construct(kind, inner)
        return f"({text})" if inside and kind != "InverseOf" else text
    if isinstance(tree, _Name):
        return written(tree.iri)
    return str(tree) if isinstance(tree, int) else _literal(tree, written)


def _construct(kind: str, inner: Sequence[str]) -> str:
    if kind in _JOINTS:
        return _JOINTS[kind].join(inner)
    if kind == "ComplementOf":
        return f"not {inner[0]}"
    if kind == "InverseOf":
        return f"inverse {inner[0]}"
    if kind == "HasSelf":
        return f"{inner[0]} Self"
    if kind.endswith("Cardinality"):
        number, property_, *filler = inner
        return " ".join((property_, _WORDS[kind], number, *filler))
    return f"{inner[0]} {_WORDS[kind]} {inner[1]}"


def _facets(trees: Sequence[_Tree], inner: Sequence[str]) -> str:
    names = (tree.iri for tree in trees[::2] if isinstance(tree, _Name))
    return ", ".join(
        f"{_SIGNS[name]} {value}" for name, value in zip(names, inner[1::2], strict=True)
    )


def _literal(literal: _Literal, written: Written) -> str:
    for name, pattern in NUMBERS.items():
        text = literal.text + ("f" if name == "float" else "")
        if literal.datatype == ax.XSD + name and re.fullmatch(pattern, text):
            return text
    if literal.datatype == f"{ax.XSD}boolean" and literal.text in ("true", "false"):
        return literal.text
    quoted = '"' + literal.text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if literal.language:
        return f"{quoted}@{literal.language}"
    return (
        quoted
        if literal.datatype == f"{ax.XSD}string"
        else (f"{quoted}^^{written(literal.datatype)}")
    )
