"""Fragments and definitions in files beside the template."""

from __future__ import annotations

from saya.model.guard import Guard
from saya.model.inclusion import unread, why_unread
from saya.model.resolve import Resolver
from saya.model.state_machine import Opaque, State, read_states
from saya.model.value import NO_SCOPE, Absent, Unknown
from saya.text.source import Source

from .templates import property_of, template_of

INCLUDE = "Fn::Transform: {{Name: AWS::Include, Parameters: {{Location: {}}}}}"


def resolver(text: str, **files: str) -> Resolver:
    sources = {name.replace("_", "."): Source(name.replace("_", "."), body) for name, body in files.items()}
    return Resolver(template_of(text), files=sources.get)


def included(location: str, beside: str = "", **files: str) -> Resolver:
    text = "Resources:\n  Fn: {Type: AWS::Lambda::Function}\n  X:\n    Type: Custom::X\n    Properties:\n      P:\n"
    lines = [INCLUDE.format(location), *beside.splitlines()]
    return resolver(text + "".join(f"        {line}\n" for line in lines), **files)


def test_a_fragment_is_read_with_its_functions():
    found = included("part.yaml", part_yaml="A: {Ref: Fn}\nB: [1, 2]\n")
    assert property_of(found, "P") == {"A": "${Fn}", "B": ["1", "2"]}


def test_a_fragment_goes_before_what_stands_beside_it():
    found = included("part.yaml", "A: stand-in\nC: 2", part_yaml="A: theirs\nB: 1\n")
    assert property_of(found, "P") == {"A": "theirs", "B": "1", "C": "2"}


def test_a_fragment_is_where_its_file_is():
    found = included("part.yaml", part_yaml="\nA: here\n")
    (place,) = found.places(found.resources["X"], ("P", "A"))
    assert (place.at.source.path, place.at.location.start) == ("part.yaml", (2, 4))


def test_what_is_not_here_is_unknown():
    assert property_of(included("s3://b/part.yaml"), "P") == {
        "?": "`AWS::Include` adds properties when the stack is deployed"
    }
    assert property_of(included("part.yaml", part_yaml="a: ["), "P") == {
        "?": "part.yaml cannot be read: not valid YAML: did not find expected node content"
    }
    assert property_of(included("part.yaml", "A: 1", part_yaml=""), "P") == {"A": "1", "?": "part.yaml is empty"}


def test_a_fragment_includes_no_others():
    found = included("part.yaml", part_yaml=f"A:\n  {INCLUDE.format('part.yaml')}\n")
    assert property_of(found, "P") == {"A": {"?": "`AWS::Include` adds properties when the stack is deployed"}}


def test_resources_may_be_included():
    found = resolver(
        f"Resources:\n  {INCLUDE.format('more.yaml')}\n  Fn: {{Type: AWS::Lambda::Function}}\n",
        more_yaml="Alias: {Type: AWS::Lambda::Alias, Properties: {FunctionName: {Ref: Fn}}}",
    )
    assert property_of(found, "FunctionName", "Alias") == "${Fn}"


TOP = "Transform: [{{Name: AWS::Include, Parameters: {{Location: {}}}}}]\n"
MAPPED = """
Resources:
  Fn: {Type: AWS::Lambda::Function}
  X:
    Type: Custom::X
    Properties: {P: !FindInMap [M, a, k], Q: !If [C, a, b], R: !FindInMap [M, a, other]}
"""


def test_mappings_may_be_included():
    text = f"Mappings:\n  {INCLUDE.format('more.yaml')}\n  N: {{a: {{k: n}}}}\n" + MAPPED
    found = resolver(text, more_yaml="M: {a: {k: v}}\nN: {a: {k: theirs}}\n")
    assert property_of(found, "P") == "v"
    assert property_of(found, "R") == "?the mapping has no key `other`"
    found = resolver(text.replace("[M, a, k]", "[N, a, k]"), more_yaml="M: {a: {k: v}}\nN: {a: {k: theirs}}\n")
    assert property_of(found, "P") == "theirs"
    assert property_of(resolver(text), "P") == "?a macro adds to the mapping"
    row = "Mappings:\n  M:\n    a:\n      " + INCLUDE.format("row.yaml") + MAPPED
    assert property_of(resolver(row, row_yaml="k: w"), "P") == "w"


def test_conditions_may_be_included():
    text = f"Parameters: {{Stage: {{Type: String}}}}\nConditions:\n  {INCLUDE.format('more.yaml')}\n" + MAPPED
    found = resolver(text, more_yaml='C: {"Fn::Equals": [{Ref: Stage}, x]}')
    assert property_of(found, "Q") == {"C": "a", "not C": "b"}
    assert found.conditions.possible(Guard((("C", True),))) is True
    assert property_of(Resolver(found.template, files=found.files, parameters={"Stage": "y"}), "Q") == "b"


