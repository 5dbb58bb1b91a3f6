"""ROBOT template strings become axioms; what is not supported is refused by name."""

import pytest

from kg_service.errors import TableError
from kg_service.names import Names
from kg_service.pipeline.tables import Row, Table
from kg_service.pipeline.templates import Template, Templates, parse

NAMES = Names(
    {
        "x": "http://x/",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
)
TEMPLATES = Templates(
    NAMES, {"has part": "http://x/hasPart", "big thing": "http://x/Big"}, ["http://x/hasPart"]
)


def axioms(template: str, cell: str) -> list[str]:
    row = Row("t.tsv", 3, {"ID": "x:A", "Value": cell})
    table = Table("t.tsv", {"ID": "ID", "Value": template}, (row,))
    made = [str(axiom) for _, axiom in TEMPLATES.axioms(table)]
    return [axiom for axiom in made if axiom != "Declaration(Class(<http://x/A>))"]


@pytest.mark.parametrize(
    ("template", "cell", "expected"),
    [
        ("A rdfs:label", "an a", 'AnnotationAssertion(<{r}label> <http://x/A> "an a")'),
        ("LABEL", "an a", 'AnnotationAssertion(<{r}label> <http://x/A> "an a")'),
        ("AL rdfs:label@de", "ein", 'AnnotationAssertion(<{r}label> <http://x/A> "ein"@de)'),
        (
            "AT x:n^^xsd:integer",
            "3",
            'AnnotationAssertion(<http://x/n> <http://x/A> "3"^^<{x}integer>)',
        ),
        ("AI x:see", "x:B", "AnnotationAssertion(<http://x/see> <http://x/A> <http://x/B>)"),
        ("SC %", "x:B", "SubClassOf(<http://x/A> <http://x/B>)"),
        ("SC %", "'big thing'", "SubClassOf(<http://x/A> <http://x/Big>)"),
        (
            "I 'has part'",
            "x:B",
            "ObjectPropertyAssertion(<http://x/hasPart> <http://x/A> <http://x/B>)",
        ),
        ("TI %", "x:C", "ClassAssertion(<http://x/C> <http://x/A>)"),
        ("TYPE", "x:C", "ClassAssertion(<http://x/C> <http://x/A>)"),
        (
            "SC 'has part' some %",
            "x:B and (not x:C)",
            "SubClassOf(<http://x/A> ObjectIntersectionOf("
            "ObjectSomeValuesFrom(<http://x/hasPart> <http://x/B>) "
            "ObjectComplementOf(<http://x/C>)))",
        ),
        (
            "EC 'big thing' and ('has part' value %)",
            "x:b",
            "EquivalentClasses(<http://x/A> ObjectIntersectionOf(<http://x/Big> "
            "ObjectHasValue(<http://x/hasPart> <http://x/b>)))",
        ),
        ("DC %", "x:B", "DisjointClasses(<http://x/A> <http://x/B>)"),
    ],
)
def test_a_supported_template_makes_its_axiom(template: str, cell: str, expected: str) -> None:
    wanted = expected.format(r=NAMES.prefixes["rdfs"], x=NAMES.prefixes["xsd"])
    made = [a for a in axioms(template, cell) if not a.startswith("Declaration")]
    assert made == [wanted]


def test_split_makes_one_axiom_for_each_part_and_an_empty_cell_none() -> None:
    assert len(axioms("A rdfs:label SPLIT=|", "one|two|three")) == 3
    assert axioms("A rdfs:label SPLIT=|", "") == []


def test_a_column_without_a_template_is_for_readers() -> None:
    assert axioms("", "anything") == []
    assert parse("") is None


def test_a_template_is_parsed_into_kind_argument_and_separator() -> None:
    assert parse("AI x:see SPLIT=;") == Template("AI", "x:see", ";")


@pytest.mark.parametrize(
    "text", ["CLASS_TYPE", ">A rdfs:comment", "P %", "A", "ID x", "AT x:n", "AL x:n", "??"]
)
def test_an_unsupported_template_string_is_refused_by_name(text: str) -> None:
    with pytest.raises(TableError) as caught:
        axioms(text, "x:B")
    assert f"t.tsv:2: column 'Value': found '{text}', expected a template string" in str(
        caught.value
    )


@pytest.mark.parametrize(
    ("template", "cell", "expected"),
    [
        ("AI x:see", "big thing", "a known name ('big thing' is not a CURIE.)"),
        ("I 'has part'", "big thing", "a known name ('big thing' is not a CURIE.)"),
        ("AI x:see", "nix:B", "a known name (The prefix 'nix' of 'nix:B' is not known.)"),
        ("SC %", "'small thing'", "a known name ("),
        ("SC 'has part' som %", "x:B", "a class expression ("),
    ],
)
def test_a_cell_that_does_not_resolve_names_file_row_and_column(
    template: str, cell: str, expected: str
) -> None:
    with pytest.raises(TableError) as caught:
        axioms(template, cell)
    assert f"t.tsv:3: column 'Value': found {cell!r}, expected {expected}" in str(caught.value)
