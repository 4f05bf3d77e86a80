"""Initializers with one distribution for each weight, independent of the fans."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit import _laws, streams
from weightinit._blocks import Law
from weightinit._checks import RandomSource, check_positive, check_real
from weightinit._parts import Index, shape_of
from weightinit.initializers._elementwise import Elementwise
from weightinit.initializers._std_parameter import StdParameter
from weightinit.initializers.base import Initializer

__all__ = ["Constant", "Normal", "TruncatedNormal", "Uniform"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Constant(Initializer):
    """
    Give every weight one value.

    Right for biases and for the scale of a normalization; wrong for the weights of two layers in
    a row, since the units between them then stay copies of each other.

    Parameters
    ----------
    value : float
        The value, any finite number.

    Raises
    ------
    TypeError, ValueError
        `value` is not a finite number.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.Constant(value=0.5)((2, 3))
    array([[0.5, 0.5, 0.5],
           [0.5, 0.5, 0.5]])
    >>> wi.zeros == wi.Constant(value=0.0)
    True
    """

    value: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", check_real("value", self.value))

    def _std(self, shape: tuple[int, ...]) -> float:
        return 0.0

    def _draw(
        self, shape: tuple[int, ...], rng: np.random.Generator, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        return np.full(shape, self.value, dtype)

    def _part(
        self, shape: tuple[int, ...], index: Index, rng: RandomSource, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        return np.full(shape_of(index), self.value, dtype)

    def _largest(self, shape: tuple[int, ...]) -> float:
        return abs(self.value)


@dataclass(frozen=True, kw_only=True, repr=False)
class Uniform(Elementwise):
    r"""
    Draw from the uniform distribution on :math:`[a, b]`, of std :math:`(b - a) / \sqrt{12}`.

    Parameters
    ----------
    low, high : float
        The two ends :math:`a < b`.

    Raises
    ------
    TypeError, ValueError
        `low` or `high` is not a finite number, or `low` is not below `high`.

    Examples
    --------
    The std of the values is not the half-width of the interval:

    >>> import weightinit as wi
    >>> init = wi.Uniform(low=-0.1, high=0.1)
    >>> init.std((784, 256))
    0.05773503
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "low", check_real("low", self.low))
        object.__setattr__(self, "high", check_real("high", self.high))
        if not self.low < self.high or not math.isfinite(self.high - self.low):
            raise ValueError(
                f"low must be below high by a finite width, got low={self.low!r} and "
                f"high={self.high!r}; use wi.Constant(value=...) for a single value"
            )

    def _std(self, shape: tuple[int, ...]) -> float:
        return (self.high - self.low) / math.sqrt(12)

    def _law(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Law:
        return _laws.uniform(dtype, self.low, self.high)

    def _largest(self, shape: tuple[int, ...]) -> float:
        return abs(self.low) + abs(self.high)  # so that the width can be held as well

    def _center(self) -> float:
        return self.low / 2 + self.high / 2


@dataclass(frozen=True, kw_only=True, repr=False)
class Normal(Elementwise):
    r"""
    Draw from the normal distribution :math:`N(\mu, \sigma^2)`.

    Parameters
    ----------
    std : float
        Standard deviation :math:`\sigma \ge 0`.
    mean : float, default 0.0
        Mean :math:`\mu`.

    Raises
    ------
    TypeError, ValueError
        `std` is not a finite number >= 0, or `mean` not a finite number.

    Examples
    --------
    The embeddings of GPT-2:

    >>> import weightinit as wi
    >>> wi.Normal(std=0.02)((50257, 768), rng=0).shape
    (50257, 768)
    """

    std: StdParameter = StdParameter()
    mean: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", check_real("mean", self.mean))

    def _std(self, shape: tuple[int, ...]) -> float:
        return float(self.__dict__["std"])

    def _law(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Law:
        return _laws.normal(self.mean, self._std(shape))

    def _largest(self, shape: tuple[int, ...]) -> float:
        return abs(self.mean) + streams.NORMAL_REACH * self._std(shape)

    def _center(self) -> float:
        return self.mean


@dataclass(frozen=True, kw_only=True, repr=False)
class TruncatedNormal(Elementwise):
    r"""
    Draw from a truncated normal distribution whose std after the cut is the one you name.

    Of :math:`z \sim N(0, 1)` only :math:`|z| \le b` is kept. That shrinks its std to

    .. math:: c(b) = \sqrt{1 - \frac{2 b\, \varphi(b)}{2 \Phi(b) - 1}},
        \qquad c(2) \approx 0.8796,

    with :math:`\varphi` and :math:`\Phi` the density and the distribution function of
    :math:`N(0, 1)`. The weights are :math:`\mu + \sigma z / c(b)`: their std is
    :math:`\sigma`, and none is further than :math:`\sigma b / c(b)` from the mean.

    Parameters
    ----------
    std : float
        Standard deviation :math:`\sigma \ge 0` of what is drawn.
    mean : float, default 0.0
        Mean :math:`\mu`.
    bound : float, default 2.0
        Where the tails are cut off, :math:`b > 0`, in units of the std before the cut.

    Raises
    ------
    TypeError, ValueError
        `std` is not a finite number >= 0, `mean` not finite, `bound` not finite and above 0.

    Notes
    -----
    ``jax.nn.initializers.variance_scaling`` corrects by c as well. ``trunc_normal_`` of PyTorch
    and ``TruncatedNormal`` of Keras do not: their ``std`` is the one before the cut. Cut at 2
    stds, as in Keras, what they draw has a std 12 % smaller.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> init = wi.TruncatedNormal(std=0.02)
    >>> w = init((1000, 1000), rng=0)
    >>> round(float(w.std()), 4), round(float(np.abs(w).max()), 4)  # 0.02 * 2 / 0.8796
    (0.02, 0.0455)
    """

    std: StdParameter = StdParameter()
    mean: float = 0.0
    bound: float = 2.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", check_real("mean", self.mean))
        hint = "it is in units of std; for no bound at all use wi.Normal"
        object.__setattr__(self, "bound", check_positive("bound", self.bound, hint=hint))

    def _std(self, shape: tuple[int, ...]) -> float:
        return float(self.__dict__["std"])

    def _law(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Law:
        bound = min(self.bound, streams.NORMAL_REACH)
        return _laws.truncated_normal(dtype, self.mean, self._std(shape), bound)

    def _largest(self, shape: tuple[int, ...]) -> float:
        furthest = min(self.bound, streams.NORMAL_REACH)
        return abs(self.mean) + furthest * self._std(shape) / streams.truncation_factor(self.bound)

    def _center(self) -> float:
        return self.mean
