"""The flow on one page: paths -> sources -> text -> model -> facts -> judgement -> report.

With a base, `comparison` goes the same way for both revisions. A template that cannot be judged is a problem of the
report, and the others go on; so is one on which we fail.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from saya.errors import ConfigError, UserError
from saya.facts.collect import collect_changes, collect_facts
from saya.facts.types import Fact
from saya.findings import Report
from saya.inventory import invocations_of
from saya.judging import (
    INTERNAL,
    Rules,
    entry_of,
    find_deployments,
    judge_side,
    offer_fixes,
    problem_of_bug,
    problems_of,
    read_template,
    regions_of,
    silence,
    suppressions_of,
)
from saya.model.check import check_template
from saya.model.resolve import Resolver
from saya.model.template import load_template
from saya.nesting import Nestings, Parent, related
from saya.policy.language import Example
from saya.record import record, replace
from saya.selection import choose, load_configured
from saya.settings import CONFIG_PATH, Config, Synthesise
from saya.sources.attached import AttachedFiles
from saya.sources.base import Candidate, Deployment, Files
from saya.sources.workspace import PROGRAM_FILES, Folder, decode, find_candidates, path_below, read_bytes, tree_root
from saya.text.parse import parse
from saya.text.source import Source

if TYPE_CHECKING:
    from saya.assemblies import Programs
    from saya.sources.baseline import Baseline

__all__ = [
    "INTERNAL",
    "Progress",
    "Request",
    "Rules",
    "check",
    "example_facts",
    "find_root",
    "joined",
    "judge_bytes",
    "load_config",
    "make_request",
    "open_base",
    "problem_of_bug",
    "problems_of",
    "unmerged",
]


@record(kw_only=True)
class Request:
    """What is to be judged, and by what.

    Attributes:
        paths: files and folders.
        rules: what they are judged by.
        root: the root of the work tree.
        baseline: what they are compared with; None where every finding is new.
        without_base: why there is nothing to compare with although it was asked for: no finding has an age then.
        notices: what is to be said before all else.
        mode: whether programs that make templates are to be run.
        search: the folders that they are looked for in, as PATH has them.
        ours, never: what is known of the head, as in `saya.sources.permission.Trust`.
    """

    paths: tuple[str, ...]
    rules: Rules
    root: Path
    baseline: Baseline | None = None
    without_base: UserError | None = None
    notices: tuple[str, ...] = ()
    mode: Synthesise = "off"
    search: str = os.defpath
    ours: bool | None = None
    never: str = ""


@record(kw_only=True)
class Progress:
    """Who is told how far a run is, and of a bug of ours. Both do nothing unless somebody asks."""

    file: Callable[[int, str], None] = lambda _number, _path: None
    bug: Callable[[Exception], None] = lambda _error: None


def find_root(paths: Iterable[str]) -> Path:
    """The root of the work tree that the first path stands in; without one, the folder that the path is or lies in."""
    first = Path(os.path.realpath(next(iter(paths), ".")))  # what is no path is told where it is read
    return tree_root(first if os.path.isdir(first) else first.parent)  # noqa: PTH112 - False where nobody may look


def open_base(
    given: str, paths: tuple[str, ...], root: Path, *, merge_base: bool = False, regions: tuple[str, ...] = ()
) -> Baseline:
    """What `--base` names. Raises BaseUnavailableError where a deployed stack cannot be read, else UserError."""
    from saya.sources.baseline import open_document, open_path, open_revision
    from saya.sources.revision import read_base

    base = read_base(given, root)
    if merge_base and base.kind != "git":
        raise ConfigError(f"`{given}` has no merge base; that is for revisions")
    if base.kind == "git":
        return open_revision(base.name, root, merge_base=merge_base)
    if base.kind == "path":
        return open_path(base.name, paths)
    if len(paths) != 1 or len(regions) > 1:
        raise ConfigError(f"the base `{given}` is one stack in one region; name one template and at most one --region")
    from saya.aws.stacks import read_stack

    stack = read_stack(base.name, *regions)
    deployment = Deployment(stack.name, stack.region, stack.parameters, f"stack:{stack.name}")
    return open_document(f"stack:{stack.name}", stack.template, paths[0], deployment)


def load_config(root: Path, base: Files | None = None) -> Config:
    """The configuration of a work tree, or that of a base revision; the default one where it has none.

    Raises UserError.
    """
    path = root / CONFIG_PATH
    if base is not None:
        data, shown = base.read(CONFIG_PATH), f"{CONFIG_PATH} (in base)"
    else:
        shown = path.as_posix()
        data = read_bytes(Candidate(path, shown, named=True)) if _has_config(root, shown) else None
    if data is None:
        return Config()
    from saya.config_file import read_config

    return read_config(decode(data, shown))


def _has_config(root: Path, shown: str) -> bool:
    """Whether a work tree has a configuration. One in which nobody may look has none: it is told where it is read."""
    try:
        return os.access(root, os.X_OK) and (root / CONFIG_PATH).is_file()
    except OSError as error:
        raise ConfigError(f"cannot be read: {(error.strerror or 'unknown').lower()}", path=shown) from None


def unmerged(baseline: Baseline, config: Config, root: Path, directories: Iterable[str]) -> tuple[str, ...]:
    """A notice where head changes what base configures: the configuration, or the policies in its folders or these."""
    if not baseline.configures:
        return ()
    named = [root / entry.value for entry in config.policies] + list(map(Path, directories))
    folders = [below for path in named if (below := path_below(path, root)) is not None]
    changed = sorted(
        path
        for path in baseline.changed or ()
        if path == CONFIG_PATH or any(not folder or path.startswith(f"{folder}/") for folder in folders)
    )
    if not changed:
        return ()
    rest = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    return (f"{changed[0]}{rest}: what this change configures takes effect after it is merged",)


class Choices(Protocol):
    """What a user chose on the command line, or in the inputs of the action."""

    @property
    def paths(self) -> Sequence[str]: ...
    @property
    def policies(self) -> Sequence[str]: ...
    @property
    def select(self) -> Sequence[str]: ...
    @property
    def ignore(self) -> Sequence[str]: ...
    @property
    def region(self) -> Sequence[str]: ...
    @property
    def parameter(self) -> Sequence[tuple[str, str]]: ...
    @property
    def synthesise(self) -> Synthesise | None: ...


def make_request(
    choices: Choices,
    root: Path,
    baseline: Baseline | None = None,
    without_base: UserError | None = None,
    *,
    search: str = os.defpath,
    listing: bool = False,
) -> Request:
    """What a user asks for. Configuration and policies are those of base, where that configures. Raises UserError.

    Whether programs are run always is for the command line or base to say, never for the tree that they are in.
    `search` is where they are looked for, as PATH has it; `listing` says whether the report lists the invocations too.
    """
    base = baseline.files if baseline is not None and baseline.configures else None
    config = load_config(root, base)
    loaded = load_configured(config, root, choices.policies, base=base)
    rules = Rules(
        policies=choose(loaded, config, choices.select, choices.ignore),
        known=frozenset(policy.id for policy in loaded),
        today=date.today(),  # noqa: DTZ011 - a suppression ends where its reader is
        regions=tuple(choices.region),
        parameters=tuple(choices.parameter),
        config=config,
        listing=listing,
    )
    return Request(
        paths=tuple(choices.paths),
        rules=rules,
        root=root,
        baseline=baseline,
        without_base=without_base,
        mode=choices.synthesise or (config.synthesise if base is not None or config.synthesise == "off" else "auto"),
        search=search,
        notices=() if baseline is None else unmerged(baseline, config, root, choices.policies),
    )


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
    return replace(
        report,
        findings=tuple(replace(each, status="unknown") for each in report.findings),
        undecided=tuple(replace(each, status="unknown") for each in report.undecided),
        errors=(*problems_of(request.without_base, "--base"), *report.errors),
    )


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


def joined(reports: Iterable[Report]) -> Report:
    """What several reports say together."""
    reports = list(reports)
    return Report(
        templates=tuple(entry for report in reports for entry in report.templates),
        findings=tuple(entry for report in reports for entry in report.findings),
        undecided=tuple(entry for report in reports for entry in report.undecided),
        suppressed=tuple(entry for report in reports for entry in report.suppressed),
        resolved=tuple(entry for report in reports for entry in report.resolved),
        invocations=tuple(entry for report in reports for entry in report.invocations),
        errors=tuple(entry for report in reports for entry in report.errors),
        notices=tuple(entry for report in reports for entry in report.notices),
    )


def example_facts(example: Example, kinds: frozenset[str]) -> Iterator[Fact]:
    """The facts of a policy's example. Raises UserError where its template is none."""
    head = example_resolver(example, example.template)
    yield from collect_facts(head, kinds)
    if example.base is not None:
        base = example_resolver(example, example.base)
        yield from collect_changes(base, head, kinds, changed_files=None, folder="")


def example_resolver(example: Example, text: str) -> Resolver:
    """A template of an example, in the region and with the parameters that the example gives."""
    source = Source(example.at.path, text)
    return Resolver(load_template(parse(source), source), region=example.region, parameters=example.parameters)
