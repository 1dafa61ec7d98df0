"""Try the fixes on a folder of templates and on mutations of them: how many are proved, by policy, and why not.

    python tools/try_fixes.py FOLDER... [--cfn-lint COMMAND]

With `--cfn-lint` that linter is a second opinion: it must not report an error on a fixed template that it did not
report before.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from saya.errors import UserError
from saya.facts.collect import collect_facts
from saya.findings import Context, Finding
from saya.fixes.apply import edits_of
from saya.fixes.document import is_synthesised
from saya.fixes.mend import mend, why_not
from saya.fixes.prove import Judged
from saya.model.resolve import Resolver
from saya.model.template import Template, load_template
from saya.policy.judge import judge
from saya.policy.load import load_policies
from saya.text.edit import Replacement, edited
from saya.text.parse import parse
from saya.text.source import Source

POLICIES = load_policies()
KINDS = frozenset(policy.kind for policy in POLICIES)
REGION = "eu-west-1"
_BARE = r"!Sub arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${\1}"

# Each makes a mistake of a kind that the policies find, or takes a safeguard away.
MUTATIONS: tuple[tuple[str, str, str], ...] = (
    ("as it is", r"\Z", ""),
    ("log groups bare", r"!GetAtt (\w*[Ll]og\w*)\.Arn", _BARE),
    ("log groups starred", r"!Sub\s+([\"']?)arn:\S+?:log-group:\$\{(\w+)\}(?::\*)?\1", r"!GetAtt \2.Arn"),
    ("log groups doubled", r"!GetAtt (\w*[Ll]og\w*)\.Arn", r'!Sub "${\1.Arn}:*"'),
    ("no waiting", r"\.waitForTaskToken", ""),
    ("on x86_64", "arm64", "x86_64"),
    ("on arm64", "x86_64", "arm64"),
    (
        "an alias",
        r"(?m)^( +)(Type: AWS::Serverless::Function\r?\n)\1(Properties:\r?\n)",
        r"\1\2\1\3\1  AutoPublishAlias: live\n",
    ),
    (
        "secrets",
        r"(?m)^( +)(Type: (?:Custom::|AWS::CloudFormation::CustomResource).*\n)\1Properties:\n( +)",
        r"\1\2\1Properties:\n\3Password: '{{resolve:secretsmanager:prod/db:SecretString:password}}'\n\3",
    ),
)


class Counts:
    """What came of the findings that some fix is meant for."""

    def __init__(self) -> None:
        self.proved: Counter[str] = Counter()
        self.failed: dict[str, Counter[str]] = defaultdict(Counter)
        self.objections: list[str] = []
        self.asked = 0

    def add(self, finding: Finding) -> None:
        """Count one finding."""
        name = finding.policy + (" (patch)" if finding.patch is not None else "")
        reason = why_not(finding)
        if edits_of(finding):
            self.proved[name] += 1
        elif reason is not None:
            self.failed[name][re.sub(r"`[^`]*`", "`..`", reason)] += 1

    def told(self) -> Iterator[str]:
        """The figures, a line for each policy and each reason."""
        for name in sorted({*self.proved, *self.failed}):
            meant = self.proved[name] + self.failed[name].total()
            yield f"{name}: {self.proved[name]} of {meant} proved ({self.proved[name] / meant:.0%})"
            yield from (f"    {count} {reason}" for reason, count in self.failed[name].most_common())
        yield f"cfn-lint was asked {self.asked} times and objects {len(self.objections)} times" if self.asked else ""
        yield from self.objections


def main() -> int:
    """Try all templates; returns 1 where cfn-lint objects."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--cfn-lint", help="the command of cfn-lint")
    parser.add_argument("--largest", type=int, default=200_000, help="leave out what has more characters")
    given = parser.parse_args()
    counts = Counts()
    for path in sorted(each for folder in given.folders for each in folder.rglob("*") if each.is_file()):
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except (OSError, UnicodeDecodeError):
            continue
        if len(text) <= given.largest:
            _try_file(path, text, given.cfn_lint, counts)
    print("\n".join(filter(None, counts.told())))
    return 1 if counts.objections else 0


def _try_file(path: Path, text: str, linter: str | None, counts: Counts) -> None:
    for name, old, new in MUTATIONS:
        mutated = re.sub(old, new, text)
        if name != "as it is" and mutated == text:
            continue
        try:
            before = _judged(_load(path.name, mutated))
        except UserError:
            return
        if is_synthesised(before.template):
            return
        findings = mend(before.judgement.findings, before, _judged)
        for finding in findings:
            counts.add(finding)
        mended = [each for each in findings if edits_of(each)]
        if linter is not None and mended:
            counts.asked += 1
            told = _objections(linter, mutated, _with_fixes(before.template.source, mended), path.suffix)
            counts.objections += [f"{path.name} ({name}): {each}" for each in told]


def _with_fixes(source: Source, findings: list[Finding]) -> list[str]:
    """The text with each of the fixes made alone, each result once."""
    texts = (
        edited(source.text, [Replacement(edit.span, edit.text) for edit in edits_of(finding)]) for finding in findings
    )
    return list(dict.fromkeys(texts))


def _objections(linter: str, before: str, after: list[str], suffix: str) -> list[str]:
    known = _errors(linter, before, suffix)
    found = [error for text in after for error in (_errors(linter, text, suffix) - known).elements()]
    return list(dict.fromkeys(found))


def _errors(linter: str, text: str, suffix: str) -> Counter[str]:
    """The errors of cfn-lint by rule and message, without their places, which an edit may move."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"template{suffix}"
        path.write_bytes(text.encode())
        command = [linter, "--format", "json", "--regions", REGION, "--", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout or "[]")
    return Counter(f"{each['Rule']['Id']} {each['Message']}" for each in told if each["Level"] == "Error")


def _load(name: str, text: str) -> Template:
    source = Source(name, text)
    return load_template(parse(source, duplicates=[]), source)


def _judged(template: Template) -> Judged:
    resolver = Resolver(template, region=REGION)
    facts = collect_facts(resolver, KINDS)
    return Judged(template, (resolver,), judge(POLICIES, facts, template="t", context=Context(region=REGION)))


if __name__ == "__main__":
    sys.exit(main())
