"""`saya test`: examples that fail say how, and a clause that no example needs is found."""

from __future__ import annotations

import pytest

from saya.errors import TemplateError
from saya.policy.coverage import each_without
from saya.policy.example_section import marks_in
from saya.policy.examples import run_examples
from saya.policy.language import Expectation
from saya.record import NamedTuple

HEAD = """\
id: fast-calls
title: A call that is too fast
severity: error
since: 0.1.0
why: Because.
for: invocation
where:
{where}
report:
  message: too fast
tests:
  bad:
    - name: fast
      template: |
        one
        two  # error
  good:
    - name: qualified
      template: |
        qualified
    - name: of another stack
      template: |
        foreign
  undecided:
    - name: unknown
      template: |
        unknown
        two  # undecided
"""
WHERE = "  qualifier: absent\n  target: {present: true}"


@pytest.fixture
def facts_of(made):
    """Facts by the first word of an example's template, all on its second line."""
    from saya.model.value import Unknown

    def facts(example):
        word = example.template.split()[0]
        if word == "torn":
            raise TemplateError("the template has no Resources", path="example", line=1)
        fields = {
            "one": {},
            "qualified": {"qualifier": "alias"},
            "foreign": {"target": None},
            "unknown": {"qualifier": Unknown("x")},
            "nothing": None,
        }[word]
        return [] if fields is None else [made.invocation(line=2, **fields)]

    return facts


def policy(made, where=WHERE, text=HEAD):
    return made.policy(text.replace("{where}", where), tests=True)


def failures(run):
    return [str(failure).removeprefix("fast-calls.yml:") for failure in run.failures]


def test_examples_that_hold(made, facts_of):
    run = run_examples([policy(made)], facts_of)

    assert run.failures == ()
    assert (run.policies, run.examples, run.clauses) == (1, 4, 2)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("        one\n", "        nothing\n", "line 2 of the template: expected an error, nothing was found"),
        ("# error", "# warning", "line 2 of the template: expected a warning, nothing was found"),
        ("        two  # error", "        three\n        two  # error", "line 3 of the template: expected an error"),
        ("        qualified\n", "        one\n", "line 2 of the template: found an error, nothing was expected"),
        (
            "        qualified\n",
            "        unknown\n",
            "line 2 of the template: found it undecided, nothing was expected",
        ),
        ("        unknown\n", "        one\n", "line 2 of the template: expected it undecided, nothing was found"),
        ("        qualified\n", "        torn\n", "no template, line 1: the template has no Resources"),
    ],
)
def test_an_example_that_does_not_hold_says_how(made, facts_of, old, new, expected):
    assert HEAD.count(old) == 1
    run = run_examples([policy(made, text=HEAD.replace(old, new))], facts_of)

    assert any(expected in failure for failure in failures(run))
    assert run.clauses == 0  # a clause is tried only where the examples hold


def test_a_failure_says_policy_example_and_place(made, facts_of):
    [failure] = failures(
        run_examples([policy(made, text=HEAD.replace("        qualified\n", "        one\n"))], facts_of)
    )

    assert failure == "19:7: fast-calls, `qualified`: line 2 of the template: found an error, nothing was expected"


def test_a_policy_without_examples_fails(made, facts_of):
    text = HEAD.split("tests:", maxsplit=1)[0]

    assert failures(run_examples([policy(made, text=text)], facts_of)) == [
        "1:1: fast-calls has no tests; write a bad and a good example"
    ]


def test_a_clause_that_no_example_needs(made, facts_of):
    run = run_examples([policy(made, where=f"{WHERE}\n  exposure: [synchronous, asynchronous]")], facts_of)

    assert failures(run) == [
        "10:3: no example of fast-calls needs `exposure is synchronous or asynchronous`: without it, all still pass"
    ]


def test_a_branch_that_no_example_needs(made, facts_of):
    where = "  any: [{qualifier: absent},\n    {qualifier: latest, target: {present: true}}]\n  target: {present: true}"
    run = run_examples([policy(made, where=where)], facts_of)

    assert "9:5: no example of fast-calls needs `qualifier is latest and target is present`" in failures(run)[0]


def test_a_severity_and_an_unless_that_no_example_needs(made, facts_of):
    text = HEAD.replace(
        "report:",
        "unless: {integration: service}\nseverities: [{severity: note, where: {exposure: synchronous}}]\nreport:",
    )
    run = run_examples([policy(made, text=text)], facts_of)

    assert [failure.split(": ")[1] for failure in failures(run)] == [
        "no example of fast-calls needs `unless integration is service`",
        "no example of fast-calls needs `severity note where exposure is synchronous`",
    ]


class Mended(NamedTuple):
    text: str
    advice: tuple[str, ...] = ()


FIXES = """\
fixes:
  - {title: Walk, safety: safe, where: {exposure: synchronous}, edits: [{replace: at, with: walk}]}
  - {title: Run, safety: SAFETY, edits: [{replace: at, with: run}]}
tests:
"""


