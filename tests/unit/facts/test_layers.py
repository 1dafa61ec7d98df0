from __future__ import annotations

import pytest

from saya.facts.layers import collect
from saya.facts.types import Layer
from saya.facts.view import View
from saya.model.assembly import nested_stack
from saya.model.resolve import Resolver
from saya.model.template import load_template
from saya.model.value import Unknown
from saya.text.parse import parse
from saya.text.source import Source

EXTENSION = "arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension:29"
ARM_EXTENSION = "arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension-ARM:29"


def layers(text, **parameters) -> list[Layer]:
    source = Source("template.yaml", text)
    return list(collect(View(Resolver(load_template(parse(source), source), parameters=parameters))))


def function(properties, *, sections="", resources="", type_="AWS::Lambda::Function") -> str:
    """A template with one function, whose properties are flow mappings, one a line."""
    lines = "".join(f"      {line}\n" for line in properties.splitlines())
    return f"{sections}\nResources:\n{resources}  Fn:\n    Type: {type_}\n    Properties:\n{lines}"


def only(text, **parameters) -> Layer:
    (layer,) = layers(text, **parameters)
    return layer


def mismatches(found: list[Layer]) -> list[Layer]:
    return [
        layer
        for layer in found
        if isinstance(layer.architectures, tuple) and layer.function.architecture not in layer.architectures
    ]


def test_a_catalogued_layer_is_certain_and_has_a_counterpart():
    layer = only(function(f"Architectures: [arm64]\nLayers:\n  - {EXTENSION}"))
    assert (layer.name, layer.account, layer.architectures) == ("Datadog-Extension", "464622532012", ("x86_64",))
    assert (layer.evidence, layer.certainty, layer.counterpart) == ("catalogue", "certain", "Datadog-Extension-ARM")
    assert (layer.function.id, layer.function.architecture) == ("Fn", "arm64")
    assert (layer.resource.id, layer.property, layer.identity, layer.subject) == (
        "Fn",
        "Layers.0",
        "Layers.Datadog-Extension",
        "Datadog-Extension",
    )
    assert layer.at.start_line == 8


def test_the_counterpart_is_that_of_the_functions_architecture():
    assert only(function(f"Layers: [{ARM_EXTENSION}]")).counterpart == "Datadog-Extension"


def test_a_neutral_layer_runs_on_both():
    arn = "arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Node20-x:120"
    layer = only(function(f"Architectures: [arm64]\nLayers: ['{arn}']"))
    assert layer.architectures == ("x86_64", "arm64")


@pytest.mark.parametrize(
    "arn",
    [
        "!Sub arn:${AWS::Partition}:lambda:${AWS::Region}:464622532012:layer:Datadog-Extension-ARM:29",
        "!Sub 'arn:aws:lambda:${AWS::Region}:464622532012:layer:Datadog-Extension-ARM:${Version}'",
        "!Join [':', [arn, aws, lambda, !Ref 'AWS::Region', 464622532012, layer, Datadog-Extension-ARM, 29]]",
        "arn:aws:lambda:eu-west-1:464622532012:layer:Datadog-Extension-ARM:{{resolve:ssm:/datadog/version}}",
    ],
)
def test_an_arn_is_recognised_however_it_is_put_together(arn):
    sections = "Parameters: {Version: {Type: String}}"
    layer = only(
        function(f'Layers:\n  - "{arn}"' if arn.startswith("arn") else f"Layers:\n  - {arn}", sections=sections)
    )
    assert (layer.name, layer.architectures, layer.certainty) == ("Datadog-Extension-ARM", ("arm64",), "certain")


