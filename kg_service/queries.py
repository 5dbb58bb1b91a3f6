"""Query files: a header that says what a question is, then the question in standard SPARQL 1.1.

The header is YAML in comment lines `#+ ` at the top, after grlc (https://grlc.io):

    #+ summary: Findings of a disease.
    #+ path: /diseases/{disease}/findings
    #+ params:
    #+   disease: {type: iri, example: "MONDO:0016367"}
    #+ result: {key: [claim], lists: {population: [population]}}

A parameter is a variable that the SELECT projects; a caller binds it, nobody pastes it. One that
repeats is bound to the text of its IRIs with a space between, because a binding is one value.

`result` says how rows become JSON: rows that agree on `key` are one result, which is the thing in
the variable `self` if there is one; a list gathers distinct values of one variable, or objects of
several, in which a variable in brackets gathers its values in turn; `single` means one result,
not a list. Of the parameters in `needs` one must be given.

A list whose rows have a grade of evidence projects it as `evidence` and has by itself the parameter
MIN_EVIDENCE, below which rows are left out. A file whose rows depend on one another projects that
parameter, too, as a variable, and sees to it that they fit.

A check says with `severity` how grave a row is: ERROR (as when it is silent), WARN or INFO, the
levels of ROBOT's report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph
import yaml

from kg_service import grades
from kg_service.errors import HeliotropeError

MARK = "#+"
TYPES = frozenset({"iri", "string", "integer", "number", "boolean"})
HEADER = frozenset({"summary", "description", "path", "params", "needs", "result", "severity"})
SEVERITIES = ("ERROR", "WARN", "INFO")
PARAMETER = frozenset(
    {"type", "description", "required", "example", "default", "repeat", "enum", "in"}
    | {"minimum", "maximum", "prefix", "class"}
)
RESULT = frozenset({"single", "self", "key", "lists"})
# Beyond it JSON's numbers are not exact (RFC 8259, section 6).
INTEGER_MAX = 2**53 - 1
PLACEHOLDER = re.compile(r"\{(\w+)\}")


class QueryFileError(HeliotropeError):
    """A query file is malformed; `file` and `line` (1-based) say where."""

    def __init__(self, file: str, line: int, message: str, advice: str = "") -> None:
        """Put the place in front of the message."""
        self.file, self.line = file, line
        super().__init__(f"{file}:{line}: {message}", advice)


@dataclass(frozen=True)
class Parameter:
    """One parameter; `place` is `path` or `query`.

    For an IRI, `prefix` belongs to a value without one, and `kind` is the CURIE of the class
    the thing must have. `minimum` and `maximum` bound an integer. `examples` are as a caller
    would write them, several where it repeats. A text is `bounded` in length unless what reads it
    has a limit of its own.
    """

    name: str
    type: str
    place: str
    required: bool
    description: str = ""
    examples: tuple[str | int | float | bool, ...] = ()
    default: str | int | float | bool | None = None
    repeat: bool = False
    enum: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int = INTEGER_MAX
    prefix: str = ""
    kind: str = ""
    bounded: bool = True


EVIDENCE = "evidence"
MIN_EVIDENCE = Parameter(
    "min_evidence",
    "string",
    "query",
    False,
    "The least grade of evidence of a row; without it, any.",
    (grades.Grade.SINGLE.label,),
    enum=grades.LABELS,
)


@dataclass(frozen=True)
class QueryFile:
    """A question: `name` is the file's without its ending, `variables` what SELECT projects.

    `itself` is the variable of the thing that a result is, or empty; `severity` one of SEVERITIES.
    """

    name: str
    summary: str
    description: str
    path: str
    parameters: tuple[Parameter, ...]
    needs: tuple[str, ...]
    single: bool
    itself: str
    key: tuple[str, ...]
    lists: Mapping[str, tuple[str, ...]]
    gathered: frozenset[str]
    variables: tuple[str, ...]
    text: str
    severity: str = SEVERITIES[0]

    @property
    def scalars(self) -> tuple[str, ...]:
        """The variables that are in no list."""
        listed = {variable for variables in self.lists.values() for variable in variables}
        return tuple(variable for variable in self.variables if variable not in listed)


def load(folder: Path) -> dict[str, QueryFile]:
    """Every `*.rq` in the folder, by name, in the order of names.

    Raises QueryFileError naming file and line; OSError when a file cannot be read.
    """
    return {file.stem: read(file) for file in sorted(folder.glob("*.rq"))}


def read(file: Path) -> QueryFile:
    """One query file. Raises QueryFileError naming file and line."""
    return _Reader(file.name, file.read_text(encoding="utf-8")).query_file()


class _Reader:
    """Reads one file; keeps its name and lines, so that every complaint has its place."""

    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text
        self.lines: list[str] = []
        for line in text.splitlines():
            if not line.startswith(MARK):
                break
            self.lines.append(line.removeprefix(MARK))

    def error(self, key: str, message: str, advice: str = "") -> QueryFileError:
        """The error at the first header line that has the key, or at the top."""
        pattern = re.compile(rf"(^|[\s{{,]){re.escape(key)}\s*:")
        places = (number for number, line in enumerate(self.lines, 1) if pattern.search(line))
        return QueryFileError(self.file, next(places, 1), message, advice)

    def query_file(self) -> QueryFile:
        """The whole file, checked."""
        header = self.header()
        variables = self.variables()
        path = header.get("path", "")
        if not isinstance(path, str) or (path and not path.startswith("/")):
            raise self.error("path", f"path {path!r} is not a path.", "Begin it with '/'.")
        if not header.get("summary"):
            raise self.error("summary", "summary is missing.", "Say in a line what it answers.")
        parameters = tuple(self.parameters(header, path))
        for parameter in parameters:
            if parameter.name not in variables:
                raise self.error(
                    parameter.name,
                    f"the parameter {parameter.name!r} is not projected.",
                    f"Add ?{parameter.name} to the SELECT.",
                )
        result = self.mapping(header, "result", RESULT)
        lists: dict[str, tuple[str, ...]] = {}
        gathered: set[str] = set()
        for name, columns in (result.get("lists") or {}).items():
            listed = [columns] if isinstance(columns, str) else columns
            gathered |= {column[0] for column in listed if isinstance(column, list)}
            lists[name] = tuple(c[0] if isinstance(c, list) else c for c in listed)
        key = tuple(result.get("key") or ())
        itself = str(result.get("self", ""))
        for name in (
            *key,
            *filter(None, [itself]),
            *(column for columns in lists.values() for column in columns),
        ):
            if name not in variables:
                raise self.error("result", f"result names ?{name}, which is not projected.")
        needs = tuple(header.get("needs") or ())
        for name in needs:
            if name not in {parameter.name for parameter in parameters}:
                raise self.error("needs", f"needs names {name!r}, which is no parameter.")
        single = bool(result.get("single", False))
        if EVIDENCE in variables and not single:
            parameters += (MIN_EVIDENCE,)
        severity = header.get("severity", SEVERITIES[0])
        if severity not in SEVERITIES:
            raise self.error(
                "severity",
                f"the severity is {severity!r}.",
                f"Use one of {', '.join(SEVERITIES)}.",
            )
        return QueryFile(
            name=self.file.removesuffix(".rq"),
            summary=str(header["summary"]).strip(),
            description=str(header.get("description", "")).strip(),
            path=path,
            parameters=parameters,
            needs=needs,
            single=single,
            itself=itself,
            key=key,
            lists=lists,
            gathered=frozenset(gathered),
            variables=variables,
            text=self.text,
            severity=str(severity),
        )

    def header(self) -> dict[str, Any]:
        """The YAML of the header."""
        try:
            header = yaml.safe_load("\n".join(self.lines))
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise QueryFileError(self.file, line, f"the header: {error.problem}.") from None
        if not isinstance(header, dict):
            raise QueryFileError(
                self.file, 1, "there is no header.", f"Begin with '{MARK} summary: …'."
            )
        self.known(header, HEADER)
        return header

    def known(self, found: Mapping[str, object], allowed: frozenset[str]) -> None:
        """Refuse a key that means nothing here."""
        for key in found:
            if key not in allowed:
                raise self.error(
                    str(key), f"{key!r} is not known here.", f"Use {', '.join(sorted(allowed))}."
                )

    def mapping(
        self, header: Mapping[str, Any], key: str, allowed: frozenset[str] | None
    ) -> dict[str, Any]:
        """The mapping below a key of the header, empty when it is absent."""
        found = header.get(key) or {}
        if not isinstance(found, dict):
            raise self.error(key, f"{key} is not a mapping.", "Write name: {…}.")
        if allowed is not None:
            self.known(found, allowed)
        return found

    def parameters(self, header: Mapping[str, Any], path: str) -> Iterator[Parameter]:
        """The parameters, in the order of the header."""
        placeholders = PLACEHOLDER.findall(path)
        declared = self.mapping(header, "params", None)
        for name in placeholders:
            if name not in declared:
                raise self.error("path", f"{{{name}}} is in the path and not in params.")
        for name, given in declared.items():
            if not isinstance(given, dict):
                raise self.error(name, f"the parameter {name!r} is not a mapping.")
            self.known(given, PARAMETER)
            kind = given.get("type")
            if kind not in TYPES:
                raise self.error(
                    name,
                    f"the type of {name!r} is {kind!r}.",
                    f"Use one of {', '.join(sorted(TYPES))}.",
                )
            place = "path" if name in placeholders else "query"
            if given.get("in", place) != place:
                raise self.error(name, f"{name!r} is said to be in the {given['in']}.")
            yield Parameter(
                name=name,
                type=str(kind),
                place=place,
                required=place == "path" or bool(given.get("required", False)),
                description=str(given.get("description", "")).strip(),
                examples=listed(given.get("example")),
                default=given.get("default"),
                repeat=bool(given.get("repeat", False)),
                enum=tuple(given.get("enum", ())),
                minimum=int(given.get("minimum", 0)),
                maximum=int(given.get("maximum", INTEGER_MAX)),
                prefix=str(given.get("prefix", "")),
                kind=str(given.get("class", "")),
            )

    def variables(self) -> tuple[str, ...]:
        """What SELECT projects, told by the engine that will run it."""
        try:
            results = pyoxigraph.Store().query(self.text)
        except SyntaxError as error:
            found = re.search(r"(\d+):(\d+)", str(error))
            line = int(found[1]) if found else 1
            raise QueryFileError(self.file, line, f"not SPARQL: {error}.") from None
        if not isinstance(results, pyoxigraph.QuerySolutions):
            raise QueryFileError(
                self.file, len(self.lines) + 1, "not a SELECT.", "Only a SELECT has rows."
            )
        return tuple(variable.value for variable in results.variables)


def listed(value: Any) -> tuple[Any, ...]:
    """One value, several or none, as a tuple."""
    return () if value is None else tuple(value) if isinstance(value, list) else (value,)
