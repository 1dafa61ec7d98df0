"""The layers of the template's functions, and what each is built for.

A layer is an ARN, whose account and name the catalogue may know, or a layer of the template, which may declare its
CompatibleArchitectures. What nobody says is Unknown where the function runs on arm64, or may. On x86_64 such a layer is
no fact: layers that run on arm64 only say so, nearly all others run there, and an undecided entry for every
home-made layer of every function would bury those that matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from saya.facts.layer_catalogue import ARCHITECTURES, LayerEntry, classify
from saya.facts.types import Architecture, Function, Layer
from saya.facts.view import View, identity_of
from saya.model.assembly import crossed_guard, crossed_text
from saya.model.attributes import FUNCTION_TYPES, LAYER_TYPES
from saya.model.guard import Guard
from saya.model.references import reason_of
from saya.model.resolve import Place, TemplateResource
from saya.model.value import Absent, Part, Reference, Sequence, Text, Unknown, Value
from saya.pattern import pattern
from saya.record import NamedTuple, replace
from saya.text.node import MappingNode, Node, ScalarNode

_ARN = pattern(
    r"(?:arn:[^:]+:lambda:[^:]*:(?P<account>[^:]*)|[^:]+):layer:(?P<name>[^:]+):(?P<version>\{\{resolve:[^{}]+\}\}|[^:]+)"
)
"""The ARN of a layer's version. What stands before `:layer:` may be one hole."""

_DYNAMIC = "{{resolve:"
_PARAMETER = pattern(r"\{\{resolve:ssm:(?P<name>[^:{}]+)(?::\d+)?\}\}")


class _Built(NamedTuple):
    """A layer as an item of `Layers` names it, and what is known of it under a guard.

    `open_name` says why the name is not decided; then `name` is that too.
    """

    guard: Guard
    name: str | Unknown
    account: str | None
    architectures: tuple[Architecture, ...] | Unknown
    declared: bool = False
    entry: LayerEntry | None = None
    open_name: Unknown | None = None

    @property
    def says_nothing(self) -> bool:
        """Whether nothing at all speaks of an architecture, decided or not."""
        return not self.declared and self.entry is None


def collect(view: View) -> Iterator[Layer]:
    """The layers of every function: one fact for each alternative of the layer and the function's architecture."""
    for declared in view.resolver.of_type(*sorted(FUNCTION_TYPES)):
        for place in view.resolver.places(declared, ("Layers", "[]")):
            for zipped in _zip_packages(view, declared, place):
                for built in _read(view, zipped):
                    yield from _facts(view, declared, zipped, built)


def _zip_packages(view: View, declared: TemplateResource, place: Place) -> Iterator[Place]:
    """The place where the function is no container image: Lambda refuses layers on those."""
    for option in view.resolver.option(declared, "PackageType"):
        guard = view.resolver.join(place.guard, option.guard)
        if guard is not None and not (isinstance(option.value, Text) and option.value.literal == "Image"):
            yield place._replace(guard=guard)


def _facts(view: View, declared: TemplateResource, place: Place, built: _Built) -> Iterator[Layer]:
    for option in view.functions(declared):
        guard = view.resolver.join(place.guard, built.guard, option.guard)
        if guard is None:
            continue
        function = _settled(option.function, guard, place.at)
        if built.says_nothing and function.architecture == "x86_64":
            continue
        yield _fact(view, declared, place._replace(guard=guard), built, function)


