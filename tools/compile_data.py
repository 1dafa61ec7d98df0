"""Checks the YAML tables behind the facts and writes them as JSON, which loads fifty times faster.

    python tools/compile_data.py [--check] [FILE...]

Without FILE it compiles all tables of src/saya/facts/data. With --check it writes nothing and fails where a compiled
table is not what the YAML says. Exit 1 with one line for each problem.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

from data_layers import compile_layers
from data_paths import PathError, beside, conditions, steps
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

DATA = Path(__file__).resolve().parent.parent / "src" / "saya" / "facts" / "data"

CERTAINTY = one_of("certain", "likely", "unsure")
PROVENANCE = {"certainty": Column(CERTAINTY), "source": Column(text), "notes": Column(text, None)}

VALUES = (
    *("arn", "name", "name-or-arn", "invoke-uri", "arn-or-invoke-uri", "embedded-openapi", "embedded-asl-json"),
    *("embedded-asl-object", "asl-file", "asl-substitution", "embedded-json", "self"),
)
QUALIFIER = one_of("accepted", "rejected", "required", "unknown")
EXPOSURE = one_of("synchronous", "asynchronous", "control_plane")
INTEGRATION = one_of("event_source_mapping", "function_url", "state_machine", "open_api", "custom_resource", "service")

SITE = {
    "type": Column(texts),
    "under": Column(texts, None),
    "path": Column(texts),
    "root": Column(one_of("properties", "attributes", "hooks"), "properties"),
    "when": Column(lists_of_texts, None),
    "absent": Column(texts, None),
    "value": Column(one_of(*VALUES)),
    "inside": Column(lambda value: None if isinstance(value, Row) else "no mapping", None),
    "qualifier": Column(QUALIFIER),
    "qualifier_property": Column(text, None),
    "exposure": Column(EXPOSURE),
    "integration": Column(INTEGRATION, "service"),
    "generic": Column(truth, default=False),
    "create_only": Column(truth, default=False),
    "authorised_by": Column(one_of("resource_policy", "role", "either", "caller")),
    "principal": Column(text, None),
    **PROVENANCE,
}
# The columns of a site that are compiled as they are, in the order of `saya.facts.tables.InvocationSite`.
PLAIN = (
    *("value", "qualifier", "exposure", "integration", "generic", "create_only"),
    *("authorised_by", "principal", "certainty"),
)
INSIDE = {
    "path": Column(text),
    "when": Column(lists_of_texts, None),
    "value": Column(one_of("arn", "name", "name-or-arn")),
    "qualifier_property": Column(text, None),
}
GRANT = {
    "type": Column(text),
    "path": Column(text),
    "value": Column(one_of("name-or-arn", "logical-id")),
    "qualifier": Column(QUALIFIER),
    "create_only": Column(truth, default=False),
    **PROVENANCE,
}
SAM_EVENT = {
    "event": Column(texts),
    "makes": Column(text),
    "exposure": Column(EXPOSURE),
    "invokes": Column(truth, default=True),
    "follows_alias": Column(truth),
    "pattern": Column(text, None),
    **PROVENANCE,
}
WANTS = one_of("starred", "bare", "bare_preferred", "either")
SEVERITY = one_of("error", "warning", "note", "none")
LOG_GROUP_SITE = {
    "type": Column(texts),
    "path": Column(texts),
    "when": Column(lists_of_texts, None),
    "wants": Column(WANTS),
    "severity": Column(SEVERITY),
    "reported": Column(text, None),
    **PROVENANCE,
}
IAM_ACTIONS = {"actions": Column(texts), "wants": Column(WANTS), **PROVENANCE}
IAM_FORM = {
    "form": Column(one_of("starred", "bare", "doubled", "infix")),
    "severity": Column(SEVERITY),
    "reported": Column(text, None),
    **PROVENANCE,
}
EVENT_SOURCE = {
    "sources": Column(texts),
    "event_sources": Column(texts),
    "verdict": Column(one_of("fixed", "partly", "several", "regional", "unknown")),
    "regions": Column(lists_of_texts, None),
    **PROVENANCE,
}

UPDATED_PROPERTY = {
    "property": Column(text),
    "sam": Column(texts, None),
    "side": Column(one_of("code", "configuration", "replaces", "exempts")),
    "published": Column(truth, default=False),
    "presence": Column(one_of("replaces"), None),
    "default": Column(text, None),
    **PROVENANCE,
}
MIX = {
    "code": Column(text),
    "configuration": Column(text),
    "severity": Column(one_of("error", "warning", "note")),
    "outcome": Column(one_of("half_updated", "deployment_fails")),
    "meets": Column(text),
    **PROVENANCE,
}
RUNTIMES = {"names": Column(texts), **PROVENANCE}
FILES = "Files"


def compile_invocation_sites(path: Path, problems: Problems) -> Any:
    document = read_document(path, ("sites", "grants"), problems)
    sites: dict[str, list[Any]] = {}
    for row in read_rows(document.get("sites", []), SITE, problems):
        for type_, prefix, place in product(*(listed(row[name] or "") for name in ("type", "under", "path"))):
            with _told(problems, row):
                _add(sites, type_, _site(row, f"{prefix}." if prefix else "", place, problems), row, problems)
    _refuse_overlaps(sites, problems)
    grants: dict[str, list[Any]] = {}
    for row in read_rows(document.get("grants", []), GRANT, problems):
        with _told(problems, row):
            _add(grants, row["type"], [steps(row["path"]), row["value"], row["qualifier"]], row, problems)
    return {"sites": sites, "grants": grants}


def _site(row: Row, prefix: str, place: str, problems: Problems) -> list[Any]:
    """A site in the order of `saya.facts.tables.InvocationSite`."""
    path = steps(prefix + place)
    if (row["value"] == "embedded-json") != (row["inside"] is not None):
        raise PathError("inside belongs to embedded-json, and embedded-json needs it")
    qualifier_at = beside(path, prefix + row["qualifier_property"]) if row["qualifier_property"] else None
    inside = None
    if row["inside"] is not None:
        inside = next(map(_inside, read_rows([row["inside"]], INSIDE, problems)), None)
    plain = [row[name] for name in PLAIN]
    return [path, row["root"], conditions(path, row, prefix), qualifier_at, inside, *plain]


def _inside(row: Row) -> list[Any]:
    path = steps(row["path"])
    qualifier_at = beside(path, row["qualifier_property"]) if row["qualifier_property"] else None
    return [path, row["value"], conditions(path, row), qualifier_at]


@contextmanager
def _told(problems: Problems, row: Row) -> Iterator[None]:
    try:
        yield
    except PathError as error:
        problems.add(row.line, str(error))


def _add(table: dict[str, list[Any]], key: str, entry: list[Any], row: Row, problems: Problems) -> None:
    if entry in table.setdefault(key, []):
        problems.add(row.line, f"{key} {entry[0]} stands twice; keep one row")
    table[key].append(entry)


def _refuse_overlaps(sites: dict[str, list[Any]], problems: Problems) -> None:
    """Two rows for one property must not hold at the same time: it would be two invocations."""
    for type_, rows in sites.items():
        for index, first in enumerate(rows):
            for second in rows[:index]:
                if first[:2] == second[:2] and not _disjoint(first[2], second[2]):
                    place = f"{type_} {'.'.join(first[0])}"
                    problems.add(1, f"two rows of {place} may hold at the same time; tell them apart by `when`")


def _disjoint(first: list[Any], second: list[Any]) -> bool:
    return any(a == b and v and w and not set(v) & set(w) for a, v in first for b, w in second)


def compile_sam_events(path: Path, problems: Problems) -> Any:
    document = read_document(path, ("events",), problems)
    events: dict[str, list[Any]] = {}
    for row in read_rows(document.get("events", []), SAM_EVENT, problems):
        for event in listed(row["event"]):
            if event in events:
                problems.add(row.line, f"event {event} stands twice; keep one row")
            names = ("makes", "exposure", "invokes", "follows_alias", "pattern", "certainty")
            events[event] = [row[name] for name in names]
    return events


def compile_log_group_arns(path: Path, problems: Problems) -> Any:
    document = read_document(path, ("sites", "iam_actions", "iam_forms"), problems)
    sites: dict[str, list[Any]] = {}
    for row in read_rows(document.get("sites", []), LOG_GROUP_SITE, problems):
        _refuse_unreported(row, problems)
        for type_, place in product(listed(row["type"]), listed(row["path"])):
            with _told(problems, row):
                _add(sites, type_, _log_group_site(row, place), row, problems)
    actions = read_rows(document.get("iam_actions", []), IAM_ACTIONS, problems)
    forms = read_rows(document.get("iam_forms", []), IAM_FORM, problems)
    for row in forms:
        _refuse_unreported(row, problems)
    return {
        "sites": sites,
        "iam_actions": [[listed(row["actions"]), row["wants"], row["certainty"]] for row in actions],
        "iam_forms": {row["form"]: [row["severity"], row["reported"], row["certainty"]] for row in forms},
    }


def _log_group_site(row: Row, place: str) -> list[Any]:
    """A site in the order of `saya.facts.tables.LogGroupSite`."""
    path = steps(place)
    return [path, conditions(path, row), *(row[name] for name in ("wants", "severity", "reported", "certainty"))]


def _refuse_unreported(row: Row, problems: Problems) -> None:
    if row["certainty"] != "certain" and row["severity"] != "none" and row["reported"] is None:
        problems.add(row.line, "reported is missing: what is not certain and has a severity names who says so")


def compile_event_sources(path: Path, problems: Problems) -> Any:
    document = read_document(path, ("services",), problems)
    out: dict[str, list[Any]] = {}
    for row in read_rows(document.get("services", []), EVENT_SOURCE, problems):
        if (row["verdict"] == "fixed") != (row["regions"] is not None):
            problems.add(row.line, "regions belong to the verdict fixed, and fixed needs them")
        for name in [*listed(row["sources"]), *listed(row["event_sources"])]:
            if name in out:
                problems.add(row.line, f"{name} stands twice; keep one row")
            out[name] = [row["verdict"], row["regions"] or {}, row["certainty"]]
    return out


def compile_function_updates(path: Path, problems: Problems) -> Any:
    document = read_document(path, ("properties", "mixes", "runtimes"), problems)
    sides: dict[str, str] = {FILES: "code"}
    properties = []
    for row in read_rows(document.get("properties", []), UPDATED_PROPERTY, problems):
        if row["property"] in sides:
            problems.add(row.line, f"{row['property']} stands twice; keep one row")
        sides[row["property"]] = row["side"]
        sam = listed(row["sam"]) if row["sam"] else [row["property"]]
        default = json.loads(row["default"]) if row["default"] else None
        replaced = row["presence"] == "replaces"
        properties.append([row["property"], sam, row["side"], row["published"], replaced, default])
    mixes = []
    for row in read_rows(document.get("mixes", []), MIX, problems):
        for side in ("code", "configuration"):
            if sides.get(row[side]) != side:
                problems.add(row.line, f"{row[side]} is no property of the {side} side")
        mixes.append([row[name] for name in ("code", "configuration", "severity", "outcome", "meets")])
    rows = read_rows(document.get("runtimes", []), RUNTIMES, problems)
    runtimes = [name for row in rows for name in listed(row["names"])]
    return {"properties": properties, "mixes": mixes, "runtimes": runtimes}


TABLES: dict[str, Callable[[Path, Problems], Any]] = {
    "invocation-sites": compile_invocation_sites,
    "sam-events": compile_sam_events,
    "layers": compile_layers,
    "log-group-arns": compile_log_group_arns,
    "global-event-sources": compile_event_sources,
    "function-updates": compile_function_updates,
}


def render(table: Any) -> str:
    """Compact JSON, one entry of the table a line, so that a change is seen for what it is."""
    lines = [f"{json.dumps(key)}:{json.dumps(value, separators=(',', ':'))}" for key, value in table.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def compile_table(path: Path) -> tuple[str, list[str]]:
    """The compiled text of a table, and its problems.

    Raises:
        SystemExit: the file is none of the tables.
    """
    build = TABLES.get(path.stem)
    if build is None or path.suffix != ".yml":
        raise SystemExit(f"{path}: no table; the tables are {', '.join(f'{name}.yml' for name in TABLES)}")
    problems = Problems(path)
    table = build(path, problems)
    return render(table), problems.lines


def main(arguments: list[str]) -> int:
    check = "--check" in arguments
    paths = [Path(name) for name in arguments if name != "--check"] or [DATA / f"{name}.yml" for name in TABLES]
    failed = False
    for path in paths:
        compiled, problems = compile_table(path)
        target = path.parent / "compiled" / f"{path.stem}.json"
        stale = not target.exists() or target.read_text(encoding="utf-8") != compiled
        if not problems and check and stale:
            problems = [f"{target}: not what {path.name} says; run python tools/compile_data.py"]
        if not problems and not check and stale:
            target.parent.mkdir(exist_ok=True)
            target.write_text(compiled, encoding="utf-8")
        failed = failed or bool(problems)
        print(*problems, sep="\n", end="\n" if problems else "", file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
