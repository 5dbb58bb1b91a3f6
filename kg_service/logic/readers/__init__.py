"""Readers: the axioms of ontology files in the formats giants come in."""
