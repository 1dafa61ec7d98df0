import pytest

from saya.model.check import check_template

from .templates import template_of


def errors(text):
    return [str(error) for error in check_template(template_of(text))]


def resource(value, transform=""):
    return errors(f"{transform}Resources:\n  X:\n    Type: Custom::X\n    Properties:\n      P: {value}\n")


GOOD = """
Transform: AWS::LanguageExtensions
Metadata: [anything]
Parameters:
  Env: {Type: String}
Mappings:
  M: {a: {b: c}}
Rules:
  R: {Assertions: [{Assert: {'Fn::EachMemberIn': [{'Fn::ValueOfAll': [T, a]}, {'Fn::RefAll': T}]}}]}
Conditions:
  A: !Equals [!Ref Env, a]
  B: !And [!Condition A, !Not [!Condition A], !Or [!Condition A, !Equals [1, 1]]]
  C: !Condition B
  D: {Condition: A}
  E: true
Resources:
  Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/k}}
  Fn::ForEach::Loop:
    - N
    - [a, b]
    - 'R${N}': {Type: Custom::Y, Properties: {P: !Ref N, Q: !GetAtt [!Sub 'R${N}', Arn], R: !Ref {'Fn::Sub': x}}}
  Plain: {Type: Custom::Z}
  Nothing: {Type: Custom::Z, Properties: , Condition: A, DependsOn: [Plain]}
  Made: {'Fn::Transform': {Name: M}, Properties: [a]}
  Chosen: {Type: Custom::Z, Properties: !If [A, {}, {}]}
  All:
    Type: Custom::X
    Metadata: {P: !Foo x, Q: {Ref: [a]}}
    Properties:
      A: [!Ref Env, !Ref AWS::NoValue, !GetAtt Plain.A.B, !GetAtt [Plain, A], !GetAtt [Plain, !Ref Env]]
      B: [!Sub x, !Sub 3, !Sub ['${a}', {a: b}], !Join [',', [a]], !Join [',', !Ref Env], !Select [0, !GetAZs '']]
      C: [!Split [',', a], !If [A, b, c], !FindInMap [M, a, b], !FindInMap [M, a, b, DefaultValue: c]]
      D: [!Base64 a, !Base64 {Ref: Env}, !ImportValue a, !ImportValue {Ref: Env}, !Cidr [a, 1], !Cidr [a, 1, 1]]
      E: [{'Fn::Length': [a]}, {'Fn::ToJsonString': {a: b}}, {'Fn::GetStackOutput': {StackName: a, OutputName: b}}]
      F: {'Fn::Transform': {Name: M}, G: {'Fn::Own': x}}
      Definition: {Ref: [a], 'Fn::Own': {}}
      DefinitionBody: {x: {'Fn::Own': {}}}
      H: !Sub {'Fn::Transform': {Name: M}}
      I: !Rain::S3 x
      J: {Condition: {a: b}, Ref: x}
Outputs:
  O: {Value: !Ref Plain, Export: {Name: !Sub x}}
  Fn::ForEach::Outs: [N, [a], {'O${N}': {Value: !Ref N}}]
"""


def test_a_good_template_has_no_errors():
    assert errors(GOOD) == []


