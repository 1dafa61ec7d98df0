"""The CDK examples, installed from their lock files and synthesised as Saya does it."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from saya.sources.synthesis import Permission, synthesise

from .assemblies import portable

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "cdk"
SEARCH = "/usr/local/bin:/usr/bin:/bin"


def installed(language: str, folder: Path) -> Path:
    """A copy of an example with what its lock file names; every user may read it, as root's programs need."""
    leave = shutil.ignore_patterns("node_modules", ".venv", "cdk.out")
    shutil.copytree(ROOT / "examples" / f"cdk-{language}", folder, ignore=leave)
    if language == "typescript":
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, check=True)
    else:
        # A Python for everybody, which that of a virtual environment in root's home is not.
        subprocess.run(["/usr/bin/python3", "-m", "venv", ".venv"], cwd=folder, check=True)
        install = [".venv/bin/pip", "install", "--quiet", "--require-hashes", "-r", "requirements.txt"]
        subprocess.run(install, cwd=folder, check=True)
    return folder


@pytest.fixture(scope="module", params=["typescript", "python"])
def project(request):
    with tempfile.TemporaryDirectory(prefix="cdk-") as folder:
        Path(folder).chmod(0o755)
        yield installed(request.param, Path(folder).resolve() / request.param)


def test_the_fixtures_are_what_is_synthesised(project):
    """Anything else than traces below the author's lines, which are the library's."""
    permission = Permission(granted=True, search=SEARCH)
    with synthesise(project, "", "cdk.out", permission) as made, tempfile.TemporaryDirectory() as folder:
        for path in made.files.below(""):
            target = Path(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(made.files.read(path) or b"")
        found = portable(Path(folder, "cdk.out"), project)
    fixture = FIXTURES / project.name
    expected = {path.relative_to(fixture).as_posix(): path.read_text() for path in fixture.rglob("*") if path.is_file()}
    assert _read(found) == _read(expected)


def _read(files):
    """Those that Saya reads: not the file that only names the format's version, which not every library writes."""
    return {path: text for path, text in files.items() if Path(path).name != "cdk.out"}


def test_findings_stand_on_the_lines_of_the_author(project):
    """In a clone after its install step, with nothing said."""
    subprocess.run(["git", "init", "--quiet"], cwd=project, check=True)
    command = [sys.executable, "-m", "saya", "check", "--format", "json"]
    environment = {"PATH": SEARCH, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert report["errors"] == []
    found = {(each["policy"], each["location"]["path"], each["location"]["start_line"]) for each in report["findings"]}
    assert (
        found
        == {
            "typescript": {
                ("lambda-unqualified-invocation", "lib/orders-stack.ts", 28),
                ("lambda-layer-architecture", "lib/accounting.ts", 16),
                ("lambda-unqualified-invocation", "lib/accounting.ts", 23),
            },
            "python": {
                ("lambda-unqualified-invocation", "orders/audit.py", 15),
                ("lambda-unqualified-invocation", "orders/stack.py", 31),
            },
        }[project.name]
    )


def test_the_cli_agrees(project):
    """What `cdk synth` makes differs in nothing that is judged."""
    if project.name == "python":
        return  # the CLI is a program of Node's, and this project has none
    subprocess.run(
        ["npx", "cdk", "synth", "--quiet", "--no-notices", "--no-version-reporting", "--output", "by-cli"],
        cwd=project,
        env={
            "PATH": SEARCH,
            "HOME": str(project),
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_VALIDATION": "false",
            "CI": "1",
        },
        check=True,
    )
    with synthesise(project, "", "cdk.out", Permission(granted=True, search=SEARCH)) as made:
        for path in (path for path in made.files.below("") if path.endswith(".template.json")):
            ours = json.loads(made.files.read(path) or b"")
            theirs = json.loads((project / path.replace("cdk.out", "by-cli", 1)).read_text())
            assert ours == theirs, path
