"""A suggestion committed with a click, and a patch applied, give what `saya fix` gives, byte for byte."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from saya.cli import main
from saya.report.diff import Diff, DiffLine, FileDiff, Hunk
from saya.report.patch import patch_of
from saya.report.suggestion import suggestion_of

FRESH = sorted((Path(__file__).parents[2] / "fixtures" / "fixes").iterdir())
SEVERAL = """\
# caf\u00e9 \U0001f600 \u65e5\u672c
Transform: AWS::Serverless-2016-10-31
Resources:
  Logs: {Type: AWS::Logs::LogGroup}
  Flow:
    Type: AWS::EC2::FlowLog
    Properties:
      LogDestination: !GetAtt Logs.Arn\t# caf\u00e9
      ResourceId: vpc-\U0001f600
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      AutoPublishAlias: live
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: "arn:aws:sqs:eu-west-1:111122223333:q", FunctionName: !Ref Fn}   # "\u65e5\u672c"
  Other:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      Events:
        Tick: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
  Trail:
    Type: AWS::CloudTrail::Trail
    Properties:
      CloudWatchLogsLogGroupArn: !Join
        - ':'
        - [arn:aws:logs, !Ref AWS::Region, !Ref AWS::AccountId, log-group, !Ref Logs]
      IsLogging: true
"""

MANNERS = {
    "as it is": lambda text: text,
    "without a last line break": lambda text: text.rstrip("\n"),
    "with tabs": lambda text: (
        text.replace("    # ", "\t# ") if not text.startswith("{") else text.replace("    ", "\t")
    ),
    "beyond ASCII": lambda text: text.replace("Resources:", "Metadata: {caf\u00e9: \U0001f600}   # \u65e5\nResources:"),
}


def whole_file(path, text):
    """A pull request that adds the whole file, so that every line takes a comment."""
    lines = text.split("\n")
    final = not text.endswith("\n")
    shown = lines if final else lines[:-1]
    diff = tuple(
        DiffLine("added", line, None, number, final=final and number == len(shown))
        for number, line in enumerate(shown, start=1)
    )
    return Diff({path: FileDiff(path=path, hunks=(Hunk(diff),))})


def suggested(finding, text):
    source = finding.location.source
    return suggestion_of(finding.fix, {source.path: source}, whole_file(source.path, text))


def committed(text, *suggestions):
    """What GitHub makes of the file: the lines of each comment replaced, by their numbers in the file as it was."""
    lines = text.split("\n")
    for each in sorted(suggestions, key=lambda suggestion: -suggestion.first):
        lines[each.first - 1 : each.last] = each.text.split("\n")[:-1]
    return "\n".join(lines)


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("path", FRESH, ids=lambda path: path.name)
def test_a_committed_suggestion_makes_the_edits_of_its_fix_and_no_other(made, path, manner):
    text = MANNERS[manner](path.read_bytes().decode())
    tried = 0
    for finding in made.mended(text):
        suggestion = suggested(finding, text) if finding.fix is not None else None
        if suggestion is not None:
            tried += 1
            assert committed(text, suggestion) == made.applied(text, finding)
    assert tried >= 2


@pytest.mark.parametrize("change", [lambda text: text, str.rstrip])
def test_all_suggestions_together_are_what_the_command_writes(made, tmp_path, monkeypatch, change):
    monkeypatch.chdir(tmp_path)
    text = change(SEVERAL)
    findings = [each for each in made.mended(text) if each.fix is not None]
    assert len(findings) == 4

    suggestions = [suggested(each, text) for each in findings]
    Path("template.yaml").write_bytes(text.encode())
    assert main(["fix", "--unsafe", "--region", "eu-west-1"]) == 0
    assert committed(text, *suggestions).encode() == Path("template.yaml").read_bytes()


def test_a_suggestion_is_several_lines_where_the_edits_are(made):
    [finding] = [each for each in made.mended(SEVERAL) if each.resource == "Trail"]
    suggestion = suggested(finding, SEVERAL)

    assert suggestion.last - suggestion.first == 2
    assert suggestion.text == "      CloudWatchLogsLogGroupArn: !GetAtt Logs.Arn\n"


def test_none_is_offered_where_github_would_write_something_else(made):
    """With carriage returns, and for a last line that has no line feed."""
    text = SEVERAL.replace("\n", "\r\n")
    assert [suggested(each, text) for each in made.mended(text) if each.fix is not None] == [None] * 4

    text = SEVERAL[: SEVERAL.index("\t# caf")]
    [finding] = made.mended(text)
    assert finding.fix is not None
    assert suggested(finding, text) is None


@pytest.mark.parametrize("change", [lambda text: text, str.rstrip])
def test_a_patch_of_a_comment_is_one_that_git_applies(made, tmp_path, change):
    text = change(SEVERAL)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    file = tmp_path / "template.yaml"
    for finding in made.mended(text):
        source = finding.location.source
        file.write_bytes(text.encode())
        patch = patch_of(finding.fix, {source.path: source})
        subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=patch.encode(), check=True)
        assert file.read_bytes() == made.applied(text, finding).encode()
