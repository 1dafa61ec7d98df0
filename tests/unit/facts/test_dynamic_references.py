from __future__ import annotations

import json
from textwrap import indent

import pytest

from saya.facts.dynamic_references import collect
from saya.facts.types import DynamicReference
from saya.facts.view import View
from saya.model.resolve import Resolver
from saya.model.template import load_template
from saya.text.parse import parse
from saya.text.source import Source

HEAD = """\
Transform: AWS::LanguageExtensions
Parameters:
  Stage: {Type: String, Default: dev}
  Password: {Type: String, Default: '{{resolve:ssm-secure:/db/password:1}}'}
  Given: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Given, prod]
Mappings:
  Secrets: {dev: {Db: '{{resolve:secretsmanager:dev/db}}'}}
Resources:
  Secret: {Type: AWS::SecretsManager::Secret}
  Db:
    Type: Custom::Db
    Properties:
"""


def references(properties: str, *, head: str = HEAD, **parameters: str) -> list[DynamicReference]:
    text = head + "".join(f"      {line}\n" for line in properties.splitlines())
    source = Source("template.yaml", text)
    return list(collect(View(Resolver(load_template(parse(source), source), parameters=parameters))))


def only(properties: str, *, head: str = HEAD, **parameters: str) -> DynamicReference:
    (fact,) = references(properties, head=head, **parameters)
    return fact


@pytest.mark.parametrize(
    ("value", "service", "name"),
    [
        ("'{{resolve:secretsmanager:prod/db:SecretString:password}}'", "secretsmanager", "prod/db"),
        ("'{{resolve:secretsmanager:prod/db}}'", "secretsmanager", "prod/db"),
        (
            "'{{resolve:secretsmanager:arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-a1b2c3:SecretString:p::}}'",
            "secretsmanager",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-a1b2c3",
        ),
        ("'{{resolve:ssm-secure:/db/password:3}}'", "ssm-secure", "/db/password"),
        ("'{{resolve:ssm:/db/host}}'", "ssm", "/db/host"),
        ("!Sub '{{resolve:ssm-secure:/db/${Stage}/password:1}}'", "ssm-secure", "/db/dev/password"),
        ("!Sub ['{{resolve:ssm-secure:${Path}:1}}', {Path: /db}]", "ssm-secure", "/db"),
        ("!Join ['', ['{{resolve:secretsmanager:', !Ref Secret, ':SecretString:p}}']]", "secretsmanager", "${Secret}"),
        ("!Ref Password", "ssm-secure", "/db/password"),
        ("!FindInMap [Secrets, !Ref Stage, Db]", "secretsmanager", "dev/db"),
        ("!Select [1, [a, '{{resolve:secretsmanager:db}}']]", "secretsmanager", "db"),
        ("{Fn::ToJsonString: {p: '{{resolve:secretsmanager:db}}'}}", "secretsmanager", "db"),
        ("'postgres://u:{{resolve:secretsmanager:db:SecretString:p}}@h'", "secretsmanager", "db"),
        ("{Deep: [{Inner: '{{resolve:secretsmanager:db}}'}]}", "secretsmanager", "db"),
    ],
)
def test_a_reference_is_seen_however_it_is_written(value, service, name):
    fact = only(f"Password: {value}")
    assert (fact.service, fact.name) == (service, name)


@pytest.mark.parametrize(
    "value",
    [
        "'{{ resolve:secretsmanager:db}}'",
        "'{{resolve: secretsmanager:db}}'",
        "'{{resolve:secretsmanager:db'",
        "'{resolve:secretsmanager:db}'",
        "'{{resolve:other:db}}'",
    ],
)
def test_what_only_looks_like_a_reference_is_a_text(value):
    assert references(f"Password: {value}") == []


def test_a_reference_in_json_within_a_string_is_seen():
    call = json.dumps({"service": "IAM", "parameters": {"p": "{{resolve:secretsmanager:db:SecretString:p}}"}})
    assert only("Create: " + json.dumps(call)).name == "db"


def test_several_references_of_a_text_are_several_facts():
    value = "'{{resolve:ssm:/user}}:{{resolve:secretsmanager:db}}@{{resolve:secretsmanager:db}}'"
    facts = references(f"Url: {value}")
    assert [(fact.service, fact.name) for fact in facts] == [("ssm", "/user"), ("secretsmanager", "db")]
    assert len({fact.subject for fact in facts}) == 2


def test_a_fact_says_where_and_under_which_guard():
    fact = only("Users:\n  - Name: app\n    Password: !If [IsProd, '{{resolve:secretsmanager:db}}', none]")
    assert (fact.resource.id, fact.resource.custom, fact.property) == ("Db", True, "Users.0.Password")
    assert fact.identity == "Users.app.Password"
    assert fact.at.start_line == HEAD.count("\n") + 3
    assert fact.guard.conditions == (("IsProd", True),)


def test_in_a_text_of_several_lines_the_line_is_told():
    fact = only("Script: |\n  first\n  second {{resolve:secretsmanager:db}}\n  third")
    assert fact.at.start == (HEAD.count("\n") + 3, 16)
    sub = only("Script: !Sub |\n  first ${Stage}\n  {{resolve:secretsmanager:${Given}}}\n  third")
    assert sub.at.start == (HEAD.count("\n") + 3, 9)


def test_what_a_parameter_is_given_counts():
    head = HEAD.replace("{{resolve:secretsmanager:dev/db}}", "x").replace("{{resolve:ssm-secure:/db/password:1}}", "y")
    assert references("Password: !Ref Given", head=head) == []
    assert only("Password: !Ref Given", head=head, Given="{{resolve:secretsmanager:db}}").name == "db"


INCLUDED = "Fn::Transform: {Name: AWS::Include, Parameters: {Location: part.yaml}}"
PASSWORD = "Password: '{{resolve:secretsmanager:db}}'"
DB = f"Type: Custom::Db\nProperties: {{{PASSWORD}}}\n"


@pytest.mark.parametrize(
    ("template", "part"),
    [
        (f"Resources:\n  {INCLUDED}\n", f"Db:\n{indent(DB, ' ')}"),
        (f"Resources:\n  Db:\n    {INCLUDED}\n", DB),
        (f"Resources:\n  Db:\n    Type: Custom::Db\n    {INCLUDED}\n", DB),
        (f"Resources:\n  Db:\n    Type: Custom::Db\n    Properties:\n      {INCLUDED}\n", PASSWORD),
    ],
)  # fmt: skip
def test_a_reference_in_a_file_that_is_included_is_seen(template, part):
    source = Source("t.yaml", template)
    files = {"part.yaml": Source("part.yaml", part)}
    (fact,) = collect(View(Resolver(load_template(parse(source), source), files=files.get)))
    assert (fact.name, fact.property, fact.at.path) == ("db", "Password", "part.yaml")


def test_a_resource_that_cloudformation_manages_is_told_too():
    head = HEAD.replace("Custom::Db", "AWS::RDS::DBInstance")
    fact = only("MasterUserPassword: '{{resolve:secretsmanager:db}}'", head=head)
    assert (fact.resource.type, fact.resource.custom) == ("AWS::RDS::DBInstance", False)


def test_a_resource_whose_condition_is_false_has_none():
    head = HEAD.replace("    Type: Custom::Db", "    Condition: IsProd\n    Type: Custom::Db")
    assert references("P: '{{resolve:secretsmanager:db}}'", head=head, Given="dev") == []
