"""Two revisions compared, by the command that users run."""

import os

import pytest

NOTE = "lambda-unqualified-invocation"
LAYER = "lambda-layer-architecture"
RACE = "lambda-non-atomic-update"

FUNCTION = """\
  {name}:
    Type: AWS::Lambda::Function
    Properties:
      Architectures: [{architecture}]
      Layers: ["arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension{suffix}:29"]
"""


def function(name: str = "Fn", architecture: str = "x86_64", suffix: str = "") -> str:
    return FUNCTION.format(name=name, architecture=architecture, suffix=suffix)


def mapping(name: str = "Mapping", target: str = "Fn") -> str:
    return f"  {name}:\n    Type: AWS::Lambda::EventSourceMapping\n    Properties:\n      FunctionName: !Ref {target}\n"


def template(*resources: str) -> str:
    return "Resources:\n" + "".join(resources)


NOTED = template(function(), mapping())
WRONG = template(function(architecture="arm64"))
RIGHT = template(function())


def found(report: dict, *keys: str) -> list[tuple]:
    keys = keys or ("policy", "status")
    return sorted(tuple(finding[key] for key in keys) for finding in report["findings"])


def mended(report: dict) -> list[tuple]:
    return [(finding["policy"], finding["template"]) for finding in report["resolved"]]


# --- age --------------------------------------------------------------------------------------------------------------


def test_a_finding_of_both_revisions_exists_and_does_not_count(work_tree, check):
    work_tree.write("t.yaml", WRONG)
    base = work_tree.commit()
    work_tree.write("t.yaml", "# moved down\n\n" + WRONG)
    head = work_tree.commit()
    code, report = check("--base", "HEAD~1")
    assert (code, found(report)) == (0, [(LAYER, "existing")])
    assert (report["base"], report["head"]) == (base, head)


def test_a_finding_of_head_alone_is_new_and_counts(work_tree, check):
    work_tree.write("t.yaml", RIGHT)
    work_tree.commit()
    work_tree.write("t.yaml", WRONG)
    assert check("--base", "HEAD")[0] == 1
    code, report = check("--base", "HEAD", "--fail-on", "never")
    assert (code, found(report)) == (0, [(LAYER, "new")])


def test_what_is_only_in_base_is_mended(work_tree, check):
    work_tree.write("t.yaml", WRONG)
    work_tree.commit()
    work_tree.write("t.yaml", RIGHT)
    code, report = check("--base", "HEAD")
    assert (code, found(report), mended(report)) == (0, [], [(LAYER, "t.yaml")])


def test_a_finding_that_becomes_worse_is_new_and_one_that_becomes_better_is_not(work_tree, check):
    alias = (
        "  Live:\n    Type: AWS::Lambda::Alias\n    Properties:\n"
        "      {FunctionName: !Ref Fn, FunctionVersion: !GetAtt Version.Version, Name: live}\n"
        "  Version:\n    Type: AWS::Lambda::Version\n    Properties: {FunctionName: !Ref Fn}\n"
    )
    work_tree.write("t.yaml", NOTED)
    work_tree.commit()
    work_tree.write("t.yaml", NOTED + alias)
    _, report = check("--base", "HEAD")
    assert found(report, "policy", "severity", "status") == [(NOTE, "warning", "new")]
    work_tree.commit()
    work_tree.write("t.yaml", NOTED)
    _, report = check("--base", "HEAD")
    assert found(report, "policy", "severity", "status") == [(NOTE, "note", "existing")]
    assert report["resolved"] == []


def ages(report: dict) -> list[str]:
    return [entry["status"] for entry in report["undecided"] if entry["policy"] == LAYER]


UNDECIDED = WRONG.replace("464622532012:layer:Datadog-Extension", "111122223333:layer:unheard-of")


def test_what_is_undecided_has_an_age_too(work_tree, check):
    work_tree.write("t.yaml", UNDECIDED)
    work_tree.commit()
    code, report = check("--base", "HEAD", "--fail-on-undecided")
    assert (code, ages(report)) == (0, ["existing"])
    work_tree.write("t.yaml", RIGHT)
    work_tree.commit()
    work_tree.write("t.yaml", UNDECIDED)
    code, report = check("--base", "HEAD", "--fail-on-undecided")
    assert (code, ages(report)) == (1, ["new"])


def test_what_was_found_and_is_undecided_now_is_neither_mended_nor_new(work_tree, check):
    work_tree.write("t.yaml", WRONG)
    work_tree.commit()
    open_ = WRONG.replace("[arm64]", "[!Ref Arch]")
    work_tree.write("t.yaml", f"Parameters: {{Arch: {{Type: String}}}}\n{open_}")
    _, report = check("--base", "HEAD")
    assert (report["findings"], report["resolved"]) == ([], [])
    assert ages(report) == ["existing"]


