import pytest

from saya.model.resolve import TOO_MANY
from saya.model.value import Text

from .templates import property_of, resolver_of, value_of, with_value

CONDITIONS = """
Parameters:
  Stage: {Type: String}
  Size: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsBig: !Equals [!Ref Size, big]
"""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("12", "12"),
        ("True", "true"),
        ("", None),
        ("[a, 1, !Ref AWS::NoValue]", ["a", "1", None]),
        ("{a: {b: c}}", {"a": {"b": "c"}}),
        ("!Ref AWS::NoValue", None),
    ],
)
def test_what_is_written_is_its_own_value(value, expected):
    assert value_of(value) == expected


# Sub


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!Sub plain", "plain"),
        ("!Sub 'a ${Stage} b'", "a ${Stage} b"),
        ("!Sub '${Stage}${Stage}'", "${Stage}${Stage}"),
        ("!Sub ''", ""),
        ("!Sub 'a ${!Literal} b'", "a ${Literal} b"),
        ("!Sub '${!stageVariables.fn}:${Stage}'", "${stageVariables.fn}:${Stage}"),
        ("!Sub ['${a}-${b}', {a: x, b: !Ref Stage}]", "x-${Stage}"),
        ("!Sub ['${a}', {a: !Sub '${!b}'}]", "${b}"),
        ("!Sub ['${Stage}', {Stage: mine}]", "mine"),
        ("!Sub ['${a.b}', {a.b: dotted}]", "dotted"),
        ("!Sub '{{resolve:ssm:/${Stage}/x}}'", "{{resolve:ssm:/${Stage}/x}}"),
        ("!Sub '${AWS::StackName}'", "${AWS::StackName}"),
        ("!Sub '$x $ {y} }{ ${'", "$x $ {y} }{ ${"),
        ("Fn::Sub: long ${Stage}", "long ${Stage}"),
    ],
)
def test_sub(value, expected):
    assert value_of(value, CONDITIONS) == expected


def test_sub_knows_where_its_literals_stand():
    resolver, thunk = with_value("!Sub 'ab${Stage}cd${!Lit}ef'", CONDITIONS)
    text = resolver.alternatives(thunk)[0].value
    assert isinstance(text, Text)
    literals = [(part.text, part.start) for part in text.parts if part.hole is None]
    assert literals == [("ab", 0), ("cd", 10), ("${Lit}", 12), ("ef", 19)]


@pytest.mark.parametrize("value", ["!Sub {a: b}", "!Sub [a]", "!Sub [[a], {}]", "!Sub [a, b, c]"])
def test_a_malformed_sub_is_unknown(value):
    assert value_of(value) == "?the function is not of the form Fn::Sub: text, or [text, mapping]"


