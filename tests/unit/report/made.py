"""Reports and diffs made by hand, of short texts."""

from hashlib import md5

from saya.findings import Edit, Finding, Fix, JudgedTemplate, Related, Report, Suppressed, Undecided
from saya.github.diff import compare_texts
from saya.report.diff import Diff
from saya.text.source import Location, Source, Span

BASE = """\
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Architectures: [x86_64]
      Layers:
        - !Ref Extension
      Timeout: 10
      MemorySize: 512
      Description: one
      Handler: orders.handler
      Role: !GetAtt Role.Arn
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Backlog.Arn
      BatchSize: 10
      FunctionName: !Ref Orders
"""
HEAD = BASE.replace("[x86_64]", "[arm64]").replace("one", "two")
SHA = "1" * 40
REPOSITORY = "https://github.com/octo/repo"


def diff_of(base: str = BASE, head: str = HEAD, path: str = "t.yaml", **more: tuple[str, str]) -> Diff:
    """The diff of one file, and of others given as pairs of base and head by name."""
    files = {path: (base, head), **{f"{name}.yaml": pair for name, pair in more.items()}}
    return Diff({name: compare_texts(name, *pair) for name, pair in files.items()})


def at(needle: str, *, text: str = HEAD, path: str = "t.yaml", last: bool = False) -> Location:
    start = text.rindex(needle) if last else text.index(needle)
    return Location(Source(path, text), Span(start, start + len(needle)))


def finding(**given) -> Finding:
    values = {
        "policy": "a-policy",
        "severity": "warning",
        "message": "`Orders` runs on arm64",
        "location": at("[arm64]"),
        "template": "t.yaml",
        "resource": "Orders",
        "resource_type": "AWS::Lambda::Function",
        "property": "Architectures",
        "fingerprint": md5(str(given).encode()).hexdigest(),
        **given,
    }
    return Finding(**values)


def fix(*edits: tuple[str, str], text: str = HEAD, path: str = "t.yaml", safety: str = "safe") -> Fix:
    """A fix that replaces each first text by its second."""
    made = [Edit(path, at(old, text=text).span, new) for old, new in edits]
    return Fix("do it right", safety, tuple(made))


def undecided(*reasons: str, **given) -> Undecided:
    values = {
        "policy": "a-policy",
        "location": at("!Ref Extension"),
        "template": "t.yaml",
        "resource": "Orders",
        "property": "Layers.0",
        "reasons": reasons,
        "fingerprint": "c" * 32,
        **given,
    }
    return Undecided(**values)


def suppressed(reason: str, *, added_by_head: bool = True, **given) -> Suppressed:
    silenced = finding(**given)
    return Suppressed(
        policy=silenced.policy,
        location=silenced.location,
        reason=reason,
        added_by_head=added_by_head,
        finding=silenced,
        fingerprint=silenced.fingerprint,
    )


def related(needle: str, message: str = "see here", **given) -> Related:
    return Related(at(needle, **given), message)


def report(*findings: Finding, **given) -> Report:
    judged = JudgedTemplate(path="t.yaml", kind="cloudformation", contexts=(), resources=2)
    return Report(**{"base": "0" * 40, "head": SHA, "templates": (judged,), "findings": findings, **given})
