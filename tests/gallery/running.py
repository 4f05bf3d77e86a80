"""The test that a script of the gallery runs, for the file that asks about its topic.

A process runs each script once, and one process runs a whole file.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

GALLERY = Path(__file__).parents[2] / "gallery"
SCRIPTS = sorted(str(path.relative_to(GALLERY)) for path in GALLERY.glob("*/*.py"))


def runs(topic: str) -> Callable[..., None]:
    """Return the test for the scripts in a folder of the gallery."""

    @pytest.mark.parametrize("path", [path for path in SCRIPTS if Path(path).parts[0] == topic])
    def test_script_runs(path: str, run_script: Callable[[str], Any]) -> None:
        """A script runs to its end, prints numbers, and tells each figure in five words or more."""
        run = run_script(path)
        assert re.search(r"\d", run.printed)
        assert run.figure_texts
        assert all(len(text.split()) >= 5 for text in run.figure_texts), run.figure_texts

    return test_script_runs
