"""What `Ref` and `Fn::GetAtt` of a resource give, where its shape is known.

Source: the CloudFormation resource reference (return values of each type) and the resource schemas; a function's Ref
is its name, an alias's and a version's Ref is its qualified ARN, a log group's Arn ends in `:*`.
"""

from __future__ import annotations

from saya.record import NamedTuple

LONGEST_ID = 255
"""Characters of a logical ID. Source: CloudFormation quotas."""

FUNCTION_TYPES = frozenset(("AWS::Lambda::Function", "AWS::Serverless::Function"))
ALIAS_TYPE = "AWS::Lambda::Alias"
VERSION_TYPE = "AWS::Lambda::Version"
LOG_GROUP_TYPE = "AWS::Logs::LogGroup"
LAYER_TYPES = frozenset(("AWS::Lambda::LayerVersion", "AWS::Serverless::LayerVersion"))
STATE_MACHINE_TYPES = frozenset(("AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine"))


class Shape(NamedTuple):
    """An ARN: service, the text before and after the resource's name."""

    service: str
    before: str
    after: str = ""


# What Ref gives where it is a plain name, so without a colon in it.
_NAMED = frozenset(
    (*FUNCTION_TYPES, LOG_GROUP_TYPE, "AWS::IAM::Role", "AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::Events::Rule")
)

_ARNS: dict[tuple[str, str], Shape] = {
    **{(type_, "Arn"): Shape("lambda", "function:") for type_ in FUNCTION_TYPES},
    (LOG_GROUP_TYPE, "Arn"): Shape("logs", "log-group:", ":*"),
}


def arn_shape(type_: str, attribute: str) -> Shape | None:
    """The shape of the ARN that an attribute is, or None where it is not known."""
    return _ARNS.get((type_, attribute))


def ref_is_name(type_: str) -> bool:
    """Whether `Ref` of the type gives a name, which has no colon, and not an ARN."""
    return type_ in _NAMED
