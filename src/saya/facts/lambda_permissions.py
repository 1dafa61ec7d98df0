"""The Lambda permissions of a template: whom each lets invoke which function, and by what.

A permission names one function or one alias, and does for no other. Source: Lambda guide, resource-based policies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from saya.facts.moves import Move
from saya.facts.targets import names_alias
from saya.facts.view import View
from saya.model.lambda_names import read_function_name
from saya.model.resolve import Place, TemplateResource
from saya.model.value import Absent, Reference, Text, Unknown
from saya.pattern import pattern
from saya.record import NamedTuple

PERMISSION = "AWS::Lambda::Permission"

_SUBJECTS = ("TopicArn", "LogGroupName")
"""Properties of a caller that name what the permission's SourceArn is: a subscription's topic, a filter's log group."""
_NAMES = ("Name", "BucketName", "RuleName")
"""Properties that give a caller the name in which its ARN ends."""
_TAIL = pattern(r"[^:/]+$")

_Key = tuple[object, ...]
_ANYBODY: _Key = ("anybody",)


class Permission(NamedTuple):
    """A permission for a function; `qualifier` is the alias or version that it is for. `broad`: it names no source."""

    declared: TemplateResource
    place: Place
    principal: str | None
    qualifier: Text | None
    broad: bool

    @property
    def move(self) -> Move:
        """That it is to name the alias instead."""
        property_ = ".".join(map(str, self.place.path))
        return Move(at=self.place.at.location, resource=self.declared.id, property=property_, change="replaced")


class Permissions:
    """The permissions of a template, by the function that they are for and by whom they let invoke it."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._known: dict[str, dict[_Key, list[Permission]]] | None = None

    def granted(self, function: str, caller: TemplateResource, principal: str | None) -> list[Permission]:
        """The permissions for a function (logical ID) without a qualifier that a caller has."""
        return [each for each in self._of(function, caller, principal) if each.qualifier is None]

    def covers_alias(self, function: str, alias: str, caller: TemplateResource, principal: str | None) -> bool:
        """Whether a caller may invoke an alias already."""
        uses = [use for use in self.view.aliases.get(function, ()) if use.alias.id == alias]
        permissions = self._of(function, caller, principal)
        return any(each.qualifier is not None and names_alias(each.qualifier, uses[0]) for each in permissions if uses)

    def _of(self, function: str, caller: TemplateResource, principal: str | None) -> list[Permission]:
        if self._known is None:
            self._known = defaultdict(lambda: defaultdict(list))
            for declared in self.view.resolver.of_type(PERMISSION):
                self._read(declared, self._known)
        known = self._known.get(function, {})
        keys = dict.fromkeys(self._keys_of(caller)) if known else {}
        found = [each for key in keys for each in known.get(key, ()) if each.principal == principal]
        return list({each.declared.id: each for each in found}.values())

    def _read(self, declared: TemplateResource, known: dict[str, dict[_Key, list[Permission]]]) -> None:
        resolver = self.view.resolver
        principal = resolver.option(declared, "Principal")[0].value
        name = principal.literal if isinstance(principal, Text) else None
        sources = [option.value for option in resolver.option(declared, "SourceArn")]
        keys = dict.fromkeys(key for value in sources for key in _source_keys(value))
        for place in resolver.places(declared, ("FunctionName",)):
            named = read_function_name(place.value) if isinstance(place.value, Text) else None
            functions = self.view.named(named.name) if named is not None else None
            if named is None or functions is None or isinstance(functions, Unknown):
                continue
            permission = Permission(declared, place, name, named.qualifier, _ANYBODY in keys)
            for _, function in functions:
                for key in keys:
                    known[function.id][key].append(permission)

    def _keys_of(self, caller: TemplateResource) -> Iterator[_Key]:
        """The keys under which a caller's permissions are."""
        yield _ANYBODY
        yield "resource", caller.id
        for name in _SUBJECTS:
            for option in self.view.resolver.option(caller, name):
                if isinstance(option.value, Text):
                    yield from _source_keys(option.value)
        for name in _NAMES:
            for option in self.view.resolver.option(caller, name):
                if isinstance(option.value, Text):
                    yield "name", str(option.value)


def _source_keys(value: object) -> Iterator[_Key]:
    """What a SourceArn names: resources of the template, else a text; nobody is anybody."""
    if value is Absent.NO_VALUE:
        yield _ANYBODY
    if not isinstance(value, Text) or value.unknown is not None:
        return
    names = resources_in(value)
    for name in names:
        yield "resource", name
    if not names:
        yield "text", value.key
        tail = _TAIL.search(str(value))
        if tail is not None:
            yield "name", tail[0]


def resources_in(text: Text) -> frozenset[str]:
    """The resources that a text refers to."""
    references = (reference for part in text.parts for reference in (part.expanded, part.hole))
    return frozenset(
        reference.name for reference in references if isinstance(reference, Reference) and reference.kind == "resource"
    )
