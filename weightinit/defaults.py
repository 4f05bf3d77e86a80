"""Which initializer suits an activation, and a one-call start for a single weight."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from weightinit import activations
from weightinit._checks import RandomSource
from weightinit.activations import Activation
from weightinit.gains import ActivationLike, gain
from weightinit.initializers import VarianceScaling, lecun_normal, xavier_uniform

__all__ = ["initialize", "initializer_for"]

# The slope at zero is 1/4, and Xavier's derivation asks for slope 1: weights four times as large.
_FOUR_TIMES_XAVIER = VarianceScaling(scale=16.0, mode="fan_avg", distribution="uniform")

_BY_NAME: dict[str, VarianceScaling] = {
    "tanh": xavier_uniform,
    "sigmoid": _FOUR_TIMES_XAVIER,
    "selu": lecun_normal,
}


def initializer_for(activation: ActivationLike) -> VarianceScaling:
    """
    Return the initializer that suits the layers in front of an activation.

    Parameters
    ----------
    activation : str, Activation or callable
        A name, an activation, or any vectorized callable, as for :func:`gain`.

    Returns
    -------
    VarianceScaling
        See :func:`initialize` for which.

    Examples
    --------
    >>> from weightinit.defaults import initializer_for
    >>> str(initializer_for("relu")), str(initializer_for("tanh"))
    ('he_normal', 'xavier_uniform')
    """
    if isinstance(activation, str | Activation) or not callable(activation):
        known = activations.get(activation)
        if known.name in _BY_NAME:
            return _BY_NAME[known.name]
        if known.name in ("relu", "leaky_relu"):  # in closed form, so that it equals he_normal
            slope = known.parameters[0] if known.parameters else 0.0
            scale = 2.0 / (1.0 + slope**2)
            return VarianceScaling(scale=scale, mode="fan_in", distribution="normal")
    scale = gain(activation) ** 2
    return VarianceScaling(scale=scale, mode="fan_in", distribution="normal")


def initialize(
    shape: Sequence[int],
    activation: ActivationLike = "relu",
    *,
    rng: RandomSource = None,
    dtype: DTypeLike = np.float64,
) -> NDArray[Any]:
    r"""
    Draw the weights of one layer, of the size that suits the activation behind it.

    ==================== ==========================================================================
    activation           weights
    ==================== ==========================================================================
    tanh                 Xavier: uniform, variance :math:`2 / (n_\text{in} + n_\text{out})`
    relu, leaky_relu(a)  He: normal, variance :math:`2 / ((1 + a^2)\, n_\text{in})`
    selu                 LeCun: normal, variance :math:`1 / n_\text{in}`
    sigmoid              4 times Xavier: uniform, variance
                         :math:`32 / (n_\text{in} + n_\text{out})`
    any other            normal, variance :math:`g^2 / n_\text{in}`, with the forward :func:`gain`
                         :math:`g`
    ==================== ==========================================================================

    Parameters
    ----------
    shape : sequence of int
        Shape of the weight: ``(in, out)``, or ``(kernel_h, kernel_w, in, out)``. For another
        layout draw with ``replace(wi.he_normal, in_axis=..., out_axis=...)``.
    activation : str, Activation or callable, default "relu"
        A name, an activation, or any vectorized callable, as for :func:`gain`.
    rng : int or Generator, optional
        Whatever :func:`numpy.random.default_rng` takes; share one ``Generator`` over a network.
    dtype : dtype, default numpy.float64
        One of float64, float32 and float16.

    Returns
    -------
    ndarray
        The weights.

    Raises
    ------
    TypeError, ValueError
        As for :func:`gain` and for a call of an :class:`Initializer`.

    Notes
    -----
    Xavier's scheme, often recommended for sigmoid, fails there in depth: the slope of a sigmoid is
    at most 1/4, so that each layer shrinks the gradient at least fourfold. Four times larger
    weights restore slope 1 near zero. They help a great deal in networks of some layers; in very
    deep ones sigmoids fade with any scale.

    References
    ----------
    Glorot and Bengio (2010), PMLR 9:249-256; He et al. (2015), arXiv:1502.01852; Klambauer et
    al. (2017), arXiv:1706.02515.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.initialize((784, 256), "tanh", rng=0).shape
    (784, 256)
    >>> kernel = wi.initialize((3, 3, 64, 128), "relu", rng=0)
    >>> bool((kernel == wi.he_normal((3, 3, 64, 128), rng=0)).all())
    True
    """
    return initializer_for(activation)(shape, rng=rng, dtype=dtype)
