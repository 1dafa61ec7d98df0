"""What the facts of a template share: functions by their architecture and name, aliases, identities."""

from __future__ import annotations

import pytest

from saya.facts.view import identity_of
from saya.model.value import Text, Unknown

from .views import SAM, plain, view_of


def architectures(text, **parameters) -> list[tuple[object, dict[str, bool]]]:
    view = view_of(text, parameters=parameters)
    found = view.functions(view.resolver.resources["Fn"])
    return [(plain(each.function.architecture), dict(each.guard.conditions)) for each in found]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", [("x86_64", {})]),
        ("Architectures: [arm64]", [("arm64", {})]),
        ("Architectures: []", [("x86_64", {})]),
        ("Architectures: [!Ref Open]", [("?", {})]),
        ("Architectures: [!Ref Given]", [("arm64", {})]),
        ("Architectures: [sparc]", [("?", {})]),
        ("Architectures: [x86_64, arm64]", [("?", {})]),
        ("Architectures: !If [IsProd, [arm64], !Ref AWS::NoValue]",
         [("arm64", {"IsProd": True}), ("x86_64", {"IsProd": False})]),
        ("Architectures: [!If [IsProd, arm64, x86_64]]",
         [("arm64", {"IsProd": True}), ("x86_64", {"IsProd": False})]),
    ],
)  # fmt: skip
def test_the_architecture_of_a_function(written, expected):
    text = f"""
    Parameters: {{Open: {{Type: String}}, Given: {{Type: String, Default: arm64}}}}
    Conditions: {{IsProd: !Equals [!Ref Open, prod]}}
    Resources:
      Fn: {{Type: AWS::Lambda::Function, Properties: {{{written}}}}}
    """
    assert architectures(text) == expected


def test_the_condition_of_the_function_itself():
    text = """
    Parameters: {Open: {Type: String}}
    Conditions: {IsProd: !Equals [!Ref Open, prod], IsTest: !Equals [!Ref Open, test]}
    Resources:
      Fn:
        Type: AWS::Lambda::Function
        Condition: IsProd
        Properties: {Architectures: [!If [IsTest, arm64, x86_64]]}
    """
    assert architectures(text) == [("x86_64", {"IsProd": True, "IsTest": False})]


def test_a_function_whose_architecture_depends_on_a_condition_is_one_function_of_unknown_architecture():
    view = view_of("""
    Parameters: {Open: {Type: String}}
    Conditions: {IsProd: !Equals [!Ref Open, prod]}
    Resources:
      Fn: {Type: AWS::Lambda::Function, Properties: {Architectures: [!If [IsProd, arm64, x86_64]]}}
    """)
    assert plain(view.function(view.resolver.resources["Fn"]).architecture) == "?"


@pytest.mark.parametrize(
    ("aliases", "expected"),
    [
        ("", False),
        ("FunctionVersion: '1'", True),
        ("FunctionVersion: $LATEST", False),
        ("FunctionVersion: !Ref Open", "?"),
    ],
)
def test_whether_a_function_publishes_an_alias(aliases, expected):
    alias = f"  Live: {{Type: AWS::Lambda::Alias, Properties: {{FunctionName: !Ref Fn, Name: live, {aliases}}}}}\n"
    text = "Parameters: {Open: {Type: String}}\nResources:\n  Fn: {Type: AWS::Lambda::Function}\n"
    view = view_of(text + (alias if aliases else ""))
    assert plain(view.function(view.resolver.resources["Fn"]).publishes) == expected


VERSIONS = {
    "'3'": (False, False),
    "$LATEST": (True, False),
    "!GetAtt Version.Version": (False, False),
    "!GetAtt FnCurrentVersionE6D0B9F6d41d8cd98f00b204e9800998ecf8427e.Version": (False, True),
    "!GetAtt FnLambdaVersionkgZPjwQ0oNYIzyMEdOO7vg9t45Q5EGdGxfuPOLOHE.Version": (False, True),
    "!GetAtt Publish.Version": (False, "?"),
    "!Ref Open": ("?", "?"),
    "!GetAtt Other.Version.Version": (False, True),
    "{A: b}": ("?", "?"),
}


