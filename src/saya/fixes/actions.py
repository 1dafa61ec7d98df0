"""What each kind of edit of a policy does to a file: `replace`, `set`, `rewrite`, `remove`, `add`, and the others.

Each gives replacements, and the values that they are meant to change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from saya.facts.types import Fact
from saya.fixes.document import Document
from saya.fixes.proposal import Target
from saya.pattern import pattern
from saya.policy.language import EditTemplate, Path
from saya.policy.operators import value_at
from saya.policy.wording import fill
from saya.text.edit import NotEditableError, Replacement
from saya.text.edit_entries import add_entry, add_item, remove, rename_key, replace_value, set_entry
from saya.text.edit_scalars import rewrite_scalar, rewrite_within
from saya.text.edit_spots import Spot, innermost, scalars
from saya.text.node import MappingNode, Node, ScalarNode
from saya.text.source import Location, Span

_VARIABLE = pattern(r'"?(\$\{[A-Za-z0-9.:]+\})"?')

Edits = Iterator[tuple[Replacement, Target]]


def filled(content: object, fact: Fact) -> object:
    """A policy's content with the placeholders of its strings and keys filled."""
    if isinstance(content, str):
        return fill(content, fact)
    if isinstance(content, dict):
        return {fill(key, fact): filled(value, fact) for key, value in content.items()}
    return [filled(item, fact) for item in content] if isinstance(content, list) else content


def _replace(edit: EditTemplate, fact: Fact, document: Document) -> Edits:
    yield _replaced(document, _place(fact, edit.at), filled(edit.content, fact)), _site(fact)


def _set(edit: EditTemplate, fact: Fact, document: Document) -> Edits:
    spot = document.spot(_place(fact, edit.at))
    key = fill(edit.key, fact)
    yield set_entry(spot, key, filled(edit.content, fact), document.manner), Target(_owner(fact, edit.at), (key,))


def _rewrite(edit: EditTemplate, fact: Fact, document: Document) -> Edits:
    old, new = fill(edit.old, fact), fill(edit.new, fact)
    yield from _targeted(_rewritten(document, _place(fact, edit.at), fact.origins, old, new), _site(fact), document)


def _remove(edit: EditTemplate, fact: Fact, document: Document) -> Edits:
    yield remove(document.spot(_place(fact, edit.at))), _site(fact)


def _rename(edit: EditTemplate, fact: Fact, document: Document) -> Edits:
    spot = document.spot(_place(fact, edit.at))
    key = fill(edit.key, fact)
    path = tuple(fact.property.split("."))
    replacement = rename_key(spot, key, document.manner)
    yield replacement, _site(fact)
    yield replacement, Target(fact.resource.id, (*path[:-1], key))


def _add(edit: EditTemplate, fact: Fact, document: Document) -> Edits:
    spot = document.spot(_place(fact, edit.at))
    yield add_item(spot, filled(edit.content, fact), document.manner), _site(fact)


def _move(edit: EditTemplate, fact: Fact, document: Document) -> Edits:
    """The content at each place of a list: in the place of what is there, or beside it."""
    content = filled(edit.content, fact)
    for each in value_at(fact, edit.at):
        target = Target(each.resource, tuple(each.property.split(".")))
        if each.change == "extended":
            yield add_item(document.spot(each.at), content, document.manner), target
        else:
            yield from _targeted(_replaced(document, each.at, content), target, document)


def _declare(edit: EditTemplate, fact: Fact, document: Document) -> Edits:
    """A new resource behind that of the fact's function and under its Condition, or behind the last one.

    Raises NotEditableError.
    """
    name = fill(edit.key, fact)
    resources = document.resources()
    section = resources.node
    if not isinstance(section, MappingNode):
        raise NotEditableError("the template has no Resources to add to")
    if name in section.entries:
        raise NotEditableError(f"there is a `{name}` already")
    owner = str(getattr(value_at(fact, ("target",)), "id", fact.resource.id)) if hasattr(fact, "target") else ""
    after = owner if owner in section.entries else list(section.entries)[-1]
    blank = "\n\n" in document.source.text[section.start : section.end].replace("\r", "")
    content = _under_condition(filled(edit.content, fact), section.entries.get(owner))
    yield add_entry(resources, name, content, document.manner, after=after, blank=blank), Target(name)


