import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.report.made import (
    BASE,
    HEAD,
    REPOSITORY,
    SHA,
    at,
    diff_of,
    finding,
    fix,
    related,
    report,
    suppressed,
    undecided,
)
from tests.unit.report.rendered import Rendered

from saya.errors import ConfigError
from saya.findings import (
    Action,
    Context,
    Edit,
    Finding,
    Fix,
    JudgedTemplate,
    Patch,
    PlannedDeployment,
    Problem,
    Related,
)
from saya.record import replace
from saya.report.diff import Diff
from saya.report.review import build_review, fingerprints_in, head_in
from saya.text.source import Location, Source, Span

FINGERPRINT = "ab" * 16


def review(*findings, diff=None, own=None, **given):
    diff = diff_of() if diff is None else diff
    return build_review(report(*findings, **given), diff, head_sha=SHA, repository_url=REPOSITORY, templates=own)


def lines(comment):
    return comment.start_line, comment.line


def suggestion(comment):
    found = re.search(r"^(`{3,})suggestion\n(.*?)^\1$", comment.body, re.DOTALL | re.MULTILINE)
    return found[2] if found else None


def committed(text, *comments):
    """The file as GitHub makes it when the suggestions are committed, in the order in which they were posted."""
    for comment in comments:
        pieces = re.findall(r"[^\n]*\n|[^\n]+$", text)
        first = (comment.start_line or comment.line) - 1
        text = "".join([*pieces[:first], suggestion(comment), *pieces[comment.line :]])
    return text


# --- where --------------------------------------------------------------------------------------------------------


def test_a_finding_on_a_changed_line_is_told_there():
    (comment,) = review(finding(fingerprint=FINGERPRINT)).comments
    assert (comment.path, *lines(comment), comment.side) == ("t.yaml", None, 6, "RIGHT")
    assert comment.fingerprints == fingerprints_in(comment.body) == (FINGERPRINT,)
    assert "Found at" not in comment.body


def test_a_finding_of_several_lines_takes_all_of_them():
    layers = "Layers:\n        - !Ref Extension\n"
    (comment,) = review(finding(location=at(layers))).comments
    assert lines(comment) == (7, 8)


def test_a_range_ends_with_its_hunk():
    (comment,) = review(finding(location=at("Description: two" + HEAD.partition("Description: two")[2]))).comments
    assert lines(comment) == (11, 14)


def test_a_finding_that_starts_above_its_hunk_is_told_at_the_first_line_that_is_added():
    head = BASE.replace("BatchSize: 10", "BatchSize: 20")
    (comment,) = review(finding(location=at(head, text=head)), diff=diff_of(BASE, head)).comments
    assert lines(comment) == (None, 18)


def test_a_finding_outside_the_hunks_is_told_at_its_origin_or_at_what_is_related_to_it():
    far = at("!Ref Orders")
    by_origin = review(finding(location=far, origins=(at("two"),), related=(related("[arm64]"),)))
    assert lines(by_origin.comments[0]) == (None, 11)
    by_related = review(finding(location=far, related=(related("Type: AWS::Lambda::Event"), related("[arm64]"))))
    assert lines(by_related.comments[0]) == (None, 6)
    assert "Found at [`t.yaml:19`]" in by_related.comments[0].body


def test_what_is_related_in_base_is_no_place_for_a_comment():
    entry = Related(at("[x86_64]", text=BASE), "was so", revision="base")
    told = review(finding(location=at("!Ref Orders"), related=(entry,)))
    assert told.comments == ()
    assert f"[line 6]({REPOSITORY}/blob/{'0' * 40}/t.yaml#L6) as it is now: was so" in told.body


@pytest.mark.parametrize("diff", [Diff(), diff_of(path="other.yaml"), diff_of(HEAD, HEAD)])
def test_without_a_line_that_takes_a_comment_it_is_told_in_the_body(diff):
    told = review(finding(fingerprint=FINGERPRINT), diff=diff)
    assert told.comments == ()
    assert fingerprints_in(told.body) == (FINGERPRINT,)
    assert f"Found at [`t.yaml:6`]({REPOSITORY}/blob/{SHA}/t.yaml#L6)." in told.body


