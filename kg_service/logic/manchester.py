"""Class expressions in Manchester syntax ▸ nodes of `axioms`.

W3C Note "OWL 2 Web Ontology Language Manchester Syntax", sections 2.3 to 2.5: `not` binds closer
than `and`, `and` closer than `or`; keywords in any case. Beyond the Note, as editors have it:
'labels in quotes' and single-word labels, `not` more than once, `inverse (P)`, and a range of
numbers without its datatype (`some [>= 7.5]`). A node has the form that `adapter.expression` gives
the same expression.
"""

from __future__ import annotations

from collections.abc import Callable

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Node
from kg_service.logic.cursor import KEYWORDS, RESTRICTIONS, Cursor
from kg_service.logic.ranges import FACETS, Range, bounded, combined, literals
from kg_service.logic.tokens import Token
from kg_service.logic.vocabulary import (
    CLASS,
    DATA_PROPERTY,
    INDIVIDUAL,
    OBJECT_PROPERTY,
    Lookup,
)

_COUNTS = {"min": ax.least, "max": ax.most, "exactly": ax.exactly}
_CARDINALITY = {"min": "Min", "max": "Max", "exactly": "Exact"}
_CLASS_HERE = ("a class", "a property with 'some', 'value' …", "'not'", "'('", "'{'")
_RANGE_HERE = ("a datatype", "'not'", "'('", "'{'", "'['")
_RESTRICTION_HERE = tuple(f"{word!r}" for word in RESTRICTIONS)


def parse(text: str, vocabulary: Lookup) -> Node:
    """Give the node of a class expression.

    Raises ExpressionError saying where, what was found and what could stand there: for bad syntax,
    a name that is unknown, ambiguous or of the wrong kind, and for limits (`tokens.LENGTH`,
    `cursor.DEPTH`, `cursor.NUMBER`).
    """
    return _Parser(text, vocabulary).whole()


def value(text: str, vocabulary: Lookup) -> Node:
    """Give the literal that a text is: `37`, `7.5`, `true`, `"text"`, `"text"@en`, `"7"^^xsd:byte`.

    Raises ExpressionError as `parse` does.
    """
    cursor = Cursor(text, vocabulary)
    literal = cursor.literal()
    if cursor.here.kind != "end":
        raise cursor.wrong(None, ("the end of the value",))
    return literal


def mentioned(text: str, vocabulary: Lookup) -> frozenset[str]:
    """Give the keywords of an expression that can be read, in lower case, and the IRIs its names
    may stand for."""
    cursor = Cursor(text, vocabulary)
    keywords = {token.keyword for token in cursor.tokens if token.keyword in KEYWORDS}
    names = (t for t in cursor.tokens if t.kind in ("word", "label", "iri") and t.value)
    iris = (i for t in names if t.keyword not in KEYWORDS for i in cursor.candidates(t))
    return frozenset(keywords).union(iris)


