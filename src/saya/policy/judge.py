"""Judgement: policy and fact make a finding, an undecided entry, or nothing.

A *site* is a place that is configured once: a property of a resource. Its facts are alternatives of each other, of
which one holds in a deployment, so a site has one answer: the worst alternative that is true; else, where one is open,
undecided.

Facts at one property whose subjects differ are alternatives where their guards contradict each other (`Fn::If` between
two functions), and sites of their own where both can hold (two references in one string).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from saya.errors import TemplateError
from saya.facts.secret_names import is_secret_name
from saya.facts.types import KINDS, Fact, FunctionChange, SecretProperty
from saya.findings import SEVERITIES, Action, Context, Finding, PlannedDeployment, Related, Severity, Undecided
from saya.model.guard import ALWAYS, Guard
from saya.model.guard import both as joined
from saya.policy.alignment import align
from saya.policy.language import Path, Policy, RelatedTemplate
from saya.policy.operators import Open, Truth, both, holds, inverse, value_at
from saya.policy.values import values_of
from saya.policy.wording import choose, fill
from saya.record import NamedTuple, replace
from saya.text.source import Location

_KIND_OF = {type_: kind for kind, type_ in KINDS.items()}
_ENTANGLED = Open(("the conditions under which it would hold are too many to say whether they hold together",))
_RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}
HIDDEN = "******"
MOST_FACTS = 20_000
"""A template of 1 MB, which is what CloudFormation takes, has about half of them."""


class Ground(NamedTuple):
    """What a finding rests on: the facts of its site for which the policy holds, the one that is told first.

    Only of policies with fixes, which are made from it.
    """

    fingerprint: str
    policy: Policy
    facts: tuple[Fact, ...]


class Judgement(NamedTuple):
    """What policies say of facts, in the order of the file."""

    findings: tuple[Finding, ...]
    undecided: tuple[Undecided, ...]
    grounds: tuple[Ground, ...] = ()


def judge(policies: Sequence[Policy], facts: Iterable[Fact], *, template: str, context: Context) -> Judgement:
    """What `policies` say of the facts of one template, deployed in one context.

    `template` names the template in fingerprints: its path in the head, or a stack's construct path in an assembly.
    Raises TemplateError where there are more facts than any template that can be deployed has.
    """
    by_kind: dict[str, list[Fact]] = {}
    for number, fact in enumerate(facts):
        if number == MOST_FACTS:
            raise TemplateError(f"has more than {MOST_FACTS:,} places to judge; split it into several stacks")
        by_kind.setdefault(_KIND_OF[type(fact)], []).append(fact)
    findings: list[Finding] = []
    undecided: list[Undecided] = []
    grounds: list[Ground] = []
    sites = {kind: _sites(of_kind) for kind, of_kind in by_kind.items()}
    names = {kind: _Names(template, of_kind) for kind, of_kind in by_kind.items()}
    for policy in policies:
        for site in sites.get(policy.kind, ()):
            answer, held = _judge_site(policy, site, names[policy.kind], context)
            if isinstance(answer, Finding):
                findings.append(answer)
                if policy.fixes:
                    grounds.append(Ground(answer.fingerprint, policy, held))
            elif answer is not None:
                undecided.append(answer)
    return Judgement(tuple(sorted(findings, key=_order)), tuple(sorted(undecided, key=_order)), tuple(grounds))


def merge_contexts(judgements: Iterable[Judgement]) -> Judgement:
    """The judgements of several contexts as one: a finding true in several is one, with the highest of its severities.

    What is found in one context is not undecided for another.
    """
    judgements = tuple(align(judgements))
    findings: dict[str, Finding] = {}
    undecided: dict[str, Undecided] = {}
    for judgement in judgements:
        for finding in judgement.findings:
            known = findings.get(finding.fingerprint)
            findings[finding.fingerprint] = finding if known is None else _worse(known, finding)
        for entry in judgement.undecided:
            seen = undecided.get(entry.fingerprint)
            undecided[entry.fingerprint] = entry if seen is None else _undecided_in_both(seen, entry)
    left = [entry for fingerprint, entry in undecided.items() if fingerprint not in findings]
    return Judgement(
        tuple(sorted(findings.values(), key=_order)), tuple(sorted(left, key=_order)), _merged_grounds(judgements)
    )


def _merged_grounds(judgements: Iterable[Judgement]) -> tuple[Ground, ...]:
    found: dict[str, Ground] = {}
    for judgement in judgements:
        for ground in judgement.grounds:
            known = found.get(ground.fingerprint)
            facts = ground.facts if known is None else known.facts + ground.facts
            found[ground.fingerprint] = ground._replace(facts=facts)
    return tuple(found.values())


def fingerprint(policy: str, template: str, fact: Fact, occurrence: int = 1) -> str:
    """What a finding stays the same by, whatever moves around it: 32 hexadecimal digits.

    Policy, template, logical ID, property path with list items by identity, and subject; never a line number. Where
    several properties have all of these in common (two list items of one `Id`), the second and later ones in the order
    of the template have their number as well.
    """
    parts = (policy, template, fact.resource.id, fact.identity, fact.subject)
    number = () if occurrence == 1 else (str(occurrence),)
    return digest(*parts, *number)


def digest(*parts: str) -> str:
    """What stands for these texts in a fingerprint: 32 hexadecimal digits."""
    from hashlib import sha256  # costs every start; most templates have nothing to name

    if any("\0" in part for part in parts):
        parts = tuple(map(repr, parts))  # what stands for one list of texts stands for no other
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


class _Names:
    """The names of the findings of one template and one kind of fact: the template's, and their fingerprints."""

    def __init__(self, template: str, facts: Iterable[Fact]) -> None:
        self.template = template
        self._properties: dict[tuple[str, str, str], dict[str, int]] = {}
        for fact in facts:
            properties = self._properties.setdefault((fact.resource.id, fact.identity, fact.subject), {})
            properties.setdefault(fact.property, len(properties) + 1)

    def fingerprint(self, policy: Policy, fact: Fact) -> str:
        occurrence = self._properties[fact.resource.id, fact.identity, fact.subject][fact.property]
        return fingerprint(policy.id, self.template, fact, occurrence)


