"""What of a template is not seen, so that nothing can be judged there: what macros and files elsewhere add, and what
loops make of lists that nobody knows; what a service of the Serverless Framework takes from plugins and elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from saya.findings import Context, Undecided
from saya.model.inclusion import unread, why_unread
from saya.model.resolve import Resolver
from saya.model.value import NO_SCOPE, Scope
from saya.policy.judge import digest
from saya.text.node import MappingNode, Node, ScalarNode

EVERY_POLICY = "*"
_TRANSFORM = "Fn::Transform"


def unseen(resolver: Resolver, name: str, context: Context) -> Iterator[Undecided]:
    """An entry for the template as a whole, for each resource and for each loop that is not seen in one context.

    `name` is what the template is called in fingerprints.
    """
    gaps = (*_whole(resolver), *_resources(resolver), *_loops(resolver), *_elsewhere(resolver))
    for location, place, resource, subject, reasons in gaps:
        yield Undecided(
            policy=EVERY_POLICY,
            location=location.location,
            template=name,
            resource=resource,
            property=place,
            reasons=reasons,
            contexts=(context,),
            fingerprint=digest(name, place, subject),
        )


_Gap = tuple[Node, str, str, str, tuple[str, ...]]
"""Where it is, the property, the resource, what tells it from others in fingerprints, the reasons."""


def _whole(resolver: Resolver) -> Iterator[_Gap]:
    """What may change the whole template."""
    macros: list[tuple[str, Node, Scope]] = [(macro, node, NO_SCOPE) for macro, node in resolver.template.macros]
    macros += ((_macro(argument), argument, NO_SCOPE) for argument in unread(resolver))
    for entry in resolver.transformed:
        if entry.transform is entry.node:
            macros.append((_macro(entry.node), entry.node, entry.scope))
    if macros:
        may = "may change the template, which is judged as written"
        reasons = (_told(resolver, macro, node, scope, may) for macro, node, scope in macros)
        subject = " and ".join(f"`{macro}`" for macro, _, _ in macros)
        yield macros[0][1], "Transform", "", subject, tuple(dict.fromkeys(reasons))


def _resources(resolver: Resolver) -> Iterator[_Gap]:
    """The resources that are not what they are before a macro has run, or a file is read."""
    for entry in resolver.transformed:
        argument = entry.transform
        if argument is not None and argument is not entry.node:
            reason = _told(resolver, _macro(argument), argument, entry.scope, "makes the resource when it is deployed")
            yield entry.key, _TRANSFORM, entry.key.text, entry.key.text, (reason,)


def _loops(resolver: Resolver) -> Iterator[_Gap]:
    """The loops that are not followed, but for those that are mistakes of the template."""
    for loop in resolver.open_loops:
        if not loop.malformed:
            path = ".".join(loop.path)
            yield loop.key, path, "", path, (loop.reason.reason,)


def _elsewhere(resolver: Resolver) -> Iterator[_Gap]:
    """What the program that makes the template decides: plugins, variables, files."""
    for gap in resolver.template.gaps:
        yield gap.at, gap.property, gap.resource, f"{gap.resource}.{gap.property}", (gap.reason,)


def _macro(argument: Node) -> str:
    name = argument.get("Name") if isinstance(argument, MappingNode) else None
    return name.text if isinstance(name, ScalarNode) else _TRANSFORM


def _told(resolver: Resolver, macro: str, argument: Node, scope: Scope, does: str) -> str:
    return why_unread(resolver, argument, scope) or f"the macro `{macro}` {does}"
