"""The flow on one page: paths -> sources -> text -> model -> facts -> judgement -> report.

A template that cannot be judged is a problem of the report, and the others go on; so is one on which we fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path

from saya.errors import ConfigError, ParseError, PolicySetError, UserError
from saya.facts.collect import collect_changes, collect_facts
from saya.facts.types import Fact
from saya.findings import Context, JudgedTemplate, Problem, Report, Undecided
from saya.model.check import check_template
from saya.model.resolve import Resolver
from saya.model.template import Template, load_template
from saya.policy.judge import Judgement, judge, merge_contexts
from saya.policy.language import Example, Policy
from saya.policy.suppress import Suppressions, suppress
from saya.policy.suppression_reader import read_suppressions
from saya.record import field, record, replace
from saya.settings import CONFIG_PATH, Config, read_config
from saya.sources.base import Candidate, Deployment
from saya.sources.cloudformation import has_resource_types, is_template, may_be_template
from saya.sources.sam import read_deployments
from saya.sources.workspace import decode, find_candidates, read_bytes, tree_root
from saya.text.parse import parse
from saya.text.source import Source

INTERNAL = "internal"
EVERY_POLICY = "*"


@record(kw_only=True)
class Request:
    """What is to be judged, and by what.

    Attributes:
        paths: files and folders.
        policies: those that judge.
        known: the IDs of all policies that were loaded, of which suppressions may speak.
        today: the day on which suppressions must hold.
        regions: the AWS Regions to judge for, instead of what samconfig.toml and the configuration say.
        parameters: parameter values, over those of samconfig.toml.
        config: the configuration; its regions are for templates below `root`.
        root: the root of the work tree.
    """

    paths: tuple[str, ...]
    policies: tuple[Policy, ...]
    known: frozenset[str]
    today: date
    regions: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    config: Config = field(default_factory=Config)
    root: Path


@record(kw_only=True)
class Progress:
    """Who is told how far a run is, and of a bug of ours. Both do nothing unless somebody asks."""

    file: Callable[[int, str], None] = lambda _number, _path: None
    bug: Callable[[Exception], None] = lambda _error: None


def find_root(paths: Iterable[str]) -> Path:
    """The root of the work tree that the first path stands in; without one, the folder that the path is or lies in."""
    first = Path(next(iter(paths), ".")).resolve()
    return tree_root(first if first.is_dir() else first.parent)


def load_config(root: Path) -> Config:
    """The configuration of a work tree; the default one where it has none. Raises UserError."""
    path = root / CONFIG_PATH
    if not path.is_file():
        return Config()
    shown = path.as_posix()
    return read_config(decode(read_bytes(Candidate(path, shown, named=True)), shown))


def check(request: Request, progress: Progress) -> Report:
    """Judge every template that the paths hold."""
    reports = []
    for number, candidate in enumerate(find_candidates(request.paths), start=1):
        if isinstance(candidate, UserError):
            reports.append(Report(errors=problems_of(candidate)))
            continue
        progress.file(number, candidate.shown)
        try:
            reports.append(judge_file(candidate, request))
        except UserError as error:
            reports.append(Report(errors=problems_of(error, candidate.shown)))
        except Exception as error:  # noqa: BLE001 - one template must not cost the others their report
            progress.bug(error)
            reports.append(Report(errors=(problem_of_bug(error, candidate.shown),)))
    return joined(reports)


def judge_file(candidate: Candidate, request: Request) -> Report:
    """What is to be said of one file; nothing where it is no template. Raises UserError."""
    problems: list[UserError] = []
    template = read_template(candidate, problems)
    if template is None:
        return Report()
    deployments = find_deployments(candidate, request, problems)
    problems.extend(check_template(template))
    judgement = judge_template(template, candidate.shown, deployments, request.policies)
    told = silence(template, judgement, request)
    judged = JudgedTemplate(
        path=candidate.shown,
        kind=template.kind,
        contexts=tuple(dict.fromkeys(map(context_of, deployments))),
        resources=len(template.resources.entries),
    )
    return Report(
        templates=(judged,),
        findings=told.findings,
        suppressed=told.suppressed,
        undecided=(*undecided_by_macros(template, judged.contexts), *judgement.undecided),
        errors=tuple(entry for problem in problems for entry in problems_of(problem, candidate.shown)),
        notices=tuple(map(str, told.notices)),
    )


def read_template(candidate: Candidate, problems: list[UserError]) -> Template | None:
    """The template that a file holds. None where it is none and nobody said so.

    Keys written twice are appended to `problems`. Raises UserError.
    """
    data = read_bytes(candidate)
    if not candidate.named and not may_be_template(data):
        return None
    duplicates: list[ParseError] = []
    try:
        source = decode(data, candidate.shown)
        root = parse(source, duplicates=duplicates)
    except ParseError:
        if candidate.named or has_resource_types(data):
            raise
        return None
    if not candidate.named and not is_template(root):
        return None
    problems.extend(duplicates)
    return load_template(root, source)


def find_deployments(candidate: Candidate, request: Request, problems: list[UserError]) -> tuple[Deployment, ...]:
    """How a template is deployed, each way once; one way of which nothing is known where nobody says."""
    try:
        deployments = read_deployments(candidate.path, candidate.shown) or (Deployment(),)
    except ConfigError as error:
        problems.append(error)
        deployments = (Deployment(),)
    regions = request.regions or configured_regions(candidate.path, request)
    if regions:
        deployments = tuple(replace(each, region=region) for each in deployments for region in regions)
    given = dict(request.parameters)
    if given:
        merged = [({**dict(each.parameters), **given}, each) for each in deployments]
        deployments = tuple(replace(each, parameters=tuple(parameters.items())) for parameters, each in merged)
    return tuple({(each.stack, each.region, each.parameters): each for each in deployments}.values())


def configured_regions(path: Path, request: Request) -> tuple[str, ...]:
    """The regions that the configuration gives for a template; the first pattern that matches decides."""
    if not request.config.regions or not path.is_relative_to(request.root):
        return ()
    below = path.relative_to(request.root).as_posix()
    return next((entry.regions for entry in request.config.regions if entry.match(below)), ())


def judge_template(
    template: Template, path: str, deployments: Iterable[Deployment], policies: tuple[Policy, ...]
) -> Judgement:
    """The judgement on a template over all the ways in which it is deployed."""
    kinds = frozenset(policy.kind for policy in policies)
    judgements = []
    for deployment in deployments:
        parameters = dict(deployment.parameters)
        resolver = Resolver(template, region=deployment.region, parameters=parameters, stack=deployment.stack)
        facts = collect_facts(resolver, kinds)
        judgements.append(judge(policies, facts, template=path, context=context_of(deployment)))
    return merge_contexts(judgements) if len(judgements) > 1 else judgements[0]


def silence(template: Template, judgement: Judgement, request: Request) -> Suppressions:
    """The findings without those that the template's author silenced."""
    suppressions, mistakes = read_suppressions(template.source, template.root, request.known)
    applied = {policy.id for policy in request.policies}
    told = suppress(
        judgement.findings, suppressions, today=request.today, undecided=judgement.undecided, applied=applied
    )
    return told._replace(notices=(*mistakes, *told.notices))


