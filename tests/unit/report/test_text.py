import re

import pytest

from saya.findings import Context, Finding, Fix, JudgedTemplate, Problem, Related, Report, Suppressed, Undecided
from saya.record import replace
from saya.report.annotations import tell_annotations
from saya.report.text import tell_text
from saya.text.source import Location, Source, Span

TEMPLATE = """\
Resources:
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Worker
  Other:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Worker
"""


def place(needle: str, *, text: str = TEMPLATE, path: str = "t.yaml", last: bool = False) -> Location:
    start = text.rindex(needle) if last else text.index(needle)
    return Location(Source(path, text), Span(start, start + len(needle)))


def finding(**given: object) -> Finding:
    values: dict = {
        "policy": "a-policy",
        "severity": "warning",
        "message": "`Mapping` invokes `Worker` with no qualifier",
        "location": place("!Ref Worker"),
        "template": "t.yaml",
        "resource": "Mapping",
        "resource_type": "AWS::Lambda::EventSourceMapping",
        "property": "FunctionName",
        "fingerprint": "f",
        **given,
    }
    return Finding(**values)


def undecided(reason: str, policy: str = "a-policy") -> Undecided:
    return Undecided(
        policy=policy,
        location=place("!Ref Worker"),
        template="t.yaml",
        resource="Mapping",
        property="FunctionName",
        reasons=(reason,),
        fingerprint=reason,
    )


JUDGED = JudgedTemplate(path="t.yaml", kind="cloudformation", contexts=(Context(),), resources=2)


def test_a_finding_is_told_whole():
    told = tell_text(
        Report(
            templates=(JUDGED,),
            findings=(
                finding(
                    scenario={"IsProd": False},
                    parameters={"Stage": "dev"},
                    related=(Related(place("Worker"), "the function"),),
                    advice="Use the alias.",
                    fix=Fix("use the alias", "safe", ()),
                ),
            ),
        )
    )
    assert told == (
        "t.yaml:5:21: warning[a-policy]: `Mapping` invokes `Worker` with no qualifier\n"
        " 5 |       FunctionName: !Ref Worker\n"
        "   |                     ^^^^^^^^^^^\n"
        "   = note: the function (line 5)\n"
        "   = when: IsProd is false and Stage is dev\n"
        "   = fix: use the alias\n"
        "\n"
        "1 warning in 1 template\n"
    )


def test_what_to_do_is_told_once():
    advice = "   = help: Use the alias.\n"
    told = tell_text(Report(templates=(JUDGED,), findings=(finding(advice="Use the alias."),)))
    assert advice in told
    fixed = finding(advice="Use the alias.", fix=Fix("use the alias", "safe", ()))
    assert advice not in tell_text(Report(templates=(JUDGED,), findings=(fixed,)))


def test_a_secret_is_not_repeated():
    told = tell_text(Report(templates=(JUDGED,), findings=(finding(secret=True),)))
    assert "FunctionName: ******" in told
    assert "!Ref" not in told


def test_findings_of_one_function_and_one_policy_share_their_advice():
    told = tell_text(
        Report(
            templates=(JUDGED,),
            findings=(
                finding(values={"target.id": "Worker"}, advice="Use the alias."),
                finding(
                    values={"target.id": "Worker"},
                    advice="Use the alias.",
                    resource="Other",
                    location=place("!Ref Worker", last=True),
                    message="`Other` invokes `Worker` with no qualifier",
                ),
            ),
        )
    )
    assert told.count("Use the alias.") == 1
    assert told.index("`Mapping`") < told.index("`Other`") < told.index("Use the alias.")
    assert told.endswith("\n\n2 warnings in 1 template\n")


def test_what_one_line_does_to_several_functions_is_told_once():
    names = [f"Fn{number}" for number in range(11)]
    changed = [finding(resource=name, values={"function.id": name}, fingerprint=name) for name in names]
    told = tell_text(Report(templates=(JUDGED,), findings=tuple(changed)))
    assert told.count("invokes `Worker`") == 1
    first = ", ".join(f"`Fn{number}`" for number in range(1, 9))
    assert f"= note: the same holds for {first} and 2 more\n" in told


@pytest.mark.parametrize(
    "other",
    [{"severity": "note"}, {"advice": "Other"}, {"scenario": {"IsProd": True}}, {"values": {"target.id": "B"}}],
    ids=["severity", "advice", "scenario", "function"],
)
def test_findings_that_differ_are_told_apart(other):
    one, two = finding(values={"target.id": "A"}), finding(**{"values": {"target.id": "A"}, **other})
    assert tell_text(Report(templates=(JUDGED,), findings=(one, two))).count("\n\n") == 2


def test_findings_stand_in_the_order_of_the_file():
    late = finding(message="late", location=place("!Ref Worker", last=True), resource="Other")
    told = tell_text(Report(templates=(JUDGED,), findings=(late, finding(message="early"))))
    assert told.index("early") < told.index("late")


def test_the_context_is_told_where_there_are_others():
    contexts = (Context("dev", "eu-west-1"), Context("prod", "us-east-1"))
    judged = JudgedTemplate(path="t.yaml", kind="sam", contexts=contexts, resources=2)
    told = tell_text(Report(templates=(judged,), findings=(finding(contexts=contexts[1:]),)))
    assert "= in: prod (us-east-1)\n" in told
    assert "= in:" not in tell_text(Report(templates=(judged,), findings=(finding(contexts=contexts),)))


