"""A cursor over the tokens of a class expression: takes names, numbers and literals, and says what
is wrong where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from kg_service.errors import ExpressionError, NameUnknownError
from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Node
from kg_service.logic.ranges import NUMBERS
from kg_service.logic.tokens import Token, tokens_of
from kg_service.logic.vocabulary import (
    CLASS,
    DATA_PROPERTY,
    DATATYPE,
    INDIVIDUAL,
    KINDS,
    OBJECT_PROPERTY,
    Lookup,
    quoted,
    short,
)

DEPTH = 50  # brackets, negations and fillers inside one another
NUMBER = 1_000  # the greatest cardinality: HermiT makes as many individuals

RESTRICTIONS = ("some", "only", "value", "min", "max", "exactly", "self")
_OTHERS = ("and", "or", "not", "that", "inverse")
KEYWORDS = frozenset({*RESTRICTIONS, *_OTHERS, "true", "false"})
_SHORT_DATATYPES = frozenset({"integer", "decimal", "float", "string"})

_LITERAL_HERE = ('a text such as "x"', "a number such as 37 or 7.5 or 1.5f", "true", "false")
_AN = {
    CLASS: "a class",
    OBJECT_PROPERTY: "an object property",
    DATA_PROPERTY: "a data property",
    INDIVIDUAL: "an individual",
    DATATYPE: "a datatype",
}
Words: TypeAlias = tuple[str, ...]


class Cursor:
    """Stands before one token of a text; every method that takes something steps behind it.

    All raise ExpressionError at the token where they stand.
    """

    def __init__(self, text: str, vocabulary: Lookup) -> None:
        """Stand before the first token. Raises ExpressionError as `tokens_of` does."""
        self.text, self.vocabulary = text, vocabulary
        self.tokens = tokens_of(text)
        self._place = self._depth = 0

    @property
    def here(self) -> Token:
        """The token that stands next."""
        return self.tokens[self._place]

    @property
    def keyword(self) -> str:
        """The keyword that may stand next; empty for a label."""
        return self.here.keyword

    def take(self) -> Token:
        """Take whatever is next."""
        token = self.here
        self._place += 1
        return token

    def sign(self, value: str) -> bool:
        """Take a sign if it stands here."""
        found = self.here.kind == "sign" and self.here.value == value
        self._place += found
        return found

    def close(self, end: str, opened: Token, others: Words) -> None:
        """Take a closing sign; `others` could stand there as well."""
        if not self.sign(end):
            line = self.text.count("\n", 0, opened.offset) + 1
            column = opened.offset - self.text.rfind("\n", 0, opened.offset)
            where = f"{end!r} for the {opened.raw!r} at line {line}, column {column}"
            raise self.wrong(None, (*others, where))

    def wrong(
        self,
        message: str | None,
        expected: Words = (),
        suggestions: Words = (),
    ) -> ExpressionError:
        """Give the error that says what is wrong here; None: this token in this place."""
        token = self.here
        if message is None:
            ended = token.kind == "end"
            message = "The expression ends too early." if ended else f"{token} cannot stand here."
        return ExpressionError(self.text, token.offset, message, str(token), expected, suggestions)

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Count a level of nesting, of which DEPTH are allowed."""
        self._depth += 1
        if self._depth > DEPTH:
            raise self.wrong(
                f"The expression is more than {DEPTH} deep here.", (f"at most {DEPTH} levels",)
            )
        yield
        self._depth -= 1

    def number(self) -> int:
        """Take a cardinality."""
        token = self.here
        expected = (f"a whole number from 0 to {NUMBER}",)
        if token.kind != "word" or not re.fullmatch(r"[+-]?[0-9.]+", token.value):
            raise self.wrong(None, expected)
        digits = token.value if token.value.isdigit() else ""
        # Compared as text first: so many digits are not worth a number.
        if not digits or len(digits.lstrip("0")) > len(str(NUMBER)) or int(digits) > NUMBER:
            raise self.wrong(f"{token} is no number of things.", expected)
        self.take()
        return int(digits)

    def datatype(self) -> str:
        """Take the name of a datatype and give its IRI."""
        if self.keyword in _SHORT_DATATYPES and not self.vocabulary.labelled(self.here.value):
            return ax.XSD + self.take().keyword
        return self.name((DATATYPE,))

    def literal(self) -> Node:
        """Take a literal."""
        token = self.here
        if token.kind == "string":
            self.take()
            if self.here.kind == "language":
                return ("literal", token.value, f"{ax.RDF}langString", self.take().value)
            datatype = self.datatype() if self.sign("^^") else f"{ax.XSD}string"
            return ("literal", token.value, datatype, "")
        if token.kind == "word":
            for name, pattern in NUMBERS.items():
                if re.fullmatch(pattern, token.value):
                    self.take()
                    return ("literal", token.value.rstrip("fF"), ax.XSD + name, "")
            if token.keyword in ("true", "false"):
                self.take()
                return ("literal", token.keyword, f"{ax.XSD}boolean", "")
            if re.match(r"[+-]?\.?[0-9]", token.value):
                raise self.wrong(f"{token} is not a number.", _LITERAL_HERE)
        raise self.wrong(None, _LITERAL_HERE)

    def is_name(self) -> bool:
        """Whether a name is next."""
        if self.here.kind == "word":
            return self.keyword not in KEYWORDS
        return self.here.kind in ("label", "iri")

    def not_a_name(self, expected: Words) -> ExpressionError:
        """The error where a name could stand: a keyword may be meant as a label."""
        if self.keyword in KEYWORDS and self.vocabulary.labelled(self.here.value):
            return self.wrong(f"{self.here} is a keyword.", expected, (quoted(self.here.value),))
        return self.wrong(None, expected)

    def name(self, kinds: Collection[str]) -> str:
        """Take a name of one of some kinds and give its IRI."""
        token = self.here
        wanted = tuple(_AN[kind] for kind in kinds)
        if not self.is_name():
            raise self.not_a_name(wanted)
        iris = self.candidates(token)
        fitting = [iri for iri in iris if not self.vocabulary.kinds(iri).isdisjoint(kinds)]
        if len(fitting) == 1:
            self.take()
            return fitting[0]
        if fitting:
            choices = tuple(short(iri, self.vocabulary.names) for iri in fitting)
            raise self.wrong(f"{token} names {len(choices)} things.", ("one of them",), choices)
        near = self.vocabulary.near(self._phrase(), kinds)
        others = sorted({kind for iri in iris for kind in self.vocabulary.kinds(iri)})
        if others:
            is_ = " and ".join(_AN[kind] for kind in others)
            raise self.wrong(f"{token} is {is_}.", wanted, near)
        raise self.wrong(f"{token} names nothing here.", wanted, near)

    def following(self) -> Token:
        """Give the token after the next one; behind the end is the end."""
        return self.tokens[min(self._place + 1, len(self.tokens) - 1)]

    def candidates(self, token: Token) -> tuple[str, ...]:
        """Give the IRIs a name may stand for."""
        if token.kind == "iri":
            return (token.value,) if self.vocabulary.kinds(token.value) else ()
        if token.kind == "word" and ":" in token.value:
            try:
                iri = self.vocabulary.names.iri(token.value)
            except NameUnknownError as unknown:
                if found := self.vocabulary.labelled(token.value):
                    return found
                near = self.vocabulary.near(token.value, KINDS)
                raise self.wrong(unknown.message, ("a name with a known prefix",), near) from None
            return (iri,) if self.vocabulary.kinds(iri) else ()
        return self.vocabulary.labelled(token.value)

    def _phrase(self) -> str:
        """Give the name here, with the bare words after it: a label may lack its quotes."""
        words = [self.here.value]
        if self.here.kind == "word":
            for token in self.tokens[self._place + 1 :]:
                if token.kind != "word" or token.keyword in KEYWORDS:
                    break
                words.append(token.value)
        return " ".join(words)
