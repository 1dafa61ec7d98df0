"""Which function a value names, how it is qualified, and what alias it goes through or around."""

from __future__ import annotations

from collections.abc import Iterator

from saya.facts.aliases import AliasUse
from saya.facts.placeholders import with_placeholders
from saya.facts.types import Alias, Function, Qualifier
from saya.facts.view import View, is_import
from saya.model.assembly import Crossing, crossed_guard, crossed_text
from saya.model.guard import ALWAYS, Guard
from saya.model.lambda_names import FunctionName, read_function_name, read_invoke_uri
from saya.model.references import reason_of
from saya.model.resolve import TemplateResource
from saya.model.value import Absent, Reference, Text, Unknown, Value
from saya.record import NamedTuple

LATEST = "$LATEST"
PUBLISHED = "$LATEST.PUBLISHED"


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
    if not isinstance(value, Text):
        return
    text = read_invoke_uri(value) if form in ("invoke-uri", "arn-or-invoke-uri") else value
    if text is None:
        if form == "invoke-uri" and not _is_open(value):
            return
        text = value
    for option in with_placeholders(view, text):
        named = read_function_name(option.value) if isinstance(option.value, Text) else None
        for target in _named_targets(view, named, qualifier) if named is not None else _open_targets(text):
            guard = view.resolver.join(option.guard, target.guard)
            if guard is not None:
                yield target._replace(guard=guard)


def _open_targets(text: Text) -> Iterator[Target]:
    if _is_open(text):
        yield Target(ALWAYS, reason_of(text), reason_of(text))


def _is_open(text: Text) -> bool:
    """Whether a text is one hole, so that it may be anything."""
    return len(text.parts) == 1 and text.parts[0].hole is not None


def _named_targets(view: View, named: FunctionName, apart: Value | None) -> Iterator[Target]:
    qualifier: Text | Unknown | None = named.qualifier
    if qualifier is None and isinstance(apart, Text | Unknown):
        qualifier = apart
    elsewhere = view.elsewhere(named.name)
    if elsewhere is not None:
        yield from _crossed_targets(view, named, qualifier, elsewhere)
        return
    name, behind = named.name, named.name.parts[1:]
    functions = view.named(name)
    if isinstance(functions, Unknown) and qualifier is None and len(behind) == 1 and behind[0].hole is not None:
        # `${Fn.Arn}${Qualifier}`, where the parameter is `:live` or nothing.
        named_first = view.named(Text(name.parts[:1]))
        if named_first is not None and not isinstance(named_first, Unknown):
            functions, qualifier = named_first, reason_of(Text(behind))
    # A name that is one hole may hold the qualifier as well.
    kind = reason_of(named.name) if qualifier is None and _is_open(named.name) else _kind_of(qualifier)
    if functions is None:
        if named.complete or is_import(named.name):
            yield Target(ALWAYS, None, kind, complete=named.complete)
    elif isinstance(functions, Unknown):
        yield Target(ALWAYS, named.name.unknown or functions, kind, complete=named.complete)
    else:
        for guard, declared in functions:
            yield from qualified(view, declared, guard, qualifier)


def _crossed_targets(
    view: View, named: FunctionName, qualifier: Text | Unknown | None, elsewhere: Crossing
) -> Iterator[Target]:
    """What a name means in another stack of the assembly, which knows its functions and their aliases."""
    name = named._replace(name=crossed_text(named.name, elsewhere.there), qualifier=None)
    crossed = crossed_text(qualifier, elsewhere.there) if isinstance(qualifier, Text) else qualifier
    for target in _named_targets(view.at(elsewhere.resolver), name, crossed):
        yield target._replace(guard=crossed_guard(target.guard, elsewhere.back))


