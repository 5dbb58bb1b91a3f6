"""Templates: ROBOT's template strings turned into OWL axioms.

The grammar is that of ROBOT's `template` command (robot.obolibrary.org/template), of which these
strings are supported; any other is refused by name:

    ID  LABEL  TYPE  A p  AT p^^type  AL p@lang  AI p  SC c  EC c  DC c  TI c  I p  (or empty)

`p` is a CURIE or a quoted label; `c` is a class expression in Manchester syntax in which `%` stands
for the cell; `SPLIT=x` after any of them makes one axiom for each part of the cell. Cells
that name classes, individuals or properties hold CURIEs, or labels where a template says so. As
in ROBOT a row without a TYPE is a class; TI makes it an individual as well (a kind).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pyhornedowl
import pyhornedowl.model as owl
import rdflib

from kg_service.errors import NameUnknownError
from kg_service.logic.axioms import RDFS, VOCABULARY
from kg_service.names import Names
from kg_service.pipeline.tables import Row, Table

FORM = re.compile(
    r"(?:(?P<bare>ID|LABEL|TYPE)|(?P<named>AT|AL|AI|A|I) (?P<name>'[^']+'|\S+)"
    r"|(?P<logic>SC|EC|DC|TI) (?P<expression>.+?))(?: SPLIT=(?P<split>\S+))?"
)
LOGIC = {"SC", "EC", "DC", "TI"}
NAMED = {"A", "AT", "AL", "AI", "I"}
DATATYPES = frozenset(f"{rdflib.XSD}{name}" for name in rdflib.XSD.__annotations__)
NAME = re.compile(r"[^<\s]+:\S+")


@dataclass(frozen=True)
class Template:
    """A parsed template string: `kind` as in the module's list, `split` the separator or None."""

    kind: str
    argument: str
    split: str | None


def parse(text: str) -> Template | None:
    """The template of a string, None for an empty one (the column is for people).

    Raises ValueError for a string outside the supported grammar.
    """
    if not text:
        return None
    match = FORM.fullmatch(text)
    if match is None:
        raise ValueError(text)
    kind = match["bare"] or match["named"] or match["logic"]
    argument = match["name"] or match["expression"] or ""
    if kind in LOGIC and ("%" not in argument or "SPLIT" in argument):
        raise ValueError(text)
    if (kind == "AT" and "^^" not in argument) or (kind == "AL" and "@" not in argument):
        raise ValueError(text)
    return Template(kind, argument, match["split"])


def iri(text: str) -> owl.IRI:
    """The IRI object of an IRI string."""
    return owl.IRI.parse(text)


def literal(text: str, datatype: str | None = None, language: str | None = None) -> owl.Literal:
    """A plain, typed or language-tagged literal."""
    if datatype:
        return owl.DatatypeLiteral(text, iri(datatype))
    return owl.LanguageLiteral(text, language) if language else owl.SimpleLiteral(text)


def annotation(subject: str, relation: str, value: object) -> owl.AnnotationAssertion:
    """The annotation assertion of an IRI or literal `value`."""
    about = owl.Annotation(owl.AnnotationProperty(iri(relation)), value)
    return owl.AnnotationAssertion(iri(subject), about)


