"""Whether a fix keeps the five conditions, judged without the code that proves it.

The result parses (by PyYAML and json), the finding is gone, nothing is found that is new or worse, no value changes but
those that the fix is about (worked out by `template_values`, in several scenarios), and no other character does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import yaml

from saya.findings import Edit, Finding
from template_values import Leaves, leaves, read

SCENARIOS = 4
_RANK = {"error": 0, "warning": 1, "note": 2}
_MADE = ("AWS::Lambda::Version", "AWS::Lambda::Alias")
_GRANTS = ("AWS::IAM::", "AWS::Serverless::")
_BESIDE = ("AutoPublishAlias", "AutoPublishAliasAllProperties", "DefinitionSubstitutions")
_ALIAS = re.compile(r"<(\w+)(\.Alias)?>")


def edited(text: str, edits: Iterable[Edit]) -> str:
    """A text with edits made, from its end to its beginning."""
    given = list(dict.fromkeys(edits))
    for edit in sorted(given, key=lambda edit: (edit.span, given.index(edit)), reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def broken(
    text: str, edits: Iterable[Edit], mended: list[Finding], before: list[Finding], after: list[Finding]
) -> list[str]:
    """The conditions that a fix breaks, in words. `mended` are the findings that it is for, `before` and `after` those
    without it and with it.
    """
    edits = list(edits)
    fixed = edited(text, edits)
    left = {each.fingerprint for each in after}
    gone = [each for each in before if each.fingerprint not in left]
    return [
        *_unread(text, fixed),
        *(f"the finding at {each.resource}.{each.property} stays" for each in mended if each.fingerprint in left),
        *_worse(before, after),
        *_values(text, fixed, [each for each in gone if each.policy == mended[0].policy]),
        *_untouched(text, fixed, edits),
    ]


def _unread(text: str, fixed: str) -> Iterator[str]:
    if _in_scenarios(text) and not _in_scenarios(fixed):
        yield "the result does not parse"


def _worse(before: list[Finding], after: list[Finding]) -> Iterator[str]:
    known = {each.fingerprint: _RANK[each.severity] for each in before}
    for each in after:
        if _RANK[each.severity] < known.get(each.fingerprint, len(_RANK)):
            yield f"new or worse: {each.policy} at {each.resource}.{each.property}"


def _values(text: str, fixed: str, gone: list[Finding]) -> Iterator[str]:
    told = set()
    for one, other in zip(_in_scenarios(text), _in_scenarios(fixed), strict=False):
        for path in one.keys() | other.keys():
            if one.get(path) != other.get(path) and not _is_meant(path, one, other, gone):
                told.add(f"{'.'.join(path)} changes")
    yield from sorted(told)


@lru_cache(maxsize=4)
def _in_scenarios(text: str) -> tuple[Leaves, ...]:
    try:
        template = read(text)
    except (ValueError, yaml.YAMLError):
        return ()
    return tuple(leaves(template, seed) for seed in range(SCENARIOS))


def _is_meant(path: tuple[str, ...], one: Leaves, other: Leaves, gone: list[Finding]) -> bool:
    """Whether a value may change: the site of a finding that is gone, what grants it, or what is made for it."""
    if path[0] != "Resources":
        return False
    name, rest = path[1], path[3:] if path[2:3] == ("Properties",) else ()
    type_ = other.get(("Resources", name, "Type"), "")
    if ("Resources", name, "Type") not in one:
        return type_ in _MADE
    sites = [tuple(each.property.split(".")) for each in gone if each.resource == name]
    return any(
        (
            any(_meets(rest, site) for site in sites),
            bool(sites) and rest[:1] != () and rest[0] in _BESIDE,
            any(
                rest[:-1] == site[:-1] and rest[-1:] != site[-1:] and rest[-1].startswith(site[-1])
                for site in sites
                if rest
            ),
            _is_alias(other.get(path, ""), other) and one.get(path, "").startswith("<"),
            type_ == "AWS::Lambda::Permission" and rest == ("FunctionName",),
            type_.startswith(_GRANTS) and "Statement" in rest and "Resource" in rest,
        )
    )


def _is_alias(value: str, values: Leaves) -> bool:
    """Whether a value refers to an alias: a caller goes along with the others, though it was not found fault with."""
    match = _ALIAS.fullmatch(value)
    return match is not None and (
        match[2] is not None or values.get(("Resources", match[1], "Type")) == "AWS::Lambda::Alias"
    )


def _meets(path: tuple[str, ...], site: tuple[str, ...]) -> bool:
    """Whether a value lies at a site; a definition that could not be read is compared as one text."""
    shorter = min(len(path), len(site)) if path[:1] in (("DefinitionString",), ("Definition",)) else len(site)
    return bool(path) and path[:shorter] == site[:shorter]


def _untouched(text: str, fixed: str, edits: list[Edit]) -> Iterator[str]:
    at = shift = 0
    for edit in sorted(edits, key=lambda each: each.span):
        if fixed[at + shift : edit.span.start + shift] != text[at : edit.span.start]:
            yield f"what stands before character {edit.span.start} changes"
        if "\r\n" in text and "\n" in edit.text.replace("\r\n", ""):
            yield "line breaks are mixed"
        shift += len(edit.text) - (edit.span.end - edit.span.start)
        at = edit.span.end
    if fixed[at + shift :] != text[at:]:
        yield "what stands behind the edits changes"
