"""Task states of Step Functions state machines: what they wait for, and whether their input reads the task token.

Source: Step Functions Developer Guide, "Discover service integration patterns" (connect-to-resource) and "Accessing
execution data from the Context object"; the token is in the Context object of `.waitForTaskToken` states only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from saya.facts.task_integrations import action_of, can_wait
from saya.facts.types import TaskState
from saya.facts.view import View, origins_of
from saya.model.attributes import FUNCTION_TYPES, STATE_MACHINE_TYPES
from saya.model.guard import Guard
from saya.model.references import reason_of
from saya.model.resolve import Place, Resolver
from saya.model.state_machine import Opaque, State
from saya.model.value import Mapping, Sequence, Text, Thunk, Unknown, Value
from saya.pattern import pattern
from saya.text.node import ScalarNode

Pattern = Literal["request_response", "run_job", "wait_for_task_token", "activity"]

_INPUTS = {"InputPath": ".$", "Parameters": None, "Arguments": None}
"""The fields that make a Task state's input. A key that ends in `.$` holds a path; InputPath always does."""
_ANY = "[^:]*"
_INTEGRATION = pattern(rf"arn:{_ANY}:states:{_ANY}:{_ANY}:[a-zA-Z0-9-]+(?::[a-zA-Z0-9-]+)+(?:\.[a-zA-Z]+)?(?::2)?")
_ACTIVITY = pattern(rf"arn:{_ANY}:states:{_ANY}:{_ANY}:activity:")
_FUNCTION = pattern(rf"arn:{_ANY}:lambda:{_ANY}:{_ANY}:function:")

_BRACKETS = pattern(r"\[\s*'([^']*)'\s*\]|\[\s*\"([^\"]*)\"\s*\]")
# A string or a comment that does not end goes to the end: looking for it at each mark would take long.
_PATH_STRING = pattern(r"'(?:[^'\\]++|\\.?)*+(?:'|\Z)", re.DOTALL)
_PATH_TOKEN = pattern(r"\$\$\.Task\.Token(?![\w-])")
_JSONATA_STRING = pattern(r'"(?:[^"\\]++|\\.?)*+(?:"|\Z)|\'(?:[^\'\\]++|\\.?)*+(?:\'|\Z)|/\*.*?(?:\*/|\Z)', re.DOTALL)
_JSONATA_TOKEN = pattern(r"\$states\s*\.\s*context\s*\.\s*`?Task`?\s*\.\s*`?Token\b")
_JSONATA_CONTEXT = pattern(r"\$states\s*\.\s*context\b(?!\s*\.\s*`?[A-SU-Za-z])")

_TOKEN_HIDDEN = Unknown("the expression takes the Context object apart; it may read the task token")


def collect(view: View) -> Iterator[TaskState]:
    """The Task states of the template's state machines; one Unknown for each definition that is not in the template."""
    for declared in view.resolver.of_type(*sorted(STATE_MACHINE_TYPES)):
        for state in view.states(declared):
            if isinstance(state, Opaque):
                yield _hidden(view, state)
            elif state.type == "Task" or isinstance(state.type, Unknown):
                yield from _tasks(view, state)


def _hidden(view: View, opaque: Opaque) -> TaskState:
    reason = opaque.reason
    return TaskState(
        **view.fields(opaque.machine, opaque.place),
        name="",
        integration="",
        pattern=reason,
        reads_task_token=reason,
        integration_at=opaque.place.at.location,
        action=None,
        can_wait=reason,
    )


def _tasks(view: View, state: State) -> Iterator[TaskState]:
    """The facts of a state, one for each value of its Resource and of what it reads."""
    resolver = view.resolver
    for place in state.places(resolver, ("Resource",)):
        pattern = state.type if isinstance(state.type, Unknown) else _pattern(view, place.value)
        action = action_of(place.value)
        for guard, reads in _reads(resolver, state, place.guard):
            here = Place(state.path, guard, state.value, state.key, ())
            fields = view.fields(state.machine, here, subject=state.name)
            fields["origins"] = origins_of(place.value, place.at)
            yield TaskState(
                **fields,
                name=state.name,
                integration=_written(place),
                pattern=pattern,
                reads_task_token=reads,
                integration_at=place.at.location,
                action=action,
                can_wait=can_wait(resolver, state.machine, action, guard),
            )


