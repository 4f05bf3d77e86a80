"""Links of the built site say where they lead, also to those who read them out of their context."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytestmark = pytest.mark.site

#: What Lighthouse takes for no description of where an English link leads (its audit "link-text").
NO_DESCRIPTION = {
    *("click here", "click this", "go", "here", "information", "learn more", "more"),
    *("more info", "more information", "right here", "read more", "see more", "start", "this"),
}


class Links(HTMLParser):
    """The texts of all links of a page but those that are code: names stand for themselves."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside = False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a link; forget one that holds code."""
        if tag == "a" and "href" in dict(attrs):
            self._inside = True
            self.texts.append("")
        elif tag == "code" and self._inside:
            self._inside = False
            self.texts.pop()

    def handle_endtag(self, tag: str) -> None:
        """End a link."""
        self._inside = self._inside and tag != "a"

    def handle_data(self, data: str) -> None:
        """Note what a link says."""
        if self._inside:
            self.texts[-1] += data


def test_no_link_says_just_a_word_like_here(site: Path) -> None:
    """Every link, the sidebar's too, says more than "here", "more" or "start"."""
    said = {
        (path.relative_to(site).as_posix(), text)
        for path in sorted(site.rglob("*.html"))
        for text in Links(path).texts
        if re.sub(r"\s+", " ", text).strip().lower() in NO_DESCRIPTION
    }
    assert not said
