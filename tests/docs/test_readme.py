"""README, which no build computes, shows what its code prints."""

import contextlib
import io
import re

from tests.docs.prose import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_report_is_what_the_code_prints():
    """The block of text after the block of Python is its output, letter for letter."""
    [(code, shown)] = re.findall(
        r"^```python\n(.*?)^```\n\n^```text\n(.*?)^```$", README, re.MULTILINE | re.DOTALL
    )
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(code, {})
    assert printed.getvalue() == shown
