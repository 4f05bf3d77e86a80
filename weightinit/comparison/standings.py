"""Rank starts: which is the best, and which are shown to be worse."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from weightinit.comparison._intervals import mean_interval, seeds_needed

__all__ = ["Scores", "Standing", "rank"]

#: Label -> seed -> score, of the cells that finished.
Scores = Mapping[str, Mapping[int, float]]


@dataclass(frozen=True)
class Standing:
    """
    The result of one initializer, and how it compares with the best.

    Parameters
    ----------
    label : str
        Which initializer.
    failures : int
        How many of its cells failed.
    mean : float or None
        The mean of its scores; None if all of its cells failed.
    quartiles : tuple of float or None
        Their quartiles: a quarter, half and three quarters of them lie below these.
    difference : tuple of float or None
        An interval for its mean score minus that of the best, over the seeds at which both
        finished; None for the best, and where fewer than two seeds are left.
    verdict : str
        "best"; "within noise" of it; "worse"; "ahead" of it where both finished, but ranked after
        it for more failures; "too few seeds" to say; "failed" at all seeds, or at so many that too
        few are left to compare.
    """

    label: str
    failures: int
    mean: float | None
    quartiles: tuple[float, float, float] | None
    difference: tuple[float, float] | None
    verdict: str


def rank(scores: Scores, seeds: Sequence[int], *, higher: bool) -> tuple[Standing, ...]:
    """Return the standings, best first: by fewest failures, then by the mean score."""
    sign = 1 if higher else -1

    def place(label: str) -> tuple[int, float]:
        done = scores[label].values()
        return -len(done), -sign * statistics.fmean(done) if done else 0.0

    order = sorted(scores, key=place)
    return tuple(_standing(label, order, scores, seeds, sign) for label in order)


def _standing(
    label: str, order: Sequence[str], scores: Scores, seeds: Sequence[int], sign: int
) -> Standing:
    own, best = scores[label], scores[order[0]]
    failures = len(seeds) - len(own)
    if not own:
        return Standing(label, failures, None, None, None, "failed")
    values = list(own.values())
    low, middle, high = (float(q) for q in np.quantile(values, (0.25, 0.5, 0.75)))
    difference, verdict = None, "best"
    if label != order[0]:
        pairs = [own[seed] - best[seed] for seed in own if seed in best]
        comparisons = len(order) - 1
        needed = seeds_needed(comparisons)
        verdict = "too few seeds" if len(seeds) < needed else "failed"
        if len(pairs) >= 2:
            difference = mean_interval(pairs, comparisons=comparisons)
        if difference and len(pairs) >= needed:
            verdict = _verdict(difference, sign)
    mean = statistics.fmean(values)
    return Standing(label, failures, mean, (low, middle, high), difference, verdict)


def _verdict(difference: tuple[float, float], sign: int) -> str:
    low, high = sorted(sign * end for end in difference)
    return "worse" if high < 0 else "ahead" if low > 0 else "within noise"
