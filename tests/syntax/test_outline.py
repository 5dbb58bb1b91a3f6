"""The outline of a query: what its text says before any parser reads it."""

from __future__ import annotations

import time

import pytest
from pyoxigraph import Store

from kg_service.errors import QueryLimitError
from kg_service.syntax.guards import LIMITS, guard
from kg_service.syntax.outline import Outline, Place, outline_of
from kg_service.syntax.tokens import content, tokens_of
from tests.syntax import w3c


def outline(text: str) -> Outline:
    return outline_of(tokens_of(text), {"kg": "https://w3id.org/heliotrope/KG_"})


def size(text: str, name: str) -> int:
    return outline(text).sizes[name].number


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("PREFIX select: <x:y> ASK { ?select select:ask 'CONSTRUCT' } # DESCRIBE", "ASK"),
        ("select * { { ask } }", "SELECT"),
        ("BASE <x:y/> construct where { }", "CONSTRUCT"),
        ("DESCRIBE kg:0000042", "DESCRIBE"),
        ("INSERT DATA { }", "UPDATE"),
        ("PREFIX a: <x:y> DELETE WHERE { }; DROP ALL", "UPDATE"),
        ("", ""),
    ],
)
def test_the_form_is_the_first_word_that_says_one(text: str, form: str) -> None:
    assert outline(text).form == form


def test_prefixes_that_are_declared_and_those_that_are_not() -> None:
    found = outline(
        "PREFIX a: <x:a/> BASE <http://b.c/d/> PREFIX : <e> ASK { :x a:y kg:1 ; h:z 'no:w' }"
    )
    assert found.prefixes == {"a": "x:a/", "": "http://b.c/d/e"}
    assert found.base == "http://b.c/d/"
    assert found.undeclared == {"kg": 64, "h": 71}


def test_graphs_services_and_loads_with_their_places() -> None:
    text = "SELECT * FROM kg:1 FROM NAMED <x:g\\u0032> { SERVICE SILENT <http://a.b/> { SERVICE ?s {} } }"
    found = outline(text)
    assert found.graphs == (
        Place("FROM", "https://w3id.org/heliotrope/KG_1", 9, 18),
        Place("FROM NAMED", "x:g2", 19, 41),
    )
    assert [text[place.start : place.end] for place in found.services] == [
        "SERVICE SILENT <http://a.b/>",
        "SERVICE ?s",
    ]
    assert [(place.iri, place.silent) for place in found.services] == [
        ("http://a.b/", True),
        ("", False),
    ]
    found = outline(
        "LOAD SILENT <file:///a> INTO GRAPH <x:b> ; WITH <x:c> DELETE {} USING NAMED <x:d> WHERE {}"
    )
    assert found.loads == (Place("LOAD", "file:///a", 0, 23, True),)
    assert [(place.clause, place.iri) for place in found.graphs] == [
        ("WITH", "x:c"),
        ("USING NAMED", "x:d"),
    ]


@pytest.mark.parametrize(
    ("text", "volatile"),
    [
        ("ASK { FILTER(rand() > 0.5) BIND(sTrUuId() AS ?now) }", {"RAND", "STRUUID"}),
        ("ASK { ?s kg:RAND ?now ; ?p 'NOW()' } # UUID", set()),
        # The engine reads two comparisons here, and a tokenizer of the grammar an IRI.
        ("ASK { ?a ?b ?c FILTER(?a<RAND()&&?b>?c) }", {"RAND"}),
    ],
)
def test_functions_that_answer_otherwise_next_time(text: str, volatile: set[str]) -> None:
    assert outline(text).volatile == volatile


