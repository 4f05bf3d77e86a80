"""The activations a second time, in float64, by SciPy and by other formulas than the package's.

All hold for any |x| up to 1e4, the exponential up to 709.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]
Pair = tuple[Callable[[Array], Array], Callable[[Array], Array]]


def normal_density(x: Array) -> Array:
    """Return the density of the standard normal."""
    return np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)


def tanh(x: Array) -> Array:
    """Return tanh as -sign(x) t / (t + 2) with t = exp(-2 |x|) - 1."""
    t = special.expm1(-2 * np.abs(x))
    return -np.sign(x) * t / (t + 2)


def sech_squared(x: Array) -> Array:
    """Return the slope of tanh."""
    return 4 * special.expit(2 * x) * special.expit(-2 * x)


def leaky(slope: float) -> Pair:
    """Return the leaky ReLU of a slope and its derivative."""
    return (
        lambda x: np.maximum(x, 0) + slope * np.minimum(x, 0),
        lambda x: np.heaviside(x, 0) + slope * np.heaviside(-x, 1),
    )


def elu(scale: float, alpha: float) -> Pair:
    """Return the scaled ELU and its derivative."""
    return (
        lambda x: scale * (np.maximum(x, 0) + alpha * special.expm1(np.minimum(x, 0))),
        lambda x: scale * np.where(x > 0, 1, alpha * np.exp(np.minimum(x, 0))),
    )


def gelu_tanh_argument(x: Array) -> tuple[Array, Array]:
    """Return twice the argument of the tanh in the approximation of gelu, and its slope."""
    root = math.sqrt(8 / math.pi)
    return root * (x + 0.044715 * x**3), root * (1 + 3 * 0.044715 * x**2)


def gelu_tanh(x: Array) -> Array:
    """Return x (1 + tanh(u / 2)) / 2."""
    return x * special.expit(gelu_tanh_argument(x)[0])


def gelu_tanh_derivative(x: Array) -> Array:
    """Return its derivative by the product rule."""
    u, slope = gelu_tanh_argument(x)
    return special.expit(u) + x * special.expit(u) * special.expit(-u) * slope


def mish(x: Array) -> Array:
    """Return x (t^2 + 2t) / (t^2 + 2t + 2) with t = exp(x), divided by t^2 where t is large."""
    t, q = np.exp(np.minimum(x, 0)), np.exp(-np.maximum(x, 0))
    return x * (t**2 + 2 * t * q) / (t**2 + 2 * t * q + 2 * q**2)


def mish_derivative(x: Array) -> Array:
    """Return t w / d^2 with the w and d of the paper (Misra 2019, arXiv:1908.08681)."""
    t, q = np.exp(np.minimum(x, 0)), np.exp(-np.maximum(x, 0))
    w = 4 * (x + 1) * q**3 + 4 * t**2 * q + t**3 + t * (4 * x + 6) * q**2
    return t * w / (2 * t * q + t**2 + 2 * q**2) ** 2


REFERENCE: dict[str, Pair] = {
    "linear": (lambda x: 1 * x, lambda x: 0 * x + 1),
    "relu": leaky(0.0),
    "leaky_relu": leaky(0.01),
    "relu6": (
        lambda x: np.select([x <= 0, x < 6], [0, x], 6),
        lambda x: np.heaviside(x, 0) - np.heaviside(x - 6, 1),
    ),
    "elu": elu(1.0, 1.0),
    "selu": elu(1.0507009873554805, 1.6732632423543772),
    "tanh": (tanh, sech_squared),
    "sigmoid": (special.expit, lambda x: special.expit(x) * special.expit(-x)),
    "softplus": (lambda x: -special.log_expit(-x), special.expit),
    "softsign": (lambda x: x / (1 + np.abs(x)), lambda x: (1 + np.abs(x)) ** -2.0),
    "gelu": (
        lambda x: x * special.ndtr(x),
        lambda x: special.ndtr(x) + x * normal_density(x),
    ),
    "gelu_tanh": (gelu_tanh, gelu_tanh_derivative),
    "silu": (
        lambda x: x * special.expit(x),
        lambda x: special.expit(x) * (1 + x * special.expit(-x)),
    ),
    "mish": (mish, mish_derivative),
    "hardswish": (
        lambda x: np.select([x <= -3, x < 3], [0, x * (x + 3) / 6], x),
        lambda x: np.select([x <= -3, x < 3], [0, (2 * x + 3) / 6], 1),
    ),
    "hardtanh": (
        lambda x: np.minimum(1, np.maximum(-1, x)),
        lambda x: np.where((x > -1) & (x < 1), 1.0, 0.0),
    ),
    "sine": (np.sin, np.cos),
    "exponential": 2 * (lambda x: np.exp2(x / math.log(2)),),
}

#: Where a derivative of first or second order jumps.
KINKS: dict[str, tuple[float, ...]] = {
    "relu": (0.0,),
    "leaky_relu": (0.0,),
    "relu6": (0.0, 6.0),
    "elu": (0.0,),
    "selu": (0.0,),
    "softsign": (0.0,),
    "hardswish": (-3.0, 3.0),
    "hardtanh": (-1.0, 1.0),
}
