"""Where the template gives a log group's ARN to a property or an IAM statement: the form given, and the form wanted.

The properties are data (`data/log-group-arns.yml`); `iam_statements` reads the policy documents.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from saya.facts.iam_log_groups import Grant, log_group_grants
from saya.facts.log_group_arns import LogGroups, read_log_group_arn
from saya.facts.tables import Condition, LogGroupSite, log_group_sites
from saya.facts.types import LogGroupArn
from saya.facts.view import View, identity_of
from saya.model.guard import Guard
from saya.model.references import reason_of
from saya.model.resolve import Place, TemplateResource
from saya.model.value import Given, Text, Unknown, always

_EXCLUSIVE = "LogGroupArn"
"""In the name of a property that takes nothing but a log group's ARN; others (`DestinationArn`) take other ARNs too."""


def collect(view: View) -> Iterator[LogGroupArn]:
    """The log group ARNs of the template, each alternative one fact."""
    groups = LogGroups(view)
    for type_, sites in log_group_sites().items():
        for declared in view.resolver.of_type(type_):
            for site in sites:
                yield from _site_facts(view, groups, declared, site)
    for grant in log_group_grants(view, groups):
        yield _grant_fact(view, grant)


def _site_facts(view: View, groups: LogGroups, declared: TemplateResource, site: LogGroupSite) -> Iterator[LogGroupArn]:
    for place in view.resolver.places(declared, site.path):
        for guard in _admitted(view, site.conditions, place):
            fact = _site_fact(view, groups, declared, site, place._replace(guard=guard))
            if fact is not None:
                yield fact


def _admitted(view: View, conditions: tuple[Condition, ...], place: Place) -> Iterator[Guard]:
    """The guards under which a row's conditions hold; what does not decide them says nothing."""
    guards = [place.guard]
    for condition in conditions:
        parent = next((mapping for length, mapping in place.parents if length == condition.place.depth), None)
        if parent is None:
            return
        given = Given(always(parent), parent.node)
        beside = [inner for inner in view.resolver.walk(given, condition.place.keys) if isinstance(inner.value, Text)]
        admitted = [
            inner.guard for inner in beside if isinstance(inner.value, Text) and condition.admits(inner.value.masked)
        ]
        joined = [view.resolver.join(guard, other) for guard in guards for other in admitted]
        guards = [guard for guard in joined if guard is not None]
    yield from guards


def _site_fact(
    view: View, groups: LogGroups, declared: TemplateResource, site: LogGroupSite, place: Place
) -> LogGroupArn | None:
    columns: dict[str, Any] = {
        "wants": site.wants,
        "severity": site.severity,
        "context": "property",
        "reported": site.reported,
    }
    written = read_log_group_arn(place.value) if isinstance(place.value, Text) else None
    if written is None:
        reason = _undecided(site, place)
        if reason is None:
            return None
        label = str(place.value) if isinstance(place.value, Text) else ""
        return LogGroupArn(
            **view.fields(declared, place), log_group=None, log_group_name=label, form=reason, behind=None, **columns
        )
    named = groups.named(written, place.guard)
    if named is None or written.form is None:
        return None
    guard, group = named
    fields = _fields(view, declared, place._replace(guard=guard), group.label)
    return LogGroupArn(
        **fields,
        log_group=group.meant,
        log_group_name=group.label,
        form=written.form,
        behind=written.behind,
        **columns,
    )


def _undecided(site: LogGroupSite, place: Place) -> Unknown | None:
    """Why the form of a value is not decided, where it can be nothing but a log group's ARN and its form matters."""
    name = next(step for step in reversed(site.path) if step != "[]")
    if _EXCLUSIVE not in name or site.severity == "none" or site.wants == "either":
        return None
    if isinstance(place.value, Unknown):
        return place.value
    if not isinstance(place.value, Text) or place.value.literal is not None:
        return None
    # `${Arn}:*`: the author has put the suffix where it is to be.
    return reason_of(place.value) if not place.value.masked.endswith(":*") else None


def _grant_fact(view: View, grant: Grant) -> LogGroupArn:
    return LogGroupArn(
        **_fields(view, grant.declared, grant.place, grant.group.label),
        log_group=grant.group.meant,
        log_group_name=grant.group.label,
        wants=grant.wants,
        form=grant.form,
        behind=grant.behind,
        severity=grant.severity,
        context="iam_statement",
        reported=grant.reported,
    )


def _fields(view: View, declared: TemplateResource, place: Place, label: str) -> dict[str, Any]:
    identity = identity_of(view.resolver, place)
    if isinstance(place.path[-1], int):
        identity = f"{identity.rpartition('.')[0]}.{label}"
    return view.fields(declared, place, subject=label, identity=identity)
