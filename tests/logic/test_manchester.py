"""Manchester syntax: what an expression becomes, and what is said of one that cannot be read."""

from __future__ import annotations

import pyhornedowl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_service.errors import ExpressionError, RequestError
from kg_service.logic import adapter
from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Node
from kg_service.logic.manchester import parse
from kg_service.logic.rendering import render
from kg_service.logic.vocabulary import (
    CLASS,
    DATA_PROPERTY,
    DATATYPE,
    INDIVIDUAL,
    OBJECT_PROPERTY,
    Vocabulary,
)
from kg_service.names import Names
from tests.sampling import examples

T = "https://w3id.org/heliotrope/test/"
H = ax.VOCABULARY
NAMES = Names({"t": T, "h": H, "xsd": ax.XSD})
DISEASE, RASH, SAME_1, SAME_2 = (f"{T}{name}" for name in ("disease", "rash", "same1", "same2"))
PRESENTS, TREATS, AGE, SCORE = (f"{T}{name}" for name in ("presents", "treats", "age", "score"))
ANN, BOB, TITRE = (f"{T}{name}" for name in ("ann", "bob", "titre"))
INTEGER, DECIMAL, STRING = (f"{ax.XSD}{name}" for name in ("integer", "decimal", "string"))
VOCABULARY = Vocabulary(
    {
        "disease kind": [DISEASE],
        "Heliotrope rash": [RASH],
        "rash": [RASH],
        "min": [f"{T}min"],
        "Sjögren's disease": [f"{T}sjogren"],
        "atrophy": [SAME_1, SAME_2],
        "may present with": [PRESENTS],
        "treats": [TREATS],
        "has age": [AGE],
        "score": [SCORE],
        "Ann": [ANN],
        "Bob": [BOB],
        "titre": [TITRE],
    },
    {
        DISEASE: [CLASS],
        RASH: [CLASS, INDIVIDUAL],
        f"{T}min": [CLASS],
        f"{T}sjogren": [CLASS],
        SAME_1: [CLASS],
        SAME_2: [CLASS],
        PRESENTS: [OBJECT_PROPERTY],
        TREATS: [OBJECT_PROPERTY],
        AGE: [DATA_PROPERTY],
        SCORE: [DATA_PROPERTY],
        ANN: [INDIVIDUAL],
        BOB: [INDIVIDUAL],
        TITRE: [DATATYPE],
    },
    NAMES,
)


