"""Query files: what a header says, what is refused, and every file of ours run."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions, Store, Variable

from kg_service import queries
from kg_service.queries import QueryFile, QueryFileError
from tests.conftest import kinds_store

ROOT = Path(__file__).parent.parent
API = queries.load(ROOT / "sparql" / "api")
KG = "https://w3id.org/heliotrope/KG_"
DOC = "https://w3id.org/heliotrope/document/900"

# What is asked of the made-up world of tests/toy/kinds.trig.
DISEASE = {"disease": NamedNode(f"{KG}0000101")}
VOCABULARY = "https://w3id.org/heliotrope/vocab/"
ASKED: dict[str, dict[str, NamedNode | Literal]] = {
    "claim": {"claim": NamedNode("https://w3id.org/heliotrope/claim/0000001")},
    "conditions": {
        "finding": Literal(f"{KG}0000201 {KG}0000203"),
        "responds_to": NamedNode(f"{KG}0000302"),
        "min_evidence": Literal("single"),
    },
    "conflicts": {
        "kind": NamedNode(f"{VOCABULARY}aboutStrength"),
        "term": NamedNode(f"{KG}0000101"),
    },
    "document": {"document": NamedNode(DOC)},
    "document-citations": {"document": NamedNode(DOC)},
    "documents": {},
    "line-claims": {"document": NamedNode(DOC), "line": Literal(3)},
    "mappings": {
        "subject": NamedNode(f"{KG}0000101"),
        "predicate": NamedNode("http://www.w3.org/2004/02/skos/core#exactMatch"),
        "object": Literal("mondo:0999999"),
        "prefix": Literal("MONDO"),
        "set": Literal("toy"),
    },
    "term": {"term": NamedNode(f"{KG}0000101")},
    "term-claims": {"term": NamedNode(f"{KG}0000101")},
} | {name: DISEASE for name in API if name.startswith("disease-")}
ASKED["disease-demographics"] = {"disease": NamedNode(f"{KG}0000102")}

FILE = """\
#+ summary: Findings of a disease.
#+ path: /diseases/{disease}/findings
#+ params:
#+   disease: {type: iri, example: "kg:0000101"}
#+   strength: {type: string, enum: [may, typical], default: may}
#+ result: {key: [finding], lists: {sources: [source, [line]], scope: scope}}
SELECT ?disease ?finding ?strength ?source ?line ?scope WHERE {
  ?disease ?strength ?finding
} ORDER BY ?finding
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "some.rq"
    file.write_text(text)
    return file


def refused(folder: Path, old: str, new: str) -> QueryFileError:
    assert old in FILE
    with pytest.raises(QueryFileError) as caught:
        queries.read(written(folder, FILE.replace(old, new)))
    assert caught.value.file == "some.rq"
    return caught.value


def test_a_header_says_route_parameters_and_shape(tmp_path: Path) -> None:
    read = queries.read(written(tmp_path, FILE))
    disease, strength = read.parameters
    assert (read.name, read.summary) == ("some", "Findings of a disease.")
    assert read.path == "/diseases/{disease}/findings"
    assert (disease.type, disease.place, disease.required) == ("iri", "path", True)
    assert disease.examples == ("kg:0000101",)
    assert (strength.place, strength.required, strength.default) == ("query", False, "may")
    assert strength.enum == ("may", "typical")
    assert read.key == ("finding",)
    assert read.lists == {"sources": ("source", "line"), "scope": ("scope",)}
    assert read.gathered == {"line"}
    assert read.scalars == ("disease", "finding", "strength")


def test_a_header_that_is_not_yaml_is_refused_at_its_line(tmp_path: Path) -> None:
    assert refused(tmp_path, "#+ params:", "#+ params: {").line == 5


def test_a_file_without_a_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QueryFileError, match=r"some\.rq:1: there is no header"):
        queries.read(written(tmp_path, "SELECT * WHERE { ?s ?p ?o }"))


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("result:", "results:", 6, "'results' is not known here"),
        ("type: iri, ", "type: uri, ", 4, "the type of 'disease' is 'uri'"),
        ("example:", "sample:", 4, "'sample' is not known here"),
        ("/diseases/{disease}", "/diseases/{illness}", 2, "{illness} is in the path"),
        ("strength: {", "power: {", 5, "the parameter 'power' is not projected"),
        ("[finding]", "[sign]", 6, "result names ?sign"),
        ("path: /d", "path: d", 2, "is not a path"),
        ("path: /d", "severity: GRAVE\n#+ path: /d", 2, "the severity is 'GRAVE'"),
        ("summary: Findings of a disease.", "description: x", 1, "summary is missing"),
        ("enum:", "in: path, enum:", 5, "'strength' is said to be in the path"),
        ("SELECT", "WELECT", 7, "not SPARQL"),
        ("SELECT ?disease ?finding ?strength ?source ?line ?scope", "ASK", 7, "not a SELECT"),
    ],
)
def test_what_is_malformed_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    error = refused(tmp_path, old, new)
    assert message in error.message
    if "ASK" not in new:
        assert error.line == line


