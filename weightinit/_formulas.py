"""Formulas of :mod:`weightinit.activations`: phi and phi' of a float array, in its dtype.

None cancels, and none overflows but for what must: selu and leaky relu, where a slope beyond 1
makes a value too large for its dtype; the exponential, and the argument of siren.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "elu",
    "elu_derivative",
    "exponential",
    "gelu",
    "gelu_derivative",
    "gelu_tanh",
    "gelu_tanh_derivative",
    "hardswish",
    "hardswish_derivative",
    "hardtanh",
    "hardtanh_derivative",
    "leaky_relu",
    "leaky_relu_derivative",
    "linear",
    "linear_derivative",
    "mish",
    "mish_derivative",
    "relu",
    "relu6",
    "relu6_derivative",
    "relu_derivative",
    "selu",
    "selu_derivative",
    "sigmoid",
    "sigmoid_derivative",
    "silu",
    "silu_derivative",
    "sine",
    "sine_derivative",
    "siren",
    "siren_derivative",
    "softplus",
    "softsign",
    "softsign_derivative",
    "tanh",
    "tanh_derivative",
]

Array = NDArray[np.floating[Any]]

# The fixed point (0, 1) of Klambauer et al. (2017), arXiv:1706.02515, to double precision.
_SELU_ALPHA = 1.6732632423543772
_SELU_LAMBDA = 1.0507009873554805
_SQRT_2_OVER_PI = math.sqrt(2 / math.pi)
_GELU_CUBIC = 0.044715  # Hendrycks and Gimpel (2016), arXiv:1606.08415


def relu(x: Array) -> Array:
    return np.maximum(x, 0)


def relu_derivative(x: Array) -> Array:
    return (x > 0).astype(x.dtype)


def relu6(x: Array) -> Array:
    return np.clip(x, 0, 6)


def relu6_derivative(x: Array) -> Array:
    return ((x > 0) & (x < 6)).astype(x.dtype)


def leaky_relu(x: Array, slope: float) -> Array:
    return np.where(x > 0, x, x.dtype.type(slope) * x)


def leaky_relu_derivative(x: Array, slope: float) -> Array:
    return np.where(x > 0, x.dtype.type(1), x.dtype.type(slope))


def elu(x: Array) -> Array:
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def elu_derivative(x: Array) -> Array:
    return np.exp(np.minimum(x, 0))


def selu(x: Array) -> Array:
    return _SELU_LAMBDA * np.where(x > 0, x, _SELU_ALPHA * np.expm1(np.minimum(x, 0)))


def selu_derivative(x: Array) -> Array:
    return _SELU_LAMBDA * np.where(x > 0, x.dtype.type(1), _SELU_ALPHA * np.exp(np.minimum(x, 0)))


def tanh(x: Array) -> Array:
    return np.tanh(x)


def tanh_derivative(x: Array) -> Array:
    # 1 - tanh^2 cancels in the tails: sech = 2 e / (1 + e^2) with e = exp(-|x|) does not.
    e: Array = np.exp(-np.abs(x))
    return np.square(2 * e / (1 + e * e))


def sigmoid(x: Array) -> Array:
    e: Array = np.exp(-np.abs(x))  # never overflows
    return np.asarray(np.where(x >= 0, 1, e) / (1 + e))


def sigmoid_derivative(x: Array) -> Array:
    e: Array = np.exp(-np.abs(x))
    return e / (1 + e) ** 2


def softplus(x: Array) -> Array:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def softsign(x: Array) -> Array:
    return np.asarray(x / (1 + np.abs(x)))


def softsign_derivative(x: Array) -> Array:
    return np.square(1 / (1 + np.abs(x)))  # the square of 1 + |x| could overflow


_erfc = np.frompyfunc(math.erfc, 1, 1)


def _normal_cdf(x: Array) -> Array:
    # NumPy has no erf; erfc of the standard library is exact to the last bits in both tails.
    doubled = np.asarray(_erfc(x.astype(np.float64) / -math.sqrt(2)), np.float64)
    return (0.5 * doubled).astype(x.dtype)


def gelu(x: Array) -> Array:
    return x * _normal_cdf(x)


def gelu_derivative(x: Array) -> Array:
    density = np.exp(-0.5 * np.minimum(np.abs(x), 40) ** 2) / math.sqrt(2 * math.pi)
    return _normal_cdf(x) + x * density.astype(x.dtype)


def _gelu_tanh_argument(x: Array) -> tuple[Array, Array]:
    z = np.clip(x, -20, 20)  # the tanh is +-1 far inside, and cubes would overflow
    u = 2 * _SQRT_2_OVER_PI * (z + _GELU_CUBIC * z**3)
    return u, 2 * _SQRT_2_OVER_PI * (1 + 3 * _GELU_CUBIC * z**2)


def gelu_tanh(x: Array) -> Array:
    u, _ = _gelu_tanh_argument(x)
    return x * sigmoid(u)  # (1 + tanh(u / 2)) / 2 is sigmoid(u), without the cancellation


def gelu_tanh_derivative(x: Array) -> Array:
    u, u_slope = _gelu_tanh_argument(x)
    return sigmoid(u) + x * sigmoid_derivative(u) * u_slope


def silu(x: Array) -> Array:
    return x * sigmoid(x)


def silu_derivative(x: Array) -> Array:
    return sigmoid(x) + x * sigmoid_derivative(x)


def mish(x: Array) -> Array:
    return x * np.tanh(softplus(x))


def mish_derivative(x: Array) -> Array:
    s = softplus(x)
    return np.tanh(s) + x * tanh_derivative(s) * sigmoid(x)


def hardswish(x: Array) -> Array:
    return x * (np.clip(x + 3, 0, 6) / 6)


def hardswish_derivative(x: Array) -> Array:
    return np.where(np.abs(x) < 3, x / 3 + 0.5, x > 0)


def hardtanh(x: Array) -> Array:
    return np.clip(x, -1, 1)


def hardtanh_derivative(x: Array) -> Array:
    return (np.abs(x) < 1).astype(x.dtype)


def sine(x: Array) -> Array:
    return np.sin(x)


def sine_derivative(x: Array) -> Array:
    return np.cos(x)


def siren(x: Array, omega: float) -> Array:
    return np.sin(x.dtype.type(omega) * x)


def siren_derivative(x: Array, omega: float) -> Array:
    w = x.dtype.type(omega)
    return np.asarray(w * np.cos(w * x))


def exponential(x: Array) -> Array:
    return np.exp(x)


def linear(x: Array) -> Array:
    return x.copy()


def linear_derivative(x: Array) -> Array:
    return np.ones_like(x)
