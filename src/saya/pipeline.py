"""The flow on one page: paths -> sources -> text -> model -> facts -> judgement -> report.

With a base, `comparison` goes the same way for both revisions. A template that cannot be judged is a problem of the
report, and the others go on; so is one on which we fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from saya.errors import UserError
from saya.findings import Report
from saya.inventory import invocations_of
from saya.judging import (
    entry_of,
    find_deployments,
    judge_side,
    offer_fixes,
    read_template,
    regions_of,
    silence,
    suppressions_of,
)
from saya.model.check import check_template
from saya.nesting import Nestings, Parent, related
from saya.problems import problem_of_bug, problems_of
from saya.record import record, replace
from saya.reports import joined, unaged
from saya.sources.attached import AttachedFiles
from saya.sources.base import Candidate
from saya.sources.workspace import PROGRAM_FILES, Folder, find_candidates, read_bytes, tree_root

if TYPE_CHECKING:
    from saya.assemblies import Programs
    from saya.request import Request


@record(kw_only=True)
class Progress:
    """Who is told how far a run is, and of a bug of ours. Both do nothing unless somebody asks."""

    file: Callable[[int, str], None] = lambda _number, _path: None
    bug: Callable[[Exception], None] = lambda _error: None


def check(request: Request, progress: Progress) -> Report:
    """Judge every template that the paths hold, and compare it with base where there is one."""
    notices = Report(notices=request.notices)
    if request.baseline is not None:
        from saya.comparison import Comparison

        run = Comparison(
            request.paths,
            request.rules,
            request.baseline,
            request.root,
            tell=progress.file,
            tell_bug=progress.bug,
            programs=partial(_programs, request),
        )
        report = joined([notices, *run.reported()])
        return replace(report, base=request.baseline.name, head=request.baseline.head)
    report = joined([notices, *_judged(request, progress)])
    if request.without_base is None:
        return report
    return replace(unaged(report), errors=(*problems_of(request.without_base, "--base"), *report.errors))


def _programs(request: Request) -> Programs:
    from saya.assemblies import Programs  # most folders have none
    from saya.sources.permission import Trust, permit

    permission = permit(request.mode, Trust(ours=request.ours, never=request.never, search=request.search))
    return Programs(request.rules, permission, request.root, request.baseline)


def _judged(request: Request, progress: Progress) -> Iterator[Report]:
    programs: Programs | None = None
    candidates = list(find_candidates(request.paths))
    nestings = _nestings(candidates, request)
    for number, candidate in enumerate(candidates, start=1):
        if isinstance(candidate, UserError):
            yield Report(errors=problems_of(candidate))
            continue
        progress.file(number, candidate.shown)
        try:
            report = None
            if programs is not None and candidate.path in programs.told_of:
                continue
            if candidate.path.name in PROGRAM_FILES:
                programs = programs or _programs(request)
                report = programs.judge(*_place_of(candidate, request))
            yield judge_file(candidate, request, nestings) if report is None else report
        except UserError as error:
            yield Report(errors=problems_of(error, candidate.shown))
        except Exception as error:  # noqa: BLE001 - one template must not cost the others their report
            progress.bug(error)
            yield Report(errors=(problem_of_bug(error, candidate.shown),))


def _place_of(candidate: Candidate, request: Request) -> tuple[Folder, Path, str]:
    """The tree that a file stands in, its root, and the file's path in it."""
    inside = candidate.path.is_relative_to(request.root)
    root = request.root if inside else tree_root(candidate.path.parent)
    alone = root == candidate.path.parent and not (root / ".git").exists()
    if alone and candidate.path.name == "manifest.json":  # of an assembly, whose program stands above it
        root = next((each for each in root.parents if (each / "cdk.json").is_file()), root)
    return Folder(root), root, candidate.path.relative_to(root).as_posix()


def _nestings(candidates: list[Candidate | UserError], request: Request) -> Nestings:
    """Which of the templates are nested in which."""
    parents = []
    for candidate, data in related((each, each[1]) for each in _contents(candidates)):
        with suppress(UserError):  # it is told when the file is judged
            template = read_template(data, candidate.shown, [], named=False)
            if template is not None:
                root, path, regions = _place(candidate, request)
                parents.append(
                    Parent(files=Folder(root), path=path, shown=candidate.shown, regions=regions, template=template)
                )
    return Nestings(parents, request.rules)


def _contents(candidates: list[Candidate | UserError]) -> Iterator[tuple[Candidate, bytes]]:
    for candidate in candidates if len(candidates) > 1 else ():
        with suppress(UserError):
            if isinstance(candidate, Candidate):
                yield candidate, read_bytes(candidate)


def _place(candidate: Candidate, request: Request) -> tuple[Path, str, tuple[str, ...]]:
    """The root of the tree that a file stands in, its path from there, and the regions to judge it for."""
    inside = candidate.path.is_relative_to(request.root)
    root = request.root if inside else tree_root(candidate.path.parent)
    path = candidate.path.relative_to(root).as_posix()
    return root, path, regions_of(path if inside else None, request.rules)


def judge_file(candidate: Candidate, request: Request, nestings: Nestings | None = None) -> Report:
    """What is to be said of one file; nothing where it is no template. Raises UserError."""
    return judge_bytes(candidate, read_bytes(candidate), request, nestings)


def judge_bytes(candidate: Candidate, data: bytes, request: Request, nestings: Nestings | None = None) -> Report:
    """What is to be said of a file if these are its bytes. Raises UserError.

    `nestings` say where templates are nested, so that it is judged as its parents deploy it.
    """
    rules = request.rules
    problems: list[UserError] = []
    template = read_template(data, candidate.shown, problems, named=candidate.named)
    if template is None:
        return Report()
    root, path, regions = _place(candidate, request)
    files = Folder(root)
    deployments = find_deployments(files, path, candidate.shown, regions, rules, problems)
    attached = AttachedFiles(files, path, candidate.shown)
    side = (nestings or Nestings((), rules)).side(template, path, attached, deployments)
    problems.extend(check_template(template))
    judgement = judge_side(side, candidate.shown, rules)
    told = silence(judgement, *suppressions_of(side, rules), rules)
    again = partial(judge_side, name=candidate.shown, rules=rules)
    return Report(
        templates=(entry_of(side, candidate.shown),),
        findings=offer_fixes(told.findings, side, judgement, again, patches=False),
        suppressed=told.suppressed,
        undecided=judgement.undecided,
        invocations=invocations_of(side, candidate.shown, rules),
        errors=tuple(entry for problem in problems for entry in problems_of(problem, candidate.shown)),
        notices=tuple(map(str, told.notices)),
    )
