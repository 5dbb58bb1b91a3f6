"""Ranges of data: whether a value is in one, whether one lies within another.

A range is a datatype's IRI, ("facets", datatype, (facet, literal), …) or ("literals", literal, …).
Numbers of the decimal kind, strings and booleans are compared by value, however they are written;
of other datatypes we know that their value spaces are disjoint (OWL 2 Structural Specification,
section 4) and that a literal is itself. Every answer is True, False, or None for "cannot tell".
"""

from __future__ import annotations

import re
from decimal import Decimal
from math import ceil, floor, inf
from typing import TypeAlias

from kg_service.logic.axioms import DATATYPES, RDF, RDFS, XSD, Node
from kg_service.logic.wording import FACETS

# Integer datatypes and the least and greatest values they have (XML Schema 1.1, section 3.4).
INTEGERS: dict[str, tuple[float, float]] = {
    XSD + "integer": (-inf, inf),
    XSD + "nonNegativeInteger": (0, inf),
    XSD + "positiveInteger": (1, inf),
    XSD + "nonPositiveInteger": (-inf, 0),
    XSD + "negativeInteger": (-inf, -1),
    XSD + "long": (-(2**63), 2**63 - 1),
    XSD + "int": (-(2**31), 2**31 - 1),
    XSD + "short": (-(2**15), 2**15 - 1),
    XSD + "byte": (-128, 127),
    XSD + "unsignedLong": (0, 2**64 - 1),
    XSD + "unsignedInt": (0, 2**32 - 1),
    XSD + "unsignedShort": (0, 2**16 - 1),
    XSD + "unsignedByte": (0, 255),
}
DECIMAL = XSD + "decimal"
NUMBERS = frozenset({DECIMAL, *INTEGERS})
ANYTHING = RDFS + "Literal"
STRING, BOOLEAN = XSD + "string", XSD + "boolean"
# Datatypes by the value space they have or are a part of; two of different spaces share no value.
SPACES: dict[str, str] = {
    **dict.fromkeys(NUMBERS, DECIMAL),
    **{
        XSD + name: STRING
        for name in ("string", "normalizedString", "token", "language", "Name", "NCName", "NMTOKEN")
    },
    **{
        name: name
        for name in (
            f"{RDF}langString", BOOLEAN, f"{XSD}double", f"{XSD}float", f"{XSD}anyURI",
            f"{XSD}hexBinary", f"{XSD}base64Binary",
        )
    },
    **dict.fromkeys((f"{XSD}dateTime", f"{XSD}dateTimeStamp"), f"{XSD}dateTime"),
}  # fmt: skip
_TRUTH = {"true": True, "1": True, "false": False, "0": False}
_BLANK = " \t\r\n"
# XML Schema 1.1, section 3.3.3: ASCII digits, no exponent, a digit on one side of the point.
_NUMERAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
BOUNDS = {
    XSD + "minInclusive": (True, True),
    XSD + "minExclusive": (True, False),
    XSD + "maxInclusive": (False, True),
    XSD + "maxExclusive": (False, False),
}

Number: TypeAlias = Decimal | float
# Least and greatest number, each with whether it is in the range; whether only integers are.
Interval: TypeAlias = tuple[Number, bool, Number, bool, bool]


def is_range(node: Node) -> bool:
    """Say whether a node is a range of data, and no class."""
    return node in DATATYPES or node[0] in ("facets", "literals")


def number(literal: Node) -> Decimal | None:
    """Give the value of a literal of the decimal kind; None for others and for ill-typed text."""
    text, datatype = str(literal[1]).strip(_BLANK), str(literal[2])
    if datatype not in NUMBERS or not _NUMERAL.fullmatch(text):
        return None
    value = Decimal(text)
    if datatype in INTEGERS:
        least, greatest = INTEGERS[datatype]
        if "." in text or not least <= value <= greatest:
            return None
    return value


