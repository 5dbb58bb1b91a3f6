"""CURIE ⇄ IRI."""

from contextlib import closing
from pathlib import Path

import pytest

from kg_service import names
from kg_service.errors import NameUnknownError
from kg_service.logic import knowledge
from kg_service.logic.naming import Naming
from kg_service.logic.terms import SYNONYM
from kg_service.names import Names
from kg_service.queries import Parameter
from kg_service.release import Release
from kg_service.web.search import Index
from kg_service.web.terms import Terms

OBO = "http://purl.obolibrary.org/obo/"
NAMES = Names({"HP": f"{OBO}HP_", "obo": OBO, "kg": "https://w3id.org/heliotrope/KG_"})
ROOT = Path(__file__).parent.parent


def test_a_curie_and_its_iri_name_each_other() -> None:
    assert NAMES.iri("kg:0000042") == "https://w3id.org/heliotrope/KG_0000042"
    assert NAMES.curie("https://w3id.org/heliotrope/KG_0000042") == "kg:0000042"


def test_the_longest_namespace_names_an_iri() -> None:
    assert NAMES.curie(f"{OBO}HP_0040324") == "HP:0040324"
    assert NAMES.curie(f"{OBO}MONDO_1") == "obo:MONDO_1"


def test_a_prefix_is_read_in_any_case() -> None:
    assert NAMES.iri("hp:0040324") == f"{OBO}HP_0040324"


def test_an_iri_without_a_namespace_stays_itself() -> None:
    assert NAMES.curie("urn:example:1") == "urn:example:1"


def test_an_unknown_prefix_is_refused_with_the_nearest_known() -> None:
    with pytest.raises(NameUnknownError, match=r"'kgg' of 'kgg:1'.*mean 'kg'.*HP, kg, obo"):
        NAMES.iri("kgg:1")


def test_a_text_that_is_no_curie_is_refused() -> None:
    with pytest.raises(NameUnknownError, match="'heliotrope rash' is not a CURIE"):
        NAMES.iri("heliotrope rash")


def test_a_label_with_a_colon_is_not_taken_for_a_curie() -> None:
    assert NAMES.is_curie("hp:1") and NAMES.is_curie("HP:1")
    assert not NAMES.is_curie("note: a rash")
    assert NAMES.is_iri("https://example.org/a")
    assert not NAMES.is_iri("kg:0000042")
    assert not NAMES.is_iri("https://example.org/a b")


def test_two_prefixes_of_one_namespace_are_refused() -> None:
    with pytest.raises(ValueError, match="Duplicate URI prefixes"):
        Names({"a": OBO, "b": OBO})


def test_the_table_of_prefixes_reads_as_names() -> None:
    read = names.from_table(ROOT / "ontology" / "prefixes.tsv")
    assert read.iri("kg:0000042") == "https://w3id.org/heliotrope/KG_0000042"
    assert read.curie(f"{OBO}MONDO_0016367") == "MONDO:0016367"


def test_a_table_without_the_columns_is_refused_by_name(tmp_path: Path) -> None:
    table = tmp_path / "prefixes.tsv"
    table.write_text("name\tspace\nkg\thttps://w3id.org/heliotrope/KG_\n")
    with pytest.raises(NameUnknownError, match=r"prefixes\.tsv has no columns"):
        names.from_table(table)


def test_the_prefixes_of_a_release_read_as_names(tmp_path: Path) -> None:
    file = tmp_path / "prefixes.json"
    file.write_text('{"x": "http://example.org/"}')
    assert names.from_json(file).iri("x:1") == "http://example.org/1"


def test_a_name_means_the_same_in_an_address_and_in_a_body(real_release: Release) -> None:
    known = knowledge.read(real_release.file(knowledge.FILE))
    prefixes = names.from_json(real_release.file("prefixes.json"))
    body = Naming(prefixes, known.labels, known.notes[SYNONYM])
    parameter = Parameter("term", "iri", "path", True)
    synonyms = [name for found in known.notes[SYNONYM].values() for name in found]
    assert len(known.labels) > 600 and len(synonyms) > 80
    with closing(Index(real_release.file("search.sqlite"))) as index:
        address = Terms(prefixes, index)
        for name in (*known.labels.values(), *synonyms):
            meant = body.resolve(name)
            for written in (name, name.upper(), f" {name.replace(' ', '  ')} "):
                assert body.resolve(written) == address.resolve(written, parameter) == meant