class Templates:
    """Turns tables into axioms; it knows the names of everything that rows may mention."""

    def __init__(
        self,
        names: Names,
        labels: dict[str, str],
        properties: Iterable[str],
        declared: frozenset[str] = frozenset(),
    ) -> None:
        """`labels` maps a label to an IRI; `properties` are the IRIs of object properties, and
        `declared` those of all properties of ours."""
        self.declared = declared
        self.names = names
        self.labels = labels
        self.preamble = "Ontology: <urn:x>\n" + "".join(
            f"ObjectProperty: <{name}>\n" for name in sorted(properties)
        )
        self._makers: dict[str, Callable[[str, str, str], Iterator[Any]]] = {
            "LABEL": lambda s, a, v: iter([annotation(s, RDFS + "label", literal(v))]),
            "A": lambda s, a, v: iter([annotation(s, self.resolve(a), literal(v))]),
            "AT": self._typed,
            "AL": self._tagged,
            "AI": lambda s, a, v: iter([annotation(s, self.resolve(a), iri(self._curie(v)))]),
            "SC": lambda s, a, v: self._class_axioms(s, "SubClassOf", a, v),
            "EC": lambda s, a, v: self._class_axioms(s, "EquivalentTo", a, v),
            "DC": lambda s, a, v: self._class_axioms(s, "DisjointWith", a, v),
            "TI": self._type,
            "TYPE": lambda s, a, v: self._type(s, "%", v),
            "I": self._fact,
        }

    def resolve(self, text: str) -> str:
        """The IRI of a CURIE, `<IRI>` or (quoted) label; raises NameUnknownError."""
        if text.startswith("<") and text.endswith(">"):
            return text[1:-1]
        return self.labels.get(text.strip("'")) or self.names.iri(text)

    def _curie(self, text: str) -> str:
        """The IRI of a CURIE or `<IRI>`; raises NameUnknownError, for a label too."""
        return text[1:-1] if text.startswith("<") else self.names.iri(text)

    def axioms(self, table: Table) -> Iterator[tuple[Row, Any]]:
        """Every axiom of a table with the row it comes from.

        Raises TableError naming the header for an unsupported template string, and naming the cell
        for a value that does not resolve or does not parse.
        """
        parsed: dict[str, Template] = {}
        for name, text in table.templates.items():
            try:
                template = parse(text)
            except ValueError:
                expected = "a template string listed in ontology/README.md"
                raise table.error(name, expected) from None
            if template is not None:
                self._verify(table, name, template)
                parsed[name] = template
        kinds = [template.kind for template in parsed.values()]
        if kinds[:1] != ["ID"] or kinds.count("ID") > 1:
            raise table.error(table.columns[0], "ID in the first column")
        for row in table.rows:
            yield from self._row(row, table.columns[0], parsed)

    def _verify(self, table: Table, column: str, template: Template) -> None:
        """Raise TableError for a property or datatype of a header that is not known."""
        name, _, datatype = template.argument.partition("^^")
        if template.kind in NAMED:
            try:
                known = self.resolve(name.partition("@")[0])
            except NameUnknownError as error:
                raise table.error(column, f"a known property ({error.message})") from None
            if known.startswith(VOCABULARY) and known not in self.declared:
                raise table.error(column, "a property that schema.ofn declares")
        if template.kind == "AT" and self.resolve(datatype) not in DATATYPES:
            raise table.error(column, "a datatype of XML Schema")

    def _row(self, row: Row, key: str, parsed: dict[str, Template]) -> Iterator[tuple[Row, Any]]:
        subject = row.named(key, self.resolve)
        if all(template.kind != "TYPE" for template in parsed.values()):
            yield row, owl.DeclareClass(owl.Class(iri(subject)))
        for name, template in parsed.items():
            cell = row.cells[name]
            if template.kind == "ID" or not cell:
                continue
            for value in cell.split(template.split) if template.split else [cell]:
                try:
                    made = list(self._makers[template.kind](subject, template.argument, value))
                except NameUnknownError as error:
                    raise row.error(name, f"a known name ({error.message})") from None
                except ValueError as error:
                    wanted = "a class expression" if template.kind in LOGIC else "a fitting value"
                    raise row.error(name, f"{wanted} ({error})") from None
                yield from ((row, axiom) for axiom in made)

    def _typed(self, subject: str, argument: str, value: str) -> Iterator[Any]:
        relation, datatype = argument.split("^^")
        kind = self.resolve(datatype)
        if rdflib.Literal(value, datatype=rdflib.URIRef(kind)).ill_typed:
            raise ValueError(f"not a {datatype}")
        yield annotation(subject, self.resolve(relation), literal(value, datatype=kind))

    def _tagged(self, subject: str, argument: str, value: str) -> Iterator[Any]:
        relation, language = argument.split("@")
        yield annotation(subject, self.resolve(relation), literal(value, language=language))

    def _fact(self, subject: str, argument: str, value: str) -> Iterator[Any]:
        one, other = (owl.NamedIndividual(iri(x)) for x in (subject, self._curie(value)))
        yield owl.ObjectPropertyAssertion(
            owl.ObjectProperty(iri(self.resolve(argument))), one, other
        )

    def _type(self, subject: str, argument: str, value: str) -> Iterator[Any]:
        individual = owl.NamedIndividual(iri(subject))
        yield owl.DeclareNamedIndividual(individual)
        for expression in self._expressions(subject, "SubClassOf", argument, value):
            yield owl.ClassAssertion(expression.sup, individual)

    def _class_axioms(self, subject: str, frame: str, argument: str, value: str) -> Iterator[Any]:
        yield from self._expressions(subject, frame, argument, value)

    def _expressions(self, subject: str, frame: str, argument: str, value: str) -> list[Any]:
        text = self._bracketed(argument.replace("%", value))
        if frame == "SubClassOf" and re.fullmatch("<[^>]*>", text):
            return [owl.SubClassOf(*(owl.Class(iri(x)) for x in (subject, text[1:-1])))]
        document = f"{self.preamble}Class: <{subject}>\n    {frame}: {text}\n"
        parsed = pyhornedowl.open_ontology_from_string(document, "omn")
        kinds = (owl.SubClassOf, owl.EquivalentClasses, owl.DisjointClasses)
        return [c.component for c in parsed.get_components() if isinstance(c.component, kinds)]

    def _bracketed(self, expression: str) -> str:
        """A Manchester expression with every CURIE and quoted label as an IRI in brackets."""
        words = re.split(r"('[^']*'|<[^>]*>|[(){},\s]+)", expression)
        return "".join(
            f"<{self.resolve(word)}>" if word.startswith("'") or NAME.fullmatch(word) else word
            for word in words
        )
