"""Why a query has no rows: the data have none, or a pattern is broken, and which.

A pattern is broken when it can never match, whatever is asked of the same kind: it names what is
not in the data, gives a text that differs from one in the data only in case, language, datatype or
a typing error, or turns a relation round. Where all that is asked exists and merely does not meet,
the data have none.
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from kg_service.errors import place_in
from kg_service.names import Names
from kg_service.syntax.outline import absolute
from kg_service.syntax.patterns import Filter, Pattern, Patterns, Term, patterns_of
from kg_service.syntax.reading import Reading, read
from kg_service.syntax.tokens import Token, content

NONE, BROKEN = "none", "broken"
COUNTED = 1_000  # matches of a pattern are counted up to this
VALUES = 20_000  # values that a text is held against
NEAR = 0.8  # difflib's ratio from which a name or a text may have been meant
LIKE = 0.6  # … among few names
MANY = 1_000  # names
OFFERED = 3

_LANGUAGE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
_OWL = "http://www.w3.org/2002/07/owl#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")

Node = NamedNode | Literal


@dataclass(frozen=True)
class Broken:
    """What is broken: where, why in a sentence, what may have been meant: terms, or other text."""

    start: int
    end: int
    reason: str
    terms: tuple[NamedNode, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass
class Case:
    """One query under diagnosis."""

    store: Store
    reading: Reading
    names: Names
    dataset: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read its patterns."""
        self.prefixes = {**self.names.prefixes, **self.reading.outline.prefixes}
        self.found: Patterns = patterns_of(self.reading.tokens)
        self.required = [pattern for pattern in self.found.patterns if pattern.required]

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
            return Literal(first.raw, datatype=NamedNode(_XSD + kind))
        if first.raw.lower() in ("true", "false"):
            return Literal(first.raw.lower(), datatype=NamedNode(f"{_XSD}boolean"))
        return self.iri(first)

    def iri(self, token: Token) -> NamedNode | None:
        """The IRI of a token, if it is one."""
        if token.raw == "a":
            return TYPE
        if token.kind not in ("iri", "name"):
            return None
        iri = absolute(token.kind, token.raw, self.reading.outline.base, self.prefixes)
        return NamedNode(iri) if iri else None

    def property(self, pattern: Pattern) -> NamedNode | None:
        """The property of a pattern without a path."""
        return self.iri(pattern.path[0]) if len(pattern.path) == 1 else None

    def holds(self, patterns: Iterable[str]) -> bool:
        """Whether patterns, as text, meet."""
        return bool(self.ask("ASK", "", " . ".join(patterns)))

    def values(self, variable: str, patterns: Iterable[str]) -> list[Any]:
        """The values of a variable where patterns meet."""
        rows = self.ask(f"SELECT DISTINCT {variable}", f"LIMIT {VALUES}", " . ".join(patterns))
        assert isinstance(rows, QuerySolutions)
        return [row[0] for row in rows]

    def ask(self, form: str, after: str, inside: str) -> Any:
        """Ask the engine what the text of patterns means, with the prefixes of the query."""
        base = self.reading.outline.base or None
        text = f"{form} {{ {inside} }} {after}"
        return self.store.query(text, prefixes=self.prefixes, base_iri=base, **self.dataset)


def written(pattern: Pattern, turned: bool = False) -> str:
    """A pattern as text, its object before its subject when `turned`."""
    subject, path, found = (
        " ".join(token.raw for token in part) or "[]"
        for part in (pattern.subject, pattern.path, pattern.object)
    )
    path = path.replace("@ ", "@")
    both = (found, subject) if turned else (subject, found)
    text = f"{both[0]} {path} {both[1]}".replace(" @", "@").replace(" ^^ ", "^^")
    return f"GRAPH {pattern.graph[0].raw} {{ {text} }}" if pattern.graph else text