def literal(text: str, name: str = "string", language: str = "") -> Node:
    return ("literal", text, ax.XSD + name, language)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("'disease kind'", DISEASE),
        ("'Disease  KIND'", DISEASE),
        ("t:disease", DISEASE),
        (f"<{DISEASE}>", DISEASE),
        ("rash", RASH),
        ("owl:Thing", ax.THING),
        ("'min'", f"{T}min"),
        (r"'Sjögren\'s disease'", f"{T}sjogren"),
        ("rash and rash", RASH),
        ("rash and 'disease kind' AND rash", ("and", DISEASE, RASH)),
        (
            "t:same1 or rash and not 'disease kind'",
            ("or", SAME_1, ("and", RASH, ("not", DISEASE))),
        ),
        ("(rash or t:same1) and t:same2", ax.gather("and", [("or", RASH, SAME_1), SAME_2])),
        ("not not rash", RASH),
        ("not treats some rash", ("not", ("some", TREATS, RASH))),
        ("not (treats some rash)", ("not", ("some", TREATS, RASH))),
        (
            "treats some rash and t:same1",
            ax.gather("and", [("some", TREATS, RASH), SAME_1]),
        ),
        ("treats some treats only rash", ("some", TREATS, ("only", TREATS, RASH))),
        ("'may present with' value 'Heliotrope rash'", ("value", PRESENTS, RASH)),
        ("inverse treats value Ann", ("value", ("inverse", TREATS), ANN)),
        ("inverse (treats) some rash", ("some", ("inverse", TREATS), RASH)),
        ("treats min 2 rash", ("min", 2, TREATS, RASH)),
        ("treats min 1 rash", ("some", TREATS, RASH)),
        ("treats min 0 rash", ax.THING),
        ("treats max 3", ("max", 3, TREATS, ax.THING)),
        ("treats min 2 and rash", ax.gather("and", [("min", 2, TREATS, ax.THING), RASH])),
        (
            "treats exactly 2 rash",
            ("and", ("max", 2, TREATS, RASH), ("min", 2, TREATS, RASH)),
        ),
        ("treats Self", ("opaque", f"ObjectHasSelf(<{TREATS}>)")),
        ("{Bob, Ann, Bob}", ("one", ANN, BOB)),
        (
            "rash that treats some rash and not treats some t:same1",
            ax.gather("and", [RASH, ("some", TREATS, RASH), ("not", ("some", TREATS, SAME_1))]),
        ),
        (
            "'has age' some xsd:integer[< 18]",
            (
                "data",
                AGE,
                ("facets", INTEGER, (f"{ax.XSD}maxExclusive", literal("18", "integer"))),
            ),
        ),
        (
            "score some [>= 7.5, <10]",
            (
                "data",
                SCORE,
                (
                    "facets",
                    DECIMAL,
                    (f"{ax.XSD}maxExclusive", literal("10", "integer")),
                    (f"{ax.XSD}minInclusive", literal("7.5", "decimal")),
                ),
            ),
        ),
        ("'has age' some integer", ("data", AGE, INTEGER)),
        ("'has age' some titre", ("data", AGE, TITRE)),
        ("'has age' value 37", ("data-value", AGE, literal("37", "integer"))),
        ("score value -1.5e3f", ("data-value", SCORE, literal("-1.5e3", "float"))),
        ("score value TRUE", ("data-value", SCORE, literal("true", "boolean"))),
        (r'score value "a \"b\""', ("data-value", SCORE, literal('a "b"'))),
        (
            'score value "Ausschlag"@de-AT',
            ("data-value", SCORE, ("literal", "Ausschlag", f"{ax.RDF}langString", "de-AT")),
        ),
        ('score value "7"^^xsd:byte', ("data-value", SCORE, literal("7", "byte"))),
        (
            'score some {"b", "a"}',
            ("data", SCORE, ("literals", literal("a"), literal("b"))),
        ),
        (
            "score only (integer or not decimal)",
            (
                "opaque",
                f"DataAllValuesFrom(<{SCORE}> DataUnionOf(<{INTEGER}>"
                f" DataComplementOf(<{DECIMAL}>)))",
            ),
        ),
        ("score min 1", ("opaque", f"DataMinCardinality(1 <{SCORE}>)")),
    ],
)
def test_an_expression_becomes_its_node(text: str, node: Node) -> None:
    assert parse(text, VOCABULARY) == node


CLASS_HERE = ("a class", "a property with 'some', 'value' …", "'not'", "'('", "'{'")
RESTRICTION_HERE = ("'some'", "'only'", "'value'", "'min'", "'max'", "'exactly'", "'self'")
LITERAL_HERE = ('a text such as "x"', "a number such as 37 or 7.5 or 1.5f", "true", "false")
NUMBER_HERE = ("a whole number from 0 to 1000",)
END = "the end of the expression"


