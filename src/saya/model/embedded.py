"""Documents in strings: the value of JSON or YAML text that a template puts together with intrinsic functions.

The text is read once, with everything that is not literal as a hole; each string of the document then has the
alternatives of its own holes only. Where the holes are no strings or whole values but pieces of syntax, every
alternative of the whole text is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from saya.errors import ParseError
from saya.model import intrinsics, text_functions
from saya.model.guard import ALWAYS, Guard
from saya.model.resolve import Alternatives, Resolver
from saya.model.value import (
    Absent,
    Alternative,
    Bound,
    Given,
    Mapping,
    Part,
    Sequence,
    Text,
    Thunk,
    Unknown,
    Value,
    always,
)
from saya.pattern import pattern
from saya.record import NamedTuple
from saya.text.embedded import MAX_HOLES, EmbeddedScalar, Piece, parse_embedded
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode
from saya.text.source import Source

Substitute = Callable[[str], Thunk | None]
"""What a placeholder `${name}` of the document stands for; None where it is no placeholder."""

_PLACEHOLDER = pattern(r"\$\{([^{}$\"\\]+)\}")


class _Stretch(NamedTuple):
    """A piece of the text and, where it is a hole, its value."""

    piece: Piece
    value: Thunk | None = None


def read_document(resolver: Resolver, thunk: Thunk, substitute: Substitute) -> Alternatives:
    """The document that a property is: an object of the template, or JSON or YAML in a string.

    What cannot be read is Unknown with the reason. The nodes of the values are placed in the author's file.
    """
    return tuple(_documents(resolver, thunk, substitute))


def read_file_document(resolver: Resolver, source: Source, substitute: Substitute) -> Alternative:
    """The document that a file beside the template is. CloudFormation's functions mean nothing in it.

    Step Functions and API Gateway read YAML where it is no JSON, whatever it is called: a comma too many does no harm.
    Source: aws-cloudformation-resource-providers-stepfunctions, DefinitionProcessor.parseJsonOrYaml.
    """
    whole = ScalarNode(source, 0, len(source.text), source.text, "str", "plain")
    return _read(resolver, [_Stretch(Piece(source.text, whole))], substitute, whole, either=True)


def _documents(resolver: Resolver, thunk: Thunk, substitute: Substitute) -> Iterator[Alternative]:
    name, argument = _function(thunk)
    if isinstance(thunk, Bound) and argument is not None:
        if name == "Fn::If":
            yield from _branches(resolver, Bound(argument, thunk.scope), substitute)
            return
        if name == "Fn::ToJsonString":
            yield from _documents(resolver, Bound(argument, thunk.scope), substitute)
            return
        stretches = _stretches(resolver, thunk) if name in ("Fn::Sub", "Fn::Join") else None
        if stretches is not None:
            document = _read(resolver, stretches, substitute, thunk.node)
            if not isinstance(document.value, Unknown):
                yield document
                return
    for option in resolver.alternatives(thunk):
        node = option.node or thunk.node
        if isinstance(option.value, Text):
            parts = [_stretch_of(part) for part in option.value.parts]
            yield _read(resolver, parts, substitute, node)._replace(guard=option.guard)
        else:
            yield Alternative(option.guard, _substituted(resolver, option.value, substitute), node)


def _branches(resolver: Resolver, argument: Bound, substitute: Substitute) -> Iterator[Alternative]:
    """The documents that an `Fn::If` chooses from."""
    branches = intrinsics.if_branches(resolver, argument.node, argument.scope)
    if branches is None:
        yield Alternative(
            ALWAYS, Unknown("the function is not of the form Fn::If: [condition, value, value]"), argument.node
        )
        return
    for guard, branch in branches:
        yield from guarded(guard, tuple(_documents(resolver, Bound(branch, argument.scope), substitute)), resolver)


def _function(thunk: Thunk) -> tuple[str, Node | None]:
    """The intrinsic function that a thunk is, with its argument."""
    node = thunk.node
    if isinstance(thunk, Bound) and isinstance(node, MappingNode) and len(node.entries) == 1:
        ((name, argument),) = node.entries.items()
        return name, argument
    return "", None


# text to stretches


def _stretches(resolver: Resolver, thunk: Thunk) -> list[_Stretch] | None:
    """The stretches of a text; None where a list in it is not written out."""
    name, argument = _function(thunk)
    if isinstance(thunk, Bound):
        if isinstance(thunk.node, ScalarNode):
            return [_Stretch(Piece(thunk.node.text, thunk.node))]
        if name == "Fn::Sub" and argument is not None:
            return _sub_stretches(resolver, thunk, argument)
        if name == "Fn::Join" and isinstance(argument, SequenceNode) and len(argument.items) == 2:
            separator, items = argument.items
            if isinstance(separator, ScalarNode) and isinstance(items, SequenceNode):
                return _join_stretches(resolver, separator, [Bound(item, thunk.scope) for item in items.items])
    return [_Stretch(Piece(_written(name, argument), thunk.node, 0, hole=True), thunk)]


def _sub_stretches(resolver: Resolver, thunk: Bound, argument: Node) -> list[_Stretch] | None:
    pieces = text_functions.sub_pieces(resolver, argument, thunk.scope, thunk.node)
    template = argument.items[0] if isinstance(argument, SequenceNode) and argument.items else argument
    if pieces is None or not isinstance(template, ScalarNode):
        return None
    out: list[_Stretch] = []
    at = 0
    for piece in pieces:
        part = _own_part(piece, template)
        end = template.text.find("}", at) + 1
        if part is not None:
            out.append(_Stretch(Piece(part.text, template, part.start)))
            at = end if template.text.startswith("${!", part.start) else part.start + len(part.text)
        else:
            out.append(_Stretch(Piece(template.text[at:end], template, at, hole=True), piece))
            at = end
    return out


def _own_part(thunk: Thunk, template: ScalarNode) -> Part | None:
    """The literal of an `Fn::Sub` that a piece is; None where it is a variable."""
    if isinstance(thunk, Given) and thunk.node is template and len(thunk.alternatives) == 1:
        value = thunk.alternatives[0].value
        if (
            isinstance(value, Text)
            and len(value.parts) == 1
            and value.parts[0].hole is None
            and value.parts[0].origin is template
        ):
            return value.parts[0]
    return None


def _join_stretches(resolver: Resolver, separator: ScalarNode, items: list[Bound]) -> list[_Stretch] | None:
    out: list[_Stretch] = []
    for index, item in enumerate(items):
        inner = _stretches(resolver, item)
        if inner is None:
            return None
        if index and separator.text:
            out.append(_Stretch(Piece(separator.text, separator)))
        out.extend(inner)
    return out


def _stretch_of(part: Part) -> _Stretch:
    if part.hole is None and part.expanded is None:
        return _Stretch(Piece(part.text, part.origin, part.start))
    return _Stretch(Piece("${?}", part.origin, 0, hole=True), Given(always(Text((part,))), part.origin))


def _written(name: str, argument: Node | None) -> str:
    """A hole as the author would write it in an `Fn::Sub`."""
    if name == "Ref" and isinstance(argument, ScalarNode):
        return f"${{{argument.text}}}"
    if name == "Fn::GetAtt" and isinstance(argument, ScalarNode):
        return f"${{{argument.text}}}"
    if name == "Fn::GetAtt" and isinstance(argument, SequenceNode):
        return f"${{{'.'.join(item.text for item in argument.items if isinstance(item, ScalarNode))}}}"
    return "${?}"


# stretches to values


def _read(
    resolver: Resolver, stretches: list[_Stretch], substitute: Substitute, node: Node, *, either: bool = False
) -> Alternative:
    """The document that the stretches are. `either`: it may be JSON or YAML, whatever its file is called."""
    split = [inner for stretch in stretches for inner in _with_placeholders(stretch, substitute)]
    if sum(stretch.piece.hole for stretch in split) > MAX_HOLES:
        return Alternative(ALWAYS, Unknown(f"it has more than {MAX_HOLES} references"), node)
    try:
        root = parse_embedded([stretch.piece for stretch in split], node.source.path, either=either)
    except ParseError as error:
        return Alternative(ALWAYS, Unknown(f"the text cannot be read: {error.message}"), node)
    if root is None:
        return Alternative(ALWAYS, Unknown("the text is empty"), node)
    values = [stretch.value for stretch in split]
    options = _value(resolver, root, values).alternatives
    if len(options) == 1:
        return options[0]._replace(node=root)
    return Alternative(ALWAYS, Unknown("the text is one value that the template does not decide"), node)


def _with_placeholders(stretch: _Stretch, substitute: Substitute) -> Iterator[_Stretch]:
    """A literal with each `${name}` in it as a hole of its own."""
    piece = stretch.piece
    if piece.hole or "${" not in piece.text:
        yield stretch
        return
    at = 0
    for match in _PLACEHOLDER.finditer(piece.text):
        value = substitute(match[1])
        if value is None:
            continue
        if match.start() > at:
            yield _Stretch(piece._replace(text=piece.text[at : match.start()], start=piece.start + at))
        yield _Stretch(Piece(match[0], piece.origin, piece.start + match.start(), hole=True), value)
        at = match.end()
    if at < len(piece.text):
        yield _Stretch(piece._replace(text=piece.text[at:], start=piece.start + at))


def _value(resolver: Resolver, node: Node, values: list[Thunk | None]) -> Given:
    """A node of the parsed document as a value."""
    if isinstance(node, MappingNode):
        entries: dict[str, Thunk] = {name: _value(resolver, inner, values) for name, inner in node.entries.items()}
        return Given(always(Mapping(entries, node)), node)
    if isinstance(node, SequenceNode):
        return Given(always(Sequence(tuple(_value(resolver, item, values) for item in node.items), node)), node)
    if not isinstance(node, ScalarNode):
        return Given(always(Unknown("it cannot be read")), node)
    if node.kind == "null":
        return Given(always(Absent.NO_VALUE), node)
    holes = node.holes if isinstance(node, EmbeddedScalar) else ()
    if not holes:
        return Given(always(Text((Part(node.text, None, node),))), node)
    return Given(_text(resolver, node, holes, values), node)


def _text(
    resolver: Resolver, node: ScalarNode, holes: tuple[tuple[int, int, int], ...], values: list[Thunk | None]
) -> Alternatives:
    """The alternatives of a string with holes."""
    pieces: list[Thunk] = []
    at = 0
    for start, end, index in (*holes, (len(node.text), len(node.text), -1)):
        if start > at:
            pieces.append(Given(always(Text((Part(node.text[at:start], None, node, at),))), node))
        value = values[index] if index >= 0 else None
        if value is not None:
            pieces.append(value)
        at = end
    if len(pieces) > 1:
        return text_functions.concatenate(resolver, pieces)
    return tuple(option._replace(value=_whole(option.value)) for option in resolver.alternatives(pieces[0]))


def _whole(value: Value) -> Value:
    """What a hole that is a whole value comes to. JSON in it is part of the document, and is not followed."""
    if isinstance(value, Text) and value.parts and value.parts[0].text.lstrip()[:1] in ("{", "["):
        return Unknown("it is JSON that is put into the document when the stack is deployed")
    return value


# objects


def _substituted(resolver: Resolver, value: Value, substitute: Substitute) -> Value:
    """A value with the placeholders in its strings put in; what has none stays as it is."""
    if isinstance(value, Mapping):
        return value._replace(
            entries={name: _substituted_thunk(resolver, thunk, substitute) for name, thunk in value.entries.items()}
        )
    if isinstance(value, Sequence):
        return value._replace(items=tuple(_substituted_thunk(resolver, thunk, substitute) for thunk in value.items))
    return value


def _substituted_thunk(resolver: Resolver, thunk: Thunk, substitute: Substitute) -> Thunk:
    node = thunk.node
    if isinstance(thunk, Bound) and node.source.text.find("${", node.start, node.end) < 0:
        return thunk
    out: list[Alternative] = []
    for option in resolver.alternatives(thunk):
        if not isinstance(option.value, Text):
            out.append(option._replace(value=_substituted(resolver, option.value, substitute)))
            continue
        for inner in _substituted_text(resolver, option.value, thunk.node, substitute):
            joined = resolver.join(option.guard, inner.guard)
            if joined is not None:
                out.append(Alternative(joined, inner.value, option.node))
    return Given(tuple(out), node)


def _substituted_text(resolver: Resolver, text: Text, node: Node, substitute: Substitute) -> Alternatives:
    pieces: list[Thunk] = []
    for part in text.parts:
        if part.hole is not None or part.expanded is not None or "${" not in part.text:
            pieces.append(Given(always(Text((part,))), node))
            continue
        for stretch in _with_placeholders(_Stretch(Piece(part.text, part.origin, part.start)), substitute):
            piece = stretch.piece
            literal = Given(always(Text((Part(piece.text, None, piece.origin, piece.start),))), node)
            pieces.append(stretch.value or literal)
    if len(pieces) == 1:
        return resolver.alternatives(pieces[0])
    return text_functions.concatenate(resolver, pieces) if pieces else always(text)


def guarded(guard: Guard, options: Alternatives, resolver: Resolver) -> Iterator[Alternative]:
    """The alternatives that a guard allows, guarded by it too."""
    for option in options:
        joined = resolver.join(guard, option.guard)
        if joined is not None:
            yield option._replace(guard=joined)
