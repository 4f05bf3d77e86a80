"""Every page says what a browser may load and run there: the site's own files, and the hashed."""

from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import content_policy
import pytest
from sphinx.errors import ExtensionError

LOADING = {"script", "style", "link", "img", "body"}


class Page(HTMLParser):
    """What the tests ask of a page, gathered in one reading."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.policies: list[str] = []
        self.loads_first = False
        self.handlers: list[str] = []
        self.inline: dict[str, list[str]] = {"script": [], "style": []}
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note policies, what comes before them, handlers, and the beginning of what is inline."""
        have = {name: value or "" for name, value in attrs}
        if have.get("http-equiv", "").lower() == "content-security-policy":
            self.policies.append(have["content"])
        self.loads_first |= tag in LOADING and not self.policies
        self.handlers += [name for name in have if name.startswith("on")]
        self.handlers += [v for v in have.values() if v.strip().lower().startswith("javascript:")]
        if tag in self.inline and "src" not in have:
            self.inline[tag].append("")
            self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        """Note the end of what is inline."""
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        """Gather what is inline."""
        if self._inside:
            self.inline[self._inside][-1] += data

    def directives(self) -> dict[str, list[str]]:
        """Return the sources of each directive of the policy."""
        parts = [part.split() for part in self.policies[0].split(";")]
        return {name: sources for name, *sources in parts}


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    """Return every page of the site, read."""
    return {
        path.relative_to(site).as_posix(): Page(path.read_text(encoding="utf-8"))
        for path in sorted(site.rglob("*.html"))
    }


@pytest.mark.site
def test_a_page_has_one_policy_ahead_of_all_it_loads(pages: dict[str, Page]) -> None:
    """A policy governs what comes after it: there is one, before any script, style and link."""
    assert not [name for name, page in pages.items() if len(page.policies) != 1]
    assert not [name for name, page in pages.items() if page.loads_first]


@pytest.mark.site
def test_the_policy_admits_what_is_inline_and_no_more(pages: dict[str, Page]) -> None:
    """Beside the site's files, scripts and styles are those whose hashes the policy has."""
    for name, page in pages.items():
        directives = page.directives()
        for tag, texts in page.inline.items():
            hashes = [b64encode(sha256(text.encode()).digest()).decode() for text in texts]
            expected = {"'self'", *(f"'sha256-{value}'" for value in hashes)}
            assert set(directives[f"{tag}-src"]) == expected, name


@pytest.mark.site
def test_what_is_inline_is_the_theme_s(pages: dict[str, Page]) -> None:
    """One script and one style are inline, the same on all pages: those that choose the theme.

    A hash admits whatever an extension writes into a page, so somebody has to look at what is new.
    """
    (script,) = {text for page in pages.values() for text in page.inline["script"]}
    assert script.strip().startswith("document.body.dataset.theme = localStorage.getItem(")
    (style,) = {text for page in pages.values() for text in page.inline["style"]}
    assert '[data-theme="dark"]' in style


@pytest.mark.site
def test_nothing_runs_from_an_attribute(pages: dict[str, Page]) -> None:
    """No element has a handler such as `onclick`, and no link is a script."""
    assert not {name: page.handlers for name, page in pages.items() if page.handlers}


@pytest.mark.site
def test_the_policy_is_strict(pages: dict[str, Page]) -> None:
    """What no directive names is forbidden, and none admits another host or the unsafe.

    But style attributes, of which figures are full, and images that stand in the page.
    """
    for page in pages.values():
        directives = page.directives()
        assert directives.pop("default-src") == directives.pop("base-uri") == ["'none'"]
        assert directives.pop("style-src-attr") == ["'unsafe-inline'"]
        assert directives.pop("img-src") == ["'self'", "data:"]
        assert directives.pop("worker-src", ["blob:"]) == ["blob:"]
        rest = {source for sources in directives.values() for source in sources}
        assert not {s for s in rest if s != "'self'" and not s.startswith("'sha256-")}
        assert "form-action" in directives  # which default-src does not stand for


@pytest.mark.site
def test_only_the_lab_makes_a_thread(pages: dict[str, Page]) -> None:
    """The lab alone may make workers, of its own text, and only pages that embed it have frames."""
    assert [name for name, page in pages.items() if "worker-src" in page.directives()] == [
        "lab.html"
    ]
    framing = {name for name, page in pages.items() if "frame-src" in page.directives()}
    assert "lab.html" not in framing


@pytest.mark.parametrize(
    "body, directive",
    [
        ('<div class="wi-lab" id="lab">', "; worker-src blob:"),
        ('<p class="wi-lab-embed">', "; frame-src 'self'"),
        ("<p>a lab</p>", "; base-uri 'none'"),
    ],
    ids=["lab", "embed", "neither"],
)
def test_what_is_besides_is_for_pages_that_hold_it(body: str, directive: str) -> None:
    """The policy of a page ends with what its own body needs, and with no more."""
    page = content_policy.guarded(content_policy.START + body)
    assert f'{directive}">' in page
    extra = {name for besides in content_policy.BESIDES.values() for name in besides}
    assert sum(name in page for name in extra) == (directive != "; base-uri 'none'")


def test_a_hash_is_that_of_browsers() -> None:
    """The hash of a script is the one that the standard gives for it."""
    page = content_policy.guarded(
        f"{content_policy.START}<script>alert('Hello, world.');</script><script src='a'></script>"
    )
    expected = "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
    assert f"script-src 'self' {expected}; style-src 'self'; " in page


def test_a_page_without_a_place_for_it_is_refused() -> None:
    """A page of another make, where the policy would be lost, ends the build."""
    with pytest.raises(
        ExtensionError, match=r"no <meta charset.*begins '<html>'.*Say in docs/_ext"
    ):
        content_policy.guarded("<html>")