@pytest.mark.parametrize(
    ("path", "architectures", "evidence"),
    [
        ("/aws/service/powertools/python/x86_64/python3.13/latest", ("x86_64",), "catalogue"),
        ("/aws/service/powertools/python/arm64/python3.13/3.2.0:4", ("arm64",), "catalogue"),
        ("/aws/service/powertools/typescript/generic/all/latest", ("x86_64", "arm64"), "catalogue"),
        ("/layers/deps-arm64", ("arm64",), "name"),
    ],
)
def test_the_name_of_the_parameter_that_holds_the_arn_tells(path, architectures, evidence):
    layer = only(function(f"Architectures: [arm64]\nLayers: ['{{{{resolve:ssm:{path}}}}}']"))
    assert (layer.architectures, layer.evidence) == (architectures, evidence)
    assert layer.identity == f"Layers.{path.partition(':')[0]}"


@pytest.mark.parametrize(
    "stated", ["/layers/deps", "/layers/${Arch}", "/aws/service/powertools/python/${Arch}/python3.13/x"]
)
def test_a_parameter_that_does_not_tell_is_unknown(stated):
    text = f"Architectures: [arm64]\nLayers: [!Sub '{{{{resolve:ssm:{stated}}}}}']"
    layer = only(function(text, sections="Parameters: {Arch: {Type: String}}"))
    assert isinstance(layer.architectures, Unknown)


def test_a_parameter_that_is_chosen_with_the_architecture_goes_with_it():
    layer = only(
        function(
            "Architectures: [!Ref Arch]\nLayers: [!Sub '{{resolve:ssm:/layers/${Arch}}}']",
            sections="Parameters: {Arch: {Type: String}}",
        )
    )
    assert layer.architectures == ("x86_64", "arm64")


def test_a_hole_in_place_of_the_account_costs_certainty():
    arn = "!Sub '${Prefix}:layer:Datadog-Extension:29'"
    layer = only(function(f"Layers:\n  - {arn}", sections="Parameters: {Prefix: {Type: String}}"))
    assert (layer.account, layer.architectures, layer.certainty) == (None, ("x86_64",), "likely")


@pytest.mark.parametrize("version", ["XXX", "latest", "$LATEST"])
def test_a_version_that_is_no_number_is_an_example(version):
    assert layers(function(f"Architectures: [arm64]\nLayers: ['{EXTENSION[:-2]}{version}']")) == []


def test_what_is_no_layer_is_no_fact():
    assert layers(function("Layers: [not-an-arn]")) == []


def test_an_image_has_no_layers():
    assert layers(function(f"PackageType: Image\nArchitectures: [arm64]\nLayers: ['{EXTENSION}']")) == []


HOME_MADE = "Layers: ['arn:aws:lambda:us-east-1:111122223333:layer:our-native-deps:4']"


def test_nobody_knows_a_layer_without_a_token():
    layer = only(function(f"Architectures: [arm64]\n{HOME_MADE}"))
    assert isinstance(layer.architectures, Unknown)
    assert "our-native-deps" in layer.architectures.reason
    assert (layer.name, layer.evidence, layer.certainty) == ("our-native-deps", None, None)


def test_a_layer_that_nobody_knows_is_worth_a_word_only_off_x86_64():
    assert layers(function(HOME_MADE)) == []
    assert layers(function("Layers: [!Ref Deps]", resources=declared())) == []
    assert layers(function("Layers: [!ImportValue deps]")) == []
    assert isinstance(only(function(f"Architectures: [!Ref Arch]\n{HOME_MADE}", sections=OPEN)).architectures, Unknown)


def test_an_open_declaration_is_worth_a_word():
    resources = declared("CompatibleArchitectures: [!Ref Arch]")
    layer = only(function("Layers: [!Ref Deps]", sections=OPEN, resources=resources))
    assert layer.architectures == Unknown("the parameter `Arch` has no value here")


def test_a_token_in_the_name_tells():
    layer = only(function("Layers: ['arn:aws:lambda:us-east-1:111122223333:layer:our-deps-arm64:4']"))
    assert (layer.architectures, layer.evidence, layer.certainty) == (("arm64",), "name", None)


