"""Compiles the catalogue of layers: one entry for each name that a row gives."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from data_rows import (
    Column,
    Problems,
    Row,
    listed,
    lists_of_texts,
    one_of,
    read_document,
    read_rows,
    text,
    texts,
    truth,
)

ARCHITECTURES = ("x86_64", "arm64")
LESS = {"certain": "likely", "likely": "unsure", "unsure": None}
_PART = re.compile(r"\{(\w+)\}")


def _certainty(value: Any) -> str | None:
    values = value.values() if isinstance(value, Row) else [value]
    if isinstance(value, Row) and set(value) != set(ARCHITECTURES):
        return f"{value!r} does not say it for x86_64 and arm64"
    return next((wrong for item in values if (wrong := one_of(*LESS)(item))), None)


def _parts(value: Any) -> str | None:
    if not isinstance(value, Row) or not value:
        return f"{value!r} maps no parts to regular expressions"
    for name, pattern in value.items():
        try:
            re.compile(pattern)
        except (re.error, TypeError) as error:
            return f"{name}: {pattern!r} is no regular expression: {error}"
    return None


LAYER = {
    "vendor": Column(text),
    "accounts": Column(texts),
    "x86_64": Column(text, None),
    "arm64": Column(text, None),
    "neutral": Column(text, None),
    "parts": Column(_parts, None),
    "certainty": Column(_certainty),
    "generic_name": Column(truth, default=False),
    "versions": Column(one_of("shared", "separate"), "separate"),
    "versions_source": Column(text, None),
    "source": Column(text),
    "notes": Column(text, None),
}


def compile_layers(path: Path, problems: Problems) -> Any:
    document = read_document(path, ("accounts", "layers", "tokens"), problems)
    sets = document.get("accounts", Row())
    _check_accounts(sets, problems)
    layers: list[list[Any]] = []
    accounts: dict[str, list[int]] = {}
    seen: set[tuple[str, str]] = set()
    used: set[str] = set()
    for row in read_rows(document.get("layers", []), LAYER, problems):
        names = listed(row["accounts"])
        used |= set(names)
        publishers = ["any"] if names == ["any"] else [account for name in names for account in sets.get(name, [])]
        if not publishers:
            problems.add(row.line, f"accounts: {names} names no list of accounts; valid are any, {', '.join(sets)}")
        for entry in _entries(row, problems):
            for account in publishers:
                if (account, entry[1]) in seen:
                    problems.add(row.line, f"{entry[1]} stands twice for {account}; keep one row")
                seen.add((account, entry[1]))
                accounts.setdefault(account, []).append(len(layers))
            layers.append(entry)
    for name in sets.keys() - used:
        problems.add(sets.line, f"accounts: no row uses {name}")
    return {"accounts": accounts, "layers": layers, "tokens": _tokens(document.get("tokens"), problems)}


def _check_accounts(sets: Any, problems: Problems) -> None:
    wrong = lists_of_texts(sets)
    if wrong:
        problems.add(1, f"accounts: {wrong}")
        return
    for name, accounts in sets.items():
        for account in accounts:
            if not re.fullmatch(r"\d{12}", account):
                problems.add(sets.line, f"accounts: {name}: {account!r} is no account; one has twelve digits")


def _tokens(tokens: Any, problems: Problems) -> Any:
    if lists_of_texts(tokens) or set(tokens) != set(ARCHITECTURES):
        problems.add(1, "tokens: it would map x86_64 and arm64 to regular expressions")
        return {}
    for pattern in (pattern for patterns in tokens.values() for pattern in patterns):
        try:
            re.compile(pattern)
        except re.error as error:
            problems.add(tokens.line, f"tokens: {pattern!r} is no regular expression: {error}")
    return tokens


def _entries(row: Row, problems: Problems) -> list[list[Any]]:
    """The entries of a row, each in the order of `saya.facts.layer_catalogue.Entry`."""
    given = {kind: row[kind] for kind in (*ARCHITECTURES, "neutral") if row[kind] is not None}
    if not given or ("neutral" in given and len(given) > 1):
        problems.add(row.line, "a row has x86_64, arm64 or both, or else neutral")
        return []
    if (row["versions"] == "shared") != (row["versions_source"] is not None):
        problems.add(row.line, "versions_source belongs to versions: shared, and shared needs it")
    parts = row["parts"] or {}
    for kind, template in given.items():
        if set(_PART.findall(template)) != set(parts):
            problems.add(row.line, f"{kind}: {template} does not use each of the parts ({', '.join(parts) or 'none'})")
            return []
    return [_entry(kind, template, given, row) for kind, template in given.items()]


def _entry(kind: str, template: str, given: dict[str, str], row: Row) -> list[Any]:
    literals = _PART.split(template)
    parts = row["parts"] or {}
    pieces = [f"(?P<{one}>{parts[one]})" if index % 2 else re.escape(one) for index, one in enumerate(literals)]
    certainty = row["certainty"][kind] if isinstance(row["certainty"], Row) else row["certainty"]
    elsewhere = None if row["generic_name"] else certainty if row["accounts"] == "any" else LESS[certainty]
    architectures = list(ARCHITECTURES) if kind == "neutral" else [kind]
    counterparts = {other: name for other, name in given.items() if other != kind}
    return [literals[0], "".join(pieces), architectures, certainty, elsewhere, counterparts, row["versions"]]
