"""Views of small templates, and short forms of what facts say."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

from saya.facts import invocations
from saya.facts.types import Invocation
from saya.facts.view import View
from saya.model.resolve import Resolver
from saya.model.template import load_template
from saya.model.value import Unknown
from saya.text.parse import parse
from saya.text.source import Source

SAM = 'Transform: "AWS::Serverless-2016-10-31"\n'


def view_of(text: str, path: str = "template.yaml", **context: Any) -> View:
    source = Source(path, dedent(text))
    return View(Resolver(load_template(parse(source), source), **context))


def invocations_of(text: str, **context: Any) -> list[Invocation]:
    return list(invocations.collect(view_of(text, **context)))


def plain(value: Any) -> Any:
    """An unknown as a question mark, a resource by its ID."""
    return "?" if isinstance(value, Unknown) else getattr(value, "id", value)


def told(fact: Invocation) -> tuple[Any, Any]:
    """Target and qualifier."""
    return plain(fact.target), plain(fact.qualifier)