def test_the_second_list_item_of_one_identity_is_a_finding_of_its_own(work_tree, check):
    rule = "  Rule:\n    Type: AWS::Events::Rule\n    Properties:\n      Targets:\n"
    item = "        - {Id: same, Arn: !GetAtt Fn.Arn}\n"
    work_tree.write("t.yaml", template(function(), rule, item))
    work_tree.commit()
    work_tree.write("t.yaml", template(function(), rule, item, item))
    _, report = check("--base", "HEAD")
    assert found(report, "policy", "status") == [(NOTE, "existing"), (NOTE, "new")]
    assert len({finding["fingerprint"] for finding in report["findings"]}) == 2


def test_base_is_compared_over_all_of_its_contexts(work_tree, check):
    parameter = "Parameters: {Arch: {Type: String, Default: x86_64}}\n" + WRONG.replace("[arm64]", "[!Ref Arch]")
    one = '[{}.deploy.parameters]\nstack_name = "{}"\nregion = "us-east-1"\nparameter_overrides = "Arch={}"\n'
    work_tree.write("template.yaml", parameter)
    work_tree.write("samconfig.toml", one.format("a", "a", "x86_64") + one.format("b", "b", "arm64"))
    work_tree.commit()
    work_tree.write("samconfig.toml", one.format("a", "a", "arm64") + one.format("c", "c", "arm64"))
    _, report = check("--base", "HEAD")
    assert [each for each in found(report) if each[0] == LAYER] == [(LAYER, "existing")]


# --- which template is which ------------------------------------------------------------------------------------------


def test_a_template_that_git_sees_renamed_stays_what_it_was(work_tree, check):
    work_tree.write("old/t.yaml", NOTED)
    work_tree.commit()
    work_tree.git("mv", "old/t.yaml", "new name.yaml")
    work_tree.commit()
    _, report = check("--base", "HEAD~1")
    assert (found(report), report["resolved"]) == ([(NOTE, "existing")], [])
    assert report["findings"][0]["template"] == "new name.yaml"


def test_a_template_that_was_moved_and_not_committed_is_known_by_its_resources(work_tree, check):
    work_tree.write("old.yaml", NOTED)
    work_tree.commit()
    (work_tree.root / "old.yaml").unlink()
    work_tree.write("new.yaml", template(function(), mapping(), mapping("Second")))
    _, report = check("--base", "HEAD")
    assert found(report, "resource", "status") == [("Mapping", "existing"), ("Second", "new")]
    assert report["resolved"] == []


def test_a_copy_is_new(work_tree, check):
    work_tree.write("t.yaml", NOTED)
    work_tree.commit()
    work_tree.write("copy.yaml", NOTED)
    _, report = check("--base", "HEAD")
    assert found(report, "template", "status") == [("copy.yaml", "new"), ("t.yaml", "existing")]


def test_a_template_that_is_deleted_has_all_of_its_findings_mended(work_tree, check):
    work_tree.write("t.yaml", WRONG)
    work_tree.write("other.yaml", NOTED)
    work_tree.commit()
    (work_tree.root / "t.yaml").unlink()
    code, report = check("--base", "HEAD")
    assert (code, mended(report), found(report)) == (0, [(LAYER, "t.yaml")], [(NOTE, "existing")])
    assert [entry["path"] for entry in report["templates"]] == ["other.yaml"]


def test_only_what_lies_below_the_paths_is_compared(work_tree, check):
    work_tree.write("a/t.yaml", WRONG)
    work_tree.write("b/t.yaml", WRONG)
    work_tree.commit()
    for folder in "ab":
        (work_tree.root / folder / "t.yaml").unlink()
    assert mended(check("a", "--base", "HEAD")[1]) == [(LAYER, "a/t.yaml")]


def test_from_a_folder_of_the_work_tree(work_tree, check, monkeypatch):
    work_tree.write("infra/t.yaml", NOTED)
    work_tree.write("infra/gone.yaml", WRONG)
    work_tree.commit()
    (work_tree.root / "infra" / "gone.yaml").unlink()
    monkeypatch.chdir(work_tree.root / "infra")
    _, report = check("--base", "HEAD")
    assert (found(report, "template", "status"), mended(report)) == ([("t.yaml", "existing")], [(LAYER, "gone.yaml")])