@pytest.mark.parametrize(
    ("value", "column", "message"),
    [
        ("!Ref [a]", 10, "Ref takes the name of a parameter or resource, not a list"),
        ("{Ref: 3}", 10, "Ref takes the name of a parameter or resource, not a number or boolean"),
        ("!Ref {a: b}", 10, "Ref takes the name of a parameter or resource, not a mapping"),
        ("!Ref", 10, "Ref takes the name of a parameter or resource, not empty"),
        ("{Ref: }", 10, "Ref takes the name of a parameter or resource, not empty"),
        ("!GetAtt 3", 10, "Fn::GetAtt takes [resource, attribute] or `resource.attribute`, not `3`"),
        ("!GetAtt Name", 10, "Fn::GetAtt takes [resource, attribute] or `resource.attribute`, not `Name`"),
        ("!GetAtt Name.", 10, "Fn::GetAtt takes [resource, attribute] or `resource.attribute`, not `Name.`"),
        ("!GetAtt [a]", 10, "Fn::GetAtt takes [resource, attribute] or `resource.attribute`, not a list of 1"),
        ("!GetAtt {a: b}", 10, "Fn::GetAtt takes [resource, attribute] or `resource.attribute`, not a mapping"),
        ("!GetAtt [3, a]", 10,
            "Fn::GetAtt takes [resource, attribute] or `resource.attribute`; "
            "the resource is a name, not a number or boolean"),
        ("!If [a, b]", 10, "Fn::If takes [condition, value if true, value if false], not a list of 2"),
        ("!If a", 10, "Fn::If takes [condition, value if true, value if false], not a string"),
        ("!If [[a], b, c]", 10, "Fn::If begins with the name of a condition, not a list"),
        ("!Sub {a: b}", 10, "Fn::Sub takes text, or [text, mapping of variables], not a mapping"),
        ("!Sub [a]", 10, "Fn::Sub takes text, or [text, mapping of variables], not a list of 1"),
        ("!Sub", 10, "Fn::Sub takes text, or [text, mapping of variables]; it is empty"),
        ("!Sub [[a], {}]", 10, "Fn::Sub takes text, or [text, mapping of variables]; the text is a string, not a list"),
        ("!Sub [a, b]", 10,
            "Fn::Sub takes text, or [text, mapping of variables]; the variables are a mapping, not a string"),
        ("!Join [a]", 10, "Fn::Join takes [delimiter, list], not a list of 1"),
        ("!Join ['', text]", 10, "Fn::Join takes [delimiter, list]; the list is a string"),
        ("!Select [0]", 10, "Fn::Select takes [index, list], not a list of 1"),
        ("!Split a", 10, "Fn::Split takes [delimiter, text], not a string"),
        ("!FindInMap [a, b]", 10,
            "Fn::FindInMap takes [mapping, key, key] and optionally {DefaultValue: ...}, not a list of 2"),
        ("!Cidr a", 10, "Fn::Cidr takes [block, count, bits], not a string"),
        ("!Base64 [a]", 10, "Fn::Base64 takes text, not a list"),
        ("!ImportValue [a]", 10, "Fn::ImportValue takes the name of an export, not a list"),
        ("!Sbu x", 10, "`Fn::Sbu` is no intrinsic function; did you mean `Fn::Sub`?"),
        ("{'Fn::GetAttr': [a, b]}", 10, "`Fn::GetAttr` is no intrinsic function; did you mean `Fn::GetAtt`?"),
        ("[a, {b: !Ref [c]}]", 18, "Ref takes the name of a parameter or resource, not a list"),
        ("{'Fn::ForEach::L': [a, b]}", 10, "Fn::ForEach is not [identifier, collection, mapping]"),
    ],
)  # fmt: skip
def test_a_malformed_function_is_one_line(value, column, message):
    assert resource(value) == [f"t.yaml:5:{column}: {message}"]


def test_an_unknown_function_says_what_would_be_valid():
    (error,) = resource("!Whatever x")
    assert error.startswith("t.yaml:5:10: `Fn::Whatever` is no intrinsic function; valid are Fn::And, Fn::Base64,")


