r"""What a good start does to a signal, and how far chance carries a single network from it.

Fluctuation. In a layer of :math:`n` ReLU units started after He, the second moment of a signal is
multiplied by a random factor with mean 1 and :math:`\operatorname{E} f^2 = 1 + 5/n` (Hanin and
Rolnick 2018, arXiv:1803.01719). Over several layers its logarithm is nearly normal, with variance
:math:`V = \sum 5/n` and mean :math:`-V/2`; other activations stray less. ``SIGMAS`` of 4 leave a
healthy network outside on one side with a probability of 3e-5.

Shapes. With :math:`n_\text{in}` and :math:`n_\text{out}` the fans of a weight, starts that count
the fan in, the mean of both or the fan out multiply the second moment, and the squared norm of a
gradient alike, by 1, :math:`2 n_\text{in} / (n_\text{in} + n_\text{out})` or
:math:`n_\text{in} / n_\text{out}`. All three are good practice.

Decay. A tanh network at its critical start lets the signal of layer :math:`l` fall to
:math:`1 / (2l)`, and the gradient to :math:`1/l` (Schoenholz et al. 2017, arXiv:1611.01232), and
trains. So any signal may lose or gain a factor of :math:`2l`; and 4 besides, since good starts
differ by 2 in the variance of the weights (LeCun's, He's), at both ends of a network.
"""

import functools
import math

import numpy as np

from weightinit.activations import Activation
from weightinit.advice import initializer_for
from weightinit.fans import compute_fans
from weightinit.initializers import Initializer, VarianceScaling, lecun_normal

__all__ = [
    "SIGMAS",
    "allowance",
    "binomial_tail",
    "critical_scale",
    "is_bounded",
    "is_scale_free",
    "largest_mean_square",
    "moments",
    "shape_factors",
    "wanted",
]

SIGMAS = 4.0

_Z = np.linspace(-8.0, 8.0, 1601)
_DENSITY = np.exp(-0.5 * _Z**2)
_DENSITY /= _DENSITY.sum()


def allowance(layers: float) -> float:
    """Return the log of the factor that a healthy signal may lose or gain in so many layers.

    Examples
    --------
    >>> import math
    >>> from weightinit.diagnosis.theory import allowance
    >>> math.exp(allowance(10))
    80.0
    """
    return math.log(8.0 * max(layers, 1.0))


def shape_factors(shape: tuple[int, ...]) -> tuple[float, float, float]:
    """Return the log factors of a weight's shape, with fan in, mean of fans, fan out.

    Examples
    --------
    >>> from weightinit.diagnosis.theory import shape_factors
    >>> shape_factors((10, 10))
    (0.0, 0.0, 0.0)
    """
    n_in, n_out = compute_fans(shape)
    return 0.0, math.log(2 * n_in / (n_in + n_out)), math.log(n_in / n_out)


def wanted(activation: Activation | None) -> Initializer:
    """Return the initializer that suits a layer, by the activation behind it.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis.theory import wanted
    >>> print(wanted(wi.activations.relu), wanted(None))
    he_normal lecun_normal
    """
    return lecun_normal if activation is None else initializer_for(activation)


def critical_scale(activation: Activation | None) -> float:
    r"""Return n Var(W) of a good start: for a bounded activation at most that of slope 1 at zero.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis.theory import critical_scale
    >>> critical_scale(wi.activations.relu), critical_scale(wi.activations.sigmoid)
    (2.0, 16.0)
    """
    suits = wanted(activation)
    scale = suits.scale if isinstance(suits, VarianceScaling) else 1.0
    if activation is None or not is_bounded(activation):
        return scale
    slope = float(activation.derivative(np.zeros(1))[0])
    return min(scale, 1 / slope**2) if slope else scale


@functools.lru_cache(maxsize=1024)
def moments(activation: Activation | None, q: float) -> tuple[float, float]:
    r"""Return the means of :math:`\phi^2` and :math:`\phi'^2` for z normal with variance q.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis.theory import moments
    >>> moments(wi.activations.relu, 1.0)
    (0.5, 0.5)
    """
    if activation is None:
        return q, 1.0
    z = math.sqrt(q) * _Z
    values, slopes = activation(z), activation.derivative(z)
    return float(_DENSITY @ values**2), float(_DENSITY @ slopes**2)


@functools.lru_cache(maxsize=256)
def is_scale_free(activation: Activation | None) -> bool:
    """Tell whether twice the input is twice the output: linear, relu, leaky relu.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis.theory import is_scale_free
    >>> is_scale_free(wi.activations.relu), is_scale_free(wi.activations.tanh)
    (True, False)
    """
    if activation is None:
        return True
    z = np.array([-8.0, -1.0, -0.1, 0.1, 1.0, 8.0])
    return bool(np.allclose(activation(2 * z), 2 * activation(z), rtol=1e-12, atol=0))


@functools.lru_cache(maxsize=256)
def is_bounded(activation: Activation | None) -> bool:
    """Tell whether the output stays small for any input: tanh, sigmoid, softsign, hardtanh, sine.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis.theory import is_bounded
    >>> is_bounded(wi.activations.tanh), is_bounded(wi.activations.selu)
    (True, False)
    """
    ends = np.array([-1e6, 1e6])
    return activation is not None and bool(np.abs(activation(ends)).max() < 1e3)


def largest_mean_square(k: int) -> float:
    """Return what the mean square of k standard normals passes only as one normal passes SIGMAS.

    By the cube root that makes a chi-square nearly normal (Wilson and Hilferty 1931).

    Examples
    --------
    >>> from weightinit.diagnosis.theory import largest_mean_square
    >>> largest_mean_square(10)
    3.900
    """
    v = 2 / (9 * k)
    return float((1 - v + SIGMAS * math.sqrt(v)) ** 3)


def binomial_tail(at_least: int, n: int) -> float:
    """Return the probability of so many heads or more among n tosses of a fair coin.

    Examples
    --------
    >>> from weightinit.diagnosis.theory import binomial_tail
    >>> binomial_tail(9, 10)
    0.0107422
    """
    return float(sum(math.comb(n, k) for k in range(at_least, n + 1)) / 2**n)