def test_at_most_25_comments_the_most_severe_first():
    many = [
        finding(policy=f"p{number}", severity="error" if number % 3 == 0 else "warning", fingerprint=f"{number:032x}")
        for number in range(60)
    ]
    told = review(*many)
    assert len(told.comments) == 25
    assert sum("**Error:**" in comment.body for comment in told.comments) == 20
    inline = {each for comment in told.comments for each in comment.fingerprints}
    assert inline | set(fingerprints_in(told.body)) == {each.fingerprint for each in many}
    assert told.omitted == 0


def test_comments_are_posted_from_the_bottom_up():
    other = diff_of(other=(BASE, HEAD))
    told = review(
        finding(policy="a"),
        finding(policy="b", location=at("two")),
        finding(policy="c", location=at("two", path="other.yaml")),
        diff=other,
    )
    assert [(comment.path, comment.line) for comment in told.comments] == [
        ("other.yaml", 11),
        ("t.yaml", 11),
        ("t.yaml", 6),
    ]


def test_notes_are_in_the_body_unless_they_carry_a_suggestion():
    note = finding(severity="note", policy="quiet")
    mended = finding(severity="note", policy="mended", fix=fix(("[arm64]", "[x86_64]")))
    told = review(note, mended)
    assert ["mended" in comment.body for comment in told.comments] == [True]
    assert "`quiet`" in told.body


def test_findings_of_one_function_and_one_policy_are_told_together():
    values = {"target.id": "Orders"}
    told = review(
        finding(values=values, fingerprint="a" * 32),
        finding(values=values, fingerprint="b" * 32, location=at("two"), resource="Caller", message="second"),
        finding(values={"target.id": "Other"}, fingerprint="c" * 32, location=at("two")),
    )
    assert [comment.fingerprints for comment in told.comments] == [("c" * 32,), ("a" * 32, "b" * 32)]
    assert f"- [line 11]({REPOSITORY}/blob/{SHA}/t.yaml#L11): second" in told.comments[1].body


def test_what_one_line_does_to_several_functions_is_told_once():
    def changed(name: str, text: str) -> Finding:
        declared = Related(at(text), "the function", resource=name)
        plan = (PlannedDeployment("Make the change", (Action(f"Change `{name}`", name),)),)
        return finding(resource=name, values={"function.id": name}, related=(declared,), plan=plan, severity="error")

    told = review(changed("Orders", "Orders"), changed("Invoices", "two"), changed("Bills", "Timeout"))
    (comment,) = told.comments
    assert len(comment.fingerprints) == 3
    assert "the same holds for `Invoices`" in comment.body
    assert comment.body.count("runs on arm64") == 1
    assert [f"- Change `{name}`" in comment.body for name in ("Orders", "Invoices", "Bills")] == [True] * 3
    assert "| `Orders` and 2 more |" in told.body


def test_those_with_suggestions_have_comments_of_their_own():
    values = {"target.id": "Orders"}
    advice = "Publish an alias."
    told = review(
        finding(values=values, advice=advice, fix=fix(("[arm64]", "[x86_64]"))),
        finding(values=values, advice=advice, fix=fix(("two", "one")), location=at("two")),
        finding(values=values, advice=advice, location=at("Timeout"), message="third"),
    )
    below, above = told.comments
    assert (suggestion(below), suggestion(above)) == ("      Description: one\n", "      Architectures: [x86_64]\n")
    assert ("third" in above.body, "third" in below.body) == (True, False)
    assert (advice in above.body, advice in below.body) == (True, False)


def test_a_comment_says_what_is_wrong_what_mends_it_and_then_the_rest():
    made = finding(advice="Do this.", related=(related("two", "why"),))
    (comment,) = review(made).comments
    parts = comment.body.split("\n\n")
    assert parts[:2] == ["**Warning:** `Orders` runs on arm64", "**To do:** Do this."]
    assert parts[2].startswith("- [line 11](")
    assert parts[3] == "<sub>`a-policy`</sub>"


def test_a_fix_that_is_shown_is_not_told_in_words_too():
    values, advice, mended = {"target.id": "Orders"}, "Do this.", fix(("[arm64]", "[x86_64]"))
    one, same = finding(values=values, advice=advice, fix=mended), finding(location=at("two"), values=values)
    for diff in (diff_of(), Diff()):
        told = review(one, replace(same, advice=advice, fix=mended), diff=diff)
        assert advice not in "".join([told.body, *(comment.body for comment in told.comments)])
    (comment,) = review(one, replace(same, advice=advice)).comments
    assert advice in comment.body
    assert "- also at [line 11](" in comment.body


