"""Suppressions: where they hold, until when, and what is no suppression."""

from __future__ import annotations

from datetime import date

import pytest

from saya.findings import Finding, Undecided
from saya.policy.suppress import Suppression, suppress
from saya.policy.suppression_reader import MAX_SUPPRESSIONS, read_suppressions, split_until
from saya.text.parse import parse
from saya.text.source import Location, Source, Span

POLICIES = ("fast-calls", "slow-calls")
TODAY = date(2026, 11, 22)


def read(text: str, path: str = "template.yaml") -> tuple[Source, list[Suppression], list[str]]:
    source = Source(path, text)
    found, problems = read_suppressions(source, parse(source), POLICIES)
    assert all(problem.kind == "suppression" for problem in problems)
    return source, found, [str(problem) for problem in problems]


def finding(source: Source, needle: str, *, policy: str = "fast-calls", resource: str = "Fn") -> Finding:
    """A finding that begins at the first occurrence of `needle` in the file."""
    start = source.text.index(needle)
    return Finding(
        policy=policy,
        severity="error",
        message="too fast",
        location=Location(source, Span(start, start + len(needle))),
        template=source.path,
        resource=resource,
        resource_type="AWS::Lambda::Function",
        property="A",
        fingerprint=f"{policy}-{needle}",
    )


def silenced(text: str, *needles: str, **fields: str) -> list[str]:
    """Those of the needles at which a finding is silenced."""
    source, found, _ = read(text)
    findings = [finding(source, needle, **fields) for needle in needles]
    done = suppress(findings, found, today=TODAY)
    return [each.fingerprint.removeprefix("fast-calls-") for each in done.suppressed]


TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Timeout: here
Resources:
  Fn:
    Type: one
    Properties:
      Code: two
      Layers:
        - three
        - Id: four
          Arn: five
      Role: six
  Other:
    Type: seven
