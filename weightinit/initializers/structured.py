"""Initializers with mostly zeros: the identity, and a few inputs for each unit."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit import streams
from weightinit._axes import Axes, normalize_axes
from weightinit._checks import check_integer, check_nonnegative
from weightinit._messages import shown
from weightinit.initializers._kernels import GAIN_HINT, Center, Columns
from weightinit.initializers._std_parameter import StdParameter
from weightinit.initializers.base import Initializer

__all__ = ["Identity", "Sparse"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Identity(Initializer):
    r"""
    Pass every input on to the output of the same number, as far as there is one.

    Dense weights are :math:`g I`; a kernel has :math:`g I` at its centre and zeros around it.
    Where inputs and outputs differ in number, the identity is cut off or padded with zeros.

    Parameters
    ----------
    gain : float, default 1.0
        The factor :math:`g \ge 0` on the diagonal.
    in_axis, out_axis : int or sequence of int, default -2 and -1
        The axes of the inputs and of the outputs, as for :func:`compute_fans`.

    Raises
    ------
    TypeError, ValueError
        `gain` is not a finite number >= 0; an axis is none. On a call: a kernel of even size,
        which has no centre.

    References
    ----------
    Le, Jaitly and Hinton (2015), "A simple way to initialize recurrent networks of rectified
    linear units", arXiv:1504.00941.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.identity((2, 3))
    array([[1., 0., 0.],
           [0., 1., 0.]])
    >>> wi.Identity(gain=0.5)((3, 3, 1, 1))[:, :, 0, 0]
    array([[0. , 0. , 0. ],
           [0. , 0.5, 0. ],
           [0. , 0. , 0. ]])
    """

    gain: float = 1.0
    in_axis: Axes = -2
    out_axis: Axes = -1

    def __post_init__(self) -> None:
        object.__setattr__(self, "gain", check_nonnegative("gain", self.gain, hint=GAIN_HINT))
        object.__setattr__(self, "in_axis", normalize_axes("in_axis", self.in_axis))
        object.__setattr__(self, "out_axis", normalize_axes("out_axis", self.out_axis))

    def _std(self, shape: tuple[int, ...]) -> float:
        center = Center.of(shape, self.in_axis, self.out_axis)
        share = min(center.matrix_shape) / math.prod(shape)  # of the entries that are not zero
        return self.gain * math.sqrt(share * (1 - share))

    def _draw(
        self, shape: tuple[int, ...], rng: np.random.Generator, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        center = Center.of(shape, self.in_axis, self.out_axis)
        return center.kernel(np.eye(*center.matrix_shape, dtype=dtype) * dtype.type(self.gain))

    def _largest(self, shape: tuple[int, ...]) -> float:
        Center.of(shape, self.in_axis, self.out_axis)
        return self.gain


@dataclass(frozen=True, kw_only=True, repr=False)
class Sparse(Initializer):
    r"""
    Give each unit exactly k inputs that count, normally distributed; all other weights are zero.

    However wide the layer, a unit then sums :math:`k` terms, and no two units start alike.

    Parameters
    ----------
    nonzeros : int
        Non-zero weights :math:`k` of each output unit, at least 1.
    std : float, default 1.0
        Standard deviation :math:`\sigma \ge 0` of the non-zero weights. Over all :math:`n` weights
        of a unit it is :math:`\sigma \sqrt{k / n}`, which ``std(shape)`` returns.
    out_axis : int or sequence of int, default -1
        The axes of the outputs; all others are inputs.

    Raises
    ------
    TypeError, ValueError
        `nonzeros` is not an integer >= 1, `std` not a finite number >= 0, `out_axis` no axis. On
        a call: a unit has fewer than `nonzeros` inputs.

    References
    ----------
    Martens (2010), "Deep learning via Hessian-free optimization", ICML, section 5.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> w = wi.Sparse(nonzeros=15)((784, 256), rng=0)
    >>> np.unique(np.count_nonzero(w, axis=0))
    array([15])
    """

    nonzeros: int
    std: StdParameter = StdParameter(1.0)
    out_axis: Axes = -1

    def __post_init__(self) -> None:
        object.__setattr__(self, "nonzeros", check_integer("nonzeros", self.nonzeros, at_least=1))
        object.__setattr__(self, "out_axis", normalize_axes("out_axis", self.out_axis))

    def _std(self, shape: tuple[int, ...]) -> float:
        n, _ = Columns.of(shape, self.out_axis).matrix_shape
        return self.std * math.sqrt(self.nonzeros / n)

    def _draw(
        self, shape: tuple[int, ...], rng: np.random.Generator, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        columns = Columns.of(shape, self.out_axis)
        n, units = columns.matrix_shape
        # The k smallest of n random keys are a fair choice of k without replacement.
        keys = streams.uniform(rng, (units, n), np.dtype(np.float64), low=0.0, high=1.0)
        chosen = np.argpartition(keys, self.nonzeros - 1, axis=1)[:, : self.nonzeros]
        chosen.sort(axis=1)  # their order depends on the processor
        # In float64, where no draw is 0: in float32 one in 2^23 is, and would not count.
        drawn = np.dtype(np.float64)
        values = streams.normal(rng, (units, self.nonzeros), drawn, mean=0.0, std=self.std)
        matrix = np.zeros((units, n), dtype)
        np.put_along_axis(matrix, chosen, values, axis=1)
        return columns.kernel(matrix.T)

    def _largest(self, shape: tuple[int, ...]) -> float:
        n, _ = Columns.of(shape, self.out_axis).matrix_shape
        if self.nonzeros > n:
            raise ValueError(
                f"nonzeros must be at most the inputs of a unit, got nonzeros={self.nonzeros} for "
                f"{n} inputs in shape {shown(shape)}; use fewer, or wi.Normal(std=...) for a dense "
                "weight"
            )
        return streams.NORMAL_REACH * self.std
