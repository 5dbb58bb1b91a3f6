"""The rules of a diagnosis, each over a few triples of anybody's data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store

from kg_service.diagnosis import nearest, questions
from kg_service.diagnosis.report import diagnose
from kg_service.errors import QueryUnknownError

QUESTIONS = questions.load(Path(__file__).parents[1])
PREFIXES = {"": "http://example.org/", "rdfs": "http://www.w3.org/2000/01/rdf-schema#"}
DATA = """
@prefix : <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
:rose a :Plant, :Thing ; :grows_in :garden ; :petals 5 ; skos:prefLabel "rose" ; :colour "red"@en .
:oak a :Plant, :Thing ; :grows_in :wood ; :petals 0 .
:garden a :Place, :Thing ; skos:prefLabel "Garden" ; :owner :ann .
:wood a :Place, :Thing ; skos:prefLabel "wood" .
:ann a :Person, :Thing ; :likes :rose, "tea" ; :born 1980 .
:item_0042 a :Thing ; :petals 3 .
:Plant rdfs:subClassOf :Thing .
:Place rdfs:subClassOf :Thing .
:notes { :rose :smell "sweet" . :oak :height 30 }
"""


@pytest.fixture(scope="module")
def store() -> Store:
    made = Store()
    made.load(DATA.encode(), format=RdfFormat.TRIG)
    return made


def told(store: Store, text: str, **more: Any) -> dict[str, Any]:
    return diagnose(store, text, PREFIXES, QUESTIONS, **more)


def reading(store: Store, text: str) -> tuple[str, str, list[str]]:
    """What the one broken place is, why, and what can stand instead."""
    (broken,) = told(store, text)["broken"]
    return broken["text"], broken["reason"], broken["instead"]


def test_every_question_runs_as_it_stands(store: Store) -> None:
    assert len(QUESTIONS) == 14
    for text in QUESTIONS.values():
        store.query(text)


def test_every_question_is_asked_and_every_name_asked_is_a_question() -> None:
    code = Path(__file__).parents[1] / "kg_service" / "diagnosis"
    text = "".join(path.read_text("utf-8") for path in code.glob("*.py"))
    for name in QUESTIONS:
        assert f'"{name}"' in text


@pytest.mark.parametrize(
    ("query", "instead"),
    [
        # A property: letters, order of words, case, another namespace.
        ("SELECT * { ?x :growsin ?y }", ":grows_in"),
        ("SELECT * { ?x <http://example.com/owner> ?y }", ":owner"),
        # A class, a graph.
        ("SELECT * { ?x a :Plants }", ":Plant"),
        ("SELECT * { GRAPH :note { ?x :smell ?y } }", ":notes"),
        # A thing: letters, case, digits exchanged, zeros, namespace.
        ("SELECT * { :gadren :owner ?y }", ":garden"),
        ("SELECT * { :Garden :owner ?y }", ":garden"),
        ("SELECT * { :item_0024 :petals ?y }", ":item_0042"),
        ("SELECT * { :item_42 :petals ?y }", ":item_0042"),
        ("SELECT * { <http://example.com/garden> :owner ?y }", ":garden"),
    ],
)
def test_the_nearest_term_stands_first(store: Store, query: str, instead: str) -> None:
    text, reason, others = reading(store, query)
    assert reason == f"{text} is nowhere in the data at this place."
    assert others[0] == instead


def test_a_thing_may_be_meant_by_its_label() -> None:
    store = Store()
    store.load(
        b'<http://example.org/1> <http://www.w3.org/2000/01/rdf-schema#label> "Lung cancer" .',
        format=RdfFormat.TURTLE,
    )
    assert reading(store, "SELECT * { :LungCancer ?p ?o }")[2] == [":1"]


def test_of_names_alike_the_one_of_the_same_namespace_stands_first() -> None:
    store = Store()
    store.load(
        b"<a:x> <http://a.org/colors> 1 ; <http://example.org/colors> 2 .",
        format=RdfFormat.TURTLE,
    )
    assert reading(store, "SELECT * { ?x :colours ?y }")[2] == [":colors", "<http://a.org/colors>"]


def test_a_term_without_a_simple_name_is_written_as_iri(store: Store) -> None:
    query = "PREFIX : <http://elsewhere.org/> SELECT * { <http://example.org/gadren> ?p ?o }"
    assert reading(store, query)[2] == ["<http://example.org/garden>"]


def test_a_property_of_another_graph_is_told_with_the_graph(store: Store) -> None:
    found = told(store, "SELECT * { ?x :smell ?y }")
    (broken,) = found["broken"]
    assert (broken["text"], broken["instead"]) == (":smell", [])
    assert [one["iri"] for one in broken["suggestions"]] == ["http://example.org/notes"]
    assert (
        broken["reason"] == ":smell is in no triple of the graph asked here; it is in other graphs."
    )


def test_a_graph_that_lacks_the_property_is_what_is_broken() -> None:
    store = Store()
    store.load(DATA.encode(), format=RdfFormat.TRIG)
    store.load(b"<a:x> <a:y> <a:z> .", format=RdfFormat.TURTLE, to_graph=NamedNode("a:g"))
    assert reading(store, "SELECT * { GRAPH <a:g> { ?x :smell ?y } }") == (
        "<a:g>",
        ":smell is in no triple of the graph asked here; it is in other graphs.",
        [":notes"],
    )


def test_graphs_outside_the_dataset_do_not_count(store: Store) -> None:
    dataset = {"default_graph": [NamedNode("http://example.org/notes")], "named_graphs": []}
    found = told(store, "SELECT * { ?x :owner ?y }", dataset=dataset)
    assert found["broken"][0]["reason"] == ":owner is nowhere in the data at this place."
    assert found["suggestions"] == []


def test_an_instance_where_a_class_is_meant(store: Store) -> None:
    text, reason, others = reading(store, "SELECT * { ?x a :rose }")
    assert (text, others) == (":rose", [":Plant", ":Thing"])
    assert reason == ":rose has no instances; it is one itself, of the classes suggested."


@pytest.mark.parametrize(
    "query", ["SELECT * { :Place :owner ?o }", "SELECT * { ?p :grows_in :Place }"]
)
def test_a_class_where_its_instances_are_meant(store: Store, query: str) -> None:
    text, reason, others = reading(store, query)
    assert (text, others) == (":Place", [])
    assert reason.startswith(":Place is a class, and as ")


def test_the_variable_value_of_a_query_is_its_own(store: Store) -> None:
    assert told(store, "SELECT * { :Place :owner ?value }")["verdict"] == "broken"
    found = told(store, "SELECT * { ?value :colour ?x FILTER(?x = 'Red'@en) }")
    assert found["broken"][0]["instead"] == ['"red"@en']


def test_things_and_texts_are_told_apart_both_ways(store: Store) -> None:
    assert reading(store, "SELECT * { ?x :grows_in 'garden' }")[1] == (
        "The values of this property are things, not texts."
    )
    assert reading(store, "SELECT * { ?x :colour :rose }")[1] == (
        "The values of this property are texts, not things."
    )
    # Of a property with both, neither is a mistake.
    assert told(store, "SELECT * { ?x :likes :oak }")["verdict"] == "none"


@pytest.mark.parametrize(
    ("query", "text", "instead"),
    [
        ("SELECT * { :garden :grows_in ?x }", ":garden :grows_in ?x", "?x :grows_in :garden"),
        ("SELECT * { ?x a :Place ; :grows_in ?y }", ":grows_in ?y", "^:grows_in ?y"),
        ("SELECT * { :ann :owner/a ?k }", ":ann :owner/a ?k", ":ann ^:owner/a ?k"),
    ],
)
def test_a_relation_turned_round_is_shown_the_other_way(
    store: Store, query: str, text: str, instead: str
) -> None:
    assert reading(store, query)[::2] == (text, [instead])


def test_in_a_list_of_objects_the_other_way_is_only_told(store: Store) -> None:
    found = told(store, "SELECT * { :garden :grows_in ?x , ?y }")["broken"]
    assert [one["instead"] for one in found] == [["?x :grows_in :garden"], []]
    assert found[1]["reason"].endswith("Perhaps meant: ^:grows_in ?y.")


def test_a_kind_that_is_merely_rarer_is_no_mistake() -> None:
    store = Store()
    store.load(
        b"@prefix : <http://example.org/> . :a a :Rare, :Kind ; :like :b . :b a :Kind . "
        b":c a :Kind ; :like :b . :d a :Rare, :Kind .",
        format=RdfFormat.TURTLE,
    )
    # No object of :like is :Rare, a subject is; but what is told of them all is :Kind, and :d is.
    assert told(store, "SELECT * { :c :like :d }")["verdict"] == "none"
    # Both are of the one kind that all have: nothing says which way round it should be.
    assert told(store, "SELECT * { :b :like :c }")["verdict"] == "none"


def test_a_relation_between_kinds_without_order_is_turned_where_it_then_meets() -> None:
    store = Store()
    store.load(
        b"@prefix : <http://example.org/> . :a a :Kind, :Animal ; :eats :p . :p a :Kind, :Plant .",
        format=RdfFormat.TURTLE,
    )
    assert reading(store, "SELECT * { :p :eats ?x }")[2] == ["?x :eats :p"]


def test_a_text_is_found_among_more_values_than_are_looked_at() -> None:
    store = Store()
    name = NamedNode("http://example.org/name")
    things = [NamedNode(f"http://example.org/t{at}") for at in range(21_000)]
    store.bulk_extend(Quad(one, name, Literal(f"No {at}")) for at, one in enumerate(things))
    for text in ("no 0", "no 20999"):
        (near,) = reading(store, f"SELECT * {{ ?x :name '{text}' }}")[2]
        assert near == f'"N{text[1:]}"'
        found = told(store, f"SELECT * {{ ?x :name ?n FILTER(?n = '{text}') }}")
        assert found["broken"][0]["instead"] == [near]


def test_names_that_are_given_by_another_property() -> None:
    store = Store()
    store.load(DATA.encode(), format=RdfFormat.TRIG)
    store.load(b'<a:x> <http://www.w3.org/2000/01/rdf-schema#label> "x" .', format=RdfFormat.TURTLE)
    text, _, others = reading(store, "SELECT * { ?x a :Place ; rdfs:label ?l }")
    assert (text, others) == (
        "rdfs:label",
        ["<http://www.w3.org/2004/02/skos/core#prefLabel>"],
    )


@pytest.mark.parametrize(
    ("condition", "text", "instead"),
    [
        ("CONTAINS(STR(?c), 'RED')", "'RED'", ['"red"']),
        ("REGEX(?c, '^Re')", None, []),
        ("LANG(?c) = 'de'", "'de'", ['"en"']),
        ("langMatches(LANG(?c), 'fr')", "'fr'", ['"en"']),
        (
            "DATATYPE(?n) = <http://www.w3.org/2001/XMLSchema#string>",
            "?",
            ["<http://www.w3.org/2001/XMLSchema#integer>"],
        ),
        ("isLiteral(?x)", "isLiteral", ["isIRI"]),
        ("?n = '5'", "'5'", ['"5"^^<http://www.w3.org/2001/XMLSchema#integer>']),
        ("?x = 'http://example.org/rose'", "'http://example.org/rose'", [":rose"]),
        ("?n > '4'", "'4'", ['"4"^^<http://www.w3.org/2001/XMLSchema#integer>']),
        ("STR(?n) > 4", "4", ['"4"']),
        ("CONTAINS(STR(?c), 'red'@de)", "'red'@de", ['"red"']),
        ("?c = ' RED '@en", "' RED '@en", ['"red"@en']),
        (
            "STRSTARTS(STR(?x), 'https://example.org/')",
            "'https://example.org/'",
            ['"http://example.org/"'],
        ),
        ("CONTAINS(STR(?x), 'exmple.org')", "'exmple.org'", ['"example.org"']),
        ("?x IN (:roses, :nobody)", ":roses", [":rose"]),
        ("?x = :nobody_at_all", ":nobody_at_all", []),
        ("?n > 1 && ?x = :nobody_at_all", ":nobody_at_all", []),
        ("?n > 7 && ?n < 3", "?n > 7 && ?n < 3", []),
        ("3 >= ?n && (?n >= 7)", "3 >= ?n && (?n >= 7", []),
        ("?n = 5 && ?n = 6", "?n = 5 && ?n = 6", []),
    ],
)
def test_a_filter_that_nothing_passes(
    store: Store, condition: str, text: str | None, instead: list[str]
) -> None:
    found = told(store, f"SELECT * {{ ?x :colour ?c ; :petals ?n FILTER({condition}) }}")
    if text is None:
        assert found["verdict"] == "none"
        return
    (broken,) = found["broken"]
    assert broken["instead"] == instead
    assert text in ("?", broken["text"])


@pytest.mark.parametrize(
    "condition",
    [
        "?n > 7",
        "?n > 5 && ?n < 6",
        "?n > 7 || ?n < 3",
        "CONTAINS(?c, 'violet')",
        "LANG(?c) = 'en' && CONTAINS(?c, 'blue')",
        "?n IN (7, 8)",
        "?x = :oak",
        "?x IN (:oak, :nobody_at_all)",
        "STR(?n) > '6'",
        "?n > 7 && ?x != :nobody_at_all",
        "STRSTARTS(STR(?c), STR(:))",
    ],
)
def test_a_filter_that_merely_excludes_is_no_mistake(store: Store, condition: str) -> None:
    text = f"SELECT * {{ ?x :colour ?c ; :petals ?n FILTER({condition}) }}"
    assert told(store, text)["verdict"] == "none"


@pytest.mark.parametrize(
    ("query", "text", "instead"),
    [
        ("VALUES ?x { :rosse } ?x :colour ?c", ":rosse", [":rose"]),
        ("?x :colour ?c VALUES (?x ?c) { (:rosse 'red'@en) }", ":rosse", [":rose"]),
        ("?x :colour ?c VALUES ?c { 'red' 'Blue' }", "'red'", ['"red"@en']),
        ("BIND(:rosse AS ?x) ?x :colour ?c", ":rosse", [":rose"]),
        ("BIND('Red' AS ?w) ?x :colour ?c FILTER(STR(?c) = ?w)", "'Red'", ['"red"']),
        ("VALUES ?w { 'Red' } ?x :colour ?c FILTER(STR(?c) = ?w)", "'Red'", ['"red"']),
        ("?x :colour ?c BIND(STR(?c) AS ?s) FILTER(?s = 'Red')", "'Red'", ['"red"']),
        ("{ SELECT ?x { ?x :colour ?c } VALUES ?x { :rosse } }", ":rosse", [":rose"]),
        ("?x :colour ?c FILTER EXISTS { ?x :growsin ?y }", ":growsin", [":grows_in"]),
    ],
)
def test_a_value_that_is_bound_is_held_against_the_data(
    store: Store, query: str, text: str, instead: list[str]
) -> None:
    assert reading(store, f"SELECT * {{ {query} }}")[::2] == (text, instead)


def test_values_behind_the_query_are_held_against_the_data_and_all_that_are_nowhere_told(
    store: Store,
) -> None:
    assert reading(store, "SELECT * { ?x :colour ?c } VALUES ?x { :rosse }")[2] == [":rose"]
    found = told(store, "SELECT * { ?x :colour ?c } LIMIT 3 VALUES ?x { :nobody1 :nobody2 }")
    assert [one["text"] for one in found["broken"]] == [":nobody1", ":nobody2"]
    assert found["broken"][0]["reason"] == ":nobody1 is nowhere in the data."


@pytest.mark.parametrize(
    "query",
    [
        "VALUES ?x { :oak } ?x :colour ?c",
        "VALUES ?x { :oak :nobody } ?x :colour ?c",
        "BIND(:oak AS ?x) ?x :colour ?c",
        "?x :colour ?c VALUES ?c { 'violet' }",
        "OPTIONAL { VALUES ?y { :nobody } } ?x :petals 7",
        "VALUES ?p { :colour } :oak ?p ?c",
        "?x :colour ?c FILTER NOT EXISTS { ?x :growsin ?y } FILTER(?x = :oak)",
    ],
)
def test_a_value_that_is_in_the_data_and_merely_does_not_meet_is_no_mistake(
    store: Store, query: str
) -> None:
    assert told(store, f"SELECT * {{ {query} }}")["verdict"] == "none"


def test_a_value_of_few_that_come_again_and_again_may_be_meant_by_one_less_alike() -> None:
    store = Store()
    says = NamedNode("http://example.org/says")
    things = [NamedNode(f"http://example.org/t{at}") for at in range(40)]
    words = [Literal(word) for word in ("may", "rare")]
    store.extend(Quad(one, says, words[at % 2]) for at, one in enumerate(things))
    assert reading(store, "SELECT * { ?x :says 'maybe' }")[2] == ['"may"']
    assert told(store, "SELECT * { ?x :says 'never' }")["verdict"] == "none"
    store.remove(Quad(things[0], says, words[0]))
    store.extend(Quad(things[0], says, Literal(f"m{sign}")) for sign in "abcdefgh")
    # Now its values are no codes any more.
    assert told(store, "SELECT * { ?x :says 'maybe' }")["verdict"] == "none"


def test_a_text_is_the_same_in_other_forms_of_its_characters() -> None:
    store = Store()
    store.load(b'<http://example.org/a> <http://example.org/unit> "mg/m2" .', RdfFormat.TURTLE)
    assert reading(store, "SELECT * { ?x :unit 'mg/m²' }")[2] == ['"mg/m2"']


def test_a_number_is_not_compared_with_texts() -> None:
    store = Store()
    store.load(b'<http://example.org/a> <http://example.org/year> "2021" .', RdfFormat.TURTLE)
    assert reading(store, "SELECT * { ?x :year ?y FILTER(?y > 2020) }")[2] == ['"2020"']
    text, reason, _ = reading(store, "SELECT * { ?x :year ?y FILTER(?y > 2022 && true) }")
    assert text == "?y > 2022"
    assert reason.endswith(": <http://www.w3.org/2001/XMLSchema#string>.")
    assert reading(store, "SELECT * { ?x :year ?y FILTER(7 < ?x) }")[1].endswith(": things.")
    assert told(store, "SELECT * { ?x :year ?y FILTER(?y > '2022') }")["verdict"] == "none"


def test_another_naming_is_no_reason_where_the_patterns_meet() -> None:
    store = Store()
    store.load(
        b"@prefix skos: <http://www.w3.org/2004/02/skos/core#> . "
        b"@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . "
        b'<a:x> skos:prefLabel "x" ; rdfs:label "y" .',
        format=RdfFormat.TURTLE,
    )
    text = "SELECT * { ?x rdfs:label ?l MINUS { ?x ?p ?l } }"
    assert told(store, text)["verdict"] == "none"


@pytest.mark.parametrize(
    ("query", "text", "instead"),
    [
        ("SELECT * { ?x :owner ?y } LIMIT 0", "LIMIT 0", []),
        ("SELECT * { ?x :owner ?y } LIMIT 0 OFFSET 0", "LIMIT 0", []),
        (f"SELECT * {{ ?x :owner ?y }} LIMIT {'0' * 5000}", f"LIMIT {'0' * 5000}", []),
        ("SELECT * { ?x :petals ?y } LIMIT 0 OFFSET 1", "LIMIT 0", []),
        ("SELECT * { ?x :owner ?y } OFFSET 1 LIMIT 5", "OFFSET 1", ["OFFSET 0"]),
        ("SELECT * { { SELECT * { ?x :owner ?y } OFFSET 7 } }", "OFFSET 7", ["OFFSET 0"]),
    ],
)
def test_a_slice_that_leaves_no_row_is_named(
    store: Store, query: str, text: str, instead: list[str]
) -> None:
    assert reading(store, query)[::2] == (text, instead)


def test_a_slice_of_what_has_no_rows_is_no_reason(store: Store) -> None:
    assert reading(store, "SELECT * { ?x :ownr ?y } OFFSET 7")[0] == ":ownr"
    assert told(store, "SELECT * { ?x :petals 7 } OFFSET 7")["verdict"] == "none"


@pytest.mark.parametrize(
    "query", ["SELECT * { ?x :owner ?y }", "ASK { ?x :owner ?y }", "DESCRIBE :oak"]
)
def test_a_query_that_has_rows_has_no_diagnosis(store: Store, query: str) -> None:
    with pytest.raises(QueryUnknownError, match="has rows"):
        told(store, query)


def dataset(default: list[str], named: list[str]) -> dict[str, Any]:
    graphs = {"default_graph": default, "named_graphs": named}
    return {
        key: [NamedNode(f"http://example.org/{name}") for name in graphs[key]] for key in graphs
    }


@pytest.mark.parametrize(
    ("clauses", "default", "named", "pattern", "text", "instead"),
    [
        ("FROM :note", ["note"], [], "?x :smell ?y", ":note", [":notes"]),
        ("FROM :note FROM :nots", ["note", "nots"], [], "?x ?p 7", ":note", [":notes"]),
        ("FROM NAMED :note", [], ["note"], "GRAPH ?g { ?x :smell ?y }", ":note", [":notes"]),
        ("FROM NAMED :notes", [], ["notes"], "?x :smell ?y", "?x :smell ?y", []),
        ("FROM :notes", ["notes"], [], "GRAPH ?g { ?x :smell ?y }", "?x :smell ?y", []),
    ],
)
def test_a_graph_of_the_dataset_that_holds_nothing_is_what_is_broken(
    store: Store,
    clauses: str,
    default: list[str],
    named: list[str],
    pattern: str,
    text: str,
    instead: list[str],
) -> None:
    query = f"SELECT * {clauses} {{ {pattern} }}"
    found = told(store, query, dataset=dataset(default, named))["broken"]
    assert (found[0]["text"], found[0]["instead"]) == (text, instead)
    assert len(found) == max(len(default), 1)
    assert all(one["parameter"] is None for one in found)


def test_a_graph_that_no_pattern_asks_is_no_reason(store: Store) -> None:
    query = "SELECT * FROM :notes FROM NAMED :note { ?x :smell 'sour' }"
    given = dataset(["notes"], ["note"])
    assert told(store, query, dataset=given)["verdict"] == "none"


def test_a_parameter_overrides_the_clauses(store: Store) -> None:
    query, given = "SELECT * FROM :nothing { ?x :smell ?y }", "http://example.org/note"
    parameters = {"default-graph-uri": [given], "named-graph-uri": []}
    (broken,) = told(store, query, dataset=dataset(["note"], []), parameters=parameters)["broken"]
    assert (broken["text"], broken["parameter"]) == (given, "default-graph-uri")


def test_matches_are_counted_to_a_thousand_and_it_is_told_that_there_are_more() -> None:
    store = Store()
    size, mark = (NamedNode(f"http://example.org/{name}") for name in ("size", "mark"))
    things = [NamedNode(f"http://example.org/t{at}") for at in range(1001)]
    store.extend(Quad(one, size, Literal(1)) for one in things)
    store.extend(Quad(one, mark, Literal(1)) for one in things[1:])
    found = told(store, "SELECT * { ?x :size 1 . ?y :mark 1 . ?x :mark ?y }")["patterns"]
    assert [(one["matches"], one["more"]) for one in found] == [
        (1000, True),
        (1000, False),
        (1000, False),
    ]


def test_a_union_is_broken_where_each_of_its_branches_is(store: Store) -> None:
    text = "SELECT * {{ {{ ?x :ownr ?y }} UNION {{ ?x a :Thing {more} }} }}"
    found = told(store, text.format(more="; :likse 7"))["broken"]
    assert [(one["text"], one["instead"][0]) for one in found] == [
        (":ownr", ":owner"),
        (":likse", ":likes"),
    ]
    # Here the other branch has no rows, and might have.
    for more in ("; :petals 7", "; :petals 7 OPTIONAL { ?x :likse 7 }"):
        assert told(store, text.format(more=more))["verdict"] == "none"
    inner = "SELECT * { ?x :petals 7 OPTIONAL { { ?x :ownr ?y } UNION { ?x :likse ?y } } }"
    assert told(store, inner)["verdict"] == "none"


def test_a_relative_iri_is_read_against_the_base(store: Store) -> None:
    found = told(store, "SELECT * { <oak> :owner ?x }", base="http://example.org/sparql")
    assert found["verdict"] == "none"
    found = told(store, "SELECT * { <oakk> :owner ?x }", base="http://example.org/sparql")
    assert found["broken"][0]["instead"] == [":oak"]


def test_data_without_labels_or_types_have_their_diagnosis() -> None:
    store = Store()
    store.load(b"<http://example.org/a> <http://example.org/p> 1 .", format=RdfFormat.TURTLE)
    assert told(store, "SELECT * { :b :p ?x }")["broken"][0]["instead"] == [":a"]
    assert told(Store(), "SELECT * { :b :p ?x }")["verdict"] == "broken"


def test_an_edit_of_a_name_is_one_edit() -> None:
    made = set(nearest.edited("0012"))
    assert {"0021", "1002", "002", "00123", "0912"} <= made
    assert "0099" not in made
    assert list(nearest.edited("x" * 41)) == []