@pytest.mark.parametrize(
    ("text", "place", "found", "expected", "suggestions"),
    [
        ("", (1, 1), END, CLASS_HERE, ()),
        (" \n ", (1, 1), END, CLASS_HERE, ()),
        ("rash and", (1, 9), END, CLASS_HERE, ()),
        ("rash and\n  or rash", (2, 3), "or", CLASS_HERE, ()),
        ("(rash", (1, 6), END, ("'and'", "'or'", "')' for the '(' at line 1, column 1"), ()),
        (
            "rash and\n (rash]",
            (2, 7),
            "]",
            ("'and'", "'or'", "')' for the '(' at line 2, column 2"),
            (),
        ),
        ("rash)", (1, 5), ")", ("'and'", "'or'", END), ()),
        ("rash rash", (1, 6), "rash", ("'and'", "'or'", END), ()),
        ("'disease kind", (1, 1), "'disease kind", ("' at the end of the label",), ()),
        ('score value "x', (1, 13), '"x', ('" at the end of the string',), ()),
        ("<https://w3id.org/x", (1, 1), "<https://w3id.org/x", ("> at the end of the IRI",), ()),
        ("rash & rash", (1, 6), "&", ("'and'", "'or'", END), ()),
        ("@de", (1, 1), "@de", CLASS_HERE, ()),
        ("rash and ^", (1, 10), "^", ("a name", "a keyword", "a bracket"), ()),
        ("treats", (1, 7), END, RESTRICTION_HERE, ()),
        ("treats rash", (1, 8), "rash", RESTRICTION_HERE, ()),
        ("treats some", (1, 12), END, CLASS_HERE, ()),
        ("treats value", (1, 13), END, ("an individual",), ()),
        ("treats value t:disease", (1, 14), "t:disease", ("an individual",), ()),
        ("treats min rash", (1, 12), "rash", NUMBER_HERE, ()),
        ("treats min -1 rash", (1, 12), "-1", NUMBER_HERE, ()),
        ("treats min 2.5", (1, 12), "2.5", NUMBER_HERE, ()),
        ("treats max 1001", (1, 12), "1001", NUMBER_HERE, ()),
        (f"treats max {'9' * 9000}", (1, 12), f"{'9' * 60}…", NUMBER_HERE, ()),
        ("score value 7.5.1", (1, 13), "7.5.1", LITERAL_HERE, ()),
        ("score value 1e5", (1, 13), "1e5", LITERAL_HERE, ()),
        ("score value rash", (1, 13), "rash", LITERAL_HERE, ()),
        ("score self", (1, 7), "self", RESTRICTION_HERE[:-1], ()),
        ("'has age' some [18]", (1, 17), "18", ("'<'", "'<='", "'>'", "'>='", "'length'", "'minlength'", "'maxlength'", "'pattern'", "'langrange'"), ()),
        ("'has age' some [< 18", (1, 21), END, ("','", "']' for the '[' at line 1, column 16"), ()),
        ("'has age' some rash", (1, 16), "rash", ("a datatype",), ()),
        ("'has age' some or", (1, 16), "or", ("a datatype", "'not'", "'('", "'{'", "'['"), ()),
        ("{Ann", (1, 5), END, ("','", "'}' for the '{' at line 1, column 1"), ()),
        ("{37}", (1, 2), "37", ("an individual",), ()),
        ("min", (1, 1), "min", CLASS_HERE, ("'min'",)),
        ("inverse has", (1, 9), "has", ("an object property",), ()),
        ("rash some rash", (1, 1), "rash", ("an object property", "a data property"), ("'treats'",)),
        ("Ann", (1, 1), "Ann", ("a class",), ()),
        ("atrophy", (1, 1), "atrophy", ("one of them",), ("t:same1", "t:same2")),
        ("disease kind", (1, 1), "disease", ("a class",), ("'disease kind'",)),
        ("'heliotrop rash'", (1, 1), "'heliotrop rash'", ("a class",), ("'Heliotrope rash'",)),
        ("t:disaese", (1, 1), "t:disaese", ("a class",), ("t:disease",)),
        ("<https://example.org/x>", (1, 1), "<https://example.org/x>", ("a class",), ()),
        ("tt:disease", (1, 1), "tt:disease", ("a name with a known prefix",), ("'disease kind'", "t:disease")),
    ],
)  # fmt: skip
def test_a_wrong_expression_says_where_and_what_was_expected(
    text: str,
    place: tuple[int, int],
    found: str,
    expected: tuple[str, ...],
    suggestions: tuple[str, ...],
) -> None:
    with pytest.raises(ExpressionError) as wrong:
        parse(text, VOCABULARY)
    error = wrong.value
    assert ((error.line, error.column), error.found, error.expected, error.suggestions) == (
        place,
        found,
        expected,
        suggestions,
    )
    assert error.message.startswith(f"line {place[0]}, column {place[1]}: ")
    assert len(f"{error.message}{error.advice}".splitlines()) == 1
    line, caret = error.caret.split("\n")
    assert caret.strip() == "^"
    assert found in (END, line[len(caret) - 1 :][: len(found)]) or found.endswith("…")


def test_an_expression_error_is_an_error_of_a_request_with_the_place_below_the_line() -> None:
    with pytest.raises(ExpressionError) as wrong:
        parse("rash and\n  'may present with' value 'Heliotrop rash'", VOCABULARY)
    assert isinstance(wrong.value, RequestError)
    assert str(wrong.value) == (
        "line 2, column 28: 'Heliotrop rash' names nothing here. "
        "Expected an individual. Did you mean 'Heliotrope rash'?"
    )
    assert wrong.value.caret == (
        "  'may present with' value 'Heliotrop rash'\n                           ^"
    )


