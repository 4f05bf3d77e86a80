"""What is said of a model as its library starts it, and of the faults planted in it."""

import warnings
from collections.abc import Sequence
from typing import Any

import weightinit as wi
from benchmarks.faults.plants import names_it
from benchmarks.interop import zoo
from benchmarks.interop.cost import memory, seconds
from benchmarks.interop.entries import Entry
from benchmarks.interop.plants import KINDS, planted

__all__ = ["DRAWS", "measured"]

DRAWS = 3  # of a model's own start

_MOST = 99.0  # a severity that JSON holds, where it is infinite


def measured(name: str, seed: int) -> dict[str, Any]:
    """Return how a model is recorded and judged: what is seen, found and missed, and at what cost.

    What raises an error is told by the error.
    """
    entry = zoo.entries()[name]
    row: dict[str, Any] = {"library": entry.library, "framework": entry.framework}
    try:
        row |= _cost(entry)
        own = [_diagnosis(entry, entry.build(draw), draw) for draw in range(DRAWS)]
        row |= {"seen": own[0].seen, "unseen": list(own[0].unseen)}
        row["own"] = [_told(diagnosis) for diagnosis in own]
    except Exception as error:
        row["crash"] = _short(error)
        return row
    row["plants"] = {kind: _judged(entry, kind, seed, row["own"][0]) for kind in KINDS}
    return row


def _cost(entry: Entry) -> dict[str, Any]:
    """Return time and memory of a pass forward and back, and of a trace of it."""
    model, (x, y), side = entry.build(0), entry.batch(0), zoo.side(entry)
    calls = {
        "pass": lambda: side.once(entry, model, x, y),
        "trace": lambda: wi.trace(model, x, y, loss=entry.loss),
    }
    found = {f"{name} seconds": seconds(call) for name, call in calls.items()}
    return found | {f"{name} MB": memory(call) for name, call in calls.items()}


def _diagnosis(entry: Entry, model: Any, draw: int) -> wi.Diagnosis:
    x, y = entry.batch(draw)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries
        return wi.diagnose(model, x, y, loss=entry.loss)


def _told(diagnosis: wi.Diagnosis) -> list[list[Any]]:
    return [
        [f.problem, f.layer, f.parameter, min(f.severity, _MOST), f.evidence]
        for f in diagnosis.findings
    ]


def _judged(entry: Entry, kind: str, seed: int, own: Sequence[list[Any]]) -> dict[str, Any] | None:
    """Return whether a plant is found: by a finding that the model's own start does not have."""
    model = entry.build(0)
    plant = planted(zoo.parts(entry, model), kind, seed)
    if plant is None:
        return None
    try:
        told = _told(_diagnosis(entry, zoo.side(entry).put(model, plant.arrays), 0))
    except Exception as error:
        return {"planted": list(plant.arrays), "crash": _short(error)}
    before = {(problem, parameter) for problem, _, parameter, *_ in own}
    fresh = [finding for finding in told if (finding[0], finding[2]) not in before]
    right = [names_it(finding[2], list(plant.arrays)) for finding in fresh]
    return {
        "planted": list(plant.arrays),
        "found": bool(fresh),
        "named": any(right),
        "named first": bool(right) and right[0],
        "findings": [finding[:4] for finding in fresh],
    }


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:400]
