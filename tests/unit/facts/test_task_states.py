from __future__ import annotations

import json

import pytest

from saya.facts.task_states import collect
from saya.facts.types import TaskState
from saya.facts.view import View
from saya.model.resolve import Resolver
from saya.model.template import load_template
from saya.model.value import Unknown
from saya.text.parse import parse
from saya.text.source import Source

HEAD = """\
Parameters:
  Integration: {Type: String}
  Stage: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Fn: {Type: AWS::Lambda::Function}
  Ask: {Type: AWS::StepFunctions::Activity, Properties: {Name: ask}}
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
"""


def task_states(properties: str) -> list[TaskState]:
    text = HEAD + "".join(f"      {line}\n" for line in properties.splitlines())
    source = Source("template.yaml", text)
    return list(collect(View(Resolver(load_template(parse(source), source)))))


def state(resource: str = "arn:aws:states:::sqs:sendMessage", **fields: object) -> TaskState:
    """The fact of one Task state whose Resource is written in YAML."""
    members = "".join(f", {name}: {json.dumps(value)}" for name, value in fields.items())
    (fact,) = task_states(f"Definition: {{States: {{A: {{Type: Task, Resource: {resource}{members}}}}}}}")
    return fact


@pytest.mark.parametrize(
    ("resource", "pattern"),
    [
        ("arn:aws:states:::sqs:sendMessage", "request_response"),
        ("arn:aws:states:::lambda:invoke", "request_response"),
        ("arn:aws:states:::aws-sdk:sfn:sendTaskSuccess", "request_response"),
        ("!Sub 'arn:${AWS::Partition}:states:::sns:publish'", "request_response"),
        ("arn:aws:states:::sqs:sendMessage.waitForTaskToken", "wait_for_task_token"),
        ("!Sub 'arn:${AWS::Partition}:states:::lambda:invoke.waitForTaskToken'", "wait_for_task_token"),
        ("!Sub '${Integration}.waitForTaskToken'", "wait_for_task_token"),
        ("arn:aws:states:::ecs:runTask.sync", "run_job"),
        ("arn:aws:states:::states:startExecution.sync:2", "run_job"),
        ("arn:aws:states:us-east-1:111122223333:activity:ask", "activity"),
        ("!Ref Ask", "activity"),
        ("!GetAtt Ask.Arn", "activity"),
        ("!GetAtt Fn.Arn", "request_response"),
        ("!Sub '${Fn.Arn}:live'", "request_response"),
        ("arn:aws:lambda:us-east-1:111122223333:function:f", "request_response"),
    ],
)
def test_the_pattern_is_that_of_the_integration(resource, pattern):
    assert state(resource).pattern == pattern


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        ("!Ref Integration", "the parameter `Integration` has no value here"),
        ("!Sub 'arn:aws:states:::lambda:invoke${Integration}'", "the parameter `Integration` has no value here"),
        ("'${Missing}'", "`${Missing}` has no DefinitionSubstitutions entry"),
        ("something", "`something` is no service integration that Saya knows"),
    ],
)
def test_an_integration_that_is_not_known_leaves_the_pattern_open(resource, reason):
    fact = state(resource)
    assert fact.pattern == Unknown(reason)
    assert fact.integration == resource.removeprefix("!Sub ").replace("!Ref Integration", "${Integration}").strip("'")


@pytest.mark.parametrize(
    "parameters",
    [
        {"token.$": "$$.Task.Token"},
        {"MessageBody": {"deep": [{"token.$": "$$.Task.Token"}]}},
        {"token.$": "$$['Task']['Token']"},
        {"token.$": '$$.Task["Token"]'},
        {"url.$": "States.Format('https://x/{}?o={}', $$.Task.Token, $.order)"},
    ],
)
def test_a_path_that_reads_the_token_is_seen(parameters):
    assert state(Parameters=parameters).reads_task_token is True


@pytest.mark.parametrize(
    "parameters",
    [
        {"token": "$$.Task.Token"},
        {"token.$": "$.Task.Token"},
        {"token.$": "$$.Task.TokenCount"},
        {"context.$": "$$"},
        {"url.$": "States.Format('use $$.Task.Token of {}', $.order)"},
        {"token.$": "$$.Execution.Id"},
    ],
)
def test_what_only_looks_like_the_token_is_not(parameters):
    assert state(Parameters=parameters).reads_task_token is False


