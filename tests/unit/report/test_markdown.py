import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.report.rendered import Rendered

from saya.report.markdown import blob_url, code, fenced, in_cell, is_plain_to_see, link, plain, prose, size

HOSTILE = [
    "@octocat, see",
    "ping @github/security-team now",
    "#1",
    "see #123 and GH-42 and octo/repo#7",
    "octo/repo@0123456789abcdef0123456789abcdef01234567",
    "commit 0123456789abcdef0123456789abcdef01234567",
    "deadbeef",
    "https://evil.example/x",
    "HTTP://evil.example",
    "www.evil.example",
    "mailto:a@evil.example",
    "mail a@evil.example",
    "<https://evil.example>",
    "[click](https://evil.example)",
    "[click][ref]\n\n[ref]: https://evil.example",
    "![beacon](https://evil.example/p.png)",
    "<img src=https://evil.example/p.png>",
    "<script>alert(1)</script>",
    "<details open><summary>x</summary>",
    "</details></td></table>",
    "<!-- saya:1:aaaaaaaaaaaaaaaa -->",
    "--> <b>out</b>",
    "&lt;b&gt; &commat;octocat &#64;octocat",
    "`code` and @octocat",
    "``` \n@octocat",
    "~~~\n<b>",
    "``x` <b>y</b> ``",
    "```suggestion\nrm -rf /\n```",
    "a | b \\| c",
    "# heading",
    "## heading",
    "> quote",
    "- item",
    "+ item",
    "1. item",
    "1) item",
    "=====",
    "---",
    "***",
    "    indented",
    "\tindented",
    "- [x] task",
    "**bold** __bold__ *em* _em_ ~~gone~~",
    "a\n\nb",
    "a\r\nb\rc",
    "[^1]: foot",
    ":shipit: and :+1:",
    "$x^2$ and $$y$$ and $`z`$",
    "a\u202eb\u200b\ufeff\x1b[31m\x00",
    "\\",
    "ends with \\",
    "\\`<b>\\`",
    "\\@octocat \\#1",
    "x" * 5_000,
    "`" * 300,
    "",
    " ",
    "`",
    "``",
    "` `",
    ":::",
    "GH-1`GH-2",
]


def tame(markdown, *, codes=True):
    """The Markdown rendered alone, after a word, in a list, in a cell and in a link; nothing of it may be alive."""
    around = [
        markdown,
        f"- item: {markdown}",
        f"word {markdown} word",
        f"| a | b |\n|:--|:--|\n| {in_cell(markdown)} | end |",
    ]
    allowed = {"p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "span"} | ({"code"} if codes else set())
    for text in around:
        page = Rendered(text)
        assert set(page.tags) <= allowed, (text, page.html)
        assert page.links == page.comments == []
        assert page.linked == [], (text, page.html)
    table = Rendered(around[3])
    assert table.tags.count("td") == 2, table.html
    assert table.text.strip().endswith("end")
    assert Rendered(around[0]).tags.count("p") <= 1


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("write", [plain, prose, code])
def test_hostile_text_is_inert(text, write):
    tame(write(text), codes=write is not plain)


@given(st.text(alphabet=st.sampled_from("`@#1a\\|<>&[]()!*_~$:/.-\n \u202eGHhtps") | st.characters(), max_size=40))
def test_any_text_is_inert(text):
    for write in (plain, prose, code):
        tame(write(text), codes=write is not plain)


@pytest.mark.parametrize(
    "text",
    ["Orders", "x86_64", "a`b", "``", "`a", "a`", "a|b", " a b ", "<b>", "${AWS::Region}", "@octocat", "#1", "*"],
)
def test_code_shows_what_it_is_given(text):
    assert Rendered(code(text)).codes == [text]
    assert Rendered(f"|a|\n|-|\n|{in_cell(code(text))}|").codes == [text]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x86_64 and arm64", "x86_64 and arm64"),
        ("1. first", "1. first"),
        ("a_b _c_ *d* [e] | f \\ g", "a_b _c_ *d* [e] | f \\ g"),
        ("<b> & &amp;", "<b> & &amp;"),
        ("a\n  b", "a b"),
        ("a\u202eb", "a\\u202eb"),
    ],
)
def test_plain_shows_what_it_is_given(text, shown):
    assert Rendered(plain(text)).text.strip() == shown


def test_prose_keeps_the_code_spans_of_a_policy():
    page = Rendered(prose("`Orders` runs on `arm64`, as <b> says."))
    assert page.codes == ["Orders", "arm64"]
    assert page.text.strip() == "runs on , as <b> says."


def test_nothing_is_said_to_be_empty():
    assert code("") == "(empty)"


@pytest.mark.parametrize(
    "content", ["```\n", "  ```` \n", "a ```` b\n", "~~~\n", "\n\n", "", "   ```suggestion\nx\n", "`\n" * 3]
)
def test_nothing_ends_a_fence_but_its_own_end(content):
    page = Rendered(fenced(content, "suggestion") + "\n\nafter")
    assert page.codes == [content]
    assert page.text.strip() == "after"


def test_links_are_ours():
    url = blob_url("https://github.com/o/r", "a" * 40, "a b/ü](#`x`)<y>.yml", 3, 5)
    assert url == "https://github.com/o/r/blob/" + "a" * 40 + "/a%20b/%C3%BC%5D%28%23%60x%60%29%3Cy%3E.yml#L3-L5"
    page = Rendered(link(code("a](b"), url))
    assert page.links == [url]
    assert page.codes == ["a](b"]


@pytest.mark.parametrize(
    ("repository", "revision"),
    [
        ("", "a" * 40),
        ("javascript:alert(1)", "a" * 40),
        ("https://x/ y", "a" * 40),
        ("https://x/o/r", "main"),
        ("https://x/o/r", ""),
    ],
)
def test_what_is_no_address_gives_no_link(repository, revision):
    assert blob_url(repository, revision, "a.yml", 1, 1) is None
    assert link("`a`", None) == "`a`"


@pytest.mark.parametrize(
    ("text", "plainly"),
    [
        ("a: b\n\tc\n", True),
        ("##[x\n", True),
        ("ü 鞘 😀", True),
        ("a\u202eb", False),
        ("a\rb", False),
        ("a\x00", False),
        ("a\xadb", False),
        ("a\u034fb", False),
        ("a\u3164b", False),
        ("a\U000e0100b", False),
        ("\u26a0\ufe0f", True),
    ],
)
def test_unseen_characters_are_found(text, plainly):
    assert is_plain_to_see(text) is plainly


def test_size_counts_as_the_limit_may():
    assert size("aü鞘") == 3
    assert size("😀") == 2
