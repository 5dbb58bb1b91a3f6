"""The Java side of the oracles: OWLAPI's HermiT and ELK in a process of their own.

    python -m tests.oracles.jvm MEGABYTES

reads one request a line, JSON, and writes one reply a line. A request names what to `do`; the
functions below say what each takes and gives. What an engine refuses comes back as {"refused":
"…"}, so that one bad ontology does not end the session.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import jpype

from tests.oracles import jars

Reply: TypeAlias = dict[str, Any]
NUMBER = "urn:heliotrope:question"
INCOMPLETE = "org.semanticweb.elk.reasoner.completeness"
JAVA = (
    "-Xss32m",
    "-XX:+UseSerialGC",
    "-XX:+ExitOnOutOfMemoryError",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
    # ELK says here, and nowhere else, what it does not support in an ontology or a question.
    f"-Dorg.slf4j.simpleLogger.log.{INCOMPLETE}=debug",
    "-Dorg.slf4j.simpleLogger.showThreadName=false",
)
MANAGER = "org.semanticweb.owlapi.apibinding.OWLManager"
FACTORIES = {
    "hermit": "org.semanticweb.HermiT.ReasonerFactory",
    "elk": "org.semanticweb.elk.owlapi.ElkReasonerFactory",
}


def cls(name: str) -> Any:
    return jpype.JClass(name)


def iri(entity: Any) -> str:
    return str(entity.getIRI().getIRIString())


class Log:
    """What Java writes to its standard error, kept so that ELK's warnings can be read."""

    def __init__(self) -> None:
        self._bytes = cls("java.io.ByteArrayOutputStream")()
        cls("java.lang.System").setErr(cls("java.io.PrintStream")(self._bytes, True))

    def take(self) -> str:
        """Give what was written since the last time."""
        said = str(self._bytes.toString())
        self._bytes.reset()
        return said


def load(text: str, without: list[str]) -> Any:
    """Give an ontology in functional syntax as OWLAPI reads it.

    Axioms annotated with a property of `without` are left out.
    """
    manager = cls(MANAGER).createOWLOntologyManager()
    source = cls("org.semanticweb.owlapi.io.StringDocumentSource")(text)
    ontology = manager.loadOntologyFromOntologyDocument(source)
    for axiom in list(ontology.getAxioms()):
        if any(iri(note.getProperty()) in without for note in axiom.getAnnotations()):
            manager.removeAxiom(ontology, axiom)
        elif str(axiom.getAxiomType().getName()) == "NegativeDataPropertyAssertion":
            # HermiT 1.4.3 compares the literal here by its text, so 7.5 is not 7.50; in the class
            # expression that says the same (OWL 2 Structural Specification, 9.6.7) by its value.
            manager.removeAxiom(ontology, axiom)
            manager.addAxiom(ontology, denied(manager.getOWLDataFactory(), axiom))
    return ontology


def denied(make: Any, axiom: Any) -> Any:
    """A data property denied of an individual, as a class assertion, its annotations kept."""
    held = make.getOWLDataHasValue(axiom.getProperty(), axiom.getObject())
    whole, notes = held.getObjectComplementOf(), axiom.getAnnotations()
    return make.getOWLClassAssertionAxiom(whole, axiom.getSubject(), notes)


def numbered(axioms: list[str]) -> list[Any]:
    """Give axioms in functional syntax, with full IRIs, as OWLAPI's, in the same order."""
    lines = []
    for number, axiom in enumerate(axioms):
        kind, _, rest = axiom.partition("(")
        lines.append(f'{kind}(Annotation(<{NUMBER}> "{number}") {rest}')
    read = load("Ontology(\n" + "\n".join(lines) + "\n)\n", [])
    found: dict[int, Any] = {}
    for axiom in read.getAxioms():
        for note in axiom.getAnnotations():
            if iri(note.getProperty()) == NUMBER:
                place = int(str(note.getValue().asLiteral().get().getLiteral()))
                found[place] = axiom.getAxiomWithoutAnnotations()
    return [found[number] for number in range(len(axioms))]


def reasoner(engine: str, ontology: Any) -> Any:
    return cls(FACTORIES[engine])().createReasoner(ontology)


def entities(found: Any) -> list[str]:
    """The IRIs of a NodeSet or Node, without top and bottom."""
    streams = found.entities()
    top = ("http://www.w3.org/2002/07/owl#",)
    names = {iri(e) for e in streams.iterator() if e.isNamed() and not iri(e).startswith(top)}
    return sorted(names)


