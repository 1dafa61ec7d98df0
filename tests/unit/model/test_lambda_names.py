import pytest

from saya.model.lambda_names import read_function_name, read_invoke_uri
from saya.model.value import Part, Reference, Text
from saya.text.node import ScalarNode
from saya.text.source import Source

NODE = ScalarNode(Source("f", "x"), 0, 1, "x", "str", "plain")


def text(written):
    """`<name>` is a hole."""
    parts = []
    for piece in written.replace("<", "\0<").replace(">", ">\0").split("\0"):
        if piece.startswith("<"):
            parts.append(Part("", Reference("parameter", piece[1:-1]), NODE))
        elif piece:
            parts.append(Part(piece, None, NODE))
    return Text(tuple(parts))


@pytest.mark.parametrize(
    ("written", "name", "qualifier", "complete"),
    [
        ("fn", "fn", None, False),
        ("fn:live", "fn", "live", False),
        ("fn:$LATEST", "fn", "$LATEST", False),
        ("<F>", "${F}", None, False),
        ("<F>:live", "${F}", "live", False),
        ("function:fn", "fn", None, True),
        ("123456789012:function:fn:1", "fn", "1", True),
        ("arn:aws:lambda:eu-west-1:123456789012:function:fn", "fn", None, True),
        ("arn:aws:lambda:eu-west-1:123456789012:function:fn:$LATEST.PUBLISHED", "fn", "$LATEST.PUBLISHED", True),
        ("arn:<P>:lambda:<R>:<A>:function:<F>:live", "${F}", "live", True),
        ("arn:<P>:lambda:<R>:<A>:function:app-<S>:<Q>", "app-${S}", "${Q}", True),
    ],
)
def test_the_forms_of_a_function_name(written, name, qualifier, complete):
    read = read_function_name(text(written))
    assert read is not None
    assert (str(read.name), read.qualifier and str(read.qualifier), read.complete) == (name, qualifier, complete)


@pytest.mark.parametrize(
    "written",
    ["", "a b", "https://x/y", "arn:aws:sqs:eu-west-1:1:q", "{{resolve:ssm:x}}", "fn:live:more", "arn:aws:s3:::b"],
)
def test_what_is_no_function_name(written):
    assert read_function_name(text(written)) is None


@pytest.mark.parametrize(
    ("written", "function"),
    [
        ("arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/<F>/invocations", "${F}"),
        ("arn:<P>:apigateway:<R>:lambda:path/2015-03-31/functions/arn:<P>:lambda:<R>:<A>:function:f:live/invocations",
         "arn:${P}:lambda:${R}:${A}:function:f:live"),
        ("arn:<P>:apigateway:<R>:lambda:path/2021-11-15/functions/<F>/response-streaming-invocations", "${F}"),
    ],
)  # fmt: skip
def test_the_function_in_an_invoke_uri(written, function):
    assert str(read_invoke_uri(text(written))) == function


@pytest.mark.parametrize("written", ["", "<F>", "arn:aws:apigateway:eu-west-1:s3:path/b", "https://example.org"])
def test_what_is_no_invoke_uri(written):
    assert read_invoke_uri(text(written)) is None