def _under_condition(content: object, owner: Node | None) -> object:
    """A resource that exists when another does."""
    condition = owner.get("Condition") if isinstance(owner, MappingNode) else None
    if not isinstance(content, dict) or not isinstance(condition, ScalarNode):
        return content
    return {"Type": content["Type"], "Condition": condition.text, **content}


def _replaced(document: Document, at: Location, content: object) -> Replacement:
    """Another value at a place; within the text of an `Fn::Sub`, one reference for another."""
    try:
        return replace_value(document.spot(at), content, document.manner)
    except NotEditableError as error:
        name = content.get("Ref") if isinstance(content, dict) and len(content) == 1 else None
        written = document.source.text[at.span.start : at.span.end] if at.source is document.source else ""
        old = _VARIABLE.fullmatch(written)
        if name is None or old is None or not _is_substituted(document.text_around(at)):
            raise error from None
    return _rewritten_within(document, at, old[1], f"${{{name}}}")


def _is_substituted(spot: Spot) -> bool:
    """Whether a text is that of an `Fn::Sub`, with variables of its own or without."""
    steps = [step.key for step in spot.way]
    return steps[-1:] == ["Fn::Sub"] or steps[-2:] == ["Fn::Sub", 0]


def _rewritten(document: Document, at: Location, origins: tuple[Location, ...], old: str, new: str) -> Replacement:
    """The one `old` of the texts at a place, else of those that it takes its value from."""
    reasons = []
    # An origin around the place is the text that the place is a part of.
    others = (each for each in origins if not (each.span.start <= at.span.start and at.span.end <= each.span.end))
    for location in dict.fromkeys((at, *others)):
        try:
            return _rewritten_at(document, location, old, new)
        except NotEditableError as error:
            reasons.append(error)
    raise reasons[0]


def _rewritten_at(document: Document, at: Location, old: str, new: str) -> Replacement:
    try:
        spot = document.spot(at)
    except NotEditableError:
        return _rewritten_within(document, at, old, new)
    found = [scalar for scalar in scalars(spot.node) if old in scalar.text]
    if len(found) != 1:
        raise NotEditableError("it is put together from several texts" if not found else "it is written more than once")
    [scalar] = found
    return rewrite_scalar(scalar, old, new, flow=innermost(document.root, Span(scalar.start, scalar.end)).flow)


def _rewritten_within(document: Document, at: Location, old: str, new: str) -> Replacement:
    """In a document that stands within a text: only in a literal block, where what is written is what is meant."""
    around = document.text_around(at)
    if not isinstance(around.node, ScalarNode) or around.node.style != "literal":
        raise NotEditableError("it is text within other text")
    return rewrite_within(document.source, at.span, old, new)


def _targeted(replacement: Replacement, target: Target, document: Document) -> Edits:
    """A replacement with the value that it means to change, and the substitution of that resource that it changes."""
    yield replacement, target
    substitution = document.substitution(replacement.span)
    if substitution is not None and substitution.resource == target.resource:
        yield replacement, substitution


def _place(fact: Fact, path: Path) -> Location:
    place = value_at(fact, path)
    if not isinstance(place, Location):
        raise NotEditableError("there is no place for it")
    return place


def _site(fact: Fact) -> Target:
    return Target(fact.resource.id, tuple(fact.property.split(".")))


def _owner(fact: Fact, path: Path) -> str:
    """The logical ID of the record that a place belongs to."""
    owner = value_at(fact, path[:-1]) if len(path) > 1 else fact.resource
    return str(getattr(owner, "id", fact.resource.id))


ACTIONS: dict[str, Callable[[EditTemplate, Fact, Document], Edits]] = {
    "replace": _replace,
    "set": _set,
    "rewrite": _rewrite,
    "remove": _remove,
    "rename": _rename,
    "add": _add,
    "move": _move,
    "declare": _declare,
}
