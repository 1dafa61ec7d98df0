"""Who reaches a function's `$LATEST` in the wiring that is deployed now.

Exposure is judged on base: CloudFormation updates the consumers of a function after the function (`DESIGN`: "The
ideas").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from saya.facts.aliases import functions_named_by
from saya.facts.invocations import collect
from saya.facts.tables import invocation_sites_of
from saya.facts.types import Invocation
from saya.facts.view import View
from saya.model.value import Text, Unknown

_LIVE = ("synchronous", "asynchronous")


class Exposure(NamedTuple):
    """The wiring of one function.

    live      the invocations that reach `$LATEST` while traffic runs
    control   those that only deployments and administration make
    otherwise whether there may be others: false where all callers are seen and none reaches `$LATEST`, else why it
    cannot be told
    """

    live: tuple[Invocation, ...]
    control: tuple[Invocation, ...]
    otherwise: bool | Unknown


class Wiring:
    """The callers of all functions of a template."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._invocations: dict[str, list[Invocation]] = defaultdict(list)
        for invocation in collect(view):
            if invocation.target is not None and not isinstance(invocation.target, Unknown):
                self._invocations[invocation.target.id].append(invocation)
        self._grants: dict[str, list[str | None]] | None = None

    def exposure(self, function: str) -> Exposure:
        """How a function, by its logical ID, is reached."""
        known = self._invocations[function]
        live = tuple(i for i in known if i.exposure in _LIVE and i.qualifier in ("absent", "latest"))
        control = tuple(i for i in known if i.exposure == "control_plane")
        return Exposure(live, control, self._otherwise(function, known))

    def _otherwise(self, function: str, known: list[Invocation]) -> bool | Unknown:
        for invocation in known:
            if isinstance(invocation.qualifier, Unknown):
                return invocation.qualifier
        for principal in self.grants.get(function, ()):
            if not any(self._is_of(invocation, principal) for invocation in known):
                who = f"`{principal}`" if principal else "somebody"
                return Unknown(f"a permission lets {who} invoke `{function}` from outside the template")
        if not known:
            return Unknown(f"no caller of `{function}` is in the template")
        return False

    @property
    def grants(self) -> dict[str, list[str | None]]:
        """The principals that may invoke a function without a qualifier, by the function's logical ID."""
        if self._grants is None:
            self._grants = defaultdict(list)
            for function, principal in self._permissions():
                self._grants[function].append(principal)
        return self._grants

    def _permissions(self) -> Iterator[tuple[str, str | None]]:
        resolver = self._view.resolver
        for declared in resolver.of_type("AWS::Lambda::Permission"):
            principal = resolver.option(declared, "Principal")[0].value
            name = principal.literal if isinstance(principal, Text) else None
            for _, function in functions_named_by(self._view, declared):
                yield function.id, name

    @staticmethod
    def _is_of(invocation: Invocation, principal: str | None) -> bool:
        """Whether a visible invocation is made by the principal of a permission."""
        if principal is None:
            return False
        sites = invocation_sites_of(invocation.resource.type)
        if any(site.principal in (principal, "*") for site in sites):
            return True
        # API Gateway and the like are told apart by the service within the type: AWS::Events::Rule,
        # events.amazonaws.com.
        service = invocation.resource.type.split("::")[1].lower() if "::" in invocation.resource.type else ""
        return principal.split(".")[0].replace("-", "") == service or invocation.integration == "sam_event"
