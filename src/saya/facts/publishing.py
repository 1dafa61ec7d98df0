"""Why publishing an alias of a function would change more than who invokes it.

An edit that adds an alias is right only where nobody else publishes the function, and where nothing but the callers
that it speaks of goes by the function's name.
Source: SAM specification, AutoPublishAlias, and aws-sam-translator 1.115: what SAM makes of a function goes to the
alias, its permissions too; what is written by hand does not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from saya.facts.aliases import functions_named_by, is_off
from saya.facts.sam_apis import read_wiring
from saya.facts.tables import sam_events
from saya.facts.types import Function, Invocation
from saya.facts.view import View
from saya.model.attributes import ALIAS_TYPE, VERSION_TYPE
from saya.model.dependencies import references_in
from saya.model.guard import ALWAYS
from saya.model.lambda_names import read_function_name
from saya.model.resolve import Place, TemplateResource
from saya.model.value import NO_SCOPE, Bound, Given, Mapping, Text, Unknown, always
from saya.pattern import pattern

_EVENT_INVOKE_CONFIG = "AWS::Lambda::EventInvokeConfig"
_PERMISSION = "AWS::Lambda::Permission"
_NESTED = ("AWS::CloudFormation::Stack", "AWS::Serverless::Application")
_QUALIFIED = pattern(r"\$\{(\w+)(?:\.Arn)?\}:(?!\$LATEST)[A-Za-z0-9_-]")
_REST_API = "AWS::Serverless::Api"

_SETTINGS = {
    "AutoPublishAlias": "its AutoPublishAlias depends on a condition",
    "FunctionUrlConfig": "it has a function URL, which would move to the alias",
    "DeploymentPreference": "it has a DeploymentPreference, by which CodeDeploy would move its callers",
    "ProvisionedConcurrencyConfig": "it has a ProvisionedConcurrencyConfig, which would begin to cost",
}
"""What SAM does differently with an alias, by the property of its function."""


def is_unqualified(fact: Invocation) -> bool:
    """Whether an invocation meets `$LATEST`, while the service would accept an alias."""
    live = fact.exposure in ("synchronous", "asynchronous")
    return live and fact.qualifier in ("absent", "latest") and fact.qualifier_support == "accepted"


def is_own(view: View, function: Function) -> bool:
    """Whether a function is of this template, and not of another stack of the assembly."""
    declared = view.resolver.resources.get(function.id)
    return declared is not None and declared.key.location == function.at


class Publishing:
    """What the template has beside a function that goes by its name; read when it is first asked for.

    `invocations` are all of the template's.
    """

    def __init__(self, view: View, invocations: Iterable[Invocation]) -> None:
        self.view = view
        self._by_function: dict[str, list[Invocation]] = defaultdict(list)
        for fact in invocations:
            if isinstance(fact.target, Function) and is_own(view, fact.target):
                self._by_function[fact.target.id].append(fact)
        self._publishers: dict[str, str] | None = None
        self._configured: set[str] | None = None
        self._elsewhere: set[str] | None = None
        self._passed: frozenset[str] | None = None

    def obstacle(self, function: Function) -> str | None:
        """Why an alias of a function cannot be added, where the template has none that it could invoke."""
        if self._publishers is None:
            self._publishers = dict(self._read_publishers())
        if function.id in self._publishers:
            return self._publishers[function.id]
        if self._elsewhere is None:
            self._elsewhere = set(self._read_elsewhere())
        if function.id in self._elsewhere:
            return "it has an alias that is made elsewhere"
        return None

    def sam_obstacle(self, function: Function) -> str | None:
        """The same for SAM's AutoPublishAlias, which moves all that SAM makes of the function."""
        declared = self.view.resolver.resources[function.id]
        for other in self._by_function[function.id]:
            if other.integration == "function_url":
                return "it has a function URL, whose address would change"
            if other.integration != "sam_event" and is_unqualified(other):
                return f"`{other.resource.id}` invokes the function by itself, and would stay where it is"
        for name, reason in _SETTINGS.items():
            if not all(is_off(option.value) for option in self.view.resolver.option(declared, name)):
                return reason
        if self.is_configured(function):
            return "it has an EventInvokeConfig, which is for one qualifier only"
        return next(self._event_obstacles(declared), None) or self.obstacle(function)

    def is_configured(self, function: Function) -> bool:
        """Whether a function or an alias of it has an EventInvokeConfig, which is for one qualifier only."""
        if self._configured is None:
            configs = self.view.resolver.of_type(_EVENT_INVOKE_CONFIG)
            self._configured = {each.id for config in configs for _, each in functions_named_by(self.view, config)}
        declared = self.view.resolver.resources.get(function.id)  # none where it is of another stack
        options = () if declared is None else self.view.resolver.option(declared, "EventInvokeConfig")
        return function.id in self._configured or not all(is_off(option.value) for option in options)

    def is_passed_on(self, function: Function) -> bool:
        """Whether other stacks may know the function: an output or a nested stack has its name or ARN."""
        if self._passed is None:
            outputs = self.view.resolver.template.root.get("Outputs")
            nodes = [declared.node for declared in self.view.resolver.of_type(*_NESTED)]
            names = (name for node in (outputs, *nodes) if node is not None for name in references_in(node))
            self._passed = frozenset(names)
        return function.id in self._passed

    def _read_publishers(self) -> Iterator[tuple[str, str]]:
        """The functions that the template publishes by hand, with the reason why a second time fails.

        Source: the Lambda API (CreateAlias, PublishVersion): a name is taken once, and what has not changed is not
        published again, which CloudFormation takes for a failure.
        """
        for type_, what in ((ALIAS_TYPE, "is an alias of it"), (VERSION_TYPE, "publishes it")):
            for declared in self.view.resolver.of_type(type_):
                for _, function in functions_named_by(self.view, declared):
                    yield function.id, f"`{declared.id}` {what} already"

    def _read_elsewhere(self) -> Iterator[str]:
        """The functions of which something names an alias or version."""
        for match in _QUALIFIED.finditer(self.view.resolver.template.source.text):
            yield match[1]
        for function, facts in self._by_function.items():
            if any(fact.qualifier in ("alias", "version") and fact.integration != "sam_event" for fact in facts):
                yield function
        for declared in self.view.resolver.of_type(_PERMISSION):
            for option in self.view.resolver.option(declared, "FunctionName"):
                named = read_function_name(option.value) if isinstance(option.value, Text) else None
                functions = self.view.named(named.name) if named is not None and named.qualifier is not None else None
                if functions is not None and not isinstance(functions, Unknown):
                    yield from (each.id for _, each in functions)

    # what SAM makes of events

    def _event_obstacles(self, declared: TemplateResource) -> Iterator[str]:
        """The events of a SAM function whose caller stays where it is while the permission moves, or the reverse."""
        events = sam_events()
        for place in self.view.resolver.places(declared, ("Events", "{*}", "Type")):
            kind = place.value.literal if isinstance(place.value, Text) else None
            row, name, written = events.get(kind or ""), place.path[1], place.parents[-1][1]
            if row is None or not row.invokes:
                yield f"who invokes it by its event `{name}` is not in this template, and the permission would move"
            elif read_wiring(self.view, kind or "", written).wired is not True:
                yield f"the permission for its event `{name}` would move, and the API says itself whom it invokes"
            elif kind == "ScheduleV2" and self._below(written, "RoleArn"):
                yield f"the role of its event `{name}` may invoke the function only"
            elif kind == "Api" and self._signs_in(written):
                yield f"callers of its event `{name}` invoke it in their own name, or by a role"

    def _signs_in(self, event: Mapping) -> bool:
        """Whether an API invokes the function with credentials, and not by permission.

        Source: aws-sam-translator, swagger.py, add_lambda_integration: with AWS_IAM, unless InvokeRole is NONE.
        """
        auth = self._below(event, "Auth")
        authorizers = self._below(event, "Auth", "Authorizer") if auth else self._of_apis("DefaultAuthorizer")
        if all(_literal(place) not in (None, "AWS_IAM") for place in authorizers):
            return False
        roles = self._below(event, "Auth", "InvokeRole") or self._of_apis("InvokeRole")
        return not roles or any(_literal(place) != "NONE" for place in roles)

    def _of_apis(self, name: str) -> list[Place]:
        """An entry of the Auth of any REST API that SAM makes, the one without a resource included."""
        resolver = self.view.resolver
        found = [place for api in resolver.of_type(_REST_API) for place in resolver.places(api, ("Auth", name))]
        section = resolver.template.globals
        return found + list(resolver.walk(Bound(section, NO_SCOPE), ("Api", "Auth", name)) if section else ())

    def _below(self, event: Mapping, *steps: str) -> list[Place]:
        given = Given(always(event), event.node)
        return list(self.view.resolver.walk(given, ("Properties", *steps), ALWAYS))


def _literal(place: Place) -> str | None:
    return place.value.literal if isinstance(place.value, Text) else None
