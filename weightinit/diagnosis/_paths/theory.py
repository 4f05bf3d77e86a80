"""What theory says of one layer of a good start: its scale, its moments, and what chance adds."""

import contextlib
import functools
import math
from collections.abc import Collection

import numpy as np

from weightinit import meanfield
from weightinit._quadrature import MomentError
from weightinit.activations import Activation, linear
from weightinit.advice import DEEP, recommend
from weightinit.advice.question import Question
from weightinit.gains import gain
from weightinit.meanfield._tables import tables
from weightinit.tracing import LayerTrace

__all__ = [
    "chi",
    "critical_scale",
    "damping",
    "gradient_noise",
    "keeps",
    "length_after",
    "moments_after",
    "over_advised",
    "signal_noise",
    "slowed",
]

# Of a mean square whose moments are asked for. Beyond the second a sine has too many waves, and is
# at its limit; beyond the third the mean square of an exponential is no float.
_LARGEST = 1e200, 1e4, 1e2


@functools.lru_cache(maxsize=256)
def critical_scale(activation: Activation | None) -> float:
    """Return n Var(W) of what the adviser starts deep plain networks from."""
    return recommend(activation or linear, depth=DEEP).gain ** 2


def over_advised(row: LayerTrace, scale: float | None = None) -> float:
    """Return the log of n Var(W) of a weight over that of such a start, or over another scale."""
    assert row.weight is not None  # of a block, which has none, nobody asks
    fan_in, wanted = row.weight.size / row.units, scale or critical_scale(row.activation)
    ratio = row.mean_square("weight") * fan_in / wanted
    return math.log(ratio) if ratio > 0 else -math.inf


def slowed(change: float, owns: Collection[float]) -> float:
    r"""Return the log of the factor by which small weights slow down gradient descent.

    If the weights of layer l are :math:`c_l` times the recommended ones, the outputs of these
    layers are :math:`p = \prod c_l` times as large where layers keep proportions; `change` is the
    log of :math:`p^2`, `owns` are those of :math:`c_l^2`. The gradient for layer l is in proportion
    to :math:`p / c_l`, and its growth relative to its size to :math:`p / c_l^2`. One fast layer is
    enough, since it makes the others fast: a single small layer grows first, and small weights in
    all of L layers cost a factor of :math:`c^{2 - L}`.
    """
    return -change / 2 + min([*owns, 0.0])


@functools.lru_cache(maxsize=256)
def keeps(activation: Activation | None) -> str:
    """Return the status of lengths after such a start.

    ``"marginal"`` for linear, relu and leaky relu, which keep lengths as they are; ``"vanishes"``
    for tanh and its like, of slope 1 at zero, where lengths fall as a power of the depth.
    """
    q = meanfield.fixed_point(activation or linear, weight_variance=critical_scale(activation))
    return str(q.status)


@functools.lru_cache(maxsize=256)
def signal_noise(activation: Activation | None) -> float:
    """Return v of a signal: at mean square 1, or 2 where a small signal strays more."""
    question = Question(activation or linear, depth=None, residual=False, normalized=False)
    return max(question.noise, 2.0)


@functools.lru_cache(maxsize=256)
def gradient_noise(activation: Activation | None) -> float:
    """Return v of a gradient, at pre-activations of mean square 1."""
    slope = (activation or linear).derivative
    return float(3 * gain(slope) ** 4 / gain(lambda z: slope(z) ** 2) ** 2 - 1)


@functools.lru_cache(maxsize=256)
def chi(activation: Activation | None, normalization: bool | str) -> float:
    """Return what a layer makes of a squared norm behind a normalization; 1 without activation."""
    if activation is None:
        return 1.0
    question = Question(activation, depth=None, residual=False, normalized=False)
    return question.chi_behind("batch" if normalization is True else normalization)


def moments_after(row: LayerTrace, q: float) -> meanfield.Moments:
    """Return the moments after a layer."""
    return _near(row.activation or linear, q)[0]


def damping(row: LayerTrace) -> float:
    """Return what a layer makes of a small deviation of the log of what it receives, 1 at most."""
    _, slope = _near(row.activation or linear, row.mean_square("pre_activations"))
    return min(max(slope, 0.0), 1.0)


@functools.lru_cache(maxsize=4096)
def _near(activation: Activation, q: float) -> tuple[meanfield.Moments, float]:
    """Return what is known at the nearest mean square that can be integrated."""
    for most in _LARGEST:
        with contextlib.suppress(MomentError):
            return _moments_and_slope(activation, min(max(q, 1e-200), most))
    return _moments_and_slope(activation, 1.0)  # as the adviser does, which has found a gain


def _moments_and_slope(activation: Activation, q: float) -> tuple[meanfield.Moments, float]:
    """Return the moments, and the slope of the log of the first in the log of q."""
    found = meanfield.moments(activation, q)
    growth = float(tables(activation).growth(np.array([q]))[0])
    return found, q * growth / float(found.value)


def length_after(row: LayerTrace, q: float) -> float:
    """Return the second moment after a layer of a good start, by the length map."""
    return float(moments_after(row, critical_scale(row.activation) * q).value)
