"""The page about how the package is built follows calls that the package makes."""

import pytest

from tests.docs.running import run


def test_the_calls_of_the_page_pass_the_functions_that_it_lists():
    """Each cell runs: it fails if a function is gone, or is passed in another order."""
    pytest.importorskip("IPython")  # which the kernel of a page has
    found = run("about/architecture.md").names
    assert len(found["rooms"]) == len(found["FLOORS"])
