"""One row of a comparison: two ways to do the same, taken in turns, and the ratio of medians."""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Row", "take_turns"]

_TURNS = 15
_FEW = 5  # turns, of what takes long
_SPAN = 0.02  # seconds that one turn lasts at least, so that the clock does not show


@dataclass(frozen=True)
class Row:
    """Seconds of a call of this package and of its peer, and what their ratio should be at most."""

    name: str
    n: int
    dtype: str
    threads: int
    ours: float
    theirs: float
    target: float

    @property
    def ratio(self) -> float:
        """Return our seconds over theirs."""
        return self.ours / self.theirs


def take_turns(
    ours: Callable[[], object], theirs: Callable[[], object], threads: int
) -> tuple[float, float]:
    """Return the median seconds of a call of each, from turns that follow each other.

    On one thread they are seconds of the processor, which count nothing of what else runs.
    """
    clock = time.process_time if threads == 1 else time.perf_counter

    def seconds(call: Callable[[], object], count: int) -> float:
        gc.collect()
        began = clock()
        for _ in range(count):
            call()
        return clock() - began

    calls, spent = (ours, theirs), ([], [])
    for call in calls:
        call()  # the first call is not counted
    longest = [seconds(call, 1) for call in calls]
    repeats = [max(1, round(_SPAN / max(one, 1e-6))) for one in longest]
    for _ in range(_TURNS if max(longest) < 10 * _SPAN else _FEW):
        for call, count, times in zip(calls, repeats, spent, strict=True):
            times.append(seconds(call, count) / count)
    return statistics.median(spent[0]), statistics.median(spent[1])
