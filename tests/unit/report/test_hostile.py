"""A report is taken where it is exactly one of ours, and nothing else is."""

import contextlib
import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saya.errors import ConfigError
from saya.findings import Report
from saya.report.hostile import LARGEST, read_hostile_report
from saya.report.json import as_data, tell_json
from saya.report.schema import report_schema

from .made import finding


def whole() -> dict[str, Any]:
    return json.loads(tell_json(Report(base="a", head="b", findings=(finding(),))))


def read(report: object) -> dict[str, Any]:
    return read_hostile_report(json.dumps(report).encode(), "theirs.json")


def test_our_own_report_is_taken() -> None:
    assert read(whole()) == whole()
    assert read(as_data(Report())) == as_data(Report())


def at_finding(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    report = copy.deepcopy(whole())
    change(report["findings"][0])
    return report


@pytest.mark.parametrize(
    ("report", "told"),
    [
        ({}, "another version"),
        ([], "another type"),
        (whole() | {"schema": 2}, "another version"),
        (whole() | {"schema": "1"}, "another version"),
        (whole() | {"schema": True}, "another value"),
        (whole() | {"tool": {"name": "other", "version": "1"}}, "another value"),
        (whole() | {"extra": 1}, "may not have"),
        ({key: value for key, value in whole().items() if key != "errors"}, "lacks `errors`"),
        (whole() | {"findings": {}}, "`findings` is of another type"),
        (whole() | {"findings": [[]]}, "another type"),
        (whole() | {"notices": ["x" * 30_000]}, "out of range"),
        (whole() | {"notices": [""] * 20_000}, "too long"),
        (at_finding(lambda each: each.update(severity="fatal")), "`severity` is another value"),
        (at_finding(lambda each: each["location"].update(start_line=0)), "`start_line` is out of range"),
        (at_finding(lambda each: each["location"].update(start_line=True)), "`start_line` is of another type"),
        (at_finding(lambda each: each["location"].update(start_line=2**60)), "`start_line` is out of range"),
        (at_finding(lambda each: each.update(scenario={"IsProd": "yes"})), "another type"),
        (at_finding(lambda each: each.update(fix={"title": 1})), "of no form"),
        (at_finding(lambda each: each.update(values={"a": {"b": ["x" * 30_000]}})), "too long"),
    ],
)
def test_what_is_not_ours_is_refused_in_one_line(report: object, told: str) -> None:
    with pytest.raises(ConfigError, match=told) as caught:
        read(report)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("theirs.json: ")


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", b"nothing", b"[" * 200_000, b'{"schema": 1e400}', b"NaN", b'{"schema": ' + b"9" * 5000 + b"}"],
)
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(ConfigError, match=r"theirs\.json"):
        read_hostile_report(data, "theirs.json")


def test_what_is_too_large_is_not_even_parsed() -> None:
    with pytest.raises(ConfigError, match="larger than 8 MB"):
        read_hostile_report(b" " * (LARGEST + 1), "theirs.json")


def nested(depth: int) -> object:
    return [] if depth == 0 else [nested(depth - 1)]


def test_deep_values_are_refused() -> None:
    with pytest.raises(ConfigError, match="too deep"):
        read(at_finding(lambda each: each.update(values={"a": nested(50)})))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from(sorted(report_schema()["properties"]))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(keys, json_values)
def test_any_value_is_taken_as_it_is_or_refused(key: str, value: object) -> None:
    with contextlib.suppress(ConfigError):
        assert read(whole() | {key: value})[key] == value
