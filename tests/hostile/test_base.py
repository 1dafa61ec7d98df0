"""What the author of a pull request, or of a repository, may try where two revisions are compared."""

import json
import os
import subprocess
import sys

import pytest

RIGHT = "Resources:\n  Fn:\n    Type: AWS::Lambda::Function\n    Properties: {Architectures: [x86_64]}\n"
WRONG = """\
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Architectures: [arm64]
      Layers: [arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension:29]
"""
LAYER = "lambda-layer-architecture"


def found(report: dict) -> list[tuple[str, str]]:
    return [(finding["policy"], finding["status"]) for finding in report["findings"]]


# --- the repository's own configuration runs nothing ------------------------------------------------------------------

SETTINGS = (
    "core.fsmonitor",
    "core.sshCommand",
    "core.pager",
    "core.editor",
    "core.askPass",
    "core.gitProxy",
    "core.alternateRefsCommand",
    "diff.external",
    "diff.planted.command",
    "diff.planted.textconv",
    "filter.planted.clean",
    "filter.planted.smudge",
    "filter.planted.process",
    "filter.pla=nted.two.clean",
    "credential.helper",
    "gpg.program",
    "pager.status",
    "pager.ls-tree",
    "sequence.editor",
    "alias.status",
    "alias.ls-tree",
    "remote.origin.uploadpack",
    "remote.origin.vcs",
)


@pytest.fixture
def trap(work_tree, tmp_path):
    """A program that every setting names; leaves a trace when it is run."""
    trace = tmp_path / "trace"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho run >> {trace}\ncat\n")
    program.chmod(0o755)
    return program, trace


def test_no_setting_of_the_repository_runs_a_program(work_tree, check, trap):
    program, trace = trap
    work_tree.write(".gitattributes", "* filter=planted diff=planted\n*.yml filter=pla=nted.two\n")
    work_tree.write("t.yaml", RIGHT)
    work_tree.write("other.yml", "x")
    work_tree.commit()
    work_tree.write("t.yaml", WRONG)
    work_tree.write("other.yml", "y")
    for hook in ("post-index-change", "fsmonitor-watchman", "reference-transaction", "post-checkout"):
        (work_tree.root / ".git" / "hooks").mkdir(exist_ok=True)
        (work_tree.root / ".git" / "hooks" / hook).symlink_to(program)
    for setting in SETTINGS:
        work_tree.git("config", setting, str(program))
    work_tree.git("config", "filter.planted.required", "true")
    work_tree.git("config", "core.hooksPath", str(work_tree.root / ".git" / "hooks"))
    work_tree.git("config", "status.submoduleSummary", "true")
    code, report = check("--base", "HEAD")
    assert (code, found(report)) == (1, [(LAYER, "new")])
    assert not trace.exists()


def test_the_trap_works(work_tree, trap):
    """Git itself falls into it, or else the test above shows nothing."""
    program, trace = trap
    work_tree.write(".gitattributes", "* filter=planted\n")
    work_tree.write("t.yaml", RIGHT)
    work_tree.commit()
    work_tree.git("config", "filter.planted.clean", str(program))
    work_tree.write("t.yaml", RIGHT.replace("x86_64", "x86-64"))
    work_tree.git("status", "--porcelain")
    assert trace.exists()


def test_a_missing_object_is_not_fetched(work_tree, check, trap, tmp_path):
    program, trace = trap
    work_tree.write("t.yaml", RIGHT)
    work_tree.commit()
    work_tree.write("t.yaml", WRONG)
    work_tree.commit()
    work_tree.git("config", "uploadpack.allowFilter", "true")
    partial = tmp_path / "partial"
    work_tree.git("clone", "--quiet", "--filter=blob:none", f"file://{work_tree.root}", str(partial))
    clone = type(work_tree)(partial)
    clone.git("config", "remote.origin.uploadpack", str(program))
    clone.git("config", "protocol.allow", "always")
    code, report = check(str(partial), "--base", "HEAD~1")
    assert (code, trace.exists()) == (2, False)
    assert "partial clone" in report["errors"][0]["message"]
    for url in (f"ext::{program}", f"ext::sh -c {program}"):
        clone.git("config", "remote.origin.url", url)
        clone.git("config", "protocol.ext.allow", "always")
        assert check(str(partial), "--base", "HEAD~1")[0] == 2
        assert not trace.exists()


def test_a_repository_planted_in_a_folder_is_not_taken_for_one(work_tree, check, trap, monkeypatch):
    """A bare repository is a folder of ordinary files, which a pull request may add, its configuration among them."""
    program, trace = trap
    work_tree.write("t.yaml", RIGHT)
    work_tree.commit()
    planted = work_tree.root / "planted"
    work_tree.git("init", "--quiet", "--bare", str(planted))
    with (planted / "config").open("a") as config:
        config.write(f"[core]\n\tbare = false\n\tworktree = ..\n\tfsmonitor = {program}\n")
    work_tree.write("planted/t.yaml", WRONG)
    monkeypatch.chdir(planted)
    code, report = check("--base", "git:HEAD")
    assert (code, found(report), trace.exists(), report["errors"]) == (1, [(LAYER, "new")], False, [])