def test_what_base_has_already_is_counted_and_not_told():
    told = review(finding(status="existing"), finding(status="existing", location=at("two")))
    assert told.comments == ()
    assert "2 findings on the base branch already" in told.body
    assert told.silent


def test_what_cannot_be_compared_is_told():
    assert len(review(finding(status="unknown")).comments) == 1


# --- suggestions ----------------------------------------------------------------------------------------------------


def test_a_suggestion_replaces_the_lines_of_its_comment():
    (comment,) = review(finding(fix=fix(("[arm64]", "[x86_64]")))).comments
    assert lines(comment) == (None, 6)
    assert suggestion(comment) == "      Architectures: [x86_64]\n"
    assert "**Fix:** do it right\n" in comment.body


def test_an_unsafe_fix_says_so():
    (comment,) = review(finding(fix=fix(("[arm64]", "[x86_64]"), safety="unsafe"))).comments
    assert "**Fix (may change more):** do it right" in comment.body


def test_a_patch_to_be_read_is_folded_and_never_a_suggestion():
    made = fix(("[arm64]", "[x86_64]"), ("!Ref Orders", "!Ref Live"))
    (comment,) = review(finding(patch=Patch("Renew it by hand", made.edits), advice="Deploy twice.")).comments

    assert "suggestion\n" not in comment.body
    assert "**Fix:**" not in comment.body
    folded = comment.body.partition("Deploy twice.")[2]
    assert "<details><summary>Renew it by hand</summary>\n\n```diff\n" in folded
    assert "+      FunctionName: !Ref Live\n" in folded


def test_a_patch_to_be_read_is_left_out_where_it_does_not_fit():
    text = HEAD + "".join(f"# {number}\n" for number in range(190))
    edits = tuple(Edit("t.yaml", at(f"# {number}\n", text=text).span, "# " + "x" * 900 + "\n") for number in range(90))
    location = at("[arm64]", text=text)
    made = finding(patch=Patch("Renew it", edits), location=location)
    told = review(made, diff=diff_of(BASE, text))

    assert not any("<details><summary>Renew it" in comment.body for comment in told.comments)


def test_the_comment_stands_where_the_suggestion_is():
    (comment,) = review(finding(location=at("[arm64]"), fix=fix(("!Ref Extension", "!Ref ArmExtension")))).comments
    assert lines(comment) == (None, 8)
    assert "Found at [`t.yaml:6`]" in comment.body


@pytest.mark.parametrize(
    ("edit", "place"),
    [
        ((" [arm64]", " [arm64]\n      Timeout: 3"), (None, 7)),
        (("Layers:\n        - !Ref Extension", "Layers: []"), (7, 8)),
        (("      Layers:\n        - !Ref Extension\n", ""), (7, 8)),
        (("      Layers:\n", "      Tracing: Active\n      Layers:\n"), (None, 7)),
        (("      Handler:", "      A: b\n      Handler:"), (None, 12)),
    ],
)
def test_lines_are_added_and_removed(edit, place):
    (comment,) = review(finding(fix=fix(edit))).comments
    assert lines(comment) == place
    assert committed(HEAD, comment) == HEAD.replace(*edit)


def test_several_edits_in_one_hunk_are_one_suggestion():
    (comment,) = review(finding(fix=fix(("[arm64]", "[x86_64]"), ("!Ref Extension", "!Ref Other")))).comments
    assert lines(comment) == (6, 8)
    assert committed(HEAD, comment) == HEAD.replace("[arm64]", "[x86_64]").replace("!Ref Extension", "!Ref Other")


def no_suggestion(told, *, patch=True):
    texts = [told.body, *(comment.body for comment in told.comments)]
    assert not any("suggestion\n" in text for text in texts)
    assert any("```diff\n" in text for text in texts) is patch
    return texts


def test_a_fix_outside_the_hunks_is_a_patch():
    texts = no_suggestion(review(finding(fix=fix(("!Ref Orders", "!Ref Live")))))
    assert any("-      FunctionName: !Ref Orders\n+      FunctionName: !Ref Live\n" in text for text in texts)
    assert any("@@ -16,4 +16,4 @@" in text for text in texts)


