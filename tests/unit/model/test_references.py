import pytest

from saya.model.references import partition_of

from .templates import property_of, resolver_of, value_of

# parameters


@pytest.mark.parametrize(
    ("declaration", "expected"),
    [
        ("{Type: String}", "${P}"),
        ("{Type: String, Default: x}", {"P=x": "x"}),
        ("{Type: String, Default: ''}", {"P=": ""}),
        ("{Type: String, Default: True}", {"P=true": "true"}),
        ("{Type: Number, Default: 3}", {"P=3": "3"}),
        ("{Type: String, AllowedValues: [a, b]}", {"P=a": "a", "P=b": "b"}),
        ("{Type: String, AllowedValues: [a, b], Default: a}", {"P=a": "a", "P=b": "b"}),
        ("{Type: String, AllowedValues: [TRUE, false]}", {"P=true": "true", "P=false": "false"}),
        ("{Type: CommaDelimitedList}", ["?the parameter `P` has no value here"]),
        ("{Type: CommaDelimitedList, Default: 'a, b'}", {"P=a, b": ["a", "b"]}),
        ("{Type: List<Number>, Default: '1,2'}", {"P=1,2": ["1", "2"]}),
        ("{Type: 'List<AWS::EC2::Subnet::Id>', Default: ''}", {"P=": []}),
        ("{Type: CommaDelimitedList, AllowedValues: [a, b], Default: 'a,b'}", {"P=a,b": ["a", "b"]}),
        ("{Type: 'AWS::EC2::VPC::Id', Default: vpc-1}", {"P=vpc-1": "vpc-1"}),
        ("{Default: untyped}", {"P=untyped": "untyped"}),
        ("{Type: String, Default: }", "${P}"),
        ("{Type: String, Default: [a]}", "${P}"),
    ],
)
def test_a_parameter_that_nobody_gave(declaration, expected):
    assert value_of("!Ref P", f"Parameters: {{P: {declaration}}}") == expected


def test_very_many_allowed_values_give_way_to_the_default():
    allowed = ", ".join(f"v{number}" for number in range(30))
    assert value_of("!Ref P", f"Parameters: {{P: {{Type: String, AllowedValues: [{allowed}], Default: v1}}}}") == {
        "P=v1": "v1"
    }
    assert value_of("!Ref P", f"Parameters: {{P: {{Type: String, AllowedValues: [{allowed}]}}}}") == "${P}"


@pytest.mark.parametrize("type_", ["AWS::SSM::Parameter::Value<String>", "AWS::SSM::Parameter::Value<List<String>>"])
@pytest.mark.parametrize("given", [{}, {"P": "/name"}])
def test_a_stored_parameter_is_unknown_whatever_is_given(type_, given):
    sections = f"Parameters: {{P: {{Type: '{type_}', Default: /x, AllowedValues: [/x, /y]}}}}"
    reason = "the parameter `P` is read from Parameter Store when the stack is deployed"
    assert value_of("!Ref P", sections, parameters=given) == f"?{reason}"
    assert value_of("!Sub '${P}-x'", sections, parameters=given) == f"${{?}}-x ?{reason}"


def test_a_given_value_decides():
    sections = "Parameters: {P: {Type: String, AllowedValues: [a, b], Default: a}, L: {Type: CommaDelimitedList}}"
    assert value_of("!Ref P", sections, parameters={"P": "b"}) == "b"
    assert value_of("!Ref L", sections, parameters={"L": "x, y"}) == ["x", "y"]
    assert value_of("!Select [1, !Ref L]", sections, parameters={"L": "x, y"}) == "y"


def test_one_parameter_has_one_value_at_a_time():
    sections = "Parameters: {P: {Type: String, AllowedValues: [a, b]}}"
    assert value_of("!Sub '${P}${P}'", sections) == {"P=a": "aa", "P=b": "bb"}


# pseudo parameters


@pytest.mark.parametrize(
    ("name", "context", "expected"),
    [
        ("AWS::Region", {}, "${AWS::Region}"),
        ("AWS::Region", {"region": "eu-west-1"}, "eu-west-1"),
        ("AWS::AccountId", {"account": "1"}, "1"),
        ("AWS::StackName", {"stack": "s"}, "s"),
        ("AWS::Partition", {}, "${AWS::Partition}"),
        ("AWS::Partition", {"region": "us-gov-west-1"}, "aws-us-gov"),
        ("AWS::URLSuffix", {"region": "eu-west-1"}, "${AWS::URLSuffix}"),
        ("AWS::StackId", {}, "${AWS::StackId}"),
        ("AWS::NoValue", {}, None),
    ],
)
def test_a_pseudo_parameter_is_what_the_context_says(name, context, expected):
    assert value_of(f"!Ref {name}", **context) == expected
    if expected is not None:
        assert value_of(f"!Sub '${{{name}}}'", **context) == expected


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-east-1", "aws"),
        ("eu-central-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-east-1", "aws-us-gov"),
        ("eusc-de-east-1", "aws-eusc"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eu-isoe-west-1", "aws-iso-e"),
        ("us-isof-south-1", "aws-iso-f"),
    ],
)
def test_a_region_belongs_to_a_partition(region, partition):
    assert partition_of(region) == partition