def test_the_work_tree_and_the_repository_stay_as_they_are(work_tree, check):
    work_tree.write("t.yaml", RIGHT)
    work_tree.write("moved.yaml", RIGHT)
    work_tree.commit()
    work_tree.write("t.yaml", WRONG)
    (work_tree.root / "moved.yaml").rename(work_tree.root / "new.yaml")

    def state() -> dict[str, tuple[int, int]]:
        paths = [path for path in work_tree.root.rglob("*") if path.is_file()]
        return {str(path): (path.stat().st_mtime_ns, path.stat().st_ino) for path in paths}

    before = state()
    check("--base", "HEAD")
    assert state() == before


def test_a_repository_of_another_user(work_tree, check, monkeypatch):
    """In a container the files belong to the runner's user, and Git refuses a repository that is not its user's own."""
    work_tree.write("t.yaml", RIGHT)
    work_tree.commit()
    work_tree.write("t.yaml", WRONG)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert found(check("--base", "HEAD")[1]) == [(LAYER, "new")]


# --- the name of the base ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["--output=pwned", "-h", "--upload-pack=touch pwned", "--exec-path=.", "HEAD\n--all", "$(touch pwned)"]
)
def test_a_revision_is_no_option_and_no_command(work_tree, check, name):
    work_tree.write("t.yaml", WRONG)
    work_tree.commit()
    for given in (f"--base={name}", f"--base=git:{name}"):
        code, report = check(given)
        assert (code, report["findings"], len(report["errors"])) == (2, [], 1)
    assert not (work_tree.root / "pwned").exists()


def test_a_path_of_head_does_not_take_the_place_of_the_revision(work_tree, check):
    """A pull request that adds a folder `main` would be compared with itself."""
    work_tree.write("t.yaml", RIGHT)
    work_tree.commit()
    work_tree.git("branch", "release")
    work_tree.write("t.yaml", WRONG)
    work_tree.write("release/t.yaml", WRONG)
    code, report = check("--base", "release")
    assert (code, report["errors"][0]["message"]) == (
        2,
        "`release` is a revision and a path; write git:release or path:release",
    )
    assert check("--base", "git:release")[0] == 1


# --- what stands in the tree ------------------------------------------------------------------------------------------


def tree_of(work_tree, *entries: tuple[str, str, str]) -> str:
    """A commit whose tree was made by hand, with entries that `git add` refuses: mode, object, name."""
    raw = b"".join(
        mode.encode() + b" " + os.fsencode(name) + b"\0" + bytes.fromhex(object_) for mode, object_, name in entries
    )
    (work_tree.root / ".git" / "raw").write_bytes(raw)
    tree = work_tree.git("hash-object", "-t", "tree", "-w", "--literally", ".git/raw")
    return work_tree.git("commit-tree", "-m", "planted", tree)


@pytest.mark.parametrize("name", ["../outside.yaml", "..", "/etc/passwd", ".git/config", "a/../../outside.yaml"])
def test_entries_that_lead_out_of_the_tree(work_tree, check, name, tmp_path):
    work_tree.write("t.yaml", WRONG)
    work_tree.commit()
    blob = work_tree.git("hash-object", "-w", "t.yaml")
    (tmp_path / "outside.yaml").write_text("secret: 1\n")
    base = tree_of(work_tree, ("100644", blob, name), ("100644", blob, "t.yaml"))
    code, report = check("--base", base)
    assert (code, found(report), report["resolved"]) == (0, [(LAYER, "existing")], [])
    assert "secret" not in json.dumps(report)


def test_a_link_of_base_is_not_followed(work_tree, check, tmp_path):
    (tmp_path / "outside.yaml").write_text(WRONG)
    (work_tree.root / "t.yaml").symlink_to(tmp_path / "outside.yaml")
    (work_tree.root / "samconfig.toml").symlink_to("/proc/self/environ")
    work_tree.commit()
    (work_tree.root / "t.yaml").unlink()
    work_tree.write("t.yaml", WRONG)
    assert found(check("--base", "HEAD")[1]) == [(LAYER, "new")]


@pytest.mark.parametrize("place", ["t.yaml", "infra"])
def test_a_template_that_became_a_link_is_not_mended_but_a_problem(work_tree, check, tmp_path, place):
    work_tree.write("infra/t.yaml", WRONG)
    work_tree.write("t.yaml", WRONG)
    work_tree.commit()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "t.yaml").write_text(RIGHT)
    if place == "infra":
        (work_tree.root / "infra" / "t.yaml").unlink()
        (work_tree.root / "infra").rmdir()
        (work_tree.root / "infra").symlink_to(tmp_path / "outside")
    else:
        (work_tree.root / "t.yaml").unlink()
        (work_tree.root / "t.yaml").symlink_to(tmp_path / "outside" / "t.yaml")
    code, report = check("--base", "HEAD")
    assert (code, report["resolved"]) == (2, [])
    assert [error["path"] for error in report["errors"]] == [place]


