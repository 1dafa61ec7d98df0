import time

import pytest

from saya.model.guard import ALWAYS, Guard
from saya.model.resolve import Resolver
from saya.model.value import Absent, Bound, Mapping, Sequence, Text, Unknown, always, literal
from saya.text.node import MappingNode, ScalarNode
from saya.text.source import Source

from .templates import property_of, resolver_of, show, told

TEMPLATE = """
Parameters: {Stage: {Type: String}, Arch: {Type: String, Default: x86_64}, L: {Type: CommaDelimitedList}}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
  Test: !Equals [!Ref Stage, test]
  Arm: !Equals [!Ref Arch, arm64]
Resources:
  Always:
    Type: Custom::X
    Properties:
      Plain: p
      Split: !If [Prod, a, !Ref AWS::NoValue]
      Items:
        - {Id: one, V: 1}
        - !If [Prod, {Id: two, V: 2}, !Ref 'AWS::NoValue']
      One: {V: 3}
      Open: !Ref L
      Named: {x: {V: 4}, y: {V: 5}}
      Hole: !Ref Stage
      Arch: !Ref Arch
  OnProd:
    Type: Custom::X
    Condition: Prod
    Properties: {Plain: !If [Test, t, o], Arch: !If [Arm, !Ref Arch, z]}
  Empty: {Type: Custom::Y}
  Null: {Type: Custom::Y, Properties: }
  Wrong: {Type: Custom::Y, Properties: [a]}
  Chosen: {Type: Custom::Y, Properties: !If [Prod, {K: a}, {L: b}]}
  Made: {Type: Custom::Y, Properties: {K: a, 'Fn::Transform': {Name: M}}}
  NoType: {Properties: {}}
  BadType: {Type: [a]}
  NoMapping: text
"""


@pytest.fixture
def resolver():
    return resolver_of(TEMPLATE)


def places(resolver, resource, path):
    found = resolver.places(resolver.resources[resource], tuple(path.split(".")))
    return [(place.property, told(place.guard), show(resolver, place.value)) for place in found]


def test_resources_are_what_has_a_type(resolver):
    assert list(resolver.resources) == ["Always", "OnProd", "Empty", "Null", "Wrong", "Chosen", "Made"]
    assert sorted(resolver.types) == ["Custom::X", "Custom::Y"]
    assert [resource.id for resource in resolver.of_type("Custom::X", "Custom::None")] == ["Always", "OnProd"]
    assert resolver.resources["OnProd"].guard == Guard((("Prod", True),))
    assert resolver.resources["Always"].guard is ALWAYS


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Plain", [("Plain", "always", "p")]),
        ("Split", [("Split", "Prod", "a")]),
        ("Missing", []),
        ("Items.[].V", [("Items.0.V", "always", "1"), ("Items.1.V", "Prod", "2")]),
        ("One.[].V", [("One.V", "always", "3")]),
        ("Open.[].V", [("Open", "always", "?the parameter `L` has no value here")]),
        ("Named.{*}.V", [("Named.x.V", "always", "4"), ("Named.y.V", "always", "5")]),
        ("Hole.V", [("Hole", "always", "?the parameter `Stage` has no value here")]),
        ("Hole.[].V", [("Hole", "always", "?the parameter `Stage` has no value here")]),
        ("Plain.V", []),
        ("Arch", [("Arch", "Arch=x86_64", "x86_64")]),
    ],
)
def test_places_of_a_property_path(resolver, path, expected):
    assert places(resolver, "Always", path) == expected


def test_a_place_holds_under_its_resources_condition(resolver):
    assert places(resolver, "OnProd", "Plain") == [("Plain", "Prod and not Test", "o")]


def test_a_default_contradicts_a_condition_on_another_value(resolver):
    assert places(resolver, "OnProd", "Arch") == [("Arch", "not Arm and Prod", "z")]


def test_a_resource_that_does_not_exist_here_has_no_places():
    resolver = resolver_of(TEMPLATE, parameters={"Stage": "test"})
    assert places(resolver, "OnProd", "Plain") == []
    assert places(resolver, "Always", "Plain") == [("Plain", "always", "p")]


def test_what_a_macro_adds_is_unknown_not_absent(resolver):
    reason = "?`M` adds properties when the stack is deployed"
    assert places(resolver, "Made", "K") == [("K", "always", "a")]
    assert places(resolver, "Made", "Other") == [("Other", "always", reason)]