def same(one: Node, other: Node) -> bool | None:
    """Say whether two literals are one value."""
    if one == other:
        return True
    spaces = {SPACES.get(str(literal[2])) for literal in (one, other)}
    if None in spaces:
        return None
    if len(spaces) == 2:
        return False
    values = [value(literal) for literal in (one, other)]
    return None if None in values else values[0] == values[1]


def value(literal: Node) -> Decimal | bool | tuple[str, str] | None:
    """Give what to compare a literal by; None where the text does not show it."""
    text, datatype = str(literal[1]), str(literal[2])
    if datatype in NUMBERS:
        return number(literal)
    if datatype == BOOLEAN:
        return _TRUTH.get(text.strip(_BLANK))
    if datatype in (STRING, f"{RDF}langString"):
        return text, str(literal[3]).lower()
    return None


def holds(range_: Node, literal: Node) -> bool | None:
    """Say whether a range has a value."""
    if range_[0] == "literals":
        answers = [same(literal, one) for one in range_[1:]]
        return True if True in answers else None if None in answers else False
    if range_ == ANYTHING:
        return True
    datatype = _datatype(range_)
    spaces = SPACES.get(str(datatype)), SPACES.get(str(literal[2]))
    if None not in spaces and spaces[0] != spaces[1]:
        return False
    bounds, value = interval(range_), number(literal)
    if bounds is None and spaces[1] != DECIMAL:
        # A whole value space has what is in a part of it.
        return True if range_ in (literal[2], spaces[1]) else None
    if bounds is None or value is None:
        return None
    least, least_in, greatest, greatest_in, whole = bounds
    return (
        (value > least or (least_in and value == least))
        and (value < greatest or (greatest_in and value == greatest))
        and not (whole and value != value.to_integral_value())
    )


def within(narrow: Node, wide: Node) -> bool | None:
    """Say whether every value of one range is in another."""
    if narrow == wide or wide == ANYTHING or _datatype(narrow) == wide:
        return True
    if narrow[0] == "literals":
        answers = [holds(wide, literal) for literal in narrow[1:]]
        return False if False in answers else None if None in answers else True
    one, other = interval(narrow), interval(wide)
    if one is not None and empty(narrow):
        return True
    if one is not None and wide[0] == "literals":
        return _listed(one, wide)
    if one is None or other is None:
        return None
    below = one[0] > other[0] or (one[0] == other[0] and (other[1] or not one[1]))
    above = one[2] < other[2] or (one[2] == other[2] and (other[3] or not one[3]))
    return below and above and (one[4] or not other[4])


def apart(one: Node, other: Node) -> bool | None:
    """Say whether two ranges have no value in common."""
    for literals, range_ in ((one, other), (other, one)):
        if literals[0] == "literals":
            answers = [holds(range_, literal) for literal in literals[1:]]
            return False if True in answers else None if None in answers else True
    spaces = {SPACES.get(str(_datatype(range_))) for range_ in (one, other)}
    if None not in spaces and len(spaces) == 2:
        return True
    first, second = interval(one), interval(other)
    if first is None or second is None:
        return None
    # Of two equal bounds the exclusive one is the narrower.
    least, least_out = max((first[0], not first[1]), (second[0], not second[1]))
    greatest, greatest_in = min((first[2], first[3]), (second[2], second[3]))
    bounds = least, not least_out, greatest, greatest_in
    return _none(_whole(*bounds) if first[4] or second[4] else (*bounds, False))


def said(range_: Node) -> str:
    """Give a range in words.

    >>> said(("facets", DECIMAL, (XSD + "minInclusive", ("literal", "0", DECIMAL, ""))))
    'a number, at least 0'
    """
    if range_[0] == "literals":
        return " or ".join(str(literal[1]) for literal in range_[1:])
    datatype = str(_datatype(range_))
    noun = "a number" if datatype == DECIMAL else f"a value of {datatype}"
    noun = "a whole number" if datatype in INTEGERS else noun
    bounds = range_[2:] if isinstance(range_, tuple) else ()
    return ", ".join([noun, *(f"{FACETS[facet]} {value[1]}" for facet, value in bounds)])