def _sites(facts: Iterable[Fact]) -> list[list[Fact]]:
    """Facts of one kind by site, in the order in which the sites first occur."""
    places: dict[tuple[str, str], _Place] = {}
    sites: list[list[Fact]] = []
    for fact in facts:
        place = places.setdefault((fact.resource.id, fact.property), _Place({}, []))
        number = place.number_for(fact, sites)
        if number is None:
            place.pure.setdefault(fact.subject, len(sites))
            if fact.guard != ALWAYS:
                place.conditional.append(len(sites))
            sites.append([fact])
            continue
        site = sites[number]
        site.append(fact)
        if fact.subject != site[0].subject:
            place.pure.pop(site[0].subject, None)
    return sites


class _Place(NamedTuple):
    """The sites of one property, by number: those of one subject alone, and those that begin under a condition.

    A thousand references in one string are a thousand sites; only those under conditions have to be compared.
    """

    pure: dict[str, int]
    conditional: list[int]

    def number_for(self, fact: Fact, sites: list[list[Fact]]) -> int | None:
        """The first site that a fact is an alternative of."""
        found = self.pure.get(fact.subject)
        for number in self.conditional if fact.guard != ALWAYS else ():
            if found is not None and number > found:
                break
            if all(other.subject == fact.subject or joined(other.guard, fact.guard) is None for other in sites[number]):
                return number
        return found


def _judge_site(
    policy: Policy, site: list[Fact], names: _Names, context: Context
) -> tuple[Finding | Undecided | None, tuple[Fact, ...]]:
    """What a policy says of a site, and the facts for which it holds, the one that is told first."""
    true: list[tuple[Severity, Fact]] = []
    open_: list[tuple[Open, Fact]] = []
    for fact in site:
        truth = _truth(policy, fact)
        if truth is True:
            true.append((_severity(policy, fact), fact))
        elif isinstance(truth, Open):
            open_.append((truth, fact))
    if true:
        severity, fact = min(true, key=lambda pair: (_RANK[pair[0]], pair[1].guard.terms))
        held = (fact, *(other for _, other in true if other is not fact))
        return _finding(policy, severity, fact, names, context), held
    if open_:
        fact = open_[0][1]
        reasons = tuple(dict.fromkeys(reason for truth, _ in open_ for reason in truth.reasons))
        return _undecided(policy, fact, reasons, names, context), ()
    return None, ()


