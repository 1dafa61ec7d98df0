"""`${...}` of the Serverless Framework."""

from __future__ import annotations

from typing import Any

import pytest

from saya.model.resolve import Resolver
from saya.model.serverless.service import load_service
from saya.text.node import MappingNode
from saya.text.parse import parse
from saya.text.source import Source

from ..templates import property_of  # noqa: TID252

SERVICE = """\
service: parcels
provider: {name: aws, region: eu-west-1, stage: "${opt:stage, self:custom.stage}"}
params: {default: {size: small}, live: {size: large}}
custom:
  stage: test
  table: parcels-${sls:stage}
  arn: {Fn::GetAtt: [Queue, QueueName]}
  names: [one, two]
  circle: ${self:custom.circle}
  deep: {test: here}
  option: ${opt:nothing}
  stored: ${ssm:/stored}
resources:
  Resources:
    Queue: {Type: AWS::SQS::Queue}
    X:
      Type: Custom::X
      Properties:
        P: VALUE
"""
LATER = " when the service is deployed"


def value_of(written: str, service: str = SERVICE, **files: str) -> Any:
    sources = {f"{name}.yml": Source(f"{name}.yml", body) for name, body in files.items()}
    source = Source("serverless.yml", service.replace("VALUE", written))
    root = parse(source)
    assert isinstance(root, MappingNode)
    return property_of(Resolver(load_service(root, source, sources.get)), "P")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("plain", "plain"),
        ("${self:custom.stage}", "test"),
        ("${self:custom.table}", "parcels-test"),
        ("${self:service}-${self:custom.deep.${sls:stage}}", "parcels-here"),
        ("${self:custom.names}", ["one", "two"]),
        ("${self:custom.names.1}", "two"),
        ("${self:custom.arn}", "${Queue.QueueName}"),
        ("${opt:stage, 'dev'}", "dev"),
        ("${opt:memory, 512}", "512"),
        ("${param:size}", "small"),
        ("${self:custom.nothing, 'otherwise'}", "otherwise"),
        ("${self:custom.nothing, self:custom.table}", "parcels-test"),
        ("${self:custom.stage.deeper, 'otherwise'}", "otherwise"),
        ("${file(absent.yml):a, 'otherwise'}", "otherwise"),
        ("${param:nothing, 'otherwise'}", "otherwise"),
        ("${self:custom.option, 'otherwise'}", "otherwise"),
        ("${self:custom.names[1]}", "two"),
        ("\\${self:custom.stage}", "${self:custom.stage}"),
        ("a\\${self:custom.stage}b${sls:stage}", "a${self:custom.stage}btest"),
        ("arn:aws:sqs:${aws:region}:${aws:accountId}:q", "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:q"),
        ('!Sub "${AWS::Region}-${self:custom.stage}-${X}"', "${AWS::Region}-test-${X}"),
        ('!Sub ["${A}-${sls:stage}", {A: "${self:custom.stage}"}]', "test-test"),
    ],
)
def test_what_the_service_decides_is_put_in(written: str, value: Any):
    assert value_of(written) == value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("${env:KEY}", f"${{?}} ?the environment variable `KEY` decides it{LATER}"),
        ("${env:KEY, 'x'}", f"${{?}} ?the environment variable `KEY` decides it{LATER}"),
        # What is known only when it is deployed is not what it falls back to.
        ("${ssm:/x, 'y'}", f"${{?}} ?`${{ssm:/x}}` is read{LATER}"),
        ("${cf:stack.output, 'y'}", f"${{?}} ?`${{cf:stack.output}}` is read{LATER}"),
        ("${self:custom.stored, 'y'}", f"${{?}} ?`${{ssm:/stored}}` is read{LATER}"),
        ("${self:custom.stored.part, 'y'}", f"${{?}} ?`${{ssm:/stored}}` is read{LATER}"),
        ("${self:custom.deep.${env:KEY}, 'y'}", f"${{?}} ?the environment variable `KEY` decides it{LATER}"),
        ("${self:custom.deep.${opt:nothing}, 'y'}", f"${{?}} ?the option `--nothing` decides it{LATER}"),
        ("${file(program.js):a, 'y'}", "${?} ?the file `program.js` decides it"),
        ("${file(../elsewhere.yml):a, 'y'}", "${?} ?the file `../elsewhere.yml` decides it"),
        # Spellings of version 4, and of plugins.
        ("${aws:ssm:/x/y}", f"${{?}} ?`${{aws:ssm:/x/y}}` is read{LATER}"),
        ("${account:cf:stack.output}", f"${{?}} ?`${{account:cf:stack.output}}` is read{LATER}"),
        ("${output:other.key}", f"${{?}} ?`${{output:other.key}}` is read{LATER}"),
        ("${terraform:outputs:table}", f"${{?}} ?`${{terraform:outputs:table}}` is read{LATER}"),
        ("${vault:secret.key}", f"${{?}} ?`${{vault:secret.key}}` is read{LATER}"),
        ("${git:sha1}", f"${{?}} ?`${{git:sha1}}` is read{LATER}"),
        ("${sls:instanceId}", f"${{?}} ?`${{sls:instanceId}}` is read{LATER}"),
        ("${own-plugin:x, 'y'}", f"${{?}} ?`${{own-plugin:x}}` is read{LATER}"),
        ("${opt:x}", f"${{?}} ?the option `--x` decides it{LATER}"),
        ("a-${ssm:/x/y}-b", f"a-${{?}}-b ?`${{ssm:/x/y}}` is read{LATER}"),
        ("${cf(eu-west-1):stack.output}", f"${{?}} ?`${{cf:stack.output}}` is read{LATER}"),
        ("${self:custom.nothing}", "${?} ?`self:custom.nothing` is nothing in this service"),
        ("${self:custom.circle}", "${?} ?`${self:custom.circle}` refers to itself"),
        ("${file(./absent.yml):a}", "${?} ?the file `./absent.yml` decides it"),
        (
            '!Sub "${AWS::Region}-${env:KEY}"',
            f"${{AWS::Region}}-${{?}} ?the environment variable `KEY` decides it{LATER}",
        ),
    ],
)
def test_what_it_does_not_decide_is_unknown(written: str, value: Any):
    assert value_of(written) == value


