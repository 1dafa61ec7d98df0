"""What is known of published Lambda layers: for which architecture they are built (data/layers.yml).

The account and the name together tell. A known name in another account is one step less certain: customers re-publish
layers. Of a layer that the catalogue does not know, a token in its name (`-arm64`) may tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Literal

from saya.facts.tables import load
from saya.facts.types import Architecture, Certainty
from saya.record import NamedTuple

ARCHITECTURES: tuple[Architecture, ...] = ("x86_64", "arm64")


class LayerEntry(NamedTuple):
    """What is known of one layer.

    architectures   what it runs on
    evidence        catalogue, or a token in the name
    certainty       how sure the catalogue is; None for a token
    counterparts    architecture -> the name of the same layer for it, where the catalogue knows one
    versions        whether counterparts share their version numbers
    """

    architectures: tuple[Architecture, ...]
    evidence: Literal["catalogue", "name"]
    certainty: Certainty | None
    counterparts: Mapping[Architecture, str]
    versions: Literal["shared", "separate"]

    @property
    def neutral(self) -> bool:
        """Whether it runs on every architecture."""
        return len(self.architectures) == len(ARCHITECTURES)

    def counterpart(self, architecture: Architecture) -> str | None:
        """The name of the same layer for an architecture, where the catalogue knows one."""
        return self.counterparts.get(architecture)


class Entry(NamedTuple):
    """One name of the catalogue.

    `certainty` is in an account that publishes it, `elsewhere` in any other (None: nothing is said).
    """

    prefix: str
    pattern: str
    architectures: list[Architecture]
    certainty: Certainty
    elsewhere: Certainty | None
    counterparts: dict[Architecture, str]
    versions: Literal["shared", "separate"]


class HouseLayer(NamedTuple):
    """What an organisation says of a layer, over what the catalogue does. Without `account` it is of any."""

    account: str | None
    name: str
    architectures: tuple[Architecture, ...]
    counterparts: Mapping[Architecture, str]

    def entry(self, account: str | None, name: str) -> LayerEntry | None:
        """What it says of a layer; None where it is another. An account that is not decided may be this one."""
        if name != self.name or (self.account != account and None not in (self.account, account)):
            return None
        certainty: Certainty = "certain" if self.account in (None, account) else "likely"
        return LayerEntry(self.architectures, "catalogue", certainty, self.counterparts, "separate")


def classify(account: str | None, name: str, house: Iterable[HouseLayer] = ()) -> LayerEntry | None:
    """What is known of the layer `name` that `account` publishes; None where nothing is. `house` goes first.

    `account` is None where the template does not decide it: as an account that the catalogue does not know. The version
    is the caller's to look at: an ARN whose version is no number is an example, and its name may have been altered.
    """
    for layer in house:
        entry = layer.entry(account, name)
        if entry is not None:
            return entry
    return _catalogued(account, name)


def _catalogued(account: str | None, name: str) -> LayerEntry | None:
    table = _table()
    for entry in _published_by(account, table):
        match = _match(entry, name)
        if match:
            return _known(entry, match, entry.certainty)
    known = None
    for entry in table.entries:
        match = _match(entry, name) if entry.elsewhere else None
        if match:
            # Whoever re-publishes layers numbers them anew.
            known = _known(entry, match, entry.elsewhere)._replace(versions="separate")
            break
    if known and known.certainty != "unsure":
        return known
    # A name that says it outright tells more than an unsure row of another account.
    told = _told_by_name(name, table.tokens)
    if told and known and told.architectures == known.architectures:
        return told._replace(counterparts=known.counterparts)
    return told or known


class _Table(NamedTuple):
    accounts: Mapping[str, list[int]]
    entries: tuple[Entry, ...]
    tokens: Mapping[Architecture, list[str]]


@cache
def _table() -> _Table:
    data: Any = load("layers")
    return _Table(data["accounts"], tuple(Entry(*row) for row in data["layers"]), data["tokens"])


def _published_by(account: str | None, table: _Table) -> Iterator[Entry]:
    for publisher in (account, "any"):
        if publisher is not None:
            yield from (table.entries[index] for index in table.accounts.get(publisher, ()))


def _match(entry: Entry, name: str) -> re.Match[str] | None:
    # The prefix spares compiling the pattern of nearly every row.
    return re.fullmatch(entry.pattern, name) if name.startswith(entry.prefix) else None


def _known(entry: Entry, match: re.Match[str], certainty: Certainty | None) -> LayerEntry:
    parts = {part: text or "" for part, text in match.groupdict().items()}
    counterparts = {architecture: template.format_map(parts) for architecture, template in entry.counterparts.items()}
    return LayerEntry(tuple(entry.architectures), "catalogue", certainty, counterparts, entry.versions)


def _told_by_name(name: str, tokens: Mapping[Architecture, list[str]]) -> LayerEntry | None:
    told = tuple(one for one in ARCHITECTURES if any(re.search(pattern, name) for pattern in tokens[one]))
    return LayerEntry(told, "name", None, {}, "separate") if told else None
