"""One template of one revision: read, resolved in every way in which it is deployed, judged."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from saya.errors import ParseError, UserError
from saya.facts.changed_files import ChangedFiles
from saya.facts.collect import collect_changes, collect_facts
from saya.facts.types import Fact
from saya.findings import Context, Finding, JudgedTemplate, Problem
from saya.model.assembly import Nesting
from saya.model.exports import Export
from saya.model.resolve import Resolver
from saya.model.template import Template, load_template
from saya.policy.judge import Judgement, judge, merge_contexts
from saya.policy.language import Policy
from saya.policy.suppress import Suppression, Suppressions, suppress
from saya.policy.suppression_reader import read_suppressions
from saya.record import NamedTuple, field, record, replace
from saya.settings import Config
from saya.sources.attached import AttachedFiles
from saya.sources.base import Deployment, Files
from saya.sources.cloudformation import has_resource_types, is_template, may_be_template
from saya.sources.sam import read_deployments
from saya.sources.serverless import may_be_program, may_be_service
from saya.sources.workspace import SERVICE_PROGRAMS, decode
from saya.text.node import MappingNode, Node
from saya.text.parse import parse
from saya.text.source import Source
from saya.unseen import unseen

if TYPE_CHECKING:
    from saya.facts.layer_catalogue import HouseLayer

Exports = Callable[[str], tuple[Export, ...]]
"""What other templates export, by the name of the export."""


@record(kw_only=True)
class Rules:
    """What templates are judged by.

    Attributes:
        policies: those that judge.
        known: the IDs of all policies that were loaded, of which suppressions may speak.
        today: the day on which suppressions must hold.
        regions: the AWS Regions to judge for, instead of what samconfig.toml and the configuration say.
        parameters: parameter values, over those of samconfig.toml.
        config: the configuration.
        listing: whether the report lists the invocations too.
    """

    policies: tuple[Policy, ...]
    known: frozenset[str]
    today: date
    regions: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    config: Config = field(default_factory=Config)
    listing: bool = False

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of facts that the policies are for."""
        return frozenset(policy.kind for policy in self.policies)

    @property
    def house_layers(self) -> tuple[HouseLayer, ...]:
        """The layers that the configuration says more of than the catalogue."""
        if not self.config.layers:
            return ()
        from saya.facts.layer_catalogue import HouseLayer

        return tuple(HouseLayer(*layer) for layer in self.config.layers)


class Side(NamedTuple):
    """A template of one revision and the ways in which it is deployed, each with its values resolved lazily.

    `parents` are where it is nested, one for each deployment; often none. `exports` gives what other templates export.
    """

    template: Template
    deployments: tuple[Deployment, ...]
    resolvers: tuple[Resolver, ...]
    attached: AttachedFiles | None = None
    parents: tuple[Nesting | None, ...] = ()
    exports: Exports | None = None

    @property
    def contexts(self) -> tuple[Context, ...]:
        """The contexts that the deployments are, for the report, each once."""
        return tuple(dict.fromkeys(map(context_of, self.deployments)))


def read_template(data: bytes, shown: str, problems: list[UserError], *, named: bool) -> Template | None:
    """The template that a file holds. None where it is none and nobody said so.

    `named` says that somebody did. Keys written twice are appended to `problems`. Raises UserError.
    """
    if posixpath.basename(shown) in SERVICE_PROGRAMS:
        return _program_of(data, shown) if may_be_program(data) else None
    may_be = may_be_template(data), may_be_service(data)
    if not named and not any(may_be):
        return None
    duplicates: list[ParseError] = []
    try:
        source = decode(data, shown)
        root = parse(source, duplicates=duplicates)
    except ParseError:
        if named or has_resource_types(data):
            raise
        return None
    is_one = is_template(root)
    # A template to which somebody adds the keys of a service is still what CloudFormation is given.
    if may_be[1] and not is_one and (service := _service_of(root, source)) is not None:
        problems.extend(duplicates)
        return service
    if not named and not is_one:
        return None
    problems.extend(duplicates)
    return load_template(root, source)


