"""What ``import weightinit`` costs, and a first initializer after it, beside ``import numpy``."""

import resource
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from typing import Any

from benchmarks.speed.timing import row, take_turns

__all__ = ["rows"]

#: What is imported, and how often the time of NumPy that is to take at most; None: nothing is said.
CODE = {
    "import weightinit": 1.15,
    "import weightinit; weightinit.he_normal": None,
    "import weightinit; weightinit.diagnose": None,
}


def rows() -> Iterator[dict[str, Any]]:
    """Yield a row for each import in a fresh interpreter, less what an idle one takes."""
    for code, target in CODE.items():
        ours, bare = take_turns(partial(_run, code), partial(_run, ""), clock=_clock)
        peer, bare_again = take_turns(
            partial(_run, "import numpy"), partial(_run, ""), clock=_clock
        )
        yield row(code, ours - bare, peer - bare_again, over="an import of NumPy", target=target)


def _run(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True)


def _clock() -> float:
    """Return the seconds that the processor has spent on processes started from here."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime
