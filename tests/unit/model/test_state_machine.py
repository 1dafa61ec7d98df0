from __future__ import annotations

import json

import pytest

from saya.model.resolve import Place, Resolver
from saya.model.state_machine import Opaque, State, read_states
from saya.model.template import load_template
from saya.model.value import Text, Unknown
from saya.text.parse import parse
from saya.text.source import Source

ARN = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Fn}"

HEAD = """\
Parameters:
  Stage: {Type: String}
  Wait: {Type: Number, Default: 5}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Fn:
    Type: AWS::Lambda::Function
  Alias:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !Ref Fn, FunctionVersion: "1", Name: live}
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
"""

DEFINITION = {
    "StartAt": "Charge",
    "States": {
        "Charge": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "${OrderFn}", "Payload.$": "$"},
            "End": True,
        }
    },
}


def template(properties: str, head: str = HEAD) -> str:
    return head + "".join(f"      {line}\n" for line in properties.splitlines())


def block(definition: object = DEFINITION, key: str = "DefinitionString: |") -> str:
    return f"{key}\n" + "".join(f"  {line}\n" for line in json.dumps(definition, indent=2).splitlines())


def resolver(text: str, path: str = "t.yaml", **parameters: str) -> Resolver:
    source = Source(path, text)
    return Resolver(load_template(parse(source), source), parameters=parameters)


def read(text: str, path: str = "t.yaml", **parameters: str) -> tuple[Resolver, list[State | Opaque]]:
    known = resolver(text, path, **parameters)
    return known, list(read_states(known, known.resources["Machine"]))


def only(text: str, path: str = "t.yaml", **parameters: str) -> tuple[Resolver, State]:
    known, (state,) = read(text, path, **parameters)
    assert isinstance(state, State)
    return known, state


def function_name(text: str, path: str = "t.yaml") -> Place:
    known, state = only(text, path)
    (place,) = state.places(known, ("Parameters", "FunctionName"))
    return place


SUBSTITUTED = {
    "block scalar": template("DefinitionSubstitutions: {OrderFn: !GetAtt Fn.Arn}\n" + block()),
    "object": template("DefinitionSubstitutions: {OrderFn: !GetAtt Fn.Arn}\nDefinition: " + json.dumps(DEFINITION)),
    "ToJsonString": template(
        "DefinitionSubstitutions: {OrderFn: !GetAtt Fn.Arn}\nDefinitionString:\n  Fn::ToJsonString: "
        + json.dumps(DEFINITION)
    ),
    "Sub": template(block(key="DefinitionString: !Sub |").replace("${OrderFn}", "${Fn.Arn}")),
    "Sub with variables": template(
        "DefinitionString: !Sub\n"
        + "".join(f"  {line}\n" for line in block(key="- |").splitlines())
        + "  - {OrderFn: !GetAtt Fn.Arn}"
    ),
    "Sub that leaves a placeholder": template(
        "DefinitionSubstitutions: {OrderFn: !GetAtt Fn.Arn}\n"
        + block(key="DefinitionString: !Sub |").replace("${OrderFn}", "${!OrderFn}")
    ),
    "Join": template(
        "DefinitionString: !Join ['', ["
        + json.dumps(json.dumps(DEFINITION).split("${OrderFn}")[0])
        + ", !GetAtt Fn.Arn, "
        + json.dumps(json.dumps(DEFINITION).split("${OrderFn}")[1])
        + "]]"
    ),
    "Join of lines": template(
        'DefinitionString: !Join\n  - "\\n"\n  -\n'
        + "".join(
            "    - " + ("!Sub " if "${" in line else "") + json.dumps(line) + "\n"
            for line in json.dumps(DEFINITION, indent=1).replace("${OrderFn}", "${Fn.Arn}").splitlines()
        )
    ),
}


@pytest.mark.parametrize("form", SUBSTITUTED)
def test_every_form_of_definition_gives_the_same_state(form):
    text = SUBSTITUTED[form]
    known, state = only(text)
    assert (state.name, state.type, state.query_language, state.machine.id) == ("Charge", "Task", "JSONPath", "Machine")
    assert text[state.key.start : state.key.end].strip('"') in ("Charge", '\\"Charge\\')
    (resource,) = state.places(known, ("Resource",))
    assert isinstance(resource.value, Text)
    assert resource.value.literal == "arn:aws:states:::lambda:invoke"
    (place,) = state.places(known, ("Parameters", "FunctionName"))
    assert isinstance(place.value, Text)
    assert str(place.value) == ARN
    assert {str(part.expanded) for part in place.value.parts} == {"Fn.Arn"}
    written = text[place.at.start : place.at.end]
    assert written.strip('"') in ("${OrderFn}", "${!OrderFn}", "${Fn.Arn}", "!GetAtt Fn.Arn", '\\"${Fn.Arn}\\')


