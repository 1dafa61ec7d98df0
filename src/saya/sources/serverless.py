"""What makes a file a service of the Serverless Framework: its content, never its name."""

from __future__ import annotations

import re

from saya.sources.cloudformation import unescaped

_MARKS = re.compile(rb"""(?:^|[{,])[ \t]*["']?service["']?[ \t]*:""", re.MULTILINE)
_AWS = re.compile(rb"""name["']?[ \t]*:[ \t]*["'`]aws["'`]|\bAWS\b[^\n]{0,80}@serverless/typescript""")


def may_be_service(data: bytes) -> bool:
    """Whether the bytes are worth parsing."""
    data = unescaped(data)
    return b"provider" in data and _MARKS.search(data) is not None


def may_be_program(data: bytes) -> bool:
    """Whether a program, by whose name it could be one, makes a service on AWS."""
    return b"service" in data and b"provider" in data and _AWS.search(data) is not None