@pytest.mark.parametrize("name", ["a b.yaml", 'quo"te.yaml', "new\nline.yaml", os.fsdecode(b"latin-\xe9.yaml")])
def test_names_of_every_kind(work_tree, check, name):
    work_tree.write(name, NOTED)
    work_tree.commit()
    work_tree.write(name, NOTED + mapping("Second"))
    _, report = check("--base", "HEAD")
    assert found(report, "resource", "status") == [("Mapping", "existing"), ("Second", "new")]


def test_two_templates_side_by_side(tmp_path, check, monkeypatch):
    (tmp_path / "base.yaml").write_text(NOTED)
    (tmp_path / "head.yaml").write_text(NOTED + mapping("Second"))
    monkeypatch.chdir(tmp_path)
    _, report = check("head.yaml", "--base", "base.yaml")
    assert found(report, "resource", "status") == [("Mapping", "existing"), ("Second", "new")]
    assert (report["base"], report["head"]) == ("base.yaml", None)


def test_two_folders_side_by_side(tmp_path, check, monkeypatch):
    for side, text in (("base", RIGHT), ("head", WRONG)):
        (tmp_path / side / "sub").mkdir(parents=True)
        (tmp_path / side / "sub" / "changed.yaml").write_text(text)
        (tmp_path / side / "same.yaml").write_text(NOTED)
    (tmp_path / "base" / "gone.yaml").write_text(WRONG.replace("Fn:", "Gone:"))
    monkeypatch.chdir(tmp_path)
    code, report = check("head", "--base", "base")
    assert (code, found(report, "template", "status")) == (
        1,
        [("head/same.yaml", "existing"), ("head/sub/changed.yaml", "new")],
    )
    assert mended(report) == [(LAYER, "base/gone.yaml")]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("a.yaml", "--base", "folder"), "`folder` is a folder and `a.yaml` is a file; compare like with like"),
        (("folder", "--base", "a.yaml"), "`a.yaml` is a file and `folder` is a folder; compare like with like"),
        (("a.yaml", "b.yaml", "--base", "a.yaml"), "the base `a.yaml` is a path; name one path to compare with it"),
        (("a.yaml", "--base", "nonsense"), "the base `nonsense` is neither a revision nor a path"),
        (("a.yaml", "--base", "path:nowhere"), "cannot be opened: no such file or directory"),
        (("a.yaml", "--base", "path:a.yaml", "--merge-base"), "`path:a.yaml` has no merge base; that is for revisions"),
        (("a.yaml", "--merge-base"), "--merge-base needs a revision; name it with --base"),
        (("a.yaml", "--base", "git:--all"), "`--all` is no revision; valid is a branch, a tag or a commit"),
    ],
)
def test_a_base_that_is_none_is_the_users_mistake(work_tree, check, given, message):
    for name in ("a.yaml", "b.yaml", "folder/c.yaml"):
        work_tree.write(name, RIGHT)
    work_tree.commit()
    code, report = check(*given)
    assert (code, len(report["errors"]), report["templates"]) == (2, 1, [])
    assert report["errors"][0]["message"].startswith(message)


def test_a_revision_without_a_repository(tmp_path, check, monkeypatch):
    (tmp_path / "t.yaml").write_text(RIGHT)
    monkeypatch.chdir(tmp_path)
    code, report = check("t.yaml", "--base", "main")
    assert (code, report["errors"][0]["path"]) == (2, "--base")
    assert "there is no git repository here" in report["errors"][0]["message"]


def test_the_merge_base_leaves_out_what_others_did_since(work_tree, check):
    work_tree.write("t.yaml", WRONG)
    work_tree.commit()
    work_tree.git("switch", "--quiet", "--create", "topic")
    work_tree.write("readme", "x")
    work_tree.commit()
    work_tree.git("switch", "--quiet", "main")
    work_tree.write("t.yaml", RIGHT)
    work_tree.commit()
    work_tree.git("switch", "--quiet", "topic")
    assert check("--base", "main")[0] == 1
    code, report = check("--base", "main", "--merge-base")
    assert (code, found(report)) == (0, [(LAYER, "existing")])


def test_a_submodule_is_compared_by_its_commit(work_tree, check, tmp_path):
    other = type(work_tree)(tmp_path / "other")
    other.root.mkdir()
    other.git("init", "--quiet")
    other.write("t.yaml", NOTED)
    other.commit()
    work_tree.git("submodule", "--quiet", "add", str(other.root), "module")
    work_tree.commit()
    _, report = check("--base", "HEAD")
    assert found(report, "template", "status") == [("module/t.yaml", "existing")]
    type(work_tree)(work_tree.root / "module").commit()
    work_tree.commit()
    _, report = check("--base", "HEAD~1")
    assert found(report, "template", "status") == [("module/t.yaml", "new")]


