"""A stack as it is deployed now: its template and its parameters.

Needs `cloudformation:GetTemplate` and `cloudformation:DescribeStacks` on the stack, and nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from saya.errors import BaseUnavailableError, ConfigError
from saya.record import record

CONNECT_TIMEOUT = 5
READ_TIMEOUT = 20
ATTEMPTS = 3

# A stack's name or its ARN. Source: CloudFormation API, CreateStack: "must start with an alphabetical character and
# can't be longer than 128 characters".
_NAME = r"[A-Za-z][-A-Za-z0-9]{0,127}|arn:aws[-a-z]*:cloudformation:[-a-z0-9]+:[0-9]{12}:stack/[-A-Za-z0-9/]+"

_DENIED = frozenset(("AccessDenied", "AccessDeniedException", "UnauthorizedOperation"))
_NOT_BELIEVED = frozenset(
    (
        *("ExpiredToken", "ExpiredTokenException", "RequestExpired"),
        *("InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "AuthFailure"),
    )
)


@record(kw_only=True)
class DeployedStack:
    """A stack as it is deployed.

    Attributes:
        name: its name.
        region: the AWS Region it is in.
        template: the text of the template as its author gave it, before macros.
        parameters: the values of its parameters that AWS tells; NoEcho ones and those from SSM are left out.
    """

    name: str
    region: str
    template: str
    parameters: tuple[tuple[str, str], ...]


def read_stack(name: str, region: str | None = None) -> DeployedStack:
    """The stack of this name or ARN, by the credentials and, without `region`, the region of boto3's own settings.

    Raises ConfigError where the name or boto3 is at fault, BaseUnavailableError where AWS does not tell.
    """
    if not re.fullmatch(_NAME, name):
        raise ConfigError(f"`{name}` is no stack; valid is a name of letters, digits and hyphens, or an ARN")
    try:
        import boto3
        import botocore.config
        import botocore.exceptions as errors
    except ImportError:
        raise ConfigError("a deployed stack needs boto3; install it with `pip install saya[aws]`") from None
    arn_region = name.split(":")[3] if name.startswith("arn:") else None
    limits = botocore.config.Config(
        connect_timeout=CONNECT_TIMEOUT, read_timeout=READ_TIMEOUT, retries={"max_attempts": ATTEMPTS}
    )
    try:
        client = boto3.session.Session(region_name=region or arn_region).client("cloudformation", config=limits)
        described = client.describe_stacks(StackName=name)["Stacks"][0]
        template = client.get_template(StackName=name, TemplateStage="Original")["TemplateBody"]
    except errors.ClientError as error:
        raise _refused(name, error.response) from None
    except errors.NoRegionError:
        raise BaseUnavailableError(f"stack {name}: no AWS Region is known; give --region") from None
    except (errors.NoCredentialsError, errors.PartialCredentialsError):
        message = "no AWS credentials; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and its secret"
        raise BaseUnavailableError(f"stack {name}: {message}") from None
    except errors.BotoCoreError as error:
        raise BaseUnavailableError(f"stack {name}: {_one_line(str(error))}") from None
    return DeployedStack(
        name=described["StackName"],
        region=client.meta.region_name,
        template=template if isinstance(template, str) else json.dumps(template, indent=2),
        parameters=tuple(_parameters(described.get("Parameters", ()))),
    )


def _parameters(described: Any) -> Iterator[tuple[str, str]]:
    """The values that are what the template is given: `****` is a NoEcho one, and SSM may hold another by now."""
    for parameter in described:
        value = parameter.get("ParameterValue")
        if isinstance(value, str) and "ResolvedValue" not in parameter and set(value) != {"*"}:
            yield parameter["ParameterKey"], value


def _refused(name: str, response: Mapping[str, Any]) -> BaseUnavailableError:
    code = str(response.get("Error", {}).get("Code", ""))
    message = _one_line(str(response.get("Error", {}).get("Message", "")))
    if code == "ValidationError" and "does not exist" in message:
        return BaseUnavailableError(f"stack {name}: no such stack in this account and region; --region names another")
    if code in _DENIED:
        needs = "cloudformation:GetTemplate and cloudformation:DescribeStacks"
        return BaseUnavailableError(f"stack {name}: these AWS credentials may not read it; they need {needs}")
    if code in _NOT_BELIEVED:
        return BaseUnavailableError(f"stack {name}: AWS does not accept these credentials ({code}); renew them")
    return BaseUnavailableError(f"stack {name}: AWS refused: {code}: {message}")


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]