class Asked:
    """One ontology in one engine, and what can be asked of it."""

    def __init__(self, engine: str, ontology: Any) -> None:
        self.engine, self.ontology = engine, ontology
        self.reasoner = reasoner(engine, ontology)
        self.make = ontology.getOWLOntologyManager().getOWLDataFactory()
        builtin = {"http://www.w3.org/2002/07/owl#"}

        def sign(found: Any) -> list[Any]:
            named = [e for e in found if not any(iri(e).startswith(b) for b in builtin)]
            return sorted(named, key=iri)

        self.classes = sign(ontology.getClassesInSignature())
        self.properties = sign(ontology.getObjectPropertiesInSignature())
        self.individuals = sorted(ontology.getIndividualsInSignature(), key=iri)
        self._probed: list[tuple[str | tuple[str], str, str, str]] | None = None

    def answers(self, questions: list[str]) -> list[bool | str]:
        """Whether each axiom is entailed; the name of an exception where the engine cannot say."""
        return [self.answer(axiom) for axiom in numbered(questions)]

    def answer(self, axiom: Any) -> bool | str:
        try:
            return bool(self.reasoner.isEntailed(self.direct(axiom)))
        except jpype.JException as error:
            return str(error.getClass().getSimpleName())

    def direct(self, axiom: Any) -> Any:
        """Give HermiT an assertion as the subsumption that says the same, of a nominal.

        Asked for assertions HermiT 1.4.3 looks up what it has already found, and so denies, in some
        runs and not in others, what takes a case distinction or a comparison of data to see.
        """
        kind = str(axiom.getAxiomType().getName())
        if self.engine != "hermit" or kind not in {"ClassAssertion", "ObjectPropertyAssertion"}:
            return axiom
        if kind == "ClassAssertion":
            start, end = axiom.getIndividual(), axiom.getClassExpression()
        else:
            start = axiom.getSubject()
            end = self.make.getOWLObjectHasValue(axiom.getProperty(), axiom.getObject())
        return self.make.getOWLSubClassOfAxiom(self.make.getOWLObjectOneOf(start), end)

    def subclasses(self) -> Iterator[tuple[str, str]]:
        for one in self.classes:
            if self.reasoner.isSatisfiable(one):
                above = entities(self.reasoner.getSuperClasses(one, False))
                equal = entities(self.reasoner.getEquivalentClasses(one))
                yield from ((iri(one), up) for up in {*above, *equal} - {iri(one)})

    def types(self) -> Iterator[tuple[str, str]]:
        for one in self.individuals:
            yield from ((iri(one), up) for up in entities(self.reasoner.getTypes(one, False)))

    def same(self) -> Iterator[tuple[str, str]]:
        for one in self.individuals:
            equal = entities(self.reasoner.getSameIndividuals(one))
            yield from ((iri(one), other) for other in equal if other != iri(one))

    def relations(self) -> Iterator[tuple[str, str, str]]:
        if self.engine == "elk":  # it lists no values
            for start, property_, sort, end in self.probed():
                if isinstance(start, tuple) and sort == "individual":
                    yield start[0], property_, end
            return
        for property_ in self.properties:
            for one in self.individuals:
                found = entities(self.reasoner.getObjectPropertyValues(one, property_))
                yield from ((iri(one), iri(property_), other) for other in found)

    def subproperties(self) -> Iterator[tuple[str, str]]:
        for one in self.properties:
            above = entities(self.reasoner.getSuperObjectProperties(one, False))
            equal = entities(self.reasoner.getEquivalentObjectProperties(one))
            yield from ((iri(one), up) for up in {*above, *equal} - {iri(one)})

    def edges(self) -> Iterator[tuple[str, str, str, str, str]]:
        """Class edges: what starts it (class or individual), start, property, what ends it, end.

        Where nothing is below a restriction to any filler, nothing is below one to a named filler.
        """
        if self.engine == "elk":
            # It does not support nominals, so no edge ends at an individual.
            for start, property_, sort, end in self.probed():
                if sort == "class":
                    named = isinstance(start, tuple)
                    name = start[0] if isinstance(start, tuple) else start
                    yield "individual" if named else "class", name, property_, sort, end
            return
        thing = self.make.getOWLThing()
        ends = [("class", iri(c), c) for c in self.classes]
        ends += [("individual", iri(i), i) for i in self.individuals]
        for property_ in self.properties:
            some = self.make.getOWLObjectSomeValuesFrom(property_, thing)
            classes, individuals = self.below(some)
            if not classes and not individuals:
                continue
            for sort, name, end in ends:
                if sort == "class":
                    some = self.make.getOWLObjectSomeValuesFrom(property_, end)
                else:
                    some = self.make.getOWLObjectHasValue(property_, end)
                for start in classes:
                    if self.answer(self.make.getOWLSubClassOfAxiom(start, some)) is True:
                        yield "class", iri(start), iri(property_), sort, name
                if sort == "class":
                    for start in individuals:
                        if self.answer(self.make.getOWLClassAssertionAxiom(some, start)) is True:
                            yield "individual", iri(start), iri(property_), sort, name

    def probed(self) -> list[tuple[str | tuple[str], str, str, str]]:
        """Start (an individual's name in a tuple), property, sort of end, end: all that is related.

        Found in one classification: a fresh class for each property and end lies above the
        restriction, and an individual as an end is the only member told of a fresh class.
        """
        if self._probed is None:
            manager = cls(MANAGER).createOWLOntologyManager()
            more = manager.createOntology(self.ontology.getAxioms())
            ends: list[tuple[str, str, Any]] = [("class", iri(c), c) for c in self.classes]
            for one in self.individuals:
                fresh = self.fresh(f"of {iri(one)}")
                manager.addAxiom(more, self.make.getOWLClassAssertionAxiom(fresh, one))
                ends.append(("individual", iri(one), fresh))
            meant = {}
            for property_ in self.properties:
                for sort, name, end in ends:
                    has = self.fresh(f"{iri(property_)} {name} {sort}")
                    meant[iri(has)] = iri(property_), sort, name
                    some = self.make.getOWLObjectSomeValuesFrom(property_, end)
                    manager.addAxiom(more, self.make.getOWLSubClassOfAxiom(some, has))
            self._probed = list(self._read(reasoner(self.engine, more), meant))
        return self._probed

    def _read(
        self, asked: Any, meant: dict[str, tuple[str, str, str]]
    ) -> Iterator[tuple[str | tuple[str], str, str, str]]:
        for start in self.classes:
            if asked.isSatisfiable(start):
                above = set(entities(asked.getSuperClasses(start, False)))
                above |= set(entities(asked.getEquivalentClasses(start)))
                yield from ((iri(start), *meant[has]) for has in above & meant.keys())
        for start in self.individuals:
            above = set(entities(asked.getTypes(start, False)))
            yield from (((iri(start),), *meant[has]) for has in above & meant.keys())
        asked.dispose()

    def fresh(self, name: str) -> Any:
        kind = cls("org.semanticweb.owlapi.model.IRI")
        return self.make.getOWLClass(kind.create(f"urn:heliotrope:{name.replace(' ', '#')}"))

    def below(self, expression: Any) -> tuple[list[Any], list[Any]]:
        """The satisfiable classes and the individuals that an expression holds."""
        return (
            [
                c
                for c in self.classes
                if iri(c) not in self.unsatisfiable()
                and self.answer(self.make.getOWLSubClassOfAxiom(c, expression)) is True
            ],
            [
                i
                for i in self.individuals
                if self.answer(self.make.getOWLClassAssertionAxiom(expression, i)) is True
            ],
        )

    def unsatisfiable(self) -> list[str]:
        return entities(self.reasoner.getUnsatisfiableClasses())


