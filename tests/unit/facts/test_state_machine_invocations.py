"""Functions that the tasks of a state machine invoke."""

from __future__ import annotations

import json
from textwrap import indent

import pytest

from saya.facts.types import Invocation

from .views import SAM, invocations_of, plain, told

RESOURCES = """
Parameters: {Open: {Type: String}}
Conditions: {IsProd: !Equals [!Ref Open, prod]}
Resources:
  Fn: {Type: AWS::Lambda::Function}
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Fn, FunctionVersion: "1", Name: live}}
"""


def machine(properties, *, type_="AWS::StepFunctions::StateMachine", top="") -> list[Invocation]:
    body = indent(properties.strip(), " " * 6)
    found = invocations_of(f"{top}{RESOURCES}  Flow:\n    Type: {type_}\n    Properties:\n{body}\n")
    assert {fact.resource.id for fact in found} <= {"Flow"}
    return found


def task(state, **properties) -> list[Invocation]:
    return machine(f"Definition: {{StartAt: Do, States: {{Do: {{Type: Task, {state}}}}}}}", **properties)


def seen(found: list[Invocation]) -> list[tuple[object, ...]]:
    return list(dict.fromkeys((fact.property, *told(fact)) for fact in found))


@pytest.mark.parametrize(
    ("state", "property_", "qualifier"),
    [
        ("Resource: !GetAtt Fn.Arn", "Resource", "absent"),
        ("Resource: !Sub '${Fn.Arn}:$LATEST'", "Resource", "latest"),
        ("Resource: !Ref Live", "Resource", "alias"),
        ("Resource: 'arn:aws:states:::lambda:invoke', Parameters: {FunctionName: !GetAtt Fn.Arn}",
         "Parameters.FunctionName", "absent"),
        ("Resource: !Sub 'arn:${AWS::Partition}:states:::lambda:invoke', Parameters: {FunctionName: !Ref Fn}",
         "Parameters.FunctionName", "absent"),
        ("Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken', Parameters: {FunctionName: !Ref Fn}",
         "Parameters.FunctionName", "absent"),
        ("Resource: 'arn:aws:states:::aws-sdk:lambda:invoke', Parameters: {FunctionName: !Ref Fn}",
         "Parameters.FunctionName", "absent"),
        ("Resource: 'arn:aws:states:::lambda:invoke', Parameters: {FunctionName: !Ref Fn, Qualifier: live}",
         "Parameters.FunctionName", "alias"),
        ("Resource: 'arn:aws:states:::lambda:invoke', Parameters: {FunctionName: !Ref Fn, Qualifier: $LATEST}",
         "Parameters.FunctionName", "latest"),
        ("Resource: 'arn:aws:states:::lambda:invoke', Parameters: {FunctionName: !Ref Fn, Qualifier: '3'}",
         "Parameters.FunctionName", "version"),
        ("Resource: 'arn:aws:states:::lambda:invoke', Parameters: {FunctionName: !Sub '${Fn}:live'}",
         "Parameters.FunctionName", "alias"),
        ("QueryLanguage: JSONata, Resource: 'arn:aws:states:::lambda:invoke', Arguments: {FunctionName: !Ref Fn}",
         "Arguments.FunctionName", "absent"),
        ("Resource: 'arn:aws:states:::lambda:invoke', Arguments: {FunctionName: !Ref Fn, Qualifier: '{% $v %}'}",
         "Arguments.FunctionName", "?"),
    ],
)  # fmt: skip
def test_forms_of_a_task(state, property_, qualifier):
    assert seen(task(state)) == [(f"Definition.States.Do.{property_}", "Fn", qualifier)]