def test_a_token_beside_a_hole_tells_too():
    arn = "!Sub 'arn:aws:lambda:us-east-1:111122223333:layer:${Stage}-deps-arm64:4'"
    layer = only(function(f"Layers:\n  - {arn}", sections="Parameters: {Stage: {Type: String}}"))
    assert (layer.name, layer.architectures) == ("${Stage}-deps-arm64", ("arm64",))


# the architecture and the layer are decided together

CONDITION = "Conditions: {UseArm: !Equals [!Ref 'AWS::Region', eu-west-1]}"


def test_a_condition_that_only_the_function_follows():
    found = layers(
        function(f"Architectures: [!If [UseArm, arm64, x86_64]]\nLayers: ['{EXTENSION}']", sections=CONDITION)
    )
    (wrong,) = mismatches(found)
    assert len(found) == 2
    assert wrong.guard.conditions == (("UseArm", True),)


def test_a_condition_that_both_follow():
    layer = f"!If [UseArm, '{ARM_EXTENSION}', '{EXTENSION}']"
    found = layers(function(f"Architectures: [!If [UseArm, arm64, x86_64]]\nLayers: [{layer}]", sections=CONDITION))
    assert len(found) == 2
    assert mismatches(found) == []


def test_a_layer_left_out_under_a_condition():
    layer = f"!If [UseArm, !Ref 'AWS::NoValue', '{EXTENSION}']"
    found = layers(function(f"Architectures: [!If [UseArm, arm64, x86_64]]\nLayers: [{layer}]", sections=CONDITION))
    assert [(one.function.architecture, one.architectures) for one in found] == [("x86_64", ("x86_64",))]


def test_a_layer_of_a_resource_that_exists_only_then():
    native = (
        "  Native:\n    Type: AWS::Lambda::LayerVersion\n    Condition: UseArm\n"
        "    Properties: {CompatibleArchitectures: [arm64]}\n"
    )
    properties = "Architectures: [!If [UseArm, arm64, x86_64]]\nLayers: [!Ref Native]"
    found = layers(function(properties, sections=CONDITION, resources=native))
    assert [layer.function.architecture for layer in found] == ["arm64"]


ALLOWED = "Parameters: {Arch: {Type: String, AllowedValues: [x86_64, arm64]}}"
OPEN = "Parameters: {Arch: {Type: String}}"


@pytest.mark.parametrize("sections", [ALLOWED, OPEN])
def test_a_parameter_that_chooses_the_name_and_the_architecture(sections):
    arn = "!Sub 'arn:aws:lambda:us-east-1:111122223333:layer:deps-${Arch}:4'"
    found = layers(function(f"Architectures: [!Ref Arch]\nLayers:\n  - {arn}", sections=sections))
    assert found
    assert all(layer.function.architecture in layer.architectures or layer.evidence == "name" for layer in found)
    assert mismatches([layer for layer in found if isinstance(layer.function.architecture, str)]) == []


def test_a_mapping_by_the_parameter_that_chooses_the_architecture():
    sections = f"{OPEN}\nMappings: {{Layer: {{x86_64: {{Arn: '{EXTENSION}'}}, arm64: {{Arn: '{EXTENSION}'}}}}}}"
    found = layers(
        function("Architectures: [!Ref Arch]\nLayers: [!FindInMap [Layer, !Ref Arch, Arn]]", sections=sections)
    )
    # Both rows are one layer, so nothing but the architecture is open.
    assert [layer.function.architecture for layer in found] == [Unknown("the parameter `Arch` has no value here")]
    sections = sections.replace(EXTENSION, ARM_EXTENSION, 1)
    found = layers(
        function("Architectures: [!Ref Arch]\nLayers: [!FindInMap [Layer, !Ref Arch, Arn]]", sections=sections)
    )
    assert [(layer.name, layer.function.architecture) for layer in found] == [
        ("Datadog-Extension-ARM", "x86_64"),
        ("Datadog-Extension", "arm64"),
    ]


