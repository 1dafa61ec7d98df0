import pytest

from .templates import value_of

SECTIONS = """
Parameters:
  Stage: {Type: String}
  Named: {Type: String, Default: prod}
  Either: {Type: String, AllowedValues: [prod, test]}
  Odd: {Type: String, AllowedValues: [prod, nowhere]}
  Column: {Type: String}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
Mappings:
  Map:
    prod: {Arch: arm64, Same: s, List: [a, b], Flag: true}
    test: {Arch: x86_64, Same: s, List: [c], Flag: false}
  Regions:
    eu-west-1: {Layer: arn:eu}
    us-east-1: {Layer: arn:us}
  Added:
    Fn::Transform: {Name: AWS::Include}
"""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!FindInMap [Map, prod, Arch]", "arm64"),
        ("!FindInMap [Map, prod, List]", ["a", "b"]),
        ("!FindInMap [Map, prod, Flag]", "true"),
        ("!FindInMap [Map, !Ref Named, Arch]", {"Named=prod": "arm64"}),
        ("!FindInMap [Map, !Ref Either, Arch]", {"Either=prod": "arm64", "Either=test": "x86_64"}),
        ("!FindInMap [Map, !Ref Either, Same]", "s"),
        ("!FindInMap [Map, !Ref Stage, Arch]", {"Stage=prod": "arm64", "Stage=test": "x86_64"}),
        ("!FindInMap [Map, !Ref Stage, Same]", "s"),
        ("!FindInMap [Map, prod, !Ref Column]", {
            "Column=Arch": "arm64", "Column=Same": "s", "Column=List": ["a", "b"], "Column=Flag": "true"}),
        ("!FindInMap [Regions, !Ref 'AWS::Region', Layer]", {
            "AWS::Region=eu-west-1": "arn:eu", "AWS::Region=us-east-1": "arn:us"}),
        ("!FindInMap [Map, !If [Prod, prod, test], Arch]", {"Prod": "arm64", "not Prod": "x86_64"}),
        ("!FindInMap [Map, !If [Prod, prod, test], Same]", "s"),
        ("!FindInMap [Map, !Sub 'p${Lit}', Arch]", "?nothing in the template is called `Lit`"),
        ("!FindInMap [!Sub Map, prod, Arch]", "arm64"),
        ("!FindInMap [Map, nowhere, Arch]", "?the mapping has no key `nowhere`"),
        ("!FindInMap [Map, prod, nothing]", "?the mapping has no key `nothing`"),
        ("!FindInMap [Map, !Ref Odd, Arch]", {"Odd=prod": "arm64", "Odd=nowhere": "?the mapping has no key `nowhere`"}),
        ("!FindInMap [None, prod, Arch]", "?there is no mapping `None`"),
        ("!FindInMap [!Ref Stage, prod, Arch]", "?the parameter `Stage` has no value here"),
        ("!FindInMap [Map, !Sub '${Stage}x', Arch]", "?the parameter `Stage` has no value here"),
        ("!FindInMap [Map, [a], Arch]", "?the key of an Fn::FindInMap is no text"),
        ("!FindInMap [Added, a, b]", "?a macro adds to the mapping"),
        ("!FindInMap [Map, prod]", "?the function is not of the form Fn::FindInMap: [map, key, key]"),
        ("!FindInMap Map", "?the function is not of the form Fn::FindInMap: [map, key, key]"),
    ],
)  # fmt: skip
def test_find_in_map(value, expected):
    assert value_of(value, SECTIONS) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!FindInMap [Map, prod, Arch, DefaultValue: d]", "arm64"),
        ("!FindInMap [Map, nowhere, Arch, DefaultValue: d]", "d"),
        ("!FindInMap [Map, prod, nothing, DefaultValue: d]", "d"),
        ("!FindInMap [None, prod, Arch, DefaultValue: d]", "d"),
        ("!FindInMap [Map, nowhere, Arch, DefaultValue: !Ref Stage]", "${Stage}"),
        ("!FindInMap [Map, !Ref Odd, Arch, DefaultValue: d]", {"Odd=prod": "arm64", "Odd=nowhere": "d"}),
        ("!FindInMap [Map, !Ref Stage, Arch, DefaultValue: d]", {
            "Stage=prod": "arm64", "Stage=test": "x86_64", "always": "d"}),
        # What nobody can tell is not what is missing.
        ("!FindInMap [Map, !Sub '${Stage}x', Arch, DefaultValue: d]", "?the parameter `Stage` has no value here"),
        ("!FindInMap [!Ref Stage, prod, Arch, DefaultValue: d]", "?the parameter `Stage` has no value here"),
        ("!FindInMap [Added, a, b, DefaultValue: d]", "?a macro adds to the mapping"),
    ],
)  # fmt: skip
def test_a_default_value_is_for_what_is_missing(value, expected):
    assert value_of(value, SECTIONS) == expected


def test_the_context_chooses_the_row():
    assert value_of("!FindInMap [Regions, !Ref 'AWS::Region', Layer]", SECTIONS, region="eu-west-1") == "arn:eu"
    assert value_of("!FindInMap [Map, !Ref Stage, Arch]", SECTIONS, parameters={"Stage": "test"}) == "x86_64"
    assert value_of("!FindInMap [Regions, !Ref 'AWS::Region', Layer]", SECTIONS, region="ap-south-1").startswith("?")


def test_a_very_long_mapping_is_not_followed_by_an_open_key():
    rows = "".join(f"    k{number}: {{v: '{number}'}}\n" for number in range(41))
    sections = f"Parameters: {{P: {{Type: String}}}}\nMappings:\n  Long:\n{rows}"
    assert value_of("!FindInMap [Long, !Ref P, v]", sections) == "?the parameter `P` has no value here"
    assert value_of("!FindInMap [Long, k40, v]", sections) == "40"
