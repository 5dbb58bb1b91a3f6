"""Ranges of data: whether a value is in one, whether one lies within another.

A range is a datatype's IRI, ("facets", datatype, (facet, literal), …) or ("literals", literal, …).
Numbers of the decimal kind are compared by value, however they are written (OWL 2 Structural
Specification, section 4.1); of other datatypes only identity of type and text is known. Every
answer is True, False, or None for "cannot tell".
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from math import inf
from typing import TypeAlias

from kg_service.logic.axioms import RDFS, XSD, Node

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
BOUNDS = {
    XSD + "minInclusive": (True, True),
    XSD + "minExclusive": (True, False),
    XSD + "maxInclusive": (False, True),
    XSD + "maxExclusive": (False, False),
}

Number: TypeAlias = Decimal | float
# Least and greatest number, each with whether it is in the range; whether only integers are.
Interval: TypeAlias = tuple[Number, bool, Number, bool, bool]


def number(literal: Node) -> Decimal | None:
    """Give the value of a literal of the decimal kind; None for others and for ill-typed text."""
    text, datatype = str(literal[1]), str(literal[2])
    if datatype not in NUMBERS:
        return None
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    if not value.is_finite() or "e" in text.lower():
        return None
    if datatype in INTEGERS:
        least, greatest = INTEGERS[datatype]
        if "." in text or not least <= value <= greatest:
            return None
    return value


def same(one: Node, other: Node) -> bool | None:
    """Say whether two literals are one value."""
    if one == other:
        return True
    first, second = number(one), number(other)
    if first is not None and second is not None:
        return first == second
    if one[2] == other[2] and one[2] in (XSD + "string", XSD + "boolean"):
        # "1" and "true" are one boolean; nobody writes them so, and we do not tell.
        return False if one[2] == XSD + "string" else None
    return None


def holds(range_: Node, literal: Node) -> bool | None:
    """Say whether a range has a value."""
    if range_[0] == "literals":
        answers = [same(literal, one) for one in range_[1:]]
        return True if True in answers else None if None in answers else False
    if range_ == ANYTHING:
        return True
    bounds, value = interval(range_), number(literal)
    if bounds is None:
        return True if range_ == literal[2] else None
    if value is None:
        # Texts and dates are no numbers, and binary floating point is a space of its own.
        return False if literal[2] not in NUMBERS and literal[2].startswith(XSD) else None
    least, least_in, greatest, greatest_in, whole = bounds
    return (
        (value > least or (least_in and value == least))
        and (value < greatest or (greatest_in and value == greatest))
        and not (whole and value != value.to_integral_value())
    )


def within(narrow: Node, wide: Node) -> bool | None:
    """Say whether every value of one range is in another."""
    if narrow == wide or wide == ANYTHING:
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


def _listed(bounds: Interval, wide: Node) -> bool | None:
    """Say whether every number between two bounds is one of some literals."""
    least, _, greatest, _, whole = bounds
    if not (isinstance(least, Decimal) and isinstance(greatest, Decimal)):
        return False
    if least == greatest:
        return holds(wide, ("literal", f"{least:f}", DECIMAL, ""))
    # More numbers than literals, as between any two decimals, are not all among them.
    if not whole or greatest - least >= len(wide) - 1:
        return False
    numbers = range(int(least), int(greatest) + 1)
    answers = [holds(wide, ("literal", str(n), f"{XSD}integer", "")) for n in numbers]
    return False if False in answers else None if None in answers else True


def empty(range_: Node) -> bool | None:
    """Say whether a range has no value."""
    bounds = interval(range_)
    if bounds is None:
        return None
    least, least_in, greatest, greatest_in, _ = bounds
    return least > greatest or (least == greatest and not (least_in and greatest_in))


def interval(range_: Node) -> Interval | None:
    """Give a range of numbers as an interval; bounds of integers are made inclusive."""
    datatype = range_[1] if range_[0] == "facets" else range_
    if datatype not in NUMBERS:
        return None
    whole = datatype in INTEGERS
    least: Number
    greatest: Number
    least, greatest = INTEGERS.get(str(datatype), (-inf, inf))
    least_in = greatest_in = True
    restrictions = range_[2:] if isinstance(range_, tuple) and range_[0] == "facets" else ()
    for facet, literal in restrictions:
        value = number(literal)
        if facet not in BOUNDS or value is None:
            return None
        lower, inclusive = BOUNDS[facet]
        if lower and (value > least or (value == least and not inclusive)):
            least, least_in = value, inclusive
        elif not lower and (value < greatest or (value == greatest and not inclusive)):
            greatest, greatest_in = value, inclusive
    return (
        _whole(least, least_in, greatest, greatest_in)
        if whole
        else (least, least_in, greatest, greatest_in, False)
    )


def _whole(least: Number, least_in: bool, greatest: Number, greatest_in: bool) -> Interval:
    """The integers between two bounds: the first and the last of them, both inclusive."""
    if isinstance(least, Decimal):
        up = least.to_integral_value(rounding="ROUND_CEILING")
        least = up + 1 if up == least and not least_in else up
    if isinstance(greatest, Decimal):
        down = greatest.to_integral_value(rounding="ROUND_FLOOR")
        greatest = down - 1 if down == greatest and not greatest_in else down
    return least, True, greatest, True, True
