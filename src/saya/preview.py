"""The review of a change as it would be posted, with no GitHub: `saya preview`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from saya.errors import ConfigError, UserError
from saya.findings import Report
from saya.github.diff import compare_texts, read_git_diff
from saya.record import record, replace
from saya.report.diff import Diff, FileDiff
from saya.report.review import Review, as_markdown, build_review
from saya.sources.baseline import Baseline
from saya.sources.git import find_repository
from saya.sources.workspace import Folder, shown

# A pull request's page shows no larger change either.
LARGEST = 1_000_000
NO_COMMIT = "0" * 40
MAIN_BRANCHES = ("origin/HEAD", "origin/main", "main", "origin/master", "master")


@record(kw_only=True)
class Preview:
    """A review that is not posted; `base` is what it would be merged into, as the user names it."""

    review: Review
    diff: Diff
    base: str

    @property
    def markdown(self) -> str:
        """The review as one text."""
        return as_markdown(self.review)


def preview(report: Report, baseline: Baseline, *, name: str) -> Preview:
    """The review that tells a report. It links nowhere, for nothing is pushed yet. Raises UserError."""
    diff = diff_of(baseline)
    return Preview(review=build_review(report, diff, head_sha=NO_COMMIT, repository_url=""), diff=diff, base=name)


def show(told: Preview) -> str:
    """The page that it would be on, as HTML. Raises ConfigError where the `preview` extra is not installed."""
    from saya.report.html import build_page

    return build_page(told.review, told.diff, title="What the review would say", base=told.base, head="your changes")


def main_branch(root: Path) -> str:
    """The branch that changes are most likely merged into. Raises ConfigError where no usual one is there."""
    repository = find_repository(root)
    found = (name for name in MAIN_BRANCHES if repository is not None and repository.commit(name))
    name = next(found, None)
    if name is None:
        raise ConfigError(
            "nothing says what this would be merged into; name a branch, a folder or a file", path="--base"
        )
    return name


def diff_of(baseline: Baseline) -> Diff:
    """What a pull request of head into base would show. Paths are as the report shows them. Raises UserError."""
    files = {changed.path: changed for changed in _committed(baseline)}
    files |= {changed.path: changed for changed in _compared(baseline, _uncommitted(baseline))}
    told = {path: shown(os.path.relpath(baseline.root / path)) for path in files}
    return Diff({told[path]: replace(changed, path=told[path]) for path, changed in sorted(files.items())})


def _committed(baseline: Baseline) -> Iterator[FileDiff]:
    repository = find_repository(baseline.root) if baseline.configures else None
    if repository is not None and baseline.head is not None:
        yield from read_git_diff(repository.patch(baseline.name, baseline.head)).files.values()


def _uncommitted(baseline: Baseline) -> Iterator[tuple[str, str]]:
    """The files that are to be compared here: their paths in head and in base."""
    if baseline.pair is not None:
        yield baseline.pair
        return
    repository = find_repository(baseline.root) if baseline.configures else None
    committed = repository is not None and baseline.head is not None
    changed = repository.uncommitted() if repository is not None and committed else baseline.changed or ()
    for path in changed:
        yield path, baseline.renamed.get(path, path)


def _compared(baseline: Baseline, pairs: Iterator[tuple[str, str]]) -> Iterator[FileDiff]:
    head = Folder(baseline.root)
    for new, old in pairs:
        try:
            before, after = baseline.files.read(old), head.read(new)
            texts = [None if data is None else data.decode("utf-8") for data in (before, after)]
        except (UserError, UnicodeDecodeError):
            yield FileDiff(path=new, patched=False)
            continue
        if any(text is not None and (len(text) > LARGEST or "\0" in text) for text in texts):
            yield FileDiff(path=new, patched=False)
        elif texts[0] != texts[1]:
            yield compare_texts(new, texts[0], texts[1], old_path=old if old != new and baseline.pair is None else None)