def _written(place: Place) -> str:
    """A Resource as it is known; as it is written where it is not."""
    value, at = place.value, place.at
    if isinstance(value, Text) and value.unknown is not None and isinstance(at, ScalarNode):
        return at.text
    return str(value) if isinstance(value, Text) else ""


def _pattern(view: View, value: Value) -> Pattern | Unknown:
    """The service integration pattern that a Resource names."""
    if not isinstance(value, Text):
        return value if isinstance(value, Unknown) else Unknown("the state's Resource is no text")
    masked = value.masked
    if masked.endswith(".waitForTaskToken"):
        return "wait_for_task_token"
    if masked.endswith((".sync", ".sync:2")):
        return "run_job"
    if _ACTIVITY.match(masked):
        return "activity"
    if _FUNCTION.match(masked) or _INTEGRATION.fullmatch(masked):
        return "request_response"
    return _pattern_of_reference(view, value)


def _pattern_of_reference(view: View, text: Text) -> Pattern | Unknown:
    """The pattern where the whole Resource is a reference to a resource of the assembly."""
    declared = view.meant(text)
    if declared is not None and declared.type == "AWS::StepFunctions::Activity":
        return "activity"
    if declared is not None and declared.type in FUNCTION_TYPES:
        return "request_response"
    if text.literal is not None:
        return Unknown(f"`{text.literal}` is no service integration that Saya knows")
    return reason_of(text)


# the task token


def _reads(resolver: Resolver, state: State, guard: Guard) -> Iterator[tuple[Guard, bool | Unknown]]:
    """Whether the state's input reads the token, under each guard under which it does."""
    readings: dict[Guard, Unknown | Literal[True]] = {}
    for name, key in _INPUTS.items():
        thunk = state.value.entries.get(name)
        if thunk is not None:
            for where, reading in _readings(resolver, thunk, guard, key, jsonata=name == "Arguments"):
                readings.setdefault(where, reading)
    certain = [where for where, reading in readings.items() if reading is True]
    if certain:
        yield from ((where, True) for where in certain)
    elif readings:
        yield next(iter(readings.items()))
    else:
        yield guard, state.value.rest or False


def _readings(
    resolver: Resolver, thunk: Thunk, guard: Guard, key: str | None, *, jsonata: bool
) -> Iterator[tuple[Guard, Unknown | Literal[True]]]:
    """Every place in a value that reads the token, or may. `key` is the key it stands at, None for the whole input."""
    for option in resolver.alternatives(thunk):
        joined = resolver.join(guard, option.guard)
        if joined is None:
            continue
        value = option.value
        if isinstance(value, Mapping):
            for name, inner in value.entries.items():
                yield from _readings(resolver, inner, joined, name, jsonata=jsonata)
            if value.rest is not None:
                yield joined, value.rest
        elif isinstance(value, Sequence):
            for inner in value.items:
                yield from _readings(resolver, inner, joined, "", jsonata=jsonata)
        else:
            reading = _reading(value, key, jsonata=jsonata)
            if reading is not False:
                yield joined, reading


def _reading(value: Value, key: str | None, *, jsonata: bool) -> Unknown | bool:
    """Whether a single value reads the token."""
    is_path = key is not None and key.endswith(".$")
    if isinstance(value, Unknown):
        return value if key is None or is_path else False
    if not isinstance(value, Text):
        return False
    if jsonata:
        return _jsonata_reads(value)
    return _path_reads(value) if is_path else False


def _path_reads(text: Text) -> Unknown | bool:
    """Whether a JSONPath, or an intrinsic function of JSONPaths, reads the token."""
    if not text.masked.startswith(("$", "States.")) and text.literal is None and len(text.parts) == 1:
        return reason_of(text)
    dotted = _BRACKETS.sub(lambda match: f".{match[1] or match[2] or ''}", text.masked)
    return _PATH_TOKEN.search(_PATH_STRING.sub("''", dotted)) is not None


def _jsonata_reads(text: Text) -> bool | Unknown:
    """Whether a JSONata expression, `{% ... %}`, reads the token."""
    masked = text.masked.strip()
    if not (masked.startswith("{%") and masked.endswith("%}")):
        return False
    bare = _JSONATA_STRING.sub('""', masked)
    if _JSONATA_TOKEN.search(bare):
        return True
    if _JSONATA_CONTEXT.search(bare) and re.search(r"\bToken\b", masked):
        return _TOKEN_HIDDEN
    return False
