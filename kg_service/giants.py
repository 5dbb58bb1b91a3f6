"""The command that classifies files of ontologies too large for proofs in advance."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kg_service.logic.classification import Classification
    from kg_service.logic.demonstration import Demonstration
    from kg_service.logic.limits import Limits
    from kg_service.logic.readers import Reading

# The logic is imported by what reasons: serving starts without it.
SECONDS, MEGABYTES = 600, 8192


def files(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the files it reads and the limits of a classification."""
    for decorate in (
        click.option(
            "--megabytes",
            type=click.IntRange(min=1),
            default=MEGABYTES,
            show_default=True,
            help="Give up beyond this much memory.",
        ),
        click.option(
            "--seconds",
            type=click.FloatRange(min=0, min_open=True),
            default=SECONDS,
            show_default=True,
            help="Give up after so long.",
        ),
    ):
        command = decorate(command)
    return command


@click.command("classify")
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["nt", "tsv"]),
    default="tsv",
    show_default=True,
    help="N-Triples, or a table of three columns.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file, put in place when whole; without it to standard output.",
)
@files
def command(
    paths: tuple[Path, ...], form: str, output: Path | None, seconds: float, megabytes: int
) -> None:
    """Classify ontologies: all superclasses, and all edges A R B (A is a subclass of R some B).

    Reads OBO, OBO Graphs JSON, OWL in functional syntax or RDF/XML, and edge reports (.tsv), each
    also as .gz; several files are read as one ontology. What was read, and what is not supported,
    is told on standard error, by kind.
    """
    from kg_service.logic import listing
    from kg_service.logic.limits import Limits

    reading, found = run(paths, Limits(seconds, megabytes))
    for line in report(reading, found):
        click.echo(line, err=True)
    if output is None:
        counts = listing.stream(found, sys.stdout.buffer, form)
    else:
        counts = listing.write(found, output, form)
    click.echo(f"{counts[0]} superclasses, {counts[1]} class edges", err=True)


def run(paths: tuple[Path, ...], limits: Limits) -> tuple[Reading, Classification]:
    """Read and classify files, with progress where someone is looking. Raises LimitError."""
    from kg_service.logic import readers
    from kg_service.logic.classification import classify

    reading = readers.read(paths)
    if not sys.stderr.isatty():
        return reading, classify(reading.axioms, limits)
    try:
        return reading, classify(reading.axioms, limits, _say)
    finally:
        click.echo("\r\x1b[K", nl=False, err=True)


def _say(done: int, total: int) -> None:
    click.echo(f"\rclassified {done * 100 // max(total, 1)} %", nl=False, err=True)


def explain(paths: tuple[Path, ...], triple: tuple[str, str, str], limits: Limits) -> Demonstration:
    """Show why SUBJECT PREDICATE OBJECT, CURIEs of OBO or IRIs, follows from files.

    The predicate is rdfs:subClassOf or a property. Raises LimitError, NameUnknownError.
    """
    from kg_service.logic.demonstration import Demonstrator
    from kg_service.logic.readers.identifiers import iri_of

    reading, found = run(paths, limits)
    subject, relation, target = (iri_of(name) for name in triple)
    show = Demonstrator(reading.axioms, found, reading.classes, reading.refused_of).show
    return show(subject, relation, target)


def explained(paths: tuple[Path, ...], triple: tuple[str, str, str]) -> list[str]:
    """Show it as text, within the limits `classify` has. Raises as `explain` does."""
    from kg_service.logic.demonstration import lines
    from kg_service.logic.limits import Limits

    return lines(explain(paths, triple, Limits(SECONDS, MEGABYTES)))


def report(reading: Reading, found: Classification) -> list[str]:
    """Give line by line what was read, what was broken and what is not supported."""
    lines = [f"{len(reading.classes)} classes declared, {len(reading.axioms)} axioms read"]
    lines += _counts("malformed", reading.malformed, reading.examples)
    lines += _counts("not read", reading.refused, reading.examples)
    lines += _counts("not supported", found.unsupported, {})
    if not found.consistent:
        lines.append("inconsistent: an individual, or owl:Thing, can have no member")
    if found.unsatisfiable:
        lines.append(
            f"{len(found.unsatisfiable)} classes can have no member, first {found.unsatisfiable[0]}"
        )
    return lines


def _counts(title: str, counts: Counter[str], examples: dict[str, str]) -> list[str]:
    return [
        f"{title}: {count} {kind}" + (f", first at {examples[kind]}" if kind in examples else "")
        for kind, count in sorted(counts.items())
    ]
