import pytest

from saya.errors import TemplateError
from saya.model.template import load_template
from saya.text.parse import parse
from saya.text.source import Source

from .templates import template_of


def test_sections_and_kinds():
    template = template_of("""
    Transform: [AWS::Serverless-2016-10-31, AWS::LanguageExtensions, {Name: AWS::Include, Parameters: {}}, Mine]
    Globals: {Function: {}}
    Parameters: {P: {Type: String, NoEcho: true, AllowedValues: [a, [b], c]}, 'Fn::Transform': {Name: x}}
    Resources: {}
    """)
    assert template.kind == "sam"
    assert [name for name, _ in template.macros] == ["Mine"]
    assert len(template.transforms) == 4
    assert template.globals is not None
    parameter = template.parameters["P"]
    assert (parameter.type, parameter.no_echo, [node.text for node in parameter.allowed]) == (
        "String",
        True,
        ["a", "c"],
    )
    assert list(template.parameters) == ["P"]
    assert template.problems == []


def test_a_plain_template():
    template = template_of("Resources: {}\nGlobals: {Function: {}}\n")
    assert (template.kind, template.globals, template.macros, template.parameters) == ("cloudformation", None, (), {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "t.yaml:1:1: the file is empty; a template is a mapping with Resources"),
        ("# nothing\n", "t.yaml:1:1: the file is empty; a template is a mapping with Resources"),
        ("- a\n", "t.yaml:1:1: a template is a mapping with Resources, not a list"),
        ("text", "t.yaml:1:1: a template is a mapping with Resources, not a string"),
        ("\n  3\n", "t.yaml:2:3: a template is a mapping with Resources, not a number or boolean"),
        ("A: b\n", "t.yaml:1:1: the template has no Resources"),
        ("A: b\nResources: [a]\n", "t.yaml:2:12: Resources is a mapping of logical IDs to resources, not a list"),
        ("Resources: x\n", "t.yaml:1:12: Resources is a mapping of logical IDs to resources, not a string"),
    ],
)
def test_what_cannot_be_judged_at_all(text, message):
    source = Source("t.yaml", text)
    with pytest.raises(TemplateError) as caught:
        load_template(parse(source), source)
    assert str(caught.value) == message


@pytest.mark.parametrize("section", ["Parameters", "Mappings", "Conditions"])
def test_a_section_of_the_wrong_type_leaves_the_rest(section):
    template = template_of(f"{section}: [a]\nResources: {{X: {{Type: T}}}}\n")
    assert [str(problem) for problem in template.problems] == [
        f"t.yaml:1:{len(section) + 3}: {section} is a mapping, not a list"
    ]
    assert list(template.resources.entries) == ["X"]


def test_an_empty_section_is_no_mistake():
    template = template_of("Parameters:\nMappings:\nConditions:\nResources:\n")
    assert template.problems == []
    assert template.resources.entries == {}


def test_a_parameter_that_is_no_mapping():
    template = template_of("Parameters: {P: x, Q: {Type: String}}\nResources: {}\n")
    assert [str(problem) for problem in template.problems] == [
        "t.yaml:1:17: the parameter P is a mapping with a Type, not a string"
    ]
    assert list(template.parameters) == ["Q"]
