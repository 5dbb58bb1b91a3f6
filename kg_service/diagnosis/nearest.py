"""What may have been meant by an IRI that is nowhere: known terms of a like name.

Properties, classes and graphs are few and compared one by one. Things are many, so the store is
asked for names one edit away, which takes the same time however many there are.
"""

from __future__ import annotations

import difflib
import re
import string
from collections.abc import Iterable, Iterator
from itertools import islice

from pyoxigraph import Literal, NamedNode

from kg_service.diagnosis.case import Case

LIKE = 0.6  # difflib's ratio from which a name may have been meant
HOME = 0.1  # what the same namespace is worth beside it
COMPARED = 5_000  # terms that are compared one by one
OFFERED = 3
LONG = 40  # characters of a name beyond which no edits are tried
WIDTHS = range(1, 11)  # how wide identifiers are with zeros in front

# A namespace ends at one of these, and before a number at an underscore (OBO's identifiers).
NAME = re.compile(r"(.*(?:[/#:]|_(?=\d+$)))(.+)")
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
LETTERS = string.ascii_letters + string.digits + "_-."


def cut(iri: NamedNode) -> tuple[str, str]:
    """The namespace of an IRI and its name there.

    >>> cut(NamedNode("http://purl.obolibrary.org/obo/MONDO_0016367"))
    ('http://purl.obolibrary.org/obo/MONDO_', '0016367')
    """
    found = NAME.fullmatch(iri.value)
    return (found[1], found[2]) if found else ("", iri.value)


def among(case: Case, iri: NamedNode, known: Iterable[object]) -> tuple[NamedNode, ...]:
    """The IRIs most like another, by name or label, best first."""
    space, name = cut(iri)
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(name.lower())
    scores: dict[NamedNode, float] = {}
    for node in islice((one for one in known if isinstance(one, NamedNode)), COMPARED):
        home, other = cut(node)
        label = (case.label(node) or "").replace(" ", "")
        for text in {other.lower(), label.lower()} - {""}:
            matcher.set_seq1(text)
            if matcher.real_quick_ratio() >= LIKE and matcher.quick_ratio() >= LIKE:
                score = matcher.ratio()
                if score >= LIKE:
                    score += HOME * (home == space)
                    scores[node] = max(scores.get(node, 0.0), score)
    best = sorted(scores, key=lambda node: (-scores[node], node.value))
    return tuple(best[:OFFERED])


def things(case: Case, iri: NamedNode) -> tuple[NamedNode, ...]:
    """Things of the data whose IRI is one edit away, or whose label is the name."""
    space, name = cut(iri)
    spaces = [space, *sorted(set(case.prefixes.values()) - {space})]
    candidates = [
        *(home + other for home in spaces for other in rewritten(name)),
        *(space + other for other in edited(name)),
    ]
    nodes = {one: NamedNode(one) for one in dict.fromkeys(candidates)}
    found = {row["thing"].value for row in case.find("things", list(nodes.values()))}
    near = [nodes[one] for one in nodes if one in found and one != iri.value]
    if not near and not name.isdigit():
        near = labelled(case, " ".join(WORD.findall(name)))
    return tuple(near[:OFFERED])


def labelled(case: Case, text: str) -> list[NamedNode]:
    """The things that have a text as their label, in any case; OFFERED at most."""
    return [row["thing"] for row in case.ask("labelled", text=Literal(text))]


def rewritten(name: str) -> Iterator[str]:
    """A name as it is, in other case, and a number with other zeros in front."""
    yield from dict.fromkeys((name, name.lower(), name.upper(), name[:1].upper() + name[1:]))
    if name.isdigit():
        yield from (name.lstrip("0").zfill(width) for width in WIDTHS)


def edited(name: str) -> Iterator[str]:
    """What one edit makes of a name: two characters exchanged, one left out, another, one more."""
    if len(name) > LONG:
        return
    signs = string.digits if name.isdigit() else LETTERS
    for at in range(len(name)):
        for to in range(at + 1, len(name)):
            yield name[:at] + name[to] + name[at + 1 : to] + name[at] + name[to + 1 :]
    for at in range(len(name)):
        yield name[:at] + name[at + 1 :]
        yield from (name[:at] + sign + name[at + 1 :] for sign in signs)
    for at in range(len(name) + 1):
        yield from (name[:at] + sign + name[at:] for sign in signs)