RESULTS: dict[str, Callable[[Asked], Any]] = {
    "unsatisfiable": Asked.unsatisfiable,
    "subclasses": Asked.subclasses,
    "types": Asked.types,
    "same": Asked.same,
    "relations": Asked.relations,
    "subproperties": Asked.subproperties,
    "edges": Asked.edges,
}


def reason(request: Reply) -> Reply:
    """Ask one `engine` about one ontology: `text`, `without`, `questions`, `results` (see RESULTS).

    Gives `axioms` (how many it was given), `consistent`, and, where it is, `answers` in the order
    of the questions and each result by name.
    """
    ontology = load(request["text"], request["without"])
    asked = Asked(request["engine"], ontology)
    try:
        reply: Reply = {
            "axioms": int(ontology.getLogicalAxiomCount()),
            "consistent": bool(asked.reasoner.isConsistent()),
        }
        if reply["consistent"]:
            reply["answers"] = asked.answers(request["questions"])
            for name in request["results"]:
                reply[name] = sorted(set(RESULTS[name](asked)))
        return reply
    finally:
        asked.reasoner.dispose()


def path(request: Reply) -> Reply:
    """The `jars` on the class path as Java has it, file names only, and the `home` of Java."""
    system = cls("java.lang.System")
    entries = str(system.getProperty("java.class.path")).split(os.pathsep)
    home = str(system.getProperty("java.home"))
    return {"jars": sorted(Path(entry).name for entry in entries), "home": home}


def loadable(request: Reply) -> Reply:
    """Whether Java finds a class by name: `cls`."""
    try:
        cls(request["cls"])
    except TypeError:
        return {"loadable": False}
    return {"loadable": True}


ACTIONS = {"reason": reason, "path": path, "loadable": loadable}


def incomplete(said: str) -> list[str]:
    """The constructs that ELK says it does not wholly support, from its log."""
    return sorted(set(re.findall(r"due to occurrences? of (\w+)", said)))


def start(megabytes: int) -> None:
    """Start Java in this process, with so much heap."""
    paths = [str(jar) for jar in jars.class_path()]
    jpype.startJVM(str(jars.java()), f"-Xmx{megabytes}m", *JAVA, classpath=paths)


def main(megabytes: int) -> None:
    # Java may print; only replies go to the standard output that we were given.
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    start(megabytes)
    log = Log()
    for line in sys.stdin:
        request = json.loads(line)
        begun = time.perf_counter()
        try:
            reply = ACTIONS[request["do"]](request)
        except jpype.JException as error:
            reply = {"refused": f"{error.getClass().getSimpleName()}: {error.getMessage()}"}
        reply["seconds"] = time.perf_counter() - begun
        said = log.take()
        reply["incomplete"] = incomplete(said)
        if request.get("log"):
            reply["log"] = said
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
