"""What differs between base and head, alternative by alternative."""

from __future__ import annotations

import json
from textwrap import dedent, indent

import pytest

from saya.model.compare import Difference, Revisions
from saya.model.resolve import Resolver

from .templates import resolver_of, told


def template(value, sections="") -> str:
    """A template whose function has this value as its property P; none where it is empty."""
    below = indent(dedent(value).strip(), " " * 8)
    body = f"      P:\n{below}\n" if below.strip() else ""
    return (
        f"{dedent(sections)}\nResources:\n  Fn:\n    Type: AWS::Lambda::Function\n    Properties:\n      Q: 1\n{body}"
    )


def revisions(base, head, renamed=None, given=({}, {})) -> Revisions:
    """`given` are the parameters of base and those of head."""
    return Revisions(resolver_of(base, parameters=given[0]), resolver_of(head, parameters=given[1]), renamed)


def differences(base, head, sections="", head_sections=None, default=None, given=({}, {})) -> list[Difference]:
    """How property P differs between two values, each with its sections."""
    other = sections if head_sections is None else head_sections
    pair = revisions(template(base, sections), template(head, other), given=given)
    return pair.differences(pair.base.resources["Fn"], pair.head.resources["Fn"], "P", default)


def said(found: list[Difference]) -> list[tuple[str, str, str]]:
    """Path, answer and guard of each difference."""
    return [(".".join(d.path), "different" if d.undecided is None else "undecided", told(d.guard)) for d in found]


IS_PROD = """
Parameters: {Stage: {Type: String}}
Conditions: {IsProd: !Equals [!Ref Stage, prod]}
"""


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ("!Ref Name", "Ref: Name"),
        ("!GetAtt Role.Arn", "{'Fn::GetAtt': [Role, Arn]}"),
        ('!Sub "a-${Name}"', '{"Fn::Sub": "a-${Name}"}'),
        ("!Sub a-${Name}", "!Join ['-', [a, !Ref Name]]"),
        ("[a, b]", "- a\n- b"),
        ("{A: 1, B: 2}", "B: '2'\nA: '1'"),
        ("128", "'128'"),
        ("true", "'true'"),
        ("!If [IsProd, a, b]", "!If [IsProd, a, b]"),
        ("!If [IsProd, a, b]", "!If [NotProd, b, a]"),
        ("[!If [IsProd, a, !Ref 'AWS::NoValue'], b]", "!If [IsProd, [a, b], [b]]"),
        ("{A: !If [IsProd, x, !Ref 'AWS::NoValue']}", "!If [IsProd, {A: x}, !Ref 'AWS::NoValue']"),
        ("!Select [0, !GetAZs '']", "{'Fn::Select': ['0', {'Fn::GetAZs': ''}]}"),
        ("!GetAtt Other.Outputs.X", "{'Fn::GetAtt': [Other, Outputs.X]}"),
        ("!Split [',', !GetAtt Other.List]", "{'Fn::Split': [',', {'Fn::GetAtt': [Other, List]}]}"),
        ("{Fn::Transform: {Name: M, Parameters: {A: 1, B: 2}}}", "Fn::Transform: {Parameters: {B: 2, A: 1}, Name: M}"),
        ("", "!Ref 'AWS::NoValue'"),
        ("", "[]"),
        ("", "{A: []}"),
        ("{A: {B: c}}", "{A: {B: c, D: {}, E: !Ref 'AWS::NoValue'}}"),
    ],
)  # fmt: skip
def test_the_same_in_another_spelling_is_no_difference(base, head):
    sections = """
    Parameters: {Stage: {Type: String}, Name: {Type: String}}
    Conditions: {IsProd: !Equals [!Ref Stage, prod], NotProd: !Not [!Condition IsProd]}
    """
    assert said(differences(base, head, sections)) == []
    assert said(differences(head, base, sections)) == []


def test_yaml_and_json_of_one_template_are_the_same():
    written = {
        "Parameters": {"Image": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/x"}},
        "Resources": {
            "Fn": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "P": {"A": {"Ref": "Image"}, "B": [{"Fn::Sub": "${Image}-1"}, {"Fn::GetAtt": ["R", "A"]}]}
                },
            }
        },
    }
    yaml = """
    Resources:
      Fn:
        Properties:
          P:
            B: [!Sub "${Image}-1", !GetAtt R.A]
            A: !Ref Image
        Type: AWS::Lambda::Function
    Parameters: {Image: {Default: /x, Type: "AWS::SSM::Parameter::Value<String>"}}
    """
    pair = revisions(json.dumps(written), yaml)
    assert pair.differences(pair.base.resources["Fn"], pair.head.resources["Fn"], "P") == []