def test_an_open_parameter_leaves_the_architecture_open():
    layer = only(function(f"Architectures: [!Ref Arch]\nLayers: ['{EXTENSION}']", sections=OPEN))
    assert layer.function.architecture == Unknown("the parameter `Arch` has no value here")
    assert layer.architectures == ("x86_64",)
    given = only(function(f"Architectures: [!Ref Arch]\nLayers: ['{EXTENSION}']", sections=OPEN), Arch="arm64")
    assert given.function.architecture == "arm64"


# layers of the template


def declared(properties="", *, type_="AWS::Lambda::LayerVersion", name="Deps", more="") -> str:
    return f"  {name}:\n    Type: {type_}\n{more}    Properties: {{{properties}}}\n"


@pytest.mark.parametrize("reference", ["!Ref Deps", "!GetAtt Deps.LayerVersionArn", "!Sub '${Deps}'"])
def test_a_layer_of_the_template_declares_what_it_is_built_for(reference):
    resources = declared("CompatibleArchitectures: [x86_64]")
    layer = only(function(f"Architectures: [arm64]\nLayers: [{reference}]", resources=resources))
    assert (layer.name, layer.architectures, layer.evidence) == ("Deps", ("x86_64",), "declared")
    assert (layer.identity, layer.subject) == ("Layers.Deps", "Deps")


def test_a_layer_for_both():
    resources = declared("CompatibleArchitectures: [x86_64, arm64]", type_="AWS::Serverless::LayerVersion")
    assert only(function("Layers: [!Ref Deps]", resources=resources)).architectures == ("x86_64", "arm64")


@pytest.mark.parametrize("properties", ["", "CompatibleArchitectures: []"])
def test_a_layer_that_declares_nothing_is_unknown(properties):
    layer = only(function("Architectures: [arm64]\nLayers: [!Ref Deps]", resources=declared(properties)))
    assert layer.architectures == Unknown("`Deps` declares no CompatibleArchitectures")
    assert layer.evidence is None


def test_the_name_of_an_undeclared_layer_tells():
    layer = only(function("Layers: [!Ref Deps]", resources=declared("LayerName: !Sub '${AWS::StackName}-arm64'")))
    assert (layer.name, layer.architectures, layer.evidence) == ("Deps", ("arm64",), "name")
    logical = only(function("Layers: [!Ref DepsArm64]", resources=declared(name="DepsArm64")))
    assert (logical.architectures, logical.evidence) == (("arm64",), "name")


def test_a_vendors_name_on_a_layer_of_the_template_tells_nothing():
    resources = declared("LayerName: Datadog-Extension")
    layer = only(function("Architectures: [arm64]\nLayers: [!Ref Deps]", resources=resources))
    assert isinstance(layer.architectures, Unknown)


def test_sam_builds_for_an_architecture():
    more = "    Metadata: {BuildMethod: python3.13, BuildArchitecture: arm64}\n"
    resources = declared("ContentUri: deps", type_="AWS::Serverless::LayerVersion", more=more)
    layer = only(function("Layers: [!Ref Deps]", resources=resources))
    assert (layer.architectures, layer.evidence) == (("arm64",), "declared")


def test_declared_under_a_condition():
    resources = declared("CompatibleArchitectures: [!If [UseArm, arm64, x86_64]]")
    found = layers(function("Layers: [!Ref Deps]", sections=CONDITION, resources=resources))
    assert [layer.guard.conditions for layer in mismatches(found)] == [(("UseArm", True),)]


# what the template does not decide


