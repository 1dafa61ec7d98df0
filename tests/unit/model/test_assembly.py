"""Values that cross from a stack to those nested in it, and back."""

from __future__ import annotations

from typing import Any

import pytest

from saya.model.assembly import nested_stack
from saya.model.resolve import Resolver
from saya.model.value import Reference, Text
from saya.text.source import Source

from .templates import property_of, template_of


def parent_of(text: str, **files: str) -> Resolver:
    sources = {f"{name}.yaml": Source(f"{name}.yaml", body) for name, body in files.items()}
    return Resolver(template_of(text), files=sources.get, region="eu-west-1", account="111122223333")


def child_of(parent: Resolver, name: str = "Child") -> Resolver:
    child = nested_stack(parent, parent.resources[name])
    assert child is not None
    return child


PARENT = """\
Parameters: {{Stage: {{Type: String, Default: dev}}}}
Conditions: {{IsProd: !Equals [!Ref Stage, prod]}}
Resources:
  Fn: {{Type: AWS::Lambda::Function}}
  Alias: {{Type: AWS::Lambda::Alias, Properties: {{FunctionName: !Ref Fn, Name: live, FunctionVersion: "1"}}}}
  Child:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: child.yaml
      Parameters: {{P: {}}}
"""
CHILD = """\
Parameters: {P: {Type: String, Default: own}}
Resources: {X: {Type: Custom::X, Properties: {P: !Ref P}}}
"""


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("literal", "literal"),
        ("!Ref Fn", "${../Fn}"),
        ("!Ref 'AWS::Region'", "eu-west-1"),
        ("!Ref 'AWS::StackName'", "${../AWS::StackName}"),
        ("!Ref Stage", {"../Stage=dev and P=dev": "dev"}),
        ("!If [IsProd, a, !Ref Fn]", {"../IsProd and P=a": "a", "not ../IsProd": "${../Fn}"}),
        ("!Ref 'AWS::NoValue'", {"P=own": "own"}),
        ("!If [IsProd, a, !Ref 'AWS::NoValue']", "?whether the parameter `P` is given depends on a condition"),
    ],
)
def test_a_parameter_is_what_the_parent_gives(given: str, seen: Any):
    assert property_of(child_of(parent_of(PARENT.format(given), child=CHILD)), "P") == seen


def test_a_secret_is_resolved_on_the_way():
    reference = "{{resolve:%s:db:SecretString:password}}"
    for service in ("secretsmanager", "ssm-secure"):
        child = child_of(parent_of(PARENT.format(f"'{reference % service}'"), child=CHILD))
        (place,) = child.places(child.resources["X"], ("P",))
        assert isinstance(place.value, Text)
        assert place.value.reference == Reference("dynamic", reference % service)
    child = child_of(parent_of(PARENT.format("'{{resolve:ssm:/host}}'"), child=CHILD))
    assert property_of(child, "P", "X") == "{{resolve:ssm:/host}}"


def test_the_qualifier_of_an_alias_crosses():
    child = child_of(parent_of(PARENT.format("!Ref Alias"), child=CHILD))
    assert property_of(child, "P") == "arn:aws:lambda:eu-west-1:111122223333:function:${../Fn}:live"


def test_what_is_given_decides_the_conditions():
    text = CHILD + "Conditions: {C: !Equals [!Ref P, yes-please]}\n"
    assert child_of(parent_of(PARENT.format("yes-please"), child=text)).conditions.decided("C") is True
    assert child_of(parent_of(PARENT.format("no"), child=text)).conditions.decided("C") is False
    assert child_of(parent_of(PARENT.format("!Ref Stage"), child=text)).conditions.decided("C") is None


def test_a_list_crosses():
    text = CHILD.replace("String, Default: own", "CommaDelimitedList")
    assert property_of(child_of(parent_of(PARENT.format('"a, b"'), child=text)), "P") == ["a", "b"]
    assert property_of(child_of(parent_of(PARENT.format("[a, !Ref Fn]"), child=text)), "P") == ["a", "${../Fn}"]


OUTPUT = """\
Resources:
  Child: {Type: AWS::Serverless::Application, Properties: {Location: child.yaml}}
  X: {Type: Custom::X, Properties: {P: !GetAtt Child.Outputs.O}}
Transform: AWS::Serverless-2016-10-31
"""


def child_with(value: str) -> str:
    return (
        "Parameters: {Stage: {Type: String, Default: dev}}\nConditions: {Prod: !Equals [!Ref Stage, prod]}\n"
        f"Resources: {{Fn: {{Type: AWS::Lambda::Function}}}}\nOutputs: {{O: {{Value: {value}}}}}\n"
    )


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ("literal", "literal"),
        ("!Ref Fn", "${Child/Fn}"),
        ("!GetAtt Fn.Arn", "arn:aws:lambda:eu-west-1:111122223333:function:${Child/Fn}"),
        ("!If [Prod, a, b]", {"Child/Prod": "a", "not Child/Prod": "b"}),
        ("!Ref Stage", {"Child/Stage=dev": "dev"}),
    ],
)
def test_an_output_is_a_value_of_the_parent(value: str, seen: Any):
    assert property_of(parent_of(OUTPUT, child=child_with(value)), "P") == seen


def test_what_comes_back_is_the_parent_s_again():
    text = PARENT.format("!GetAtt Fn.Arn") + "  X: {Type: Custom::X, Properties: {P: !GetAtt Child.Outputs.O}}\n"
    parent = parent_of(text, child=CHILD + "Outputs: {O: {Value: !Ref P}}\n")
    assert property_of(parent, "P") == "arn:aws:lambda:eu-west-1:111122223333:function:${Fn}"


def test_siblings_meet_in_their_parent():
    text = """\
    Resources:
      A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: a.yaml}}
      B: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: b.yaml, Parameters: {P: !GetAtt A.Outputs.O}}}
    """
    parent = parent_of(text, a=child_with("!Ref Fn"), b=CHILD)
    assert property_of(child_of(parent, "B"), "P") == "${../A/Fn}"


def test_what_is_not_there_is_unknown():
    assert property_of(parent_of(OUTPUT), "P") == "${Child.O}"
    assert property_of(parent_of(OUTPUT, child=CHILD), "P") == "?`child.yaml` has no output `O`"


def test_circles_end():
    both = """\
    Resources:
      A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: a.yaml, Parameters: {P: !GetAtt B.Outputs.O}}}
      B: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: b.yaml, Parameters: {P: !GetAtt A.Outputs.O}}}
      X: {Type: Custom::X, Properties: {P: !GetAtt A.Outputs.O}}
    """
    echo = CHILD + "Outputs: {O: {Value: !Ref P}}\n"
    assert "itself" in str(property_of(parent_of(both, a=echo, b=echo), "P"))
    own = OUTPUT.replace("child.yaml", "t.yaml")
    parent = parent_of(own)
    parent.files = {"t.yaml": parent.template.source}.get
    assert property_of(parent, "P") == "${Child.O}"
