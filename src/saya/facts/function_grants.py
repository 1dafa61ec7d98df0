"""The statements by which a caller's role may invoke a function, and what of them has to change for an alias.

A statement names resources, and takes the alias beside the function. Source: Lambda guide, identity-based policies.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from saya.facts.iam_statements import Statement, entries, statements
from saya.facts.lambda_permissions import resources_in
from saya.facts.moves import Move
from saya.facts.property_texts import property_texts
from saya.facts.targets import names_alias
from saya.facts.view import View
from saya.model.lambda_names import read_function_name
from saya.model.resolve import TemplateResource
from saya.model.value import Mapping, Text, Unknown
from saya.pattern import pattern
from saya.text.node import SequenceNode

_ROLE = "AWS::IAM::Role"
_ACTION = "lambda:invokefunction"
_EVERY = pattern(r"\*|arn:[^:]*:lambda:[^:]*:[^:]*:(?:function:)?\*")
ELSEWHERE = "what lets it invoke the function is not in this template"


class Grants:
    """The grants of a template. Everything is read when it is first asked for."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._statements: list[Statement] | None = None

    def of_role(self, caller: TemplateResource, function: str, alias: str | None) -> list[Move] | str:
        """What has to change in the statements by which a caller's role may invoke a function; nothing where they allow
        the alias already. Else why it cannot be told. `alias` is None for one that is still to be made.
        """
        if self._statements is None:
            self._statements = list(statements(self.view))
        holders = holders_of(self.view, caller)
        moves: list[Move] = []
        for statement in self._statements:
            if statement.declared.id not in holders and not holders & attached_roles(self.view, statement.declared):
                continue
            found = self._in_statement(statement, function, alias)
            if found is True:
                return []
            moves += [found] if isinstance(found, Move) else []
        if moves:
            return moves
        return [] if self._by_template(caller, function) else ELSEWHERE

    def _named(self, value: object) -> list[str]:
        """The functions that a value names without a qualifier."""
        named = read_function_name(value) if isinstance(value, Text) else None
        if named is None or named.qualifier is not None:
            return []
        functions = self.view.named(named.name)
        return [] if functions is None or isinstance(functions, Unknown) else [each.id for _, each in functions]

    def _in_statement(self, statement: Statement, function: str, alias: str | None) -> Move | bool:
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
            if isinstance(place.value, Text) and self._allows_alias(place.value, function, alias):
                return True
            found = found or function in self._named(place.value)
        value = statement.place.value
        thunk = value.entries.get("Resource") if isinstance(value, Mapping) else None
        if not found or thunk is None:
            return False
        texts = all(isinstance(option.value, Text) for option in view.resolver.alternatives(thunk))
        if not texts and not isinstance(thunk.node, SequenceNode):
            return False  # a list that a function makes takes no further item
        property_ = ".".join(map(str, (*statement.place.path, "Resource")))
        return Move(at=thunk.node.location, resource=statement.declared.id, property=property_, change="extended")

    def _allows_alias(self, text: Text, function: str, alias: str | None) -> bool:
        """Whether a Resource matches an alias: it names every function, what begins like this one, or the alias."""
        masked = text.masked
        if _EVERY.fullmatch(masked):
            return True
        if masked.endswith("*"):
            return function in self._named(text.slice(0, len(masked.rstrip("*").rstrip(":"))))
        named = read_function_name(text)
        qualifier = named.qualifier if named is not None else None
        uses = (use for use in self.view.aliases.get(function, ()) if use.alias.id == alias)
        return qualifier is not None and any(names_alias(qualifier, use) for use in uses)

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
    names = {name for text in texts if isinstance(text, Text) for name in resources_in(text)}
    return {declared.id} | {name for name in names if _is_role(view, name)}


def attached_roles(view: View, policy: TemplateResource) -> set[str]:
    """The roles that a policy of its own is attached to."""
    found: set[str] = set()
    for steps in (("Roles", "[]"), ("RoleName",)):
        for place in view.resolver.places(policy, steps):
            if isinstance(place.value, Text):
                found |= {name for name in resources_in(place.value) if _is_role(view, name)}
    return found


def _is_role(view: View, name: str) -> bool:
    declared = view.resolver.resources.get(name)
    return declared is not None and declared.type == _ROLE
