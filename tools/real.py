"""Try the package as its users get it: a wheel, installed with the locked dependencies into an environment of its own.

usage: real.py      exit 1 where something does not hold

What needs Node, containers or a browser will be tried here too once Saya does something with them.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CARELESS = ROOT / "examples" / "arm64-migration" / "careless" / "template.yaml"


def main() -> int:
    """Build, install, and run each command from a folder that is not the checkout."""
    with tempfile.TemporaryDirectory() as folder:
        python = _install(Path(folder))
        elsewhere = Path(folder) / "elsewhere"
        elsewhere.mkdir()
        policies = sorted(path.stem for path in (ROOT / "policies").glob("*.yml"))
        tries = {
            "the built-in policies are found": (["policies"], 0, policies),
            "their examples hold": (["test"], 0, ["all passed"]),
            "one is explained": (["explain", policies[0]], 0, [policies[0]]),
            "a template is judged": (["check", str(CARELESS)], 1, ["error[lambda-layer-architecture]"]),
            "the report is JSON": (["check", str(CARELESS), "--format", "json"], 1, ['"schema": 1']),
            "a schema is printed": (["schema", "report"], 0, ['"$defs"']),
            "a mistake is one line": (["check", "nowhere.yaml"], 2, ["nowhere.yaml: problem[usage]"]),
        }
        return max(_try(python, elsewhere, told, *wanted) for told, wanted in tries.items())


def _install(folder: Path) -> Path:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir"]
    subprocess.run([*build, str(folder), str(ROOT)], check=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "--require-hashes", "-r", str(ROOT / "requirements" / "runtime.lock")], check=True)
    subprocess.run([*install, "--no-deps", str(wheel)], check=True)
    print(f"installed {wheel.name}, {wheel.stat().st_size // 1024} KB")
    return python


def _try(python: Path, folder: Path, told: str, arguments: list[str], code: int, texts: list[str]) -> int:
    """0 if a command returns the exit code and prints the texts, else 1."""
    done = subprocess.run(
        [python.with_name("saya"), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    missing = [text for text in texts if text not in done.stdout]
    held = done.returncode == code and not missing
    print(f"{'ok    ' if held else 'FAILED'} {told}: saya {' '.join(arguments)}")
    if not held:
        print(
            f"       exit code {done.returncode} instead of {code}; not printed: {missing}\n{done.stdout}{done.stderr}"
        )
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
