"""No page tells the time: every build of the site is to have the same bytes."""

import re

import pytest

from tests.docs.prose import FILES, ROOT

CLOCK = re.compile(r"^\s*(?:import|from) (?:time|timeit|datetime)\b|%time", re.MULTILINE)


@pytest.mark.parametrize("file", FILES)
def test_code_of_a_page_reads_no_clock(file):
    """A page or script counts what is to be done: seconds differ from build to build."""
    assert not CLOCK.findall((ROOT / file).read_text(encoding="utf-8"))