@pytest.mark.parametrize(
    ("base", "head", "paths"),
    [
        ("a", "b", ["P"]),
        ("{A: 1, B: 2}", "{A: 1, B: 3}", ["P.B"]),
        ("{A: 1}", "{A: 1, B: 3}", ["P.B"]),
        ("{A: 1, B: 3}", "{A: 1}", ["P.B"]),
        ("[a, b]", "[a, c, d]", ["P.1", "P.2"]),
        ("", "a", ["P"]),
        ("a", "", ["P"]),
        ("", "{A: {B: c, D: e}}", ["P"]),
        ("a", "[a]", ["P"]),
        ("!Sub 'one-${AWS::Region}'", "!Sub 'two-${AWS::Region}'", ["P"]),
        ("!Sub 'arn:${AWS::Region}:layer:A:1'", "arn:eu-west-1:layer:B:2", ["P"]),
        ("!Sub 'arn:${AWS::Region}:layer:A:1'", "!Sub 'arn:${Region}:layer:B:2'", ["P"]),
        ("short", "!Sub 'shorter-${Region}'", ["P"]),
    ],
)
def test_what_certainly_differs(base, head, paths):
    sections = "Parameters: {Region: {Type: String}}"
    assert said(differences(base, head, sections)) == [(path, "different", "always") for path in paths]


def test_references_to_different_resources_differ():
    def layer(name):
        return template(f"[!Ref {name}]") + "".join(
            f"  {each}: {{Type: AWS::Lambda::LayerVersion}}\n" for each in ("One", "Other")
        )

    pair = revisions(layer("One"), layer("Other"))
    found = pair.differences(pair.base.resources["Fn"], pair.head.resources["Fn"], "P")
    assert said(found) == [("P.0", "different", "always")]


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ("!Ref A", "!Ref B"),
        ("!Ref A", "x86_64"),
        ("!Ref Stored", "!Ref A"),
        ("!Sub 'arn:${AWS::Region}:layer:A:1'", "arn:eu-west-1:layer:A:1"),
        ("!GetAtt Custom.One", "!ImportValue other"),
        ("!Split [',', !Ref A]", "!Split [',', !Ref B]"),
        ("{'Fn::Transform': {Name: M}}", "{'Fn::Transform': {Name: N}}"),
        ("", "!Ref Stored"),
        ("!FindInMap [M, !Ref Stored, x]", "!FindInMap [M, !Ref A, x]"),
    ],
)
def test_different_unknowns_are_undecided(base, head):
    sections = """
    Parameters: {A: {Type: String}, B: {Type: String}, Stored: {Type: "AWS::SSM::Parameter::Value<String>"}}
    """
    found = differences(base, head, sections)
    assert [(".".join(d.path), d.undecided is None) for d in found] == [("P", False)]
    assert found[0].undecided is not None
    assert found[0].undecided.reason


def test_a_key_that_a_macro_may_add_is_undecided():
    (found,) = differences("{A: x, B: y}", "{A: x, 'Fn::Transform': {Name: M}}")[-1:]
    assert found.path == ("P", "B")
    assert found.undecided is not None


def test_a_macro_in_the_properties_is_the_same_where_it_is_written_alike():
    def with_macro(name, other):
        return (
            "Resources:\n  Fn:\n    Type: AWS::Lambda::Function\n    Properties:\n"
            f"      Other: {other}\n      Fn::Transform: {{Name: {name}}}\n"
        )

    def found(base, head):
        pair = revisions(base, head)
        return said(pair.differences(pair.base.resources["Fn"], pair.head.resources["Fn"], "P"))

    assert found(with_macro("M", 1), with_macro("M", 2)) == []
    assert found(with_macro("M", 1), with_macro("N", 1)) == [("P", "undecided", "always")]


# Defaults of the service.


