"""What lets callers invoke a function, and what of it has to change when a caller moves to an alias.

A Lambda permission names one function or one alias, and does for no other; a statement of the caller's role names
resources, and takes the alias beside the function. Source: Lambda guide, resource-based policies and aliases.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Literal

from saya.facts.iam_statements import Statement, entries, statements
from saya.facts.moves import Move
from saya.facts.property_texts import property_texts
from saya.facts.view import View
from saya.model.lambda_names import read_function_name
from saya.model.resolve import Place, TemplateResource
from saya.model.value import Mapping, Reference, Text, Unknown
from saya.record import NamedTuple
from saya.text.node import Node

PERMISSION = "AWS::Lambda::Permission"
_ROLE = "AWS::IAM::Role"
_ACTION = "lambda:invokefunction"
_ELSEWHERE = "what lets it invoke the function is not in this template"


class Permission(NamedTuple):
    """A permission for a function without a qualifier. `source` are the resources that its SourceArn names; None where
    it names none of the template.
    """

    declared: TemplateResource
    place: Place
    principal: str | None
    source: frozenset[str] | None


class Grants:
    """The grants of a template. Everything is read when it is first asked for."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._permissions: dict[tuple[str, str | None], list[Permission]] | None = None
        self._statements: list[Statement] | None = None

    def permissions(self, function: str, caller: str) -> list[Permission]:
        """The permissions for a function without a qualifier that are a caller's, or anybody's (logical IDs)."""
        if self._permissions is None:
            self._permissions = {}
            for declared in self.view.resolver.of_type(PERMISSION):
                for id_, permission in self._read(declared):
                    for source in permission.source or (None,):
                        self._permissions.setdefault((id_, source), []).append(permission)
        return [*self._permissions.get((function, None), ()), *self._permissions.get((function, caller), ())]

    def of_role(self, caller: TemplateResource, function: str) -> list[Move] | str:
        """What has to change in the statements by which a caller's role may invoke a function; nothing where they allow
        the alias already. Else why it cannot be told.
        """
        if self._statements is None:
            self._statements = list(statements(self.view))
        holders = holders_of(self.view, caller)
        moves: list[Move] = []
        for statement in self._statements:
            if statement.declared.id not in holders and not holders & attached_roles(self.view, statement.declared):
                continue
            found = self._in_statement(statement, function)
            if found is True:
                return []
            moves += [found] if isinstance(found, Move) else []
        if moves:
            return moves
        return [] if self._by_template(caller, function) else _ELSEWHERE

    def _read(self, declared: TemplateResource) -> Iterator[tuple[str, Permission]]:
        resolver = self.view.resolver
        principal = resolver.option(declared, "Principal")[0].value
        name = principal.literal if isinstance(principal, Text) else None
        source = None
        for option in resolver.option(declared, "SourceArn"):
            if isinstance(option.value, Text):
                source = (source or frozenset()) | _resources_in(option.value)
        for place in resolver.places(declared, ("FunctionName",)):
            for function in self._named(place.value):
                yield function, Permission(declared, place, name, source or None)

    def _named(self, value: object, *, qualified: bool = False) -> list[str]:
        """The functions that a value names without a qualifier; with `qualified` with one, too."""
        named = read_function_name(value) if isinstance(value, Text) else None
        if named is None or (named.qualifier is not None and not qualified):
            return []
        functions = self.view.named(named.name)
        return [] if functions is None or isinstance(functions, Unknown) else [each.id for _, each in functions]

    def _in_statement(self, statement: Statement, function: str) -> Move | bool:
        """Where the alias has to be added; True where the statement allows it already, False where it is another."""
        view = self.view
        effect = [place.value for place in entries(view, statement, "Effect")]
        if not all(isinstance(value, Text) and value.literal == "Allow" for value in effect):
            return False
        actions = [place.value for place in entries(view, statement, "Action")]
        if not any(isinstance(value, Text) and fnmatchcase(_ACTION, value.masked.lower()) for value in actions):
            return False
        found = False
        for place in entries(view, statement, "Resource"):
            if isinstance(place.value, Text) and self._is_wide(place.value, function):
                return True
            found = found or function in self._named(place.value)
        value = statement.place.value
        thunk = value.entries.get("Resource") if isinstance(value, Mapping) else None
        if not found or thunk is None:
            return False
        return _move(statement.declared, (*statement.place.path, "Resource"), thunk.node, "extended")

    def _is_wide(self, text: Text, function: str) -> bool:
        """Whether a Resource matches the function's aliases: it ends in `*`, or names one."""
        masked = text.masked
        if masked == "*":
            return True
        if masked.endswith("*"):
            stem = text.slice(0, len(masked.rstrip("*").rstrip(":")))
            return function in self._named(stem)
        return function not in self._named(text) and function in self._named(text, qualified=True)

    def _by_template(self, caller: TemplateResource, function: str) -> bool:
        """Whether SAM's LambdaInvokePolicy lets the caller invoke the function; it covers aliases.

        Source: aws-sam-translator, policy templates.
        """
        for place in self.view.resolver.places(caller, ("Policies", "[]", "LambdaInvokePolicy", "FunctionName")):
            if function in self._named(place.value):
                return True
        return False


def holders_of(view: View, declared: TemplateResource) -> set[str]:
    """The resources whose policies are a resource's: itself (SAM), and the roles that it refers to."""
    texts = (place.value for place in property_texts(view.resolver, declared))
    names = {name for text in texts if isinstance(text, Text) for name in _resources_in(text)}
    return {declared.id} | {name for name in names if _is_role(view, name)}


def attached_roles(view: View, policy: TemplateResource) -> set[str]:
    """The roles that a policy of its own is attached to."""
    found: set[str] = set()
    for steps in (("Roles", "[]"), ("RoleName",)):
        for place in view.resolver.places(policy, steps):
            if isinstance(place.value, Text):
                found |= {name for name in _resources_in(place.value) if _is_role(view, name)}
    return found


def _is_role(view: View, name: str) -> bool:
    declared = view.resolver.resources.get(name)
    return declared is not None and declared.type == _ROLE


def move_of(permission: Permission) -> Move:
    """A permission that is to name the alias instead of the function."""
    return _move(permission.declared, permission.place.path, permission.place.at, "replaced")


def _move(
    declared: TemplateResource, path: tuple[str | int, ...], at: Node, change: Literal["replaced", "extended"]
) -> Move:
    return Move(at=at.location, resource=declared.id, property=".".join(map(str, path)), change=change)


def _resources_in(text: Text) -> frozenset[str]:
    """The resources that a text refers to."""
    references = (reference for part in text.parts for reference in (part.expanded, part.hole))
    return frozenset(
        reference.name for reference in references if isinstance(reference, Reference) and reference.kind == "resource"
    )
