"""Suppressions as they are written in a template.

    FunctionName: !Ref Fn     # saya: ignore[policy-id] the reason
    # saya: ignore[one, another] the reason, until 2027-03-31
    Fn:                       # saya: ignore[policy-id] on a logical ID: the whole resource

A comment behind something is for what begins or ends on its line; alone on its line, for the entry or list item that
follows, with all that is in it; on or before a logical ID, in either case, for the resource. JSON and CDK have
`Metadata: {saya: {ignore: [{id, reason, until}]}}` on the resource. What cannot be understood is reported and silences
nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from saya.findings import Problem
from saya.pattern import pattern
from saya.policy.comments import Comment, Comments
from saya.policy.language import ID
from saya.policy.reader import suggestion
from saya.policy.suppress import Suppression, problem_at
from saya.record import NamedTuple
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode
from saya.text.source import Location, Source, Span

COMMENT_FORM = "# saya: ignore[policy-id] reason"
ENTRY_FORM = "{id: policy-id, reason: text}"
ENTRY_KEYS = ("id", "reason", "until")
MAX_SUPPRESSIONS = 1_000

_IGNORE = pattern(r"ignore\[(?P<ids>[^\]]*)\](?P<reason>.*)\Z")
_DIGITS = pattern(r"[0-9][0-9/.-]*\Z")
_DAY = pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


class Term(NamedTuple):
    """How long a suppression holds: up to and with this day; None: it has no end."""

    until: date | None


def read_suppressions(
    source: Source, root: Node | None, policies: Collection[str]
) -> tuple[list[Suppression], list[Problem]]:
    """The suppressions written in a file, and what is wrong with those that have no effect.

    `policies` are the ids of all policies that were loaded, whether they are applied or not.
    """
    if "saya" not in source.text or not isinstance(root, MappingNode):
        return [], []
    reading = _Reading(source, root, policies)
    reading.read_comments()
    reading.read_metadata()
    return reading.found, reading.problems


class _Reading:
    """The suppressions of one file."""

    def __init__(self, source: Source, root: MappingNode, policies: Collection[str]) -> None:
        self.source = source
        self.root = root
        self.policies = policies
        self.found: list[Suppression] = []
        self.problems: list[Problem] = []
        resources = root.get("Resources")
        self.resources = resources if isinstance(resources, MappingNode) else None

    def problem(self, at: Location, message: str) -> None:
        self.problems.append(problem_at(at, message))

    def read_comments(self) -> None:
        for comment in Comments(self.source, self.root).found("saya:"):
            parsed = _IGNORE.match(comment.text)
            if parsed is None:
                self.problem(comment.at, f"not a suppression; write `{COMMENT_FORM}`")
                continue
            reason, day = split_until(parsed["reason"])
            ids = self._ids([part.strip() for part in parsed["ids"].split(",")], comment.at)
            term = self._term(reason, day, comment.at, COMMENT_FORM)
            if term is not None and self._stands(comment):
                self._add(ids, reason, term, comment.at, comment.spans, self._resource(comment.key))

    def _stands(self, comment: Comment) -> bool:
        """Whether a comment is for something, and not for more than one resource."""
        if not comment.spans:
            self.problem(comment.at, "nothing follows this suppression")
            return False
        key = comment.key
        if key is not None and self.root.keys.get(key.text) is key:
            self.problem(comment.at, f"`{key.text}` is more than one resource; suppress at a resource or below it")
            return False
        return True

    def _resource(self, key: ScalarNode | None) -> str | None:
        """The logical ID that a key is."""
        if key is None or self.resources is None or self.resources.keys.get(key.text) is not key:
            return None
        return key.text

    def read_metadata(self) -> None:
        for name, resource in self.resources.entries.items() if self.resources is not None else ():
            entries = _below(resource, "Metadata", "saya", "ignore")
            if isinstance(entries, SequenceNode):
                for entry in entries.items:
                    self._entry(name, entry)
            elif entries is not None:
                self.problem(entries.location, f"`Metadata.saya.ignore` is a list of {ENTRY_FORM}")

    def _entry(self, resource: str, entry: Node) -> None:
        at = entry.location
        if not isinstance(entry, MappingNode) or "id" not in entry.entries:
            self.problem(at, f"not a suppression; write {ENTRY_FORM}")
            return
        for key, value in entry.entries.items():
            if key not in ENTRY_KEYS:
                self.problem(at, f"a suppression has no key `{key}`{suggestion(key, ENTRY_KEYS)}")
                return
            if not isinstance(value, ScalarNode):
                self.problem(at, f"`{key}` of a suppression is text")
                return
        nodes = entry.entries.items()
        texts = {key: " ".join(value.text.split()) for key, value in nodes if isinstance(value, ScalarNode)}
        reason = texts.get("reason", "")
        ids = self._ids([texts["id"]], at)
        term = self._term(reason, texts.get("until"), at, ENTRY_FORM)
        if term is not None:
            self._add(ids, reason, term, at, (), resource)

    def _ids(self, written: Iterable[str], at: Location) -> list[str]:
        """The ids that are policies'; of the others, a problem each."""
        ids = []
        for id_ in dict.fromkeys(written):
            if not ID.match(id_):
                self.problem(at, f"`{id_}` is no policy's id; a suppression names each policy: `{COMMENT_FORM}`")
            elif id_ not in self.policies:
                self.problem(at, f"no policy `{id_}`{suggestion(id_, self.policies, '; see `saya policies`')}")
            else:
                ids.append(id_)
        return ids

    def _term(self, reason: str, day: str | None, at: Location, form: str) -> Term | None:
        """How long it holds; None where that is no date, or where there is no reason."""
        if not any(character.isalnum() for character in reason):
            self.problem(at, f"a suppression says why: `{form}`")
            return None
        if day is None:
            return Term(None)
        try:
            return Term(date.fromisoformat(day if _DAY.match(day) else ""))
        except ValueError:
            self.problem(at, f"`{day}` is no date; write the last day as 2027-03-31")
            return None

    def _add(
        self, ids: list[str], reason: str, term: Term, at: Location, spans: tuple[Span, ...], resource: str | None
    ) -> None:
        for policy in ids:
            if len(self.found) == MAX_SUPPRESSIONS:
                self.problem(at, f"more than {MAX_SUPPRESSIONS:,} suppressions in one file; this one has no effect")
                return
            self.found.append(
                Suppression(policy=policy, reason=reason, until=term.until, at=at, spans=spans, resource=resource)
            )


def split_until(text: str) -> tuple[str, str | None]:
    """A reason, and the day behind `until` at its end: `vendor fixes it, until 2027-03-31`."""
    reason = " ".join(text.split())
    before, word, day = reason.rpartition("until ")
    day = day.rstrip(").")
    if not word or not _DIGITS.match(day) or (before and before[-1].isalnum()):
        return reason, None
    return before.rstrip(" ,;:(-"), day


def _below(node: Node, *names: str) -> Node | None:
    found: Node | None = node
    for name in names:
        if not isinstance(found, MappingNode):
            return None
        found = found.get(name)
    return found