"""
NEEDLES = ("here", "Fn", "one", "two", "three", "four", "five", "six", "seven")


def commented(line: str, comment: str, *, alone: bool = False) -> str:
    """The template with a comment behind a line, or alone on a line before it."""
    assert TEMPLATE.count(f"{line}\n") == 1
    indentation = line[: len(line) - len(line.lstrip())]
    after = f"{indentation}{comment}\n{line}\n" if alone else f"{line} {comment}\n"
    return TEMPLATE.replace(f"{line}\n", after)


COMMENT = "# saya: ignore[fast-calls] it is wanted"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("      Code: two", ["two"]),
        ("        - three", ["three"]),
        ("        - Id: four", ["four"]),
        ("          Arn: five", ["five"]),
        ("      Layers:", []),
        ("    Timeout: here", ["here"]),
    ],
)
def test_behind_something_a_comment_is_for_its_line(line, expected):
    assert silenced(commented(line, COMMENT), *NEEDLES, resource="Nobody") == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("      Code: two", ["two"]),
        ("      Layers:", ["three", "four", "five"]),
        ("        - three", ["three"]),
        ("        - Id: four", ["four", "five"]),
        ("          Arn: five", ["five"]),
        ("    Properties:", ["two", "three", "four", "five", "six"]),
        ("    Type: one", ["one"]),
        ("  Function:", ["here"]),
    ],
)
def test_alone_on_its_line_a_comment_is_for_what_follows(line, expected):
    assert silenced(commented(line, COMMENT, alone=True), *NEEDLES, resource="Nobody") == expected


@pytest.mark.parametrize("alone", [False, True])
def test_on_a_logical_id_a_comment_is_for_the_resource_wherever_its_findings_stand(alone):
    text = commented("  Fn:", COMMENT, alone=alone)

    assert silenced(text, *NEEDLES, resource="Fn") == list(NEEDLES)
    assert silenced(text, "here", "seven", resource="Other") == []


def test_blank_lines_and_other_comments_may_stand_between():
    text = commented("      Code: two", f"{COMMENT}\n\n      # why not\n\n", alone=True)

    assert silenced(text, *NEEDLES, resource="Nobody") == ["two"]


def test_a_value_that_begins_below_its_key_or_ends_on_the_line():
    below = "Resources:\n  Fn:\n    A: # saya: ignore[fast-calls] wanted\n      Fn::GetAtt: deep\n"
    assert silenced(below, "Fn::GetAtt", resource="Nobody") == ["Fn::GetAtt"]
    assert silenced(below, "deep", resource="Nobody") == []

    above = 'Resources:\n  Fn:\n    A: !Sub\n      "text"  # saya: ignore[fast-calls] wanted\n    B: other\n'
    assert silenced(above, "!Sub", "other", resource="Nobody") == ["!Sub"]


def test_an_alias_is_covered_where_its_value_stands():
    text = "Resources:\n  Fn:\n    A: &a [deep]\n  Other:\n    # saya: ignore[fast-calls] wanted\n    B: *a\n"
    assert silenced(text, "deep", resource="Nobody") == ["deep"]


def test_a_flow_mapping_on_one_line():
    text = "Resources:\n  Fn: {Type: one, Code: two}  # saya: ignore[fast-calls] wanted\n"
    assert silenced(text, "one", "two") == ["one", "two"]


def test_windows_line_ends_and_tabs():
    text = TEMPLATE.replace("Code: two\n", "Code: two\t#\tsaya:ignore[fast-calls]\twanted\r\n").replace("\n", "\r\n")
    _, found, problems = read(text.replace("\r\r", "\r"))
    assert [(each.policy, each.reason) for each in found] == [("fast-calls", "wanted")]
    assert problems == []


def test_only_the_policy_that_is_named_is_silenced():
    source, found, _ = read(commented("      Code: two", COMMENT))
    done = suppress([finding(source, "two", policy="slow-calls")], found, today=TODAY)

    assert [each.policy for each in done.findings] == ["slow-calls"]
    assert done.suppressed == ()


def test_several_ids():
    source, found, problems = read(commented("      Code: two", "# saya: ignore[fast-calls, slow-calls] wanted"))
    findings = [finding(source, "two", policy=policy) for policy in POLICIES]

    assert [each.policy for each in suppress(findings, found, today=TODAY).suppressed] == list(POLICIES)
    assert problems == []


def test_what_is_silenced_says_why_and_where_it_is_written():
    text = commented("      Code: two", f"{COMMENT}, until 2027-03-31")
    source, found, _ = read(text)
    [entry] = suppress([finding(source, "two")], found, today=TODAY).suppressed

    assert (entry.policy, entry.reason, entry.until) == ("fast-calls", "it is wanted", "2027-03-31")
    assert entry.location.start == (9, 17)
    assert entry.finding.message == "too fast"
    assert entry.fingerprint == "fast-calls-two"


def test_an_origin_counts_as_the_place_of_a_finding():
    from saya.record import replace

    source, found, _ = read(commented("    Timeout: here", COMMENT))
    elsewhere = replace(finding(source, "seven"), origins=(finding(source, "here").location,))

    assert len(suppress([elsewhere], found, today=TODAY).suppressed) == 1


# until


@pytest.mark.parametrize(
    ("until", "holds"), [("2026-11-21", False), ("2026-11-22", True), ("2026-11-23", True), (None, True)]
)
def test_the_last_day_is_included(until, holds):
    comment = COMMENT if until is None else f"{COMMENT} (until {until})"
    source, found, _ = read(commented("      Code: two", comment))
    done = suppress([finding(source, "two")], found, today=TODAY)

    assert (len(done.findings), len(done.suppressed)) == ((0, 1) if holds else (1, 0))
    expired = [
        "template.yaml:9:17: the suppression of fast-calls expired on 2026-11-21; what it silenced is told again"
    ]
    assert [str(notice) for notice in done.notices] == ([] if holds else expired)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a reason", ("a reason", None)),
        ("a reason, until 2027-03-31", ("a reason", "2027-03-31")),
        ("a reason (until 2027-03-31).", ("a reason", "2027-03-31")),
        ("until 2027-03-31", ("", "2027-03-31")),
        ("wait until Monday", ("wait until Monday", None)),
        ("until 2027-03-31 nothing", ("until 2027-03-31 nothing", None)),
        ("notuntil 2027-03-31", ("notuntil 2027-03-31", None)),
        ("a until 2027/3/1", ("a", "2027/3/1")),
    ],
)
def test_a_reason_and_its_last_day(text, expected):
    assert split_until(text) == expected


# unused


def test_what_nothing_needs_is_noticed_unless_its_policy_was_not_applied_or_is_undecided_there():
    source, found, _ = read(commented("      Code: two", COMMENT))
    notice = "template.yaml:9:17: nothing here needs the suppression of fast-calls; remove it"
    open_ = Undecided(
        policy="fast-calls",
        location=finding(source, "two").location,
        template="template.yaml",
        resource="Fn",
        property="A",
        reasons=("x",),
        fingerprint="f",
    )

    assert [str(each) for each in suppress([], found, today=TODAY).notices] == [notice]
    assert suppress([], found, today=TODAY, applied={"slow-calls"}).notices == ()
    assert suppress([], found, today=TODAY, undecided=[open_]).notices == ()


def test_of_two_that_cover_one_finding_neither_is_unused():
    text = commented("      Code: two", COMMENT)
    source, found, _ = read(text.replace("    Properties:\n", f"    {COMMENT}\n    Properties:\n"))

    done = suppress([finding(source, "two")], found, today=TODAY)
    assert (len(done.suppressed), done.notices) == (1, ())


# what is none

NO_REASON = "a suppression says why: `# saya: ignore[policy-id] reason`"
NO_FORM = "not a suppression; write `# saya: ignore[policy-id] reason`"


@pytest.mark.parametrize(
    ("comment", "problem"),
    [
        ("# saya: ignore[fast-calls]", NO_REASON),
        ("# saya: ignore[fast-calls] ...", NO_REASON),
        ("# saya: ignore[fast-calls] until 2027-03-31", NO_REASON),
        ("# saya: ignore[*] all", "`*` is no policy's id; a suppression names each policy: "),
        ("# saya: ignore[] all", "`` is no policy's id"),
        ("# saya: ignore[fast-*] all", "`fast-*` is no policy's id"),
        ("# saya: ignore[.*] all", "`.*` is no policy's id"),
        ("# saya: ignore[FAST-CALLS] all", "`FAST-CALLS` is no policy's id"),
        ("# saya: ignore[fast-cals] wanted", "no policy `fast-cals`; did you mean `fast-calls`?"),
        ("# saya: ignore[zzz] wanted", "no policy `zzz`; see `saya policies`"),
        ("# saya: ignore fast-calls wanted", NO_FORM),
        ("# saya: ignore", NO_FORM),
        ("# saya: ignore[fast-calls", NO_FORM),
        ("# saya: disable[fast-calls] wanted", NO_FORM),
        ("# saya:", NO_FORM),
        (
            "# saya: ignore[fast-calls] wanted until 2027-02-30",
            "`2027-02-30` is no date; write the last day as 2027-03-31",
        ),
        ("# saya: ignore[fast-calls] wanted until 20270331", "`20270331` is no date"),
    ],
)
def test_what_cannot_be_understood_is_reported_and_silences_nothing(comment, problem):
    source, found, problems = read(commented("      Code: two", comment))

    [only] = problems
    assert only.startswith(f"template.yaml:9:17: {problem}")
    assert suppress([finding(source, "two")], found, today=TODAY).suppressed == ()


def test_a_good_id_beside_a_bad_one_holds():
    text = commented("      Code: two", "# saya: ignore[*, fast-calls] wanted")
    assert silenced(text, "two") == ["two"]
    assert len(read(text)[2]) == 1


@pytest.mark.parametrize("line", ["Resources:", "Globals:", "Transform: AWS::Serverless-2016-10-31"])
@pytest.mark.parametrize("alone", [False, True])
def test_nothing_silences_more_than_one_resource(line, alone):
    text = commented(line, COMMENT, alone=alone)

    assert silenced(text, *NEEDLES, resource="Fn") == []
    [problem] = read(text)[2]
    assert "is more than one resource; suppress at a resource or below it" in problem


def test_at_the_end_of_a_file_nothing_follows():
    assert read(TEMPLATE + COMMENT)[2] == ["template.yaml:17:1: nothing follows this suppression"]


@pytest.mark.parametrize(
    "value",
    [
        '"# saya: ignore[fast-calls] wanted"',
        "'two # saya: ignore[fast-calls] wanted'",
        "two#saya:ignore[fast-calls]",
        "|\n        two\n        # saya: ignore[fast-calls] wanted\n        three",
        ">-\n        # saya: ignore[fast-calls] wanted",
        '"two\n        # saya: ignore[fast-calls] wanted"',
    ],
)
def test_a_hash_within_a_scalar_is_no_comment(value):
    _, found, problems = read(f"Resources:\n  Fn:\n    Code: {value}\n    Next: 1\n")

    assert found == []
    assert problems == []


def test_a_comment_behind_a_block_scalar_is_one():
    text = "Resources:\n  Fn:\n    Code: |\n      two\n    # saya: ignore[fast-calls] wanted\n    Next: three\n"
    assert silenced(text, "two", "three", resource="Nobody") == ["three"]


def test_files_without_a_word_of_saya_or_without_a_mapping():
    assert read(TEMPLATE)[1:] == ([], [])
    assert read("- saya\n")[1:] == ([], [])
    assert read_suppressions(Source("t", "# saya: ignore"), None, POLICIES) == ([], [])


def test_a_file_full_of_suppressions_stays_cheap(at_most):
    lines = "".join(f"      K{number}: v # saya: ignore[fast-calls] wanted\n" for number in range(5_000))
    comments = "".join("      # saya: ignore[slow-calls] wanted\n" for _ in range(5_000))
    source = Source("t.yaml", f"Resources:\n  Fn:\n    Properties:\n{lines}{comments}      Last: 1\n")
    root = parse(source)
    with at_most(50):
        found, problems = read_suppressions(source, root, POLICIES)

    assert len(found) == MAX_SUPPRESSIONS
    assert "more than 1,000 suppressions in one file; this one has no effect" in str(problems[0])


def test_a_long_reason_stays_cheap(at_most):
    source = Source("t.yaml", f"Resources:\n  Fn: 1 # saya: ignore[fast-calls] a{' ' * 500_000}until \n")
    with at_most(20):
        read_suppressions(source, parse(source), POLICIES)


# Metadata


def metadata(ignore: str) -> str:
    return (
        f'{{"Resources": {{"Fn": {{"Type": "one", "Metadata": {{"saya": {{"ignore": {ignore}}}}}}}, '
        '"Other": {"Type": "seven"}}}'
    )


def test_metadata_silences_its_resource():
    text = metadata('[{"id": "fast-calls", "reason": "wanted", "until": "2027-03-31"}]')
    source, [entry], problems = read(text, "cdk.json")

    assert (entry.policy, entry.reason, entry.until, entry.resource) == (
        "fast-calls",
        "wanted",
        date(2027, 3, 31),
        "Fn",
    )
    assert problems == []
    assert len(suppress([finding(source, '"one"', resource="Fn")], [entry], today=TODAY).suppressed) == 1
    assert len(suppress([finding(source, '"seven"', resource="Other")], [entry], today=TODAY).findings) == 1


@pytest.mark.parametrize(
    ("ignore", "problem"),
    [
        ("{}", "`Metadata.saya.ignore` is a list of {id: policy-id, reason: text}"),
        ('["fast-calls"]', "not a suppression; write {id: policy-id, reason: text}"),
        ('[{"reason": "x"}]', "not a suppression; write {id: policy-id, reason: text}"),
        ('[{"id": "fast-calls"}]', "a suppression says why: `{id: policy-id, reason: text}`"),
        ('[{"id": "fast-calls", "reason": " "}]', "a suppression says why"),
        ('[{"id": "*", "reason": "x"}]', "`*` is no policy's id"),
        ('[{"id": "nope", "reason": "x"}]', "no policy `nope`"),
        ('[{"id": ["fast-calls"], "reason": "x"}]', "`id` of a suppression is text"),
        (
            '[{"id": "fast-calls", "reason": "x", "til": "2027-03-31"}]',
            "a suppression has no key `til`; did you mean `until`?",
        ),
        ('[{"id": "fast-calls", "reason": "x", "until": "soon"}]', "`soon` is no date"),
        ('[{"id": "fast-calls", "reason": "x", "until": null}]', "`null` is no date"),
    ],
)
def test_metadata_that_cannot_be_understood(ignore, problem):
    _, found, problems = read(metadata(ignore), "cdk.json")

    assert found == []
    [only] = problems
    assert problem in only


def test_metadata_in_odd_places_is_none_of_ours():
    for text in (
        '{"Resources": {"Fn": {"Metadata": "saya"}}}',
        '{"Resources": {"Fn": {"Metadata": {"saya": ["ignore"]}}}}',
        '{"Resources": ["saya"]}',
        '{"Metadata": {"saya": {"ignore": [{"id": "fast-calls", "reason": "x"}]}}, "Resources": {}}',
    ):
        assert read(text, "t.json")[1:] == ([], [])
