"""The forms in which a log group's ARN is written.

Source: CloudWatch Logs API, LogGroup.arn (ends in `:*`) and LogGroup.logGroupArn (does not); the name has no colon.
"""

from __future__ import annotations

import re
from typing import Literal

from saya.facts.types import Resource
from saya.facts.view import View
from saya.model.attributes import LOG_GROUP_TYPE
from saya.model.guard import Guard, both
from saya.model.value import Text
from saya.pattern import pattern
from saya.record import NamedTuple

Form = Literal["starred", "bare", "doubled", "infix"]

_ARN = pattern(
    r"arn:[^:]+:logs:(?P<region>[^:]*):(?P<account>[^:]*):(?P<resource>log-group:(?P<name>[^:]+)(?P<tail>:.*)?)",
    re.DOTALL,
)
_FORMS: dict[str, Form] = {"": "bare", ":*": "starred", ":*:*": "doubled"}


class LogGroupText(NamedTuple):
    """A log group's ARN as it is written.

    `form` is None where it is not the ARN of one group: of any (`log-group:*`), of a stream (`NAME:log-stream:STREAM`).
    `behind` is what follows the `:*` of an infix, where that is plain text.
    """

    name: Text
    tail: str
    form: Form | None
    behind: str | None = None
    region: Text = Text(())
    account: Text = Text(())


class NamedGroup(NamedTuple):
    """The log group that a name means: the resource, where it is one of the template, and how to speak of it.

    `here` says that the ARN is of this stack's region and account, so that it is no other group of that name.
    """

    resource: Resource | None
    label: str
    here: bool

    @property
    def meant(self) -> Resource | None:
        """The resource, where the ARN can only be its own."""
        return self.resource if self.here else None


def read_log_group_arn(text: Text) -> LogGroupText | None:
    """The log group that an ARN names, or None where the text has another shape."""
    match = _ARN.fullmatch(text.masked)
    if match is None:
        return None
    tail = match["tail"] or ""
    form = _FORMS.get(tail) or ("infix" if tail.startswith(":*:") else None)
    behind = text.slice(match.start("tail") + 2, match.end("tail")).literal if form == "infix" else None
    region, account, name = (text.slice(*match.span(part)) for part in ("region", "account", "name"))
    return LogGroupText(name, tail, None if match["name"] == "*" else form, behind, region, account)


class LogGroups:
    """The log groups of one template, found by reference or by name."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._names: dict[tuple[object, ...], list[tuple[Guard, str]]] = {}
        for declared in view.resolver.of_type(LOG_GROUP_TYPE):
            for option in view.resolver.option(declared, "LogGroupName"):
                guard = view.resolver.join(declared.guard, option.guard)
                if guard is not None and isinstance(option.value, Text) and option.value.unknown is None:
                    self._names.setdefault(option.value.key, []).append((guard, declared.id))

    def named(self, written: LogGroupText, guard: Guard) -> tuple[Guard, NamedGroup] | None:
        """The log group that an ARN means under a guard, and that guard joined with the group's own.

        None where the two contradict each other. A group that is only named, not referred to, counts where it exists
        whenever the ARN is used.
        """
        resolver, name, here = self._view.resolver, written.name, self._is_here(written)
        reference = name.reference
        declared = (
            resolver.resources.get(reference.name) if reference is not None and reference.kind == "resource" else None
        )
        if (
            declared is not None
            and reference is not None
            and reference.attribute is None
            and declared.type == LOG_GROUP_TYPE
        ):
            joined = resolver.join(guard, declared.guard)
            return None if joined is None else (joined, NamedGroup(self._view.resource(declared), declared.id, here))
        for needed, id_ in self._names.get(name.key, ()):
            if both(guard, needed) == guard:
                return guard, NamedGroup(self._view.resource(resolver.resources[id_]), str(name), here)
        elsewhere = self._view.meant(name)
        label = elsewhere.id if elsewhere is not None and elsewhere.type == LOG_GROUP_TYPE else str(name)
        return guard, NamedGroup(None, label, here)

    def _is_here(self, written: LogGroupText) -> bool:
        """Whether an ARN is of the region and the account that the stack is deployed to."""
        return self._is_own(written.region, "AWS::Region") and self._is_own(written.account, "AWS::AccountId")

    def _is_own(self, text: Text, name: str) -> bool:
        """Whether a text is a pseudo parameter, or what that is known to be."""
        reference = text.reference
        if reference is not None:
            return reference.kind == "pseudo" and reference.name == name
        return text.literal is not None and text.literal == self._view.resolver.pseudo(name)
