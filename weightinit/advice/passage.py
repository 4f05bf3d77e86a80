"""What one layer does to a signal and to a gradient, by the gains of its activation."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from weightinit import activations
from weightinit.activations import Activation
from weightinit.gains import ActivationLike, gain

__all__ = ["Passage", "passage", "through"]

_SETTLED = 1e-6  # of the mean square, from one layer to the next
_LAYERS = 200  # in which it settles, if it does at all
_STEP = 0.05  # in the logarithm of the mean square
_STEP_ASIDE = 1e-6  # in z, for slopes


@dataclass(frozen=True)
class Passage:
    """The factors of one wide layer, once the mean square of the pre-activations has settled."""

    gradient: float  #: on the mean square of a gradient: scale * E phi'(z)^2
    deviation: float  #: on a small relative deviation of the mean square of the signal
    slope_at_zero: float
    odd: bool

    @property
    def bends_down(self) -> bool:
        """Whether the activation is like tanh: odd, and flatter away from zero.

        Weights that make the slope at zero 1 then let a signal fade only as a power of depth: the
        smaller it is, the more linear the layer.
        """
        return self.odd and self.slope_at_zero > 0 and self.deviation < 1 + 1e-6


def passage(activation: ActivationLike, scale: float) -> Passage:
    """Compute the factors of a layer with weights of variance scale / fan_in."""
    if isinstance(activation, str | Activation) or not callable(activation):
        return _of_known(activations.get(activation), scale)
    return _of(activation, scale)


@lru_cache(maxsize=256)
def _of_known(activation: Activation, scale: float) -> Passage:
    return _of(activation, scale)


def _of(phi: Callable[[Any], Any], scale: float) -> Passage:
    q = 1.0
    for _ in range(_LAYERS):
        before, q = q, scale * _moment(phi, q)
        if abs(q - before) <= _SETTLED * before:
            break
    moments = [_moment(phi, q * math.exp(step)) for step in (-_STEP, _STEP)]
    return Passage(
        gradient=scale * _moment(phi, q, "backward") / q,  # phi(sqrt(q) z) has slope sqrt(q) phi'
        deviation=math.log(moments[1] / moments[0]) / (2 * _STEP),
        slope_at_zero=_slope_at_zero(phi),
        odd=_is_odd(phi),
    )


def through(activation: ActivationLike, scale: float, depth: int) -> tuple[float, float]:
    """Return what `depth` wide layers leave of a mean square of 1: of signal and of gradient.

    The deeper, the less a layer changes. From the 1,000th on, as many are taken at once as are a
    thousandth of those before, so that the time grows with the logarithm of the depth.
    """
    phi = activation if callable(activation) else activations.get(activation)
    nodes = np.linspace(-8.0, 8.0, 2049)  # trapezoids do not mind a kink at a node, such as 0
    weights = np.exp(-0.5 * nodes**2)
    weights = weights / weights.sum()  # E f(z) = weights @ f(nodes)
    signal, gradient, done = 1.0, 1.0, 0
    while done < depth:
        layers = min(max(done // 1000, 1), depth - done)
        q = scale * signal
        values = np.asarray(phi(math.sqrt(q) * np.append(nodes, nodes + _STEP_ASIDE)))
        slopes = (values[nodes.size :] - values[: nodes.size]) / _STEP_ASIDE
        signal += layers * (float(weights @ values[: nodes.size] ** 2) - signal)
        gradient *= (scale * float(weights @ slopes**2) / q) ** layers
        done += layers
    return signal, gradient


def _moment(phi: Callable[[Any], Any], q: float, direction: str = "forward") -> float:
    """Return the mean square of phi(z), z ~ N(0, q), or of its slope in z / sqrt(q)."""
    root = math.sqrt(q)
    return gain(lambda z: phi(root * z), direction=direction) ** -2


def _slope_at_zero(phi: Callable[[Any], Any]) -> float:
    if isinstance(phi, Activation):
        return float(phi.derivative(0.0))
    left, right = np.asarray(phi(np.array([-1e-6, 1e-6])), dtype=np.float64)
    return round(float(right - left) / 2e-6, 8)  # what rounding leaves of it


def _is_odd(phi: Callable[[Any], Any]) -> bool:
    z = np.linspace(0.0, 8.0, 257)
    right, left = (np.asarray(phi(sign * z), dtype=np.float64) for sign in (1.0, -1.0))
    return bool(np.allclose(left, -right, rtol=1e-6, atol=1e-9))
