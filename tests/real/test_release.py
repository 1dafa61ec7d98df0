"""The scripts of the release workflow, run on a clone of this repository whose origin is a folder."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
JOBS = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8"))["jobs"]
STEPS = JOBS["image"]["steps"] + JOBS["release"]["steps"]
SCRIPTS = [step["run"] for step in STEPS if "run" in step and "docker" not in step["run"]]
IMAGE = f"ghcr.io/owner/saya@sha256:{'0123456789abcdef' * 4}"

# What is asked of GitHub is written down; the release is immutable if the test says so.
GH = """\
#!/bin/sh
echo "$@" >> "$CALLS"
case "$1" in api) echo "$IMMUTABLE" ;; esac
"""


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


class Desk:
    """A clone in which a version is to be released."""

    def __init__(self, folder: Path) -> None:
        self.origin, self.clone, self.folder = folder / "origin", folder / "clone", folder
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", self.origin], check=True)
        subprocess.run(["git", "init", "--quiet", "--initial-branch=main", self.clone], check=True)
        (folder / "bin").mkdir()
        gh = folder / "bin" / "gh"
        gh.write_text(GH, encoding="utf-8")
        gh.chmod(0o755)
        for name in ("action.yml", "tools/release.py", "src/saya/__init__.py"):
            (self.clone / name).parent.mkdir(parents=True, exist_ok=True)
            (self.clone / name).write_bytes((ROOT / name).read_bytes())
        git(self.clone, "remote", "add", "origin", str(self.origin))
        self.main = self.commit("1.2.3")

    def commit(self, version: str) -> str:
        """Put a version on main."""
        (self.clone / "src/saya/__init__.py").write_text(f'__version__ = "{version}"\n', encoding="utf-8")
        log = self.clone / "CHANGELOG.md"
        log.write_text(f"# Changelog\n\n## {version} - 2026-11-22\n\n- A thing.\n", encoding="utf-8")
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.com")
        git(self.clone, "add", "--all")
        git(self.clone, *identity, "commit", "--quiet", f"--message={version}")
        git(self.clone, "push", "--quiet", "origin", "HEAD:refs/heads/main")
        return git(self.clone, "rev-parse", "HEAD")

    def release(self, version: str, *, immutable: bool = True) -> int:
        """Run the scripts of the job as the runner does, up to the one that fails."""
        environment = os.environ | {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "CALLS": str(self.folder / "calls"),
            "IMMUTABLE": str(immutable).lower(),
            "IMAGE": IMAGE,
            "VERSION": version,
            "GITHUB_REPOSITORY": "Owner/saya",
            "GITHUB_OUTPUT": str(self.folder / "outputs"),
            "RUNNER_TEMP": str(self.folder),
        }
        self.check_out()
        for script in SCRIPTS:
            command = ["bash", "-eo", "pipefail", "-c", script]
            code = subprocess.run(command, cwd=self.clone, env=environment, check=False).returncode
            if code:
                return code
        return 0

    def check_out(self) -> None:
        """Main as a checkout gets it: detached, without tags."""
        git(self.clone, "checkout", "--quiet", "--detach", "origin/main")
        for tag in git(self.clone, "tag").split():
            git(self.clone, "tag", "--delete", tag)

    def at(self, ref: str) -> str:
        return git(self.origin, "rev-parse", "--verify", f"{ref}^{{commit}}")

    @property
    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text(encoding="utf-8").splitlines()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_release_is_a_tag_beside_main_that_names_the_image_by_its_digest(desk: Desk) -> None:
    assert desk.release("1.2.3") == 0
    assert desk.at("main") == desk.main
    assert desk.at("v1.2.3^") == desk.main
    assert desk.at("v1") == desk.at("v1.2.3")
    assert (desk.folder / "outputs").read_text(encoding="utf-8") == "name=ghcr.io/owner/saya\n"
    assert git(desk.origin, "diff", "--name-only", "main", "v1.2.3") == "action.yml"
    action = yaml.safe_load(git(desk.origin, "show", "v1.2.3:action.yml"))
    assert action["runs"]["image"] == f"docker://{IMAGE}"
    assert (desk.folder / "notes.md").read_text(encoding="utf-8") == "- A thing.\n"
    assert any(call.startswith("release create v1.2.3 --verify-tag") for call in desk.calls)


def test_the_next_release_moves_the_major_tag(desk: Desk) -> None:
    desk.release("1.2.3")
    first = desk.at("v1.2.3")
    desk.check_out()
    desk.commit("1.3.0")
    assert desk.release("1.3.0") == 0
    assert desk.at("v1") == desk.at("v1.3.0")
    assert desk.at("v1.2.3") == first


def test_a_release_that_exists_is_not_made_again(desk: Desk) -> None:
    desk.release("1.2.3")
    first = desk.at("v1.2.3")
    assert desk.release("1.2.3") != 0
    assert desk.at("v1.2.3") == first


def test_the_major_tag_stays_where_a_release_can_be_changed(desk: Desk) -> None:
    assert desk.release("1.2.3", immutable=False) != 0
    with pytest.raises(subprocess.CalledProcessError):
        desk.at("v1")
