"""The judge: HermiT, through owlready2, in a child process with a time and a memory limit.

Before the hand-over annotations go, statements with a scope go (they hold only there; without it
they would say more than was told), and an individual that is also a class gets a second IRI,
because owlready2 knows a punned name as a class only.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Any

import pyhornedowl
import pyhornedowl.model as m

from kg_service.errors import BuildError, LimitError, UnsupportedAxiomError
from kg_service.logic import adapter, facets, hermit_process
from kg_service.logic import axioms as ax
from kg_service.logic.hermit_process import Answer

SECOND_NAME = "#kind"
DIGITS = 15  # of a number, that survive binary floating point (IEEE 754 binary64)
OVERHEAD = 512  # megabytes that Java and Python may use beside the Java heap


def judge_of(
    components: Iterable[m.AnnotatedComponent],
    seconds: float,
    megabytes: int,
    ended: Event | None = None,
) -> Judge:
    """Give a judge of the axioms HermiT gets, for this long and with this much memory.

    Whoever sets `ended` ends a run before its time. Raises UnsupportedAxiomError as
    `refuse_datatypes` does.
    """
    logic = [c for c in components if _has_logic(c)]
    refuse_datatypes(logic)
    return Judge(logic, time.monotonic() + seconds, seconds, megabytes, ended or Event())


def _has_logic(component: m.AnnotatedComponent) -> bool:
    """Whether HermiT gets a component: axioms without scope."""
    kind = type(component.component).__name__
    silent = kind.startswith(("Annotation", "Ontology", "Doc", "SubAnnotation", "Declare"))
    return not silent and not adapter.scope_of(component)


def _digits(text: str) -> int:
    """The digits of a number that count; 0 for what is none."""
    digits = text.strip().lstrip("+-").replace(".", "", 1)
    return len(digits.strip("0")) if digits.isdecimal() else 0


def _is_value(literal: Any) -> bool:
    """Whether a literal has a value, where its datatype is of numbers or xsd:boolean; what other
    datatypes have is for HermiT to say."""
    datatype = str(literal.datatype_iri)
    if datatype in (f"{ax.XSD}float", f"{ax.XSD}double"):
        with suppress(ValueError):
            return float(literal.literal.strip().replace("INF", "inf")) is not None
        return False
    known = datatype in facets.NUMBERS or datatype == facets.BOOLEAN
    return not known or facets.value(("literal", literal.literal, datatype, "")) is not None


def refuse_datatypes(components: Iterable[m.AnnotatedComponent]) -> None:
    """Raise UnsupportedAxiomError for the first datatype outside the OWL 2 datatype map, the first
    literal that is no value of its datatype, or the first number that HermiT would round."""
    listed = list(components)
    defined = {
        str(c.component.kind.first) for c in listed if isinstance(c.component, m.DatatypeDefinition)
    }
    for component in listed:
        for part in adapter.model_parts(component.component):
            name = None
            if isinstance(part, m.DatatypeLiteral) and _digits(part.literal) > DIGITS:
                raise UnsupportedAxiomError(
                    f"HermiT rounds numbers of over {DIGITS} digits: {component.component}.",
                    "Write fewer digits.",
                )
            if isinstance(part, m.DatatypeLiteral) and not _is_value(part):
                raise UnsupportedAxiomError(
                    f'"{part.literal}" is no value of {part.datatype_iri}: {component.component}.',
                    "Write one that is, or another datatype.",
                )
            if isinstance(part, m.Datatype):
                name = str(part.first)
            elif isinstance(part, m.DatatypeLiteral):
                name = str(part.datatype_iri)
            if name is not None and name not in ax.DATATYPES | defined:
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
    # OWLAPI reads a plain string of py-horned-owl's RDF/XML in a restriction as an error.
    if isinstance(part, m.SimpleLiteral):
        return m.DatatypeLiteral(part.literal, m.IRI.parse(f"{ax.XSD}string"))
    if isinstance(part, m.NamedIndividual):
        name = str(part.first)
        return m.NamedIndividual(m.IRI.parse(name + SECOND_NAME)) if name in classes else part
    if isinstance(part, list):
        return [_rename(item, classes) for item in part]
    changed = (m.NamedIndividual, m.SimpleLiteral)
    if not any(isinstance(inner, changed) for inner in adapter.model_parts(part)):
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


@dataclass
class Judge:
    """Runs HermiT on parts of one ontology, and what is `supposed` beside, until the time is
    over."""

    axioms: Sequence[m.AnnotatedComponent]
    deadline: float
    seconds: float
    megabytes: int
    ended: Event = field(default_factory=Event)
    runs: int = field(default=0)
    supposed: Sequence[m.AnnotatedComponent] = ()

    def __post_init__(self) -> None:
        """Put the axioms in an order that is always the same."""
        self.axioms = sorted(self.axioms, key=lambda c: str(c.component))

    def supposing(self, axiom: m.AnnotatedComponent) -> Judge:
        """Give a judge of the same that supposes an axiom in every run."""
        return replace(self, supposed=(axiom,))

    def run(self, axioms: Sequence[m.AnnotatedComponent]) -> Answer:
        """Let HermiT decide some axioms. Raises LimitError."""
        self.runs += 1
        with tempfile.TemporaryDirectory(prefix="hermit-") as folder:
            source, target = Path(folder, "ontology.owl"), Path(folder, "verdict.json")
            _write((*axioms, *self.supposed), source)
            command = [sys.executable, "-m", hermit_process.__name__, str(source), str(target)]
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
                # The last line is the exception; those above it say where in the code.
                last = (said.splitlines() or ["It said nothing."])[-1].rpartition(folder)[-1]
                raise BuildError(
                    f"HermiT ended with status {child.returncode}. {last[-500:]}",
                    "It could not read an axiom, or could not be started.",
                )
            answer: Answer = json.loads(target.read_text(encoding="utf-8"))
        if "OutOfMemoryError" in answer.get("refused", "") or "heap" in answer.get("refused", ""):
            raise self._memory()
        if "refused" in answer:
            # Java names the thread and the class of the exception first.
            why = answer["refused"].rpartition("Exception: ")[-1].rstrip(".")
            raise UnsupportedAxiomError(f"HermiT refuses the ontology: {why}.")
        return answer

    def _watch(self, child: subprocess.Popen[bytes]) -> None:
        """Wait for the child. Raises LimitError when its group is late or too large."""
        while True:
            if self.ended.is_set():
                raise LimitError("HermiT was ended before its time.", "Run it again.")
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


def first_name(iri: str) -> str:
    """The name of an individual that may have been handed over under its second one."""
    return iri.removesuffix(SECOND_NAME)


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