def test_a_string_definition_in_json_with_escapes_is_placed_exactly():
    text = json.dumps(
        {
            "Resources": {
                "Fn": {"Type": "AWS::Lambda::Function"},
                "Machine": {
                    "Type": "AWS::StepFunctions::StateMachine",
                    "Properties": {
                        "DefinitionString": json.dumps(DEFINITION),
                        "DefinitionSubstitutions": {"OrderFn": {"Fn::GetAtt": ["Fn", "Arn"]}},
                    },
                },
            }
        }
    )
    place = function_name(text, "t.json")
    assert str(place.value) == ARN
    assert text[place.at.start : place.at.end] == '\\"${OrderFn}\\"'


def test_a_substitution_may_be_only_part_of_a_string():
    text = template(
        "DefinitionSubstitutions: {OrderFn: !GetAtt Fn.Arn}\n" + block().replace("${OrderFn}", "${OrderFn}:live")
    )
    assert str(function_name(text).value) == ARN + ":live"


def test_a_substitution_has_its_alternatives_and_only_where_it_is_used():
    text = template("DefinitionSubstitutions: {OrderFn: !If [IsProd, !Ref Alias, !GetAtt Fn.Arn]}\n" + block())
    known, state = only(text)
    assert state.guard.terms == 0
    places = list(state.places(known, ("Parameters", "FunctionName")))
    assert [(str(place.value), place.guard.conditions) for place in places] == [
        (ARN + ":live", (("IsProd", True),)),
        (ARN, (("IsProd", False),)),
    ]


def test_substitutions_that_are_chosen_as_a_whole_are_guarded():
    text = template("DefinitionSubstitutions: !If [IsProd, {OrderFn: a:b}, {OrderFn: c:d}]\n" + block())
    known, state = only(text)
    places = list(state.places(known, ("Parameters", "FunctionName")))
    assert {str(place.value): place.guard.conditions for place in places} == {
        "a:b": (("IsProd", True),),
        "c:d": (("IsProd", False),),
    }


def test_a_placeholder_without_substitution_is_unknown():
    place = function_name(template(block()))
    assert isinstance(place.value, Text)
    assert place.value.unknown == Unknown("`${OrderFn}` has no DefinitionSubstitutions entry")


def test_definitions_that_a_condition_chooses_are_each_read():
    other = {"StartAt": "Skip", "States": {"Skip": {"Type": "Succeed"}}}
    text = template(
        "DefinitionString: !If\n  - IsProd\n"
        + "".join(f"  {line}\n" for line in block(key="- |").splitlines())
        + "".join(f"  {line}\n" for line in block(other, key="- |").splitlines())
    )
    _, states = read(text)
    assert [(s.name, s.guard.conditions) for s in states if isinstance(s, State)] == [
        ("Charge", (("IsProd", True),)),
        ("Skip", (("IsProd", False),)),
    ]


def test_a_piece_of_syntax_that_a_condition_chooses_is_read_in_each_form():
    text = template(
        'DefinitionString: !Join [\'\', [\'{"States": {"A": {"Type": "Task"\', '
        "!If [IsProd, ', \"Resource\": \"arn:x\"', ''], '}}}']]"
    )
    known, states = read(text)
    found = {
        s.guard.conditions: [str(p.value) for p in s.places(known, ("Resource",))]
        for s in states
        if isinstance(s, State)
    }
    assert found == {(("IsProd", True),): ["arn:x"], (("IsProd", False),): []}


def test_a_bare_substitution_is_a_whole_value():
    text = template('DefinitionString: !Sub \'{"States": {"A": {"Type": "Wait", "Seconds": ${Wait}, "Next": "B"}}}\'')
    known, state = only(text)
    (place,) = state.places(known, ("Seconds",))
    assert isinstance(place.value, Text)
    assert place.value.literal == "5"
    assert place.guard.parameters == (("Wait", "5"),)
    assert text[place.at.start : place.at.end] == "${Wait}"


def test_states_in_branches_and_iterators_are_found():
    inner = {"States": {"In": {"Type": "Task", "Resource": "r"}}}
    definition = {
        "States": {
            "Both": {"Type": "Parallel", "Branches": [inner, {"States": {"Two": {"Type": "Pass"}}}]},
            "Old": {"Type": "Map", "Iterator": inner},
            "New": {"Type": "Map", "ItemProcessor": {"States": {"Deep": {"Type": "Map", "ItemProcessor": inner}}}},
        }
    }
    for text in (template(block(definition)), template("Definition: " + json.dumps(definition))):
        known, states = read(text)
        paths = [".".join(map(str, s.path[1:])) for s in states if isinstance(s, State)]
        assert paths == [
            "States.Both",
            "States.Both.Branches.0.States.In",
            "States.Both.Branches.1.States.Two",
            "States.Old",
            "States.Old.Iterator.States.In",
            "States.New",
            "States.New.ItemProcessor.States.Deep",
            "States.New.ItemProcessor.States.Deep.ItemProcessor.States.In",
        ]
        (resource,) = states[1].places(known, ("Resource",))  # type: ignore[union-attr]
        assert resource.property.endswith("States.Both.Branches.0.States.In.Resource")