def test_a_need_that_is_no_parameter_is_refused(tmp_path: Path) -> None:
    assert "needs names 'x'" in refused(tmp_path, "#+ result", "#+ needs: [x]\n#+ result").message


@pytest.mark.parametrize("name", API)
def test_every_file_of_the_interface_has_a_route_and_examples(name: str) -> None:
    query = API[name]
    assert query.path
    for parameter in query.parameters:
        assert parameter.examples, f"{name}: {parameter.name}"


def cells(pattern: str, column: str) -> set[str]:
    found = set()
    for path in ROOT.glob(pattern):
        with path.open(encoding="utf-8", newline="") as lines:
            told = (line for line in lines if not line.startswith("#"))
            rows = csv.DictReader(told, delimiter="\t", quoting=csv.QUOTE_NONE)
            found |= {row[column] for row in rows}
    return found


@pytest.mark.parametrize("name", API)
def test_every_example_is_in_our_tables(name: str) -> None:
    known = cells("ontology/tables/*.tsv", "ID") | cells("ontology/sources.tsv", "ID")
    known |= cells("ontology/tables/claims/*.tsv", "ID")
    known |= cells("ontology/mappings/*.sssom.tsv", "predicate_id")
    known |= cells("ontology/conflicts.tsv", "Conflict kind")
    for parameter in API[name].parameters:
        if parameter.type == "iri":
            for example in parameter.examples:
                text = str(example)
                assert (text if ":" in text else f"{parameter.prefix}:{text}") in known


@pytest.mark.parametrize("name", API)
def test_every_listing_ends_its_order_with_an_identifier(name: str) -> None:
    query = API[name]
    order = query.text.rsplit("ORDER BY", 1)
    assert len(order) == 2
    ordered = set(re.findall(r"\?(\w+)", order[1]))
    identifiers = set(query.key) or {query.itself}
    assert identifiers <= ordered


@pytest.mark.parametrize("name", API)
def test_every_file_names_its_graphs(name: str) -> None:
    text = API[name].text
    patterns = re.findall(r"GRAPH graph:(\w+)", text)
    assert patterns
    assert len(patterns) == text.count("GRAPH ")


@pytest.fixture(scope="module")
def store() -> Store:
    return kinds_store()


def rows(found: object) -> Counter[tuple[str, ...]]:
    assert isinstance(found, QuerySolutions)
    return Counter(tuple(str(value) for value in row) for row in found)


def bound(store: Store, query: QueryFile, values: dict[str, NamedNode | Literal]) -> object:
    return store.query(query.text, substitutions={Variable(k): v for k, v in values.items()})


def with_values(query: QueryFile, values: dict[str, NamedNode | Literal]) -> str:
    """The text with a VALUES at the start of each group that uses a parameter, as for an engine
    that takes no bindings."""
    text = query.text
    for name, value in values.items():
        pieces = re.split(r"(\bSELECT\b[^{]*\{)", text)
        for at in range(1, len(pieces), 2):
            if f"?{name} " in pieces[at]:
                pieces[at] += f" VALUES ?{name} {{ {value} }} "
        text = "".join(pieces)
    return text


def test_every_file_is_asked_something() -> None:
    assert ASKED.keys() == API.keys()


@pytest.mark.parametrize("name", API)
def test_every_file_answers_alike_by_binding_and_by_values(store: Store, name: str) -> None:
    query, asked = API[name], ASKED[name]
    answer = rows(bound(store, query, asked))
    assert answer
    assert rows(store.query(with_values(query, asked))) == answer


@pytest.mark.parametrize("name", API)
@pytest.mark.parametrize("left_out", range(2))
def test_every_file_answers_alike_without_a_parameter(
    store: Store, name: str, left_out: int
) -> None:
    query = API[name]
    asked = {k: v for at, (k, v) in enumerate(ASKED[name].items()) if at != left_out}
    answer = rows(bound(store, query, asked))
    assert rows(store.query(with_values(query, asked))) == answer