@pytest.mark.parametrize(
    ("layer", "named"),
    [
        ("!ImportValue shared-layer", "shared-layer"),
        ("!GetAtt Nested.Outputs.Layer", "Layer"),
        ("!Ref Arn", "Arn"),
        ("'{{resolve:ssm:/layers/deps}}'", "/layers/deps"),
    ],
)
def test_a_layer_from_elsewhere_is_unknown(layer, named):
    nested = "  Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: nested.yaml}}\n"
    sections = "Parameters: {Arn: {Type: String}}"
    found = only(function(f"Architectures: [arm64]\nLayers: [{layer}]", sections=sections, resources=nested))
    assert isinstance(found.architectures, Unknown)
    assert isinstance(found.name, Unknown)
    assert named in found.architectures.reason
    assert (found.identity, found.subject) == ("Layers.0", "")


NESTED = """
Parameters: {Arch: {Type: String}}
Conditions: {IsArm: !Equals [!Ref Arch, arm64]}
Resources:
  Deps:
    Type: AWS::Lambda::LayerVersion
    Properties: {CompatibleArchitectures: [!If [IsArm, arm64, x86_64]]}
  Worker:
    Type: AWS::Lambda::Function
    Properties: {Architectures: [arm64], Layers: [!Ref Deps]}
Outputs: {Layer: {Value: !Ref Deps}}
"""


def test_a_layer_of_a_nested_stack_says_what_it_is_for():
    properties = "{TemplateURL: nested.yaml, Parameters: {Arch: %s}}"
    nested = f"  Nested:\n    Type: AWS::CloudFormation::Stack\n    Properties: {properties}\n"
    for arch, architectures in (("x86_64", ("x86_64",)), ("arm64", ("arm64",))):
        text = function("Architectures: [arm64]\nLayers: [!GetAtt Nested.Outputs.Layer]", resources=nested % arch)
        source = Source("template.yaml", text)
        files = {"nested.yaml": Source("nested.yaml", NESTED)}
        (layer,) = collect(View(Resolver(load_template(parse(source), source), files=files.get)))
        assert (layer.name, layer.evidence, layer.architectures) == ("Deps", "declared", architectures)
        assert layer.resource.id == "Fn"


def test_a_layer_of_the_parent_says_what_it_is_for():
    child = """
Parameters: {Layer: {Type: String}}
Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties: {Architectures: [arm64], Layers: [!Ref Layer]}
"""
    parent = """
Conditions: {IsProd: !Equals [!Ref "AWS::StackName", prod]}
Resources:
  Deps:
    Type: AWS::Lambda::LayerVersion
    Properties: {CompatibleArchitectures: [!If [IsProd, arm64, x86_64]]}
  Nested:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: {Layer: !Ref Deps}}
"""
    source = Source("parent.yaml", parent)
    above = Resolver(load_template(parse(source), source), files={"child.yaml": Source("child.yaml", child)}.get)
    below = nested_stack(above, above.resources["Nested"])
    assert below is not None
    found = {layer.guard.conditions: layer.architectures for layer in collect(View(below))}
    assert found == {(("../IsProd", True),): ("arm64",), (("../IsProd", False),): ("x86_64",)}


def test_a_list_from_a_parameter_is_unknown():
    sections = "Parameters: {Arns: {Type: CommaDelimitedList}}"
    found = only(function("Architectures: [arm64]\nLayers: !Ref Arns", sections=sections))
    assert isinstance(found.architectures, Unknown)


def test_globals_are_layers_of_every_function():
    sections = (
        "Transform: AWS::Serverless-2016-10-31\n"
        f"Globals: {{Function: {{Architectures: [arm64], Layers: ['{EXTENSION}']}}}}"
    )
    text = function(f"Layers: ['{ARM_EXTENSION}']", sections=sections, type_="AWS::Serverless::Function")
    found = layers(text)
    assert [(one.property, one.name, one.at.start_line) for one in found] == [
        ("Layers.0", "Datadog-Extension", 2),
        ("Layers.1", "Datadog-Extension-ARM", 7),
    ]
    assert [one.name for one in mismatches(found)] == ["Datadog-Extension"]
