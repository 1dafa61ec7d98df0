"""What GitHub makes of Markdown, as far as its renderer and the filters behind it are known."""

import re
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options

# What the filters behind the renderer turn into links, in text that is not code.
LINKED = re.compile(r"@[\w-]|#\d|GH-\d|\b[0-9a-f]{7,40}\b|\w://|\bwww\.|:[a-z+-][\w+-]*:|\$", re.IGNORECASE)


class Rendered(HTMLParser):
    """The tags, the text outside code, the code spans, the links and the comments of rendered Markdown."""

    def __init__(self, markdown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE)
        self.tags: list[str] = []
        self.text = ""
        self.codes: list[str] = []
        self.links: list[str] = []
        self.comments: list[str] = []
        self._open: list[str] = []
        self.feed(self.html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self._open.append(tag)
        if tag == "code":
            self.codes.append("")
        if tag in ("a", "img"):
            self.links.append(dict(attrs).get("href") or dict(attrs).get("src") or "")

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_comment(self, data):
        self.comments.append(data.strip())

    def handle_data(self, data):
        if "code" in self._open:
            self.codes[-1] += data
        elif "span" not in self._open:  # how we write a dollar sign that starts no mathematics
            self.text += data

    @property
    def linked(self) -> list[str]:
        """What GitHub would link or mention."""
        return LINKED.findall(self.text)
