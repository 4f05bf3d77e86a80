"""What a planted fault costs: a short training with it, and one without."""

import functools
import math
from collections.abc import Mapping
from statistics import median
from typing import Any

import numpy as np

from benchmarks.interop import zoo
from benchmarks.interop.entries import Entry
from benchmarks.interop.plants import KINDS, planted

__all__ = ["HARMFUL", "HARMLESS", "measured", "verdict"]

SEEDS = (0, 1)
#: By how much of what a model learns its loss ends higher, where a fault is harmful or harmless.
HARMFUL, HARMLESS = 0.10, 0.03
MOST = 1e6  # a loss that JSON holds


def measured(name: str, seed: int) -> dict[str, Any]:
    """Return final losses of a model by kind of fault, one a draw, and the loss of a constant."""
    entry = zoo.entries()[name]
    losses: dict[str, list[float]] = {"none": []} | {kind: [] for kind in KINDS}
    for draw in SEEDS:
        losses["none"].append(_final(entry, draw, {}))
        for kind in KINDS:
            plant = planted(zoo.parts(entry, _built(entry, draw)), kind, seed)
            if plant:
                losses[kind].append(_final(entry, draw, plant.arrays))
    return {"chance": _chance(entry), "losses": losses}


@functools.lru_cache(maxsize=1)
def _built(entry: Entry, draw: int) -> Any:
    """Return a model as its library starts it; nobody changes it."""
    return entry.build(draw)


def _final(entry: Entry, draw: int, changed: Mapping[str, np.ndarray]) -> float:
    """Return the mean loss of the last quarter of a training; MOST where it is no number."""
    side, model = zoo.side(entry), _built(entry, draw)
    losses = side.trained(entry, model, changed)
    mean = float(np.mean(losses[-(entry.steps // 4) :]))
    return min(mean, MOST) if math.isfinite(mean) else MOST


def _chance(entry: Entry) -> float:
    """Return the loss of the best constant answer; of a loss of its own, that of the start."""
    if entry.loss:
        return zoo.side(entry).once(entry, entry.build(0), *entry.batch(0))
    y = np.concatenate([np.ravel(entry.batch(seed)[1]) for seed in range(20)])
    if np.issubdtype(y.dtype, np.floating):
        return float(y.var())
    shares = np.bincount(y) / len(y)
    return float(-np.sum(shares * np.log(np.maximum(shares, 1e-12))))


def verdict(found: Mapping[str, Any], kind: str) -> str | None:
    """Return "harmful", "harmless" or "between"; None of what was not planted.

    Harmful: in each draw the final loss is higher than without the fault by a tenth of what the
    model learns, and by more than its draws differ. Harmless: in each draw by at most .03 of it.
    """
    spoiled, well = found["losses"][kind], found["losses"]["none"]
    if not spoiled:
        return None
    learnt = max(found["chance"] - median(well), 1e-9)
    costs = [(bad - good) / learnt for bad, good in zip(spoiled, well, strict=True)]
    if min(costs) > max(HARMFUL, (max(well) - min(well)) / learnt):
        return "harmful"
    return "harmless" if max(costs) <= HARMLESS else "between"
