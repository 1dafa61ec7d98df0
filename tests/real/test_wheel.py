"""The package as its users install it: a wheel, with the locked dependencies, in an environment of its own."""

import json
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CARELESS = str(ROOT / "examples" / "arm64-migration" / "careless" / "template.yaml")
POLICIES = sorted(path.stem for path in (ROOT / "policies").glob("*.yml"))


@pytest.fixture(scope="module")
def program(tmp_path_factory) -> Path:
    """`saya` of an installed wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir"]
    subprocess.run([*build, str(folder), str(ROOT)], check=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=True)
    install = [str(folder / "venv" / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*install, "--require-hashes", "-r", str(ROOT / "requirements" / "runtime.lock")], check=True)
    subprocess.run([*install, "--no-deps", str(wheel)], check=True)
    return folder / "venv" / "bin" / "saya"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        pytest.param(["policies"], 0, POLICIES, id="the built-in policies are found"),
        pytest.param(["test"], 0, ["all passed"], id="their examples hold"),
        pytest.param(["explain", POLICIES[0]], 0, [POLICIES[0]], id="one is explained"),
        pytest.param(["check", CARELESS], 1, ["error[lambda-layer-architecture]"], id="a template is judged"),
        pytest.param(["schema", "report"], 0, ['"$defs"'], id="a schema is printed"),
        pytest.param(["check", "nowhere.yaml"], 2, ["nowhere.yaml: problem[usage]"], id="a mistake is one line"),
    ],
)
def test_a_command_works_far_from_the_sources(program, tmp_path, arguments, code, told) -> None:
    done = subprocess.run(
        [program, *arguments], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert (done.returncode, [text for text in told if text not in done.stdout]) == (code, []), done.stderr


def test_it_finds_what_the_work_tree_finds(program, tmp_path) -> None:
    arguments = ["check", CARELESS, "--format", "json"]
    reports = []
    for command in ([program], [sys.executable, "-m", "saya"]):
        done = subprocess.run([*command, *arguments], cwd=tmp_path, capture_output=True, check=False)
        reports.append(json.loads(done.stdout))
    assert reports[0] == reports[1]