@pytest.mark.parametrize(
    ("text", "name", "number"),
    [
        ("ASK { { } { { } } }", "depth", 3),
        ("ASK { FILTER(!!!(?a)) }", "depth", 6),
        ("ASK { FILTER(?a<((((1)>0)))) }", "depth", 6),
        ("ASK { ?s ?p [ ?p ( 1 <<( 1 1 1 )>> ) ] }", "depth", 4),
        ("ASK { ?s ?p 1, 2 ; ?q 3 . ?t ?r 4 }", "patterns", 4),
        (
            "ASK { ?s ?p ?o { ?s ?p ?o } OPTIONAL { ?s ?p ?o . } ?s ?p ?o FILTER(?o) }",
            "patterns",
            4,
        ),
        ("ASK { ?s kg:1/kg:2/kg:3 ?o }", "patterns", 3),
        ("ASK { ?s ?p (1 2 3) }", "patterns", 7),
        ("ASK { ?s ?p [ ?p 1 ; ?p 2 ] }", "patterns", 3),
        ("CONSTRUCT { ?s ?p 1, 2, 3 } { ?s ?p ?o }", "patterns", 0),
        ("ASK { ?s (kg:1|kg:2|^kg:3) ?o }", "path", 4),
        ("ASK { ?s kg:1|kg:2 ?o ; kg:1|kg:2 ?o }", "path", 2),
        ("ASK { { } UNION { } UNION { { } UNION { } } }", "unions", 2),
        ("ASK { FILTER(1 + 2 - 3 * 4 -5 || (6 && 7)) }", "operators", 5),
        ("SELECT (1 AS ?x) { } GROUP BY (?x) HAVING (?x) ORDER BY ?x", "expressions", 3),
        ("ASK { FILTER(?x IN (1, 2, (3), 4)) }", "list", 4),
        ("ASK { VALUES (?x ?y) { (1 2) (UNDEF 3) } }", "rows", 2),
        ("DESCRIBE ?x kg:1 <x:y> { ?x ?y ?z }", "described", 3),
        ("ASK { <x:yz> ?p ?o }", "iri", 4),
    ],
)
def test_how_large_a_query_is(text: str, name: str, number: int) -> None:
    assert size(text, name) == number


def test_a_query_past_a_limit_is_refused_with_its_place() -> None:
    text = "ASK {\n" + "{" * 199 + "}" * 199 + "\n}"
    guard(text, outline(text))
    deep = "ASK {\n" + "{" * 200 + "}" * 200 + "\n}"
    with pytest.raises(
        QueryLimitError, match=r"201 brackets .* line 2, column 200; the limit depth is 200"
    ) as caught:
        guard(deep, outline(deep))
    assert vars(caught.value)["name"] == "depth"


def test_what_the_engine_reads_has_known_words_and_is_far_below_the_limits() -> None:
    sizes, engine = dict.fromkeys(LIMITS, 0), Store()
    for file in w3c.queries():
        text = file.read_bytes().decode("utf-8", "replace")
        try:
            engine.query(text, base_iri="http://example.org/")
        except (SyntaxError, ValueError, RuntimeError, OSError):
            continue
        assert outline(text).unknown == (), file
        for name, found in outline(text).sizes.items():
            sizes[name] = max(sizes.get(name, 0), found.number)
    if not any(sizes.values()):
        pytest.skip("the W3C suites are not beside the repository")
    assert all(sizes[name] <= limit // 2 for name, limit in LIMITS.items()), sizes


def test_lists_and_rows_of_a_hundred_thousand_pass() -> None:
    values = " ".join(map(str, range(100_000)))
    rows = " ".join(f"({number})" for number in range(100_000))
    for text in (
        f"ASK {{ FILTER(1 IN ({values.replace(' ', ',')})) }}",
        f"ASK {{ VALUES ?x {{ {values} }} }}",
        f"ASK {{ VALUES (?x) {{ {rows} }} }}",
    ):
        guard(text, outline(text))


def test_many_prefixes_are_read_soon() -> None:
    lines = "".join(f"PREFIX p{at}: <x:{at}/> " for at in range(16_000))
    start = time.process_time()
    assert [place.iri for place in outline(lines + "ASK FROM p7:a {}").graphs] == ["x:7/a"]
    assert time.process_time() - start < 1.5


def test_what_is_in_a_string() -> None:
    assert content("'a\\tb\\u0041\\\\u0041\\''") == "a\tbA\\u0041'"
    assert content('"""a"b"""') == 'a"b'
