"""Our tables and release through ROBOT, the reference for templates and reports (`make robot`).

`robot template` makes axioms of every table; they must be those of `pipeline/templates`. ROBOT
leaves out TI and I in rows without a TYPE, where a row is a class; our tables make a kind of it as
well. So each such table goes to ROBOT twice: as it is, and as a table of individuals with its
TI and I columns only. `robot report` judges the release; whatever it finds on a term of ours
with ERROR or WARN, sparql/checks/report-*.rq must find too, and what is a bad example to us must
be one to ROBOT.

    python -m tests.robot.comparison FOLDER     FOLDER holds ROBOT's jars
"""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pyhornedowl
from pyoxigraph import QuerySolutions, RdfFormat, Store, parse, serialize

from kg_service import queries, release
from kg_service.names import Names
from kg_service.pipeline import claims, ontology
from kg_service.pipeline.ontology import OURS, Folder
from kg_service.pipeline.quantities import quantities
from kg_service.pipeline.tables import Table

ROOT = Path(__file__).parents[2]
ONTOLOGY = ROOT / "ontology"
CHECKS = ROOT / "sparql" / "checks"
# ROBOT 1.9.6 counts what these rules find and leaves it out of the file: they name no property.
UNWRITTEN = ["report-invalid_entity_uri"]
GRAVE = {"ERROR", "WARN"}


class Robot:
    """ROBOT's command line; `run` raises CalledProcessError with what it said on standard error."""

    def __init__(self, jars: Path, prefixes: dict[str, str]) -> None:
        self.command = ["java", "-cp", f"{jars}/*", "org.obolibrary.robot.CommandLineInterface"]
        for prefix, namespace in sorted(prefixes.items()):
            self.command += ["--prefix", f"{prefix}: {namespace}"]

    def run(self, *arguments: str | Path) -> None:
        subprocess.run([*self.command, *map(str, arguments)], check=True)


def kinds(table: Table, folder: Path) -> Path | None:
    """The table of individuals that the rows of a table of classes are as well, if it is one."""
    templates = table.templates
    if "TYPE" in templates.values():
        return None
    kept = [n for n, t in templates.items() if t == "ID" or t.startswith(("TI ", "I "))]
    path = folder / table.file.replace("/", "-")
    lines = [[*kept, "Type"], [*(templates[n] for n in kept), "TYPE"]]
    lines += [[*(row.cells[n] for n in kept), "owl:NamedIndividual"] for row in table.rows]
    path.write_text("".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")
    return path


def made_by_robot(robot: Robot, folder: Folder, scratch: Path) -> set[str]:
    """The axioms that ROBOT makes of the tables, in functional syntax; it leaves out the input."""
    files = [ONTOLOGY / table.file for table in (*folder.tables, folder.sources)]
    files += filter(None, (kinds(table, scratch) for table in folder.tables))
    arguments = [part for file in files for part in ("--template", file)]
    made = scratch / "made.ofn"
    robot.run("template", "--input", ONTOLOGY / "schema.ofn", *arguments, "--output", made)
    read = pyhornedowl.open_ontology_from_file(str(made))
    return axioms(c.component for c in read.get_components())


def axioms(components: Iterable[object]) -> set[str]:
    """Axioms in functional syntax, without declarations: ROBOT declares all that it mentions."""
    texts = {str(component) for component in components}
    return {text for text in texts if text and not text.startswith("Declaration(")}


def made_by_us(folder: Folder) -> set[str]:
    """The axioms that we make of the tables: not the schema's, nor what claims make beyond them."""
    asserted = ontology.assemble(folder, {})
    known = quantities(component.component for component in folder.schema.get_components())
    beyond = {str(axiom) for axiom, _ in claims.assertions(asserted.claims, known)}
    beyond |= {str(component.component) for component in folder.schema.get_components()}
    told = (*asserted.axioms, *asserted.claim_axioms, *asserted.source_axioms)
    return axioms(axiom for axiom, _ in told) - beyond


def found_by_robot(robot: Robot, names: Names, scratch: Path) -> set[tuple[str, str]]:
    """Rule and term of every ERROR and WARN of ROBOT's report on a term of ours."""
    report = scratch / "report.tsv"
    source = release.current(ROOT / "build").file("ontology.owl")
    robot.run("report", "--input", source, "--fail-on", "none", "--output", report)
    with report.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    print("ROBOT's report:", dict(Counter(row["Level"] for row in rows)))
    found = {
        (row["Rule Name"], text if (text := row["Subject"]).startswith("http") else names.iri(text))
        for row in rows
        if row["Level"] in GRAVE
    }
    return {(rule, term) for rule, term in found if term.startswith(OURS)}


def found_by_us() -> set[tuple[str, str]]:
    """The same of our own queries."""
    store = Store()
    graph = release.current(ROOT / "build").file("graph.nq")
    store.bulk_load(path=graph, format=RdfFormat.N_QUADS)
    found = set()
    for name, query in queries.load(CHECKS).items():
        if name.startswith("report-") and query.severity in GRAVE:
            solutions = store.query(query.text)
            assert isinstance(solutions, QuerySolutions)
            found |= {(name.removeprefix("report-"), s["entity"].value) for s in solutions}
    return {(rule, term) for rule, term in found if term.startswith(OURS)}


def missed_by_robot(robot: Robot, scratch: Path) -> list[str]:
    """The rules that ROBOT does not see broken in our bad examples of them."""
    rules = [path.stem.removesuffix(".bad") for path in sorted(CHECKS.glob("report-*.bad.trig"))]
    profile = scratch / "profile.txt"
    names = [rule.removeprefix("report-") for rule in rules]
    profile.write_text("".join(f"ERROR\t{name}\n" for name in names), encoding="utf-8")
    for rule in rules:
        example = scratch / f"{rule}.ttl"
        quads = parse(path=CHECKS / f"{rule}.bad.trig", format=RdfFormat.TRIG)
        serialize((quad.triple for quad in quads), example, RdfFormat.TURTLE)
        arguments = ["--profile", profile, "--fail-on", "none", "--print", "0"]
        output = scratch / f"{rule}.tsv"
        robot.run("report", "--input", example, *arguments, "--output", output)
    return [
        rule
        for rule, name in zip(rules, names, strict=True)
        if f"\t{name}\t" not in (scratch / f"{rule}.tsv").read_text("utf-8")
    ]


def differences(what: str, ours: set[str], theirs: set[str]) -> int:
    """Print what only one side has; give how much that is."""
    print(f"{what}: {len(ours & theirs)} alike")
    for side, alone in (("ours", ours - theirs), ("ROBOT's", theirs - ours)):
        for text in sorted(alone):
            print(f"  only {side}: {text}")
    return len(ours ^ theirs)


def main(jars: Path) -> int:
    """Compare; the status is 1 when anything differs."""
    folder = ontology.read(ONTOLOGY)
    robot = Robot(jars, folder.prefixes)
    with tempfile.TemporaryDirectory(prefix="robot-") as scratch:
        theirs = made_by_robot(robot, folder, Path(scratch))
        differ = differences("axioms", made_by_us(folder), theirs)
        theirs = {" ".join(row) for row in found_by_robot(robot, folder.names, Path(scratch))}
        missed = missed_by_robot(robot, Path(scratch))
    differ += differences("findings", {" ".join(row) for row in found_by_us()}, theirs)
    print("bad examples that ROBOT finds sound:", ", ".join(missed) or "none")
    differ += missed != UNWRITTEN
    return min(differ, 1)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
