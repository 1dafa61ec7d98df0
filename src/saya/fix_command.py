"""`saya fix`: the proved fixes, applied to the files until none is left that can be.

Fixes that overlap are made one after the other. What several of them make together is judged again before it is
written, so a second run finds nothing to do.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from saya.errors import UserError
from saya.findings import SEVERITIES, Finding, Problem, Report
from saya.fixes.apply import apply_fixes, edits_of
from saya.fixes.mend import why_not
from saya.fixes.unified import unified_patch
from saya.pipeline import Progress, judge_bytes
from saya.problems import problem_of_bug, problems_of
from saya.record import NamedTuple
from saya.request import Request
from saya.sources.base import Candidate
from saya.sources.workspace import decode, find_candidates, read_bytes, tree_root
from saya.text.source import Source

MOST_PASSES = 50
_RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}
_MARK = "\ufeff".encode()


class Left(NamedTuple):
    """A finding that was not mended, and why."""

    finding: Finding
    reason: str


class FixedFile(NamedTuple):
    """A template: as it was, as it becomes, what is mended, what is left; how many findings no fix is meant for."""

    before: Source
    after: str
    made: tuple[Finding, ...]
    left: tuple[Left, ...]
    without: int


class Fixes(NamedTuple):
    """What a run did, or would do."""

    files: tuple[FixedFile, ...]
    errors: tuple[Problem, ...]

    @property
    def patch(self) -> str:
        """All changes as a patch for `git apply`, from the folder that the command runs in."""
        return unified_patch(
            (Source(_below(each.before.path), each.before.text, bom=each.before.bom), each.after) for each in self.files
        )


def fix(request: Request, progress: Progress, *, unsafe: bool, write: bool) -> Fixes:
    """Fix every template that the paths hold; with `write` in the files. `unsafe` says whether unsafe fixes are made.

    One template that cannot be judged or written is an error, and the others go on.
    """
    files: list[FixedFile] = []
    errors: list[Problem] = []
    for number, candidate in enumerate(find_candidates(request.paths), start=1):
        if isinstance(candidate, UserError):
            errors += problems_of(candidate)
            continue
        progress.file(number, candidate.shown)
        try:
            data = read_bytes(candidate)
            fixed, problems = _fix_file(candidate, data, request, unsafe=unsafe)
            errors += problems
            if fixed is not None and write and fixed.after != fixed.before.text:
                _write(candidate, data, _encoded(fixed.before, fixed.after))
            files += [] if fixed is None else [fixed]
        except UserError as error:
            errors += problems_of(error, candidate.shown)
        except Exception as error:  # noqa: BLE001 - one template must not cost the others their fixes
            progress.bug(error)
            errors.append(problem_of_bug(error, candidate.shown))
    return Fixes(tuple(files), tuple(errors))


def tell_fixes(fixes: Fixes, *, written: bool = True) -> Iterator[str]:
    """What was done and what was left, one line each; or what would be, where nothing was written."""
    done = "fixed" if written else "would be fixed"
    for each in fixes.files:
        for finding in each.made:
            yield f"{_place(finding)}: {done}[{finding.policy}]: {_title(finding)}"
        for finding, reason in each.left:
            yield f"{_place(finding)}: left[{finding.policy}]: {reason}"
    for error in fixes.errors:
        yield f"{error}"
    made = sum(len(each.made) for each in fixes.files)
    left = sum(len(each.left) for each in fixes.files)
    without = sum(each.without for each in fixes.files)
    rest = f"; no fix is meant for {without} more, see `saya check`" if without else ""
    yield f"{made} {done}, {left} left{rest}"


def _fix_file(
    candidate: Candidate, data: bytes, request: Request, *, unsafe: bool
) -> tuple[FixedFile | None, tuple[Problem, ...]]:
    """A template with its fixes; None where the file is none, or has no findings."""
    report = judge_bytes(candidate, data, request)
    errors = report.errors
    made: list[Finding] = []
    if not report.findings:
        return None, errors
    # A finding may stand in another file, such as a definition; what is mended is the template.
    before = source = decode(data, candidate.shown)
    for _ in range(MOST_PASSES):
        wanted = [each for each in report.findings if each.fix is not None and (unsafe or each.fix.safety == "safe")]
        step = _step(candidate, request, report, source, wanted) if wanted else None
        if step is None:
            break
        report, mended, source = step
        made += mended
    reasons = [(each, _reason(each, unsafe=unsafe)) for each in report.findings]
    left = tuple(Left(each, reason) for each, reason in reasons if reason is not None)
    return FixedFile(before, source.text, tuple(made), left, len(reasons) - len(left)), errors


def _step(
    candidate: Candidate, request: Request, report: Report, source: Source, wanted: list[Finding]
) -> tuple[Report, tuple[Finding, ...], Source] | None:
    """The text with as many fixes as can be made at once, and the report on it; with one alone if need be."""
    for some in (wanted, wanted[:1]):
        applied = apply_fixes(source, some)
        after = judge_bytes(candidate, _encoded(source, applied.text), request)
        if _is_better(report, after, applied.made):
            return after, applied.made, Source(source.path, applied.text, bom=source.bom)
    return None


def _is_better(before: Report, after: Report, made: Iterable[Finding]) -> bool:
    """Whether what was mended is gone, and nothing is new or worse."""
    known = {each.fingerprint: _RANK[each.severity] for each in before.findings}
    now = {each.fingerprint: _RANK[each.severity] for each in after.findings}
    gone = not any(each.fingerprint in now for each in made)
    return (
        gone
        and len(after.templates) == len(before.templates)
        and all(rank >= known.get(each, len(SEVERITIES)) for each, rank in now.items())
        and not (len(after.errors) > len(before.errors))
    )


def _reason(finding: Finding, *, unsafe: bool) -> str | None:
    """Why a finding was left although a fix is meant for it; None where none is."""
    if finding.fix is not None and finding.fix.safety == "unsafe" and not unsafe:
        return f"{finding.fix.title}: this may change more than the finding; `--unsafe` applies it"
    if finding.fix is not None:
        return f"{finding.fix.title}: it does not go together with another fix"
    return why_not(finding)


def _place(finding: Finding) -> str:
    line, column = finding.location.start
    return f"{finding.location.path}:{line}:{column}"


def _title(finding: Finding) -> str:
    return finding.fix.title if finding.fix is not None and edits_of(finding) else finding.message


def _encoded(before: Source, text: str) -> bytes:
    return (_MARK if before.bom else b"") + text.encode()


def _below(path: str) -> str:
    """A path as a patch has it: from the folder that the command runs in."""
    real = os.path.relpath(path)
    return (real if not real.startswith("..") else path.lstrip("/")).replace(os.sep, "/")


# --- files ------------------------------------------------------------------------------------------------------------


def _write(candidate: Candidate, before: bytes, after: bytes) -> None:
    """Write a file that is still what was judged, and that no symbolic link leads to. Raises UserError."""
    if _is_linked(candidate):
        raise UserError("is reached by a symbolic link, and is not written; name the file itself", path=candidate.shown)
    flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(candidate.path, flags)
        with os.fdopen(descriptor, "r+b") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode) or file.read() != before:
                raise UserError("has changed while it was judged, and is not written; run again", path=candidate.shown)
            file.seek(0)
            file.write(after)
            file.truncate()
    except OSError as error:
        why = (error.strerror or "an error").lower()
        raise UserError(f"cannot be written: {why}", path=candidate.shown) from None


def _is_linked(candidate: Candidate) -> bool:
    """Whether a symbolic link is on the way from the work tree, or from where the command runs, to the file."""
    named = Path(os.path.abspath(candidate.shown))  # noqa: PTH100 - lexical on purpose: the links are what is judged
    here = Path.cwd()
    root = here if named.is_relative_to(here) else tree_root(named.parent)
    while named not in (root, named.parent):
        if named.is_symlink():
            return True
        named = named.parent
    return False
