"""What is wrong with a query that the engine does not parse, told so that it can be mended.

The engine says how far it looked ahead, in the words of its own grammar; so the place is found
again here, by the grammar, and then by the rules of scope that people break most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice, takewhile

from kg_service.errors import SyntaxProblem, place_in
from kg_service.syntax.brackets import PAIRS
from kg_service.syntax.grammar import Departure, departure
from kg_service.syntax.meant import SQL, nearest, unglued, unknown_word
from kg_service.syntax.outline import Outline
from kg_service.syntax.tokens import Token, Tokens, endless_iri
from kg_service.syntax.vocabulary import AGGREGATES, FUNCTIONS, UPDATES

MODIFIERS = frozenset({"GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET"})
FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
EXPECTED = 6  # more than these say nothing

# Words that are told as one where there are more: a word that is only there with the others, all
# of them, and what is said.
TOGETHER: tuple[tuple[str, frozenset[str], str], ...] = (
    ("||", frozenset({"*", "/", "+", "-", "&&", "||", "NOT", "IN", "a comparison"}), "an operator"),
    (
        "a literal",
        frozenset({"an expression in brackets", "a function", "an IRI", "a literal", "a variable"})
        | {"!", "+", "-", "<<("},
        "an expression",
    ),
    ("~", frozenset({"~", "{|"}), "an annotation"),
    ("BASE", UPDATES | {"a query", "BASE", "PREFIX", "VERSION", "WITH"}, "PREFIX"),
)
END = Token("end", "", 0)


def problem(
    tokens: Tokens, outline: Outline, defaults: Mapping[str, str], engine: str = ""
) -> SyntaxProblem:
    """The first mistake of a query that the engine refused with the message `engine`, or that has a
    word that SPARQL does not have."""
    if outline.form == "UPDATE":
        return _update(tokens)
    if not outline.form and not outline.unknown:
        return SyntaxProblem(tokens.text, 0, "No word says what is asked.", "", FORMS)
    left = departure(tokens)
    until = _place(tokens, left.at) if left else len(tokens.text)
    for prefix, offset in outline.undeclared.items():
        if prefix not in defaults and offset < until:
            return _prefix(tokens, prefix, offset, {**defaults, **outline.prefixes})
    if left:
        return _departed(tokens, left, outline.unknown)
    return next(_scopes(tokens), None) or _engine(tokens, engine)


def _place(tokens: Tokens, at: int) -> int:
    """The offset of a token; behind the last one for the end of the text."""
    if at < len(tokens):
        return tokens.offsets[at]
    return tokens[-1].end if len(tokens) else 0


def _update(tokens: Tokens) -> SyntaxProblem:
    at = next(at for at, raw in enumerate(tokens.raws) if raw.upper() in UPDATES | {"WITH"})
    message = f"{tokens[at]} begins an update, and this is no place for updates."
    return SyntaxProblem(tokens.text, tokens.offsets[at], message, tokens.raws[at], FORMS)


def _prefix(tokens: Tokens, prefix: str, offset: int, known: Mapping[str, str]) -> SyntaxProblem:
    near = tuple(f"{name}:" for name in nearest(prefix, known, near=0.6))
    shown = Token("name", f"{prefix}:", offset)
    message = f"The prefix {shown} has no PREFIX line and is none of the default prefixes."
    expected: tuple[str, ...] = (f"PREFIX {prefix}: <…> at the beginning",)
    if not near and len(known) <= EXPECTED:
        expected += tuple(f"{name}:" for name in sorted(known))
    return SyntaxProblem(tokens.text, offset, message, f"{prefix}:", expected, near)


def _departed(tokens: Tokens, left: Departure, unknown: tuple[int, ...]) -> SyntaxProblem:
    found = tokens[left.at] if left.at < len(tokens) else END
    before = tokens[left.at - 1] if left.at else END
    expected = _few(left.expected)
    if left.at in unknown and found.raw.upper() in SQL:
        return unknown_word(tokens, left.at, left.expected, expected)
    if found.raw == "<" and (endless := endless_iri(tokens.text, found.offset)):
        return endless
    words = [word for word in left.expected if word.isupper()]
    suggestions = [*unglued(found.raw), *nearest(found.raw, words)] if found.kind == "word" else []
    if not suggestions:
        fitting = (text for applies, text in RULES if applies(found, before, left.expected))
        suggestions = [text.format(found=found, before=before) for text in islice(fitting, 1)]
    if left.at in unknown and not suggestions:
        return unknown_word(tokens, left.at, left.expected, expected)
    shown = str(found) if found.raw else "the end of the query"
    message = f"{shown} does not fit here." if found.raw else "The query ends too early."
    if found is END and (opened := _unclosed(tokens)):
        line, column, _ = place_in(tokens.text, opened.offset)
        message = f"The query ends, and {opened.raw} of line {line}, column {column} is open."
        suggestions = [PAIRS[opened.raw]]
    place = _place(tokens, left.at)
    return SyntaxProblem(tokens.text, place, message, shown, expected, tuple(suggestions))


def _few(expected: tuple[str, ...]) -> tuple[str, ...]:
    """What could stand there in a few words; none where that takes many."""
    for mark, words, said in TOGETHER:
        if len(expected) > EXPECTED and mark in expected:
            expected = tuple(dict.fromkeys(said if word in words else word for word in expected))
    return expected if len(expected) <= EXPECTED else ()


Rule = tuple[Callable[[Token, Token, tuple[str, ...]], bool], str]

# Each: whether it is this mistake, by what was found, what is before it and what could stand there;
# and what to write. The first that applies is told.
RULES: tuple[Rule, ...] = (
    (lambda found, before, _: found.raw == before.raw == "=", "= once"),
    (lambda found, before, _: before.raw.upper() == "PREFIX" and found.kind == "word", "{found}:"),
    (
        lambda found, before, expected: expected == ("an IRI in < >",) and found.kind == "name",
        "<{found}>",
    ),
    (lambda found, before, expected: before.raw.upper() == "FILTER", "FILTER( … )"),
    (lambda found, before, expected: found.raw == "<>" and "a comparison" in expected, "!="),
    (
        lambda found, before, expected: found.kind == "variable" and "AS" in expected,
        "AS {found}",
    ),
    (
        lambda found, before, expected: found.raw.upper() == "UNION" and "}" in expected,
        "{{ … }} UNION {{ … }}",
    ),
    (
        lambda found, before, expected: found.raw in ("]", ")") and "}" in expected,
        "}} instead of {found}",
    ),
    (
        lambda found, before, _: found.raw.upper() in AGGREGATES and before.kind != "sign",
        "({found}( … ) AS ?name)",
    ),
    (
        lambda found, before, expected: (
            found.raw.upper() in FUNCTIONS
            and "a variable" in expected
            and not {"FROM", "DISTINCT"}.isdisjoint(expected)
        ),
        "({found}( … ) AS ?name)",
    ),
    (
        lambda found, before, expected: found.raw.upper() == "AS" and "FROM" in expected,
        "( … AS ?name)",
    ),
    (
        lambda found, before, expected: found.raw == "," and "FROM" in expected,
        "a space instead of the comma",
    ),
    (
        lambda found, before, expected: found.raw.upper() in MODIFIERS and "}" in expected,
        "}} before {found}",
    ),
    (lambda found, before, expected: found.raw == "<", "an IRI without spaces and quotes in < >"),
    (
        lambda found, before, expected: "{" in expected and found.kind not in ("sign", "end"),
        "{{ before {found}",
    ),
    (lambda found, before, expected: ")" in expected and found.raw in "}]", ") before {found}"),
    (lambda found, before, expected: "]" in expected and found.raw in "})", "] before {found}"),
    (lambda found, before, expected: "." in expected and _begins(found), ". before {found}"),
    (
        lambda found, before, expected: "a triple pattern" in expected and found.raw == ".",
        "no second dot",
    ),
)


def _begins(token: Token) -> bool:
    """Whether a triple pattern can begin with it."""
    return token.kind in ("variable", "iri", "name", "blank") or token.raw in ("[", "(")


def _unclosed(tokens: Tokens) -> Token | None:
    """The innermost bracket that nothing closes."""
    opened: list[Token] = []
    for token in tokens:
        if token.raw in PAIRS and token.kind == "sign":
            opened.append(token)
        elif opened and token.raw == PAIRS[opened[-1].raw] and token.kind == "sign":
            opened.pop()
    return opened[-1] if opened else None


def _scopes(tokens: Tokens) -> Iterator[SyntaxProblem]:
    """Mistakes of scope, the likeliest first."""
    yield from _starred(tokens)
    yield from _ungrouped(tokens)
    yield from _assigned(tokens)


def _starred(tokens: Tokens) -> Iterator[SyntaxProblem]:
    """SELECT * of what is grouped (SPARQL 1.1 Query, section 18.2.4.4)."""
    words = [raw.upper() for raw in tokens.raws]
    for star in (at for at in range(1, len(words)) if words[at] == "*"):
        if words[star - 1] not in ("SELECT", "DISTINCT", "REDUCED"):
            continue
        depth, opened = 0, False
        for at in range(star + 1, len(words)):
            depth += (words[at] == "{") - (words[at] == "}")
            opened = opened or depth > 0
            if depth < 0 or (opened and depth == 0 and words[at] not in ("}", "GROUP")):
                break
            if opened and depth == 0 and words[at] == "GROUP":
                behind = list(takewhile(lambda raw: raw[0] in "?$", tokens.raws[at + 2 :]))
                message = "SELECT * cannot be of what GROUP BY groups: it has no columns by itself."
                expected = ("the variables that are grouped", "aggregates")
                place, hint = tokens.offsets[star], (" ".join(behind),) if behind else ()
                yield SyntaxProblem(tokens.text, place, message, "*", expected, hint)
                break


def _ungrouped(tokens: Tokens) -> Iterator[SyntaxProblem]:
    """Columns beside an aggregate that are not grouped (SPARQL 1.1 Query, section 18.2.4.1)."""
    words = [raw.upper() for raw in tokens.raws]
    if "SELECT" not in words or "{" not in words or not {*words} & {*AGGREGATES, "GROUP"}:
        return
    first = words.index("SELECT")
    until = words.index("{", first)
    last = max((at for at, word in enumerate(words) if word == "GROUP"), default=len(words))
    grouped = {raw for raw in tokens.raws[last:] if raw[0] in "?$"}
    depth = 0
    for at in range(first + 1, until):
        depth += (words[at] == "(") - (words[at] == ")")
        if not depth and tokens.kinds[at] == "variable" and tokens.raws[at] not in grouped:
            raw = tokens.raws[at]
            message = f"{tokens[at]} is neither grouped nor inside an aggregate."
            hint = (f"GROUP BY {raw}", f"(SAMPLE({raw}) AS ?name)")
            yield SyntaxProblem(tokens.text, tokens.offsets[at], message, raw, (), hint)


def _assigned(tokens: Tokens) -> Iterator[SyntaxProblem]:
    """Variables that get a value by AS and have one before (section 18.2.1)."""
    seen: set[str] = set()
    for at, raw in enumerate(tokens.raws):
        if tokens.kinds[at] != "variable":
            continue
        if at and tokens.raws[at - 1].upper() == "AS" and raw in seen:
            message = f"{tokens[at]} has a value already, and AS cannot give it another."
            yield SyntaxProblem(tokens.text, tokens.offsets[at], message, raw, ("a new variable",))
        seen.add(raw)


def _engine(tokens: Tokens, said: str) -> SyntaxProblem:
    """What the engine says, at the place it says, where no rule knows better.

    It says `error at 1:11: expected one of …`, where alternatives in brackets are classes of
    characters and words of capitals are whatever it tried; sentences are worth telling.
    """
    place, _, rest = said.removeprefix("error at ").partition(": ")
    line, _, column = place.partition(":")
    offset = 0
    if line.isdecimal() and column.isdecimal():
        lines = tokens.text.split("\n")
        offset = sum(len(text) + 1 for text in lines[: int(line) - 1]) + int(column) - 1
    parts = rest.removeprefix("expected one of ").removeprefix("expected ").split(", ")
    sentences = [part for part in parts if " " in part and part[0].isupper()]
    message = f"{sentences[0]}." if sentences else "The engine does not read it up to here."
    return SyntaxProblem(tokens.text, min(offset, len(tokens.text)), message)
