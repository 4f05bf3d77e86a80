"""Initializers that keep lengths and angles: orthogonal matrices, dense and in convolutions."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit._axes import Axes, Layout
from weightinit._messages import shown
from weightinit.initializers._haar import haar
from weightinit.initializers._kernels import check_centre, check_fields, layout_of
from weightinit.initializers.base import Initializer

__all__ = ["DeltaOrthogonal", "Orthogonal"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Orthogonal(Initializer):
    r"""
    Draw a matrix with orthonormal rows or columns, uniformly (from the Haar measure).

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
    batch_axis : int or sequence of int, default ()
        The axes of a stack: each of its weights is an orthogonal matrix of its own.
    groups : int, default 1
        Groups of a grouped convolution, as for :func:`compute_fans`: the outputs of each group
        are a matrix of their own.

    Raises
    ------
    TypeError, ValueError
        `gain` is not a finite number >= 0; an axis is none, or named twice; `groups` is not an
        integer >= 1. On a call: `groups` does not divide the outputs.

    Notes
    -----
    The Q of a Gaussian matrix's QR decomposition is Haar only when the signs of R's diagonal are
    moved into it (Mezzadri 2007). As a *convolution* an orthogonal kernel does not keep lengths:
    it is orthogonal on each patch, and patches overlap. See :class:`DeltaOrthogonal`.

    A kernel that holds the inputs of all groups is drawn as a stack, and reshaped:
    ``Orthogonal(out_axis=2, batch_axis=0)((groups, in // groups, out // groups, 4, 4))`` for
    PyTorch's grouped transposed convolution, ``Orthogonal(batch_axis=-2)`` for the depthwise
    kernel of Keras, ``(kernel_h, kernel_w, channels, multiplier)``.

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
    >>> experts = wi.Orthogonal(batch_axis=0)((8, 4, 6), rng=0)
    >>> np.allclose(np.linalg.svd(experts, compute_uv=False), 1.0)
    True
    """

    gain: float = 1.0
    out_axis: Axes = -1
    batch_axis: Axes = ()
    groups: int = 1

    def __post_init__(self) -> None:
        check_fields(self)

    def _layout(self, shape: tuple[int, ...]) -> Layout:
        return layout_of(self, shape)

    def _std(self, shape: tuple[int, ...]) -> float:
        layout = self._layout(shape)
        return self.gain / math.sqrt(max(layout.c_in, layout.c_out))

    def _draw(
        self, shape: tuple[int, ...], rng: np.random.Generator, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        return _drawn(self._layout(shape), self.gain, rng, dtype)

    def _largest(self, shape: tuple[int, ...]) -> float:
        self._layout(shape)
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
    in_axis, out_axis, batch_axis : int or sequence of int, default -2, -1 and ()
        The axes of the inputs, of the outputs and of a stack, as for :func:`compute_fans`.
    groups : int, default 1
        Groups of a grouped convolution, as for :func:`compute_fans`: each has a matrix of its own.
    transposed : bool, default False
        Whether its kernel holds the inputs of all groups, as for :func:`compute_fans`.

    Raises
    ------
    TypeError, ValueError
        A parameter is not of the kind above. On a call: an axis is named twice; `groups` does not
        divide what it should; the kernel has an even size, and so no centre; or more inputs than
        outputs in a group, so that no map can keep lengths.

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
    batch_axis: Axes = ()
    groups: int = 1
    transposed: bool = False

    def __post_init__(self) -> None:
        check_fields(self)

    def _layout(self, shape: tuple[int, ...]) -> Layout:
        return check_centre(layout_of(self, shape))

    def _std(self, shape: tuple[int, ...]) -> float:
        layout = self._layout(shape)
        rows = layout.stack * layout.c_in  # of length gain each
        return self.gain * math.sqrt(rows / math.prod(shape))

    def _draw(
        self, shape: tuple[int, ...], rng: np.random.Generator, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        return _drawn(self._layout(shape), self.gain, rng, dtype)

    def _largest(self, shape: tuple[int, ...]) -> float:
        layout = self._layout(shape)
        if layout.c_in > layout.c_out:
            held = f"{layout.c_in} inputs and {layout.c_out} outputs"
            raise ValueError(
                f"shape must have at least as many outputs as inputs to keep lengths, got {held} "
                f"in {'a group of ' if layout.groups > 1 else ''}{shown(shape)}; use "
                "wi.orthogonal, or check in_axis and out_axis"
            )
        return self.gain


def _drawn(
    layout: Layout, gain: float, rng: np.random.Generator, dtype: np.dtype[Any]
) -> NDArray[Any]:
    """Draw the matrices of a weight independently."""
    shape = (layout.c_in, layout.c_out)
    matrices = [haar(shape, rng, dtype, gain=gain) for _ in range(layout.stack)]
    return layout.weight(np.stack(matrices))