def _program_of(data: bytes, shown: str) -> Template:
    """A service of the Serverless Framework that is a program."""
    from saya.model.serverless.program import load_program

    return load_program(decode(data, shown))


def _service_of(root: Node | None, source: Source, files: AttachedFiles | None = None) -> Template | None:
    """The template that a service of the Serverless Framework becomes; None where the file is none."""
    from saya.model.serverless.service import is_service, load_service  # most files are none

    return load_service(root, source, files) if isinstance(root, MappingNode) and is_service(root) else None


def find_deployments(
    files: Files, path: str, shown: str, regions: tuple[str, ...], rules: Rules, problems: list[UserError]
) -> tuple[Deployment, ...]:
    """How a template is deployed, each way once; one way of which nothing is known where nobody says.

    `path` is the template's among the `files` of its revision; `regions`, where there are any, go before what
    samconfig.toml says.
    """
    try:
        deployments = read_deployments(files, path, shown, problems) or (Deployment(),)
    except UserError as error:
        problems.append(error)
        deployments = (Deployment(),)
    if regions:
        deployments = tuple(replace(each, region=region) for each in deployments for region in regions)
    return with_parameters(deployments, rules.parameters)


def with_parameters(
    deployments: tuple[Deployment, ...], parameters: tuple[tuple[str, str], ...]
) -> tuple[Deployment, ...]:
    """The deployments with parameter values over their own, each once."""
    given = dict(parameters)
    if given:
        merged = [({**dict(each.parameters), **given}, each) for each in deployments]
        deployments = tuple(replace(each, parameters=tuple(values.items())) for values, each in merged)
    return tuple({(each.stack, each.region, each.parameters): each for each in deployments}.values())


def regions_of(path: str | None, rules: Rules) -> tuple[str, ...]:
    """The regions to judge a template for: those given, else those that the configuration has for its path.

    `path` is relative to the root of the work tree, None outside of it; the first pattern that matches decides.
    """
    if rules.regions or path is None:
        return rules.regions
    return next((entry.regions for entry in rules.config.regions if entry.match(path)), ())


def make_side(
    template: Template,
    deployments: tuple[Deployment, ...],
    attached: AttachedFiles | None = None,
    parents: tuple[Nesting | None, ...] = (),
    exports: Exports | None = None,
) -> Side:
    """A template as it is deployed, with the files that it names, where it is nested and what others export."""
    if template.kind == "serverless":
        template, deployments = _deployed_service(template, deployments, attached)
    resolvers = (
        Resolver(
            template,
            region=each.region,
            account=each.account,
            parameters=dict(each.parameters),
            stack=each.stack,
            files=attached,
            parent=parent,
            exports=exports,
        )
        for each, parent in zip(deployments, parents or (None,) * len(deployments), strict=True)
    )
    return Side(template, deployments, tuple(resolvers), attached, parents, exports)


def _deployed_service(
    template: Template, deployments: tuple[Deployment, ...], attached: AttachedFiles | None
) -> tuple[Template, tuple[Deployment, ...]]:
    """A service with the files that its variables name, deployed as it says itself where nobody says otherwise."""
    if posixpath.basename(template.source.path) in SERVICE_PROGRAMS:
        from saya.model.serverless.program import load_program

        service = load_program(template.source, attached)
    else:
        from saya.model.serverless.service import load_service

        service = load_service(template.written, template.source, attached)
    own = (
        replace(each, stack=each.stack or service.stack, region=each.region or service.region) for each in deployments
    )
    return service, tuple(own)


def _facts_of(resolver: Resolver, rules: Rules) -> Iterator[Fact]:
    return collect_facts(resolver, rules.kinds, rules.house_layers)


