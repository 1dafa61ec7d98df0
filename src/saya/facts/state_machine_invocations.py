"""Functions that the tasks of a Step Functions state machine invoke.

Source: Step Functions developer guide, "Invoke Lambda with Step Functions": a task names the function as its Resource,
or as FunctionName (and Qualifier) of the `lambda:invoke` integrations.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from saya.facts.sites import options_below
from saya.facts.targets import Target, read_targets
from saya.facts.view import View
from saya.model.resolve import Place, TemplateResource
from saya.model.state_machine import Opaque, State
from saya.model.value import Given, Text, Unknown, Value, always
from saya.pattern import pattern

COLUMNS: dict[str, Any] = {"integration": "state_machine", "exposure": "asynchronous", "qualifier_support": "accepted"}

_INTEGRATION = pattern(r"arn:[^:]+:states:[^:]*:[^:]*:(?:lambda|aws-sdk:lambda):invoke(?:\.waitForTaskToken)?")
_INPUTS = ("Parameters", "Arguments")


def state_machine_targets(view: View, declared: TemplateResource) -> Iterator[tuple[Place, Target]]:
    """The functions that a state machine invokes, each at the place that names it."""
    for state in view.states(declared):
        if isinstance(state, Opaque):
            if state.place.path and state.place.path[0] in ("DefinitionUri", "DefinitionS3Location"):
                yield from _substituted(view, declared, state)
        elif state.type == "Task":
            yield from _task_targets(view, state)


def _task_targets(view: View, state: State) -> Iterator[tuple[Place, Target]]:
    for resource in state.places(view.resolver, ("Resource",)):
        if not isinstance(resource.value, Text):
            continue
        if _INTEGRATION.fullmatch(resource.value.masked):
            yield from _integration_targets(view, state, resource)
            continue
        for target in read_targets(view, resource.value, "arn"):
            if not isinstance(target.function, Unknown):
                yield resource, target


def _integration_targets(view: View, state: State, resource: Place) -> Iterator[tuple[Place, Target]]:
    for name in _INPUTS:
        for place in state.places(view.resolver, (name, "FunctionName")):
            guard = view.resolver.join(resource.guard, place.guard)
            if guard is None:
                continue
            inputs = place.parents[-1][1]
            for held, qualifier in options_below(view, Given(always(inputs), inputs.node), ("Qualifier",), guard):
                for target in read_targets(view, _static(place.value), "name-or-arn", qualifier=_static(qualifier)):
                    yield place._replace(guard=held), target


def _static(value: Value) -> Value:
    """A value of the definition; unknown where it is computed when the state runs (JSONata)."""
    if isinstance(value, Text) and str(value).lstrip().startswith("{%"):
        return Unknown("it is computed when the state runs")
    return value


def _substituted(view: View, declared: TemplateResource, opaque: Opaque) -> Iterator[tuple[Place, Target]]:
    """Functions handed to a definition that the template does not show, which may put a qualifier behind them."""
    for place in view.resolver.places(declared, ("DefinitionSubstitutions", "{*}")):
        for target in read_targets(view, place.value, "arn"):
            if target.function is None or isinstance(target.function, Unknown):
                continue
            qualifier = opaque.reason if target.qualifier == "absent" else target.qualifier
            yield place, target._replace(qualifier=qualifier)