# --- what changes on the way ------------------------------------------------------------------------------------------


def test_a_change_is_new_and_related_places_say_their_revision(work_tree, check):
    work_tree.write("t.yaml", NOTED)
    work_tree.commit()
    alias = "  Live:\n    Type: AWS::Lambda::Alias\n    Properties: {FunctionName: !Ref Fn, Name: live}\n"
    moved = mapping().replace("!Ref Fn", "!Ref Live")
    work_tree.write("t.yaml", template(function(architecture="arm64", suffix="-ARM"), moved, alias))
    code, report = check("--base", "HEAD", "--select", RACE)
    (finding,) = report["findings"]
    assert (code, finding["policy"], finding["status"]) == (1, RACE, "new")
    caller = next(place for place in finding["related"] if place["resource"] == "Mapping")
    assert (caller["revision"], caller["path"], caller["start_line"]) == ("base", "t.yaml", 10)
    work_tree.commit()
    assert check("--base", "HEAD", "--select", RACE) == (0, {**report, "findings": [], "plan": [], **ends(work_tree)})


def ends(work_tree) -> dict[str, str]:
    commit = work_tree.git("rev-parse", "HEAD")
    return {"base": commit, "head": commit}


SAM = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: {folder}
      Runtime: {runtime}
      Events: {{Api: {{Type: Api, Properties: {{Path: /, Method: get}}}}}}
"""


def test_code_that_changes_beside_the_template_is_seen(work_tree, check):
    work_tree.write("infra/t.yaml", SAM.format(folder="../src/", runtime="python3.12"))
    work_tree.write("src/app.py", "old")
    work_tree.commit()
    work_tree.write("infra/t.yaml", SAM.format(folder="../src/", runtime="python3.13"))
    assert found(check("--base", "HEAD", "--select", RACE)[1]) == []
    work_tree.write("src/app.py", "new")
    assert found(check("--base", "HEAD", "--select", RACE)[1]) == [(RACE, "new")]


@pytest.mark.parametrize(
    ("template", "code", "folder"),
    [
        ("t.yaml", "src/app.py", "./src"),
        ("infra/t.yaml", "src/app.py", "../src/"),
        ("t.yaml", "services/orders/app.py", "services/orders"),
        ("infra/t.yaml", "infra/src/app.py", "src"),
    ],
)
def test_code_that_is_only_moved_is_the_same(work_tree, check, template, code, folder):
    work_tree.write("t.yaml", SAM.format(folder="src/", runtime="python3.12"))
    work_tree.write("src/app.py", "same\n" * 20)
    work_tree.commit()
    for path in ("t.yaml", "src/app.py"):
        (work_tree.root / path).unlink()
    work_tree.write(template, SAM.format(folder=folder, runtime="python3.13"))
    work_tree.write(code, "same\n" * 20)
    work_tree.commit()
    assert found(check("--base", "HEAD~1", "--select", RACE)[1]) == []
    work_tree.write(code, "same\n" * 20 + "and more\n")
    work_tree.commit()
    (finding,) = check("--base", "HEAD~2", "--select", RACE)[1]["findings"]
    assert (finding["severity"], finding["values"]["mix"]) == ("note", "Code and Runtime")


@pytest.mark.parametrize("kept", ["src/other.py", "lib/other.py"])
def test_another_folder_is_other_code(work_tree, check, kept):
    """One that part of the code has moved to, while the rest stayed or others were there."""
    work_tree.write("t.yaml", SAM.format(folder="src/", runtime="python3.12"))
    work_tree.write("src/app.py", "same\n" * 20)
    work_tree.write(kept, "")
    work_tree.commit()
    (work_tree.root / "src/app.py").unlink()
    work_tree.write("t.yaml", SAM.format(folder="lib/", runtime="python3.13"))
    work_tree.write("lib/app.py", "same\n" * 20)
    work_tree.commit()
    (finding,) = check("--base", "HEAD~1", "--select", RACE)[1]["findings"]
    assert (finding["severity"], finding["values"]["mix"]) == ("warning", "Code and Runtime")


# --- what moves within and between templates ------------------------------------------------------------------------

RULE = """\
  {name}:
    Type: AWS::Events::Rule
    Properties:
      Description: all orders
      EventPattern: {{source: [{source}]}}
      Targets: [{{Id: logs, Arn: !GetAtt {logs}.Arn}}]
