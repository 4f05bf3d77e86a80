"""Run gallery scripts: each once a process, however many tests ask about it."""

import contextlib
import functools
import io
import runpy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from tests.gallery.running import GALLERY


@dataclass(frozen=True)
class Run:
    """What a script leaves behind: its names, what it printed, and the texts of its figures."""

    names: dict[str, Any]
    printed: str
    figure_texts: list[str]


@functools.cache
def run(path: str) -> Run:
    """Run a script of the gallery as ``python path`` would, without opening windows."""
    plt.close("all")
    printed = io.StringIO()
    with (
        mpl.rc_context(),
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(printed),
    ):
        patch.setattr(plt, "show", lambda: None)
        names = runpy.run_path(str(GALLERY / path), run_name="__main__")
    texts = [str(plt.figure(number).get_label()) for number in plt.get_fignums()]
    plt.close("all")
    return Run(names, printed.getvalue(), texts)


@pytest.fixture(scope="session")
def run_script() -> Callable[[str], Run]:
    """Return the function that runs a script, given its path below ``gallery/``."""
    return run