def context_of(deployment: Deployment) -> Context:
    """The context that a deployment is, for the report."""
    return Context(deployment.stack, deployment.region)


def undecided_by_macros(template: Template, contexts: tuple[Context, ...]) -> Iterator[Undecided]:
    """One entry for the template-level macros that Saya does not know: it is judged as written."""
    if template.macros:
        _, node = template.macros[0]
        names = " and ".join(f"`{name}`" for name, _ in template.macros)
        yield Undecided(
            policy=EVERY_POLICY,
            location=node.location,
            template=template.source.path,
            resource="",
            property="Transform",
            reasons=(f"the macro {names} may change the template, which is judged as written",),
            contexts=contexts,
            fingerprint=sha256(f"{template.source.path}\0Transform\0{names}".encode()).hexdigest()[:32],
        )


def joined(reports: Iterable[Report]) -> Report:
    """What several reports say together."""
    reports = list(reports)
    return Report(
        templates=tuple(entry for report in reports for entry in report.templates),
        findings=tuple(entry for report in reports for entry in report.findings),
        undecided=tuple(entry for report in reports for entry in report.undecided),
        suppressed=tuple(entry for report in reports for entry in report.suppressed),
        errors=tuple(entry for report in reports for entry in report.errors),
        notices=tuple(entry for report in reports for entry in report.notices),
    )


def problems_of(error: UserError, path: str = "") -> tuple[Problem, ...]:
    """A mistake of the user's as entries of the report; `path` is where it is, if it does not say so itself."""
    mistakes = error.problems if isinstance(error, PolicySetError) else (error,)
    return tuple(
        Problem(path=each.path or path, line=each.line, column=each.column, kind=each.kind, message=each.message)
        for each in mistakes
    )


def problem_of_bug(error: Exception, path: str) -> Problem:
    """A bug of ours, as an entry of the report."""
    told = str(error).partition("\n")[0][:200]
    return Problem(path=path, kind=INTERNAL, message=f"a bug in Saya: {type(error).__name__}: {told}")


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
