"""Cases: what is told of a patient, read from JSON, as facts; and what follows about the patient.

Nothing here reasons: `facts` go to the reasoner, `conclusions` are found in its closure.
"""

from kg_service.logic.cases.case import Case, Mismatch, Statement, Value, facts, steps, told
from kg_service.logic.cases.conclusions import ROOMS, Conclusion, Conclusions, conclusions
from kg_service.logic.cases.denials import Aside
from kg_service.logic.cases.questions import Question
from kg_service.logic.cases.reading import read

__all__ = [
    "ROOMS",
    "Aside",
    "Case",
    "Conclusion",
    "Conclusions",
    "Mismatch",
    "Question",
    "Statement",
    "Value",
    "conclusions",
    "facts",
    "read",
    "steps",
    "told",
]