# resources


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!Ref Group", "${Group}"),
        (
            "!GetAtt Group.Arn",
            "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Group}:*",
        ),
        ("!GetAtt [Group, Arn]", "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Group}:*"),
        ("Fn::GetAtt: [Other, Thing.Of.It]", "${Other.Thing.Of.It}"),
        ("!GetAtt Other.Thing.Of.It", "${Other.Thing.Of.It}"),
        ("!GetAtt Stack.Outputs.Arn", "${Stack.Arn}"),
        ("!Ref Url", "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Fn}"),
        ("!GetAtt Url.FunctionArn", "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Fn}"),
        ("!GetAtt Url.FunctionUrl", "${Url.FunctionUrl}"),
        ("!Ref Nowhere", "?nothing in the template is called `Nowhere`"),
        ("!GetAtt Nowhere.Arn", "?nothing in the template is called `Nowhere`"),
        ("!Ref Untyped", "?nothing in the template is called `Untyped`"),
        ("!GetAtt Group", "?an Fn::GetAtt that is not [resource, attribute]"),
        ("!GetAtt 3", "?an Fn::GetAtt that is not [resource, attribute]"),
        ("!GetAtt [Group]", "?an Fn::GetAtt that is not [resource, attribute]"),
        ("!GetAtt [3, Arn]", "?a reference to `3`, which is no name"),
        ("{Ref: 3}", "?a reference to `3`, which is no name"),
        ("!Ref [a]", "?a reference whose name is not decided by the template"),
        ("!GetAtt [!Sub Other, Arn]", "${Other.Arn}"),
    ],
)  # fmt: skip
def test_references_to_resources(value, expected):
    resolver = resolver_of(f"""
    Resources:
      Fn: {{Type: AWS::Lambda::Function}}
      Url: {{Type: AWS::Lambda::Url, Properties: {{TargetFunctionArn: !GetAtt Fn.Arn}}}}
      Group: {{Type: AWS::Logs::LogGroup}}
      Stack: {{Type: AWS::CloudFormation::Stack}}
      Other: {{Type: AWS::Other::Thing}}
      Untyped: {{Properties: {{}}}}
      X:
        Type: Custom::X
        Properties:
          P:
            {value}
    """)
    assert property_of(resolver, "P") == expected


def test_the_context_stands_in_arns():
    resolver = resolver_of(
        "Resources: {Fn: {Type: AWS::Lambda::Function}, X: {Type: Custom::X, Properties: {P: !GetAtt Fn.Arn}}}",
        region="cn-north-1",
        account="123456789012",
    )
    assert property_of(resolver, "P") == "arn:aws-cn:lambda:cn-north-1:123456789012:function:${Fn}"


def test_an_alias_has_every_name_that_its_name_has():
    resolver = resolver_of("""
    Parameters: {Stage: {Type: String, AllowedValues: [blue, green]}}
    Resources:
      Fn: {Type: AWS::Lambda::Function}
      A: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !GetAtt Fn.Arn, Name: !Ref Stage}}
      X: {Type: Custom::X, Properties: {P: !Ref A}}
    """)
    arn = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Fn}"
    assert property_of(resolver, "P") == {"Stage=blue": f"{arn}:blue", "Stage=green": f"{arn}:green"}


# what SAM generates

SAM = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Name: {Type: String, Default: live}}
Resources:
  Fn: {Type: AWS::Serverless::Function, Properties: {AutoPublishAlias: %s}}
  Plain: {Type: AWS::Serverless::Function}
  X:
    Type: Custom::X
    Properties:
      P: %s
"""
ARN = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Fn}"


@pytest.mark.parametrize(
    "value",
    [
        "!Ref Fn.Alias",
        "!Sub '${Fn.Alias}'",
        "!GetAtt Fn.Alias.AliasArn",
        "!Sub '${Fn.Alias.AliasArn}'",
        "!Ref FnAliaslive",
        "!Sub '${FnAliaslive}'",
        "!GetAtt FnAliaslive.AliasArn",
    ],
)
def test_a_published_alias_is_its_qualified_arn(value):
    assert property_of(resolver_of(SAM % ("live", value)), "P") == f"{ARN}:live"
    assert property_of(resolver_of(SAM % ("!Ref Name", value)), "P") == {"Name=live": f"{ARN}:live"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!Ref Fn.Version", f"{ARN}:${{Fn.Version}}"),
        ("!Sub '${Fn.Version}'", f"{ARN}:${{Fn.Version}}"),
        ("!GetAtt Fn.Version.FunctionArn", f"{ARN}:${{Fn.Version}}"),
        ("!GetAtt Fn.Version.Version", "${Fn.Version}"),
        ("!Sub '${Fn}:${Fn.Version.Version}'", "${Fn}:${Fn.Version}"),
        ("!Ref Fn", "${Fn}"),
        ("!GetAtt Fn.Arn", ARN),
        ("!Ref FnRole", "${FnRole}"),
        ("!GetAtt FnRole.Arn", "${FnRole.Arn}"),
        ("!Ref FnAliasother", "${FnAliasother}"),
        ("!Ref PlainAliaslive", "${PlainAliaslive}"),
        ("!Ref ServerlessRestApi", "${ServerlessRestApi}"),
        ("!Ref Api.Stage", "${Api.Stage}"),
    ],
)
def test_other_generated_resources(value, expected):
    assert property_of(resolver_of(SAM % ("live", value)), "P") == expected


def test_the_logical_id_of_an_alias_spells_its_dashes():
    assert property_of(resolver_of(SAM % ("a-b_c", "!Ref FnAliasaDbUc")), "P") == f"{ARN}:a-b_c"
