"""Placeholders, `<<field.path>>`: found, checked by the loader, and filled from a fact.

No braces, so that `${...}` and `{{resolve:...}}` stay what they are. What is filled in is plain data and is not read
again: a placeholder in a template's text stays text.
"""

from __future__ import annotations

from collections.abc import Iterator

from saya.facts.types import Fact
from saya.model.value import Unknown
from saya.pattern import pattern
from saya.policy.language import Path, Words
from saya.policy.operators import holds, value_at

PLACEHOLDER = pattern(r"<<([^<>\n]*)>>")


def placeholders_in(text: str) -> Iterator[tuple[str, int]]:
    """Each placeholder's path as written, and its offset in the text."""
    for match in PLACEHOLDER.finditer(text):
        yield match[1].strip(), match.start()


def choose(words: Words, fact: Fact) -> str | None:
    """The text for a fact, its placeholders unfilled: that of the first case that holds; None where none does."""
    for case in words:
        if case.where is None or holds(case.where, fact) is True:
            return case.text
    return None


def fill(text: str, fact: Fact) -> str:
    """A text with its placeholders filled."""
    return PLACEHOLDER.sub(lambda match: shown(value_at(fact, path_of(match[1]))), text)


def path_of(text: str) -> Path:
    """A path as it is written: `function.architecture`."""
    return tuple(text.strip().split("."))


def shown(value: object) -> str:
    """A value as a message says it: `x86_64 and arm64`; `?` for what is unknown, `none` for what is absent."""
    if value is None or value == ():
        return "none"
    if isinstance(value, Unknown):
        return "?"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        items = list(dict.fromkeys(_leaves(value)))
        return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
    return str(value)


def _leaves(value: tuple[object, ...]) -> Iterator[str]:
    for item in value:
        if isinstance(item, tuple) and not isinstance(item, Unknown):
            yield from _leaves(item)
        else:
            yield shown(item)