def test_a_fix_over_two_hunks_or_files_is_a_patch():
    diff = diff_of(BASE, HEAD.replace("!Ref Orders", "!Ref Changed"))
    text = HEAD.replace("!Ref Orders", "!Ref Changed")
    over_hunks = fix(("[arm64]", "[x86_64]"), ("!Ref Changed", "!Ref Live"), text=text)
    no_suggestion(review(finding(location=at("[arm64]", text=text), fix=over_hunks), diff=diff))
    one, two = fix(("[arm64]", "[x86_64]")), fix(("[arm64]", "[x86_64]"), path="other.yaml")
    over_files = Fix("both", "safe", one.edits + two.edits)
    told = review(finding(fix=over_files, origins=(at("two", path="other.yaml"),)), diff=diff_of(other=(BASE, HEAD)))
    assert "b/other.yaml" in "".join(no_suggestion(told))


def test_a_range_over_removed_lines_has_no_suggestion():
    base = HEAD.replace("      Layers:", "      Tracing: Active\n      Layers:")
    told = review(finding(fix=fix(("[arm64]", "[x86_64]"), ("Layers:", "Layers: # x"))), diff=diff_of(base, HEAD))
    no_suggestion(told)


def test_no_suggestion_where_github_would_write_other_line_ends():
    text = HEAD.replace("\n", "\r\n")
    made = finding(location=at("[arm64]", text=text), fix=fix(("[arm64]", "[x86_64]"), text=text))
    no_suggestion(review(made, diff=diff_of(BASE.replace("\n", "\r\n"), text)), patch=False)


def test_no_suggestion_on_a_last_line_without_a_line_feed():
    text = HEAD.replace("!Ref Orders\n", "!Ref Changed")
    made = finding(location=at("[arm64]", text=text), fix=fix(("!Ref Changed", "!Ref Live"), text=text))
    no_suggestion(review(made, diff=diff_of(BASE, text)))


def test_no_suggestion_where_the_file_is_not_what_the_pull_request_shows():
    made = finding(fix=fix(("[arm64]", "[x86_64]")))
    no_suggestion(review(made, diff=diff_of(BASE, HEAD.replace("[arm64]", "[arm64]  # else"))))


@pytest.mark.parametrize("unseen", ["\u202e", "\u200b", "\x1b", "\r", "\u2028", "\ufeff"])
def test_no_suggestion_or_patch_that_a_reader_would_not_see(unseen):
    no_suggestion(review(finding(fix=fix(("[arm64]", f"[x86_64{unseen}]")))), patch=False)


def test_suggestions_that_overlap_are_offered_once():
    told = review(
        finding(policy="a", severity="error", fix=fix(("[arm64]", "[x86_64]"))),
        finding(policy="b", fix=fix(("[arm64]", "[x86_64] # b"))),
    )
    assert [suggestion(comment) is not None for comment in told.comments].count(True) == 1


@pytest.mark.parametrize("inside", ["```", "  ````", "`````suggestion", "~~~"])
def test_nothing_in_a_suggestion_ends_it(inside):
    (comment,) = review(finding(fix=fix(("[arm64]", f"x\n{inside}\ny")))).comments
    page = Rendered(comment.body)
    assert f"      Architectures: x\n{inside}\ny\n" in page.codes
    assert committed(HEAD, comment) == HEAD.replace("[arm64]", f"x\n{inside}\ny")


LINES = st.lists(st.sampled_from(["a", "b", "  c", "d: ```", ""]), min_size=1, max_size=25)


@given(LINES, LINES, st.data())
def test_what_is_committed_is_what_the_fix_makes(base, head, data):
    base, text = "\n".join([*base, ""]), "\n".join([*head, ""])
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=4)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    words = st.sampled_from(["", "x", "x\n", "\n", "a\nb\n", "y\nz"])
    edits = tuple(Edit("t.yaml", Span(*pair), data.draw(words)) for pair in pairs)
    made = finding(location=Location(Source("t.yaml", text), Span(0, 1)), fix=Fix("x", "safe", edits))
    told = review(made, diff=diff_of(base, text))
    wanted = text
    for edit in reversed(edits):
        wanted = wanted[: edit.span.start] + edit.text + wanted[edit.span.end :]
    for comment in told.comments:
        if suggestion(comment) is not None:
            assert committed(text, comment) == wanted


