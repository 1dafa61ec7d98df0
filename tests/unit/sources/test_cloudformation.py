import pytest

from saya.sources.cloudformation import has_resource_types, is_template, may_be_template
from saya.text.parse import parse
from saya.text.source import Source


@pytest.mark.parametrize(
    "text",
    [
        "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n",
        "Transform: AWS::Serverless-2016-10-31\nResources: {}\n",
        "Transform: [Mine, AWS::LanguageExtensions]\nResources: {Q: {}}\n",
        "Resources:\n  Q: {Type: AWS::SQS::Queue}\n",
        "Resources:\n  Broken: 1\n  Q: {Type: Custom::Thing}\n",
        '{"Resources": {"Q": {"Type": "Org::Service::Thing"}}}',
        "Resources:\n  Q: {'Fn::Transform': {Name: Mine}}\n",
    ],
)
def test_templates(text):
    assert is_template(parse(Source("t.yaml", text)))
    assert may_be_template(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- Resources\n",
        "Resources: []\n",
        "Resources:\n  Q: {Type: queue}\n",
        "Resources:\n  Q: {}\n",
        "Transform: upper\n",
        "AWSTemplateFormatVersion: '2010-09-09'\nOutputs: {Url: {Value: !Ref Api}}\n",
        "Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Timeout: 5}}\n",
        "resources:\n  Resources:\n    Q: {Type: AWS::SQS::Queue}\n",
        '{"name": "package", "version": "1.0.0"}',
        "ROSTemplateFormatVersion: '2015-09-01'\nResources: {Q: {Type: ALIYUN::ECS::Instance}}\n",
        "HeatTemplateFormatVersion: '2012-12-12'\nResources: {Q: {Type: OS::Nova::Server}}\n",
    ],
)
def test_what_is_no_template(text):
    assert not is_template(parse(Source("t.yaml", text)))


def test_other_files_are_not_worth_parsing():
    assert not may_be_template(b'{"name": "package", "dependencies": {"aws-sdk": "2"}}')


@pytest.mark.parametrize(
    "data",
    [
        b"Resources:\n  Q:\n    Type: AWS::SQS::Queue\n  - broken",
        b'{"Resources": {"Q": {"Type": "AWS::SQS::Queue"',
        b"{'Resources':{'A':{'Type':'Custom::Thing'",
        "Type: AWS::SQS::Queue".encode("utf-16"),
    ],
)
def test_broken_files_that_look_like_templates(data):
    assert has_resource_types(data)
    assert may_be_template(data)


def test_broken_files_that_only_speak_of_templates():
    assert not has_resource_types(b"run: grep AWS::SQS::Queue {{ file }}\n  Type: x\n")
