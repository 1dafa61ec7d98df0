"""Mistakes put into templates, and safeguards taken away, so that there is something to fix."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_BARE = r"!Sub arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${\1}"
_FUNCTION = r"(?m)^( +)(\w+):( *(?:#.*)?\r?\n)((?:\1 +\S.*\r?\n)*?)(\1 +)Type: AWS::Lambda::Function\r?\n"
_SAM = r"(?m)^( +)(Type: AWS::Serverless::Function\r?\n)\1(Properties:\r?\n)"
_ANY_FUNCTION = r"(?m)^( +)(Type: AWS::(?:Serverless|Lambda)::Function\r?\n)\1(Properties:\r?\n)( +)"
_CUSTOM = r"(?m)^( +)(Type: (?:Custom::|AWS::CloudFormation::CustomResource).*\n)\1Properties:\n( +)"
_VERSION = "CurrentVersion0A1B2C3D00112233445566778899aabbccddeeff"
_EXTENSION = "arn:aws:lambda:eu-west-1:464622532012:layer:Datadog-Extension"

_REWRITTEN: dict[str, tuple[str, str]] = {
    "log groups bare": (r"!GetAtt (\w*[Ll]og\w*)\.Arn", _BARE),
    "log groups starred": (r"!Sub\s+([\"']?)arn:\S+?:log-group:\$\{(\w+)\}(?::\*)?\1", r"!GetAtt \2.Arn"),
    "log groups doubled": (r"!GetAtt (\w*[Ll]og\w*)\.Arn", r'!Sub "${\1.Arn}:*"'),
    "no waiting": (r"\.waitForTaskToken", ""),
    "on x86_64": ("arm64", "x86_64"),
    "on arm64": ("x86_64", "arm64"),
    "a layer for x86_64": (
        _ANY_FUNCTION,
        rf"\1\2\1\3\4Architectures: [arm64]\n\4Layers: [{_EXTENSION}:65]\n\4",
    ),
    "a layer for arm64": (_ANY_FUNCTION, rf"\1\2\1\3\4Layers: ['{_EXTENSION}-ARM:65']\n\4"),
    "an alias of SAM": (_SAM, r"\1\2\1\3\1  AutoPublishAlias: live\n"),
    "an alias by hand": (
        _FUNCTION,
        (
            rf"\1\2{_VERSION}:\n\5Type: AWS::Lambda::Version\n\5Properties: {{FunctionName: !Ref \2}}\n"
            r"\1\2Live:\n\5Type: AWS::Lambda::Alias\n\5Properties:\n\5  FunctionName: !Ref \2\n\5  Name: live\n"
            rf"\5  FunctionVersion: !GetAtt \2{_VERSION}.Version\n\g<0>"
        ),
    ),
    "secrets": (
        _CUSTOM,
        r"\1\2\1Properties:\n\3Password: '{{resolve:secretsmanager:prod/db:SecretString:password}}'\n\3",
    ),
    "qualifiers dropped": (r"(!Ref \w+|\$\{\w+)\.Alias\b|(?<=\.Arn\}):\w+(?=[\"'\s])", r"\1"),
}


def _secrets_granted(text: str) -> str:
    """Secrets in custom resources, where all roles may read all secrets."""
    statement = r"\g<0>Effect: Allow\n\2  Action: secretsmanager:GetSecretValue\n\2  Resource: '*'\n\2- "
    granted = re.sub(r"(?m)^( *)Statement:\n( +)- ", statement, text)
    changed = re.sub(*_REWRITTEN["secrets"], granted)
    return text if granted in (changed, text) else changed


MUTATIONS: dict[str, Callable[[str], str]] = {
    **{name: lambda text, pair=pair: re.sub(pair[0], pair[1], text) for name, pair in _REWRITTEN.items()},  # type: ignore[misc]
    "secrets that may be read": _secrets_granted,
}


def mutated(text: str, names: Iterator[str] | None = None) -> Iterator[tuple[str, str]]:
    """A template as it is and with each of the mistakes that can be made in it, by name."""
    yield "as it is", text
    for name in names or MUTATIONS:
        changed = MUTATIONS[name](text)
        if changed != text:
            yield name, changed