def run_with_fixes(made, facts_of, safety, *fixed):
    text = HEAD.replace("tests:\n", FIXES.replace("SAFETY", safety))
    shown = "".join(f"      fixed: |\n        qualified\n        {each}\n" for each in fixed)
    text = text.replace("        two  # error\n", f"        two  # error\n{shown}", 1)

    def mended(policy, example):
        return Mended(f"qualified\n{policy.fixes[0].title.lower() if policy.fixes else 'two'}\n")

    return failures(run_examples([policy(made, text=text)], facts_of, mended))


def test_a_fix_that_no_example_shows(made, facts_of):
    assert run_with_fixes(made, facts_of, "unsafe", "walk") == [
        "14:5: no example of fast-calls shows the fix `Run`: without it, all still pass; "
        "add `fixed` to a bad example that it mends"
    ]


def test_no_example_has_to_show_a_manual_fix(made, facts_of):
    assert run_with_fixes(made, facts_of, "manual", "walk") == []


def test_without_any_fixed_no_fix_is_shown(made, facts_of):
    found = run_with_fixes(made, facts_of, "safe")

    assert [failure.split("`")[1] for failure in found] == ["Walk", "Run"]


@pytest.mark.parametrize(
    ("where", "clauses"),
    [
        ("{qualifier: absent}", ["qualifier is absent"]),
        (
            "{qualifier: absent, exposure: synchronous}",
            ["qualifier is absent", "exposure is synchronous"],
        ),
        (
            "{any: [{qualifier: absent}, {qualifier: latest, exposure: synchronous}]}",
            [
                "qualifier is absent",
                "qualifier is latest and exposure is synchronous",
                "qualifier is latest",
                "exposure is synchronous",
            ],
        ),
        ("{not: {qualifier: absent}}", ["not (qualifier is absent)"]),
        (
            "{not: {qualifier: absent, exposure: synchronous}}",
            [
                "not (qualifier is absent and exposure is synchronous)",
                "qualifier is absent",
                "exposure is synchronous",
            ],
        ),
        (
            "{bypasses.name: {present: true, not: live}}",
            ["bypasses.name is present and not (is live)", "bypasses.name is present", "bypasses.name not (is live)"],
        ),
    ],
)
def test_the_clauses_of_a_test(made, where, clauses):
    text = HEAD.replace("where:\n{where}", f"where: {where}").split("tests:")[0]

    assert [without.clause for without in each_without(made.policy(text))] == clauses


def test_each_clause_is_left_out_alone(made):
    text = HEAD.replace(
        "where:\n{where}", "where: {any: [{qualifier: absent}, {qualifier: latest, exposure: synchronous}]}"
    )
    rest = [without.policy.where for without in each_without(made.policy(text.split("tests:")[0]))]

    assert len(rest) == len({str(where) for where in rest}) == 4


def test_the_clauses_of_a_list(made):
    text = HEAD.replace("for: invocation", "for: event_rule").replace(
        "where:\n{where}",
        "where:\n  regions_of_sources:\n    every: {some: us-east-1, excludes: {field: stack.region}}\n"
        "    not: {some: {some: x}}",
    )

    clauses = [without.clause for without in each_without(made.policy(text.split("tests:")[0]))]
    assert clauses[1:] == [
        "regions_of_sources has items, and each has an item that is us-east-1 and does not include the stack.region",
        "regions_of_sources not (has an item that has an item that is x)",
    ]


def test_an_example_in_json_names_lines_and_properties(made, facts_of):
    text = HEAD.replace("        one\n        two  # error\n", '        one {"json"}\n      at: {PLACE: error}\n')
    for place in ("2", "Mapping.FunctionName"):
        assert run_examples([policy(made, text=text.replace("PLACE", place))], facts_of).failures == ()
    wrong = run_examples([policy(made, text=text.replace("PLACE", "Mapping.Other"))], facts_of)
    assert "`Mapping.Other`: expected an error, nothing was found" in failures(wrong)[0]


def test_two_findings_on_a_line_are_marked_twice(made):
    text = HEAD.split("  good:", maxsplit=1)[0].replace("{where}", "  qualifier: absent")

    def facts(_):
        return [made.invocation(line=2), made.invocation(line=2, property="B")]

    assert "found an error, nothing was expected" in failures(run_examples([policy(made, text=text)], facts))[0]
    twice = text.replace("# error", "# error, error")
    assert "expected" not in "".join(failures(run_examples([policy(made, text=twice)], facts)))


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("a\nb # error\n", [Expectation(2, "error")]),
        ("a  #warning  \nb # note\n", [Expectation(1, "warning"), Expectation(2, "note")]),
        ("a # undecided, error", [Expectation(1, "undecided"), Expectation(1, "error")]),
        ("a # error here\nb# error\nc # an error\n# errors\n", []),
        ("\t# error\r\nb", [Expectation(1, "error")]),
    ],
)
def test_marks(template, expected):
    assert list(marks_in(template)) == expected