"""
LOGS = "  {name}:\n    Type: AWS::Logs::LogGroup\n    Properties: {{RetentionInDays: 7}}\n"
ARN = "log-group-arn-suffix"


def rule(name: str = "Rule", logs: str = "Logs", source: str = "orders") -> str:
    return RULE.format(name=name, logs=logs, source=source) + LOGS.format(name=logs)


def test_findings_of_resources_that_are_renamed_exist(work_tree, check):
    work_tree.write("t.yaml", template(rule()))
    work_tree.commit()
    work_tree.write("t.yaml", template(rule("OrderRule", "OrderLogs")))
    code, report = check("--base", "HEAD", "--select", ARN)
    assert found(report, "resource", "severity", "status") == [("OrderRule", "warning", "existing")]
    assert (code, report["resolved"]) == (0, [])


def test_findings_of_a_resource_like_one_that_stays_are_new(work_tree, check):
    work_tree.write("t.yaml", template(rule()))
    work_tree.commit()
    second = RULE.format(name="Second", logs="Logs", source="orders")
    work_tree.write("t.yaml", template(rule(), second))
    report = check("--base", "HEAD", "--select", ARN)[1]
    assert found(report, "resource", "status") == [("Rule", "existing"), ("Second", "new")]


def test_findings_of_another_resource_in_the_place_of_one_are_new(work_tree, check):
    work_tree.write("t.yaml", template(rule()))
    work_tree.commit()
    other = (
        rule("Audit", "Trail", "audit")
        .replace("all orders", "what auditors see")
        .replace("RetentionInDays: 7", "KmsKeyId: k")
    )
    other = other.replace(
        "    Properties:\n", "    Properties:\n      State: ENABLED\n      RoleArn: !Ref Role\n      Name: audit\n"
    )
    work_tree.write("t.yaml", template(other))
    report = check("--base", "HEAD", "--select", ARN)[1]
    assert found(report, "resource", "status") == [("Audit", "new")]
    assert [finding["resource"] for finding in report["resolved"]] == ["Rule"]


def test_findings_that_go_to_another_template_with_their_resource_exist(work_tree, check):
    work_tree.write("t.yaml", template(rule(), LOGS.format(name="Other")))
    work_tree.write("gone.yaml", template(rule("Left", "LeftLogs")))
    work_tree.commit()
    work_tree.write("t.yaml", template(LOGS.format(name="Other")))
    work_tree.write("split.yaml", template(rule(), *(function(f"Fn{n}") for n in range(3))))
    (work_tree.root / "gone.yaml").unlink()
    work_tree.write("joined.yaml", template(rule("Left", "LeftLogs"), *(function(f"Fn{n}") for n in range(3))))
    code, report = check("--base", "HEAD", "--select", ARN)
    assert found(report, "template", "status") == [("joined.yaml", "existing"), ("split.yaml", "existing")]
    assert (code, report["resolved"]) == (0, [])


def test_a_copy_of_what_stays_is_new(work_tree, check):
    work_tree.write("t.yaml", template(rule()))
    work_tree.commit()
    work_tree.write("copy.yaml", template(rule()))
    work_tree.write("t.yaml", template(rule().replace("!GetAtt Logs.Arn", "!Ref Mended")))
    report = check("--base", "HEAD", "--select", ARN)[1]
    assert found(report, "template", "status") == [("copy.yaml", "new")]
    assert [finding["template"] for finding in report["resolved"]] == ["t.yaml"]


MACHINE = """\
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      {definition}
  Fn: {{Type: AWS::Lambda::Function}}
