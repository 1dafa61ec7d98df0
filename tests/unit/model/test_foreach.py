import pytest

from saya.model.foreach import MAX_ITEMS, MAX_MADE
from saya.model.guard import ALWAYS, Guard

from .templates import property_of, resolver_of


def loop(collection, body="'R${Name}': {Type: Custom::X, Properties: {P: !Ref Name}}", sections=""):
    return resolver_of(f"""
Transform: AWS::LanguageExtensions
{sections}
Resources:
  Fn::ForEach::Loop:
    - Name
    - {collection}
    - {body}
""")


def test_a_loop_makes_resources():
    resolver = loop("[Alpha, Beta]")
    assert list(resolver.resources) == ["RAlpha", "RBeta"]
    assert property_of(resolver, "P", "RAlpha") == "Alpha"
    assert property_of(resolver, "P", "RBeta") == "Beta"
    assert [resource.id for resource in resolver.of_type("Custom::X")] == ["RAlpha", "RBeta"]


def test_the_place_of_a_made_resource_is_that_of_the_loop_body():
    resolver = loop("[Alpha]")
    assert resolver.resources["RAlpha"].key.location.start_line == 8


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!Sub '${Name}-x'", "A-x"),
        ("!Sub ['${Name}-${y}', {y: !Ref Name}]", "A-A"),
        ("!Join ['', [!Ref Name, y]]", "Ay"),
        ("!FindInMap [Map, !Ref Name, v]", "one"),
        ("!GetAtt [!Sub 'R${Name}', Thing]", "${RA.Thing}"),
        ("!GetAtt 'R${Name}.Thing'", "${RA.Thing}"),
        ("!Ref {'Fn::Sub': 'R${Name}'}", "${RA}"),
        ("{'k${Name}': v}", {"kA": "v"}),
        ("'plain-${Name}'", "plain-A"),
        ("'plain-&{Name}'", "plain-A"),
        ("'${Other}-${Name}'", "${Other}-A"),
        ("!GetAtt ['R${Name}', Thing]", "${RA.Thing}"),
        ("!If ['Is${Name}', a, b]", "a"),
        ("!If [!Sub 'Is${Name}', a, b]", "a"),
        ("!If [!Sub 'Not${Name}', a, b]", "b"),
    ],
)
def test_the_loop_variable_is_known_in_the_body(value, expected):
    body = f"{{'R${{Name}}': {{Type: Custom::X, Properties: {{P: {value}}}}}}}"
    sections = """
Mappings: {Map: {A: {v: one}}}
Conditions:
  Fn::ForEach::Conditions:
    - Name
    - [A]
    - 'Is${Name}': !Equals [!Ref Name, A]
      'Not${Name}': !Not [!Condition 'Is${Name}']
"""
    resolver = loop("[A]", body, sections)
    assert property_of(resolver, "P", "RA") == expected


@pytest.mark.parametrize(
    ("key", "made"),
    [("R${Name}", "Ra.b"), ("R&{Name}", "Rab"), ("${Name}${Name}", "a.ba.b"), ("R", "R")],
)
def test_the_key_takes_the_variable(key, made):
    assert list(loop("[a.b]", f"{{'{key}': {{Type: Custom::X}}}}").resources) == [made]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("'Is${Name}'", "IsA"),
        ("!Sub 'Is${Name}'", "IsA"),
        ("!Sub 'Is${P}${Name}'", "Is${P}A"),
        ("IsA", "IsA"),
    ],
)
def test_the_condition_of_a_made_resource(written, name):
    """`Fn::Sub` is the form of the examples in the CloudFormation reference (Fn::ForEach in the Conditions section)."""
    body = f"{{'R${{Name}}': {{Type: Custom::X, Condition: {written}}}}}"
    resolver = loop("[A]", body, "Parameters: {P: {Type: String}}")
    assert resolver.resources["RA"].guard == Guard(((name, True),))


def test_the_type_of_a_made_resource():
    assert loop("[X]", "{'R${Name}': {Type: 'Custom::${Name}'}}").resources["RX"].type == "Custom::X"


def test_loops_nest():
    body = """
      Fn::ForEach::Inner:
        - Size
        - [S, L]
        - 'R${Name}${Size}': {Type: Custom::X, Properties: {P: !Sub '${Name}-${Size}'}}"""
    resolver = loop("[A, B]", body)
    assert list(resolver.resources) == ["RAS", "RAL", "RBS", "RBL"]
    assert property_of(resolver, "P", "RBL") == "B-L"


