"""Grades of evidence: how well the documents at hand support an assertion.

They are the individuals of `h:EvidenceGrade` in `ontology/schema.ofn`, which defines them; what is
known of them here is their order.
"""

from __future__ import annotations

from enum import IntEnum


class Grade(IntEnum):
    """A grade, by its rank: of two, the larger is the better supported.

    >>> Grade.SINGLE < Grade.CORROBORATED, Grade.SINGLE.label
    (True, 'single')
    """

    DISPUTED = 1
    SINGLE = 2
    CORROBORATED = 3
    DEFINITION = 4

    @property
    def label(self) -> str:
        """The word for it; its individual is labelled so, with "evidence" after it."""
        return self.name.lower()

    @property
    def iri(self) -> str:
        """The IRI of its individual."""
        return f"https://w3id.org/heliotrope/vocab/{self.label}Evidence"


LABELS = tuple(grade.label for grade in Grade)
BY_LABEL = {grade.label: grade for grade in Grade}
BY_IRI = {grade.iri: grade for grade in Grade}
