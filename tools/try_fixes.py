"""Try the fixes on a folder of templates and on mutations of them: how many are proved, by policy, and why not.

    python tools/try_fixes.py FOLDER... [--cfn-lint COMMAND]

Each fix is also judged by an oracle that shares no code with the proof (`fix_oracle`). With `--cfn-lint` that linter is
a second opinion: it must not report an error on a fixed template that it did not report before.
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

from fix_mutations import mutated
from fix_oracle import broken, edited
from saya.errors import UserError
from saya.facts.collect import collect_facts
from saya.findings import Context, Edit, Finding
from saya.fixes.apply import edits_of
from saya.fixes.document import is_synthesised
from saya.fixes.mend import mend, why_not
from saya.fixes.prove import Judged
from saya.model.resolve import Resolver
from saya.model.template import Template, load_template
from saya.policy.judge import judge
from saya.policy.load import load_policies
from saya.text.parse import parse
from saya.text.source import Source

POLICIES = load_policies()
KINDS = frozenset(policy.kind for policy in POLICIES)
REGION = "eu-west-1"
MOST_AT_ONCE = 60
"""How many files cfn-lint is given at a time."""


class Tried:
    """What came of the findings that some fix is meant for."""

    def __init__(self) -> None:
        self.templates = 0
        self.proved: Counter[str] = Counter()
        self.failed: dict[str, Counter[str]] = defaultdict(Counter)
        self.objections: list[str] = []
        self.pairs: list[tuple[str, str, str]] = []
        """Templates as they were and as they become, each once, with what to call them."""

    def add(self, finding: Finding) -> None:
        """Count one finding."""
        name = finding.policy + (" (patch)" if finding.patch is not None else "")
        reason = why_not(finding)
        if edits_of(finding):
            self.proved[name] += 1
        elif reason is not None:
            self.failed[name][re.sub(r"`[^`]*`", "`..`", reason)] += 1

    def told(self) -> Iterator[str]:
        """The table: a line for each policy, and below it one for each condition that failed."""
        yield f"{'policy':44} {'meant':>6} {'proved':>6} {'share':>6}"
        names = sorted({*self.proved, *self.failed})
        for name in names:
            yield _row(name, self.proved[name], self.failed[name])
            yield from (f"{count:>8} not: {reason}" for reason, count in self.failed[name].most_common())
        yield _row("all", self.proved.total(), sum(self.failed.values(), Counter()))
        yield f"{self.templates} templates, mutations included; {self.proved.total()} fixes held against the oracle"


def _row(name: str, proved: int, failed: Counter[str]) -> str:
    meant = proved + failed.total()
    return f"{name:44} {meant:>6} {proved:>6} {proved / max(meant, 1):>6.0%}"


def main() -> int:
    """Try all templates; returns 1 where the oracle or cfn-lint objects."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--cfn-lint", help="the command of cfn-lint")
    parser.add_argument("--most", type=int, default=10_000, help="give cfn-lint at most so many results, evenly chosen")
    parser.add_argument("--largest", type=int, default=200_000, help="leave out what has more characters")
    given = parser.parse_args()
    tried = Tried()
    for path in sorted(each for folder in given.folders for each in folder.rglob("*") if each.is_file()):
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except (OSError, UnicodeDecodeError):
            continue
        if len(text) <= given.largest:
            _try_file(path, text, tried)
    print("\n".join(tried.told()))
    if given.cfn_lint is not None:
        pairs = tried.pairs[:: max(-(-len(tried.pairs) // given.most), 1)]
        tried.objections += _lint(given.cfn_lint, pairs)
        print(f"{len(pairs)} of {len(tried.pairs)} results, and what they were made of, were given to cfn-lint")
    print(f"{len(tried.objections)} objections", *tried.objections, sep="\n  ")
    return 1 if tried.objections else 0


def _try_file(path: Path, text: str, tried: Tried) -> None:
    for name, changed in mutated(text):
        try:
            before = judged(_load(path.name, changed))
        except UserError:
            return
        if is_synthesised(before.template):
            return
        tried.templates += 1
        by_edits: dict[tuple[Edit, ...], list[Finding]] = defaultdict(list)
        for finding in mend(before.judgement.findings, before, judged):
            tried.add(finding)
            by_edits[edits_of(finding)].append(finding)
        for edits, findings in by_edits.items():
            if edits:
                fixed = edited(changed, edits)
                after = judged(_load(path.name, fixed)).judgement.findings
                found = broken(changed, edits, findings, list(before.judgement.findings), list(after))
                tried.objections += [f"{path.name} ({name}): {findings[0].policy}: {each}" for each in found]
                tried.pairs.append((f"{path.name} ({name})", changed, fixed))


def _lint(linter: str, pairs: list[tuple[str, str, str]]) -> list[str]:
    """What cfn-lint reports on results and did not report before."""
    texts = list(dict.fromkeys(text for _, *both in pairs for text in both))
    told: dict[str, Counter[str]] = {}
    for start in range(0, len(texts), MOST_AT_ONCE):
        told.update(_errors(linter, texts[start : start + MOST_AT_ONCE]))
    found = (f"{name}: cfn-lint: {each}" for name, old, new in pairs for each in (told[new] - told[old]))
    return list(dict.fromkeys(found))


def _errors(linter: str, texts: list[str]) -> dict[str, Counter[str]]:
    """The errors of cfn-lint by rule and message, without their places, which an edit may move."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{index}.{'json' if _is_json(text) else 'yaml'}") for index, text in enumerate(texts)]
        for path, text in zip(paths, texts, strict=True):
            path.write_bytes(text.encode())
        command = [linter, "--format", "json", "--regions", REGION, "--", *map(str, paths)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    found: dict[str, Counter[str]] = {str(path): Counter() for path in paths}
    for each in json.loads(done.stdout or "[]"):
        if each["Level"] == "Error":
            message = re.sub(r" \(line \d+\)", "", each["Message"])
            found[each["Filename"]][f"{each['Rule']['Id']} {message}"] += 1
    return {text: found[str(path)] for path, text in zip(paths, texts, strict=True)}


def _is_json(text: str) -> bool:
    return text.lstrip().startswith("{")


def _load(name: str, text: str) -> Template:
    source = Source(name, text)
    return load_template(parse(source, duplicates=[]), source)


def judged(template: Template) -> Judged:
    """A template with all findings in it."""
    resolver = Resolver(template, region=REGION)
    facts = collect_facts(resolver, KINDS)
    return Judged(template, (resolver,), judge(POLICIES, facts, template="t", context=Context(region=REGION)))


if __name__ == "__main__":
    sys.exit(main())