def test_an_inner_loop_may_hide_the_outer_variable():
    body = """
      Fn::ForEach::Inner:
        - Name
        - [S]
        - 'R${Name}': {Type: Custom::X, Properties: {P: !Ref Name}}"""
    assert property_of(loop("[A]", body), "P", "RS") == "S"


def test_a_loop_within_properties():
    resolver = resolver_of("""
    Resources:
      X:
        Type: Custom::X
        Properties:
          P:
            fixed: 1
            Fn::ForEach::Loop: [N, [a, b], {'k${N}': !Ref N}]
    """)
    assert property_of(resolver, "P") == {"fixed": "1", "ka": "a", "kb": "b"}


@pytest.mark.parametrize(
    ("collection", "sections", "made"),
    [
        ("!Ref L", "Parameters: {L: {Type: CommaDelimitedList, Default: 'A,B'}}", ["RA", "RB"]),
        ("[A, !Ref P]", "Parameters: {P: {Type: String, Default: B}}", ["RA", "RB"]),
        ("!FindInMap [M, a, b]", "Mappings: {M: {a: {b: [A]}}}", ["RA"]),
        ("!Split [',', 'A,B']", "", ["RA", "RB"]),
        ("[]", "", []),
    ],
)
def test_collections_that_the_template_decides(collection, sections, made):
    resolver = loop(collection, sections=sections)
    assert list(resolver.resources) == made
    assert resolver.open_loops == ()


def test_a_loop_over_a_default_holds_for_that_default():
    resolver = loop("!Ref L", sections="Parameters: {L: {Type: CommaDelimitedList, Default: 'A,B'}}")
    assert resolver.resources["RA"].guard == Guard(parameters=(("L", "A,B"),))
    assert loop("[A]").resources["RA"].guard == ALWAYS
    body = "'R${Name}': {Type: Custom::X, Condition: C, Properties: {P: {'Fn::ForEach::M': [N, !Ref M, {'${N}': 1}]}}}"
    lists = "L: {Type: CommaDelimitedList, Default: A}, M: {Type: CommaDelimitedList, Default: k}"
    resolver = loop("!Ref L", body, f"Parameters: {{{lists}}}")
    assert resolver.resources["RA"].guard == Guard((("C", True),), (("L", "A"),))
    (place,) = resolver.places(resolver.resources["RA"], ("P", "k"))
    assert place.guard == Guard((("C", True),), (("L", "A"), ("M", "k")))


@pytest.mark.parametrize(
    ("collection", "sections", "reason"),
    [
        (
            "!Ref L",
            "Parameters: {L: {Type: CommaDelimitedList}}",
            "the collection of a Fn::ForEach is not decided: the parameter `L` has no value here",
        ),
        (
            "[A, !Ref P]",
            "Parameters: {P: {Type: String}}",
            "an item of a Fn::ForEach collection is not decided: the parameter `P` has no value here",
        ),
        (
            "[A, !If [C, A, B]]",
            "Parameters: {P: {Type: String}}\nConditions: {C: !Equals [!Ref P, x]}",
            "an item of a Fn::ForEach collection differs with conditions or parameters",
        ),
        ("text", "", "the collection of a Fn::ForEach is not decided: it is no list of strings"),
        ("[[A]]", "", "an item of a Fn::ForEach collection is not decided: it is no list of strings"),
        ("", "", "the collection of a Fn::ForEach is not decided: it is no list of strings"),
        (
            "!Split [',', !ImportValue Names]",
            "",
            "the collection of a Fn::ForEach is not decided: the export `Names` is of another stack",
        ),
    ],
)
def test_an_open_collection_is_remembered(collection, sections, reason):
    resolver = loop(collection, sections=sections)
    assert resolver.resources == {}
    (open_loop,) = resolver.open_loops
    assert (open_loop.path, open_loop.key.location.start_line) == (("Fn::ForEach::Loop",), 5 + sections.count("\n"))
    assert (open_loop.reason.reason, open_loop.malformed) == (reason, False)


STAGES = """
Parameters: {Stage: {Type: String}}
Mappings: {M: {dev: {names: [A, B]}, prod: {names: [B, C]}}}
Conditions: {C: !Equals [!Ref Stage, prod]}
"""


def test_a_loop_over_one_of_several_collections_makes_what_any_of_them_makes():
    made = loop("!FindInMap [M, !Ref Stage, names]", sections=STAGES)
    assert {name: resource.guard for name, resource in made.resources.items()} == {
        "RA": Guard(parameters=(("Stage", "dev"),)),
        "RB": ALWAYS,
        "RC": Guard(parameters=(("Stage", "prod"),)),
    }
    assert made.open_loops == ()
    made = loop("!If [C, [A], []]", sections=STAGES)
    assert {name: resource.guard for name, resource in made.resources.items()} == {"RA": Guard((("C", True),))}