# Join, Split, Select


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!Join [':', [a, b, c]]", "a:b:c"),
        ("!Join ['', [a, !Ref Stage]]", "a${Stage}"),
        ("!Join [':', ['', a, '']]", ":a:"),
        ("!Join [':', [a, !Ref 'AWS::NoValue', b]]", "a:b"),
        ("!Join [':', [!Ref 'AWS::NoValue']]", ""),
        ("!Join [',', []]", ""),
        ("!Join ['-', [a, !Join [':', [b, c]]]]", "a-b:c"),
        ("!Join ['-', !Split [':', 'a:b']]", "a-b"),
        ("!Join ['-', !Split [':', !Ref Stage]]", "${?} ?the parameter `Stage` has no value here"),
        ("!Join ['-', !GetAZs '']", "${?} ?the Availability Zones are known only when the stack is deployed"),
        ("!Join ['-', text]", "${?} ?the list is not decided by the template"),
        ("!Join ['-', [a, [b]]]", "a-${?} ?a list or mapping where text is expected"),
        ("!Join [a]", "?the function is not of the form Fn::Join: [delimiter, list]"),
        ("!Join text", "?the function is not of the form Fn::Join: [delimiter, list]"),
    ],
)
def test_join(value, expected):
    assert value_of(value, CONDITIONS) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!Split [',', 'a,b,,c']", ["a", "b", "", "c"]),
        ("!Split [',', a]", ["a"]),
        ("!Split ['::', 'a::b:c']", ["a", "b:c"]),
        ("!Split [':', !Sub 'a:${AWS::Region}:b']", ["a", "${AWS::Region}", "b"]),
        ("!Split [':', !Sub '${Fn}:b']", ["${Fn}", "b"]),
        ("!Split [':', !Sub 'a:b${Stage}:c']", ["a", "?the parameter `Stage` has no value here"]),
        ("!Split [':', !Ref Stage]", ["?the parameter `Stage` has no value here"]),
        ("!Split ['', a]", "?text is expected"),
        ("!Split [':', [a]]", "?text is expected"),
        ("!Split a", "?the function is not of the form Fn::Split: [delimiter, text]"),
    ],
)
def test_split(value, expected):
    assert value_of(value, CONDITIONS) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!Select [0, [a, b]]", "a"),
        ("!Select ['1', [a, b]]", "b"),
        ("!Select [1, !Split [':', 'a:b']]", "b"),
        ("!Select [0, !Split [':', !Sub 'a:${Stage}']]", "a"),
        ("!Select [1, !Split [':', !Sub 'a:${Stage}']]", "?the parameter `Stage` has no value here"),
        ("!Select [2, [a, b]]", "?an Fn::Select of item 2 of a list of 2"),
        ("!Select [-1, [a]]", "?the index of an Fn::Select is not decided by the template"),
        ("!Select ['²', [a]]", "?the index of an Fn::Select is not decided by the template"),
        (f"!Select ['{'9' * 5000}', [a]]", "?the index of an Fn::Select is not decided by the template"),
        ("!Select [!Ref Stage, [a]]", "?the index of an Fn::Select is not decided by the template"),
        ("!Select [0, !GetAZs '']", "?the Availability Zones are known only when the stack is deployed"),
        ("!Select [0, text]", "?a list is expected"),
        ("!Select [0]", "?the function is not of the form Fn::Select: [index, list]"),
    ],
)
def test_select(value, expected):
    assert value_of(value, CONDITIONS) == expected


# If


def test_if_splits_and_everything_else_maps():
    assert value_of("!If [IsProd, a, b]", CONDITIONS) == {"IsProd": "a", "not IsProd": "b"}
    assert value_of("!Sub ['x-${v}', {v: !If [IsProd, a, b]}]", CONDITIONS) == {"IsProd": "x-a", "not IsProd": "x-b"}
    assert value_of("!Select [0, !If [IsProd, [a], [b]]]", CONDITIONS) == {"IsProd": "a", "not IsProd": "b"}
    assert value_of("!Split [',', !If [IsProd, 'a,b', c]]", CONDITIONS) == {"IsProd": ["a", "b"], "not IsProd": ["c"]}


def test_nested_ifs_join_their_guards():
    assert value_of("!If [IsProd, !If [IsBig, a, b], c]", CONDITIONS) == {
        "IsBig and IsProd": "a",
        "not IsBig and IsProd": "b",
        "not IsProd": "c",
    }
    assert value_of("!If [IsProd, !If [IsProd, a, b], !If [IsProd, c, d]]", CONDITIONS) == {
        "IsProd": "a",
        "not IsProd": "d",
    }


def test_two_ifs_on_one_condition_do_not_mix():
    assert value_of("!Join ['-', [!If [IsProd, a, b], !If [IsProd, c, d]]]", CONDITIONS) == {
        "IsProd": "a-c",
        "not IsProd": "b-d",
    }


def test_absent_branches_leave_their_place():
    assert value_of("!If [IsProd, a, !Ref 'AWS::NoValue']", CONDITIONS) == {"IsProd": "a", "not IsProd": None}
    assert value_of("!Join [',', [a, !If [IsProd, b, !Ref 'AWS::NoValue']]]", CONDITIONS) == {
        "IsProd": "a,b",
        "not IsProd": "a",
    }
    assert value_of("[a, !If [IsProd, b, !Ref 'AWS::NoValue']]", CONDITIONS) == [
        "a",
        {"IsProd": "b", "not IsProd": None},
    ]
    assert value_of("{k: !If [IsProd, !Ref 'AWS::NoValue', v]}", CONDITIONS) == {
        "k": {"IsProd": None, "not IsProd": "v"}
    }


