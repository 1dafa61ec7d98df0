"""Whose policies the statements of a template are: each is read once, and asked for as often as there are callers."""

from __future__ import annotations

from saya.facts.iam_statements import Statement, statements
from saya.facts.lambda_permissions import resources_in
from saya.facts.property_texts import property_texts
from saya.facts.view import View
from saya.model.resolve import TemplateResource
from saya.model.value import Text

_ROLE = "AWS::IAM::Role"


class RolePolicies:
    """The statements of a template by whom they are for. Everything is read when it is first asked for."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._all: tuple[tuple[Statement, frozenset[str]], ...] | None = None
        self._owners: dict[str, dict[int, Statement]] | None = None
        self._of: dict[str, tuple[Statement, ...]] = {}
        self._shared: dict[frozenset[str], tuple[Statement, ...]] = {}

    def all(self) -> tuple[tuple[Statement, frozenset[str]], ...]:
        """Every statement, with the resources that it is for: that which has it, and roles that this is attached to."""
        if self._all is None:
            attached: dict[str, frozenset[str]] = {}
            found = []
            for statement in statements(self.view):
                id_ = statement.declared.id
                if id_ not in attached:
                    attached[id_] = frozenset({id_, *self._attached_roles(statement.declared)})
                found.append((statement, attached[id_]))
            self._all = tuple(found)
        return self._all

    def of(self, declared: TemplateResource) -> tuple[Statement, ...]:
        """The statements for a resource, in the order of the template: its own (SAM), and those of the roles that it
        refers to. Resources with the same roles get the very same tuple.
        """
        known = self._of.get(declared.id)
        if known is None:
            owners = self._by_owner()
            holders = frozenset(name for name in self._holders(declared) if name in owners)
            known = self._shared.get(holders)
            if known is None:
                found = {number: each for name in holders for number, each in owners[name].items()}
                known = self._shared[holders] = tuple(found[number] for number in sorted(found))
            self._of[declared.id] = known
        return known

    def _by_owner(self) -> dict[str, dict[int, Statement]]:
        if self._owners is None:
            self._owners = {}
            for number, (statement, owners) in enumerate(self.all()):
                for name in owners:
                    self._owners.setdefault(name, {})[number] = statement
        return self._owners

    def _holders(self, declared: TemplateResource) -> set[str]:
        """The resources whose policies are a resource's: itself, and the roles that it refers to."""
        texts = (place.value for place in property_texts(self.view.resolver, declared))
        names = {name for text in texts if isinstance(text, Text) for name in resources_in(text)}
        return {declared.id} | {name for name in names if self._is_role(name)}

    def _attached_roles(self, policy: TemplateResource) -> set[str]:
        """The roles that a policy of its own is attached to."""
        found: set[str] = set()
        for steps in (("Roles", "[]"), ("RoleName",)):
            for place in self.view.resolver.places(policy, steps):
                if isinstance(place.value, Text):
                    found |= {name for name in resources_in(place.value) if self._is_role(name)}
        return found

    def _is_role(self, name: str) -> bool:
        declared = self.view.resolver.resources.get(name)
        return declared is not None and declared.type == _ROLE
