"""Rule: filters that nothing passes, and that something would pass with another constant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from pyoxigraph import Literal, NamedNode

from kg_service.diagnosis import nearest
from kg_service.diagnosis.case import Broken, Case, Node
from kg_service.diagnosis.constants import FUNCTIONS, Constant, asked, constants, quoted, same
from kg_service.diagnosis.texts import NEAR, correctable
from kg_service.syntax.patterns import Term
from kg_service.syntax.rendering import joined
from kg_service.syntax.tokens import Token
from kg_service.words import distance, edits_allowed

CONSTANTS = 20  # constants of a filter that are looked at
TRIED = 8  # other constants that are tried in place of one

# Whether a term is of a kind (SPARQL 1.1 Query, section 17.4.2.1 to 17.4.2.5).
KINDS = ("isIRI", "isLiteral", "isBlank", "isNumeric")
KIND_TESTS = frozenset({"ISURI", *(name.upper() for name in KINDS)})


def failing_filters(case: Case) -> Iterator[Broken]:
    """Filters that hold a variable against a text, language, datatype, kind or IRI it never has,
    and nearly has."""
    if not case.found.filters or not case.meet(case.required):
        return
    for found in case.found.filters:
        if found.required and not case.meet([*case.required, joined(found.tokens)]):
            yield from islice(_mistakes(case, found.tokens), 1)


def _mistakes(case: Case, tokens: Term) -> Iterator[Broken]:
    names = dict.fromkeys(token.raw[1:] for token in tokens if token.kind == "variable")
    for constant in islice(constants(case, tokens), CONSTANTS):
        first, last = tokens[constant.start], tokens[constant.end - 1]
        function, name = asked(tokens, constant.start)
        if function in FUNCTIONS:
            had = FUNCTIONS[function](case.values(name, case.required))
            if not any(same(function, constant.term.value, one) for one in had):
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
    changed = (*tokens[: constant.start], inserted, *tokens[constant.end :])
    return case.meet([*case.required, joined(changed)])


def others(case: Case, term: Node, names: Iterable[str]) -> Iterator[Node]:
    """The terms that may be meant by a constant compared with variables, the likeliest first."""
    wanted, folded = term.value, term.value.casefold()
    known = [one for name in names for one in case.alike(name, case.required, wanted)]
    yield from (one for one in known if one.value.casefold() == folded and one != term)
    if isinstance(term, NamedNode):
        if not case.ask("exists", thing=term):
            yield from nearest.among(case, term, known)
        return
    if not wanted:
        return
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
        texts |= {word.casefold(): word for node in known for word in node.value.split()}
    limit = edits_allowed(folded) if " " not in folded else len(folded)
    close = difflib.get_close_matches(folded, texts, nearest.OFFERED, NEAR)
    return [texts[one] for one in close if distance(folded, one, limit) <= limit]
