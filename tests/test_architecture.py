"""The house: data flows one way, and facts, questions and code stay apart."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
CODE = ROOT / "kg_service"
COMMAND = {"kg_service.__main__"}
SPARQL = re.compile(r"\b(SELECT|ASK|CONSTRUCT|DESCRIBE)\b[^{]*\{[^}]*\?")
SHARED = {"errors", "config", "grades", "names", "release", "queries", "words"}


@cache
def modules() -> dict[str, set[str]]:
    """Every module of ours with the modules it imports."""
    found = {}
    for path in sorted(CODE.rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        imports: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imports |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imports |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        found[name] = imports
    return found


def ours(imports: set[str]) -> set[str]:
    return {name for name in imports if name.startswith("kg_service")}


HALVES = {"pipeline", "web", "logic", "syntax"}


def half(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in HALVES else "shared"


def test_the_build_half_knows_nothing_of_the_service_half() -> None:
    allowed = {f"kg_service.{name}" for name in SHARED}
    for name, imports in modules().items():
        if half(name) == "pipeline":
            outside = {i for i in ours(imports) if half(i) not in {"pipeline", "logic"}}
            outside.discard("kg_service")
            strange = {i for i in outside if ".".join(i.split(".")[:2]) not in allowed}
            assert not strange, f"{name} imports {strange}"


def test_the_logic_half_knows_neither_building_nor_serving() -> None:
    allowed = {"kg_service", *(f"kg_service.{name}" for name in ("errors", "grades", "names"))}
    for name, imports in modules().items():
        if half(name) == "logic":
            outside = {i for i in ours(imports) if half(i) != "logic"}
            strange = {i for i in outside if ".".join(i.split(".")[:2]) not in allowed}
            assert not strange, f"{name} imports {strange}"


def test_syntax_knows_nothing_of_what_is_asked() -> None:
    allowed = {"kg_service", "kg_service.errors", "kg_service.names", "kg_service.words"}
    for name, imports in modules().items():
        if half(name) == "syntax":
            outside = {i for i in ours(imports) if half(i) != "syntax"}
            strange = {i for i in outside if ".".join(i.split(".")[:2]) not in allowed}
            assert not strange, f"{name} imports {strange}"


def test_web_reasons_through_workers_alone() -> None:
    for name, imports in modules().items():
        if half(name) == "web":
            assert not {i for i in ours(imports) if half(i) == "logic"}, name


def test_the_service_half_knows_nothing_of_the_build_half() -> None:
    for name, imports in modules().items():
        if half(name) not in {"pipeline", "logic"} and name not in COMMAND:
            strange = {i for i in ours(imports) if half(i) == "pipeline"}
            assert not strange, f"{name} imports {strange}"


def test_only_web_imports_flask() -> None:
    for name, imports in modules().items():
        if half(name) != "web":
            assert not {i for i in imports if i.split(".")[0] in {"flask", "werkzeug"}}, name


def test_there_is_no_sparql_in_python() -> None:
    for path in sorted(CODE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not SPARQL.search(node.value), f"{path}: {node.value[:60]}"


def test_no_module_is_called_utils() -> None:
    assert not [name for name in modules() if name.rsplit(".", 1)[-1] in {"utils", "helpers"}]