@pytest.mark.parametrize(
    ("written", "place", "message"),
    [
        ("text", "2:6", "the resource X is a mapping with a Type, not a string"),
        ("[a]", "2:6", "the resource X is a mapping with a Type, not a list"),
        ("", "2:5", "the resource X is a mapping with a Type, not empty"),
        ("{}", "2:3", "the resource X has no Type"),
        ("{Properties: {}}", "2:3", "the resource X has no Type"),
        ("{Type: 3}", "2:13", "the Type of X is a string such as AWS::Lambda::Function, not a number or boolean"),
        ("{Type: [a]}", "2:13", "the Type of X is a string such as AWS::Lambda::Function, not a list"),
        ("{Type: !Ref Y}", "2:13", "the Type of X is a string such as AWS::Lambda::Function, not a mapping"),
        ("{Type: T, Properties: [a]}", "2:28", "the Properties of X are a mapping, not a list"),
        ("{Type: T, Properties: text}", "2:28", "the Properties of X are a mapping, not a string"),
        ("{Type: T, Condition: [a]}", "2:27", "the Condition of X is the name of a condition, not a list"),
    ],
)
def test_a_malformed_resource_is_one_line(written, place, message):
    assert errors(f"Resources:\n  X: {written}\n") == [f"t.yaml:{place}: {message}"]


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("Outputs: [a]", "t.yaml:1:10: Outputs is a mapping, not a list"),
        ("Outputs: {O: x}", "t.yaml:1:14: the output O is a mapping with a Value, not a string"),
        ("Outputs: {O: {Value: !Ref [a]}}", "t.yaml:1:22: Ref takes the name of a parameter or resource, not a list"),
        ("Parameters: x", "t.yaml:1:13: Parameters is a mapping, not a string"),
        ("Conditions: {C: x}", "t.yaml:1:17: the condition C is one of Fn::And, Fn::Or, Fn::Not, Fn::Equals or "
            "Condition, not a string"),
        ("Conditions: {C: {a: b}}", "t.yaml:1:17: the condition C is one of Fn::And, Fn::Or, Fn::Not, Fn::Equals or "
            "Condition, not `a`"),
        ("Conditions: {C: {}}", "t.yaml:1:17: the condition C is one of Fn::And, Fn::Or, Fn::Not, Fn::Equals or "
            "Condition, not a mapping of 0 keys"),
        ("Conditions: {C: !Not [a, b]}", "t.yaml:1:17: Fn::Not takes a list of one condition, not a list of 2"),
        ("Conditions: {C: !Not [a]}", "t.yaml:1:23: an item of Fn::Not is one of Fn::And, Fn::Or, Fn::Not, Fn::Equals "
            "or Condition, not a string"),
        ("Conditions: {C: !Equals [a]}", "t.yaml:1:17: Fn::Equals takes [value, value], not a list of 1"),
        ("Conditions: {C: !Equals [a, !Ref [b]]}",
            "t.yaml:1:29: Ref takes the name of a parameter or resource, not a list"),
        ("Conditions: {C: !Condition [a]}", "t.yaml:1:28: Condition takes the name of a condition, not a list"),
        ("Conditions: {A: !Not [!Condition B], B: !Condition A}",
            "t.yaml:1:14: conditions that refer to themselves: A -> B -> A; break the circle"),
    ],
)  # fmt: skip
def test_a_malformed_section_is_one_line(section, message):
    assert errors(f"{section}\nResources: {{}}\n") == [message]


def test_errors_come_in_the_order_of_the_file_and_once():
    text = "Outputs: x\nResources:\n  A: {Type: T, Properties: {P: &a !Ref [x], Q: *a}}\n  B: 3\nParameters: [y]\n"
    assert [error.partition(": ")[0] for error in errors(text)] == [
        "t.yaml:1:10",
        "t.yaml:3:35",
        "t.yaml:4:6",
        "t.yaml:5:13",
    ]


def test_a_template_of_an_unknown_macro_is_the_macros_to_read():
    text = "Transform: Mine\nResources:\n  X: {Count: 3}\n  Y: {Type: T, Properties: {P: !Own x, Q: !Ref [a]}}\n"
    assert errors(text) == []
    assert len(errors(text.replace("Transform: Mine\n", ""))) == 3


def test_functions_of_another_tool_are_left_to_it():
    assert errors("Resources:\n  X: {Type: !Rain::Module ./x.yaml, Properties: {P: !Rain::Include y}}\n") == []


def test_a_flood_of_errors_is_told_in_part():
    text = "Resources:\n" + "".join(f"  X{number}: 3\n" for number in range(5000))
    assert len(errors(text)) == 100


# circles


def circles(*resources, transform=""):
    text = (
        transform
        + "Conditions: {C: !Equals [a, !Ref 'AWS::Region']}\nResources:\n"
        + "".join(f"  {each}\n" for each in resources)
    )
    return [error.partition(": ")[2] for error in errors(text)]


