"""What a fix would change, before it is proved."""

from __future__ import annotations

from saya.policy.language import Safety
from saya.record import NamedTuple
from saya.text.edit import Replacement


class Target(NamedTuple):
    """A value that a fix means to change: a resource and a path below its Properties.

    An empty path is the whole resource; what lies below a path belongs to it.
    """

    resource: str
    path: tuple[str, ...] = ()


class Proposal(NamedTuple):
    """Edits of one file that are said to mend a finding."""

    title: str
    safety: Safety
    replacements: tuple[Replacement, ...]
    targets: frozenset[Target]


class Declined(NamedTuple):
    """Why there is no fix although one of the policy's is meant for it, in a short clause."""

    reason: str
