import pytest

from saya.model.foreach import MAX_ITEMS, MAX_MADE

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
    ],
)
def test_the_loop_variable_is_known_in_the_body(value, expected):
    body = f"{{'R${{Name}}': {{Type: Custom::X, Properties: {{P: {value}}}}}}}"
    resolver = loop("[A]", body, "Mappings: {Map: {A: {v: one}}}")
    assert property_of(resolver, "P", "RA") == expected


@pytest.mark.parametrize(
    ("key", "made"),
    [("R${Name}", "Ra.b"), ("R&{Name}", "Rab"), ("${Name}${Name}", "a.ba.b"), ("R", "R")],
)
def test_the_key_takes_the_variable(key, made):
    assert list(loop("[a.b]", f"{{'{key}': {{Type: Custom::X}}}}").resources) == [made]


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
    assert resolver.open_loops == []


@pytest.mark.parametrize(
    ("collection", "sections"),
    [
        ("!Ref L", "Parameters: {L: {Type: CommaDelimitedList}}"),
        ("[A, !Ref P]", "Parameters: {P: {Type: String}}"),
        ("!If [C, [A], [B]]", "Parameters: {P: {Type: String}}\nConditions: {C: !Equals [!Ref P, x]}"),
        ("text", ""),
        ("[[A]]", ""),
        ("", ""),
    ],
)
def test_an_open_collection_is_remembered(collection, sections):
    resolver = loop(collection, sections=sections)
    assert resolver.resources == {}
    assert "not decided" in resolver.open_loops[0][1].reason


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
    reason = "the collection of a Fn::ForEach is not decided by the template"
    assert resolver.option(resolver.resources["X"], "k")[0].value.reason == reason
    assert property_of(resolver, "a") == "b"


@pytest.mark.parametrize("written", ["x", "[]", "[N, [a]]", "[N, [a], x]", "[[N], [a], {}]", "{}", ""])
def test_a_malformed_loop_is_remembered(written):
    resolver = resolver_of(f"Resources:\n  Fn::ForEach::Loop: {written}\n")
    assert resolver.resources == {}
    assert resolver.open_loops[0][1].reason == "a Fn::ForEach that is not [identifier, collection, mapping]"


def test_endless_loops_end():
    many = ", ".join(f"i{number}" for number in range(MAX_ITEMS + 5))
    resolver = loop(f"[{many}]")
    assert len(resolver.resources) == MAX_ITEMS
    assert "more than 1000 items" in resolver.open_loops[0][1].reason
    body = f"""
      Fn::ForEach::Inner:
        - Size
        - [{many}]
        - 'R${{Name}}${{Size}}': {{Type: Custom::X}}"""
    resolver = loop(f"[{many}]", body)
    assert len(resolver.resources) < MAX_MADE
    assert any("entries" in reason.reason for _, reason in resolver.open_loops)