"""
STATES = "{StartAt: A, States: {A: {Type: Task, Resource: !GetAtt Fn.Arn, End: true}}}"


@pytest.mark.parametrize(
    "task",
    [
        '"Resource": "${Fn.Arn}"',
        '"Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "${Fn.Arn}"}',
        '"Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "${Fn.Arn}"}',
    ],
)
def test_a_task_that_another_property_holds_or_that_is_written_in_another_way_is_the_same(work_tree, check, task):
    work_tree.write("t.yaml", template(MACHINE.format(definition=f"Definition: {STATES}")))
    work_tree.commit()
    text = f'{{"StartAt": "A", "States": {{"A": {{"Type": "Task", {task}, "End": true}}}}}}'
    work_tree.write("t.yaml", template(MACHINE.format(definition=f"DefinitionString: !Sub '{text}'")))
    report = check("--base", "HEAD", "--select", NOTE)[1]
    assert (found(report, "resource", "status"), report["resolved"]) == ([("Machine", "existing")], [])


# --- problems ---------------------------------------------------------------------------------------------------------

BROKEN = "Resources:\n  A:\n    Type: AWS::SNS::Topic\n   B: 1\n"


def test_a_file_that_was_broken_before_does_not_stop_the_next(work_tree, check):
    work_tree.write("broken.yaml", BROKEN)
    work_tree.write("duplicate.yaml", RIGHT + function())
    work_tree.commit()
    work_tree.write("t.yaml", RIGHT)
    code, report = check("--base", "HEAD")
    assert (code, sorted({error["status"] for error in report["errors"]})) == (0, ["existing"])
    assert {error["path"] for error in report["errors"]} == {"broken.yaml", "duplicate.yaml"}


def test_line_ends_that_a_checkout_writes_are_no_change(work_tree, check):
    work_tree.write(".gitattributes", "*.yaml text eol=crlf\n")
    work_tree.write("broken.yaml", BROKEN)
    work_tree.write("t.yaml", NOTED)
    work_tree.commit()
    for name, text in (("broken.yaml", BROKEN), ("t.yaml", NOTED)):
        work_tree.write(name, text.replace("\n", "\r\n"))
    code, report = check("--base", "HEAD")
    assert (code, found(report), [error["status"] for error in report["errors"]]) == (
        0,
        [(NOTE, "existing")],
        ["existing"],
    )


def test_a_broken_file_that_changes_counts(work_tree, check):
    work_tree.write("broken.yaml", BROKEN)
    work_tree.commit()
    work_tree.write("broken.yaml", BROKEN + "#\n")
    code, report = check("--base", "HEAD")
    assert (code, [error["status"] for error in report["errors"]]) == (2, ["new"])


@pytest.mark.parametrize("text", ["", "not: a template\n", "Resources: {", "\xff", "[1, 2]"])
def test_a_template_that_is_none_any_more_counts(work_tree, check, text):
    work_tree.write("t.yaml", RIGHT)
    work_tree.commit()
    work_tree.write("t.yaml", text.encode("latin-1"))
    code, report = check("--base", "HEAD")
    assert (code, [(error["path"], error["status"]) for error in report["errors"]]) == (2, [("t.yaml", "new")])


def test_what_never_was_a_template_does_not_count(work_tree, check):
    work_tree.write("values.yaml", "a: 1\n")
    work_tree.commit()
    work_tree.write("values.yaml", "a: {\n")
    code, report = check("--base", "HEAD")
    assert (code, report["errors"]) == (0, [])


def test_a_base_that_cannot_be_judged_makes_all_new_and_says_so(work_tree, check):
    work_tree.write("t.yaml", BROKEN)
    work_tree.commit()
    work_tree.write("t.yaml", NOTED)
    code, report = check("--base", "HEAD")
    assert (code, found(report), report["resolved"]) == (0, [(NOTE, "new")], [])
    assert report["notices"][0].startswith(
        "t.yaml cannot be judged in base, so that all of its findings count as new: "
    )


TWICE = "the key `Fn` is written twice"


def test_what_was_wrong_before_with_a_template_that_is_judged_all_the_same_does_not_count(work_tree, check):
    work_tree.write("t.yaml", RIGHT + function())
    work_tree.commit()
    work_tree.write("t.yaml", RIGHT.replace("Resources", "# moved down\nResources") + function())
    code, report = check("--base", "HEAD")
    assert (code, [(error["message"][: len(TWICE)], error["status"]) for error in report["errors"]]) == (
        0,
        [(TWICE, "existing")],
    )


def test_a_part_of_a_template_is_none_and_one_that_was_a_template_must_be_one(work_tree, check):
    part = "Transform: AWS::Serverless-2016-10-31\nOutputs: {Url: {Value: !Ref Api}}\n"
    work_tree.write("base.yml", part)
    work_tree.write("t.yaml", RIGHT)
    work_tree.commit()
    work_tree.write("base.yml", part + "Parameters: {Stage: {Type: String}}\n")
    code, report = check("--base", "HEAD")
    assert (code, report["errors"]) == (0, [])
    work_tree.write("t.yaml", part)
    code, report = check("--base", "HEAD")
    assert (code, [error["message"] for error in report["errors"]]) == (2, ["the template has no Resources"])


def test_what_is_wrong_once_more_counts(work_tree, check):
    work_tree.write("t.yaml", RIGHT + function())
    work_tree.commit()
    work_tree.write("t.yaml", RIGHT + function() + function())
    code, report = check("--base", "HEAD")
    assert (code, [error["status"] for error in report["errors"]]) == (2, ["existing", "new"])


def test_findings_of_a_file_that_broke_are_not_mended(work_tree, check):
    work_tree.write("t.yaml", WRONG)
    work_tree.commit()
    work_tree.write("t.yaml", BROKEN)
    assert check("--base", "HEAD")[1]["resolved"] == []


def test_a_samconfig_that_was_broken_before_does_not_count_and_one_that_broke_does(work_tree, check):
    work_tree.write("template.yaml", RIGHT)
    work_tree.write("samconfig.toml", "[default\n")
    work_tree.commit()
    work_tree.write("template.yaml", RIGHT + "\n")
    code, report = check("--base", "HEAD")
    assert (code, [error["status"] for error in report["errors"]]) == (0, ["existing"])
    work_tree.write("samconfig.toml", "[default \n")
    code, report = check("--base", "HEAD")
    assert (code, [error["status"] for error in report["errors"]]) == (2, ["new"])


def test_a_base_file_that_is_no_template_is_the_users_mistake(tmp_path, check, monkeypatch):
    (tmp_path / "base.yaml").write_text("a: 1\n")
    (tmp_path / "head.yaml").write_text(RIGHT)
    monkeypatch.chdir(tmp_path)
    code, report = check("head.yaml", "--base", "base.yaml")
    assert (code, report["errors"][0]["path"]) == (2, "base.yaml")


# --- suppressions -----------------------------------------------------------------------------------------------------


def silenced(report: dict) -> list[tuple]:
    return [(entry["reason"], entry["added_by_head"]) for entry in report["suppressed"]]


LINE = "      # saya: ignore[lambda-unqualified-invocation] {}\n      FunctionName"


def suppressing(text: str, reason: str = "known") -> str:
    return text.replace("      FunctionName", LINE.format(reason), 1)


def test_a_suppression_that_base_has_is_not_of_this_change(work_tree, check):
    work_tree.write("t.yaml", suppressing(NOTED))
    work_tree.commit()
    work_tree.write("t.yaml", "# moved\n" + suppressing(NOTED))
    assert silenced(check("--base", "HEAD")[1]) == [("known", False)]


def test_a_suppression_that_head_adds_is_marked(work_tree, check):
    work_tree.write("t.yaml", NOTED)
    work_tree.commit()
    work_tree.write("t.yaml", suppressing(NOTED))
    _, report = check("--base", "HEAD")
    assert (silenced(report), report["findings"], report["resolved"]) == ([("known", True)], [], [])


def test_a_suppression_copied_to_another_finding_is_marked(work_tree, check):
    work_tree.write("t.yaml", suppressing(NOTED))
    work_tree.commit()
    work_tree.write("t.yaml", suppressing(NOTED) + suppressing(mapping("Second")))
    assert sorted(silenced(check("--base", "HEAD")[1])) == [("known", False), ("known", True)]


def test_a_suppression_of_a_whole_resource_is_for_what_comes_as_well(work_tree, check):
    rule = "  Rule: # saya: ignore[lambda-unqualified-invocation] known\n    Type: AWS::Events::Rule\n    Properties:\n"
    one = "      Targets:\n        - {Id: one, Arn: !GetAtt Fn.Arn}\n"
    work_tree.write("t.yaml", template(function(), rule, one))
    work_tree.commit()
    work_tree.write("t.yaml", template(function(), rule, one, "        - {Id: two, Arn: !GetAtt Fn.Arn}\n"))
    assert silenced(check("--base", "HEAD")[1]) == [("known", False)] * 2


def test_a_suppression_that_holds_for_longer_is_marked(work_tree, check):
    for until, added in ((", until 9998-01-01", True), (", until 9999-01-01", False), (", until 9997-01-01", False)):
        work_tree.write("t.yaml", suppressing(NOTED, f"known{until}"))
        if until.endswith("9998-01-01"):
            work_tree.commit()
            work_tree.write("t.yaml", suppressing(NOTED, "known, until 9999-01-01"))
        assert [entry[1] for entry in silenced(check("--base", "HEAD")[1])] == [added]
        work_tree.commit()


def test_where_base_alone_silences_what_head_adds_is_void(work_tree, check):
    work_tree.write(".github/saya.yml", "suppressions: base\n")
    work_tree.write("t.yaml", NOTED)
    work_tree.commit()
    work_tree.write("t.yaml", suppressing(NOTED) + suppressing(mapping("Second")))
    _, report = check("--base", "HEAD")
    assert (found(report), silenced(report)) == ([(NOTE, "existing"), (NOTE, "new")], [])
    assert all("has no effect before it is merged, by `suppressions: base`" in notice for notice in report["notices"])
    work_tree.commit()
    assert silenced(check("--base", "HEAD")[1]) == [("known", False)] * 2


def test_what_base_silenced_and_head_tells_is_not_new(work_tree, check):
    work_tree.write("t.yaml", suppressing(NOTED))
    work_tree.commit()
    work_tree.write("t.yaml", NOTED)
    assert found(check("--base", "HEAD")[1]) == [(NOTE, "existing")]


def test_what_base_silenced_and_head_lacks_was_told_to_nobody(work_tree, check):
    work_tree.write("t.yaml", suppressing(NOTED))
    work_tree.commit()
    work_tree.write("t.yaml", RIGHT)
    assert check("--base", "HEAD")[1]["resolved"] == []


# --- configuration ----------------------------------------------------------------------------------------------------

LATER = ".github/saya.yml: what this change configures takes effect after it is merged"


def test_the_configuration_comes_from_base(work_tree, check):
    work_tree.write(".github/saya.yml", "fail-on: never\n")
    work_tree.write("t.yaml", RIGHT)
    work_tree.commit()
    work_tree.write("t.yaml", WRONG)
    assert check("--base", "HEAD")[0] == 0
    work_tree.write(".github/saya.yml", "fail-on: error\n")
    code, report = check("--base", "HEAD")
    assert (code, report["notices"]) == (0, [LATER])


def test_a_mistake_in_the_configuration_of_base_says_where_it_is(work_tree, check):
    work_tree.write(".github/saya.yml", "nonsense: 1\n")
    work_tree.commit()
    (work_tree.root / ".github" / "saya.yml").unlink()
    code, report = check("--base", "HEAD")
    assert (code, report["errors"][0]["path"], report["errors"][0]["line"]) == (2, ".github/saya.yml (in base)", 1)


def test_the_configuration_of_the_work_tree_is_for_bases_that_are_no_revision(work_tree, check):
    work_tree.write(".github/saya.yml", f"ignore: [{LAYER}]\n")
    for name, text in (("base.yaml", RIGHT), ("head.yaml", WRONG)):
        work_tree.write(name, text)
    assert check("head.yaml", "--base", "base.yaml")[1]["findings"] == []


POLICY = """\
id: {id}
title: A topic
since: 0.1.0
for: invocation
severity: error
where: {{exposure: asynchronous}}
why: No topics here.
report: {{at: at, message: "no <<resource.id>>"}}
tests: []
"""


def test_policies_come_from_base(work_tree, check):
    work_tree.write("house/ours.yml", (policy := POLICY.format(id="ours")))
    work_tree.write(".github/saya.yml", "policies: [house]\n")
    work_tree.write("t.yaml", RIGHT)
    work_tree.commit()
    rule = "  Rule:\n    Type: AWS::Events::Rule\n    Properties: {Targets: [{Id: one, Arn: !GetAtt Fn.Arn}]}\n"
    work_tree.write("t.yaml", template(function(), rule))
    assert ("ours", "new") in found(check("--base", "HEAD")[1])
    work_tree.write("house/ours.yml", policy.replace("asynchronous", "synchronous"))
    _, report = check("--base", "HEAD")
    assert ("ours", "new") in found(report)
    assert report["notices"] == ["house/ours.yml: what this change configures takes effect after it is merged"]
    (work_tree.root / ".github" / "saya.yml").unlink()
    work_tree.write("house/ours.yml", policy)
    work_tree.commit()
    (work_tree.root / "house" / "ours.yml").unlink()
    _, report = check("--base", "HEAD", "--policies", "house")
    assert ("ours", "existing") in found(report)


def test_a_folder_of_policies_that_head_adds_waits(work_tree, check):
    work_tree.write("t.yaml", RIGHT)
    work_tree.commit()
    work_tree.write("house/ours.yml", "nonsense\n")
    code, report = check("--base", "HEAD", "--policies", "house")
    assert code == 0
    assert report["notices"] == ["house/ours.yml: what this change configures takes effect after it is merged"]
    code, report = check("--base", "HEAD", "--policies", "nowhere")
    assert (code, report["errors"][0]["kind"]) == (2, "policy")


def test_a_configuration_that_names_policies_that_base_lacks(work_tree, check):
    work_tree.write(".github/saya.yml", "policies: [house]\n")
    work_tree.commit()
    work_tree.write("house/ours.yml", POLICY.format(id="ours"))
    code, report = check("--base", "HEAD")
    assert (code, report["errors"][0]["message"]) == (2, "no policies in this directory of base")
