"""A JSON body, read part by part: every part knows where it stands and what was expected there.

Paths are JSON Pointers (RFC 6901): `/findings/0/id`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from kg_service.errors import BodyError

# Limits of a body that is read here; a body within them costs milliseconds.
DEPTH = 32
VALUES = 20_000
ITEMS = 1_000
TEXT = 1_000
LARGEST = 10**12
DECIMALS = 100
# How much of a text an error repeats.
SHOWN = 80


@dataclass(frozen=True)
class Part:
    """A value in a body, its path, and the kind of error that a wrong one is."""

    value: object
    path: str
    refusal: type[BodyError]

    def wrong(self, expected: str, advice: str = "", found: str = "") -> BodyError:
        """Give the error that names this part; `found` says it better than the value would."""
        return self.refusal(self.path, found or shown(self.value), expected, advice)

    def members(
        self, required: Iterable[str] = (), optional: Iterable[str] = ()
    ) -> dict[str, Part]:
        """Give the members of an object. Raises for another value, and for a member that is
        missing or not among those named."""
        found = self.anything()
        names = [*required, *optional]
        for name, part in found.items():
            if name not in names:
                raise part.wrong(f"one of {', '.join(names)}", found=f"the member {name[:SHOWN]!r}")
        for name in required:
            if name not in found:
                raise self.wrong(f"the member {name!r}", found=f"an object with no {name!r}")
        return found

    def anything(self) -> dict[str, Part]:
        """Give the members of an object, whatever they are called. Raises for another value."""
        if not isinstance(self.value, dict):
            raise self.wrong("an object")
        return {
            str(name): Part(value, f"{self.path}/{escaped(str(name))}", self.refusal)
            for name, value in self.value.items()
        }

    def items(self) -> list[Part]:
        """Give the items of a list of at most ITEMS. Raises for another value."""
        if not isinstance(self.value, list):
            raise self.wrong("a list")
        if len(self.value) > ITEMS:
            raise self.wrong(f"at most {ITEMS} items", found=f"{len(self.value)} items")
        return [
            Part(value, f"{self.path}/{place}", self.refusal)
            for place, value in enumerate(self.value)
        ]

    def text(self) -> str:
        """Give a text of 1 to TEXT characters. Raises for another value."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.wrong("a text")
        if len(self.value) > TEXT:
            raise self.wrong(f"at most {TEXT} characters", found=f"{len(self.value)} characters")
        return self.value.strip()

    def flag(self) -> bool:
        """Give true or false. Raises for another value."""
        if not isinstance(self.value, bool):
            raise self.wrong("true or false")
        return self.value

    def flag_or_null(self) -> bool | None:
        """Give true, false or null, which is unknown. Raises for another value."""
        if self.value is not None and not isinstance(self.value, bool):
            raise self.wrong("true, false or null")
        return self.value

    def number(self) -> Decimal:
        """Give a number as it is written, no digit less: at most LARGEST in size and with at most
        DECIMALS digits after the point, zeros at the end not counted. Raises for another value."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise self.wrong("a number")
        made = Decimal(repr(value) if isinstance(value, float) else value)
        if not made.is_finite():
            raise self.wrong("a number")
        # A comparison is exact; arithmetic would round to the digits of a context.
        if not -LARGEST <= made <= LARGEST:
            raise self.wrong(f"a number of at most {LARGEST} in size")
        sign, digits, exponent = made.as_tuple()
        written = "".join(map(str, digits)).rstrip("0")
        if not written:
            return Decimal(0)
        exponent = int(exponent) + len(digits) - len(written)
        if -exponent > DECIMALS:
            raise self.wrong(f"a number of at most {DECIMALS} digits after the point")
        return Decimal(f"{'-' * sign}{written}e{exponent}")


def whole(value: object, refusal: type[BodyError]) -> Part:
    """Give a body as a part. Raises `refusal` for one deeper than DEPTH or of more than VALUES
    values."""
    part, count = Part(value, "", refusal), 0
    waiting = [(part, 1)]
    while waiting:
        here, depth = waiting.pop()
        count += 1
        if count > VALUES:
            raise part.wrong(f"at most {VALUES} values", found="more")
        if not isinstance(here.value, dict | list):
            continue
        if depth > DEPTH:
            raise here.wrong(f"at most {DEPTH} levels of lists and objects", found="one more")
        if isinstance(here.value, dict):
            inner = [(escaped(str(name)), value) for name, value in here.value.items()]
        else:
            inner = [(str(place), value) for place, value in enumerate(here.value)]
        waiting += [(Part(v, f"{here.path}/{name}", refusal), depth + 1) for name, v in inner]
    return part


def escaped(name: str) -> str:
    """Give a member's name as a part of a JSON Pointer."""
    return name.replace("~", "~0").replace("/", "~1")[:SHOWN]


def shown(value: object) -> str:
    """Give a value in few words: what an error says was found."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, int) and value.bit_length() > SHOWN:
        return "a very large number"
    if isinstance(value, Decimal):
        return str(value)[:SHOWN]
    if isinstance(value, str | int | float | None):
        return json.dumps(value[:SHOWN] if isinstance(value, str) else value, ensure_ascii=False)
    return f"a {type(value).__name__}"
