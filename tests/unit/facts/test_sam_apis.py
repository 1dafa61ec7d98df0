"""Which Api and HttpApi events are invocations, beyond what aws-sam-translator can show."""

from textwrap import dedent

import pytest

from saya.facts.collect import collect_facts
from saya.model.resolve import Resolver
from saya.model.template import load_template
from saya.model.value import Unknown
from saya.text.parse import parse
from saya.text.source import Source

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Elsewhere: {Type: String}}
Conditions: {Never: !Equals [a, b]}
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Call: %s
%s
"""


def invocations(event, api="", **files):
    text = TEMPLATE % (event, "\n".join(f"  {line}" for line in dedent(api).strip().splitlines()))
    source = Source("t.yaml", text)
    beside = {f"{name}.yaml": Source(f"{name}.yaml", text) for name, text in files.items()}
    resolver = Resolver(load_template(parse(source), source), files=beside.get)
    return list(collect_facts(resolver, frozenset(("invocation",))))


def qualifiers(event, api="", **files):
    facts = invocations(event, api, **files)
    return [
        fact.qualifier.reason if isinstance(fact.qualifier, Unknown) else fact.qualifier
        for fact in facts
        if fact.integration == "sam_event"
    ]


REST = "{Type: Api, Properties: {Path: /, Method: get, RestApiId: !Ref Own}}"
HTTP = "{Type: HttpApi, Properties: {Path: /, Method: get, ApiId: !Ref Own}}"


@pytest.mark.parametrize(
    ("event", "api"),
    [
        ("{Type: Api, Properties: {Path: /, Method: get}}", ""),
        ("{Type: HttpApi}", ""),
        (REST, "Own: {Type: AWS::Serverless::Api, Properties: {StageName: x}}"),
        (REST.replace("!Ref Own", "Own"), "Own: {Type: AWS::Serverless::Api, Properties: {StageName: x}}"),
        (REST, "Own: {Type: AWS::Serverless::Api, Properties: {MergeDefinitions: true, DefinitionBody: {paths: {}}}}"),
        (HTTP, "Own: {Type: AWS::Serverless::HttpApi}"),
        (HTTP, "Own: {Type: AWS::Serverless::HttpApi, Properties: {DefinitionBody: {paths: {}}}}"),
    ],
)
def test_sam_wires_what_it_may_write(event, api):
    assert qualifiers(event, api) == ["absent"]


@pytest.mark.parametrize(
    ("event", "api"),
    [
        (REST, "Own: {Type: AWS::Serverless::Api, Properties: {DefinitionBody: {paths: {}}}}"),
        (REST, "Own: {Type: AWS::Serverless::Api, Properties: {MergeDefinitions: false, DefinitionBody: {paths: {}}}}"),
        (REST, "Own: {Type: AWS::ApiGateway::RestApi, Properties: {}}"),
        (HTTP, "Own: {Type: AWS::ApiGatewayV2::Api, Properties: {}}"),
        # SAM 1.115 loses what it merges where there is nothing to merge it into
        (REST, "Own: {Type: AWS::Serverless::Api, Properties: {MergeDefinitions: true, DefinitionBody: {info: {}}}}"),
        (REST, "Own: {Type: AWS::Serverless::Api, Properties: {MergeDefinitions: true, DefinitionBody: {paths: }}}"),
    ],
)
def test_where_the_template_defines_the_api_the_definition_says_who_is_invoked(event, api):
    assert qualifiers(event, api) == []


@pytest.mark.parametrize(
    ("event", "api", "reason"),
    [
        (REST, "Own: {Type: AWS::Serverless::Api, Properties: {DefinitionUri: api.yaml}}",
            "the definition of `Own` is in another file"),
        (HTTP, "Own: {Type: AWS::Serverless::HttpApi, Properties: {DefinitionUri: api.yaml}}",
            "the definition of `Own` is in another file"),
        (REST, "Own: {Type: AWS::Serverless::Api, Properties: {DefinitionBody: {'Fn::Transform': {Name: Own}}}}",
            "the definition of `Own` is in another file"),
        (REST.replace("!Ref Own", "!Ref Elsewhere"), "", "the API is of another template"),
        (REST.replace("!Ref Own", "!ImportValue x"), "", "the API is of another template"),
    ],
)  # fmt: skip
def test_where_it_is_defined_elsewhere_nobody_can_tell(event, api, reason):
    assert qualifiers(event, api) == [reason]


URI = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${Other.Arn}/invocations"
DEFINITION = f"""{{paths: {{
  /: {{get: {{x-amazon-apigateway-integration: {{uri: !Sub "{URI}"}}}}}},
  /more: {{get: {{x-amazon-apigateway-integration: {{uri: !Sub "{URI}"}}}}}},
  $default: {{x-amazon-apigateway-any-method: {{x-amazon-apigateway-integration: {{uri: !Sub "{URI}"}}}}}}}}}}"""
OTHER = "\nOther: {Type: AWS::Serverless::Function}"


@pytest.mark.parametrize(
    ("event", "api", "kept"),
    [
        (HTTP, "HttpApi, Properties: {", ["/more", "$default"]),
        (HTTP.replace("Path: /, Method: get, ", ""), "HttpApi, Properties: {", ["/", "/more"]),
        (HTTP.replace("Path: /,", "Path: !Ref Elsewhere,"), "HttpApi, Properties: {", ["/", "/more", "$default"]),
        (REST, "Api, Properties: {MergeDefinitions: true, ", ["/more", "$default"]),
        (REST, "Api, Properties: {", ["/", "/more", "$default"]),
    ],
)
def test_what_an_event_is_written_over_is_no_invocation(event, api, kept):
    resource = f"Own: {{Type: AWS::Serverless::{api}DefinitionBody: {DEFINITION}}}}}".replace("\n", " ")
    found = [fact.property for fact in invocations(event, resource + OTHER) if fact.resource.id == "Own"]
    assert [each.split(".")[2] for each in found] == kept


def test_an_event_that_is_not_always_there_leaves_the_definition_as_it_is():
    resource = f"Own: {{Type: AWS::Serverless::HttpApi, Properties: {{DefinitionBody: {DEFINITION}}}}}"
    resource = resource.replace("\n", " ") + OTHER.replace("\n", "\n  ")
    text = TEMPLATE % (HTTP, f"  {resource}")
    text = text.replace("Function\n", "Function\n    Condition: Maybe\n", 1)
    text = text.replace("Conditions: {", "Conditions: {Maybe: !Equals [!Ref Elsewhere, x], ")
    source = Source("t.yaml", text)
    facts = collect_facts(Resolver(load_template(parse(source), source)), frozenset(("invocation",)))
    assert [fact.property.split(".")[2] for fact in facts if fact.resource.id == "Own"] == ["/", "/more", "$default"]


def test_a_definition_beside_the_template_says_who_is_invoked():
    api = "Own: {Type: AWS::Serverless::Api, Properties: {DefinitionUri: own.yaml}}"
    definition = DEFINITION.replace("${Other.Arn}", "arn:aws:lambda:eu-west-1:111122223333:function:other")
    found = invocations(REST, api, own=definition.replace("!Sub ", ""))
    assert [(fact.integration, fact.at.path) for fact in found] == [("open_api", "own.yaml")] * 3
    assert len(invocations(REST, api)) == 1
