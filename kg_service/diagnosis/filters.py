"""Rule: filters and bindings that nothing passes, and that something would pass with another
constant, or whose constants are nowhere."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from pyoxigraph import Literal, NamedNode

from kg_service.diagnosis import nearest
from kg_service.diagnosis.case import XSD, Broken, Case, Node
from kg_service.diagnosis.constants import FUNCTIONS, Constant, asked, constants, quoted, same
from kg_service.diagnosis.constraints import Constraint, constraints
from kg_service.diagnosis.texts import NEAR, correctable, fold
from kg_service.syntax.patterns import Term
from kg_service.syntax.rendering import joined
from kg_service.syntax.tokens import Token
from kg_service.words import distance, edits_allowed

BETWEEN = re.compile(r"[\s/#:]+")  # what is between the words of texts and the parts of IRIs
STRING = NamedNode(f"{XSD}string")
CONSTANTS = 20  # constants of a filter that are looked at
TRIED = 8  # other constants that are tried in place of one

# Whether a term is of a kind (SPARQL 1.1 Query, section 17.4.2.1 to 17.4.2.5).
KINDS = ("isIRI", "isLiteral", "isBlank", "isNumeric")
KIND_TESTS = frozenset({"ISURI", *(name.upper() for name in KINDS)})


def failing_filters(case: Case) -> Iterator[Broken]:
    """Filters and bindings that hold a variable against a text, language, datatype, kind or IRI it
    never has, and nearly has; or against IRIs that are nowhere."""
    if not case.meet(case.required):
        return
    for one in constraints(case):
        if not _meets(case, one.tokens):
            yield from list(islice(_mistakes(case, one.tokens), 1)) or _nowhere(case, one)


def _meets(case: Case, tokens: Term) -> bool:
    return case.meet([*case.required, joined(tokens)])


def _nowhere(case: Case, constraint: Constraint) -> Iterator[Broken]:
    """The IRIs of parts that nothing passes and whose IRIs are all nowhere in the data."""
    for part in constraint.parts:
        iris = [
            one
            for one in constants(case, part)
            if isinstance(one.term, NamedNode) and not _as_text(part, one.start)
        ]
        unknown = [one for one in iris if not case.ask("mentioned", thing=one.term)]
        if iris and len(unknown) == len(iris) and not _meets(case, part):
            for one in unknown:
                token, near = part[one.start], nearest.things(case, NamedNode(one.term.value))
                yield Broken(token.offset, token.end, f"{token} is nowhere in the data.", near)


def _as_text(tokens: Term, at: int) -> bool:
    """Whether it is the argument of STR: a namespace need not be in the data."""
    return at > 1 and tokens[at - 1].raw == "(" and tokens[at - 2].raw.upper() == "STR"


def _mistakes(case: Case, tokens: Term) -> Iterator[Broken]:
    names = dict.fromkeys(token.raw[1:] for token in tokens if token.kind == "variable")
    for constant in islice(constants(case, tokens), CONSTANTS):
        first, last = tokens[constant.start], tokens[constant.end - 1]
        function, name = asked(tokens, constant.start)
        if function in FUNCTIONS:
            had = FUNCTIONS[function](case.values(name, case.required))
            if had and not any(same(function, constant.term.value, one) for one in had):
                reason = f"No value of ?{name} has the {function.lower()} {constant.term.value!r}."
                texts = tuple(quoted(function, one) for one in had)
                yield Broken(first.offset, last.end, reason, texts=texts)
            continue
        tried = islice(dict.fromkeys(others(case, constant.term, names)), TRIED)
        found = [term for term in tried if _passes(case, tokens, constant, str(term))]
        if found := found[: nearest.OFFERED]:
            shown = joined(tokens[constant.start : constant.end])
            reason = f"Nothing is {shown} as it is compared here."
            terms = tuple(term for term in found if isinstance(term, NamedNode))
            texts = tuple(str(term) for term in found if isinstance(term, Literal))
            yield Broken(first.offset, last.end, reason, terms, texts)
    for at, token in enumerate(tokens):
        if token.raw.upper() in KIND_TESTS:
            test = Constant(at, at + 1, Literal(token.raw))
            passing = tuple(name for name in KINDS if _passes(case, tokens, test, name))
            if passing:
                reason = f"{token} holds of no value that is tested here."
                yield Broken(token.offset, token.end, reason, texts=passing)


def _passes(case: Case, tokens: Term, constant: Constant, text: str) -> bool:
    """Whether something passes a filter with another text in place of a constant."""
    inserted = Token("word", text, tokens[constant.start].offset)
    return _meets(case, (*tokens[: constant.start], inserted, *tokens[constant.end :]))


def others(case: Case, term: Node, names: Iterable[str]) -> Iterator[Node]:
    """The terms that may be meant by a constant compared with variables, the likeliest first."""
    wanted, folded = term.value, term.value.casefold()
    known = [one for name in names for one in case.alike(name, case.required, wanted)]
    yield from (one for one in known if fold(one.value) == fold(wanted) and one != term)
    if isinstance(term, NamedNode):
        if not case.ask("exists", thing=term):
            yield from nearest.among(case, term, known)
        return
    if not wanted:
        return
    had = {one.datatype for one in known if isinstance(one, Literal) and not one.language}
    # A function such as STR gives strings, whatever the values are.
    for datatype in sorted({STRING, *had} - {term.datatype}, key=str):
        yield Literal(wanted, datatype=datatype)
    if "://" in wanted:
        spaces = {nearest.cut(one)[0] for one in known if isinstance(one, NamedNode)}
        near = difflib.get_close_matches(wanted, sorted(spaces), nearest.OFFERED, NEAR)
        yield from map(Literal, near)
    for one in known:
        at = one.value.casefold().find(folded)
        found = one.value[at : at + len(wanted)]
        if at >= 0 and found != wanted and found.casefold() == folded:
            yield Literal(found)
    yield from (one for one in nearest.labelled(case, wanted) if one in known)
    if correctable(folded):
        yield from map(Literal, corrected(folded, known))


def corrected(folded: str, known: Sequence[Node]) -> list[str]:
    """Words, or whole texts, that a text may be with its typing errors corrected."""
    texts = {node.value.casefold(): node.value for node in known}
    if " " not in folded:
        words = (word for node in known for word in BETWEEN.split(node.value) if word)
        texts |= {word.casefold(): word for word in words}
    limit = edits_allowed(folded) if " " not in folded else len(folded)
    close = difflib.get_close_matches(folded, texts, nearest.OFFERED, NEAR)
    return [texts[one] for one in close if distance(folded, one, limit) <= limit]