def test_a_state_has_its_own_query_language_else_the_machines():
    definition = {
        "QueryLanguage": "JSONata",
        "States": {
            "A": {"Type": "Task", "Arguments": {"x": "{% 1 %}"}},
            "B": {"Type": "Task", "QueryLanguage": "JSONPath", "Parameters": {"x.$": "$"}},
        },
    }
    _, states = read(template(block(definition)))
    assert [s.query_language for s in states if isinstance(s, State)] == ["JSONata", "JSONPath"]
    assert all(s.parameters is not None for s in states if isinstance(s, State))


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ("DefinitionS3Location: {Bucket: b, Key: k}", "its definition is an object in Amazon S3"),
        ("DefinitionUri: statemachine/a.asl.json", "its definition is in another file"),
        ("DefinitionUri: s3://bucket/a.asl.json", "its definition is an object in Amazon S3"),
        ("DefinitionUri: {Bucket: b, Key: k}", "its definition is an object in Amazon S3"),
        ("DefinitionString: 'no definition'", "the definition is not written as a mapping"),
        ("DefinitionString: '{\"States\": '", "the text cannot be read: not valid JSON: "),
        ("DefinitionString: ''", "the text is empty"),
        ("DefinitionString: !Ref Stage", "the parameter `Stage` has no value here"),
        ("DefinitionString: !ImportValue x", "the export `x` is of another stack"),
        ("Definition: {Fn::Transform: {Name: Mine}}", "`Mine` adds properties when the stack is deployed"),
        ("Definition: {States: {Fn::Transform: {Name: Mine}}}", "`Mine` adds properties when the stack is deployed"),
        ("Definition: {States: {A: 7}}", "the definition is not written as a mapping"),
        ("Fn::Transform: {Name: Mine}\nRoleArn: r", "`Mine` adds properties when the stack is deployed"),
    ],
)
def test_what_the_template_does_not_show_is_one_opaque_place(properties, reason):
    text = template(properties)
    _, (opaque,) = read(text)
    assert isinstance(opaque, Opaque)
    assert opaque.reason.reason.startswith(reason)
    assert opaque.place.at.source.text == text


def test_states_that_are_nested_too_deep_are_opaque():
    definition: dict[str, object] = {"States": {"A": {"Type": "Pass"}}}
    for _ in range(50):
        definition = {"States": {"A": {"Type": "Map", "ItemProcessor": definition}}}
    opaque = read(template("DefinitionString: " + json.dumps(json.dumps(definition))))[1][-1]
    assert isinstance(opaque, Opaque)
    assert opaque.reason == Unknown("its states are nested deeper than 40 levels")


@pytest.mark.parametrize("properties", ["RoleArn: r", "Definition: !Ref AWS::NoValue", "Definition: {StartAt: A}"])
def test_a_machine_without_states_has_none(properties):
    assert read(template(properties))[1] == []


def test_the_machines_condition_guards_its_states():
    text = template(block()).replace(
        "    Type: AWS::StepFunctions::StateMachine",
        "    Condition: IsProd\n    Type: AWS::StepFunctions::StateMachine",
    )
    _, state = only(text)
    assert state.guard.conditions == (("IsProd", True),)
    assert read(text, Stage="dev")[1] == []


def test_a_sam_state_machine_is_read_alike():
    head = HEAD.replace("Parameters:", "Transform: AWS::Serverless-2016-10-31\nParameters:").replace(
        "AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine"
    )
    text = template("DefinitionSubstitutions: {OrderFn: !GetAtt Fn.Arn}\nDefinition: " + json.dumps(DEFINITION), head)
    assert str(function_name(text).value) == ARN


@pytest.mark.parametrize("size", [400])
def test_a_machine_of_many_states_is_read_quickly(size, at_most):
    states = {f"S{i}": {"Type": "Task", "Resource": "${R}", "Parameters": {"a": "${R}"}} for i in range(size)}
    text = template("DefinitionSubstitutions: {R: !GetAtt Fn.Arn}\n" + block({"States": states}))
    known = resolver(text)
    with at_most(10):
        assert sum(1 for _ in read_states(known, known.resources["Machine"])) == size
