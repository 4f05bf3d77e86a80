"""Initializers that keep lengths and angles: orthogonal matrices, dense and in convolutions."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit._axes import Axes, normalize_axes
from weightinit._checks import check_nonnegative
from weightinit._messages import shown
from weightinit.initializers._haar import haar
from weightinit.initializers._kernels import GAIN_HINT, Center, Columns
from weightinit.initializers.base import Initializer

__all__ = ["DeltaOrthogonal", "Orthogonal"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Orthogonal(Initializer):
    r"""
    Draw a matrix with orthonormal rows or columns, evenly among all there are (Haar measure).

    The array is read as a matrix :math:`W` with a row for each input of a unit (its fan in) and a
    column for each output. With more rows than columns the columns are orthonormal,
    :math:`W^\top W = g^2 I`; otherwise the rows are, :math:`W W^\top = g^2 I`, and
    :math:`x W` is :math:`g` times as long as :math:`x`.

    Parameters
    ----------
    gain : float, default 1.0
        The factor :math:`g \ge 0`: every singular value of :math:`W`.
    out_axis : int or sequence of int, default -1
        The axes of the outputs; all others are inputs. PyTorch's layout is ``out_axis=0``.

    Raises
    ------
    TypeError, ValueError
        `gain` is not a finite number >= 0; `out_axis` is no axis.

    Notes
    -----
    The Q of a Gaussian matrix's QR decomposition is Haar only when the signs of R's diagonal are
    moved into it (Mezzadri 2007). As a *convolution* an orthogonal kernel does not keep lengths:
    it is orthogonal on each patch, and patches overlap. See :class:`DeltaOrthogonal`.

    References
    ----------
    Saxe, McClelland and Ganguli (2013), "Exact solutions to the nonlinear dynamics of learning in
    deep linear neural networks", arXiv:1312.6120. Stewart (1980), "The efficient generation of
    random orthogonal matrices", doi:10.1137/0717034. Mezzadri (2007), "How to generate random
    matrices from the classical compact groups", arXiv:math-ph/0609050.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> w = wi.orthogonal((4, 3), rng=0)
    >>> np.allclose(w.T @ w, np.eye(3))
    True
    >>> kernel = wi.Orthogonal(gain=2.0)((3, 3, 8, 16), rng=0)
    >>> np.allclose(np.linalg.svd(kernel.reshape(-1, 16), compute_uv=False), 2.0)
    True
    """

    gain: float = 1.0
    out_axis: Axes = -1

    def __post_init__(self) -> None:
        object.__setattr__(self, "gain", check_nonnegative("gain", self.gain, hint=GAIN_HINT))
        object.__setattr__(self, "out_axis", normalize_axes("out_axis", self.out_axis))

    def _std(self, shape: tuple[int, ...]) -> float:
        return self.gain / math.sqrt(max(Columns.of(shape, self.out_axis).matrix_shape))

    def _draw(
        self, shape: tuple[int, ...], rng: np.random.Generator, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        columns = Columns.of(shape, self.out_axis)
        return columns.kernel(haar(columns.matrix_shape, rng, dtype) * dtype.type(self.gain))

    def _largest(self, shape: tuple[int, ...]) -> float:
        Columns.of(shape, self.out_axis)
        return self.gain


@dataclass(frozen=True, kw_only=True, repr=False)
class DeltaOrthogonal(Initializer):
    r"""
    Put an orthogonal matrix at the centre of a kernel and zeros around it.

    The convolution then maps each pixel by itself, :math:`y_{ij} = x_{ij} H` with
    :math:`H H^\top = g^2 I`, so that it keeps lengths exactly, which a kernel of
    :class:`Orthogonal` does not.

    Parameters
    ----------
    gain : float, default 1.0
        The factor :math:`g \ge 0` on lengths.
    in_axis, out_axis : int or sequence of int, default -2 and -1
        The axes of the inputs and of the outputs, as for :func:`compute_fans`.

    Raises
    ------
    TypeError, ValueError
        `gain` is not a finite number >= 0; an axis is none. On a call: the kernel has an even
        size, and so no centre; or more inputs than outputs, so that no map can keep lengths.

    References
    ----------
    Xiao, Bahri, Sohl-Dickstein, Schoenholz and Pennington (2018), "Dynamical isometry and a mean
    field theory of CNNs", arXiv:1806.05393.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> kernel = wi.delta_orthogonal((3, 3, 4, 8), rng=0)
    >>> h = kernel[1, 1]
    >>> np.allclose(h @ h.T, np.eye(4)), int(np.count_nonzero(kernel)) == h.size
    (True, True)
    """

    gain: float = 1.0
    in_axis: Axes = -2
    out_axis: Axes = -1

    def __post_init__(self) -> None:
        object.__setattr__(self, "gain", check_nonnegative("gain", self.gain, hint=GAIN_HINT))
        object.__setattr__(self, "in_axis", normalize_axes("in_axis", self.in_axis))
        object.__setattr__(self, "out_axis", normalize_axes("out_axis", self.out_axis))

    def _std(self, shape: tuple[int, ...]) -> float:
        c_in, _ = Center.of(shape, self.in_axis, self.out_axis).matrix_shape
        return self.gain * math.sqrt(c_in / math.prod(shape))  # c_in rows of length gain

    def _draw(
        self, shape: tuple[int, ...], rng: np.random.Generator, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        center = Center.of(shape, self.in_axis, self.out_axis)
        return center.kernel(haar(center.matrix_shape, rng, dtype) * dtype.type(self.gain))

    def _largest(self, shape: tuple[int, ...]) -> float:
        c_in, c_out = Center.of(shape, self.in_axis, self.out_axis).matrix_shape
        if c_in > c_out:
            raise ValueError(
                "shape must have at least as many outputs as inputs to keep lengths, got "
                f"{c_in} inputs and {c_out} outputs in {shown(shape)}; use wi.orthogonal, or check "
                "in_axis and out_axis"
            )
        return self.gain
