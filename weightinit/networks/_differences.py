"""Finite differences of a loss, and their rounding error."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from weightinit.networks.layers.base import Array

__all__ = ["Comparison", "Differences", "Evaluation"]

_GOOD = 1e-6  # two numbers agree that are this close, relative to the larger

_EPSILON = float(np.finfo(np.float64).eps)
_STEP = float(np.cbrt(_EPSILON))  # balances the errors of a central difference, h^2 and eps / h
_LONG_STEP = _EPSILON**0.2  # balances those of two that are extrapolated, h^4 and eps / h
_SHORTER = (1e-1, 1e-2, 1e-3, 1e-4)  # of the step: away from kinks, fit for large inputs


class Evaluation(NamedTuple):
    """A loss, the outputs, and the gradient with respect to the outputs."""

    loss: float
    outputs: Array
    slopes: Array


class Comparison(NamedTuple):
    """How one entry of a gradient compares with finite differences."""

    analytic: float
    numeric: float
    relative_error: float
    resolved: bool  # or else rounding or a kink may be all that the two numbers differ by


class _Slope(NamedTuple):
    value: float
    noise: float
    step: float
    bend: float  # the slope ahead less that behind: curvature times step, plus any kink


class Differences:
    """Central differences of the result of `evaluate`, for entries of the arrays it reads."""

    def __init__(self, evaluate: Callable[[], Evaluation], parameters: Mapping[str, Array]) -> None:
        self._evaluate, self._parameters = evaluate, parameters
        self._here = evaluate()
        self._noise = self._rounding()

    def compare(self, name: str, index: tuple[int, ...], analytic: float) -> Comparison:
        """Compare an entry of a gradient with differences of several steps; one match suffices."""
        slopes = [self._central(name, index, _STEP)]
        if not _error(analytic, slopes[0]) <= _GOOD:
            longest = _extrapolated(
                *(self._central(name, index, step) for step in (_LONG_STEP, 2 * _LONG_STEP))
            )
            shorter = (self._central(name, index, _STEP * part) for part in _SHORTER)
            slopes = [longest, *slopes, *shorter]
        return _verdict(analytic, slopes)

    def _rounding(self) -> Evaluation:
        """Return the rounding error of the difference of two evaluations.

        Every parameter is moved by its last bit, up or down, which is what rounding inside amounts
        to, and makes all sums round anew: the largest of such changes, or a last bit, twice. That
        of a cross-entropy is no finer than that of the logits whose difference it is.
        """
        here, moved = self._here, self._moved_by_last_bits()
        size = max(abs(here.loss), float(np.abs(here.outputs).max()))
        return Evaluation(
            2 * max(_EPSILON * size, *(abs(m.loss - here.loss) for m in moved)),
            2 * _largest(_EPSILON * here.outputs, *(m.outputs - here.outputs for m in moved)),
            2 * _largest(_EPSILON * here.slopes, *(m.slopes - here.slopes for m in moved)),
        )

    def _moved_by_last_bits(self, times: int = 8) -> list[Evaluation]:
        rng, moved = np.random.default_rng(0), []
        kept = {name: array.copy() for name, array in self._parameters.items()}
        for _ in range(times):
            for array in self._parameters.values():
                np.multiply(array, 1 + _EPSILON * rng.choice([-1, 1], array.shape), out=array)
            moved.append(self._evaluate())
            for name, array in self._parameters.items():
                array[...] = kept[name]
        return moved

    def _central(self, name: str, index: tuple[int, ...], relative_step: float) -> _Slope:
        array, here = self._parameters[name], self._here
        theta = float(array[index])
        h = relative_step * max(1.0, abs(theta))
        above, below = theta + h, theta - h  # as rounded, so that their difference is exact
        array[index] = above
        ahead = self._evaluate()
        array[index] = below
        behind = self._evaluate()
        array[index] = theta
        value, off = _difference(ahead, behind, self._noise, above - below)
        forward, _ = _difference(ahead, here, self._noise, above - theta)
        backward, _ = _difference(here, behind, self._noise, theta - below)
        return _Slope(value, off, h, forward - backward)


def _verdict(analytic: float, slopes: list[_Slope]) -> Comparison:
    """Judge by the longest step that agrees with the next one within rounding error."""
    best = min(slopes, key=lambda slope: _error(analytic, slope))
    error = _error(analytic, best)
    if error <= _GOOD or not np.isfinite(analytic):
        return Comparison(analytic, best.value, error, resolved=True)
    for longer, shorter in pairwise(slopes):
        within = longer.noise + shorter.noise
        # A bend is curvature, in proportion to the step; what it is more than that is a kink.
        kink = abs(shorter.bend - longer.bend * shorter.step / longer.step)
        if abs(longer.value - shorter.value) <= within and kink <= 4 * within:
            resolved = abs(analytic - longer.value) > within + kink
            return Comparison(analytic, longer.value, _error(analytic, longer), resolved)
    return Comparison(analytic, best.value, error, resolved=False)


def _largest(*arrays: Array) -> Array:
    return np.asarray(np.max(np.abs(arrays), axis=0))


def _difference(
    ahead: Evaluation, behind: Evaluation, noise: Evaluation, width: float
) -> tuple[float, float]:
    """Return the slope between two evaluations, and its rounding error.

    That of the outputs, along the mean gradient of both ends, is as good as that of the loss, by
    the trapezoidal rule, and does not drown in a loss that is large. It counts where the other
    agrees with it as far as rounding lets it.
    """
    whole, whole_off = (ahead.loss - behind.loss) / width, noise.loss / width
    moved, slopes = ahead.outputs - behind.outputs, (ahead.slopes + behind.slopes) / 2
    parts = float(np.vdot(slopes, moved)) / width
    off = np.vdot(np.abs(slopes), noise.outputs) + np.vdot(noise.slopes, np.abs(moved))
    parts_off = float(off) / width
    agree = abs(whole - parts) <= whole_off + parts_off + _GOOD * abs(parts)
    return (parts, parts_off) if agree and parts_off < whole_off else (whole, whole_off)


def _extrapolated(slope: _Slope, twice: _Slope) -> _Slope:
    """Remove the error in h^2 with a difference of twice the step (Richardson)."""
    value = (4 * slope.value - twice.value) / 3
    return slope._replace(value=value, noise=(4 * slope.noise + twice.noise) / 3)


def _error(analytic: float, slope: _Slope) -> float:
    larger = max(abs(analytic), abs(slope.value))
    difference = abs(analytic - slope.value)
    if not np.isfinite(difference):
        return np.inf
    return difference / larger if larger else 0.0
