"""Reading a query before it is evaluated: its tokens, its outline, its limits; and what to say
when the engine cannot parse it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kg_service.errors import SyntaxProblem
from kg_service.names import IRI
from kg_service.syntax import mistakes
from kg_service.syntax.guards import guard
from kg_service.syntax.outline import Outline, outline_of
from kg_service.syntax.tokens import Tokens, tokens_of


@dataclass(frozen=True)
class Reading:
    """A query that passed the limits. `used` are default prefixes it has no PREFIX line for."""

    tokens: Tokens
    outline: Outline
    used: tuple[str, ...]

    @property
    def default_graphs(self) -> tuple[str, ...]:
        """The graphs of its FROM clauses, each once."""
        return self._graphs("FROM")

    @property
    def named_graphs(self) -> tuple[str, ...]:
        """The graphs of its FROM NAMED clauses, each once."""
        return self._graphs("FROM NAMED")

    @property
    def merges(self) -> bool:
        """Whether it names several default graphs, or any graph twice in one kind of clause, all by
        IRIs that are absolute."""
        graphs = self.outline.graphs
        default = sum(graph.clause == "FROM" for graph in graphs)
        twice = len(graphs) - default > len(self.named_graphs)
        return (default > 1 or twice) and all(IRI.fullmatch(graph.iri) for graph in graphs)

    @property
    def head(self) -> dict[str, str]:
        """What the head of its answer says of it."""
        outline = self.outline
        # Another service may answer otherwise, too.
        volatile = "yes" if outline.volatile or outline.services else ""
        said = {"prefixes": " ".join(self.used), "volatile": volatile}
        return {name: value for name, value in said.items() if value}

    def _graphs(self, clause: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(g.iri for g in self.outline.graphs if g.clause == clause))


def read(text: str, defaults: Mapping[str, str]) -> Reading:
    """Read a query; `defaults` are prefixes that need no PREFIX line.

    Raises SyntaxProblem for a character that begins no token and a word that SPARQL does not have,
    QueryLimitError for a query past a limit.
    """
    tokens = tokens_of(text)
    outline = outline_of(tokens, defaults)
    guard(text, outline)
    if outline.unknown:
        raise mistakes.problem(tokens, outline, defaults)
    return Reading(tokens, outline, tuple(p for p in outline.undeclared if p in defaults))


def problem(found: Reading, defaults: Mapping[str, str], engine: str) -> SyntaxProblem:
    """What is wrong with a query that the engine does not parse, and said `engine` about."""
    return mistakes.problem(found.tokens, found.outline, defaults, engine)