def test_a_whole_template_may_be_included():
    more = "Mappings: {M: {a: {k: v}}}\nConditions: {C: {'Fn::Equals': [x, x]}}\n"
    more += "Resources: {Alias: {Type: AWS::Lambda::Alias, Properties: {FunctionName: {Ref: Fn}}}}"
    found = resolver(TOP.format("more.yaml") + MAPPED, more_yaml=more)
    assert list(found.resources) == ["Alias", "Fn", "X"]
    assert (property_of(found, "P"), property_of(found, "Q")) == ("v", "a")
    assert list(unread(found)) == []


def test_what_may_change_the_template_and_is_not_here_is_told():
    found = resolver(TOP.format("s3://b/more.yaml") + MAPPED)
    (argument,) = unread(found)
    assert argument.location.start_line == 1
    assert why_unread(found, argument, NO_SCOPE) == "`s3://b/more.yaml` is not among the files here"
    found = resolver(MAPPED.replace("Resources:", f"Resources:\n  {INCLUDE.format('s3://b/x')}"))
    (entry,) = found.transformed
    assert entry.transform is entry.node
    found = resolver(MAPPED.replace("Resources:", "Resources:\n  Fn::Transform: {Name: Mine}"))
    (entry,) = found.transformed
    assert why_unread(found, entry.node, NO_SCOPE) is None
    found = resolver(MAPPED)
    assert (list(unread(found)), found.transformed) == ([], [])


def test_a_resource_may_be_included():
    text = f"Resources:\n  Alias:\n    {INCLUDE.format('alias.yaml')}\n  Fn: {{Type: AWS::Lambda::Function}}\n"
    alias = "Type: AWS::Lambda::Alias\nCondition: C\nProperties: {FunctionName: {Ref: Fn}}\n"
    found = resolver(text, alias_yaml=alias)
    assert property_of(found, "FunctionName", "Alias") == "${Fn}"
    assert found.resources["Alias"].guard == Guard((("C", True),))
    found = resolver(text.replace("Alias:\n", "Alias:\n    Type: AWS::Lambda::Url\n"), alias_yaml=alias)
    assert found.resources["Alias"].type == "AWS::Lambda::Alias"
    found = resolver(text)
    assert list(found.resources) == ["Fn"]
    assert [entry.key.text for entry in found.transformed] == ["Alias"]


def test_properties_that_are_not_here_are_not_absent():
    text = f"Resources:\n  X:\n    Type: Custom::X\n    {INCLUDE.format('s3://b/x')}\n"
    found = resolver(text)
    (option,) = found.option(found.resources["X"], "P")
    assert option.value == Unknown("`AWS::Include` adds properties when the stack is deployed")
    found = resolver(text + "    Properties: {Q: 1}\n")
    (option,) = found.option(found.resources["X"], "P")
    assert option.value is Absent.NO_VALUE


MACHINE = """\
Resources:
  Fn: {Type: AWS::Serverless::Function}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: machine.file
      DefinitionSubstitutions: {Work: !GetAtt Fn.Arn, Seconds: 5}
"""


def states(definition: str) -> tuple[Resolver, list[State | Opaque]]:
    found = Resolver(template_of(MACHINE), files={"machine.file": Source("machine.file", definition)}.get)
    return found, list(read_states(found, found.resources["Machine"]))


def test_a_definition_beside_the_template_is_read():
    for definition in (
        'StartAt: A\nStates:\n  A:\n    Type: Task\n    Resource: "${Work}"\n    TimeoutSeconds: ${Seconds}\n',
        '{"States": {"A":\n{"Type": "Task",\n\n"Resource": "${Work}", "TimeoutSeconds": ${Seconds}}}}',
    ):
        found, (state,) = states(definition)
        assert isinstance(state, State)
        (place,) = state.places(found, ("Resource",))
        assert str(place.value).endswith(":function:${Fn}")
        assert place.property == "DefinitionUri.States.A.Resource"
        line = definition[: definition.index('"${Work}"')].count("\n") + 1
        assert (place.at.source.path, place.at.location.start_line) == ("machine.file", line)


def test_a_definition_is_read_as_yaml_whatever_it_is_called():
    definition = '{"States": {"A": {"Type": "Task", "Resource": "${Work}",},},}'
    text = MACHINE.replace("machine.file", "machine.asl.json")
    found = Resolver(template_of(text), files={"machine.asl.json": Source("machine.asl.json", definition)}.get)
    (state,) = read_states(found, found.resources["Machine"])
    assert isinstance(state, State)
    assert [str(place.value)[-3:] for place in state.places(found, ("Resource",))] == ["Fn}"]


def test_functions_of_cloudformation_mean_nothing_in_a_definition():
    found, (state,) = states('{"States": {"A": {"Type": "Task", "Resource": {"Ref": "Fn"}}}}')
    assert isinstance(state, State)
    (place,) = state.places(found, ("Resource", "Ref"))
    assert str(place.value) == "Fn"


def test_a_definition_that_cannot_be_read_is_opaque():
    for definition in ("", '{"States": '):
        _, (opaque,) = states(definition)
        assert isinstance(opaque, Opaque)
        assert opaque.place.path == ("DefinitionUri",)
