"""A service read as it is written, beside what the framework packages of it.

`fixtures/serverless/parcels.json` is what `serverless package` of version 3.40.0 makes of `examples/serverless`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from saya.facts.collect import collect_facts
from saya.facts.types import Invocation, Layer, LogGroupArn
from saya.model.resolve import Resolver
from saya.model.serverless.service import Service, is_service, load_service
from saya.model.template import load_template
from saya.text.node import MappingNode
from saya.text.parse import parse
from saya.text.source import Source

from ..templates import property_of  # noqa: TID252

ROOT = Path(__file__).parents[4]
WRITTEN = ROOT / "examples" / "serverless" / "serverless.yml"
PACKAGED = ROOT / "tests" / "fixtures" / "serverless" / "parcels.json"


def service_of(text: str) -> Service:
    source = Source("serverless.yml", text)
    root = parse(source)
    assert isinstance(root, MappingNode)
    assert is_service(root)
    return load_service(root, source)


@pytest.fixture(scope="module")
def written() -> Resolver:
    return Resolver(service_of(WRITTEN.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def packaged() -> Resolver:
    source = Source("parcels.json", PACKAGED.read_text(encoding="utf-8"))
    return Resolver(load_template(parse(source), source))


def invocations(resolver: Resolver) -> set[tuple[Any, ...]]:
    return {
        (
            fact.resource.id,
            fact.resource.type,
            fact.property,
            getattr(fact.target, "id", fact.target),
            fact.qualifier,
            fact.exposure,
            getattr(fact.bypasses, "id", None),
        )
        for fact in collect_facts(resolver, {"invocation"})
        if isinstance(fact, Invocation)
    }


def test_the_invocations_are_those_of_the_package(written: Resolver, packaged: Resolver):
    ours, theirs = invocations(written), invocations(packaged)
    assert ours <= theirs
    # What calls the framework's own functions, in deployments alone.
    assert {row[2] for row in theirs - ours} == {"ServiceToken"}
    assert len(ours) == 28


def test_the_layers_are_those_of_the_package(written: Resolver, packaged: Resolver):
    def layers(resolver: Resolver) -> list[tuple[Any, ...]]:
        facts = (fact for fact in collect_facts(resolver, {"layer"}) if isinstance(fact, Layer))
        return [(fact.name, fact.architectures, fact.function.id, fact.function.architecture) for fact in facts]

    assert layers(written) == layers(packaged) != []


def test_the_log_groups_of_the_role_are_those_of_the_package(written: Resolver, packaged: Resolver):
    def of_role(resolver: Resolver) -> list[tuple[Any, ...]]:
        facts = (fact for fact in collect_facts(resolver, {"log_group_arn"}) if isinstance(fact, LogGroupArn))
        return [(fact.log_group_name, fact.form) for fact in facts if fact.resource.type == "AWS::IAM::Role"]

    assert of_role(written) == of_role(packaged) != []


def test_functions_and_aliases_have_the_ids_and_properties_of_the_package(written: Resolver, packaged: Resolver):
    own = {"AWS::Lambda::Function", "AWS::Lambda::Alias", "AWS::Lambda::Url", "AWS::Logs::LogGroup"}
    ours = {(each.id, each.type) for each in written.resources.values() if each.type in own}
    theirs = {(each.id, each.type) for each in packaged.resources.values() if each.type in own}
    assert {row for row in theirs - ours if "CustomDashresource" not in row[0]} == ours - theirs == set()
    for name, _ in ours:
        for property_ in ("Architectures", "Layers", "Runtime", "Handler", "FunctionName", "MemorySize", "Environment"):
            if property_of(written, property_, name) is not None:
                assert property_of(written, property_, name) == property_of(packaged, property_, name), (
                    name,
                    property_,
                )


def test_everything_stands_where_its_author_wrote_it(written: Resolver):
    lines = written.template.source.text.splitlines()
    told = {lines[fact.at.start_line - 1].strip() for fact in collect_facts(written, {"invocation"})}
    others = {"Arn: !GetAtt TrackLambdaFunction.Arn", "authorizer: checkDriver", "type: request", "url: true"}
    assert {line for line in told if not line.startswith("- ")} == others
    assert {"- http: GET /parcels/{id}", "- sns:", "- iot:", "- s3: parcels-invoices"} < told


SMALL = "service: s\nprovider: {name: aws, architecture: arm64, layers: [a], runtime: nodejs20.x}\n"


def test_a_function_goes_before_its_provider():
    found = Resolver(
        service_of(SMALL + "functions:\n  one: {handler: h}\n  two: {architecture: x86_64, layers: [b, c]}\n")
    )
    assert property_of(found, "Architectures", "OneLambdaFunction") == ["arm64"]
    assert property_of(found, "Layers", "OneLambdaFunction") == ["a"]
    assert property_of(found, "Architectures", "TwoLambdaFunction") == ["x86_64"]
    assert property_of(found, "Layers", "TwoLambdaFunction") == ["b", "c"]


def test_resources_go_over_what_is_generated_and_may_be_a_list():
    extra = (
        "resources:\n  - Resources: {OneLambdaFunction: {Properties: {MemorySize: 512}}}\n"
        "  - Conditions: {C: !Equals [a, a]}\n    Outputs: {O: {Value: x}}\n"
    )
    service = service_of(SMALL + "functions: {one: {handler: h}}\n" + extra)
    found = Resolver(service)
    assert property_of(found, "MemorySize", "OneLambdaFunction") == "512"
    assert property_of(found, "Handler", "OneLambdaFunction") == "h"
    assert found.conditions.decided("C") is True
    key = found.resources["OneLambdaFunction"].key
    assert key.source.text[key.start : key.end] == "one"


@pytest.mark.parametrize(
    "text",
    [
        "services: {web: {}}\nprovider: aws\n",
        "service: x\n",
        "service: x\nprovider: {name: openwhisk}\nfunctions: {}\n",
        "service: x\nprovider: google\n",
        "[]",
    ],
)
def test_what_is_none_is_none(text: str):
    assert not is_service(parse(Source("serverless.yml", text)))


@pytest.mark.parametrize(
    "text",
    [
        "service: s\nprovider: aws\nfunctions: ${file(x.yml)}\nresources: ${file(y.yml)}\n",
        "service: s\nprovider: aws\nfunctions: ['${file(x.yml)}', {a: {handler: h}}]\n",
        "service: {name: s}\nprovider: aws\nfunctions: {a: , b: 1, c: []}\nlayers: {d: 1}\nresources: 1\n",
        "service: s\nprovider: aws\nfunctions: {a: {events: [x, {http: }, {sqs: }, {s3: }, {sns: }, {iot: 1}]}}\n",
        "service: s\nprovider: aws\nfunctions: {a: {events: [{alb: []}, {schedule: []}, {stream: {}}]}}\n",
        "service: s\nprovider: aws\nfunctions: {a: {events: {http: x}, layers: 1, vpc: 1, image: {}}}\n",
        "service: s\nprovider: aws\nfunctions: {a: {environment: x, url: [], snapStart: {}}}\n",
        "service: s\nprovider: ${file(x.yml)}\nfunctions: {a: {provisionedConcurrency: {Ref: X}}}\n",
    ],
)
def test_odd_services_do_no_harm(text: str):
    source = Source("serverless.yml", text)
    root = parse(source)
    assert isinstance(root, MappingNode)
    found = Resolver(load_service(root, source))
    assert list(collect_facts(found, {"invocation", "layer", "log_group_arn", "event_rule", "alias"})) is not None


@pytest.mark.parametrize(
    ("setting", "target", "alias"),
    [
        ("provisionedConcurrency: 1", "${OneLambdaFunction}:provisioned", "OneProvConcLambdaAlias"),
        ("provisionedConcurrency: {executions: 1}", "${OneLambdaFunction}:provisioned", "OneProvConcLambdaAlias"),
        (
            "provisionedConcurrency: {executions: 1, alias: li_ve}",
            "${OneLambdaFunction}:li_ve",
            "OneProvConcLiUnderscoreveLambdaAlias",
        ),
        ("snapStart: true", "${OneLambdaFunction}:snapstart", "OneSnapStartLambdaAlias"),
        ("durableConfig: {executionTimeout: 1}", "${OneLambdaFunction}:durable", "OneDurableLambdaAlias"),
        ("provisionedConcurrency: 0", "${OneLambdaFunction}", None),
        ("snapStart: false", "${OneLambdaFunction}", None),
        ("provisionedConcurrency: '${env:X}'", "${OneLambdaFunction}${?}", None),
    ],
)
def test_events_invoke_the_alias_that_the_function_publishes(setting: str, target: str, alias: str | None):
    found = Resolver(
        service_of(SMALL + f"functions: {{one: {{handler: h, {setting}, events: [{{schedule: rate(1 day)}}]}}}}\n")
    )
    (rule,) = found.of_type("AWS::Events::Rule")
    (place,) = found.places(rule, ("Targets", "[]", "Arn"))
    assert str(place.value).rpartition(":function:")[2] == target
    assert [each.id for each in found.of_type("AWS::Lambda::Alias")] == ([] if alias is None else [alias])
