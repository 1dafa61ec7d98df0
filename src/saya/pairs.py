"""A template of head beside what it was in base."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable

from saya.errors import UserError
from saya.facts.changed_files import ChangedFiles, Renames
from saya.findings import Finding, Problem, Report, Suppressed
from saya.inventory import invocations_of
from saya.judging import (
    Rules,
    Side,
    entry_of,
    find_deployments,
    judge_change,
    judge_side,
    make_side,
    offer_fixes,
    silence,
    suppressions_of,
    with_parameters,
)
from saya.model.check import check_template
from saya.model.template import Template
from saya.nesting import Nestings
from saya.policy.age import NO_SILENCE, Silence, aged, is_added, mended, silence_of
from saya.policy.judge import Judgement, merge_contexts
from saya.policy.moved import renamed_resources
from saya.policy.suppress import Suppressions
from saya.problems import problems_of
from saya.record import record, replace
from saya.sources.attached import AttachedFiles
from saya.sources.base import Deployment, Files
from saya.sources.baseline import Baseline

NOTHING = Judgement((), ())


@record(kw_only=True)
class Opened:
    """A template of one revision.

    Attributes:
        files: the files of its revision.
        path: its path among them.
        shown: the path as the user would write it.
        regions: the AWS Regions that it is to be judged for, whatever samconfig.toml says; often none.
        template: what it holds.
        problems: what is wrong with it, as far as it can be judged all the same.
        construct: the construct path of the stack that it is, where a program made it.
        deployments: how it is deployed, where what made it says so.
        nestings: which templates of its revision are nested in which.
        hidden: a folder beside it that is taken not to be there.
    """

    files: Files
    path: str
    shown: str
    regions: tuple[str, ...]
    template: Template
    problems: list[UserError]
    construct: str = ""
    deployments: tuple[Deployment, ...] | None = None
    nestings: Nestings | None = None
    hidden: str = ""

    @property
    def name(self) -> str:
        """What its findings are known by, whatever file they stand in."""
        return self.construct or self.shown

    @property
    def attached(self) -> AttachedFiles:
        """The files that it names, in its revision."""
        return AttachedFiles(self.files, self.path, self.shown, hidden=self.hidden)


@record(kw_only=True)
class Before:
    """What base says of a template: all that it finds, what it silences, and the template as it is deployed."""

    judgement: Judgement = NOTHING
    silence: Silence = NO_SILENCE
    side: Side | None = None


def judge_pair(head: Opened, base: Opened | None, baseline: Baseline, rules: Rules, *, alike: bool) -> Report:
    """What is to be said of a template of head; `base` is what it was, None where it is new.

    `alike` says that both have the same content.
    """
    head, base, told_first = _seen_alike(head, base, baseline)
    problems = [*head.problems, *check_template(head.template)]
    side = _side(head, _head_deployments(head, baseline, rules, problems))
    own = judge_side(side, head.name, rules)
    before = Before() if base is None else _before(base, baseline, rules, (side, own) if alike else None, head.name)
    renamed = {} if base is None or alike else _renamed(base, head, before.judgement, own)
    judgement = aged(own, before.judgement, renamed)
    if before.side is not None:
        judgement = _with_changes(judgement, before.side, side, _changed_files(head, base, baseline), head.name, rules)
    suppressions, mistakes = suppressions_of(side, rules)
    told = silence(judgement, suppressions, mistakes, rules)
    findings, suppressed, notices = _marked(told, before.silence, rules)

    def again(copy: Side) -> Judgement:
        judged = judge_side(copy, head.name, rules)
        if before.side is None:
            return judged
        return _with_changes(judged, before.side, copy, _changed_files(head, base, baseline), head.name, rules)

    return Report(
        templates=(entry_of(side, head.shown),),
        findings=offer_fixes(findings, side, judgement, again) if head.template.made_by is None else findings,
        undecided=judgement.undecided,
        suppressed=suppressed,
        resolved=mended(before.judgement, judgement, before.silence.findings, renamed),
        invocations=invocations_of(side, head.shown, rules),
        errors=tuple(_problems(problems, head, base, baseline, alike=alike)),
        notices=(*told_first, *notices),
    )


def _seen_alike(head: Opened, base: Opened | None, baseline: Baseline) -> tuple[Opened, Opened | None, tuple[str, ...]]:
    """Two states of a service, both as they are written where only one of them lies there packaged, and a notice of
    that: else all that plugins add would be new. A package that is committed is what its author says that it is.
    """
    if "serverless" not in (head.template.kind, base.template.kind if base is not None else ""):
        return head, base, ()
    from saya.model.serverless.package import FOLDER, is_packaged

    folder = posixpath.join(posixpath.dirname(head.path), FOLDER)
    if is_packaged(head.attached) and baseline.committed is not None and any(baseline.committed.below(folder)):
        told = f"{head.shown}: judged as it is written, as its package is committed, and may be of another state"
        return replace(head, hidden=FOLDER), base and replace(base, hidden=FOLDER), (told,)
    if base is None or is_packaged(head.attached) == is_packaged(base.attached):
        return head, base, ()
    which = "base" if is_packaged(head.attached) else "head"
    told = f"{head.shown}: judged as it is written, as {which} has no package of it to compare with"
    return replace(head, hidden=FOLDER), replace(base, hidden=FOLDER), (told,)


def _renamed(base: Opened, head: Opened, before: Judgement, after: Judgement) -> dict[str, str]:
    """The resources that head has under another logical ID, where that can make a difference: where something is said
    of head alone, and something of base alone.
    """
    said, says = (
        {each.fingerprint for each in side.findings} | {each.fingerprint for each in side.undecided}
        for side in (before, after)
    )
    return renamed_resources(base.template, head.template) if said - says and says - said else {}


def judge_alone(head: Opened, rules: Rules) -> Report:
    """What is to be said of a template that a program made, with nothing to compare it with. It has no fixes: what
    would be changed is made anew.
    """
    problems = [*head.problems, *check_template(head.template)]
    deployments = with_parameters(head.deployments or (Deployment(),), rules.parameters)
    side = _side(head, deployments)
    judgement = judge_side(side, head.name, rules)
    told = silence(judgement, *suppressions_of(side, rules), rules)
    return Report(
        templates=(entry_of(side, head.shown),),
        findings=told.findings,
        undecided=judgement.undecided,
        suppressed=told.suppressed,
        invocations=invocations_of(side, head.shown, rules),
        errors=tuple(entry for problem in problems for entry in problems_of(problem, head.shown)),
        notices=tuple(map(str, told.notices)),
    )


def resolved(base: Opened, baseline: Baseline, rules: Rules) -> Report:
    """What is mended because a template of base is no more."""
    side = _side(base, _base_deployments(base, baseline, rules))
    judgement = judge_side(side, base.name, rules)
    suppressions, _ = suppressions_of(side, rules)
    silenced = silence_of(judgement.findings, suppressions, rules.today)
    return Report(resolved=mended(judgement, NOTHING, silenced.findings))


def _before(base: Opened, baseline: Baseline, rules: Rules, alike: tuple[Side, Judgement] | None, name: str) -> Before:
    """What base says; `alike` is head of the same content, which holds for base where it is deployed alike, too."""
    deployments = _base_deployments(base, baseline, rules)
    if alike is not None and alike[0].deployments == deployments and _named_alike(alike[0], base):
        side, judgement = alike
    else:
        side = _side(base, deployments)
        judgement = judge_side(side, name, rules)
    suppressions, _ = suppressions_of(side, rules)
    return Before(judgement=judgement, silence=silence_of(judgement.findings, suppressions, rules.today), side=side)


def _side(opened: Opened, own: tuple[Deployment, ...]) -> Side:
    """A template as its parents deploy it, or else in the ways of its `own`."""
    if opened.nestings is None:
        return make_side(opened.template, own, opened.attached)
    return opened.nestings.side(opened.template, opened.path, opened.attached, own)


def _named_alike(head: Side, base: Opened) -> bool:
    """Whether the files that a template names are in base what they are in head. Of its parents nobody knows, nor of
    what it imports.
    """
    if head.exports is not None and "ImportValue" in head.template.source.text:
        return False
    return not head.parents and (head.attached is None or head.attached.same_in(base.files, base.path))


def _with_changes(
    judgement: Judgement, before: Side, after: Side, files: ChangedFiles, name: str, rules: Rules
) -> Judgement:
    """The judgement with what is to be said of the way from base to head, which is new whatever base has."""
    if before is after and not files.paths:
        return judgement
    change = judge_change(before, after, name, rules, files)
    if change == NOTHING:
        return judgement
    both = merge_contexts([change, judgement])
    new = {each.fingerprint for each in change.findings}
    findings = (replace(each, status="new") if each.fingerprint in new else each for each in both.findings)
    return both._replace(findings=tuple(findings))


def _changed_files(head: Opened, base: Opened | None, baseline: Baseline) -> ChangedFiles:
    """The files that differ between the revisions, as the template of head may name them."""

    def same(path: str, old: str) -> bool:
        try:
            data = head.files.read(path)
        except UserError:
            return False  # nobody can tell, so that it counts as changed
        return data is not None and baseline.files.holds(old, data)

    folder = None if base is None else posixpath.dirname(base.path)
    renames = Renames(folder, baseline.renamed, baseline.files.below, same)
    return ChangedFiles(baseline.changed, posixpath.dirname(head.path), renames)


def _head_deployments(
    head: Opened, baseline: Baseline, rules: Rules, problems: list[UserError]
) -> tuple[Deployment, ...]:
    """How head is deployed: where base is a stack, as that stack, with its parameters below those that head gives."""
    if head.deployments is not None:
        return with_parameters(head.deployments, rules.parameters)
    deployments = find_deployments(head.files, head.path, head.shown, head.regions, rules, problems)
    stack = baseline.deployment
    if stack is None:
        return deployments
    same = [each for each in deployments if each.stack == stack.stack and each.region in (None, stack.region)]
    known = dict(stack.parameters)
    declared = tuple((name, known[name]) for name in head.template.parameters if name in known)
    own = same[0].parameters if same else rules.parameters
    return with_parameters((replace(stack, parameters=declared),), own)


def _base_deployments(base: Opened, baseline: Baseline, rules: Rules) -> tuple[Deployment, ...]:
    if baseline.deployment is not None:
        return (baseline.deployment,)
    if base.deployments is not None:
        return with_parameters(base.deployments, rules.parameters)
    return find_deployments(base.files, base.path, base.shown, base.regions, rules, [])


def _marked(
    told: Suppressions, base: Silence, rules: Rules
) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...], tuple[str, ...]]:
    """Findings, suppressed ones and notices: head's own suppressions are marked, or void where base alone silences."""
    suppressed = [replace(each, added_by_head=is_added(each, base)) for each in told.suppressed]
    notices = tuple(map(str, told.notices))
    if rules.config.suppressions == "head":
        return told.findings, tuple(suppressed), notices
    void = [each for each in suppressed if each.added_by_head]
    findings = sorted((*told.findings, *(each.finding for each in void)), key=lambda each: each.location.span)
    notices += tuple(
        f"{each.location.path}:{each.location.start_line}: this suppression of {each.policy} has no effect before it "
        "is merged, by `suppressions: base`"
        for each in void
    )
    return tuple(findings), tuple(each for each in suppressed if not each.added_by_head), notices


def _problems(
    problems: Iterable[UserError], head: Opened, base: Opened | None, baseline: Baseline, *, alike: bool
) -> Iterable[Problem]:
    """The problems of a template and of the samconfig.toml beside it. Those exist already that base has as often, and
    those of unchanged files.
    """
    known = _known_problems(base) if problems and base is not None and not alike else Counter()
    for problem in problems:
        if problem.path in (None, head.shown):
            told = _without_lines(problem)
            same = alike or known[told] > 0
            known[told] -= 1
        else:
            beside = posixpath.join(posixpath.dirname(head.path), posixpath.basename(problem.path or ""))
            data = head.files.read(beside)
            same = data is not None and baseline.files.holds(beside, data)
        for entry in problems_of(problem, head.shown):
            yield replace(entry, status="existing") if same else entry


def _known_problems(base: Opened) -> Counter[str]:
    """What is wrong with a template of base that is judged all the same, and how often."""
    return Counter(_without_lines(each) for each in (*base.problems, *check_template(base.template)))


def _without_lines(problem: UserError) -> str:
    return re.sub(r"\bline \d+", "", problem.message)
