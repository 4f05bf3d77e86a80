"""Time calls that take turns, so that a busy machine slows all of them alike."""

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any

__all__ = ["row", "take_turns"]

_TURNS = 15
_FEW = 5  # turns, of what takes long
_SPAN = 0.02  # seconds that one turn lasts at least, so that the clock does not show


def take_turns(
    ours: Callable[[], object],
    theirs: Callable[[], object],
    *,
    clock: Callable[[], float] = time.process_time,
) -> tuple[float, float]:
    """Return the median seconds of a call of each, from turns that follow each other.

    Unless told otherwise they are seconds of the processor, which count nothing of what else runs.
    """

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


def row(
    name: str, ours: float, peer: float, *, target: float | None, over: str = "PyTorch"
) -> dict[str, Any]:
    """Return a row: the seconds of both, their ratio, and what it is to be at most."""
    told = {"name": name, "ours": ours, "peer": peer, "over": over}
    return told | {"ratio": ours / peer, "target": target}
