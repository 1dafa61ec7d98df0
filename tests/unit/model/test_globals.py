import pytest

from .templates import property_of, resolver_of


def function(globals_, properties, *, attributes=""):
    return resolver_of(f"""
Transform: AWS::Serverless-2016-10-31
Parameters: {{P: {{Type: String}}}}
Conditions: {{C: !Equals [!Ref P, x]}}
Globals:
  Function: {globals_}
  Api: {{Other: thing}}
Resources:
  X:
    Type: AWS::Serverless::Function
    {attributes}
    Properties: {properties}
""")


@pytest.mark.parametrize(
    ("shared", "own", "merged"),
    [
        ("{K: g}", "{}", "g"),
        ("{K: g}", "", "g"),
        ("{}", "{K: o}", "o"),
        ("{K: g}", "{K: o}", "o"),
        ("{K: [a, b]}", "{K: [b, c]}", ["a", "b", "b", "c"]),
        ("{K: [a]}", "{K: o}", "o"),
        ("{K: g}", "{K: [o]}", ["o"]),
        ("{K: {a: 1, b: {c: 2, d: [x]}}}", "{K: {b: {c: 3, d: [y]}, e: 4}}",
            {"a": "1", "b": {"c": "3", "d": ["x", "y"]}, "e": "4"}),
        ("{K: {a: 1}}", "{K: o}", "o"),
        ("{K: {a: 1}}", "{K: {}}", {"a": "1"}),
        ("{K: [a]}", "{K: []}", ["a"]),
        ("{K: [a]}", "{K: !Ref P}", "${P}"),
        ("{K: !Ref P}", "{K: [a]}", ["a"]),
        ("{K: !Ref P}", "{K: !Sub x}", "x"),
        ("{K: !Ref P}", "{}", "${P}"),
        ("{K: {a: !Ref P, b: g}}", "{K: {a: o}}", {"a": "o", "b": "g"}),
        ("{K: {a: g}}", "{K: !If [C, {b: 1}, {c: 2}]}", {"C": {"b": "1"}, "not C": {"c": "2"}}),
        ("{K: [a]}", "{K: [!If [C, b, !Ref 'AWS::NoValue']]}", ["a", {"C": "b", "not C": None}]),
        ("{K: {a: [g]}}", "{K: {a: !If [C, [o], []]}}", {"a": {"C": ["o"], "not C": []}}),
        ("{K: [a]}", "{K: }", None),
        ("{K: }", "{K: [a]}", ["a"]),
    ],
)  # fmt: skip
def test_globals_are_merged_as_sam_does(shared, own, merged):
    assert property_of(function(shared, own), "K") == merged


def test_own_architectures_replace_the_global_ones():
    resolver = function("{Architectures: [x86_64], Layers: [a]}", "{Architectures: [arm64], Layers: [b]}")
    assert property_of(resolver, "Architectures") == ["arm64"]
    assert property_of(resolver, "Layers") == ["a", "b"]


@pytest.mark.parametrize(
    ("ignored", "left"),
    [("'*'", {}), ("[K]", {"L": "g"}), ("[K, L]", {}), ("[]", {"K": "g", "L": "g"}), ("{}", {"K": "g", "L": "g"})],
)
def test_globals_may_be_ignored(ignored, left):
    resolver = function("{K: g, L: g}", "{}", attributes=f"IgnoreGlobals: {ignored}")
    assert {name: property_of(resolver, name) for name in "KL" if property_of(resolver, name)} == left


def test_globals_are_for_their_type():
    text = """
    {transform}
    Globals: {{Function: {{K: g}}, Api: {{K: a}}}}
    Resources:
      F: {{Type: AWS::Serverless::Function}}
      A: {{Type: AWS::Serverless::Api}}
      S: {{Type: AWS::Serverless::StateMachine}}
      L: {{Type: AWS::Lambda::Function}}
    """
    resolver = resolver_of(text.format(transform="Transform: AWS::Serverless-2016-10-31"))
    assert {name: property_of(resolver, "K", name) for name in "FASL"} == {"F": "g", "A": "a", "S": None, "L": None}
    resolver = resolver_of(text.format(transform=""))
    assert property_of(resolver, "K", "F") is None


@pytest.mark.parametrize("section", ["x", "[]", "", "{Function: x}", "{Function: [K]}", "{Function: !Ref X}"])
def test_malformed_globals_change_nothing(section):
    resolver = resolver_of(
        f"Transform: AWS::Serverless-2016-10-31\nGlobals: {section}\n"
        "Resources: {X: {Type: AWS::Serverless::Function, Properties: {K: o}}}"
    )
    assert property_of(resolver, "K") == "o"


def test_what_comes_from_globals_stands_there():
    resolver = function("{K: g}", "{}")
    (option,) = resolver.option(resolver.resources["X"], "K")
    assert option.value.parts[0].origin.location.start_line == 6
