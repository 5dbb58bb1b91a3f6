"""The command `heliotrope`; `python -m kg_service` is the same."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg_service import config, giants, release, serving
from kg_service.errors import CheckError, HeliotropeError

if TYPE_CHECKING:
    from kg_service.pipeline.build import Places
    from kg_service.pipeline.documents import Text
    from kg_service.pipeline.ontology import Folder

# The build half is imported by the commands that build: serving starts without it.


def _places(settings: config.Settings) -> Places:
    from kg_service.pipeline.build import Places

    beside = settings.root.parent / "shared"
    for name, folder in (("SOURCES", settings.sources), ("EXTERNAL", settings.external)):
        if folder and not folder.is_dir():
            raise HeliotropeError(f"HELIOTROPE_{name} names no folder: {folder}.", "Correct it.")
    return Places(
        root=settings.root,
        sources=settings.sources or beside / "sources",
        external=settings.external or beside / "external",
        build=settings.root / "build",
        strict=os.environ.get("CI") == "true",
    )


def _text(document: str) -> tuple[Folder, Text]:
    """The ontology folder and the text of a document. Raises HeliotropeError when it is absent."""
    from kg_service.pipeline import build as pipeline
    from kg_service.pipeline import ontology

    places = _places(config.from_environment())
    folder = ontology.read(places.root / "ontology")
    texts = pipeline.read_texts(places, folder, click.echo)
    text = texts.get(folder.names.iri(f"doc:{document}"))
    if text is None:
        raise HeliotropeError(f"Document {document} is not at hand.", "Set HELIOTROPE_SOURCES.")
    return folder, text


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="heliotrope")
def main() -> None:
    """Heliotrope: a knowledge graph of dermatomyositis. Research use, not for care."""


@main.command()
def build() -> None:
    """Build the release from ontology/ and sparql/, unless nothing has changed."""
    from kg_service.pipeline import build as pipeline

    pipeline.build(_places(config.from_environment()), say=click.echo)


@main.command()
def check() -> None:
    """Build, then check: sparql/checks, the grounds of what is derived, ontology/shapes.ttl."""
    from kg_service.pipeline import build as pipeline
    from kg_service.pipeline import checks, grounds, shapes

    places = _places(config.from_environment())
    built = pipeline.build(places)
    ran, found = checks.run(places.root / "sparql" / "checks", built)
    for finding in found:
        click.echo(str(finding), err=finding.grave > 0)
    loose = grounds.ungrounded(grounds.read(built.file("graph.nq")))
    for statement in loose:
        click.echo(f"{statement} is concluded from itself alone", err=True)
    broken = shapes.violations(places.root / "ontology" / "shapes.ttl", shapes.told(built))
    for violation in broken:
        click.echo(str(violation), err=True)
    faults = [finding.check for finding in found if finding.grave]
    faults += ["grounds"] * bool(loose) + ["shapes"] * bool(broken)
    if faults:
        raise CheckError(f"To be mended: {', '.join(faults)}.")
    click.echo(f"{ran} checks, grounds and shapes: nothing to be mended")


@main.command()
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    show_default=True,
    help="Port on 127.0.0.1.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--data",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Serve RDF files (again for another) instead of the release, read-only.",
)
@click.argument("more", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
def serve(port: int, host: str, data: tuple[Path, ...], more: tuple[Path, ...]) -> None:
    """Serve the release, or with --data other RDF files (any number after it), over HTTP."""
    settings = config.from_environment()
    if more and not data:
        raise click.UsageError("Files are served with --data FILE….")
    # The link and not where it leads, so that on SIGHUP a newer release is found there.
    source = [*data, *more] or settings.root / "build" / "current"
    serving.serve(settings, source, port, host)


FORMATS = {"text": "text/plain", "json": "application/json", "turtle": "text/turtle"}


@main.command()
@click.argument("subject")
@click.argument("predicate")
@click.argument("object_", metavar="OBJECT")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="text",
    show_default=True,
    help="How to tell it.",
)
@click.option(
    "--in",
    "paths",
    multiple=True,
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Explain from ontology files (again for another) instead of the release, as text.",
)
def explain(subject: str, predicate: str, object_: str, form: str, paths: tuple[Path, ...]) -> None:
    """Say why SUBJECT PREDICATE OBJECT holds in the release, or why it does not.

    Each is a CURIE, an IRI, a label or a synonym, as over HTTP, and the OBJECT of a data property a
    value: 37, "text", "text"@en, "7"^^xsd:byte. With --in it is a CURIE of OBO or an IRI, and the
    predicate rdfs:subClassOf or the property of a class edge.
    """
    if paths:
        if form != "text":
            raise click.UsageError("With --in an explanation is told as text.")
        for line in giants.explained(paths, (subject, predicate, object_)):
            click.echo(line)
        return
    from kg_service.logic.knowledge import FILE
    from kg_service.names import Names
    from kg_service.reasoning import awake
    from kg_service.web.search import Index
    from kg_service.web.statements import Statements
    from kg_service.web.terms import Terms

    settings = config.from_environment()
    built = release.current(settings.root / "build")
    prefixes = json.loads(built.file("prefixes.json").read_text("utf-8"))
    mind = awake(built.file(FILE), prefixes, built.digest)
    terms = Terms(Names(prefixes), Index(built.file("search.sqlite")))
    asked = Statements(terms).read({"subject": subject, "predicate": predicate, "object": object_})
    _, told = mind.explain(**asked, media_type=FORMATS[form])
    click.echo(told, nl=False)


@main.command()
@click.argument("document")
@click.argument("words")
def span(document: str, words: str) -> None:
    """Find WORDS in DOCUMENT (000, 001, 004): line, start and end for a claim row."""
    _, text = _text(document)
    found = text.find(words) if words.strip() else []
    if not found:
        raise HeliotropeError(f"{words!r} is not in document {document}.", "Ask for fewer words.")
    click.echo("line\tstart\tend")
    for place in found:
        click.echo("\t".join(map(str, place)))


@main.command()
@click.argument("document")
def passages(document: str) -> None:
    """Propose rows of passages.tsv for DOCUMENT (000, 001, 004), with the first words of each.

    The last column is for reading: it does not go into the table.
    """
    from kg_service.pipeline import segments
    from kg_service.pipeline.passages import identify

    folder, text = _text(document)
    click.echo("\t".join((*folder.records["passages"].columns, "First words")))
    for found in segments.of(text):
        name, place = f"doc:{document}", (found.line, found.start, found.end)
        words = " ".join(text.text[found.start : found.end].split()[:6])
        row = (identify(name, *place[1:]), "h:Passage", name, *place, found.kind, "", words)
        click.echo("\t".join(map(str, row)))


main.add_command(giants.command)


def run() -> int:
    """Run the command; an error of ours is one line on standard error, and status 1."""
    # A termination must pass through every `finally`, so that no child is left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        main(standalone_mode=False)
    except HeliotropeError as error:
        click.echo(f"heliotrope: {error}", err=True)
        return 1
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except OSError as error:
        click.echo(f"heliotrope: {error.strerror}: {error.filename}", err=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(run())