def test_the_line_of_a_long_expression_is_cut_around_the_place() -> None:
    with pytest.raises(ExpressionError) as wrong:
        parse("rash and " * 100 + "nothing " + "and rash " * 100, VOCABULARY)
    line, caret = wrong.value.caret.split("\n")
    assert line[len(caret) - 1 :].startswith("nothing and rash")
    assert (line[0], line[-1], len(line)) == ("…", "…", 122)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 4000 + "rash" + ")" * 4000,
        "not " * 2000 + "rash",
        "treats some " * 800 + "rash",
        "treats some (" * 700 + "rash",
        "score some " + "(" * 5000,
        "score some " + "not " * 2000,
    ],
)
def test_an_expression_that_is_too_deep_is_refused_where_it_gets_too_deep(text: str) -> None:
    with pytest.raises(ExpressionError) as wrong:
        parse(text, VOCABULARY)
    assert wrong.value.expected == ("at most 50 levels",)
    assert (wrong.value.line, wrong.value.column > 50) == (1, True)


def test_fifty_levels_are_read() -> None:
    assert parse("(" * 49 + "rash" + ")" * 49, VOCABULARY) == RASH


def test_an_expression_that_is_too_long_is_refused() -> None:
    with pytest.raises(ExpressionError) as wrong:
        parse("(" * 100_000, VOCABULARY)
    assert wrong.value.expected == ("at most 10000 characters",)
    assert wrong.value.found == "100000 characters"


PIECES = [
    *("and", "or", "not", "some", "only", "value", "min", "exactly", "self", "that", "inverse"),
    *("rash", "t:disease", "'may present with'", "treats", "score", "Ann", "integer", "true"),
    *(
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        ",",
        "<",
        ">=",
        "^^",
        "@en",
        '"x"',
        "'",
        '"',
        "\\",
        "7",
        "-1.5f",
    ),
]


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=12).map(" ".join))
def test_any_text_is_read_or_refused_with_a_place_in_it(text: str) -> None:
    try:
        node = parse(text, VOCABULARY)
    except ExpressionError as wrong:
        lines = text.split("\n")
        assert 1 <= wrong.line <= len(lines)
        assert 1 <= wrong.column <= len(lines[wrong.line - 1]) + 1
    else:
        assert parse(render(node, VOCABULARY.written), VOCABULARY) == node


IRIS = st.sampled_from([DISEASE, RASH, SAME_1, f"{T}min", f"{T}sjogren", ax.THING])
PROPERTIES = st.sampled_from([PRESENTS, TREATS]) | st.sampled_from(
    [("inverse", PRESENTS), ("inverse", TREATS)]
)
PEOPLE = st.sampled_from([ANN, BOB, RASH])
LITERALS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8).map(literal),
    st.integers().map(lambda number: literal(str(number), "integer")),
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(
        lambda number: literal(str(number), "decimal")
    ),
    st.floats().map(lambda number: literal(repr(number), "float")),
    st.booleans().map(lambda truth: literal(str(truth).lower(), "boolean")),
    st.text("ab'\"\\", max_size=5).map(lambda text: literal(text, "token")),
    st.sampled_from(["en", "de-AT"]).map(
        lambda tag: ("literal", "rash", f"{ax.RDF}langString", tag)
    ),
)
FACET = st.sampled_from(["minInclusive", "maxExclusive", "pattern", "length"]).map(
    lambda name: ax.XSD + name
)
RANGES = st.one_of(
    st.sampled_from([INTEGER, DECIMAL, f"{T}titre"]),
    st.sets(LITERALS, min_size=1, max_size=3).map(lambda found: ("literals", *sorted(found))),
    st.tuples(
        st.sampled_from([INTEGER, STRING, f"{T}titre"]),
        st.lists(st.tuples(FACET, LITERALS), min_size=1, max_size=3),
    ).map(lambda pair: ("facets", pair[0], *sorted(pair[1]))),
)
LEAVES = st.one_of(
    IRIS,
    st.tuples(st.just("value"), PROPERTIES, PEOPLE),
    st.sets(PEOPLE, min_size=1).map(lambda found: ("one", *sorted(found))),
    st.tuples(st.just("data"), st.sampled_from([AGE, SCORE]), RANGES),
    st.tuples(st.just("data-value"), st.sampled_from([AGE, SCORE]), LITERALS),
    PROPERTIES.map(lambda of: ("opaque", f"ObjectHasSelf({ax.text(of)})")),
    st.sampled_from(["Min", "Max", "Exact"]).map(
        lambda kind: ("opaque", f"Data{kind}Cardinality(2 <{AGE}> <{INTEGER}>)")
    ),
)


