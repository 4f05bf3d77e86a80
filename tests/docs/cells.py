"""Run the code of a page: its first cell, which imports, and the cells that a test asks about."""

import contextlib
import functools
import io
import re
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt

from tests.docs.prose import ROOT

CELL = re.compile(r"^```\{code-cell\}[^\n]*\n((?:^:[^\n]*\n)*)(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Ran:
    """What the cells leave behind: their names, and what they printed."""

    names: dict[str, Any]
    printed: str


@functools.cache
def run_cells(page: str, *holding: str) -> Ran:
    """Run the first cell of a page, and in their order those that hold one of some texts."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    first, *others = [cell[2] for cell in CELL.finditer(text)]
    missing = [part for part in holding if not any(part in cell for cell in others)]
    assert not missing, f"no cell of {page} holds {missing}"
    names: dict[str, Any] = {}
    printed = io.StringIO()
    with mpl.rc_context({"backend": "agg"}), contextlib.redirect_stdout(printed):
        for cell in [first, *(c for c in others if any(part in c for part in holding))]:
            exec(compile(cell, page, "exec"), names)
    plt.close("all")
    return Ran(names, printed.getvalue())
