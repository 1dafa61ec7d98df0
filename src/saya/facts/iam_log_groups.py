"""Log groups as the Resource of IAM statements.

IAM compares the resource of a request with the statement's pattern as text. CloudWatch Logs asks for something behind
`log-group:NAME:` with most actions, and for `log-group:NAME` with the tagging ones, so a pattern of the other form
matches nothing.
Source: CloudWatch Logs API, LogGroup.arn; IAM user guide, wildcards in Resource.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Literal

from saya.facts.iam_statements import Statement, entries, statements
from saya.facts.log_group_arns import Form, LogGroups, NamedGroup, read_log_group_arn
from saya.facts.tables import LogGroupSeverity, log_group_iam_forms, log_group_wants_of
from saya.facts.view import View
from saya.model.resolve import Place, TemplateResource
from saya.model.value import Reference, Text
from saya.pattern import pattern
from saya.record import NamedTuple

Wants = Literal["starred", "bare", "either"]

_RESOURCE = pattern(r"arn:[^:]*:(?P<service>[^:]*):[^:]*:[^:]*:(?P<resource>.*)", re.DOTALL)
_ON_STREAMS = ("logs:putlogevents", "logs:getlogevents")
"""Actions on a stream, which the ARN of its group is not. Source: CloudWatch Logs, resource types of IAM policies."""
_ON_CREATION = ("logs:createloggroup",)
"""Actions before the group exists; both forms of its ARN are in use."""


class Grant(NamedTuple):
    """A log group's ARN in a statement: what its actions want, and what they are given."""

    declared: TemplateResource
    place: Place
    group: NamedGroup
    wants: Wants
    form: Form
    severity: LogGroupSeverity
    reported: str | None
    behind: str | None


class _Item(NamedTuple):
    """An item of `Resource`.

    `group` and `form` are None where it is not the ARN of one log group; `pattern` is what it matches behind the
    account.
    """

    place: Place
    group: NamedGroup | None
    form: Form | None
    pattern: str
    behind: str | None = None


def log_group_grants(view: View, groups: LogGroups) -> Iterator[Grant]:
    """The log groups that the template's IAM statements name, where the form of the ARN matters to the actions."""
    for statement in statements(view):
        actions = _actions(view, statement)
        if actions:
            yield from _grants(view, groups, statement, actions)


def _actions(view: View, statement: Statement) -> tuple[str, ...]:
    """The actions on log groups in all alternatives; `*` for one that is not decided."""
    values = [place.value for place in entries(view, statement, "Action")]
    texts = [(value.literal if isinstance(value, Text) else None) or "*" for value in values]
    lowered = (text.lower() for text in texts)
    return tuple(text for text in lowered if text.startswith(("logs:", "*")) and log_group_wants_of(text) is not None)


def _wanted(actions: tuple[str, ...]) -> Wants:
    """The one form that all the actions want; either for a mixture."""
    if any("*" in action for action in actions):
        return "either"
    wants = {log_group_wants_of(action) for action in actions if action not in _ON_CREATION} - {"either"}
    if wants == {"bare"}:
        return "bare"
    return "starred" if wants == {"starred"} else "either"


def _grants(view: View, groups: LogGroups, statement: Statement, actions: tuple[str, ...]) -> Iterator[Grant]:
    items = [_item(groups, place) for place in entries(view, statement, "Resource")]
    known = [item for item in items if item is not None]
    if len(known) < len(items):
        return  # what is not decided may be the other form of the same ARN
    wants = _wanted(actions)
    for item in known:
        group, form = item.group, item.form
        if group is None or form is None or (wants == "either" and form != "infix"):
            continue
        wanted: Wants = "starred" if wants == "either" else wants
        granted = form != wanted and _granted(group, wanted, known)
        if granted and form != "infix":
            continue
        severity, reported = _severity(form, wanted, actions)
        # An item that matches nothing is dead text where another one grants what it was meant to.
        severity = "note" if granted else severity
        yield Grant(statement.declared, item.place, group, wanted, form, severity, reported, item.behind)


def _item(groups: LogGroups, place: Place) -> _Item | None:
    """An item of `Resource`; None where the template does not decide it, or may choose any text."""
    text = place.value
    if not isinstance(text, Text) or text.unknown is not None:
        return None
    written = read_log_group_arn(text)
    if written is None:
        if text.reference is not None and text.reference.kind not in ("resource", "pseudo"):
            return None
        match = _RESOURCE.fullmatch(text.masked)
        return _Item(place, None, None, str(text.slice(*match.span("resource")) if match else text))
    named = groups.named(written, place.guard)
    if named is None:
        return _Item(place, None, None, "")
    guard, group = named
    form = None if written.form == "bare" and _may_be_wildcard(written.name) else written.form
    pattern = f"log-group:{_spelled(group)}{written.tail}"
    return _Item(place._replace(guard=guard), group, form, pattern, written.behind)


def _may_be_wildcard(name: Text) -> bool:
    """Whether a name ends in what the template does not decide, which may be a wildcard, or bring the `:*` with it."""
    hole = name.parts[-1].hole
    return hole is not None and not (isinstance(hole, Reference) and hole.kind == "resource")


def _spelled(group: NamedGroup) -> str:
    """One spelling for a log group of the template, whether referred to or named."""
    return f"${{{group.resource.id}}}" if group.resource is not None else group.label


def _granted(group: NamedGroup, wants: Wants, items: list[_Item]) -> bool:
    """Whether any item of the statement matches what the actions ask for of the group."""
    asked = f"log-group:{_spelled(group)}" + ("" if wants == "bare" else ":log-stream:stream")
    return any(fnmatchcase(asked, item.pattern) for item in items)


def _severity(form: Form, wants: Wants, actions: tuple[str, ...]) -> tuple[LogGroupSeverity, str | None]:
    row = log_group_iam_forms().get(form)
    if row is not None and (form == "infix" or wants == "starred"):
        return row.severity, row.reported
    # Only on a stream is the missing suffix beyond doubt; how strictly each group action is matched is not known.
    if form == "bare" and not any(action in _ON_STREAMS for action in actions):
        return "note", None
    return "warning", None