STAGES = """\
service: parcels
provider: {name: aws, stage: test}
params: {default: {a: 1, b: 1, c: 1, d: 1}, test: {b: 2, d: 2}}
stages: {default: {params: {c: 3, d: 3}}, test: {params: {d: 4}}, live: {params: {a: 5}}}
resources: {Resources: {X: {Type: Custom::X, Properties: {P: VALUE}}}}
"""


@pytest.mark.parametrize(("name", "value"), [("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")])
def test_parameters_of_the_stage_go_before_those_of_all(name: str, value: str):
    assert value_of(f'"${{param:{name}}}"', STAGES) == value


UNSTAGED = STAGES.replace("stage: test", "stage: '${env:STAGE}'")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("${sls:stage}", f"${{?}} ?the environment variable `STAGE` decides it{LATER}"),
        ("a-${self:provider.stage}", f"a-${{?}} ?the environment variable `STAGE` decides it{LATER}"),
        ("${param:b}", f"${{?}} ?the environment variable `STAGE` decides it{LATER}"),
        ("${param:c}", "3"),
    ],
)
def test_a_stage_that_nobody_knows_decides_nothing(written: str, value: str):
    assert value_of(f'"{written}"', UNSTAGED) == value


@pytest.mark.parametrize(
    ("service", "name", "stack"),
    [
        ("service: s\nprovider: {name: aws}\n", "s-dev-f", "s-dev"),
        ("service: s\nprovider: {name: aws, stage: live}\n", "s-live-f", "s-live"),
        ("service: s\nprovider: {name: aws, stackName: own}\n", "s-dev-f", "own"),
        ("service: s\nprovider: {name: aws, stackName: '${env:X}'}\n", "s-dev-f", None),
        ("service: s\nprovider: {name: aws, stage: '${env:X}'}\n", "s-${?}-f", None),
        ("service: '${env:X}-s'\nprovider: {name: aws}\n", "${?}-s-dev-f", None),
        ("service: {name: s}\nprovider: '${file(p.js)}'\n", "s-${?}-f", None),
    ],
)
def test_names_are_known_as_far_as_service_and_stage_are(service: str, name: str, stack: str | None):
    source = Source("serverless.yml", f"{service}functions: {{f: {{handler: h}}}}\n")
    root = parse(source)
    assert isinstance(root, MappingNode)
    found = load_service(root, source)
    assert str(property_of(Resolver(found), "FunctionName", "FLambdaFunction")).partition(" ?")[0] == name
    assert found.stack == stack


def test_a_file_of_text_is_its_text():
    source = Source("serverless.yml", SERVICE.replace("VALUE", "${file(version.txt)}"))
    root = parse(source)
    assert isinstance(root, MappingNode)
    service = load_service(root, source, {"version.txt": Source("version.txt", "1.2.3")}.get)
    assert property_of(Resolver(service), "P") == "1.2.3"


def test_a_local_file_is_read():
    assert value_of("${file(more.yml):a.b}", more="a: {b: '${self:custom.stage}'}") == "test"
    assert value_of("${file(more.yml)}", more="a: 1") == {"a": "1"}
    assert value_of("${file(more.yml)}", more="a: [") == (
        "${?} ?more.yml cannot be read: not valid YAML: did not find expected node content"
    )


def test_a_variable_stands_where_it_is_used():
    source = Source("serverless.yml", SERVICE.replace("VALUE", "${self:custom.stage}"))
    root = parse(source)
    assert isinstance(root, MappingNode)
    resolver = Resolver(load_service(root, source))
    (place,) = resolver.places(resolver.resources["X"], ("P",))
    assert source.text[place.at.start : place.at.end] == "${self:custom.stage}"


def test_laughter_ends():
    levels = "".join(f"  l{at}: ['${{self:custom.l{at + 1}}}', '${{self:custom.l{at + 1}}}']\n" for at in range(23))
    service = SERVICE.replace("custom:\n", f"custom:\n{levels}  l23: x\n")
    assert value_of("${self:custom.l0}", service) is not None