# --- the body -------------------------------------------------------------------------------------------------------


def test_the_body_is_a_table_of_what_is_new():
    told = review(finding(severity="error"), finding(policy="b", location=at("two"), resource="A|`B"))
    page = Rendered(told.body)
    assert told.body.startswith("### Saya: 1 error, 1 warning\n")
    assert page.tags.count("tr") == 3
    assert page.codes[:6] == ["a-policy", "Orders", "t.yaml:6", "b", "A|`B", "t.yaml:11"]
    assert head_in(told.body) == SHA
    assert fingerprints_in(told.body) == ()


def test_a_reader_need_not_open_what_has_no_comment():
    assert "<details open><summary>1 finding outside the changed lines</summary>" in review(finding(), diff=Diff()).body


def test_scenario_and_contexts_are_told():
    judged = JudgedTemplate(
        path="t.yaml", kind="sam", contexts=(Context("dev"), Context("prod", "eu-west-1")), resources=1
    )
    made = finding(scenario={"IsProd": False}, parameters={"Arch": "arm64"}, contexts=(Context("prod", "eu-west-1"),))
    in_one = review(made, templates=(judged,)).comments[0].body
    assert "This holds when `IsProd` is false and `Arch` is `arm64`." in in_one
    assert "It concerns `prod` (eu-west-1)." in in_one
    assert "It concerns" not in review(made).comments[0].body


def test_what_is_undecided_is_folded_by_what_would_decide_it():
    entries = (
        undecided("`Arch` is not known"),
        undecided("`Arch` is not known", policy="b", location=at("two")),
        undecided("`Other` is not known"),
        undecided("existing", status="existing"),
    )
    told = review(undecided=entries)
    assert "<details><summary>3 judgements could not be made</summary>" in told.body
    assert told.body.index("`Arch` is not known: `a-policy`, `b` at [`t.yaml:8`]") < told.body.index("`Other` is not")
    assert "existing" not in told.body
    assert told.silent


def test_what_this_change_silences_is_told_with_its_reason():
    told = review(suppressed=(suppressed("because @octocat said | so"), suppressed("old", added_by_head=False)))
    page = Rendered(told.body)
    assert "This change silences 1 finding:" in page.text
    assert "because @\u200boctocat said | so" in page.text
    assert "1 finding silenced before" in page.text
    assert not told.silent
    assert review(suppressed=(suppressed("old", added_by_head=False),)).silent
    both = review(finding(), suppressed=(suppressed("because"),)).body
    assert both.index("silences") < both.index("| Policy |")


def test_what_is_mended_is_told():
    told = review(resolved=tuple(finding(resource=f"Fn{number}") for number in range(7)))
    assert "**Mended:** `a-policy` of `Fn0`, `Fn1`, `Fn2`, `Fn3`, `Fn4` and 2 more" in told.body
    assert not told.silent


def test_what_could_not_be_judged_is_told_first():
    told = review(finding(), errors=(Problem(path="b.yaml", line=3, column=1, kind="syntax", message="no `YAML`"),))
    assert told.body.startswith("### Saya: 1 problem, 1 warning\n\n**Could not be judged**")
    assert "- `b.yaml:3:1`: no `YAML`" in told.body
    assert not told.silent


def test_nothing_is_said_where_there_is_nothing():
    told = review()
    assert told.silent
    assert told.body.startswith("### Saya: nothing found\n\n<sub>1 template judged</sub>\n")


# --- limits ---------------------------------------------------------------------------------------------------------


def test_a_body_that_is_too_long_is_cut_and_says_by_how_much():
    words = "`Orders` is too 😀 long " * 40
    many = [finding(policy=f"p{number}", message=words, fingerprint=f"{number:032x}") for number in range(400)]
    told = review(*many, diff=Diff())
    assert len(told.body.encode("utf-16-le")) // 2 < 65_536
    shown = len(fingerprints_in(told.body))
    assert 0 < shown < 400
    assert told.omitted == 400 - shown
    assert f"left out for length: {told.omitted}" in told.body