def _truth(policy: Policy, fact: Fact) -> Truth:
    truth = holds(policy.where, fact)
    if truth is not False and policy.unless is not None:
        truth = both(truth, inverse(holds(policy.unless, fact)))
    return both(truth, _ENTANGLED) if truth is not False and fact.guard.undecided else truth


def _severity(policy: Policy, fact: Fact) -> Severity:
    """That of the first case that holds; where an earlier one is open, the mildest that is possible."""
    possible: list[Severity] = []
    for case in policy.severities:
        truth = holds(case.where, fact)
        if truth is not False:
            possible.append(case.severity)
        if truth is True:
            break
    else:
        possible.append(policy.severity)
    return max(possible, key=_RANK.__getitem__)


def _finding(policy: Policy, severity: Severity, fact: Fact, names: _Names, context: Context) -> Finding:
    message = choose(policy.report.message, fact) or policy.title
    advice = choose(policy.advice, fact)
    return Finding(
        policy=policy.id,
        severity=severity,
        message=fill(message, fact),
        values=values_of(fact, (message, advice or "")),
        location=_place(fact, policy.report.at),
        origins=fact.origins,
        template=names.template,
        resource=fact.resource.id,
        resource_type=fact.resource.type,
        property=fact.property,
        secret=isinstance(fact, SecretProperty),
        scenario=dict(fact.guard.conditions),
        parameters=_assumed(fact.guard),
        contexts=(context,),
        related=(
            *(related for each in policy.report.related if (related := _related(each, fact)) is not None),
            *(
                Related(place.at, place.message, place.resource, place.property, place.revision)
                for place in fact.related
            ),
        ),
        advice=None if advice is None else fill(advice, fact),
        plan=_plan(fact),
        fingerprint=names.fingerprint(policy, fact),
    )


def _plan(fact: Fact) -> tuple[PlannedDeployment, ...]:
    """The deployments that a change needs."""
    return tuple(
        PlannedDeployment(each.title, tuple(Action(action.message, action.resource) for action in each.actions))
        for each in (fact.plan if isinstance(fact, FunctionChange) else ())
    )


def _assumed(guard: Guard) -> dict[str, str]:
    """The parameter values that a guard assumes; that of a parameter which takes a secret is one."""
    return {name: HIDDEN if is_secret_name(name) else value for name, value in guard.parameters}


def _undecided(policy: Policy, fact: Fact, reasons: tuple[str, ...], names: _Names, context: Context) -> Undecided:
    return Undecided(
        policy=policy.id,
        location=_place(fact, policy.report.at),
        template=names.template,
        resource=fact.resource.id,
        property=fact.property,
        reasons=reasons,
        contexts=(context,),
        fingerprint=names.fingerprint(policy, fact),
    )


def _place(fact: Fact, path: Path) -> Location:
    """The place a path leads to; where the fact is used, if that place does not exist."""
    place = value_at(fact, path)
    return place if isinstance(place, Location) else fact.at


def _related(related: RelatedTemplate, fact: Fact) -> Related | None:
    place = value_at(fact, related.at)
    message = choose(related.message, fact)
    if not isinstance(place, Location) or message is None:
        return None
    owner = value_at(fact, related.at[:-1])
    if isinstance(owner, Fact):
        return Related(place, fill(message, fact), owner.resource.id, owner.property)
    return Related(place, fill(message, fact), str(getattr(owner, "id", "")))


def _worse(known: Finding, other: Finding) -> Finding:
    worst = other if _RANK[other.severity] < _RANK[known.severity] else known
    return replace(worst, contexts=_contexts(known.contexts, other.contexts))


def _undecided_in_both(known: Undecided, other: Undecided) -> Undecided:
    reasons = tuple(dict.fromkeys(known.reasons + other.reasons))
    return replace(known, reasons=reasons, contexts=_contexts(known.contexts, other.contexts))


def _contexts(one: tuple[Context, ...], other: tuple[Context, ...]) -> tuple[Context, ...]:
    return tuple(dict.fromkeys(one + other))


def _order(entry: Finding | Undecided) -> tuple[str, int, str]:
    return entry.location.path, entry.location.span.start, entry.policy
