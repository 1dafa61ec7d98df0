"""The forms in which a Lambda function is named: name, partial ARN, ARN, API Gateway's invoke URI; each with or
without a qualifier.

Source: the Lambda API's FunctionName pattern, `(arn:...:lambda:)?(region:)?(account:)?(function:)?name(:qualifier)?`.
"""

from __future__ import annotations

from saya.model.value import Text
from saya.pattern import pattern
from saya.record import NamedTuple

_NAME = pattern(
    r"(?P<prefix>arn:[^:]+:lambda:[^:]*:[^:]*:function:|[^:/]+:function:|function:)?(?P<name>[^:/\s{}]+)(?::(?P<qualifier>[^:/\s{}]+))?"
)
_INVOKE_URI = pattern(
    r"[^:]+:[^:]+:apigateway:[^:]*:lambda:path/[^/]+/functions/(?P<function>.+?)/(?:invocations|response-streaming-invocations)"
)


class FunctionName(NamedTuple):
    """A function's name and its qualifier. `complete` says that the text is an ARN or partial ARN, not a bare name."""

    name: Text
    qualifier: Text | None
    complete: bool


def read_function_name(text: Text) -> FunctionName | None:
    """The function that a text names, or None where it has another shape."""
    match = _NAME.fullmatch(text.masked)
    if match is None:
        return None
    name = text.slice(*match.span("name"))
    qualifier = text.slice(*match.span("qualifier")) if match["qualifier"] else None
    return FunctionName(name, qualifier, match["prefix"] is not None)


def read_invoke_uri(text: Text) -> Text | None:
    """The function's ARN within an API Gateway invoke URI, or None where the text is no such URI."""
    match = _INVOKE_URI.fullmatch(text.masked)
    return text.slice(*match.span("function")) if match else None