def test_a_comment_that_is_too_long_leaves_out_the_suggestion():
    (comment,) = review(finding(fix=fix(("[arm64]", "x" * 70_000)))).comments
    assert suggestion(comment) is None
    assert len(comment.body) < 65_536


def test_places_beyond_twenty_are_counted():
    many = [finding(fingerprint=f"{number:032x}", values={"target.id": "Orders"}) for number in range(30)]
    (comment,) = review(*many).comments
    assert "- and 9 more" in comment.body
    assert len(fingerprints_in(comment.body)) == 30


def test_a_hostile_report_stays_inert():
    bad = "@octocat #1 <img src=x> ![x](https://evil.example) ``` \n| `a`b` https://evil.example $x$ --> <!-- x"
    made = finding(
        policy=bad, message=bad, resource=bad, property=bad, advice=bad, scenario={bad: True}, parameters={bad: bad},
        fix=Fix(bad, "safe", fix(("[arm64]", "[x86_64]")).edits), related=(related("two", bad),),
    )  # fmt: skip
    judged = (JudgedTemplate(path="t.yaml", kind="sam", contexts=(Context("a"), Context("b")), resources=1),)
    entry = suppressed(bad, resource=bad, policy=bad)
    problem = Problem(path=bad, kind="syntax", message=bad)
    for diff in (diff_of(), Diff()):
        told = review(
            made, diff=diff, undecided=(undecided(bad, policy=bad),), suppressed=(entry,), resolved=(made,),
            errors=(problem,), notices=(bad,), templates=judged,
        )  # fmt: skip
        for body in (told.body, *(comment.body for comment in told.comments)):
            page = Rendered(body)
            assert page.linked == [], body
            assert not {"img", "script", "b"} & set(page.tags)
            assert all(link.startswith(REPOSITORY + "/blob/") for link in page.links)
            assert all(comment.startswith("saya:1:") for comment in page.comments)


# --- templates ------------------------------------------------------------------------------------------------------


def test_a_project_adds_to_blocks():
    own = '{% extends "saya/comment.md" %}{% block advice %}{{ super() }}\nAsk us.{% endblock %}'
    (comment,) = review(finding(advice="ours"), own={"comment.md": own}).comments
    assert "\n\n**To do:** ours\n\nAsk us.\n\n" in comment.body


def test_a_project_overrides_blocks():
    own = '{% extends "saya/comment.md" %}{% block advice %}Ask in #platform.{% endblock %}'
    (comment,) = review(finding(advice="ours", fingerprint=FINGERPRINT), own={"comment.md": own}).comments
    assert "Ask in #platform." in comment.body
    assert "ours" not in comment.body
    assert fingerprints_in(comment.body) == (FINGERPRINT,)


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ("{{ findings }}", "'findings' is undefined"),
        ("{{ finding.nothing }}", "has no attribute 'nothing'"),
        ("a\n{% if %}", "Expected an expression"),
        ("{% include '/etc/passwd' %}", "/etc/passwd"),
        ("{{ finding.__class__.__mro__ }}", "__class__"),
        ("{{ ''.__class__ }}", "unsafe"),
        ("{{ 'a' * 1000000000 }}", "not allowed"),
        ("{{ 9 ** 999999999 }}", "not allowed"),
        ("{{ 1 / 0 }}", "division"),
        ("{{ finding.update({}) }}", "unsafe"),
        ("{% for i in range(99999999) %}x{% endfor %}", "Range too big"),
    ],
)
def test_a_template_that_does_not_hold_is_the_project_s_mistake(own, message):
    with pytest.raises(ConfigError, match=re.escape(message)) as caught:
        review(finding(), own={"comment.md": own})
    assert caught.value.path == "comment.md"


@pytest.mark.parametrize("own", [{"other.md": ""}, {"comment.md": "x" * 70_000}])
def test_templates_have_our_names_and_are_short(own):
    with pytest.raises(ConfigError, match=r"valid are comment\.md|longer than"):
        review(finding(), own=own)


def test_what_a_project_writes_too_long_is_cut():
    (comment,) = review(finding(fingerprint=FINGERPRINT), own={"comment.md": "{{ 'word\n' * 1000 }}" * 20}).comments
    assert len(comment.body) < 65_536
    assert "(The rest is too long for a comment.)" in comment.body
    assert fingerprints_in(comment.body) == (FINGERPRINT,)
