"""Services read as they are written against what version 3.40.0 of the framework packages of them.

`tests/real` packages them anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sam_oracle import facts_told
from saya.facts.collect import COLLECTORS, collect_facts
from saya.model.resolve import Resolver
from saya.model.serverless.service import Service, load_service
from saya.model.template import load_template
from saya.model.value import Given
from saya.sources.attached import AttachedFiles
from saya.sources.workspace import Folder
from saya.text.node import MappingNode
from saya.text.parse import parse
from saya.text.source import Source

from ..templates import show_all  # noqa: TID252

FIXTURES = Path(__file__).parents[3] / "fixtures" / "serverless"
SERVICES = sorted(path.parent.name for path in FIXTURES.glob("*/packaged.json"))

# What the framework makes for itself: functions behind its custom resources, permissions, logs of APIs, its bucket.
OWN_FUNCTION = "CustomDashresource"
OWN = {"HttpApiStage", "WebsocketsDeploymentStage"}
NOT_READ = {
    "AWS::Lambda::Permission",
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::Resource",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Deployment",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::RouteResponse",
    "AWS::ApiGatewayV2::Stage",
    "AWS::ElasticLoadBalancingV2::ListenerRule",
    "AWS::Events::EventBus",
    "AWS::IAM::Role",
    "AWS::Kinesis::StreamConsumer",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "Custom::ApiGatewayAccountRole",
}
NO_FUNCTION = {  # methods, authorizers and logs that invoke none
    "ApiGatewayMethodElsewhereGet",
    "ApiGatewayMethodMockGet",
    "PeopleApiGatewayAuthorizer",
    "HttpApiAuthorizerToken",
    "ApiGatewayLogGroup",
    "HttpApiLogGroup",
    "WebsocketsLogGroup",
}


class Pair:
    """A service as it is written, and as it is packaged."""

    def __init__(self, name: str) -> None:
        folder = FIXTURES / name
        source = Source("serverless.yml", (folder / "serverless.yml").read_text(encoding="utf-8"))
        root = parse(source)
        assert isinstance(root, MappingNode)
        files = AttachedFiles(Folder(folder), "serverless.yml", "serverless.yml")
        self.root, self.source, self.files = root, source, files
        self.written = Resolver(load_service(root, source, files), files=files)
        self.made = Source("packaged.json", (folder / "packaged.json").read_text(encoding="utf-8"))
        self.packaged = Resolver(load_template(parse(self.made), self.made))

    def beside(self) -> Service:
        """The service with its package beside it."""

        def files(name: str) -> Source | None:
            return self.made if name.startswith(".serverless/cloudformation") else self.files(name)

        return load_service(self.root, self.source, files)


@pytest.fixture(scope="module", params=SERVICES)
def pair(request: Any) -> Pair:
    return Pair(request.param)


def test_there_are_services():
    assert SERVICES == ["events", "functions", "resources", "variables"]


def test_the_facts_are_those_of_the_package(pair: Pair):
    def told(resolver: Resolver) -> dict[Any, int]:
        facts = facts_told(resolver, placed=True)
        kept = {key: count for key, count in facts.items() if key[1][0] not in OWN and key[1][2] != "ServiceToken"}
        # The framework's own statements stand before those of the author.
        return {(kind, _without_place(fields)): count for (kind, fields), count in kept.items()}

    assert told(pair.written) == told(pair.packaged)


def _without_place(fields: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*fields[:2], *fields[3:]) if fields[1] == "AWS::IAM::Role" else fields


def test_nothing_of_them_is_unseen(pair: Pair):
    assert pair.written.template.gaps == ()


def test_the_resources_are_those_of_the_package(pair: Pair):
    ours = {(_unhashed(each.id), each.type) for each in pair.written.resources.values()}
    theirs = {(each.id, each.type) for each in pair.packaged.resources.values()}
    assert ours - theirs == set()
    assert {name for name, type_ in theirs - ours if type_ not in NOT_READ and OWN_FUNCTION not in name} <= NO_FUNCTION


def _unhashed(name: str) -> str:
    stem, version, digest = name.rpartition("LambdaVersion")
    if version and len(digest) > 20:
        return f"{stem}{version}HASH"
    return "KeptDashtoolsLambdaLayerHASH" if name == "KeptDashtoolsLambdaLayer" else name


def test_functions_have_the_properties_of_the_package(pair: Pair):
    functions = list(pair.written.of_type("AWS::Lambda::Function"))
    assert functions
    for function in functions:
        ours = properties(pair.written, function.id)
        theirs = properties(pair.packaged, function.id)
        assert set(ours) - set(theirs) == set(), function.id
        # Defaults of the framework's, and what is known when it packages.
        assert set(theirs) - set(ours) <= {"Code", "Role", "MemorySize", "Timeout", "TracingConfig", "DeadLetterConfig"}
        assert ours == {name: theirs[name] for name in ours}, function.id


def properties(resolver: Resolver, name: str) -> dict[str, Any]:
    resource = resolver.resources[name]
    found = show_all(resolver, Given(resolver.properties(resource), resource.node))
    assert isinstance(found, dict)
    return {key: value for key, value in found.items() if key != "Code"} | ({"Code": 0} if "Code" in found else {})


def test_a_package_beside_a_service_is_seen_at_its_lines(pair: Pair):
    service = pair.beside()
    assert service.is_packaged
    assert pair.made not in {each.source for each in (service.root, *service.resources.entries.values())}

    def places(resolver: Resolver) -> dict[Any, tuple[int, ...]]:
        return {
            (type(fact).__name__, fact.resource.id, fact.property): (fact.at.start_line, fact.resource.at.start_line)
            for fact in collect_facts(resolver, frozenset(COLLECTORS))
        }

    written, laid = places(pair.written), places(Resolver(service, files=pair.files))
    own = {key for key in written if key[1] != "IamRoleLambdaExecution"}
    assert own
    assert {key: laid[key] for key in own} == {key: written[key] for key in own}


def test_what_is_packaged_decides(pair: Pair):
    assert facts_told(Resolver(pair.beside())) == facts_told(pair.packaged)