@pytest.mark.parametrize(
    ("base", "head", "default", "expected"),
    [
        ("", "[x86_64]", ["x86_64"], []),
        ("[x86_64]", "", ["x86_64"], []),
        ("", "[arm64]", ["x86_64"], [("P", "different", "always")]),
        ("[arm64]", "", ["x86_64"], [("P", "different", "always")]),
        ("", "[!Ref Arch]", ["x86_64"], [("P", "different", "Arch=arm64")]),
        ("", "[!Ref Open]", ["x86_64"], [("P", "undecided", "always")]),
        ("", "!If [IsProd, [arm64], !Ref 'AWS::NoValue']", ["x86_64"], [("P", "different", "IsProd")]),
        ("", "{Size: 512}", {"Size": "512"}, []),
        ("", "{Size: 1024}", {"Size": "512"}, [("P", "different", "always")]),
        ("", "3", "3", []),
        ("", "''", "", []),
    ],
)
def test_what_is_not_written_is_the_default_of_the_service(base, head, default, expected):
    sections = """
    Parameters:
      Stage: {Type: String}
      Open: {Type: String}
      Arch: {Type: String, AllowedValues: [x86_64, arm64]}
    Conditions: {IsProd: !Equals [!Ref Stage, prod]}
    """
    assert said(differences(base, head, sections, default=default)) == expected


def test_a_difference_says_where_it_is_written_on_each_side():
    (found,) = differences("", "[arm64]", default=["x86_64"])
    assert found.base is None
    assert found.head is not None
    assert found.head.source.text[found.head.start :].startswith("[arm64]")

    (found,) = differences("[arm64]", "", default=["x86_64"])
    assert found.head is None
    assert found.base is not None


def test_many_entries_on_one_side_are_one_difference():
    values = "{" + ", ".join(f"K{number}: v" for number in range(40)) + "}"
    assert said(differences("", values)) == [("P", "different", "always")]


# Alternatives.


def test_each_branch_is_compared_with_the_branch_that_it_meets():
    assert said(differences("!If [IsProd, a, b]", "!If [IsProd, a, c]", IS_PROD)) == [
        ("P", "different", "not IsProd"),
    ]
    assert said(differences("!If [IsProd, a, b]", "a", IS_PROD)) == [("P", "different", "not IsProd")]


def test_nested_alternatives():
    base = "!If [IsProd, !If [IsBig, a, b], c]"
    head = "!If [IsBig, !If [IsProd, a, c], !If [IsProd, b, d]]"
    sections = """
    Parameters: {Stage: {Type: String}, Size: {Type: String}}
    Conditions: {IsProd: !Equals [!Ref Stage, prod], IsBig: !Equals [!Ref Size, big]}
    """
    assert said(differences(base, head, sections)) == [("P", "different", "not IsBig and not IsProd")]


def test_a_list_with_very_many_conditional_items_is_compared_by_position():
    numbers = range(9)
    sections = "Parameters:\n" + "".join(f"  P{n}: {{Type: String}}\n" for n in numbers)
    sections += "Conditions:\n" + "".join(f"  C{n}: !Equals [!Ref P{n}, 'on']\n" for n in numbers)
    items = [f"!If [C{n}, a{n}, !Ref 'AWS::NoValue']" for n in numbers]
    changed = [*items[:-1], "!If [C8, b8, !Ref 'AWS::NoValue']"]
    found = differences(f"[{', '.join(items)}]", f"[{', '.join(changed)}]", sections)
    assert ("P.8", "different", "C8") in said(found)


# What head defines otherwise.


def test_a_condition_that_head_defines_otherwise_is_independent():
    redefined = IS_PROD.replace("prod]", "production]")
    found = said(differences("!If [IsProd, a, b]", "!If [IsProd, a, b]", IS_PROD, redefined))
    assert found == [
        ("P", "different", "not IsProd and IsProd (base)"),
        ("P", "different", "IsProd and not IsProd (base)"),
    ]


def test_a_condition_that_is_only_formatted_otherwise_is_the_same():
    formatted = """
    Parameters: {Stage: {Type: String}}
    Conditions:
      IsProd:
        "Fn::Equals":
          - {Ref: Stage}
          - "prod"
    """
    assert differences("!If [IsProd, a, b]", "!If [IsProd, a, b]", IS_PROD, formatted) == []


def test_a_condition_on_a_redefined_condition_is_redefined():
    def sections(stage):
        return f"""
        Parameters: {{Stage: {{Type: String}}}}
        Conditions:
          IsProd: !Equals [!Ref Stage, {stage}]
          IsBig: !Not [!Condition IsProd]
        """

    found = said(differences("!If [IsBig, a, b]", "!If [IsBig, a, b]", sections("prod"), sections("live")))
    assert [answer for _, answer, _ in found] == ["different", "different"]


def arch(default, allowed="") -> str:
    more = f", AllowedValues: {allowed}" if allowed else ""
    return f"""
    Parameters: {{Arch: {{Type: String, Default: {default}{more}}}}}
    Conditions: {{IsArm: !Equals [!Ref Arch, arm64]}}
    Mappings: {{Layers: {{x86_64: {{Arn: a}}, arm64: {{Arn: b}}}}}}
    """


