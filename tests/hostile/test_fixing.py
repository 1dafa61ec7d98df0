"""What a tree may try on `saya fix`: it writes the templates that were judged, and nothing else."""

import os
import subprocess

import pytest

from saya.cli import main

WRONG = """\
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Architectures: [arm64]
      Layers: [arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension:29]
"""
PLANTED = "x\n--- a/victim\n+++ b/victim\n@@ -1 +1 @@\n-safe\n+pwned\n"


@pytest.mark.parametrize(
    "name",
    [
        f"{PLANTED}/t.yaml",
        f"{PLANTED}t.yaml",
        "a b.yaml",
        "tab\there.yaml",
        'quote".yaml',
        "back\\slash.yaml",
        "ünïcode.yaml",
        os.fsdecode(b"not-\xff-utf8.yaml"),
        "\x1b[31m.yaml",
    ],
)
def test_a_patch_changes_only_the_template(work_tree, capfdbinary, name):
    work_tree.write("victim", "safe\n")
    template = work_tree.write(name, WRONG)
    work_tree.commit()
    main(["fix", "--unsafe", "--diff"])
    patch = capfdbinary.readouterr().out
    subprocess.run(["git", "apply", "-"], input=patch, cwd=work_tree.root, check=True)
    assert (work_tree.root / "victim").read_text() == "safe\n"
    assert "Datadog-Extension-ARM" in template.read_text()
    assert b"\x1b" not in patch


@pytest.mark.parametrize("target", ["outside", ".git"])
def test_nothing_is_written_through_a_link(work_tree, tmp_path, capsys, target):
    (tmp_path / "outside").mkdir()
    folder = tmp_path / "outside" if target == "outside" else work_tree.root / ".git"
    for name in ("t.yaml", "t.txt"):
        (folder / name).write_text(WRONG)
    (work_tree.root / "link").symlink_to(folder)
    (work_tree.root / "t.yaml").symlink_to(folder / "t.yaml")
    (work_tree.root / "u.yaml").symlink_to(folder / "t.txt")
    for given in (".", "link", "t.yaml", "u.yaml", "link/t.yaml"):
        main(["fix", "--unsafe", given])
        capsys.readouterr()
    assert [(folder / name).read_text() for name in ("t.yaml", "t.txt")] == [WRONG, WRONG]


def test_a_link_to_a_file_of_the_tree(work_tree, capsys):
    """It is judged where it lies, and mended there; the link stays one."""
    template = work_tree.write("below/t.txt", WRONG)
    (work_tree.root / "t.yaml").symlink_to("below/t.txt")
    main(["fix", "--unsafe"])
    capsys.readouterr()
    assert "Datadog-Extension-ARM" in template.read_text()
    assert (work_tree.root / "t.yaml").is_symlink()


@pytest.mark.parametrize("output", ["report.json", "folder/report.json"])
def test_a_report_is_not_written_through_a_link(work_tree, tmp_path, capsys, output):
    victim = tmp_path / "victim"
    victim.write_text("safe")
    (work_tree.root / "report.json").symlink_to(victim)
    (tmp_path / "outside").mkdir()
    (work_tree.root / "folder").symlink_to(tmp_path / "outside")
    work_tree.write("t.yaml", WRONG)
    work_tree.commit()
    for command in (["check", "--format", "json"], ["preview", "--base", "HEAD"]):
        assert main([*command, "--output", output]) == 2
        assert "a symbolic link leads there" in capsys.readouterr().err
    assert (victim.read_text(), list((tmp_path / "outside").iterdir())) == ("safe", [])


def test_a_report_is_written_where_the_user_says(work_tree, tmp_path, capsys):
    """Links outside of the work tree are the user's own."""
    work_tree.write("t.yaml", WRONG)
    (tmp_path / "out.json").symlink_to(tmp_path / "real.json")
    assert main(["check", "--format", "json", "--output", str(tmp_path / "out.json")]) == 1
    assert main(["check", "--format", "json", "--output", "/dev/stdout"]) == 1
    capsys.readouterr()
    assert (tmp_path / "real.json").exists()