@pytest.mark.parametrize(
    "state",
    [
        "Resource: 'arn:aws:states:::sqs:sendMessage', Parameters: {QueueUrl: !Ref Fn}",
        "Resource: 'arn:aws:states:::lambda:invoke', Parameters: {'FunctionName.$': $.fn}",
        "Resource: 'arn:aws:states:eu-west-1:1:activity:wait'",
        "Resource: !Ref Open",
        "Comment: !GetAtt Fn.Arn",
    ],
)
def test_a_task_that_invokes_no_function_of_the_template(state):
    assert task(state) == []


def test_a_function_that_is_computed_when_the_state_runs():
    (fact,) = task("Resource: 'arn:aws:states:::lambda:invoke', Arguments: {FunctionName: '{% $fn %}'}")
    assert plain(fact.target) == "?"


def test_a_qualifier_under_a_condition():
    found = task(
        "Resource: 'arn:aws:states:::lambda:invoke', "
        "Parameters: {FunctionName: !Ref Fn, Qualifier: !If [IsProd, live, !Ref AWS::NoValue]}"
    )
    assert {(plain(fact.qualifier), fact.guard.conditions) for fact in found} == {
        ("alias", (("IsProd", True),)),
        ("absent", (("IsProd", False),)),
    }


def test_the_state_machine_is_asynchronous_and_takes_a_qualifier():
    (fact, *_) = task("Resource: !GetAtt Fn.Arn")
    assert (fact.integration, fact.exposure, fact.qualifier_support, plain(fact.bypasses)) == (
        "state_machine",
        "asynchronous",
        "accepted",
        "Live",
    )


DEFINITION = json.dumps({"StartAt": "Do", "States": {"Do": {"Type": "Task", "Resource": "${Target}"}}})
BEFORE, _, BEHIND = DEFINITION.partition("${Target}")


@pytest.mark.parametrize(
    "properties",
    [
        f"DefinitionString: '{DEFINITION}'\nDefinitionSubstitutions: {{Target: !GetAtt Fn.Arn}}",
        f"DefinitionString: !Sub ['{DEFINITION}', {{Target: !GetAtt Fn.Arn}}]",
        f"DefinitionString: !Sub '{DEFINITION.replace('Target', 'Fn.Arn')}'",
        f"DefinitionString: !Join ['', ['{BEFORE}', !GetAtt Fn.Arn, '{BEHIND}']]",
    ],
)
def test_definitions_in_text(properties):
    assert seen(machine(properties)) == [("DefinitionString.States.Do.Resource", "Fn", "absent")]


def test_states_within_states():
    inner = "{StartAt: A, States: {A: {Type: Task, Resource: !GetAtt Fn.Arn}}}"
    definition = f"""
Definition:
  StartAt: All
  States:
    All: {{Type: Parallel, Branches: [{inner}]}}
    Each: {{Type: Map, ItemProcessor: {inner}}}
    Old: {{Type: Map, Iterator: {inner}}}
"""
    assert {fact.property for fact in machine(definition)} == {
        "Definition.States.All.Branches.0.States.A.Resource",
        "Definition.States.Each.ItemProcessor.States.A.Resource",
        "Definition.States.Old.Iterator.States.A.Resource",
    }


@pytest.mark.parametrize(
    "properties",
    [
        "DefinitionS3Location: {Bucket: b, Key: k}\nDefinitionSubstitutions: {Target: !GetAtt Fn.Arn, No: !Ref Open}",
        "DefinitionUri: flow.asl.json\nDefinitionSubstitutions: {Target: !GetAtt Fn.Arn}",
    ],
)
def test_a_definition_elsewhere_may_qualify_what_it_is_handed(properties):
    (fact, *_) = machine(properties, type_="AWS::Serverless::StateMachine", top=SAM)
    assert (fact.property, *told(fact)) == ("DefinitionSubstitutions.Target", "Fn", "?")


def test_a_definition_elsewhere_that_is_handed_an_alias():
    (fact,) = machine(
        "DefinitionS3Location: {Bucket: b, Key: k}\nDefinitionSubstitutions: {Target: !Ref Live, Name: x}",
    )
    assert told(fact) == ("Fn", "alias")
