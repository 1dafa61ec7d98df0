"""The shape of the package, held: who imports whom, and who may touch the world."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "saya"

# What the modules of the flow put together.
BELOW_THE_FLOW = {"sources", "policy", "facts", "findings", "problems", "reports", "model", "text", "settings"}

# Each part of the package, and the parts it may import. `errors`, `pattern`, `record` and the package itself (its
# version) are for anyone.
MAY_IMPORT = {
    "text": set(),
    "model": {"text"},
    "facts": {"model", "text"},
    "findings": {"model", "text"},
    "problems": {"findings"},
    "reports": {"findings"},
    "policy": {"facts", "findings", "model", "text"},
    "sources": {"model", "region", "text"},
    "report": {"findings", "text"},
    "fixes": {"policy", "facts", "findings", "model", "text"},
    "github": {"report", "findings"},
    "aws": {"facts"},
    "region": set(),
    "settings": {"text"},
    "config_file": {"region", "settings", "text"},
    "schemas": {"config_file", "policy", "report"},
    "arguments": {"findings", "region"},
    "selection": {"policy", "settings", "sources", "text"},
    "unseen": {"findings", "model", "policy", "text"},
    "judging": {*BELOW_THE_FLOW, "fixes", "unseen"},
    "inventory": {*BELOW_THE_FLOW, "judging"},
    "nesting": {*BELOW_THE_FLOW, "judging"},
    "relocation": {"findings", "model", "policy"},
    "pairs": {*BELOW_THE_FLOW, "inventory", "judging", "nesting"},
    "tracing": {"findings", "model", "sources", "text"},
    "assemblies": {*BELOW_THE_FLOW, "judging", "nesting", "pairs", "tracing"},
    "comparison": {*BELOW_THE_FLOW, "assemblies", "judging", "nesting", "pairs", "relocation"},
    "request": {*BELOW_THE_FLOW, "aws", "config_file", "judging", "selection"},
    "pipeline": {*BELOW_THE_FLOW, "assemblies", "comparison", "inventory", "judging", "nesting", "request"},
    "fix_command": {"findings", "fixes", "pipeline", "problems", "request", "sources", "text"},
    "preview": {"findings", "github", "report", "sources"},
    "runner": set(),
    "terminal": {"report"},
    "verdict": {"findings", "problems", "settings"},
    "action": {
        "findings",
        "github",
        "pipeline",
        "problems",
        "report",
        "request",
        "runner",
        "settings",
        "sources",
        "verdict",
    },
    "cli": {
        "action",
        "runner",
        "verdict",
        "arguments",
        "schemas",
        "findings",
        "fix_command",
        "fixes",
        "pipeline",
        "policy",
        "preview",
        "problems",
        "report",
        "reports",
        "request",
        "selection",
        "settings",
        "sources",
        "terminal",
    },
    "__main__": {"cli"},
}
FOR_ANYONE = {"errors", "pattern", "record", "saya"}

LONGEST_FILE = 400
LONGEST_FUNCTION = 50

FILES = sorted(PACKAGE.rglob("*.py"))


def part(path: Path) -> str:
    """The part of the package that a file belongs to: a folder, or a module at the top."""
    first = path.relative_to(PACKAGE).parts[0]
    return "saya" if first == "__init__.py" else first.removesuffix(".py")


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The line and the full name of every import, at the top and inside functions alike."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The line and the dotted name of everything that is named: `print`, `os.environ`, `sys.stdout`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.lineno, f"{node.value.id}.{node.attr}"


def parsed() -> Iterator[tuple[Path, ast.Module]]:
    for path in FILES:
        yield path, ast.parse(path.read_text(encoding="utf-8"), str(path))


def test_there_are_files() -> None:
    found = {part(path) for path in FILES}
    assert {"cli", "facts", "model", "policy", "report", "sources", "text"} <= found <= MAY_IMPORT.keys() | FOR_ANYONE


def test_imports_go_one_way() -> None:
    wrong = []
    for path, tree in parsed():
        own = part(path)
        allowed = MAY_IMPORT.get(own, set()) | FOR_ANYONE | {own}
        for line, name in imported(tree):
            pieces = name.split(".")
            if pieces[0] == "saya" and len(pieces) > 1 and pieces[1] not in allowed | {"__version__"}:
                wrong.append(f"{path.relative_to(PACKAGE)}:{line}: {own} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_the_list_has_no_circle() -> None:
    done: set[str] = set()
    while ready := {each for each, others in MAY_IMPORT.items() if others <= done | {"errors"}} - done:
        done |= ready
    assert done == MAY_IMPORT.keys()


@pytest.mark.parametrize(
    ("owner", "forbidden"),
    [
        ("cli", {"print", "sys.stdout", "sys.stderr", "input", "sys.stdin"}),
        ("settings", {"os.environ", "os.getenv", "os.putenv", "os.environb"}),
        ("sources", {"os.system", "os.popen", "os.fork", "os.execv", "os.spawnv"}),
    ],
)
def test_one_part_alone_names_it(owner: str, forbidden: set[str]) -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)}:{line}: {name} is for {owner} only"
        for path, tree in parsed()
        if part(path) != owner
        for line, name in names(tree)
        if name in forbidden
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("owners", "forbidden"),
    [
        ({"sources"}, {"subprocess", "multiprocessing", "pty"}),
        ({"github", "aws"}, {"socket", "http", "urllib", "requests", "boto3", "botocore", "ssl", "asyncio"}),
        ({"sources"}, {"ctypes"}),  # prctl(2), while a child runs
        (set(), {"pickle", "marshal", "shelve"}),
    ],
)
def test_one_part_alone_imports_it(owners: set[str], forbidden: set[str]) -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)}:{line}: {name}"
        for path, tree in parsed()
        if part(path) not in owners
        for line, name in imported(tree)
        if name.split(".")[0] in forbidden
    ]
    assert not wrong, "\n".join(wrong)


def test_modules_are_named_for_what_they_are() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "base_classes"}
    assert not [path for path in FILES if path.stem in vague or vague & set(path.parts)]


def test_files_and_functions_do_one_thing() -> None:
    wrong = []
    for path, tree in parsed():
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > LONGEST_FILE:
            wrong.append(f"{path.relative_to(PACKAGE)}: {lines} lines")
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
                length = node.end_lineno - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    wrong.append(f"{path.relative_to(PACKAGE)}:{node.lineno}: {node.name} has {length} lines")
    assert not wrong, "\n".join(wrong)


def overload(function: ast.FunctionDef) -> bool:
    return any(isinstance(each, ast.Name) and each.id == "overload" for each in function.decorator_list)


def test_modules_and_public_functions_say_what_they_are() -> None:
    wrong = []
    for path, tree in parsed():
        wrong += [] if ast.get_docstring(tree) else [str(path.relative_to(PACKAGE))]
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_") or overload(node):
                continue
            if not ast.get_docstring(node):
                wrong.append(f"{path.relative_to(PACKAGE)}:{node.lineno}: {node.name}")
    assert not wrong, "\n".join(wrong)


def test_starting_imports_nothing_heavy() -> None:
    """Start-up time is what a user waits for on every save; each of these costs more than judging a small template."""
    heavy = ("asyncio", "boto3", "decimal", "email", "http", "jinja2", "jsonschema", "logging", "tomllib")
    code = f"import sys, saya.cli, saya.pipeline; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