def judge_side(side: Side, name: str, rules: Rules) -> Judgement:
    """The judgement on a template over all the ways in which it is deployed. `name` is its path in head."""
    judgements = []
    for deployment, resolver in zip(side.deployments, side.resolvers, strict=True):
        context = context_of(deployment)
        judgements.append(judge(rules.policies, _facts_of(resolver, rules), template=name, context=context))
        judgements.append(Judgement((), tuple(unseen(resolver, name, context))))
    return merge_contexts(judgements)


def judge_change(base: Side, head: Side, name: str, rules: Rules, files: ChangedFiles) -> Judgement:
    """The judgement on the way from base to head of one template."""
    judgements = []
    for index, (deployment, resolver) in enumerate(zip(head.deployments, head.resolvers, strict=True)):
        before = base.resolvers[_counterpart(deployment, index, base.deployments, len(head.deployments))]
        facts = collect_changes(
            before, resolver, rules.kinds, changed_files=files.paths, folder=files.folder, renames=files.renames
        )
        judgements.append(judge(rules.policies, facts, template=name, context=context_of(deployment)))
    return merge_contexts(judgements)


def _counterpart(deployment: Deployment, index: int, others: tuple[Deployment, ...], count: int) -> int:
    """Which deployment of the other revision this is: of its stack and region; else one to one; else the first."""
    for number, other in enumerate(others):
        if (other.stack, other.region) == (deployment.stack, deployment.region):
            return number
    return index if len(others) == count else 0


def suppressions_of(side: Side, rules: Rules) -> tuple[list[Suppression], list[Problem]]:
    """The suppressions that a template's author wrote, and what is wrong with those that have no effect."""
    found, problems = read_suppressions(side.template.source, side.template.written, rules.known)
    for source, root in _attached_documents(side):
        more, mistakes = read_suppressions(source, root, rules.known)
        found, problems = [*found, *more], [*problems, *mistakes]
    return found, problems


def _attached_documents(side: Side) -> Iterator[tuple[Source, Node | None]]:
    """The files beside a template that were read for it and may hold suppressions."""
    for source in side.attached.sources if side.attached is not None else ():
        if "saya" in source.text:
            try:
                root = parse(source, duplicates=[])
            except ParseError:
                continue
            if not is_template(root):  # a nested template is judged by itself
                yield source, root


def silence(
    judgement: Judgement, suppressions: list[Suppression], mistakes: list[Problem], rules: Rules
) -> Suppressions:
    """The findings without those that are silenced."""
    applied = {policy.id for policy in rules.policies}
    told = suppress(judgement.findings, suppressions, today=rules.today, undecided=judgement.undecided, applied=applied)
    return told._replace(notices=(*mistakes, *told.notices))


def offer_fixes(
    findings: tuple[Finding, ...],
    side: Side,
    judgement: Judgement,
    again: Callable[[Side], Judgement],
    *,
    patches: bool = True,
) -> tuple[Finding, ...]:
    """The findings with the fixes that are proved. `judgement` is that on `side`; `again` judges a copy alike.

    Without `patches` those are not looked for that are only shown: for a review, which has few findings, and new ones.
    """
    new = {each.fingerprint for each in findings if each.status != "existing"}
    if side.template.kind == "serverless" or not any(ground.fingerprint in new for ground in judgement.grounds):
        return findings
    from saya.fixes.mend import mend  # most runs find nothing to mend
    from saya.fixes.prove import Judged

    def judge_copy(template: Template) -> Judged:
        copy = make_side(template, side.deployments, side.attached, side.parents, side.exports)
        return Judged(template, copy.resolvers, again(copy))

    return mend(findings, Judged(side.template, side.resolvers, judgement), judge_copy, patches=patches)


def context_of(deployment: Deployment) -> Context:
    """The context that a deployment is, for the report."""
    return Context(deployment.stack, deployment.region)


def entry_of(side: Side, shown: str) -> JudgedTemplate:
    """What the report says of a template that was judged."""
    resources = len(side.template.resources.entries)
    return JudgedTemplate(path=shown, kind=side.template.kind, contexts=side.contexts, resources=resources)
