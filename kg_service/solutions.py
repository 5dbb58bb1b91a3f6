"""Solutions of another service, as terms that may stand in the text of a query.

Whoever sends them is a stranger: each name, IRI and language is checked before it becomes text, so
that none of them can be more than a term.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Triple

from kg_service.names import IRI

VARIABLE = re.compile(r"\w+")
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
UNBOUND = "UNDEF"


@dataclass(frozen=True)
class Solutions:
    """Names of variables, and rows of terms as SPARQL writes them, UNDEF where there is none."""

    variables: Sequence[str]
    rows: Sequence[Sequence[str]]

    def values(self) -> str:
        """The solutions as a VALUES block (SPARQL 1.1 Query, section 10.2)."""
        head = " ".join(f"?{name}" for name in self.variables)
        rows = "\n".join(f"({' '.join(row)})" for row in self.rows)
        return f"VALUES ({head}) {{\n{rows}\n}}"


def nothing(variables: Sequence[str]) -> Solutions:
    """What SERVICE SILENT has where it fails: one solution without a binding (Federated Query,
    2.1), in which the variables of its group are in scope none the less."""
    return Solutions(variables, (tuple(UNBOUND for _ in variables),))


def solutions(found: QuerySolutions, limit: int) -> Solutions:
    """Solutions as text. Raises OverflowError above `limit` rows, ValueError for what is no term.

    A blank node cannot stand in VALUES; it becomes an IRI that is the same in one answer and in
    no other (RDF 1.1 Concepts, section 3.5).
    """
    names = [variable.value for variable in found.variables]
    for name in names:
        if not VARIABLE.fullmatch(name):
            raise ValueError("no name of a variable")
    space = uuid.uuid4()
    rows: list[list[str]] = []
    for row in found:
        if len(rows) >= limit:
            raise OverflowError
        rows.append([written(row[name], space) for name in names])
    return Solutions(names, rows)


def written(term: object, space: uuid.UUID) -> str:
    """A term as SPARQL writes it; ValueError for what is none."""
    match term:
        case None:
            return UNBOUND
        case NamedNode():
            if not IRI.fullmatch(term.value):
                raise ValueError("no IRI")
        case BlankNode():
            return f"<urn:uuid:{uuid.uuid5(space, term.value)}>"
        case Literal():
            if term.language is not None:
                if not LANGUAGE.fullmatch(term.language):
                    raise ValueError("no language")
            elif not IRI.fullmatch(term.datatype.value):
                raise ValueError("no datatype")
        case Triple():
            parts = (written(each, space) for each in term)
            return f"<<( {' '.join(parts)} )>>"
        case _:
            raise ValueError("no term")
    return str(term)
