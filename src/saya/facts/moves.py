"""What has to change where a caller of a function moves to an alias; a part of the vocabulary in `types`."""

from __future__ import annotations

from typing import Literal

from saya.record import record
from saya.text.source import Location


@record(kw_only=True)
class Move:
    """A value that has to change where a caller moves to an alias: its target, or what grants it the invocation.

    Attributes:
        at: where it is written.
        resource: the logical ID of its resource.
        property: its path below `Properties`.
        change: whether the alias takes its place (replaced), or is a further item of it (extended).
    """

    at: Location
    resource: str
    property: str
    change: Literal["replaced", "extended"]