@pytest.mark.parametrize(
    "resources",
    [
        ("A: {Type: T, Properties: {P: !Ref B}}", "B: {Type: T, Properties: {P: !Ref A}}"),
        ("A: {Type: T, DependsOn: B}", "B: {Type: T, DependsOn: [A]}"),
        ("A: {Type: T, Properties: {P: !GetAtt B.Arn}}", "B: {Type: T, Properties: {P: [{Q: !GetAtt [A, Arn]}]}}"),
        (
            "A: {Type: T, Properties: {P: !Sub 'x ${B.Arn}'}}",
            "B: {Type: T, Properties: {P: !Sub ['${x}', {x: !Ref A}]}}",
        ),
        ("A: {Type: T, Properties: {P: !Join ['', [!Ref B]]}}", "B: {Type: T, Properties: {P: {'Fn::Sub': '${A}'}}}"),
    ],
)
def test_certain_circles(resources):
    assert circles(*resources) == ["circular dependency: A -> B -> A; remove one of the references"]


def test_a_resource_that_needs_itself():
    assert circles("A: {Type: T, Properties: {P: !Ref A}}") == [
        "circular dependency: A -> A; remove one of the references"
    ]


def test_one_circle_is_told_once_and_as_its_shortest():
    assert circles(
        "D: {Type: T, DependsOn: A}",
        "A: {Type: T, DependsOn: [B, C]}",
        "B: {Type: T, DependsOn: C}",
        "C: {Type: T, DependsOn: A}",
    ) == ["circular dependency: A -> C -> A; remove one of the references"]


@pytest.mark.parametrize(
    "resources",
    [
        ("A: {Type: T, Properties: {P: !Ref B}}", "B: {Type: T, Properties: {P: !If [C, !Ref A, x]}}"),
        ("A: {Type: T, Condition: C, DependsOn: B}", "B: {Type: T, DependsOn: A}"),
        ("A: {Type: T, Properties: {P: !Ref B}}", "B: {Type: T, Metadata: {P: !Ref A}}"),
        ("A: {Type: T, Properties: {P: !Ref B}}", "B: {Type: T, Properties: {P: !Sub '${!A} ${Other}'}}"),
        ("A: {Type: T, Properties: {P: !Ref B}}", "B: {Type: T, Properties: {P: !Sub ['${A}', {A: mine}]}}"),
        ("A: {Type: T, Properties: {P: !Ref B}}", "B: {Type: T, Properties: {'Fn::Transform': {Name: M}, P: !Ref A}}"),
        ("A: {Type: T, Properties: {P: A}}", "B: {Type: T, DependsOn: [A, [B], Nowhere]}"),
        ("A: {Type: 'AWS::Serverless::Function', DependsOn: B}", "B: {Type: T, DependsOn: A}"),
    ],
)
def test_what_is_no_certain_circle(resources):
    assert circles(*resources) == []


@pytest.mark.parametrize("transform", ["AWS::Serverless-2016-10-31", "Mine", "AWS::Include"])
def test_a_transform_may_break_a_circle(transform):
    pair = ("A: {Type: T, DependsOn: B}", "B: {Type: T, DependsOn: A}")
    assert circles(*pair, transform=f"Transform: {transform}\n") == []
    assert len(circles(*pair, transform="Transform: AWS::LanguageExtensions\n")) == 1


def test_ten_thousand_resources_in_a_row_and_in_a_circle(at_most):
    row = "".join(f"  R{n}: {{Type: T, DependsOn: R{n + 1}}}\n" for n in range(10_000))
    with at_most(200):
        assert errors(f"Resources:\n{row}  R10000: {{Type: T}}\n") == []
        (error,) = errors(f"Resources:\n{row}  R10000: {{Type: T, DependsOn: R0}}\n")
    assert error == (
        "t.yaml:2:3: circular dependency: R0 -> R1 -> R2 -> R3 -> R4 -> R5 -> ... (9994 more) -> R10000 -> R0; "
        "remove one of the references"
    )