def _fact(view: View, declared: TemplateResource, place: Place, built: _Built, function: Function) -> Layer:
    architecture, entry = function.architecture, built.entry
    if built.open_name is not None and built.open_name == architecture:
        # The same parameter stands in the layer's name and chooses the architecture: they go together.
        built = built._replace(
            architectures=ARCHITECTURES, entry=LayerEntry(ARCHITECTURES, "name", None, {}, "separate")
        )
        entry = built.entry
    subject = built.name if isinstance(built.name, str) else ""
    return Layer(
        **view.fields(declared, place, subject=subject, identity=_identity(view, place, subject)),
        name=built.name,
        account=built.account,
        architectures=built.architectures,
        evidence="declared" if built.declared else entry.evidence if entry is not None else None,
        certainty=entry.certainty if entry is not None else None,
        counterpart=entry.counterpart(architecture) if entry is not None and isinstance(architecture, str) else None,
        versions=entry.versions if entry is not None else "separate",
        function=function,
    )


def _identity(view: View, place: Place, subject: str) -> str:
    identity = identity_of(view.resolver, place)
    if not subject or not isinstance(place.path[-1], int):
        return identity
    return f"{identity.rpartition('.')[0]}.{subject}"


def _settled(function: Function, guard: Guard, node: Node) -> Function:
    """The function with the architecture that the guard's parameter gives it, where that parameter decides it."""
    for name, value in guard.parameters:
        reason = reason_of(Text((Part("", Reference("parameter", name), node),)))
        chosen = next((one for one in ARCHITECTURES if one == value), None)
        if chosen is not None and function.architecture == reason:
            return replace(function, architecture=chosen)
    return function


def _read(view: View, place: Place) -> Iterator[_Built]:
    """The layers that an item of `Layers` may be; none where it is no layer's ARN, or an example of one."""
    value = place.value
    if isinstance(value, Unknown):
        yield _unknown(place.guard, value)
        return
    if not isinstance(value, Text):
        return
    own = tuple(_referred(view, value))
    if own:
        yield from own
        return
    match = _ARN.fullmatch(value.masked)
    if match is not None:
        yield from _published(view, value, match, place.guard)
    elif _DYNAMIC in value.masked:
        yield _stored(view, value, place.guard)
    elif value.literal is None:
        yield _unknown(place.guard, reason_of(value))


def _stored(view: View, text: Text, guard: Guard) -> _Built:
    """A layer whose ARN is in Parameter Store: what the parameter's name says. The catalogue has those of AWS."""
    open_ = None if text.literal is not None else reason_of(text)
    reason = open_ or Unknown(f"`{text.literal}` is read when the stack is deployed")
    match = _PARAMETER.fullmatch(text.masked)
    if match is None:
        return _unknown(guard, reason)
    name = text.slice(*match.span("name"))
    entry = classify(None, name.masked, view.house_layers)
    if entry is None or (entry.evidence == "catalogue" and name.literal is None):
        return _Built(guard, reason, None, reason, open_name=open_)
    return _Built(guard, str(name), None, entry.architectures, entry=entry)


def _referred(view: View, text: Text) -> Iterator[_Built]:
    """The layer that a reference means, of this template or of another of the assembly; none where it is no layer."""
    reference = text.reference
    if reference is None or reference.kind != "resource":
        return
    resource = view.resolver.resources.get(reference.name)
    if resource is not None and resource.type in LAYER_TYPES:
        yield from _layer_version(view, resource)
    elsewhere = view.elsewhere(text) if resource is None else None
    if elsewhere is not None:
        for built in _referred(view.at(elsewhere.resolver), crossed_text(text, elsewhere.there)):
            yield built._replace(guard=crossed_guard(built.guard, elsewhere.back))


def _unknown(guard: Guard, reason: Unknown) -> _Built:
    return _Built(guard, reason, None, reason)


def _published(view: View, arn: Text, match: re.Match[str], guard: Guard) -> Iterator[_Built]:
    """The layer of an ARN. A version that is text (`XXX`) makes it an example, whose name may have been altered too."""
    version = arn.slice(*match.span("version")).literal
    if version is not None and not version.isdigit() and not version.startswith(_DYNAMIC):
        return
    account = arn.slice(*match.span("account")).literal if match["account"] else None
    name = arn.slice(*match.span("name"))
    open_name = None if name.literal is not None else reason_of(name)
    # A hole in the name matches no name of the catalogue, and a token beside it still tells.
    entry = classify(account, name.masked, view.house_layers)
    if entry is not None:
        yield _Built(guard, str(name), account, entry.architectures, entry=entry)
    elif open_name is not None:
        yield _Built(guard, open_name, account, open_name, open_name=open_name)
    else:
        of = f" of account {account}" if account else ""
        reason = Unknown(f"nobody says what the layer `{name}`{of} is built for")
        yield _Built(guard, str(name), account, reason)


