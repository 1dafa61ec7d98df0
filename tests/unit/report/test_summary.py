from tests.unit.report.made import HEAD, REPOSITORY, SHA, finding, fix, report, suppressed, undecided
from tests.unit.report.rendered import Rendered

from saya.findings import Problem
from saya.report.formats import REPORTERS
from saya.report.summary import LONGEST_SUMMARY, build_summary


def test_everything_is_told_in_full():
    made = finding(severity="error", fix=fix(("[arm64]", "[x86_64]")))
    text = build_summary(
        report(
            made,
            finding(message="second", policy="b", advice="Do this."),
            undecided=(undecided("`Arch` is not known"),),
            suppressed=(suppressed("for a reason"),),
            errors=(Problem(path="b.yaml", kind="syntax", message="no YAML"),),
        ),
        head_sha=SHA,
        repository_url=REPOSITORY,
        notices=["the token may not post <b>here</b>"],
    )
    page = Rendered(text)
    assert text.startswith("### Saya: 1 problem, 1 error, 1 warning\n")
    for told in ("Do this.", "second", "is not known", "for a reason", "no YAML", "may not post <b>here</b>"):
        assert told in page.text
    assert "-      Architectures: [arm64]\n+      Architectures: [x86_64]\n" in "".join(page.codes)
    assert f"{REPOSITORY}/blob/{SHA}/t.yaml#L6" in page.links
    assert "<!--" not in text


def test_it_fits_and_says_what_is_left_out():
    many = [finding(policy=f"p{number}", message="`x` " + "鞘" * 990) for number in range(600)]
    text = build_summary(report(*many))
    assert len(text.encode()) <= LONGEST_SUMMARY + 1
    assert "left out for length: " in text


def test_markdown_on_the_command_line_links_nowhere():
    text = REPORTERS["markdown"](report(finding()), colour=True)
    assert Rendered(text).links == []
    assert "Found at `t.yaml:6`." in text


def test_nothing_found_is_said():
    assert build_summary(report()).startswith("### Saya: nothing found\n")


def test_a_text_with_carriage_returns_has_no_patch():
    text = HEAD.replace("\n", "\r\n")
    made = finding(fix=fix(("[arm64]", "[x86_64]"), text=text, path="other.yaml"))
    assert "```" not in build_summary(report(made))