def _larger(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        several.map(lambda members: ax.gather("and", members)),
        several.map(lambda members: ax.gather("or", members)),
        inner.map(ax.complement),
        st.builds(ax.some, PROPERTIES, inner),
        st.tuples(st.just("only"), PROPERTIES, inner),
        st.builds(ax.least, st.integers(0, 9), PROPERTIES, inner),
        st.builds(ax.most, st.integers(0, 9), PROPERTIES, inner),
    )


NODES = st.recursive(LEAVES, _larger, max_leaves=8)


@settings(max_examples=examples(300), deadline=None)
@given(NODES)
def test_a_node_written_in_manchester_syntax_is_read_back_as_it_was(node: Node) -> None:
    assert parse(render(node, VOCABULARY.written), VOCABULARY) == node


@settings(max_examples=examples(60), deadline=None)
@given(NODES)
def test_a_node_is_what_the_adapter_makes_of_the_same_expression(node: Node) -> None:
    # Functional syntax read by py-horned-owl: a second reader that knows nothing of ours.
    text = f"Ontology(SubClassOf(<{T}x> {ax.text(node)}))"
    (component,) = pyhornedowl.open_ontology_from_string(text, "ofn").get_axioms()
    read = adapter.expression(component.component.sup)
    assert parse(render(node, VOCABULARY.written), VOCABULARY) == read


@pytest.mark.parametrize(
    ("functional", "manchester"),
    [
        ("ObjectIntersectionOf(t:b t:rash t:b)", "rash and t:b and rash"),
        ("ObjectExactCardinality(0 t:treats t:rash)", "treats exactly 0 rash"),
        ("ObjectMinCardinality(1 t:treats t:rash)", "treats min 1 rash"),
        ("ObjectComplementOf(ObjectComplementOf(t:rash))", "not (not rash)"),
        ("ObjectHasSelf(ObjectInverseOf(t:treats))", "inverse treats Self"),
        ('DataHasValue(t:score "x"@en)', 'score value "x"@en'),
        ("DataMinCardinality(1 t:score)", "score min 1"),
        ('DataMaxCardinality(2 t:score DataOneOf("a" "7"^^xsd:integer))', 'score max 2 {"a", 7}'),
        (
            "DataAllValuesFrom(t:score DatatypeRestriction(xsd:integer xsd:minInclusive "
            '"3"^^xsd:integer xsd:maxExclusive "9"^^xsd:integer))',
            "score only integer[>= 3, < 9]",
        ),
        (
            "DataSomeValuesFrom(t:score DataIntersectionOf(xsd:integer "
            "DataComplementOf(DataUnionOf(xsd:short xsd:long))))",
            "score some (integer and not (xsd:short or xsd:long))",
        ),
        (
            "DataSomeValuesFrom(t:score DatatypeRestriction(xsd:string xsd:pattern "
            '"a+" xsd:length "3"^^xsd:integer))',
            'score some string[pattern "a+", LENGTH 3]',
        ),
    ],
)
def test_an_expression_in_two_syntaxes_is_one_node(functional: str, manchester: str) -> None:
    prefixes = f"Prefix(t:=<{T}>)\nPrefix(xsd:=<{ax.XSD}>)\n"
    text = f"{prefixes}Ontology(SubClassOf(t:x {functional}))"
    (component,) = pyhornedowl.open_ontology_from_string(text, "ofn").get_axioms()
    vocabulary = Vocabulary(
        {"rash": [RASH], "treats": [TREATS], "score": [SCORE]},
        {
            RASH: [CLASS],
            f"{T}b": [CLASS],
            TREATS: [OBJECT_PROPERTY],
            SCORE: [DATA_PROPERTY],
        },
        NAMES,
    )
    assert parse(manchester, vocabulary) == adapter.expression(component.component.sup)


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (("and", DISEASE, ("value", PRESENTS, RASH)), "'disease kind' and ('may present with' value 'Heliotrope rash')"),
        (("some", ("inverse", TREATS), ("or", SAME_1, SAME_2)), "inverse 'treats' some (t:same1 or t:same2)"),
        (f"{T}sjogren", r"'Sjögren\'s disease'"),
        ((PRESENTS, TREATS), "'may present with' o 'treats'"),
        (("data", AGE, ("facets", INTEGER, (f"{ax.XSD}maxExclusive", literal("18", "integer")))), "'has age' some xsd:integer[< 18]"),
    ],
)  # fmt: skip
def test_a_node_is_rendered_with_the_labels_of_its_names(node: Node, text: str) -> None:
    assert render(node, VOCABULARY.written) == text