def test_undecided_is_folded():
    entries = (undecided("`Arch` is not given"), undecided("`Arch` is not given", "other"), undecided("a macro"))
    told = tell_text(Report(templates=(JUDGED,), undecided=entries))
    assert told == (
        "3 judgements cannot be made:\n"
        "  - `Arch` is not given: a-policy at t.yaml:5:21 and 1 more\n"
        "  - a macro: a-policy at t.yaml:5:21\n"
        "\n"
        "nothing found in 1 template; 3 undecided\n"
    )


def test_of_many_reasons_the_most_frequent_are_told():
    entries = tuple(undecided(f"reason {number}") for number in range(9))
    told = tell_text(Report(templates=(JUDGED,), undecided=entries))
    assert told.count("\n  - reason") == 5
    assert "  - 4 more reasons; --format json has all\n" in told


def test_problems_come_after_the_findings():
    problem = Problem(path="b.yaml", line=3, column=2, kind="syntax", message="not valid YAML")
    told = tell_text(Report(templates=(JUDGED,), findings=(finding(),), errors=(problem,)))
    assert told.endswith("\n\nb.yaml:3:2: problem[syntax]: not valid YAML\n\n1 warning in 1 template; 1 problem\n")


def test_a_problem_of_no_file_has_no_place():
    problem = Problem(path="", kind="usage", message="a path is empty")
    assert tell_text(Report(errors=(problem,))).startswith("problem[usage]: a path is empty\n")
    assert tell_annotations(Report(errors=(problem,))).startswith("::error title=Saya%3A not judged::a path is empty\n")


def test_nothing_at_all():
    assert tell_text(Report()) == "no templates found\n"
    assert tell_text(Report(templates=(JUDGED,))) == "nothing found in 1 template\n"


def test_colour_changes_nothing_but_colour():
    report = Report(
        templates=(JUDGED,),
        findings=(finding(advice="Use the alias."),),
        undecided=(undecided("a macro"),),
        errors=(Problem(path="b.yaml", kind="syntax", message="broken"),),
    )
    coloured = tell_text(report, colour=True)
    assert "\x1b[1;33mwarning[a-policy]\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == tell_text(report)


NASTY = "\x1b[2J\r::error::x ##[command] \u202e\u2028end"


def test_text_of_templates_is_inert():
    text = f"A: {NASTY}\n"
    report = Report(
        templates=(JudgedTemplate(path=NASTY, kind="sam", contexts=(Context(NASTY), Context()), resources=1),),
        findings=(
            finding(
                message=NASTY,
                advice=NASTY,
                location=place(NASTY, text=text, path="::error::x.yaml"),
                template=NASTY,
                contexts=(Context(NASTY),),
                scenario={NASTY: True},
                parameters={NASTY: NASTY},
                related=(Related(place(NASTY, text=text, path=NASTY), NASTY),),
                fix=Fix(NASTY, "safe", ()),
            ),
        ),
        undecided=(undecided(NASTY),),
        errors=(Problem(path=NASTY, kind="syntax", message=NASTY),),
        notices=(NASTY,),
    )
    told = tell_text(report)
    assert not set(told) & set("\x1b\r\u202e\u2028")
    assert "##[" not in told
    assert not [line for line in told.split("\n") if line.lstrip().startswith("::")]
    assert "\\x1b[2J\\r::error::x ##\\x5bcommand] \\u202e\\u2028end" in told


def test_of_what_base_has_already_only_the_number_is_told():
    old = finding(status="existing", message="old", fingerprint="g")
    broken = Problem(path="broken.yaml", kind="syntax", message="no", status="existing")
    open_ = replace(undecided("reason"), status="existing")
    report = Report(base="main", findings=(old,), undecided=(open_,), templates=(JUDGED,), errors=(broken,))
    assert tell_text(report) == "nothing new in 1 template; 1 in base already; 1 problem of unchanged files\n"
    told = tell_text(replace(report, findings=(old, finding())))
    assert "old" not in told
    assert told.endswith("1 warning in 1 template; 1 in base already; 1 problem of unchanged files\n")


def test_what_a_change_mends_and_silences_is_told():
    silenced = Suppressed(
        policy="a-policy",
        location=place("Mapping"),
        reason="known",
        added_by_head=True,
        finding=finding(),
        fingerprint="f",
    )
    before = replace(silenced, added_by_head=False, reason="since long")
    report = Report(base="main", resolved=(finding(),), suppressed=(silenced, before), templates=(JUDGED,))
    assert tell_text(report) == (
        "t.yaml:2:3: suppressed[a-policy]: by this change: known\n\nnothing new in 1 template; 2 suppressed; 1 mended\n"
    )


def test_findings_of_unknown_age_are_told_as_such():
    report = Report(findings=(finding(status="unknown"),), templates=(JUDGED,))
    assert tell_text(report).endswith("1 warning in 1 template; whether they are new is not known\n")


def test_what_several_notices_say_is_said_once():
    notices = ("a: not run", "alone", *(f"{name}: not run" for name in "bcdef"), "g: empty", "h: empty")
    told = tell_text(Report(templates=(JUDGED,), notices=notices))
    lines = [line for line in told.splitlines() if line.startswith("notice: ")]
    assert lines == ["notice: a, b, c, d and 2 more: not run", "notice: alone", "notice: g, h: empty"]
