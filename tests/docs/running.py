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

_CODE = re.compile(
    r"^```\{code-cell\}[^\n]*\n(?P<cell>.*?)^```$|\{eval\}(?P<ticks>`+)(?P<value>.*?)(?P=ticks)",
    re.MULTILINE | re.DOTALL,
)


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

    def follow(code: re.Match[str]) -> str:
        """Run a cell, of which no prose is left; or return a value."""
        if code["cell"] is None:
            return str(eval(code["value"], names))
        exec(re.sub(r"^:.*", "", code["cell"], flags=re.MULTILINE), names)
        return ""

    with mpl.rc_context(), contextlib.chdir(path.parent), contextlib.redirect_stdout(printed):
        prose = _CODE.sub(follow, text)
    plt.close("all")
    return Run(names, printed.getvalue(), " ".join(prose.split()))