def test_of_several_collections_one_may_be_open():
    sections = STAGES.replace("Parameters: {", "Parameters: {L: {Type: CommaDelimitedList}, ")
    made = loop("!If [C, [A], !Ref L]", sections=sections)
    assert {name: resource.guard for name, resource in made.resources.items()} == {"RA": Guard((("C", True),))}
    (open_loop,) = made.open_loops
    assert open_loop.reason.reason == (
        "the collection of a Fn::ForEach is not decided: the parameter `L` has no value here"
    )


def test_conditions_that_a_loop_makes_of_several_collections():
    sections = STAGES.replace("{C: !Equals [!Ref Stage, prod]}", "")
    resolver = resolver_of(f"""
{sections}
  Fn::ForEach::Conditions:
    - Name
    - !FindInMap [M, !Ref Stage, names]
    - 'Is${{Name}}': !Equals [!Ref Name, A]
Resources: {{}}
""")
    assert [resolver.conditions.decided(f"Is{name}") for name in "ABC"] == [True, False, False]


def test_a_mapping_that_differs_with_its_loop_is_open():
    keys = "{'Fn::ForEach::Keys': [N, !FindInMap [M, !Ref Stage, names], {'${N}': 1}]}"
    body = f"'R${{Name}}': {{Type: Custom::X, Properties: {keys}}}"
    resolver = loop("[A]", body, STAGES)
    (option,) = resolver.option(resolver.resources["RA"], "B")
    assert option.value.reason == "the collection of a Fn::ForEach differs with conditions or parameters"


def test_a_loop_within_a_loop_is_remembered_once():
    body = """
      Fn::ForEach::Inner:
        - Size
        - !Ref L
        - 'R${Name}${Size}': {Type: Custom::X}"""
    resolver = loop("[A, B]", body, "Parameters: {L: {Type: CommaDelimitedList}}")
    assert [each.path for each in resolver.open_loops] == [("Fn::ForEach::Loop", "Fn::ForEach::Inner")]


def test_what_is_no_loop_over_resources_is_not_remembered():
    resolver = resolver_of("""
    Parameters: {L: {Type: CommaDelimitedList}}
    Conditions:
      Fn::ForEach::Conditions: [N, !Ref L, {'Is${N}': !Equals [a, b]}]
    Resources:
      X:
        Type: Custom::X
        Condition: IsA
        Properties:
          P: {'Fn::ForEach::Keys': [N, !Ref L, {'k${N}': v}]}
    """)
    assert property_of(resolver, "P") == {
        "?": "the collection of a Fn::ForEach is not decided: the parameter `L` has no value here"
    }
    assert resolver.open_loops == ()
    assert resolver.conditions.decided("IsA") is None


def test_an_open_loop_leaves_its_mapping_open():
    resolver = resolver_of("""
    Parameters: {L: {Type: CommaDelimitedList}}
    Resources:
      X:
        Type: Custom::X
        Properties:
          a: b
          Fn::ForEach::Loop: [N, !Ref L, {'k${N}': !Ref N}]
    """)
    reason = "the collection of a Fn::ForEach is not decided: the parameter `L` has no value here"
    assert resolver.option(resolver.resources["X"], "k")[0].value.reason == reason
    assert property_of(resolver, "a") == "b"


@pytest.mark.parametrize("written", ["x", "[]", "[N, [a]]", "[N, [a], x]", "[[N], [a], {}]", "{}", ""])
def test_a_malformed_loop_is_remembered(written):
    resolver = resolver_of(f"Resources:\n  Fn::ForEach::Loop: {written}\n")
    assert resolver.resources == {}
    (open_loop,) = resolver.open_loops
    assert open_loop.reason.reason == "a Fn::ForEach that is not [identifier, collection, mapping]"
    assert open_loop.malformed


def test_endless_loops_end():
    many = ", ".join(f"i{number}" for number in range(MAX_ITEMS + 5))
    resolver = loop(f"[{many}]")
    assert len(resolver.resources) == MAX_ITEMS
    assert "more than 1000 items" in resolver.open_loops[0].reason.reason
    many = ", ".join(f"i{number}" for number in range(MAX_ITEMS))
    body = f"""
      Fn::ForEach::Inner:
        - Size
        - [{many}]
        - 'R${{Name}}${{Size}}': {{Type: Custom::X}}"""
    resolver = loop(f"[{many}]", body)
    assert len(resolver.resources) < MAX_MADE
    assert any("entries" in each.reason.reason for each in resolver.open_loops)
