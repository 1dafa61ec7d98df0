"""The forms in which a report can be told. Each is imported when it is asked for."""

from __future__ import annotations

from typing import Protocol

from saya.findings import Report


class Reporter(Protocol):
    """A pure function of a report. Where its text goes is the caller's business."""

    def __call__(self, report: Report, *, colour: bool) -> str: ...


def _text(report: Report, *, colour: bool) -> str:
    from saya.report.text import tell_text

    return tell_text(report, colour=colour)


def _json(report: Report, *, colour: bool) -> str:
    from saya.report.json import tell_json

    return tell_json(report, colour=colour)


def _sarif(report: Report, *, colour: bool) -> str:
    from saya.report.sarif import tell_sarif

    return tell_sarif(report, colour=colour)


def _markdown(report: Report, *, colour: bool) -> str:
    from saya.report.summary import tell_markdown

    return tell_markdown(report, colour=colour)


def _github(report: Report, *, colour: bool) -> str:
    from saya.report.annotations import tell_annotations

    return tell_annotations(report, colour=colour)


REPORTERS: dict[str, Reporter] = {
    "text": _text,
    "json": _json,
    "sarif": _sarif,
    "markdown": _markdown,
    "github": _github,
}
