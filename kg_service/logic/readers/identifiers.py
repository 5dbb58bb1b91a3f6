"""Identifiers of OBO files ▸ IRIs, by the rules of OBO Format 1.4, section 5.9.

`MONDO:0000001` is http://purl.obolibrary.org/obo/MONDO_0000001; an identifier without a prefix
belongs to its ontology: `part_of` in uberon is http://purl.obolibrary.org/obo/uberon#part_of.
"""

from __future__ import annotations

OBO = "http://purl.obolibrary.org/obo/"
KNOWN = {
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "oboInOwl": "http://www.geneontology.org/formats/oboInOwl#",
}


def iri_of(identifier: str, ontology: str = "", spaces: dict[str, str] | None = None) -> str:
    """Give the IRI of an identifier. `spaces` are the prefixes the file declares (`idspace`).

    >>> iri_of("MONDO:0000001")
    'http://purl.obolibrary.org/obo/MONDO_0000001'
    """
    prefix, colon, local = identifier.partition(":")
    if not colon:
        return f"{OBO}{ontology}#{identifier}" if ontology else f"{OBO}{identifier}"
    if local.startswith("//") or prefix in ("_", "urn"):
        return identifier
    if spaces and prefix in spaces:
        return spaces[prefix] + local
    return KNOWN[prefix] + local if prefix in KNOWN else f"{OBO}{prefix}_{local}"
