"""What the tests in a real browser share: Chromium, and the built site on localhost.

pytest-playwright brings the fixtures `page`, `new_context` and `browser`; with the `base_url`
below, `page.goto("/index.html")` opens a page of the site. `nox -s browser` installs what these
tests need; where that is missing they are not collected.
"""

import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

TOOLS = ("pytest_playwright", "starlette", "uvicorn")
if not all(importlib.util.find_spec(tool) for tool in TOOLS):
    collect_ignore_glob = ["*.py"]

# No sandbox: it does not exist for root, in containers. The rest keeps Chromium from talking to its
# makers while it is watched.
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHROMIUM = os.environ.get("CHROME_PATH") or shutil.which("chromium")  # None: playwright's own


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """Return how playwright starts the browser."""
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": CHROMIUM_ARGS}


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """Return the folder where axe-core and Lighthouse are."""
    folder = os.environ.get("NODE_PATH")
    assert folder, "NODE_PATH is not set: run `nox -s browser`, which installs them"
    return Path(folder)


@pytest.fixture(scope="session")
def axe(node_modules: Path) -> str:
    """Return the source of axe-core."""
    return (node_modules / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def base_url(site: Path) -> Iterator[str]:
    """Return the address of the site, served on a free port: a server a worker of xdist."""
    from tests.browser.server import serve

    with serve(site) as address:
        yield address


@pytest.fixture(params=["served", "from a disk"])
def home(request: pytest.FixtureRequest, site: Path) -> str:
    """Return the address of the site: on a server, and in a folder."""
    if request.param == "served":
        return request.getfixturevalue("base_url")
    return site.as_uri()


@pytest.fixture
def lab(page, base_url: str):
    """Return the page of the lab."""
    page.goto(f"{base_url}/lab.html")
    return page


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object | None:
    """Give all tests of a page to one process, so that it visits the page once.

    The marks that xdist has for this are lost on pytest 9.2: it sends each test anywhere.
    """
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    scheduling = LoadScopeScheduling(config, log)
    scheduling._split_scope = page_of
    return scheduling


def page_of(test: str) -> str:
    """Return the page that a test is asked of, as its name says; of another test the name."""
    found = re.search(r"\[(.+\.html)\b", test)
    return found[1] if found else test


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was measured as tables, and save it beside the site, in a folder `browser`."""
    from tests.browser.tables import lines, save

    measured: dict[str, dict[str, dict]] = {}
    visits = set()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            for kind, found in report.user_properties:
                measured.setdefault(kind, {})[found["page"]] = found  # a page is told by each law
                if kind == "page":
                    visits.add((found["page"], found["seconds"]))
    if measured:
        found = {kind: [pages[name] for name in sorted(pages)] for kind, pages in measured.items()}
        save(found, terminalreporter.config.getoption("--site").resolve().parent / "browser")
        for line in lines(found):
            terminalreporter.write_line(line)
    if visits:
        terminalreporter.write_line(f"{len(measured['page'])} pages, {len(visits)} visits")
