"""Small templates and short forms of what they resolve to."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import Any

from saya.model.resolve import Resolver
from saya.model.template import Template, load_template
from saya.model.value import Absent, Mapping, Sequence, Text, Thunk, Unknown, Value
from saya.text.parse import parse
from saya.text.source import Source


def template_of(text: str, path: str = "t.yaml") -> Template:
    source = Source(path, dedent(text))
    return load_template(parse(source), source)


def resolver_of(text: str, **context: Any) -> Resolver:
    return Resolver(template_of(text), **context)


def with_value(value: str, sections: str = "", **context: Any) -> tuple[Resolver, Thunk]:
    """A template whose resource X has the property P with this value, and that property."""
    below = indent(dedent(value).strip(), " " * 8)
    text = f"{dedent(sections)}\nResources:\n  X:\n    Type: Custom::X\n    Properties:\n      P:\n{below}\n"
    if "  Fn:\n" not in sections:
        text += "  Fn: {Type: AWS::Lambda::Function}\n"
    resolver = resolver_of(text, **context)
    properties = resolver.properties(resolver.resources["X"])[0].value
    assert isinstance(properties, Mapping)
    return resolver, properties.entries["P"]


def show(resolver: Resolver, value: Value) -> Any:
    """A value as text, list, dictionary, None where absent, or `?reason`; first alternatives only below the top."""
    if isinstance(value, Text):
        return str(value) if value.unknown is None else f"{value} ?{value.unknown.reason}"
    if isinstance(value, Unknown):
        return f"?{value.reason}"
    if isinstance(value, Absent):
        return None
    if isinstance(value, Sequence):
        items = [show_all(resolver, item) for item in value.items]
        return items if value.rest is None else [*items, f"?{value.rest.reason}"]
    entries = {name: show_all(resolver, item) for name, item in value.entries.items()}
    return entries if value.rest is None else {**entries, "?": value.rest.reason}


def show_all(resolver: Resolver, thunk: Thunk) -> Any:
    """The one value of a thunk, or {guard: value} where there are several or it is guarded."""
    options = resolver.alternatives(thunk)
    if len(options) == 1 and not options[0].guard.terms:
        return show(resolver, options[0].value)
    return {told(option.guard): show(resolver, option.value) for option in options}


def told(guard: Any) -> str:
    conditions = [name if value else f"not {name}" for name, value in guard.conditions]
    return " and ".join([*conditions, *(f"{name}={value}" for name, value in guard.parameters)]) or "always"


def value_of(value: str, sections: str = "", **context: Any) -> Any:
    """What a property with this value resolves to."""
    return show_all(*with_value(value, sections, **context))


def property_of(resolver: Resolver, name: str, resource: str = "X") -> Any:
    """What a property of a resource resolves to."""
    properties = resolver.properties(resolver.resources[resource])[0].value
    assert isinstance(properties, Mapping)
    thunk = properties.entries.get(name)
    return None if thunk is None else show_all(resolver, thunk)
