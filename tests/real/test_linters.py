"""Other people's linters on what is no Python: workflows, the action, the image; ours and those that pages show."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def shown(tmp_path_factory) -> Path:
    """The workflows that the documentation shows, in the place of workflows, with a commit for the one left open."""
    folder = tmp_path_factory.mktemp("shown")
    (folder / ".github" / "workflows").mkdir(parents=True)
    for page in (ROOT / "README.md", ROOT / "docs" / "adoption.md"):
        blocks = re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        for at, block in enumerate(block for block in blocks if "\njobs:" in block):
            text = block.replace("OWNER/saya@COMMIT", f"owner/saya@{COMMIT}")
            (folder / ".github" / "workflows" / f"{page.stem}-{at}.yml").write_text(text, encoding="utf-8")
    return folder


def run(program: str, *arguments: object) -> str:
    """What a linter says; it fails the test where it finds anything."""
    done = subprocess.run(
        [BIN / program, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_zizmor_finds_nothing_in_ours() -> None:
    assert "(1 ignored)" in run("zizmor", "--offline", "--no-progress", "--color=never", "--persona=pedantic", ".")


def test_the_one_thing_that_zizmor_is_told_to_ignore_has_a_reason() -> None:
    told = [line for path in WORKFLOWS for line in path.read_text(encoding="utf-8").splitlines() if "zizmor:" in line]
    assert len(told) == 1
    assert re.search(r"workflow_run: # zizmor: ignore\[dangerous-triggers\] \w.+", told[0])


def test_zizmor_finds_nothing_in_what_is_shown(shown) -> None:
    assert len(list(shown.rglob("*.yml"))) >= 4
    run("zizmor", "--offline", "--no-progress", shown)


def test_files_are_what_github_says_they_are(shown) -> None:
    run("check-jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml")
    run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS, *shown.rglob("*.yml"))
    run("check-jsonschema", "--builtin-schema", "vendor.dependabot", ".github/dependabot.yml")


def test_hadolint_finds_nothing() -> None:
    run("hadolint", "Dockerfile")


@pytest.mark.parametrize(
    ("program", "arguments", "wrong"),
    [
        ("zizmor", ["--offline", "--no-progress"], "on: push\njobs: {a: {runs-on: x, steps: [{uses: a/b@main}]}}\n"),
        ("check-jsonschema", ["--builtin-schema", "vendor.github-workflows"], "on: push\njob: {}\n"),
        ("hadolint", [], "FROM python\n"),
    ],
)
def test_a_linter_that_finds_something_says_so(tmp_path, program, arguments, wrong) -> None:
    path = tmp_path / ".github" / "workflows" / "wrong.yml"
    path.parent.mkdir(parents=True)
    path.write_text(wrong, encoding="utf-8")
    done = subprocess.run([BIN / program, *arguments, path], capture_output=True, check=False)
    assert done.returncode not in (0, 127)
