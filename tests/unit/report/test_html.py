import builtins
from html.parser import HTMLParser

import pytest
from tests.unit.report.made import BASE, HEAD, REPOSITORY, SHA, at, diff_of, finding, fix, related, report

from saya.errors import ConfigError
from saya.report.diff import Diff, FileDiff
from saya.report.html import build_page
from saya.report.review import build_review

BAD = "<script>alert(1)</script><img src=x onerror=y>\"'\u202e{{ 7*7 }}</style></td></table>"


class Page(HTMLParser):
    """The rows of the files' tables, the tags and the attributes of a page."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.rows, self.text = [], [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "tr":
            self.rows.append((dict(attrs).get("class", ""), []))
        if tag == "td" and self.rows:
            self.rows[-1][1].append("")

    def handle_data(self, data):
        self.text += data
        if self.rows and self.rows[-1][1]:
            self.rows[-1][1][-1] += data.rstrip("\n")


def page(*findings, diff=None, title="Title", **given):
    diff = diff_of() if diff is None else diff
    review = build_review(report(*findings, **given), diff, head_sha=SHA, repository_url=REPOSITORY)
    return build_page(review, diff, title=title, base="main", head="change")


def test_a_comment_stands_below_its_line():
    made = Page(page(finding(fix=fix(("[arm64]", "[x86_64]")))))
    kinds = [kind for kind, _ in made.rows]
    below = kinds.index("thread")
    assert made.rows[below - 1] == ("added chosen", ["", "6", "+      Architectures: [arm64]"])
    assert "`" not in made.rows[below][1][0]
    assert "Suggested change" in made.rows[below][1][0]
    assert kinds.count("thread") == 1


def test_a_suggestion_shows_what_it_replaces():
    html = page(finding(fix=fix(("[arm64]", "[x86_64]"))))
    assert "<i>-</i><code>      Architectures: [<b>arm</b>64]</code>" in html
    assert "<i>+</i><code>      Architectures: [<b>x86_</b>64]</code>" in html


def test_lines_carry_their_numbers_in_base_and_head():
    rows = Page(page()).rows
    assert ("removed", ["6", "", "-      Architectures: [x86_64]"]) in rows
    assert ("context", ["7", "7", "       Layers:"]) in rows
    assert rows[0] == ("hunk", ["", "", "@@ -3,12 +3,12 @@"])


def test_a_range_is_marked():
    rows = Page(page(finding(location=at("Layers:\n        - !Ref Extension\n")))).rows
    assert [cells[1] for kind, cells in rows if "chosen" in kind] == ["7", "8"]


def test_a_file_without_comments_is_folded_beside_one_with_comments():
    html = page(finding(), diff=diff_of(other=(BASE, HEAD)))
    assert html.index('<details class="file" open>') < html.index('<details class="file">')


@pytest.mark.parametrize(
    ("changed", "note"),
    [
        (FileDiff(path="a.bin", patched=False), "No lines to show."),
        (FileDiff(path="b.yaml", old_path="a.yaml", status="renamed", patched=False), "Renamed without changes."),
    ],
)
def test_a_file_without_lines_says_so(changed, note):
    assert note in page(diff=Diff({changed.path: changed}))


def test_a_very_long_change_is_not_shown():
    text = "".join(f"{number}\n" for number in range(4_000))
    assert "Too long to show." in page(diff=diff_of("", text))


def test_nothing_of_a_hostile_change_is_alive():
    head = HEAD.replace("two", BAD)
    told = {"policy": BAD, "message": BAD, "advice": BAD, "resource": BAD, "related": (related("Layers", BAD),)}
    made = finding(**told, location=at("[arm64]", text=head), fix=fix(("[arm64]", BAD[:40]), text=head))
    diff = diff_of(BASE, head)
    diff = Diff({**diff.files, BAD: FileDiff(path=BAD, old_path=BAD, patched=False)})
    html = page(made, diff=diff, title=BAD)
    shown = Page(html)
    assert not {"script", "img"} & set(shown.tags)
    assert not [name for name, _ in shown.attributes if name.startswith("on") or name == "src"]
    assert "alert(1)" in shown.text
    assert shown.tags.count("style") == 1
    assert "\u202e" not in html
    assert "{{ 7*7 }}" in shown.text


def test_it_loads_nothing():
    html = page(finding())
    assert "default-src 'none'; style-src 'unsafe-inline'" in html
    links = {value for name, value in Page(html).attributes if name in ("href", "src")}
    assert all(link.startswith(REPOSITORY) for link in links)
    assert "url(" not in html
    assert "@import" not in html


def test_marks_are_not_shown():
    assert "saya:1:" not in page(finding())


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name.startswith("cmarkgfm"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigError, match=r"pip install 'saya\[preview\]'"):
        page()