@pytest.mark.parametrize(
    ("resource", "name", "expected"),
    [
        ("Always", "Plain", {"always": "p"}),
        ("Always", "Missing", {"always": None}),
        ("Always", "Split", {"Prod": "a", "not Prod": None}),
        ("Empty", "K", {"always": None}),
        ("Null", "K", {"always": None}),
        ("Wrong", "K", {"always": "?the Properties are no mapping"}),
        ("Chosen", "K", {"Prod": "a", "not Prod": None}),
        ("Made", "L", {"always": "?`M` adds properties when the stack is deployed"}),
    ],
)
def test_every_value_that_a_property_can_have(resolver, resource, name, expected):
    options = resolver.option(resolver.resources[resource], name)
    assert {told(option.guard): show(resolver, option.value) for option in options} == expected


def test_a_branch_knows_where_it_stands(resolver):
    (place,) = resolver.places(resolver.resources["Always"], ("Split",))
    assert place.at.location.start == (12, 25)
    source = place.at.source
    assert source.text[place.at.start : place.at.end] == "a"


def test_parents_are_the_mappings_on_the_way(resolver):
    (_, second) = resolver.places(resolver.resources["Always"], ("Items", "[]", "V"))
    assert [length for length, _ in second.parents] == [0, 2]
    assert property_of(resolver, "Plain", "Always") == "p"
    assert list(second.parents[-1][1].entries) == ["Id", "V"]


# product


def test_a_product_builds_from_every_compatible_combination(resolver):
    prod, test = (resolver.resolve(node) for node in _ifs(resolver))
    built = resolver.product(
        [_given(prod), _given(prod), _given(test)], lambda values: literal("".join(map(str, values)), _node())
    )
    assert {told(option.guard): str(option.value) for option in built} == {
        "Prod and Test": "aac",
        "Prod and not Test": "aad",
        "not Prod and Test": "bbc",
        "not Prod and not Test": "bbd",
    }


def test_a_product_of_nothing_possible_says_so(resolver):
    never = always(literal("x", _node()))[0]._replace(guard=Guard((("Prod", True),)))
    ever = never._replace(guard=Guard((("Prod", False),)))
    (option,) = resolver.product([_given((never,)), _given((ever,))], lambda values: values[0])
    assert isinstance(option.value, Unknown)


def _node():
    return ScalarNode(Source("f", "x"), 0, 1, "x", "str", "plain")


def _given(alternatives):
    from saya.model.value import Given

    return Given(alternatives, _node())


def _ifs(resolver):
    from saya.text.parse_yaml import parse_yaml

    root = parse_yaml(Source("f", "[!If [Prod, a, b], !If [Test, c, d]]"))
    return root.items


def test_nodes_made_along_the_way_do_not_share_a_memory(resolver):
    """An id of a node that is gone is given to another; its value must not be."""
    for number in range(2000):
        node = ScalarNode(Source("f", ""), 0, 0, str(number), "str", "plain")
        (option,) = resolver.resolve(node)
        assert str(option.value) == str(number)


# growth


def seconds(conditions, ifs):
    text = "Parameters:\n" + "".join(f"  P{n}: {{Type: String}}\n" for n in range(conditions)) + "Conditions:\n"
    text += "".join(
        f"  C{n}: !And [!Equals [!Ref P{n}, x], !Not [!Equals [!Ref P{(n + 1) % conditions}, y]]]\n"
        for n in range(conditions)
    )
    text += "Resources:\n" + "".join(
        f"  R{n}:\n    Type: Custom::X\n    Condition: C{n % conditions}\n    Properties:\n"
        f"      A: !If [C{(n + 1) % conditions}, !Sub '${{P0}}-a', b]\n"
        f"      B: !Join ['', [!If [C{(n + 2) % conditions}, a, b], !If [C{(n + 3) % conditions}, c, d]]]\n"
        for n in range(ifs // 3)
    )
    template = resolver_of(text).template
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        resolver = Resolver(template)
        found = sum(
            1 for resource in resolver.resources.values() for name in "AB" for _ in resolver.places(resource, (name,))
        )
        best = min(best, time.process_time() - started)
        assert found >= ifs // 3 * 4
    return best


def test_the_work_grows_with_the_template_and_not_with_its_conditions():
    small, large = seconds(20, 200), seconds(200, 2000)
    assert large < small * 30


def test_resolving_types_is_not_needed_for_values():
    resolver = resolver_of("Resources: {}")
    node = MappingNode(Source("f", ""), 0, 0, {}, {}, flow=True)
    (option,) = resolver.alternatives(Bound(node, ()))
    assert option.value == Mapping({}, node)
    assert not isinstance(option.value, Sequence | Text | Absent)
