"""The list of versions: what a reader of one version sees of the others, on a host and a disk."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

sys.path.insert(0, str(Path(__file__).parents[2] / "docs"))

import publish

DOCS = Path(publish.__file__).parent
# What docs/_templates/sidebar/variant-selector.html and a page have in common with the real ones.
PAGE = """\
<!doctype html>
<html lang="en">{policy}<title>A page</title>
<aside aria-label="Site"><div class="wi-version" data-version="{version}">Version</div>
<script src="{up}../versions.js" defer></script>
<script src="{up}_static/versions-menu.js" defer></script></aside>
<article role="main"><h1>A page</h1></article></html>
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, site: Path) -> Path:
    """Return a folder with two releases, of which only the newer has `theory/new.html`, and dev.

    Their pages have the content security policy of the site's.
    """
    front = (site / "index.html").read_text(encoding="utf-8")
    policy = re.search(r'<meta http-equiv="Content-Security-Policy"[^>]*>', front)[0]
    work = tmp_path_factory.mktemp("versions")
    pages = {
        "0.9.0": ("index.html", "theory/he.html", "theory/old.html"),
        "0.10.0": ("index.html", "theory/he.html", "theory/new.html"),
        "dev": ("index.html", "theory/he.html"),
    }
    menu = (DOCS / "_static" / "versions-menu.js").read_text(encoding="utf-8")
    for version, names in pages.items():
        built = work / "built" / version
        for name in (*names, "_static/versions-menu.js"):
            file = built / name
            file.parent.mkdir(parents=True, exist_ok=True)
            is_script = name.endswith(".js")
            up = "../" * name.count("/")
            page = PAGE.format(policy=policy, version=version, up=up)
            file.write_text(menu if is_script else page, encoding="utf-8")
        publish.add_version(built, work / "site", version)
    return work / "site"


@pytest.fixture(scope="module", params=["host", "disk"])
def root(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """Return the address of the folder: on a server, and as a folder."""
    from tests.browser.server import serve

    if request.param == "disk":
        yield folder.as_uri()
    else:
        with serve(folder) as address:
            yield address


def listed(page: Page) -> dict[str, str | None]:
    """Open the list, and return what it says and where each line leads."""
    page.locator(".wi-version summary").press("Enter")
    links = page.locator(".wi-version").get_by_role("link")
    expect(links.first).to_be_visible()
    return {link.inner_text(): link.get_attribute("href") for link in links.all()}


def test_the_same_page_of_another_version(page: Page, root: str) -> None:
    """The list leads to the same page where there is one, else to the front page."""
    page.goto(f"{root}/0.9.0/theory/he.html")
    assert listed(page) == {
        "0.10.0 (newest)": f"{root}/latest/theory/he.html",
        "0.9.0": f"{root}/0.9.0/theory/he.html",
        "dev": f"{root}/dev/theory/he.html",
    }
    page.goto(f"{root}/0.9.0/theory/old.html")
    assert listed(page)["0.10.0 (newest)"] == f"{root}/latest/index.html"


@pytest.mark.parametrize("version", ["0.9.0", "dev"])
def test_an_old_version_says_so(page: Page, root: str, version: str) -> None:
    """It names itself, in the sidebar and above the page, and leads to the newest release."""
    page.goto(f"{root}/{version}/theory/he.html")
    expect(page.locator(".wi-version summary")).to_have_text(f"Version {version}")
    notice = page.get_by_role("note")
    expect(notice).to_contain_text(f"You read version {version}.")
    notice.get_by_role("link", name="The newest release is 0.10.0.").click()
    assert page.url == f"{root}/latest/theory/he.html"


@pytest.mark.parametrize("name", ["latest", "0.10.0"])
def test_the_newest_version_is_quiet(page: Page, root: str, name: str) -> None:
    """In both of its folders it has no notice, and is the current one of the list."""
    page.goto(f"{root}/{name}/theory/new.html")
    expect(page.locator(".wi-version summary")).to_have_text("Version 0.10.0")
    assert page.get_by_role("note").count() == 0
    listed(page)
    current = page.locator('.wi-version [aria-current="true"]')
    assert current.all_inner_texts() == ["0.10.0 (newest)"]


def test_the_root_leads_to_the_newest(page: Page, root: str) -> None:
    """Who opens the folder itself reads the newest release."""
    page.goto(f"{root}/index.html")
    page.wait_for_url(f"{root}/latest/index.html")


def test_a_version_alone_still_says_which_it_is(page: Page, folder: Path, tmp_path: Path) -> None:
    """Taken out of its folder, a version has no list, and says its version as it was built."""
    (tmp_path / "alone").mkdir()
    publish.copy_into_place(folder / "0.9.0", tmp_path / "alone" / "site")
    page.goto((tmp_path / "alone" / "site" / "index.html").as_uri())
    expect(page.locator(".wi-version")).to_have_text("Version")
    assert page.locator(".wi-version details").count() == 0