def common(one: Node, other: Node) -> Node | None:
    """Give the range of the values that two ranges have in common; None where it cannot be told."""
    for literals, range_ in ((one, other), (other, one)):
        if literals[0] == "literals":
            held = {literal: holds(range_, literal) for literal in literals[1:]}
            if None in held.values():
                return None
            return ("literals", *(literal for literal in held if held[literal]))
    for narrow, wide in ((one, other), (other, one)):
        if within(narrow, wide):
            return narrow
    if interval(one) is None or interval(other) is None:
        return None
    whole = {_datatype(one), _datatype(other)} & set(INTEGERS)
    datatype = f"{XSD}integer" if whole else DECIMAL
    return ("facets", datatype, *sorted((*_bounds(one), *_bounds(other))))


def _bounds(range_: Node) -> list[tuple[str, Node]]:
    """An interval as facets."""
    found = interval(range_)
    assert found is not None
    least, least_in, greatest, greatest_in, _ = found
    pairs = []
    if -least != inf:
        pairs.append((f"{XSD}min{'Inclusive' if least_in else 'Exclusive'}", least))
    if greatest != inf:
        pairs.append((f"{XSD}max{'Inclusive' if greatest_in else 'Exclusive'}", greatest))
    return [(facet, ("literal", f"{Decimal(value):f}", DECIMAL, "")) for facet, value in pairs]


def _datatype(range_: Node) -> Node:
    return range_[1] if range_[0] == "facets" else range_


def _listed(bounds: Interval, wide: Node) -> bool | None:
    """Say whether every number between two bounds is one of some literals."""
    least, _, greatest, _, whole = bounds
    if -least == inf or greatest == inf:
        return False
    if least == greatest:
        return holds(wide, ("literal", f"{Decimal(least):f}", DECIMAL, ""))
    # More numbers than literals, as between any two decimals, are not all among them.
    if not whole or int(greatest) - int(least) >= len(wide) - 1:
        return False
    numbers = range(int(least), int(greatest) + 1)
    answers = [holds(wide, ("literal", str(n), f"{XSD}integer", "")) for n in numbers]
    return False if False in answers else None if None in answers else True


def empty(range_: Node) -> bool | None:
    """Say whether a range has no value."""
    if range_[0] == "literals":
        return len(range_) == 1
    bounds = interval(range_)
    return None if bounds is None else _none(bounds)


def _none(bounds: Interval) -> bool:
    least, least_in, greatest, greatest_in, _ = bounds
    return least > greatest or (least == greatest and not (least_in and greatest_in))


def interval(range_: Node) -> Interval | None:
    """Give a range of numbers as an interval; bounds of integers are made inclusive."""
    datatype = _datatype(range_)
    if datatype not in NUMBERS:
        return None
    least: Number
    greatest: Number
    least, greatest = INTEGERS.get(str(datatype), (-inf, inf))
    least_in = greatest_in = True
    restrictions = range_[2:] if isinstance(range_, tuple) else ()
    for facet, literal in restrictions:
        value = number(literal)
        if facet not in BOUNDS or value is None:
            return None
        lower, inclusive = BOUNDS[facet]
        if lower and (value > least or (value == least and not inclusive)):
            least, least_in = value, inclusive
        elif not lower and (value < greatest or (value == greatest and not inclusive)):
            greatest, greatest_in = value, inclusive
    point = least == greatest and least_in and greatest_in and least == floor(least)
    if datatype in INTEGERS or point:
        return _whole(least, least_in, greatest, greatest_in)
    return least, least_in, greatest, greatest_in, False


def _whole(least: Number, least_in: bool, greatest: Number, greatest_in: bool) -> Interval:
    """The integers between two bounds: the first and the last of them, both inclusive."""
    # As int: a Decimal would be rounded to the digits of its context.
    if isinstance(least, Decimal):
        up = ceil(least)
        least = up + 1 if up == least and not least_in else up
    if isinstance(greatest, Decimal):
        down = floor(greatest)
        greatest = down - 1 if down == greatest and not greatest_in else down
    return least, True, greatest, True, True
