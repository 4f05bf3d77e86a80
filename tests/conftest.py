"""Settings that all tests share."""

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

os.environ["MPLBACKEND"] = "Agg"  # figures are drawn, but no windows opened

# A slow machine is not a bug: no example has to finish by a deadline.
hypothesis.settings.register_profile("weightinit", deadline=None, print_blob=True)
hypothesis.settings.load_profile("weightinit")

SITE_WANTED = pytest.mark.skip(reason="needs a built site: `nox -s docs`, or --site=FOLDER")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --site, the folder of the built site."""
    parser.addoption("--site", type=Path, help="folder of the built site, for tests marked `site`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip the tests that read the built site when nobody has said where it is."""
    if config.getoption("--site") is None:
        for item in items:
            if item.get_closest_marker("site"):
                item.add_marker(SITE_WANTED)


def pytest_collection_finish() -> None:
    """Look no more for garbage among thousands of collected tests, which all stay."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    """Close what a test drew: pyplot keeps figures, and warns of the twenty-first in a process."""
    yield
    if plt := sys.modules.get("matplotlib.pyplot"):
        plt.close("all")


@pytest.fixture(scope="session")
def site(pytestconfig: pytest.Config) -> Path:
    """Return the folder of the built site, which must hold an index.html."""
    folder = pytestconfig.getoption("--site").resolve()
    assert (folder / "index.html").is_file(), f"no index.html in {folder}: run `nox -s docs`"
    return folder
