"""Two revisions of a program, both run. The program copies what lies in a folder that is not looked into."""

import json
import shutil
from pathlib import Path

import pytest

from saya.cli import main

FIXTURE = Path(__file__).parents[1] / "fixtures" / "cdk" / "python"
APP = {"app": 'cp -r build/made/. "$CDK_OUTDIR"'}
RULE, HOURLY = "NightlyC44EE0A7", "HourlyD18D9A22"


@pytest.fixture
def project(work_tree, public_path, monkeypatch):
    """A program as base has it, with something installed for it; every user may read it, as root's programs need."""
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    work_tree.root.chmod(0o755)
    shutil.copytree(Path(__file__).parents[2] / "examples/cdk-python/orders", work_tree.root / "orders")
    shutil.copytree(FIXTURE, work_tree.root / "build/made")
    work_tree.write("cdk.json", json.dumps(APP))
    work_tree.write("requirements.txt", "aws-cdk-lib==2.275.0\n")
    work_tree.write(".gitignore", "cdk.out\n.venv\n")
    point_at_alias(work_tree, "build/made")
    work_tree.commit()
    work_tree.write(".venv/bin/python", "")
    return work_tree


def point_at_alias(work_tree, folder: str, *, back: bool = False) -> None:
    path = work_tree.root / folder / "Orders.template.json"
    template = json.loads(path.read_text())
    target = template["Resources"][RULE]["Properties"]["Targets"][0]
    target["Arn"] = {"Fn::GetAtt": ["Handler886CB40B", "Arn"]} if back else {"Ref": "Live848578DF"}
    path.write_text(json.dumps(template))


def found(report) -> list[tuple[str, str]]:
    return sorted((each["resource"], each["status"]) for each in report["findings"])


NEW = [("HandlerEventsE412B2F9", "existing"), (RULE, "new")]


def test_what_is_new_is_told_apart(project, check):
    point_at_alias(project, "build/made", back=True)
    code, report = check("--base", "HEAD")
    assert (code, report["notices"], found(report)) == (0, [], NEW)
    (new,) = (each for each in report["findings"] if each["status"] == "new")
    assert (new["location"]["path"], new["location"]["start_line"]) == ("orders/stack.py", 31)


def test_the_comment_stands_on_the_line_that_changed(project, capsys):
    point_at_alias(project, "build/made", back=True)
    path = project.root / "orders/stack.py"
    path.write_text(path.read_text().replace("nightly, targets", "nightly,  targets"))
    assert main(["preview", "--base", "HEAD"]) == 0
    told = capsys.readouterr().out
    assert "---\n\n`orders/stack.py:31`\n\n**Warning:** `NightlyC44EE0A7` invokes" in told
    assert "```suggestion" not in told


def test_what_is_changed_around_it_takes_the_comment(project, capsys):
    """What a construct of one's own makes stands in its file; what the change gave it, where it is made."""
    path = project.root / "build/made/Orders.template.json"
    template = json.loads(path.read_text())
    subscription = template["Resources"].pop("HandlerEventsE412B2F9")
    path.write_text(json.dumps(template))
    project.commit()
    template["Resources"]["HandlerEventsE412B2F9"] = subscription
    path.write_text(json.dumps(template))
    source = project.root / "orders/stack.py"
    source.write_text(source.read_text().replace("function=handler)", "function= handler)"))
    assert main(["preview", "--base", "HEAD"]) == 0
    told = capsys.readouterr().out
    assert "`orders/stack.py:33`\n\n**Warning:** `HandlerEventsE412B2F9` invokes" in told
    assert "orders/audit.py:15" in told


def test_an_assembly_that_only_head_has_is_made_again_where_it_may_be(project, check):
    """One is not compared with the other: the CDK's CLI and we stage assets in different ways."""
    shutil.copytree(project.root / "build/made", project.root / "cdk.out")
    point_at_alias(project, "build/made", back=True)
    _, report = check("--base", "HEAD")
    assert (report["notices"], found(report)) == ([], NEW)


def test_it_is_read_where_nothing_may_be_run(project, check):
    shutil.copytree(project.root / "build/made", project.root / "cdk.out")
    _, report = check("--base", "HEAD", "--synthesise", "off")
    assert found(report) == [("HandlerEventsE412B2F9", "unknown")]
    assert "the assembly that is judged is `cdk.out`, and base has none" in report["notices"][-1]


def test_it_is_read_where_it_cannot_be_made_again(project, check):
    shutil.copytree(project.root / "build/made", project.root / "cdk.out")
    project.write("cdk.json", json.dumps({"app": "exit 7"}))
    _, report = check("--base", "HEAD")
    assert found(report) == [("HandlerEventsE412B2F9", "unknown")]
    assert "and base has none; it could not be run: synthesis failed with exit code 7" in report["notices"][-1]
    assert report["errors"] == []


@pytest.mark.parametrize("change", ["lock", "app"])
def test_where_base_cannot_be_made_new_and_old_are_not_told_apart(project, check, change):
    if change == "lock":
        project.write("requirements.txt", "aws-cdk-lib==2.276.0\n")
        why = "base was not synthesised: `requirements.txt` differs, and what is installed is what head needs"
    else:
        (project.root / "cdk.json").write_text('{"app": "exit 7"}')
        project.commit()
        project.write("cdk.json", json.dumps(APP))
        why = "base was not synthesised: synthesis failed with exit code 7"
    code, report = check("--base", "HEAD")
    assert code == 0
    assert report["notices"] == [f"cdk.json: what is new and what is old cannot be told apart: {why}"]
    assert found(report) == [("HandlerEventsE412B2F9", "unknown")]


def test_a_program_is_run_where_it_is_compared_with_a_folder(project, check, tmp_path):
    shutil.copytree(project.root, tmp_path / "before", ignore=shutil.ignore_patterns(".git", ".venv"))
    point_at_alias(project, "build/made", back=True)
    _, report = check("--base", str(tmp_path / "before"), ".")
    assert found(report) == NEW


def test_an_assembly_that_is_older_than_what_it_was_made_of_is_said(project, check):
    import os

    shutil.copytree(project.root / "build/made", project.root / "cdk.out")
    for path in (project.root / "cdk.out").iterdir():
        os.utime(path, (1, 1))
    _, report = check()
    assert report["notices"] == [
        "cdk.out: older than `orders/stack.py`; run `cdk synth` again, or `--synthesise always`"
    ]
    project.write(".gitignore", "")
    project.commit()
    assert check()[1]["notices"] == [], "a checkout gives its files any age"


def test_a_finding_is_silenced_by_the_program(project, capsys):
    point_at_alias(project, "build/made", back=True)
    main(["preview", "--base", "HEAD"])
    assert "silence a finding: `addMetadata(" in capsys.readouterr().out
    project.write("t.yaml", "Resources: {R: {Type: AWS::Events::Rule}}\n")
    main(["preview", "--base", "HEAD"])
    assert "silence a finding: `addMetadata(" in capsys.readouterr().out, "what has no finding does not count"