def diagnose(
    store: Store,
    text: str,
    prefixes: Mapping[str, str],
    dataset: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Why the query `text` has no rows, as JSON.

    `verdict` is "none" (the data have none) or "broken"; `patterns` are all triple patterns with
    their text, place, whether each is `required` and its `matches` alone, counted up to 1,000;
    `smallest` are indexes of a smallest set of required patterns that do not meet; `broken` says
    what is broken, why, and `suggestions` of what may have been meant. `dataset` is what the engine
    is told of graphs. Raises as reading and evaluating a query do.
    """
    case = Case(store, read(text, prefixes), Names(dict(prefixes)), dataset or {})
    broken = next((found for rule in RULES if (found := list(rule(case)))), [])
    told = [_told(case, one) for one in broken]
    return {
        "verdict": BROKEN if broken else NONE,
        "message": broken[0].reason if broken else "All that is asked exists; the data have none.",
        "patterns": [
            {
                **_where(text, pattern.start, pattern.end),
                "required": pattern.required,
                "matches": _matches(case, pattern),
            }
            for pattern in case.found.patterns
        ],
        "smallest": _smallest(case),
        "broken": told,
        "suggestions": [term for one in told for term in one["suggestions"]],
    }


def _where(text: str, start: int, end: int) -> dict[str, Any]:
    line, column, _ = place_in(text, start)
    return {"text": text[start:end], "line": line, "column": column}


def _told(case: Case, broken: Broken) -> dict[str, Any]:
    terms = [
        {"iri": term.value, "id": case.names.curie(term.value), "label": _label(case.store, term)}
        for term in broken.terms
    ]
    place = _where(case.reading.tokens.text, broken.start, broken.end)
    return {**place, "reason": broken.reason, "suggestions": terms, "instead": list(broken.texts)}


def _label(store: Store, term: NamedNode) -> str | None:
    found = next(store.quads_for_pattern(term, LABEL, None, None), None)
    return found.object.value if found and isinstance(found.object, Literal) else None


def _matches(case: Case, pattern: Pattern) -> int:
    rows = case.ask("SELECT *", f"LIMIT {COUNTED}", written(pattern))
    return sum(1 for _ in rows)


def _smallest(case: Case) -> list[int]:
    """Indexes of required patterns that do not meet and would without any one of them."""
    kept = [at for at, pattern in enumerate(case.found.patterns) if pattern.required]
    texts = {at: written(case.found.patterns[at]) for at in kept}
    if not kept or case.holds(texts.values()):
        return []
    for at in list(kept):
        fewer = [other for other in kept if other != at]
        if not case.holds(texts[other] for other in fewer):
            kept = fewer
    return kept


# Each rule yields what is broken; the first that yields anything decides.
Rule = Callable[[Case], Iterator[Broken]]


def unknown_terms(case: Case) -> Iterator[Broken]:
    """Graphs, properties, classes and things that are nowhere in the data."""
    seen: set[int] = set()
    for pattern in case.required:
        for token, fits, candidates in _positions(case, pattern):
            iri = case.iri(token)
            if iri is None or token.offset in seen or fits(iri):
                continue
            seen.add(token.offset)
            near = _nearest(case, iri, candidates())
            reason = f"{token} is nowhere in the data at this place."
            yield Broken(token.offset, token.end, reason, near)


Position = tuple[Token, Callable[[NamedNode], bool], Callable[[], set[NamedNode]]]


def _positions(case: Case, pattern: Pattern) -> Iterator[Position]:
    """The tokens of a pattern, whether an IRI can stand there, and all that can."""
    store = case.store

    def some(*place: Any) -> bool:
        return next(store.quads_for_pattern(*place), None) is not None

    def properties() -> set[NamedNode]:
        return {quad.predicate for quad in store}

    def classes() -> set[NamedNode]:
        found = {quad.object for quad in store.quads_for_pattern(None, TYPE, None, None)}
        return {node for node in found if isinstance(node, NamedNode)}

    def things() -> set[NamedNode]:
        return {quad.subject for quad in store if isinstance(quad.subject, NamedNode)}

    def graphs() -> set[NamedNode]:
        return {graph for graph in store.named_graphs() if isinstance(graph, NamedNode)}

    for token in pattern.graph:
        yield token, lambda iri: some(None, None, None, iri), graphs
    for token in pattern.path:
        yield token, lambda iri: some(None, iri, None, None), properties
    for token in pattern.subject[:1]:
        yield token, lambda iri: some(iri, None, None, None), things
    for token in pattern.object[:1]:
        if case.property(pattern) == TYPE:
            yield token, lambda iri: some(None, TYPE, iri, None), classes
        else:
            yield token, lambda iri: some(iri, *[None] * 3) or some(None, None, iri, None), things


def _nearest(case: Case, iri: NamedNode, known: set[NamedNode]) -> tuple[NamedNode, ...]:
    """The terms most like an IRI: by CURIE, by the local name alone, and by label."""

    def shown(node: NamedNode) -> str:
        return case.names.curie(node.value).lower()

    wanted = shown(iri)
    name = wanted.rpartition(":")[2].rpartition("/")[2]
    # Among thousands of things only the very near are worth the comparison.
    floor = NEAR if len(known) > MANY else LIKE
    scores: dict[NamedNode, float] = {}
    matcher = difflib.SequenceMatcher(autojunk=False)
    for seq in (wanted, name):
        matcher.set_seq2(seq)
        for node in known:
            other = shown(node)
            texts = [other] if seq == wanted else [other.rpartition(":")[2].rpartition("/")[2]]
            if seq == name and not any(sign.isdigit() for sign in name):
                label = _label(case.store, node)
                texts += [label.lower().replace(" ", "")] if label else []
            for text in texts:
                matcher.set_seq1(text)
                if matcher.real_quick_ratio() >= floor and matcher.quick_ratio() >= floor:
                    scores[node] = max(scores.get(node, 0.0), matcher.ratio())
    best = sorted(scores, key=lambda node: (-scores[node], node.value))
    return tuple(best[:OFFERED])


def other_texts(case: Case) -> Iterator[Broken]:
    """Literals of a pattern that differ from one in the data by case, language, datatype or typing
    errors."""
    for pattern in case.required:
        value, predicate = case.node(pattern.object), case.property(pattern)
        if not isinstance(value, Literal) or predicate is None or _matches(case, pattern):
            continue
        quads = case.store.quads_for_pattern(None, predicate, None, None)
        objects = {quad.object for quad in itertools.islice(quads, VALUES)}
        known = [node for node in objects if isinstance(node, Literal)]
        first, last = pattern.object[0], pattern.object[-1]
        if objects and not known:
            reason = "The values of this property are things, not texts."
            yield Broken(first.offset, last.end, reason, _labelled(case.store, value.value))
        elif near := _meant(value, known):
            reason = f"No value of this property is {value}."
            yield Broken(first.offset, last.end, reason, texts=tuple(map(str, near)))


def _labelled(store: Store, text: str) -> tuple[NamedNode, ...]:
    """The things that have a text as their label, in any case."""
    found = (
        quad.subject
        for quad in store.quads_for_pattern(None, LABEL, None, None)
        if isinstance(quad.object, Literal) and quad.object.value.casefold() == text.casefold()
    )
    things = dict.fromkeys(node for node in found if isinstance(node, NamedNode))
    return tuple(itertools.islice(things, OFFERED))


def _meant(value: Literal, known: Sequence[Literal]) -> list[Literal]:
    """The values that a literal may have been meant for, best first."""
    folded = value.value.casefold()
    same = [node for node in known if node.value.casefold() == folded and node != value]
    if same or len(folded) < 5 or any(sign.isdigit() for sign in folded):
        return sorted(same, key=str)[:OFFERED]
    texts = {node.value.casefold(): node for node in known}
    return [texts[text] for text in difflib.get_close_matches(folded, texts, OFFERED, NEAR)]


def misplaced_kinds(case: Case) -> Iterator[Broken]:
    """Relations that were turned round: one end is of a kind that no such relation has there, and
    the other way round they hold."""
    for pattern in case.required:
        predicate = case.property(pattern)
        if predicate is None or predicate == TYPE:
            continue
        quads = list(case.store.quads_for_pattern(None, predicate, None, None))
        places = [_kinds(case, {quad.subject for quad in quads})]
        places += [_kinds(case, {quad.object for quad in quads})]
        both = places[0] & places[1]
        for end, place in zip((pattern.subject, pattern.object), places, strict=True):
            # What both ends are says nothing of the direction.
            kinds = _kinds_of_end(case, end) - both
            if kinds and place and not kinds & place:
                turned = written(pattern, turned=True)
                if not case.holds([turned]):
                    continue
                named = case.names.curie(min(kind.value for kind in kinds))
                where = "subject" if end is pattern.subject else "object"
                reason = f"No {where} of {pattern.path[0]} is of the kind {named}."
                yield Broken(pattern.start, pattern.end, reason, texts=(turned,))


def _kinds(case: Case, nodes: Iterable[Any]) -> set[NamedNode]:
    """The classes of nodes, OWL's own left out."""
    found: set[NamedNode] = set()
    for node in nodes:
        if not isinstance(node, Literal):
            for quad in case.store.quads_for_pattern(node, TYPE, None, None):
                kind = quad.object
                if isinstance(kind, NamedNode) and not kind.value.startswith(_OWL):
                    found.add(kind)
    return found


def _kinds_of_end(case: Case, end: Term) -> set[NamedNode]:
    """The classes of an IRI, or those that the query asks of a variable."""
    node = case.node(end)
    if isinstance(node, NamedNode):
        return _kinds(case, [node])
    if not end or end[0].kind != "variable":
        return set()
    asked = (one for one in case.required if case.property(one) == TYPE and one.subject)
    nodes = (case.node(one.object) for one in asked if one.subject[0].raw == end[0].raw)
    return {kind for kind in nodes if isinstance(kind, NamedNode)}


def filters(case: Case) -> Iterator[Broken]:
    """Filters that hold a variable against a text, language or IRI it never has, and nearly has."""
    patterns = [written(pattern) for pattern in case.required]
    if not case.found.filters or not case.holds(patterns):
        return
    for found in case.found.filters:
        if found.required:
            yield from _filtered(case, found, patterns)


def _filtered(case: Case, found: Filter, patterns: Sequence[str]) -> Iterator[Broken]:
    tokens = found.tokens
    words = {token.raw.upper() for token in tokens if token.kind == "word"}
    start, end = tokens[0].offset, tokens[-1].end
    asked = " ".join(token.raw for token in tokens).replace(" @", "@").replace(" ^^ ", "^^")
    if case.holds([*patterns, asked]):
        return
    variables = list(dict.fromkeys(token.raw for token in tokens if token.kind == "variable"))
    wanted = [content(token.raw) for token in tokens if token.kind == "string"]
    numbers = {token.raw for token in tokens if token.kind == "number"}
    for variable in variables:
        values = case.values(variable, patterns)
        literals = [value for value in values if isinstance(value, Literal)]
        if words & {"LANG", "LANGMATCHES"} and wanted:
            languages = sorted({value.language or "" for value in literals})
            reason = f"{variable} has no value in the language {wanted[0]!r}."
            yield Broken(start, end, reason, texts=tuple(f'"{name}"' for name in languages))
            return
        for text in (*wanted, *numbers):
            exact = any(value.value == text for value in values)
            alike = [v for v in values if v.value.casefold() == text.casefold()] if values else []
            other = any(
                isinstance(v, NamedNode) or (text in numbers and _is_text(v)) for v in alike
            )
            if alike and (not exact or other):
                reason = f"{variable} is never {text!r} as it is compared here."
                yield Broken(start, end, reason, texts=tuple(map(str, alike[:OFFERED])))
                return


def _is_text(value: Any) -> bool:
    return isinstance(value, Literal) and value.datatype.value in (f"{_XSD}string", _LANGUAGE)


RULES: tuple[Rule, ...] = (unknown_terms, other_texts, misplaced_kinds, filters)
