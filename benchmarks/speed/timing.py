"""Time calls that take turns, so that a busy machine slows all of them alike."""

import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

__all__ = ["alternate", "row"]


def alternate(calls: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Return the median of the seconds that each call takes, after one round to warm up."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(rounds + 1):
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            if number:
                times[name].append(time.perf_counter() - began)
    return {name: median(found) for name, found in times.items()}


def row(name: str, ours: float, peer: float, *, over: str, target: float | None) -> dict[str, Any]:
    """Return a row: the seconds of both, their ratio, and what it is to be at most."""
    return {
        "name": name,
        "ours": ours,
        "peer": peer,
        "over": over,
        "ratio": ours / peer,
        "target": target,
    }