def qualified(
    view: View, declared: TemplateResource, guard: Guard, qualifier: Text | Unknown | None
) -> Iterator[Target]:
    """The targets that a function with a qualifier comes to, by the aliases that the template gives it."""
    function = view.function(declared)
    known = view.aliases.get(declared.id, ()) if isinstance(qualifier, Text) else ()
    uses = [use for use in known if isinstance(qualifier, Text) and names_alias(qualifier, use)]
    for use in uses:
        joined = view.resolver.join(guard, use.guard)
        if joined is not None:
            yield _through(joined, function, use.alias)
    kind = _kind_of(qualifier)
    if uses:
        return
    if kind in ("absent", "latest"):
        for held, meant in _unqualified(view, declared, guard, kind):
            yield from _bypassing(view, function, held, meant)
    else:
        yield Target(guard, function, kind)


def _unqualified(
    view: View, declared: TemplateResource, guard: Guard, kind: Qualifier | Unknown
) -> Iterator[tuple[Guard, Qualifier | Unknown]]:
    """What an unqualified call runs: `$LATEST`, unless the function runs on a capacity provider, which publishes it;
    a durable function refuses the call.

    Source: Lambda guide, version publishing of managed instances; Serverless Framework 4, durable functions.
    """
    for durable in view.resolver.option(declared, "DurableConfig"):
        if durable.value is not Absent.NO_VALUE and not isinstance(durable.value, Unknown):
            continue
        for provider in view.resolver.option(declared, "CapacityProviderConfig"):
            joined = view.resolver.join(guard, durable.guard, provider.guard)
            if joined is None:
                continue
            if provider.value is Absent.NO_VALUE or kind == "latest":
                yield joined, kind
            else:
                yield joined, provider.value if isinstance(provider.value, Unknown) else "version"


def _through(guard: Guard, function: Function, alias: Alias) -> Target:
    if alias.latest is True:
        return Target(guard, function, "latest", through=alias)
    return Target(guard, function, alias.latest if isinstance(alias.latest, Unknown) else "alias")


def _bypassing(view: View, function: Function, guard: Guard, kind: Qualifier | Unknown) -> Iterator[Target]:
    """A call without the alias, joined with each published alias that it could have used."""
    for use in view.aliases.get(function.id, ()) if kind in ("absent", "latest") else ():
        joined = view.resolver.join(guard, use.guard) if use.alias.latest is False else None
        if joined is None:
            continue
        yield Target(joined, function, kind, bypasses=use.alias)
        if joined == guard:
            return
    yield Target(guard, function, kind)


def names_alias(qualifier: Text, use: AliasUse) -> bool:
    """Whether a qualifier means this alias: it came from a reference to it, or it is its name."""
    for part in qualifier.parts:
        for reference in (part.expanded, part.hole):
            if isinstance(reference, Reference) and reference.kind == "resource" and reference.name == use.alias.id:
                # Of a SAM function, whose ID the alias has, `Fn.Version` is another thing.
                return not use.alias.generated or (reference.attribute or "").startswith("Alias")
    return bool(qualifier.parts) and qualifier.unknown is None and str(qualifier) == use.alias.name


def _kind_of(qualifier: Text | Unknown | None) -> Qualifier | Unknown:
    """What kind of qualifier a text is."""
    if isinstance(qualifier, Unknown):
        return qualifier
    if qualifier is None or not qualifier.parts:
        return "absent"
    known = qualifier.literal
    if known is not None:
        if known in ("", LATEST):
            return "absent" if known == "" else "latest"
        return "version" if known == PUBLISHED or known.isdigit() else "alias"
    if len(qualifier.parts) > 1:
        is_name = any(part.hole is None and not part.text.isdigit() for part in qualifier.parts)
        return "alias" if is_name else reason_of(qualifier)
    hole = qualifier.parts[0].hole
    if isinstance(hole, Reference) and hole.kind == "resource" and hole.attribute in ("Version", "Name", "Alias"):
        return "version" if hole.attribute == "Version" else "alias"
    return reason_of(qualifier)
