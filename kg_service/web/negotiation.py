"""Which media type to answer with, by the Accept header (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.http import parse_list_header, parse_options_header

from kg_service import results
from kg_service.errors import NotAcceptableError
from kg_service.results import Formats

ANY = "*"

# A parameter that says nothing about which representation is meant.
NEUTRAL = frozenset({"q", "charset"})


@dataclass(frozen=True)
class MediaRange:
    """One element of an Accept header; `place` is its position there, `plain` whether it has no
    parameter that narrows it."""

    type: str
    subtype: str
    quality: float
    place: int
    plain: bool = True

    @property
    def precision(self) -> int:
        """2 for a media type, 1 for `type/*`, 0 for `*/*`: the more precise range decides."""
        return (self.type != ANY) + (self.subtype != ANY)

    def matches(self, media_type: str) -> bool:
        """Whether an offer lies in the range."""
        main, _, sub = media_type.partition("/")
        return self.type in (ANY, main) and self.subtype in (ANY, sub)


def media_ranges(accept: str) -> list[MediaRange]:
    """The ranges of an Accept header; an element that is not one is passed over.

    Parameters other than `q` are not needed to match, since no offer has any; but a range without
    them decides over one with them, and one that excludes (`q=0`) a variant with parameters
    excludes nothing that is offered.

    >>> [(r.type, r.subtype, r.quality) for r in media_ranges("text/*;q=0.5, */*;q=0")]
    [('text', '*', 0.5), ('*', '*', 0.0)]
    """
    found = []
    for place, element in enumerate(parse_list_header(accept)):
        name, parameters = parse_options_header(element)
        main, slash, sub = name.strip().lower().partition("/")
        if not (main and slash and sub) or (main == ANY and sub != ANY):
            continue
        try:
            quality = float(parameters.get("q", "1"))
        except ValueError:
            continue
        plain = not set(parameters) - NEUTRAL
        if not 0 <= quality <= 1 or (quality == 0 and not plain):
            continue
        found.append(MediaRange(main, sub, quality, place, plain))
    return found


def choose(accept: str | None, offers: Sequence[str]) -> str | None:
    """The offer the client likes best; None when it accepts none.

    Without an Accept header that is the first. Among offers liked equally the one named more
    precisely wins, then the one named first, then the one offered first.
    """
    if accept is None or not accept.strip():
        return offers[0]
    ranges = media_ranges(accept)
    best: tuple[float, int, int] | None = None
    chosen = None
    for offer in offers:
        fitting = [r for r in ranges if r.matches(offer)]
        if not fitting:
            continue
        deciding = max(fitting, key=lambda r: (r.precision, r.plain, -r.place))
        rank = (deciding.quality, deciding.precision, -deciding.place)
        if deciding.quality > 0 and (best is None or rank > best):
            best, chosen = rank, offer
    return chosen


def required(accept: str | None, offers: Sequence[str]) -> str:
    """The offer the client likes best; NotAcceptableError with the offers when it accepts none."""
    chosen = choose(accept, offers)
    if chosen is None:
        message = "The answer has none of the formats the client accepts."
        raise NotAcceptableError(message, tuple(offers))
    return chosen


def formats(accept: str | None) -> Formats:
    """The media type for each kind of answer, chosen before the kind is known."""
    return Formats(
        boolean=choose(accept, results.OFFERS[results.BOOLEAN]),
        bindings=choose(accept, results.OFFERS[results.BINDINGS]),
        graph=choose(accept, results.OFFERS[results.GRAPH]),
    )
