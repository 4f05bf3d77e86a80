"""Run the code of a page, and fill in what its prose evaluates."""

import contextlib
import functools
import io
import re
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt

from tests.docs.prose import ROOT

_CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```$\n?", re.MULTILINE | re.DOTALL)
_EVALUATED = re.compile(r"\{eval\}(`+)(.*?)\1", re.DOTALL)


@dataclass(frozen=True)
class Run:
    """What a page leaves behind: its names, what it printed, and its prose with all values."""

    names: dict[str, Any]
    printed: str
    prose: str


@functools.cache
def run(page: str) -> Run:
    """Run the cells of a page, given its path below ``docs/``, in its own folder."""
    path = ROOT / "docs" / page
    text = path.read_text(encoding="utf-8")
    names: dict[str, Any] = {"__name__": "__main__"}
    printed = io.StringIO()
    with mpl.rc_context(), contextlib.chdir(path.parent), contextlib.redirect_stdout(printed):
        for cell in _CELL.findall(text):
            exec(re.sub(r"^:.*", "", cell, flags=re.MULTILINE), names)
    plt.close("all")
    prose = _EVALUATED.sub(lambda found: str(eval(found[2], names)), _CELL.sub("", text))
    return Run(names, printed.getvalue(), " ".join(prose.split()))
