"""Time calls that take turns, so that a busy machine slows all of them alike."""

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.speed.figures import verdict
from benchmarks.speed.profiles import shares

__all__ = ["compare", "row", "take_turns"]

_TURNS = 15
_FEW = 5  # turns, of what takes long
_SPAN = 0.02  # seconds that one turn lasts at least, so that the clock does not show


def take_turns(
    *calls: Callable[[], object], clock: Callable[[], float] = time.process_time
) -> tuple[float, ...]:
    """Return the median seconds of a call of each, from turns that follow each other.

    Unless told otherwise they are seconds of the processor, which count nothing of what else runs.
    """

    def seconds(call: Callable[[], object], count: int) -> float:
        gc.collect()
        began = clock()
        for _ in range(count):
            call()
        return clock() - began

    spent: list[list[float]] = [[] for _ in calls]
    for call in calls:
        call()  # the first call is not counted
    longest = [seconds(call, 1) for call in calls]
    repeats = [max(1, round(_SPAN / max(one, 1e-6))) for one in longest]
    for _ in range(_TURNS if max(longest) < 10 * _SPAN else _FEW):
        for call, count, times in zip(calls, repeats, spent, strict=True):
            times.append(seconds(call, count) / count)
    return tuple(statistics.median(times) for times in spent)


def compare(
    name: str,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    *,
    clock: Callable[[], float] = time.process_time,
    **told: Any,
) -> dict[str, Any]:
    """Return the row of two calls that take turns; where it misses, with a profile of ours."""
    found = row(name, *take_turns(ours, theirs, clock=clock), **told)
    if verdict(found) == "missed":
        found["profile"] = shares(ours)
    return found


def row(
    name: str, ours: float, peer: float, *, target: float | None, over: str = "PyTorch"
) -> dict[str, Any]:
    """Return a row: the seconds of both, their ratio, and what it is to be at most."""
    told = {"name": name, "ours": ours, "peer": peer, "over": over}
    return told | {"ratio": ours / peer, "target": target}