@pytest.mark.parametrize("value", ["!Ref Arch", "!Sub '${Arch}'", "!FindInMap [Layers, !Ref Arch, Arn]"])
@pytest.mark.parametrize("allowed", ["", "[x86_64, arm64]"])
def test_another_default_of_a_parameter_is_a_difference(value, allowed):
    assert said(differences(value, value, arch("x86_64", allowed), arch("arm64", allowed))) == [
        ("P", "different", "Arch=arm64")
    ]


def test_a_condition_follows_the_default_that_changes():
    found = said(differences("!If [IsArm, b, a]", "!If [IsArm, b, a]", arch("x86_64"), arch("arm64")))
    assert found == [("P", "different", "IsArm and not IsArm (base)")]


def test_a_default_that_stays_is_no_difference():
    for value in ("!Ref Arch", "!If [IsArm, b, a]", "!FindInMap [Layers, !Ref Arch, Arn]"):
        assert differences(value, value, arch("x86_64"), arch("x86_64")) == []


def test_another_default_of_a_parameter_that_is_given_is_no_difference():
    given = {"Arch": "arm64"}
    assert differences("!Ref Arch", "!Ref Arch", arch("x86_64"), arch("arm64"), given=(given, given)) == []


def test_another_given_value_is_a_difference():
    for value in ("!Ref Arch", "!If [IsArm, b, a]"):
        given = {"Arch": "x86_64"}, {"Arch": "arm64"}
        found = differences(value, value, arch("x86_64"), arch("x86_64"), given=given)
        assert [answer for _, answer, _ in said(found)] == ["different"]


def test_a_value_given_in_head_only_is_a_difference():
    for value in ("!Ref Arch", "!If [IsArm, b, a]"):
        found = said(differences(value, value, arch("x86_64"), arch("x86_64"), given=({}, {"Arch": "arm64"})))
        assert [answer for _, answer, _ in found] == ["different"]
        assert "Arch=x86_64" not in found[0][2]


def test_a_further_allowed_value_changes_nothing_that_is_deployed():
    found = differences("!Ref Arch", "!Ref Arch", arch("x86_64", "[x86_64]"), arch("x86_64", "[x86_64, arm64]"))
    assert found == []


def test_a_default_for_what_had_none_is_undecided():
    without = "Parameters: {Arch: {Type: String}}"
    found = differences("!Ref Arch", "!Ref Arch", without, "Parameters: {Arch: {Type: String, Default: arm64}}")
    assert [answer for _, answer, _ in said(found)] == ["undecided"]


def test_another_mapping_is_a_difference():
    def layers(arn):
        return f"Mappings: {{Layers: {{x86_64: {{Arn: {arn}}}}}}}"

    value = "!FindInMap [Layers, x86_64, Arn]"
    assert said(differences(value, value, layers("a"), layers("b"))) == [("P", "different", "always")]
    assert differences(value, value, layers("a"), layers("a")) == []


def test_an_unknown_of_a_redefined_name_is_undecided():
    def stored(name):
        return f'Parameters: {{Image: {{Type: "AWS::SSM::Parameter::Value<String>", Default: {name}}}}}'

    assert differences("!Ref Image", "!Ref Image", stored("/a"), stored("/a")) == []
    assert said(differences("!Ref Image", "!Ref Image", stored("/a"), stored("/b"))) == [("P", "undecided", "always")]


def test_another_region_is_no_expression_of_the_same():
    text = template("!Select [0, !GetAZs {Ref: 'AWS::Region'}]")
    base, head = (Resolver(resolver_of(text).template, region=region) for region in ("eu-west-1", "us-east-1"))
    pair = Revisions(base, head)
    found = pair.differences(base.resources["Fn"], head.resources["Fn"], "P")
    assert [answer for _, answer, _ in said(found)] == ["undecided"]


def test_a_resource_that_a_tool_renames_is_the_same():
    def versioned(name):
        return template(f"!Ref {name}") + f"  {name}: {{Type: AWS::SQS::Queue}}\n"

    pair = revisions(versioned("QueueA"), versioned("QueueB"), {"QueueA": "QueueB"})
    assert pair.differences(pair.base.resources["Fn"], pair.head.resources["Fn"], "P") == []
    pair = revisions(versioned("QueueA"), versioned("QueueB"))
    assert len(pair.differences(pair.base.resources["Fn"], pair.head.resources["Fn"], "P")) == 1
