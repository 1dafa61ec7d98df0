"""The forms in which a report can be told."""

from __future__ import annotations

from typing import Protocol

from saya.findings import Report
from saya.report.json import tell_json
from saya.report.text import tell_text


class Reporter(Protocol):
    """A pure function of a report. Where its text goes is the caller's business."""

    def __call__(self, report: Report, *, colour: bool) -> str: ...


REPORTERS: dict[str, Reporter] = {"text": tell_text, "json": tell_json}