def test_a_condition_that_is_decided_takes_its_branch():
    assert value_of("!If [IsProd, a, b]", CONDITIONS, parameters={"Stage": "prod"}) == "a"
    assert value_of("!If [IsProd, a, b]", CONDITIONS, parameters={"Stage": "test"}) == "b"


@pytest.mark.parametrize("value", ["!If [IsProd, a]", "!If IsProd", "!If [[IsProd], a, b]", "!If {IsProd: a}"])
def test_a_malformed_if_is_unknown(value):
    assert value_of(value, CONDITIONS) == "?the function is not of the form Fn::If: [condition, value, value]"


def test_many_combinations_are_unknown_but_keep_the_shape_of_the_text():
    names = [f"C{number}" for number in range(8)]
    conditions = "Parameters:\n" + "".join(f"  P{name}: {{Type: String}}\n" for name in names)
    conditions += "Conditions:\n" + "".join(f"  {name}: !Equals [!Ref P{name}, x]\n" for name in names)
    pieces = ", ".join(f"!If [{name}, a, b]" for name in names)
    assert value_of(f"!Join [':', [arn, {pieces}, end]]", conditions).startswith("arn:${?}:${?}")
    resolver, thunk = with_value(f"!Join [':', [arn, {pieces}, end]]", conditions)
    text = resolver.alternatives(thunk)[0].value
    assert isinstance(text, Text)
    assert text.masked.endswith(":end")


def test_combinations_that_contradict_each_other_do_not_count():
    stages = [f"s{number}" for number in range(8)]
    conditions = "Parameters:\n  Stage: {Type: String}\nConditions:\n"
    conditions += "".join(f"  Is{stage}: !Equals [!Ref Stage, {stage}]\n" for stage in stages)
    pieces = ", ".join(f"!If [Is{stage}, {stage}, '']" for stage in stages)
    resolver, thunk = with_value(f"!Join ['', [{pieces}]]", conditions)
    options = resolver.alternatives(thunk)
    assert options[0].value != TOO_MANY
    assert sorted(str(option.value) for option in options if resolver.join(option.guard)) == ["", *stages]


# the others


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!Base64 abc", "YWJj"),
        ("!Base64 {'Fn::Sub': 'é'}", "w6k="),
        ("!Base64 {Ref: Stage}", "?the parameter `Stage` has no value here"),
        ("Fn::Length: [a, b]", "2"),
        ("Fn::Length: !Split [',', 'a,b,c']", "3"),
        ("Fn::Length: !Split [',', !Ref Stage]", "?the parameter `Stage` has no value here"),
        ("Fn::Length: [a, !Ref 'AWS::NoValue']", "?the length of a list with AWS::NoValue in it"),
        ("Fn::Length: text", "?a list is expected"),
        ("!ImportValue exported", "${exported}"),
        ("!ImportValue {'Fn::Sub': '${Stage}-x'}", "${${Stage}-x}"),
        ("Fn::GetStackOutput: {StackName: other, OutputName: Arn}", "${other.Arn}"),
        ("!GetAZs ''", ["?the Availability Zones are known only when the stack is deployed"]),
        ("!Cidr [10.0.0.0/16, 2, 8]", ["?the addresses of an Fn::Cidr are computed when the stack is deployed"]),
        ("!Transform {Name: Mine}", {"?": "`Mine` adds properties when the stack is deployed"}),
        ("!Sub ['a-${b}', {b: !Transform {Name: Mine}}]", "a-${?} ?`Mine` adds properties when the stack is deployed"),
        ("{a: b, 'Fn::Transform': {Name: Mine}}", {"a": "b", "?": "`Mine` adds properties when the stack is deployed"}),
        ("!Foo bar", "?`Fn::Foo` is no intrinsic function that Saya knows"),
        ("!Equals [a, b]", "?a condition function outside Conditions"),
        ("{Condition: IsProd}", {"Condition": "IsProd"}),
        ("{Ref: x, Other: y}", {"Ref": "x", "Other": "y"}),
    ],
)  # fmt: skip
def test_the_other_functions(value, expected):
    assert value_of(value, CONDITIONS) == expected


