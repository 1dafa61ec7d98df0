"""Which function a value names, how it is qualified, and what alias it goes through or around."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from saya.facts.types import Alias, Function, Qualifier
from saya.facts.view import AliasUse, View
from saya.model.guard import ALWAYS, Guard
from saya.model.lambda_names import FunctionName, read_function_name, read_invoke_uri
from saya.model.references import reason_of
from saya.model.value import Reference, Text, Unknown, Value
from saya.pattern import pattern

LATEST = "$LATEST"
PUBLISHED = "$LATEST.PUBLISHED"
_STAGE_VARIABLE = pattern(r"\$\{stageVariables\.(\w+)\}")


class Target(NamedTuple):
    """A function that a value names under a guard; `function` is None where it is of another stack. `complete`: it has
    the shape of a function's ARN, so that it is a function even where the template does not decide which.
    """

    guard: Guard
    function: Function | Unknown | None
    qualifier: Qualifier | Unknown
    bypasses: Alias | None = None
    through: Alias | None = None
    complete: bool = False


def read_targets(view: View, value: Value, form: str, *, qualifier: Value | None = None) -> Iterator[Target]:
    """The function that a value names, joined with the aliases that matter to it.

    `form` is the site's `value` column; `qualifier` the value of a property that holds the qualifier apart. A value
    that has another shape names no function, and gives nothing.
    """
    if isinstance(value, Unknown):
        yield Target(ALWAYS, value, value)
        return
    if not isinstance(value, Text):
        return
    text = read_invoke_uri(value) if form in ("invoke-uri", "arn-or-invoke-uri") else value
    if text is None:
        if form == "invoke-uri" and not _is_open(value):
            return
        text = value
    variable = _STAGE_VARIABLE.search(str(text.masked))
    if variable is not None:
        reason = Unknown(f"the stage variable `{variable[1]}` decides it")
        yield Target(ALWAYS, reason, reason, complete=True)
        return
    named = read_function_name(text)
    if named is not None:
        yield from _named_targets(view, named, qualifier)
    elif _is_open(text):
        yield Target(ALWAYS, reason_of(text), reason_of(text))


def _is_open(text: Text) -> bool:
    """Whether a text is one hole, so that it may be anything."""
    return len(text.parts) == 1 and text.parts[0].hole is not None


def _named_targets(view: View, named: FunctionName, apart: Value | None) -> Iterator[Target]:
    text = named.qualifier
    if isinstance(apart, Text) and text is None:
        text = apart
    elif isinstance(apart, Unknown):
        text = None
    function = view.function_id(named.name)
    if function is None:
        if named.complete:
            yield Target(ALWAYS, None, _qualifier(text))
        return
    if isinstance(function, Unknown):
        reason = named.name.unknown or (reason_of(named.name) if named.name.literal is None else function)
        yield Target(ALWAYS, reason, _qualifier(text), complete=named.complete)
        return
    described = view.function(view.resolver.resources[function])
    guard = view.resolver.resources[function].guard
    if isinstance(apart, Unknown) and named.qualifier is None:
        yield Target(guard, described, apart)
        return
    yield from aliased(view, described, guard, text)


def aliased(view: View, function: Function, guard: Guard, qualifier: Text | None) -> Iterator[Target]:
    """The targets that a function with a qualifier comes to, by the aliases that the template gives it."""
    kind = _qualifier(qualifier)
    if kind == "alias" and qualifier is not None:
        uses = [use for use in view.aliases.get(function.id, ()) if _is_alias(use, qualifier)]
        for use in uses:
            joined = view.resolver.join(guard, use.guard)
            if joined is not None:
                yield _through(joined, function, use.alias)
        if not uses:
            yield Target(guard, function, kind)
    elif kind in ("absent", "latest"):
        yield from _bypassing(view, function, guard, kind)
    else:
        yield Target(guard, function, kind)


def _through(guard: Guard, function: Function, alias: Alias) -> Target:
    if alias.latest is True:
        return Target(guard, function, "latest", through=alias)
    return Target(guard, function, alias.latest if isinstance(alias.latest, Unknown) else "alias")


def _bypassing(view: View, function: Function, guard: Guard, kind: Qualifier) -> Iterator[Target]:
    """A call past the qualifier, joined with each published alias that it could have used."""
    for use in view.aliases.get(function.id, ()):
        if use.alias.latest is not False:
            continue
        joined = view.resolver.join(guard, use.guard)
        if joined is None:
            continue
        yield Target(joined, function, kind, bypasses=use.alias)
        if joined == guard:
            return
    yield Target(guard, function, kind)


def _is_alias(use: AliasUse, qualifier: Text) -> bool:
    """Whether a qualifier means this alias: it came from a reference to it, or it is its name."""
    for part in qualifier.parts:
        for reference in (part.expanded, part.hole):
            if isinstance(reference, Reference) and reference.kind == "resource" and reference.name == use.alias.id:
                return True
    return str(qualifier) == use.alias.name


def _qualifier(text: Text | None) -> Qualifier | Unknown:
    """What kind of qualifier a text is."""
    if text is None or not text.parts:
        return "absent"
    known = text.literal
    if known is not None:
        if known == LATEST:
            return "latest"
        return "version" if known == PUBLISHED or known.isdigit() else "alias"
    if len(text.parts) > 1:
        return "alias" if any(part.hole is None and not part.text.isdigit() for part in text.parts) else reason_of(text)
    hole = text.parts[0].hole
    if isinstance(hole, Reference) and hole.kind == "resource":
        if hole.attribute == "Version":
            return "version"
        return "alias" if hole.attribute in ("Name", "Alias") else reason_of(text)
    return reason_of(text)