class _Parser(Cursor):
    """Recursive descent over the tokens of one text, one method for each rule of the grammar."""

    def whole(self) -> Node:
        if len(self.tokens) == 1:
            raise self.wrong("The expression is empty.", _CLASS_HERE)
        node = self.description()
        if self.here.kind != "end":
            raise self.wrong(None, ("'and'", "'or'", "the end of the expression"))
        return node

    # Classes.

    def description(self) -> Node:
        members = [self.conjunction()]
        while self.keyword == "or":
            self.take()
            members.append(self.conjunction())
        return ax.gather("or", members)

    def conjunction(self) -> Node:
        members = [self.primary()]
        while self.keyword == "and" or (
            # "that" is an "and" behind the name of a class.
            self.keyword == "that" and len(members) == 1 and isinstance(members[0], str)
        ):
            self.take()
            members.append(self.primary())
        return ax.gather("and", members)

    def primary(self) -> Node:
        with self.deeper():
            if self.keyword == "not":
                self.take()
                return ax.complement(self.primary())
            opened = self.here
            if self.sign("("):
                node = self.description()
                self.close(")", opened, ("'and'", "'or'"))
                return node
            if self.sign("{"):
                found = self.listed(lambda: self.name((INDIVIDUAL,)), opened)
                return ("one", *sorted(set(found)))
            if self.keyword == "inverse":
                return self.object_restriction(self.property_expression())
            if self.following().keyword in RESTRICTIONS and self.is_name():
                token = self.here
                property_ = self.name((OBJECT_PROPERTY, DATA_PROPERTY))
                if OBJECT_PROPERTY in self.vocabulary.kinds(property_):
                    return self.object_restriction(property_)
                return self.data_restriction(property_, token)
            return self.class_name()

    def class_name(self) -> Node:
        token = self.here
        if not self.is_name():
            raise self.not_a_name(_CLASS_HERE)
        kinds = {kind for iri in self.candidates(token) for kind in self.vocabulary.kinds(iri)}
        if CLASS not in kinds and kinds & {OBJECT_PROPERTY, DATA_PROPERTY}:
            self.take()
            raise self.wrong(None, _RESTRICTION_HERE)
        return self.name((CLASS,))

    def listed(self, part: Callable[[], Node], opened: Token) -> list[Node]:
        found = [part()]
        while self.sign(","):
            found.append(part())
        self.close("}", opened, ("','",))
        return found

    # Restrictions.

    def property_expression(self) -> Node:
        self.take()
        opened = self.here
        if self.sign("("):
            inner = self.name((OBJECT_PROPERTY,))
            self.close(")", opened, ())
        else:
            inner = self.name((OBJECT_PROPERTY,))
        return ("inverse", inner)

    def object_restriction(self, property_: Node) -> Node:
        if self.keyword not in RESTRICTIONS:
            raise self.wrong(None, _RESTRICTION_HERE)
        word = self.take().keyword
        if word == "value":
            return ("value", property_, self.name((INDIVIDUAL,)))
        if word == "self":
            return ("opaque", f"ObjectHasSelf({ax.text(property_)})")
        if word == "some":
            return ax.some(property_, self.primary())
        if word == "only":
            return ("only", property_, self.primary())
        number = self.number()
        filler = ax.THING if self.at_the_end() else self.primary()
        return _COUNTS[word](number, property_, filler)

    def data_restriction(self, property_: str, token: Token) -> Node:
        word = self.keyword
        if word == "self":
            raise self.wrong(
                f"The data property {token} has values, not itself.",
                tuple(f"{word!r}" for word in RESTRICTIONS if word != "self"),
            )
        self.take()
        text = ax.text(property_)
        if word == "value":
            return ("data-value", property_, self.literal())
        if word in ("some", "only"):
            range_ = self.range_primary()
            if word == "some" and range_.node is not None:
                return ("data", property_, range_.node)
            name = "DataSomeValuesFrom" if word == "some" else "DataAllValuesFrom"
            return ("opaque", f"{name}({text} {range_.text})")
        number = self.number()
        filler = "" if self.at_the_end() else f" {self.range_primary().text}"
        return ("opaque", f"Data{_CARDINALITY[word]}Cardinality({number} {text}{filler})")

    def at_the_end(self) -> bool:
        """Whether nothing that could be a filler stands here."""
        ends = self.here.kind == "sign" and self.here.value in ")}],"
        return ends or self.here.kind == "end" or self.keyword in ("and", "or", "that")

    # Data.

    def data_range(self) -> Range:
        members = [self.data_conjunction()]
        while self.keyword == "or":
            self.take()
            members.append(self.data_conjunction())
        return combined("DataUnionOf", members)

    def data_conjunction(self) -> Range:
        members = [self.range_primary()]
        while self.keyword == "and":
            self.take()
            members.append(self.range_primary())
        return combined("DataIntersectionOf", members)

    def range_primary(self) -> Range:
        with self.deeper():
            if self.keyword == "not":
                self.take()
                return Range(None, f"DataComplementOf({self.range_primary().text})")
            opened = self.here
            if self.sign("("):
                range_ = self.data_range()
                self.close(")", opened, ("'and'", "'or'"))
                return range_
            if self.sign("{"):
                return literals(self.listed(self.literal, opened))
            if opened.kind == "sign" and opened.value == "[":
                return self.facets("")
            if not self.is_name():
                raise self.not_a_name(_RANGE_HERE)
            datatype = self.datatype()
            if self.here.kind == "sign" and self.here.value == "[":
                return self.facets(datatype)
            return Range(datatype, ax.text(datatype))

    def facets(self, datatype: str) -> Range:
        """Read `[>= 7.5, < 10]`; without a datatype it is that of its first value."""
        opened = self.take()
        pairs: list[tuple[str, Node]] = []
        while not pairs or self.sign(","):
            facet = FACETS.get(self.keyword or self.here.value)
            if facet is None or self.here.kind not in ("sign", "word"):
                raise self.wrong(None, tuple(f"{word!r}" for word in FACETS))
            self.take()
            value = self.literal()
            datatype = datatype or str(value[2])
            pairs.append((facet, value))
        self.close("]", opened, ("','",))
        return bounded(datatype, pairs)
