"""The query under diagnosis, and how the engine is asked about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyoxigraph import Literal, NamedNode, QueryBoolean, Store, Variable

from kg_service.diagnosis import questions
from kg_service.names import Names
from kg_service.syntax.outline import absolute
from kg_service.syntax.patterns import Pattern, Patterns, Term, patterns_of
from kg_service.syntax.reading import Reading
from kg_service.syntax.rendering import Step, joined, steps_of, written
from kg_service.syntax.tokens import Token, content

XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
SUBCLASS = NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
SIMPLE = re.compile(r"[A-Za-z0-9_-]+")  # a local name without escapes (SPARQL 1.1 Query, 4.1.1)
COUNTED = 1_000  # matches of a pattern that are counted
VALUES = 20_000  # values of a variable that are looked at one by one
VALUE = "value"  # what the variable in question is called in a question
IN_QUESTION: Term = (Token("variable", f"?{VALUE}", 0),)

Node = NamedNode | Literal


@dataclass(frozen=True)
class Broken:
    """What is broken: the text from `start` to `end`, why in a sentence, and what may have been
    meant: `terms` or other `texts`, which can stand in its place where it is `replaceable`.

    Where it is no text of the query, it is what was `given` by a `parameter` of the request.
    """

    start: int
    end: int
    reason: str
    terms: tuple[NamedNode, ...] = ()
    texts: tuple[str, ...] = ()
    replaceable: bool = True
    parameter: str = ""
    given: str = ""


@dataclass
class Case:
    """One query under diagnosis: its `required` patterns, and their `steps`.

    `questions` are those of `questions.load`, `dataset` is what the engine is told of graphs,
    `parameters` are the IRIs of graphs that the request gave, by the names of its parameters. The
    `store` may be a merge of some graphs of the `whole`.
    """

    store: Store
    whole: Store
    reading: Reading
    names: Names
    questions: Mapping[str, str]
    dataset: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    base: str = ""

    def __post_init__(self) -> None:
        """Read its patterns."""
        self._values: dict[tuple[Pattern | str, ...], list[Any]] = {}
        self.base = self.reading.outline.base or self.base
        self.prefixes = {**self.names.prefixes, **self.reading.outline.prefixes}
        self.found: Patterns = patterns_of(self.reading.tokens)
        self.required = [pattern for pattern in self.found.patterns if pattern.required]
        self.steps: list[Step] = [step for one in self.required for step in steps_of(one)]

    def node(self, term: Term) -> Node | None:
        """The IRI or literal that a term is; None for a variable or a nameless node."""
        if not term:
            return None
        first, rest = term[0], term[1:]
        if first.kind == "string":
            value = content(first.raw)
            if rest and rest[0].kind == "language":
                return Literal(value, language=rest[0].raw[1:].partition("--")[0].lower())
            datatype = self.iri(rest[-1]) if rest else None
            return Literal(value, datatype=datatype) if datatype else Literal(value)
        if first.kind == "number":
            exponent = "e" in first.raw.lower()
            kind = "double" if exponent else "decimal" if "." in first.raw else "integer"
            return Literal(first.raw, datatype=NamedNode(XSD + kind))
        if first.raw.lower() in ("true", "false"):
            return Literal(first.raw.lower(), datatype=NamedNode(f"{XSD}boolean"))
        return self.iri(first)

    def iri(self, token: Token) -> NamedNode | None:
        """The IRI of a token, if it is one."""
        if token.raw == "a":
            return TYPE
        if token.kind not in ("iri", "name"):
            return None
        iri = absolute(token.kind, token.raw, self.base, self.prefixes)
        return NamedNode(iri) if iri else None

    def named(self, iri: NamedNode) -> str:
        """An IRI as the query can name it: by a prefix where it has one for it."""
        curie = self.names.curie(iri.value)
        prefix, _, local = curie.partition(":")
        simple = SIMPLE.fullmatch(local) and iri.value == self.prefixes.get(prefix, "") + local
        return curie if simple else str(iri)

    def meet(self, patterns: Iterable[Pattern | str]) -> bool:
        """Whether patterns meet; filters among them are text."""
        return bool(self.ask("meet", patterns))

    def meet_with(self, pattern: Pattern, other: Pattern) -> bool:
        """Whether the required patterns meet with another one in place of `pattern`."""
        return self.meet(other if one is pattern else one for one in self.required)

    def matches(self, pattern: Pattern) -> int:
        """How often a pattern matches alone; one more than COUNTED where that is more often."""
        return sum(1 for _ in self.ask("matches", [pattern]))

    def rows(self, text: str) -> bool:
        """Whether a query has rows or triples, or is true."""
        found = self.query(text, {})
        return bool(found) if isinstance(found, QueryBoolean) else any(True for _ in found)

    def values(self, variable: str, patterns: Iterable[Pattern | str]) -> list[Any]:
        """The distinct values of a variable where patterns meet, 20,000 at most."""
        asked = (variable, *patterns)
        if asked not in self._values:
            rows = self.ask("values", asked[1:], variable)
            self._values[asked] = [row[VALUE] for row in rows if row[VALUE]]
        return self._values[asked]

    def alike(
        self, variable: str, patterns: Sequence[Pattern | str], text: str
    ) -> list[NamedNode | Literal]:
        """The values of a variable that a text may be meant for: all of them, or, where they are
        too many, the first and those that hold the text in any case."""
        found = self.values(variable, patterns)
        if len(found) >= VALUES:
            rows = self.ask("alike", patterns, variable, text=Literal(text))
            found = list(dict.fromkeys([*(row[VALUE] for row in rows), *found]))
        return [one for one in found if isinstance(one, NamedNode | Literal)]

    def kinds(self, variable: str, patterns: Iterable[Pattern]) -> dict[NamedNode, int]:
        """The classes of the values of a variable where patterns meet, and of how many."""
        rows = self.ask("kinds", patterns, variable)
        return {row["kind"]: int(row["values"].value) for row in rows}

    def narrowest(self, kinds: Iterable[NamedNode]) -> set[NamedNode]:
        """Classes without those that are superclasses of another of them."""
        found = set(kinds)
        wide = {
            quad.object
            for kind in found
            for quad in self.store.quads_for_pattern(kind, SUBCLASS, None, None)
            if quad.object != kind
        }
        return found - wide

    def kinds_of(self, thing: NamedNode) -> set[NamedNode]:
        """The classes of a thing."""
        return {row["kind"] for row in self.ask("kinds-of-thing", thing=thing)}

    def label(self, term: NamedNode) -> str | None:
        """The label of a term, in whatever graph."""
        found = next(self.store.quads_for_pattern(term, LABEL, None, None), None)
        return found.object.value if found and isinstance(found.object, Literal) else None

    def ask(
        self, name: str, patterns: Iterable[Pattern | str] = (), variable: str = "", **bound: Node
    ) -> Any:
        """What the engine answers to a question with patterns in place and terms bound.

        Where a `variable` is given, by its name without sign, it is called `value` there.
        """
        # Exchanged, so that a variable of the query that is called so already is another one.
        names = {variable: VALUE, VALUE: variable} if variable else {}
        texts = [one if isinstance(one, str) else written(one, names) for one in patterns]
        return self.query(questions.asking(self.questions[name], texts), bound)

    def find(self, name: str, iris: Sequence[NamedNode]) -> Any:
        """What the engine answers to a question about IRIs."""
        return self.query(questions.listing(self.questions[name], iris), {})

    def query(self, text: str, bound: Mapping[str, Node]) -> Any:
        """What the engine answers, with the prefixes and graphs of the query."""
        return self.store.query(
            text,
            prefixes=self.prefixes,
            base_iri=self.base or None,
            substitutions={Variable(name): term for name, term in bound.items()},
            **self.dataset,
        )


def variable_of(term: Term) -> str:
    """The name of a variable without its sign; empty for another term."""
    return term[0].raw[1:] if term and term[0].kind == "variable" else ""


def shown(pattern: Pattern) -> str:
    """A pattern as a message shows it, without the GRAPH around it."""
    return " ".join(
        joined(part) or "[]" for part in (pattern.subject, pattern.path, pattern.object)
    )
