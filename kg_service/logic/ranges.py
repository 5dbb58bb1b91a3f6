"""Ranges of data as Manchester syntax has them: nodes where our reasoner knows the range, and
functional syntax for HermiT.

OWL 2 Structural Specification, section 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Node

# How a facet is written (Manchester syntax, section 2.4), in lower case.
FACETS = {
    "<": f"{ax.XSD}maxExclusive",
    "<=": f"{ax.XSD}maxInclusive",
    ">": f"{ax.XSD}minExclusive",
    ">=": f"{ax.XSD}minInclusive",
    "length": f"{ax.XSD}length",
    "minlength": f"{ax.XSD}minLength",
    "maxlength": f"{ax.XSD}maxLength",
    "pattern": f"{ax.XSD}pattern",
    "langrange": f"{ax.RDF}langRange",
}

# Section 2.1 of the Note; only a floating-point number has an exponent, and ends in f.
NUMBERS = {
    "integer": r"[+-]?[0-9]+",
    "decimal": r"[+-]?[0-9]+\.[0-9]+",
    "float": r"[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)([eE][+-]?[0-9]+)?[fF]",
}


@dataclass(frozen=True)
class Range:
    """A range: its node, None for one that only HermiT decides, and its functional syntax."""

    node: Node | None
    text: str


def combined(name: str, members: Sequence[Range]) -> Range:
    """Give the union or intersection of ranges under its functional name; of one, itself."""
    if len(members) == 1:
        return members[0]
    return Range(None, f"{name}({' '.join(member.text for member in members)})")


def literals(values: Sequence[Node]) -> Range:
    """Give the range that has just these literals."""
    text = " ".join(map(_text, values))
    return Range(("literals", *sorted(set(values))), f"DataOneOf({text})")


def bounded(datatype: str, pairs: Sequence[tuple[str, Node]]) -> Range:
    """Give a datatype restricted by facets."""
    text = " ".join(f"<{facet}> {_text(value)}" for facet, value in pairs)
    node = ("facets", datatype, *sorted(pairs))
    return Range(node, f"DatatypeRestriction(<{datatype}> {text})")


def _text(literal: Node) -> str:
    # As py-horned-owl writes it, so that an expression nobody looks into is the same text.
    return ax.text(literal).removesuffix(f"^^<{ax.XSD}string>")