# Lambda ARNs put together


ALIAS = """
Resources:
  Fn:
    Type: AWS::Lambda::Function
  Version:
    Type: AWS::Lambda::Version
    Properties: {FunctionName: !Ref Fn}
  Alias:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !Ref Fn, Name: live, FunctionVersion: !GetAtt Version.Version}
  X:
    Type: Custom::X
    Properties:
      P: %s
"""
ARN = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Fn}"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!Ref Alias", f"{ARN}:live"),
        ("!GetAtt Alias.AliasArn", f"{ARN}:live"),
        ("!Ref Version", f"{ARN}:${{Version.Version}}"),
        ("!GetAtt Version.FunctionArn", f"{ARN}:${{Version.Version}}"),
        ("!GetAtt Version.Version", "${Version.Version}"),
        ("!Ref Fn", "${Fn}"),
        ("!GetAtt Fn.Arn", ARN),
        ("!Sub '${Fn.Arn}:live'", f"{ARN}:live"),
        ("!Sub '${Fn}:live'", "${Fn}:live"),
        ("!Join [':', [!GetAtt Fn.Arn, provisioned]]", f"{ARN}:provisioned"),
        ("!Join ['', [!GetAtt Fn.Arn, ':$LATEST']]", f"{ARN}:$LATEST"),
        ("!Join ['', [!Ref Fn, ':', !GetAtt Version.Version]]", "${Fn}:${Version.Version}"),
        ("!Join ['', [!Select [6, !Split [':', !Ref Alias]], ':live']]", "${Fn}:live"),
        ("!Select [6, !Split [':', !GetAtt Fn.Arn]]", "${Fn}"),
        ("!Select [7, !Split [':', !Ref Alias]]", "live"),
        ("!Select [7, !Split [':', !Ref Version]]", "${Version.Version}"),
        ("!Select [7, !Split [':', !GetAtt Fn.Arn]]", "?an Fn::Select of item 7 of a list of 7"),
        (
            "!Join ['', ['arn:', !Select [1, !Split [':', !Ref Alias]], ':apigateway:',"
            " !Select [3, !Split [':', !Ref Alias]], ':lambda:path/2015-03-31/functions/', !Ref Alias, /invocations]]",
            "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
            + ARN
            + ":live/invocations",
        ),
    ],
)
def test_the_qualified_forms_of_a_function(value, expected):
    assert property_of(resolver_of(ALIAS % value), "P") == expected


def test_an_alias_of_an_undecided_function_keeps_its_qualifier():
    text = """
    Parameters: {Name: {Type: String}}
    Resources:
      Alias:
        Type: AWS::Lambda::Alias
        Properties: {FunctionName: !Ref Name, Name: live, FunctionVersion: '1'}
      X: {Type: Custom::X, Properties: {P: !Ref Alias, Q: !Select [7, !Split [':', !Ref Alias]]}}
    """
    resolver = resolver_of(text)
    assert property_of(resolver, "P").endswith(":function:${Name}:live")
    assert property_of(resolver, "Q") == "?the parameter `Name` has no value here"


def test_references_that_go_in_a_circle_are_unknown():
    text = """
    Resources:
      A: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref B, Name: x}}
      B: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref A, Name: y}}
      X: {Type: Custom::X, Properties: {P: !Ref A}}
    """
    assert "?it refers to itself" in property_of(resolver_of(text), "P")


def test_what_nests_too_deep_is_unknown():
    deep = "a"
    for _ in range(90):
        deep = f"{{'Fn::Base64': {deep}}}"
    assert value_of(deep) == "?functions and references are nested deeper than 48 levels"
    chain = "".join(
        f"  A{n}: {{Type: AWS::Lambda::Alias, Properties: {{FunctionName: !Ref A{n + 1}, Name: x}}}}\n"
        for n in range(3000)
    )
    resolver = resolver_of(f"Resources:\n{chain}  X: {{Type: Custom::X, Properties: {{P: !Ref A0}}}}\n")
    assert "nested deeper" in property_of(resolver, "P")
