"""OBO flat files ▸ axioms, by OBO Format 1.4, section 5 (its mapping to OWL).

Frames are read clause by clause: what one clause breaks never stops the next. Only clauses with
logic are looked into; of the others the lists of cross-references are checked, because real files
break them and a reader that hides it is of no use to their editors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import Fact, Node
from kg_service.logic.readers.identifiers import iri_of
from kg_service.logic.readers.reading import Reading

CLAUSE = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*):\s*(.*)")
# Not part of a value: a comment, and qualifiers in braces at its end (OBO Format 1.4, section 2.3).
COMMENT = re.compile(r"(?<!\\)\s+!.*$")
QUALIFIERS = re.compile(r"\s*(?<!\\)\{([^{}]*)\}\s*$")
QUALIFIER = re.compile(r'([\w:./#-]+)\s*=\s*"((?:[^"\\]|\\.)*)"')
ESCAPE = re.compile(r"\\(.)")
REFERENCES = re.compile(r"\[((?:[^\[\]\\]|\\.)*)\]\s*(?:\{.*\}\s*)?$")
REFERENCE = re.compile(r'(?:[^\s",\\]|\\.)+(?:\s+"(?:[^"\\]|\\.)*")?')
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
WITH_REFERENCES = frozenset({"def", "synonym"})

# Clauses without logic.
_ANNOTATIONS = frozenset(
    {
        "alt_id", "builtin", "comment", "consider", "created_by", "creation_date", "def",
        "expand_assertion_to", "expand_expression_to", "id", "is_anonymous", "is_class_level",
        "is_metadata_tag", "is_obsolete", "name", "namespace", "property_value", "replaced_by",
        "subset", "synonym", "xref",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Clause:
    """One line of a frame, comment and qualifiers apart."""

    line: int
    tag: str
    value: str
    qualifiers: dict[str, str]


@dataclass
class Frame:
    """A stanza; `kind` is Term, Typedef or what else stands in the brackets."""

    kind: str
    line: int
    clauses: list[Clause] = field(default_factory=list)

    def values(self, tag: str) -> list[str]:
        """Give the values of a tag."""
        return [clause.value for clause in self.clauses if clause.tag == tag]


def read(lines: Iterable[str], name: str, reading: Reading) -> None:
    """Read a file into `reading`."""
    frames = list(_frames(lines, name, reading))
    _File(name, reading, frames).tell()


def _frames(lines: Iterable[str], name: str, reading: Reading) -> Iterator[Frame]:
    """Give the header, a frame of kind "", and the stanzas."""
    frame = Frame("", 1)
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("!"):
            continue
        if text.startswith("[") and text.endswith("]"):
            yield frame
            frame = Frame(text[1:-1], number)
            continue
        match = CLAUSE.fullmatch(text)
        if match is None:
            reading.spoil("line that is no clause", f"{name}:{number}")
            continue
        tag, value = match.groups()
        if (kind := _broken(tag, value)) is not None:
            reading.spoil(kind, f"{name}:{number}")
        frame.clauses.append(_clause(number, tag, value))
    yield frame


def _broken(tag: str, value: str) -> str | None:
    """Name what is wrong with the cross-references of a clause, if anything is."""
    if tag in WITH_REFERENCES:
        match = REFERENCES.search(value)
        if match is None or QUOTED.match(value) is None:
            return f"{tag} without a list of cross-references"
        listed = match[1].strip()
        while listed:
            item = REFERENCE.match(listed)
            rest = listed[item.end() :].lstrip() if item else listed
            if item is None or (rest and not rest.startswith(",")):
                return f"cross-reference of a {tag} that is no identifier"
            listed = rest[1:].lstrip()
    elif tag == "xref" and "://" in value and "\\:" in value:
        return "IRI with an escaped colon"
    return None


def _clause(line: int, tag: str, value: str) -> Clause:
    if tag in _ANNOTATIONS and tag != "id":
        return Clause(line, tag, value, {})
    value = COMMENT.sub("", value)
    qualifiers: dict[str, str] = {}
    if (match := QUALIFIERS.search(value)) is not None:
        qualifiers = dict(QUALIFIER.findall(match[1]))
        value = value[: match.start()]
    return Clause(line, tag, ESCAPE.sub(r"\1", value.strip()), qualifiers)


class _Broken(Exception):
    """A clause cannot be read; the message is its kind."""


class _File:
    """One file, its header read first."""

    def __init__(self, name: str, reading: Reading, frames: list[Frame]) -> None:
        self._name, self._reading, self._frames = name, reading, frames
        header = frames[0]
        self._ontology = next(iter(header.values("ontology")), "")
        self._spaces = dict(
            value.split(None, 2)[:2] for value in header.values("idspace") if len(value.split()) > 1
        )
        typedefs = [frame for frame in frames if frame.kind == "Typedef"]
        # Short identifiers of properties stand for the one in their cross-reference.
        self._short: dict[str, str] = {}
        self._untold: set[str] = set()
        self._class_level: set[str] = set()
        for frame in typedefs:
            for identifier in frame.values("id"):
                if ":" not in identifier:
                    references = [v.split()[0] for v in frame.values("xref") if v.strip()]
                    found = [r for r in references if re.fullmatch(r"[A-Za-z]+:\d+", r)]
                    if found:
                        self._short[identifier] = found[0]
                if "true" in frame.values("is_metadata_tag"):
                    self._untold.add(identifier)
                if "true" in frame.values("is_class_level"):
                    self._class_level.add(identifier)

    def tell(self) -> None:
        """Tell the axioms of all frames."""
        for clause in self._frames[0].clauses:
            if clause.tag == "owl-axioms":
                self._refuse("owl-axioms in the header", clause)
        for frame in self._frames[1:]:
            identifiers = frame.values("id")
            place = f"{self._name}:{frame.line}"
            if frame.kind not in _TAGS:
                self._reading.refuse(f"[{frame.kind}] stanza", place)
            elif not identifiers:
                self._reading.spoil("stanza without an id", place)
            else:
                self._frame(frame, identifiers[0])
        dangling = {
            node
            for fact in self._reading.axioms
            if fact.relation == ax.SUBCLASS
            for node in (fact.subject, fact.object)
            if isinstance(node, str) and node not in self._reading.classes
        }
        for node in sorted(dangling):
            self._reading.spoil("class without a stanza", f"{self._name}: {node}")

    def _frame(self, frame: Frame, identifier: str) -> None:
        is_class = frame.kind == "Term"
        subject = self._iri(identifier) if is_class else self._property(identifier)
        if is_class:
            self._reading.classes[subject] = None
        tags = _TAGS[frame.kind]
        for clause in frame.clauses:
            if clause.tag in _ANNOTATIONS:
                continue
            reader = tags.get(clause.tag)
            if reader is None:
                if clause.tag not in _TOGETHER:
                    self._refuse(f"{frame.kind} clause {clause.tag}", clause)
                continue
            try:
                for fact in reader(self, subject, clause):
                    self._reading.tell(fact, f"{self._name}:{clause.line}")
            except _Broken as error:
                self._reading.spoil(str(error), f"{self._name}:{clause.line}")
        for tag in _TOGETHER:
            parts = [clause for clause in frame.clauses if clause.tag == tag]
            if parts:
                self._together(frame.kind, subject, tag, parts)

    def _together(self, kind: str, subject: str, tag: str, clauses: list[Clause]) -> None:
        """Tell the equivalence that the clauses of one tag make together."""
        place = f"{self._name}:{clauses[0].line}"
        if kind != "Term":
            self._reading.refuse(f"{kind} clause {tag}", place)
        elif len(clauses) == 1:
            self._reading.spoil(f"{tag} alone", place)
        else:
            try:
                members = [node for clause in clauses for node in self._members(clause)]
            except _Broken as error:
                self._reading.spoil(str(error), place)
                return
            node = (_TOGETHER[tag], *sorted(set(members), key=ax.text))
            self._reading.tell(Fact(subject, ax.EQUIVALENT, node), place)

    def _members(self, clause: Clause) -> Iterator[Node]:
        words = clause.value.split()
        if len(words) == 1:
            yield self._iri(words[0])
        elif len(words) == 2:
            node = self._restriction(words, clause)
            # Left out of a definition it would say more than was told.
            yield node or ("opaque", f"{_counted(clause.qualifiers)}({clause.value})")
        else:
            raise _Broken(f"{clause.tag} of {len(words)} words")

    def _iri(self, identifier: str) -> str:
        return iri_of(identifier, self._ontology, self._spaces)

    def _property(self, identifier: str) -> str:
        return self._iri(self._short.get(identifier, identifier))

    def _refuse(self, kind: str, clause: Clause) -> None:
        self._reading.refuse(kind, f"{self._name}:{clause.line}")

    # Clauses of terms

    def is_a(self, subject: str, clause: Clause) -> Iterator[Fact]:
        """`is_a: B` is A ⊑ B."""
        yield Fact(self._within(subject, clause), ax.SUBCLASS, self._iri(self._one(clause)))

    def relationship(self, subject: str, clause: Clause) -> Iterator[Fact]:
        """`relationship: R B` is A ⊑ ∃R.B."""
        words = clause.value.split()
        if len(words) != 2:
            raise _Broken(f"relationship of {len(words)} words")
        if words[0] in self._untold:
            return
        if words[0] in self._class_level:
            self._refuse("relationship between classes themselves", clause)
        elif (node := self._restriction(words, clause)) is not None:
            yield Fact(self._within(subject, clause), ax.SUBCLASS, node)

    def _within(self, subject: str, clause: Clause) -> Node:
        """Narrow a subject as `gci_relation` and `gci_filler` say."""
        relation = clause.qualifiers.get("gci_relation")
        filler = clause.qualifiers.get("gci_filler")
        if relation is None and filler is None:
            return subject
        if relation is None or filler is None:
            raise _Broken("gci_relation and gci_filler not together")
        context: Node = ("some", self._property(relation), self._iri(filler))
        return ("and", *sorted([subject, context], key=ax.text))

    def _restriction(self, words: list[str], clause: Clause) -> Node | None:
        """Give ∃R.B, None where the clause does not say so much."""
        node = ("some", self._property(words[0]), self._iri(words[1]))
        kind = _counted(clause.qualifiers)
        if kind is None:
            return node
        self._refuse(f"{kind} (its ∃ kept)" if _exists(clause.qualifiers) else kind, clause)
        exists = _exists(clause.qualifiers) and clause.tag == "relationship"
        return node if exists else None

    def equivalent_to(self, subject: str, clause: Clause) -> Iterator[Fact]:
        """`equivalent_to: B` is A ≡ B."""
        yield Fact(subject, ax.EQUIVALENT, self._iri(self._one(clause)))

    def disjoint_from(self, subject: str, clause: Clause) -> Iterator[Fact]:
        """`disjoint_from: B` is a DisjointClasses axiom."""
        yield Fact(subject, ax.DISJOINT, self._iri(self._one(clause)))

    def _one(self, clause: Clause) -> str:
        words = clause.value.split()
        if len(words) != 1:
            raise _Broken(f"{clause.tag} of {len(words)} words")
        return words[0]

    # Clauses of typedefs

    def subproperty(self, subject: str, clause: Clause) -> Iterator[Fact]:
        """`is_a: S` is R ⊑ S."""
        yield Fact(subject, ax.SUBPROPERTY, self._property(self._one(clause)))

    def equivalent_property(self, subject: str, clause: Clause) -> Iterator[Fact]:
        """`equivalent_to: S` is R ≡ S."""
        yield Fact(subject, ax.EQUIVALENT_PROPERTY, self._property(self._one(clause)))

    def domain(self, subject: str, clause: Clause) -> Iterator[Fact]:
        """`domain: B` is a domain axiom."""
        yield Fact(subject, ax.DOMAIN, self._iri(self._one(clause)))

    def range_(self, subject: str, clause: Clause) -> Iterator[Fact]:
        """`range: B` is a range axiom."""
        yield Fact(subject, ax.RANGE, self._iri(self._one(clause)))

    def inverse_of(self, subject: str, clause: Clause) -> Iterator[Fact]:
        """`inverse_of: S` is an InverseObjectProperties axiom."""
        yield Fact(subject, ax.INVERSE, self._property(self._one(clause)))

    def transitive_over(self, subject: str, clause: Clause) -> Iterator[Fact]:
        """`transitive_over: S` is R ∘ S ⊑ R."""
        yield Fact(subject, ax.CHAIN, (subject, self._property(self._one(clause))))

    def holds_over_chain(self, subject: str, clause: Clause) -> Iterator[Fact]:
        """`holds_over_chain: P Q` is P ∘ Q ⊑ R; so is `equivalent_to_chain`, whose other direction
        OWL cannot say."""
        words = clause.value.split()
        if len(words) < 2:
            raise _Broken(f"{clause.tag} of {len(words)} words")
        yield Fact(subject, ax.CHAIN, tuple(map(self._property, words)))
        if clause.tag == "equivalent_to_chain":
            self._refuse("equivalent_to_chain, from property to chain", clause)

    def disjoint_property(self, subject: str, clause: Clause) -> Iterator[Fact]:
        """`disjoint_from: S` is a DisjointObjectProperties axiom."""
        yield Fact(subject, ax.DISJOINT_PROPERTY, self._property(self._one(clause)))


def _counted(qualifiers: dict[str, str]) -> str | None:
    """Name what qualifiers say besides, or instead of, ∃."""
    if qualifiers.get("all_only") == "true":
        return "ObjectAllValuesFrom"
    if "cardinality" in qualifiers:
        return "ObjectExactCardinality"
    if "maxCardinality" in qualifiers:
        return "ObjectMaxCardinality"
    if qualifiers.get("minCardinality", "1") != "1":
        return "ObjectMinCardinality"
    return None


def _exists(qualifiers: dict[str, str]) -> bool:
    """Whether what qualifiers say includes ∃."""
    if qualifiers.get("all_only") == "true":
        return qualifiers.get("all_some") == "true"
    least = qualifiers.get("cardinality", qualifiers.get("minCardinality", "0"))
    return least.isdigit() and int(least) > 0


def _flag(clause: Clause) -> bool:
    """Whether a clause of a boolean (OBO 1.4) says so. Raises _Broken for another value."""
    if clause.value not in ("true", "false"):
        raise _Broken(f"{clause.tag} that is neither true nor false")
    return clause.value == "true"


def _characteristic(name: str) -> Callable[[_File, str, Clause], Iterator[Fact]]:
    def read_one(file: _File, subject: str, clause: Clause) -> Iterator[Fact]:
        if _flag(clause):
            yield Fact(subject, ax.TYPE, name)

    return read_one


def _named(kind: str) -> Callable[[_File, str, Clause], Iterator[Fact]]:
    def refuse(file: _File, subject: str, clause: Clause) -> Iterator[Fact]:
        if _flag(clause):
            file._refuse(kind, clause)
        return iter(())

    return refuse


_Reader: TypeAlias = Callable[[_File, str, Clause], Iterator[Fact]]
_TOGETHER = {"intersection_of": "and", "union_of": "or"}
_TAGS: dict[str, dict[str, _Reader]] = {
    "Term": {
        "disjoint_from": _File.disjoint_from,
        "equivalent_to": _File.equivalent_to,
        "is_a": _File.is_a,
        "relationship": _File.relationship,
    },
    "Typedef": {
        "disjoint_from": _File.disjoint_property,
        "domain": _File.domain,
        "equivalent_to": _File.equivalent_property,
        "equivalent_to_chain": _File.holds_over_chain,
        "holds_over_chain": _File.holds_over_chain,
        "inverse_of": _File.inverse_of,
        "is_a": _File.subproperty,
        "is_asymmetric": _characteristic(ax.ASYMMETRIC),
        "is_cyclic": _named("is_cyclic"),
        "is_functional": _characteristic(ax.FUNCTIONAL),
        "is_inverse_functional": _characteristic(ax.INVERSE_FUNCTIONAL),
        "is_reflexive": _named("ReflexiveObjectProperty"),
        "is_symmetric": _characteristic(ax.SYMMETRIC),
        "is_transitive": _characteristic(ax.TRANSITIVE),
        "range": _File.range_,
        "transitive_over": _File.transitive_over,
    },
}
