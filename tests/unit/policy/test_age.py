from datetime import date

import pytest

from saya.findings import Finding, Suppressed, Undecided
from saya.policy.age import NO_SILENCE, Silence, aged, is_added, mended, silence_of
from saya.policy.judge import Judgement
from saya.policy.suppress import Suppression
from saya.text.source import Location, Source, Span

SOURCE = Source("t.yaml", "0123456789" * 3)
TODAY = date(2026, 6, 15)


def at(start: int = 0) -> Location:
    return Location(SOURCE, Span(start, start + 1))


def finding(fingerprint: str = "f", severity: str = "warning", **given: object) -> Finding:
    values: dict = {"policy": "p", "location": at(), "resource": "Fn", **given}
    common = {"message": "", "template": "t.yaml", "resource_type": "", "property": ""}
    return Finding(severity=severity, fingerprint=fingerprint, **common, **values)


def undecided(fingerprint: str = "f") -> Undecided:
    return Undecided(
        policy="p", location=at(), template="t.yaml", resource="", property="", reasons=(), fingerprint=fingerprint
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("note", "note", "existing"),
        ("note", "warning", "new"),
        ("note", "error", "new"),
        ("warning", "error", "new"),
        ("error", "warning", "existing"),
        ("warning", "note", "existing"),
    ],
)
def test_a_finding_exists_at_the_same_or_a_higher_severity(before, after, expected):
    judged = aged(Judgement((finding(severity=after),), ()), Judgement((finding(severity=before),), ()))
    assert [each.status for each in judged.findings] == [expected]


def test_another_fingerprint_is_another_finding():
    judged = aged(Judgement((finding("one"),), (undecided("two"),)), Judgement((finding("two"),), (undecided("one"),)))
    assert [each.status for each in judged.findings] == ["new"]
    assert [each.status for each in judged.undecided] == ["existing"]


def test_mended_is_what_head_neither_finds_nor_leaves_open():
    base = Judgement((finding("kept"), finding("open"), finding("gone"), finding("silent")), (undecided("never"),))
    head = Judgement((finding("kept", "note"),), (undecided("open"),))
    assert [each.fingerprint for each in mended(base, head, {"silent"})] == ["gone"]


def suppression(until: date | None = None, resource: str | None = None, span: tuple[int, int] = (0, 5)) -> Suppression:
    return Suppression(policy="p", reason="r", until=until, at=at(), spans=(Span(*span),), resource=resource)


def suppressed(fingerprint: str = "f", until: str | None = None, resource: str = "Fn") -> Suppressed:
    of = finding(fingerprint, resource=resource)
    return Suppressed(policy="p", location=at(), reason="r", until=until, finding=of, fingerprint=fingerprint)


EARLY, LATE, PAST = date(2026, 7, 1), date(2027, 1, 1), date(2026, 6, 14)


def test_what_a_template_silences():
    findings = (finding("in"), finding("out", location=at(9)))
    found = silence_of(findings, [suppression(EARLY), suppression(LATE), suppression(PAST)], TODAY)
    assert found == Silence({"in": LATE}, {})
    assert silence_of(findings, [suppression(LATE), suppression()], TODAY) == Silence({"in": None}, {})
    assert silence_of(findings, [suppression(), suppression(LATE)], TODAY) == Silence({"in": None}, {})
    assert silence_of(findings, [suppression(EARLY, "Fn", (20, 21))], TODAY) == Silence(
        {"in": EARLY, "out": EARLY}, {("p", "Fn"): EARLY}
    )


@pytest.mark.parametrize(
    ("entry", "base", "added"),
    [
        (suppressed(), NO_SILENCE, True),
        (suppressed(), Silence({"f": None}, {}), False),
        (suppressed("g"), Silence({"f": None}, {}), True),
        (suppressed("g"), Silence({"f": None}, {("p", "Fn"): None}), False),
        (suppressed("g", resource="Other"), Silence({}, {("p", "Fn"): None}), True),
        (suppressed(until="2026-07-01"), Silence({"f": EARLY}, {}), False),
        (suppressed(until="2026-07-02"), Silence({"f": EARLY}, {}), True),
        (suppressed(), Silence({"f": LATE}, {}), True),
        (suppressed(), Silence({"f": LATE}, {("p", "Fn"): None}), False),
    ],
)
def test_what_head_adds(entry, base, added):
    assert is_added(entry, base) is added
