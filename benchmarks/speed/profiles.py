"""Where a call spends its time, by function: a profile, folded to its largest shares."""

import cProfile
import pstats
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

__all__ = ["shares"]

_SPAN = 0.5  # seconds that are profiled at least
_MOST = 6  # functions that are named


def shares(call: Callable[[], object]) -> dict[str, float]:
    """Return the largest shares of the time of a call, each with the function that it passed in.

    What NumPy computes for an operator or a ufunc counts for the function that wrote it.
    """
    call()
    profiler = cProfile.Profile()
    ends = time.perf_counter() + _SPAN
    while time.perf_counter() < ends:
        profiler.runcall(call)
    spent: Counter[str] = Counter()
    for (file, _, function), (_, _, own, _, _) in pstats.Stats(profiler).stats.items():
        spent[_named(file, function)] += own
    whole = spent.total()
    return {name: round(own / whole, 3) for name, own in spent.most_common(_MOST)}


def _named(file: str, function: str) -> str:
    """Return the short name of a function: its module, or the type that has it, and its own."""
    if file != "~":
        return f"{Path(file).stem}.{function}"
    short = function.strip("<>").removeprefix("built-in method ").removeprefix("method ")
    return re.sub(r"'(\w+)' of '([\w.]+)' objects", r"\2.\1", short)