def _layer_version(view: View, resource: TemplateResource) -> Iterator[_Built]:
    """A layer of the template: what it declares, or what its name says."""
    for option in view.resolver.option(resource, "CompatibleArchitectures"):
        guard = view.resolver.join(resource.guard, option.guard)
        if guard is None:
            continue
        rows = _declared_architectures(view, option.value, guard)
        for joined, architectures in rows:
            if architectures != ():
                yield _Built(joined, resource.id, None, architectures, declared=True)
            else:
                yield _undeclared(view, resource, joined)


def _declared_architectures(
    view: View, value: Value, guard: Guard
) -> list[tuple[Guard, tuple[Architecture, ...] | Unknown]]:
    """CompatibleArchitectures under each guard; `()` where nothing is declared."""
    if isinstance(value, Unknown):
        return [(guard, value)]
    if isinstance(value, Text):
        return [(guard, _architectures_of(value))]
    if not isinstance(value, Sequence):
        return [(guard, ())]
    if value.rest is not None:
        return [(guard, value.rest)]
    rows: list[tuple[Guard, tuple[Architecture, ...] | Unknown]] = [(guard, ())]
    for item in value.items:
        options = view.resolver.alternatives(item)
        pairs = [
            (view.resolver.join(row, option.guard), known, option.value) for row, known in rows for option in options
        ]
        rows = [(joined, _with(known, inner)) for joined, known, inner in pairs if joined is not None]
    return rows


def _with(known: tuple[Architecture, ...] | Unknown, value: Value) -> tuple[Architecture, ...] | Unknown:
    if isinstance(known, Unknown) or value is Absent.NO_VALUE:
        return known
    if isinstance(value, Unknown):
        return value
    more = _architectures_of(value) if isinstance(value, Text) else ()
    return more if isinstance(more, Unknown) else (*known, *more)


def _architectures_of(value: Text) -> tuple[Architecture, ...] | Unknown:
    if value.literal is None:
        return reason_of(value)
    return tuple(one for one in ARCHITECTURES if one == value.literal)


def _undeclared(view: View, resource: TemplateResource, guard: Guard) -> _Built:
    """A layer without CompatibleArchitectures, as a layer in pure Python or JavaScript has none.

    What is left to tell: the architecture that `sam build` is told to build it for, or a token in its name.
    Source: SAM developer guide, building layers (Metadata.BuildArchitecture); where the property is omitted
    CloudFormation passes nothing to Lambda.
    """
    built = _build_architecture(resource)
    if built is not None:
        return _Built(guard, resource.id, None, (built,), declared=True)
    names = [option.value for option in view.resolver.option(resource, "LayerName")]
    name = names[0].masked if len(names) == 1 and isinstance(names[0], Text) else resource.id
    entry = classify(None, name)
    # A vendor's name on one's own layer says too little.
    if entry is not None and entry.evidence == "name":
        return _Built(guard, resource.id, None, entry.architectures, entry=entry)
    return _Built(guard, resource.id, None, Unknown(f"`{resource.id}` declares no CompatibleArchitectures"))


def _build_architecture(resource: TemplateResource) -> Architecture | None:
    metadata = resource.node.get("Metadata")
    node = metadata.get("BuildArchitecture") if isinstance(metadata, MappingNode) else None
    text = node.text if isinstance(node, ScalarNode) else None
    return next((one for one in ARCHITECTURES if one == text), None)