@pytest.mark.parametrize(("version", "expected"), VERSIONS.items())
def test_what_an_alias_is_on_and_whether_it_moves(version, expected):
    ids = ("Version", "FnCurrentVersionE6D0B9F6d41d8cd98f00b204e9800998ecf8427e",
           "FnLambdaVersionkgZPjwQ0oNYIzyMEdOO7vg9t45Q5EGdGxfuPOLOHE")  # fmt: skip
    versions = "".join(
        f"  {id_}: {{Type: AWS::Lambda::Version, Properties: {{FunctionName: !Ref Fn}}}}\n" for id_ in ids
    )
    view = view_of(
        f"{SAM}Parameters: {{Open: {{Type: String}}}}\nResources:\n  Fn: {{Type: AWS::Lambda::Function}}\n{versions}"
        "  Publish: {Type: Custom::Publish}\n"
        "  Other: {Type: AWS::Serverless::Function, Properties: {AutoPublishAlias: live}}\n"
        "  Live:\n    Type: AWS::Lambda::Alias\n"
        f"    Properties: {{FunctionName: !Ref Fn, FunctionVersion: {version}, Name: a}}\n"
    )
    (use,) = view.aliases["Fn"]
    assert (plain(use.alias.latest), plain(use.alias.moves)) == expected


@pytest.mark.parametrize(
    "function", ["!Ref Fn", "!GetAtt Fn.Arn", "orders", "!Sub 'arn:aws:lambda:${AWS::Region}:1:function:${Fn}'"]
)
def test_the_function_of_an_alias_is_found_in_any_form(function):
    view = view_of(f"""
    Resources:
      Fn: {{Type: AWS::Lambda::Function, Properties: {{FunctionName: orders}}}}
      Live: {{Type: AWS::Lambda::Alias, Properties: {{FunctionName: {function}, FunctionVersion: "1", Name: live}}}}
    """)
    assert [use.alias.id for use in view.aliases["Fn"]] == ["Live"]


def test_an_alias_of_a_function_elsewhere_belongs_to_none():
    view = view_of("""
    Resources:
      Fn: {Type: AWS::Lambda::Function}
      Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: theirs, FunctionVersion: "1", Name: live}}
    """)
    assert view.aliases == {}


def test_the_alias_that_sam_publishes_is_the_functions():
    view = view_of(f"""
{SAM}
Globals: {{Function: {{AutoPublishAlias: live}}}}
Resources:
  Fn: {{Type: AWS::Serverless::Function}}
""")
    (use,) = view.aliases["Fn"]
    assert (use.alias.id, use.alias.name, use.alias.generated, use.alias.latest) == ("Fn", "live", True, False)


def identity(properties, path, subject="") -> str:
    view = view_of(f"Resources: {{A: {{Type: X, Properties: {properties}}}}}")
    (place,) = view.resolver.places(view.resolver.resources["A"], path)
    return identity_of(view.resolver, place, subject)


@pytest.mark.parametrize(
    ("properties", "path", "expected"),
    [
        ("{A: {B: c}}", ("A", "B"), "A.B"),
        ("{T: [{Id: orders, Arn: x}]}", ("T", "[]", "Arn"), "T.orders.Arn"),
        ("{T: [{Name: orders, Arn: x}]}", ("T", "[]", "Arn"), "T.orders.Arn"),
        ("{T: [{Arn: x}]}", ("T", "[]", "Arn"), "T.0.Arn"),
        ("{T: [x]}", ("T", "[]"), "T.0"),
    ],
)
def test_list_items_are_named_by_what_identifies_them(properties, path, expected):
    assert identity(properties, path) == expected


def test_an_item_is_called_the_same_in_every_deployment():
    text = """\
Parameters: {{Stage: {{Type: String, Default: dev}}}}
Resources: {{A: {{Type: X, Properties: {{T: [{{Id: !Sub "{} ${{Stage}}", Arn: x}}]}}}}}}
"""

    def named(title: str, stage: str) -> str:
        view = view_of(text.format(title), parameters={"Stage": stage}, stack=stage)
        (place,) = view.resolver.places(view.resolver.resources["A"], ("T", "[]", "Arn"))
        return identity_of(view.resolver, place)

    assert named("to", "dev") == named("to", "prod") != named("from", "prod")


def test_an_item_that_nothing_identifies_is_named_by_its_subject():
    assert identity("{T: [{Arn: x}]}", ("T", "[]", "Arn"), "Fn") == "T.Fn.Arn"


def test_the_stack_says_its_region_or_what_would():
    assert view_of("Resources: {}", region="eu-west-1").stack.region == "eu-west-1"
    assert isinstance(view_of("Resources: {}").stack.region, Unknown)


def test_a_name_of_a_function_is_looked_up_once_for_all():
    view = view_of("Resources: {Fn: {Type: AWS::Lambda::Function, Properties: {FunctionName: a}}, B: {Type: X}}")
    name = view.resolver.option(view.resolver.resources["Fn"], "FunctionName")[0].value
    assert isinstance(name, Text)
    found = view.named(name)
    assert found is not None
    assert not isinstance(found, Unknown)
    assert [declared.id for _, declared in found] == ["Fn"]