def test_a_template_that_became_a_pipe(work_tree, check):
    work_tree.write("t.yaml", WRONG)
    work_tree.commit()
    (work_tree.root / "t.yaml").unlink()
    os.mkfifo(work_tree.root / "t.yaml")
    code, report = check("--base", "HEAD")
    assert (code, report["resolved"], len(report["errors"])) == (2, [], 1)


@pytest.mark.parametrize("name", ["template.txt", "node_modules/x/t.yaml", "build/t.yaml", "T"])
def test_a_template_that_is_renamed_out_of_sight_is_judged(work_tree, check, name):
    work_tree.write("t.yaml", WRONG + "# " + "x" * 200)
    work_tree.commit()
    (work_tree.root / name).parent.mkdir(parents=True, exist_ok=True)
    work_tree.git("mv", "t.yaml", name)
    work_tree.write(name, WRONG.replace("Datadog-Extension:29", "Datadog-Extension:30") + "# " + "x" * 200)
    work_tree.commit()
    _, report = check("--base", "HEAD~1")
    assert [(finding["template"], finding["status"]) for finding in report["findings"]] == [(name, "existing")]


def test_a_template_that_grew_too_large_counts(work_tree, check):
    work_tree.write("t.yaml", RIGHT)
    work_tree.commit()
    work_tree.write("t.yaml", RIGHT + "#" * (17 * 1024 * 1024))
    code, report = check("--base", "HEAD")
    assert (code, [error["path"] for error in report["errors"]]) == (2, ["t.yaml"])


def test_a_huge_blob_of_base_is_not_read(work_tree, check):
    work_tree.write("t.yaml", RIGHT + "#" * (17 * 1024 * 1024))
    work_tree.commit()
    work_tree.write("t.yaml", WRONG)
    code, report = check("--base", "HEAD")
    assert (code, found(report)) == (1, [(LAYER, "new")])
    assert "is larger than 16 MB" in report["notices"][0]


def test_replaced_objects_are_not_looked_at(work_tree, check):
    work_tree.write("t.yaml", RIGHT)
    base = work_tree.commit()
    work_tree.write("t.yaml", WRONG)
    head = work_tree.commit()
    work_tree.git("replace", base, head)
    assert found(check("--base", base)[1]) == [(LAYER, "new")]


# --- head does not configure ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "config",
    ["fail-on: never\n", f"ignore: [{LAYER}]\n", f"severity: {{{LAYER}: 'off'}}\n", "nonsense: [\n", "\xff"],
)
def test_the_configuration_of_head_has_no_effect(work_tree, check, config):
    work_tree.write("t.yaml", RIGHT)
    work_tree.commit()
    work_tree.write("t.yaml", WRONG)
    work_tree.write(".github/saya.yml", config.encode("latin-1"))
    code, report = check("--base", "HEAD")
    assert (code, found(report)) == (1, [(LAYER, "new")])
    assert report["notices"] == [".github/saya.yml: what this change configures takes effect after it is merged"]


def test_a_configuration_that_is_a_link_in_base_is_none(work_tree, check, tmp_path):
    (tmp_path / "outside.yml").write_text("fail-on: never\n")
    (work_tree.root / ".github").mkdir()
    (work_tree.root / ".github" / "saya.yml").symlink_to(tmp_path / "outside.yml")
    work_tree.write("t.yaml", RIGHT)
    work_tree.commit()
    work_tree.write("t.yaml", WRONG)
    assert check("--base", "HEAD")[0] == 1


def test_policies_of_head_that_a_link_brings_are_not_loaded(work_tree, check, tmp_path):
    """`--policies house` names a folder of base; head makes it a link to files of its own."""
    work_tree.write("t.yaml", RIGHT)
    work_tree.write("mine/quiet.yml", "nonsense\n")
    work_tree.commit()
    (work_tree.root / "house").symlink_to("mine")
    work_tree.write("t.yaml", WRONG)
    code, report = check("--base", "HEAD", "--policies", "house")
    assert (code, found(report)) == (1, [(LAYER, "new")])


def test_names_of_files_do_not_speak_to_the_terminal(work_tree):
    name = "\x1b]0;pwned\x07::error::x\n::set-env name=A::b.yaml"
    work_tree.write(name, RIGHT)
    work_tree.commit()
    work_tree.write(name, WRONG)
    command = [sys.executable, "-m", "saya", "check", "--base", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    assert not [line for line in done.stdout.split("\n") if line.startswith("::")]