@pytest.mark.parametrize(
    ("expression", "reads"),
    [
        ("{% $states.context.Task.Token %}", True),
        ("{% 'https://x/' & $states.context.Task.Token %}", True),
        ("{% $states . context.Task\n.Token %}", True),
        ("{% $states.context.Task.`Token` %}", True),
        ("$states.context.Task.Token", False),
        ("{% 'not $states.context.Task.Token' %}", False),
        ("{% /* $states.context.Task.Token */ 1 %}", False),
        ("{% $states.input.Token %}", False),
        ("{% $states.context.Execution.Id & $states.input.Token %}", False),
    ],
)
def test_jsonata_reads_the_token_in_an_expression(expression, reads):
    assert state(QueryLanguage="JSONata", Arguments={"a": [{"token": expression}]}).reads_task_token is reads


def test_jsonata_that_takes_the_context_apart_may_read_the_token():
    arguments = {"a": "{% ($c := $states.context; $c.Task.Token) %}"}
    assert isinstance(state(Arguments=arguments).reads_task_token, Unknown)


def test_the_input_path_is_part_of_the_input_and_the_result_is_not():
    assert state(InputPath="$$.Task.Token").reads_task_token is True
    assert state(ResultSelector={"token.$": "$$.Task.Token"}).reads_task_token is False


def test_an_unknown_path_may_be_the_token_and_an_unknown_value_is_not():
    body = "Definition: {States: {A: {Type: Task, Resource: 'arn:aws:states:::sqs:sendMessage', Parameters: %s}}}"
    (unknown,) = task_states(body % "{token.$: !Ref Integration}")
    assert unknown.reads_task_token == Unknown("the parameter `Integration` has no value here")
    (known,) = task_states(body % "{token: !Ref Integration, url.$: !Sub \"States.Format('${Integration}{}', $.a)\"}")
    assert known.reads_task_token is False


def test_alternatives_that_read_the_token_are_told_with_their_guard():
    (fact,) = task_states(
        "Definition:\n  States:\n    A:\n      Type: Task\n      Resource: arn:aws:states:::sqs:sendMessage\n"
        "      Parameters: !If [IsProd, {token.$: $$.Task.Token}, {}]"
    )
    assert (fact.reads_task_token, fact.guard.conditions) == (True, (("IsProd", True),))


def test_the_integration_that_waits_and_the_one_that_does_not_are_two_facts():
    facts = task_states(
        "DefinitionSubstitutions:\n"
        "  Send: !If\n"
        "    [IsProd, 'arn:aws:states:::sqs:sendMessage.waitForTaskToken', 'arn:aws:states:::sqs:sendMessage']\n"
        'DefinitionString: \'{"States": {"A": {"Type": "Task", "Resource": "${Send}"}}}\''
    )
    assert {fact.pattern: fact.guard.conditions for fact in facts} == {
        "wait_for_task_token": (("IsProd", True),),
        "request_response": (("IsProd", False),),
    }


def test_only_tasks_are_told():
    assert task_states("Definition: {States: {A: {Type: Pass, Parameters: {t.$: $$.Task.Token}}}}") == []


def test_a_definition_elsewhere_is_one_undecided_fact():
    (fact,) = task_states("DefinitionUri: machine.asl.json")
    assert fact.pattern == fact.reads_task_token == Unknown("its definition is in another file, which is not here")
    assert fact.property == "DefinitionUri"


def test_a_fact_says_where_the_state_and_its_integration_stand():
    (fact,) = task_states(
        "DefinitionString: |\n"
        "  {\n"
        '    "States": {\n'
        '      "A": {\n'
        '        "Type": "Task",\n'
        '        "Resource": "arn:aws:states:::sqs:sendMessage"\n'
        "      }\n"
        "    }\n"
        "  }"
    )
    assert (fact.resource.id, fact.name, fact.subject, fact.property) == (
        "Machine",
        "A",
        "A",
        "DefinitionString.States.A",
    )
    assert fact.at.start == (HEAD.count("\n") + 4, 13)
    assert fact.integration_at.start == (HEAD.count("\n") + 6, 27)
