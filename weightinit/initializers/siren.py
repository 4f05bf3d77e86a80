"""The weights of a SIREN, a network of sines that represents a signal."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from weightinit import _laws
from weightinit._axes import Axes
from weightinit._blocks import Law
from weightinit._checks import check_positive
from weightinit._messages import message
from weightinit.initializers._elementwise import Elementwise
from weightinit.initializers._kernels import check_fields, layout_of
from weightinit.initializers.variance_scaling import VarianceScaling

__all__ = ["SirenFirst", "siren"]


def siren(omega: float = 30.0) -> VarianceScaling:
    r"""
    Return what draws the hidden weights of a SIREN, uniform on +-sqrt(6 / n) / omega.

    .. math:: y = \sin(\omega x W), \qquad
        w \sim U\left[-\frac{\sqrt{6 / n}}{\omega}, \frac{\sqrt{6 / n}}{\omega}\right]

    The frequency :math:`\omega` cancels: whatever it is, :math:`\omega x W` has 2 times the mean
    square of :math:`x`. From layer to layer that settles at :math:`v = 1 - e^{-2v} = 0.797`, and
    the mean square of the outputs at :math:`v / 2`. The weights are those of
    ``VarianceScaling(scale=2 / omega**2, mode="fan_in", distribution="uniform")``.

    Parameters
    ----------
    omega : float, default 30.0
        The frequency :math:`\omega > 0` of the layer's activation.

    Returns
    -------
    VarianceScaling
        The initializer of the hidden layers; the first has :class:`SirenFirst`.

    Raises
    ------
    TypeError, ValueError
        `omega` is not a finite number > 0, or so small or large that :math:`2 / \omega^2` is not.

    See Also
    --------
    weightinit.activations.siren : The activation.

    References
    ----------
    Sitzmann, Martel, Bergman, Lindell and Wetzstein (2020), "Implicit neural representations with
    periodic activation functions", arXiv:2006.09661, section 3.2.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.siren(omega=1.0) == wi.he_uniform
    True
    >>> wi.siren(omega=30.0).std((200, 256)) * 30  # sqrt(2 / 200)
    0.1
    """
    frequency = check_positive("omega", omega)
    scale = 2 / frequency / frequency
    if not 0 < scale < math.inf:
        raise ValueError(
            message("omega", omega, "a number whose 2 / omega**2 is finite and > 0", "30 is usual")
        )
    return VarianceScaling(scale=scale, mode="fan_in", distribution="uniform")


@dataclass(frozen=True, kw_only=True, repr=False)
class SirenFirst(Elementwise):
    r"""
    Draw the first weights of a SIREN, uniform on +-1 / n.

    .. math:: w \sim U\left[-\frac{1}{n}, \frac{1}{n}\right], \qquad
        \operatorname{std} w = \frac{1}{\sqrt{3}\, n}

    The inputs are the :math:`n` coordinates of a point on :math:`[-1, 1]`. Unit :math:`j` is then
    :math:`\sin(\omega x w_j)`: along a coordinate, a wave of at most :math:`\omega / n` radians per
    unit of length, so that :math:`\omega` sets the finest detail that the network starts with.

    Parameters
    ----------
    in_axis, out_axis, batch_axis : int or sequence of int, default -2, -1 and ()
        The axes of the inputs, of the outputs and of a stack, as for :func:`compute_fans`.

    Raises
    ------
    TypeError, ValueError
        An axis is none, or named twice.

    References
    ----------
    Sitzmann, Martel, Bergman, Lindell and Wetzstein (2020), arXiv:2006.09661.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> w = wi.SirenFirst()((2, 256), rng=0)  # a point of an image
    >>> bool(np.abs(w).max() <= 0.5)
    True
    """

    in_axis: Axes = -2
    out_axis: Axes = -1
    batch_axis: Axes = ()

    def __post_init__(self) -> None:
        check_fields(self)

    def _std(self, shape: tuple[int, ...]) -> float:
        return self._largest(shape) / 3**0.5

    def _law(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Law:
        limit = self._largest(shape)
        return _laws.uniform(dtype, -limit, limit)

    def _largest(self, shape: tuple[int, ...]) -> float:
        return 1 / layout_of(self, shape).fan_in
