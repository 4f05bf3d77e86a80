"""What training says of a label: whether the recorded start is worse than the recommended one."""

from collections.abc import Mapping
from statistics import median
from typing import Any

from benchmarks.faults.settled import STARTS

__all__ = ["GAP", "MORE_OFTEN", "STUCK", "comparison", "final", "refuted", "stuck"]

GAP = 0.25  # of the chance loss: medians of the final losses that differ by more are not alike
STUCK = 0.05  # a training is stuck if its loss does not fall below chance by this share of it
MORE_OFTEN = 0.4  # the share of draws by which one start has to be stuck more often


def final(trained: Mapping[str, Any], start: str) -> list[float]:
    """Return the final losses of a start, one a draw; infinite where training diverged."""
    return [float("inf") if losses is None else losses[1] for losses in trained[start]]


def stuck(trained: Mapping[str, Any], start: str) -> float:
    """Return the share of draws in which a start learns nothing."""
    losses = final(trained, start)
    return sum(loss > (1 - STUCK) * trained["chance_loss"] for loss in losses) / len(losses)


def comparison(trained: Mapping[str, Any]) -> str:
    """Return how the recorded start does: "worse", "as good", "better", or "neither trains"."""
    recorded, recommended = (stuck(trained, start) for start in STARTS)
    if min(recorded, recommended) > 0.5:
        return "neither trains"
    ours, theirs = (median(final(trained, start)) for start in reversed(STARTS))
    gap = GAP * trained["chance_loss"]
    if theirs - ours > gap or recorded - recommended >= MORE_OFTEN:
        return "worse"
    return "better" if ours - theirs > gap or recommended - recorded >= MORE_OFTEN else "as good"


def refuted(label: str, trained: Mapping[str, Any]) -> bool:
    """Tell whether training contradicts a label: a fault that costs nothing, a harmful "healthy".

    Where neither start trains, the training says nothing of either.
    """
    found = comparison(trained)
    return found in ("as good", "better") if label == "faulty" else found == "worse"
