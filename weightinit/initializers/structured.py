"""Initializers with mostly zeros: the identity, and a few inputs for each unit."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit import streams
from weightinit._axes import Axes, Layout
from weightinit._checks import RandomSource, check_integer
from weightinit._messages import shown
from weightinit.initializers._kernels import check_centre, check_fields, layout_of, places
from weightinit.initializers._placewise import Grid, Placewise
from weightinit.initializers._std_parameter import StdParameter
from weightinit.initializers.base import Initializer

__all__ = ["Identity", "Sparse"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Identity(Placewise):
    r"""
    Pass each input on to the output with the same number, if there is one.

    Dense weights are :math:`g I`; a kernel has :math:`g I` at its centre and zeros around it.
    Where inputs and outputs differ in number, the identity is cut off or padded with zeros. This is
    ``eye_`` of PyTorch for dense weights, and ``dirac_`` for kernels.

    Parameters
    ----------
    gain : float, default 1.0
        The factor :math:`g \ge 0` on the diagonal.
    in_axis, out_axis, batch_axis : int or sequence of int, default -2, -1 and ()
        The axes of the inputs, of the outputs and of a stack, as for :func:`compute_fans`.
    groups : int, default 1
        Groups of a grouped convolution, as for :func:`compute_fans`: each passes on its own inputs.
    transposed : bool, default False
        Whether its kernel holds the inputs of all groups, as for :func:`compute_fans`.

    Raises
    ------
    TypeError, ValueError
        A parameter is not of the kind above. On a call: an axis is named twice; `groups` does not
        divide what it should; a kernel of even size, which has no centre.

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

    A depthwise kernel of one row passes on each of its 3 channels:

    >>> wi.Identity(groups=3)((1, 3, 1, 3))[0, :, 0]
    array([[0., 0., 0.],
           [1., 1., 1.],
           [0., 0., 0.]])
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
        passed = layout.stack * min(layout.c_in, layout.c_out)
        share = passed / math.prod(shape)  # of the entries that are not zero
        return self.gain * math.sqrt(share * (1 - share))

    def _at(
        self, shape: tuple[int, ...], grid: Grid, rng: RandomSource, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        inputs, outputs, centre = places(self._layout(shape), grid)
        weights: NDArray[Any] = np.where(
            centre & (inputs == outputs), dtype.type(self.gain), dtype.type(0)
        )
        return weights

    def _largest(self, shape: tuple[int, ...]) -> float:
        self._layout(shape)
        return self.gain


@dataclass(frozen=True, kw_only=True, repr=False)
class Sparse(Initializer):
    r"""
    Give each unit exactly k normally distributed weights, and set the others to zero.

    However wide the layer, a unit then sums :math:`k` terms, and no two units start alike.

    Parameters
    ----------
    nonzeros : int
        Non-zero weights :math:`k` of each output unit, at least 1.
    std : float, default 1.0
        Standard deviation :math:`\sigma \ge 0` of the non-zero weights. Over all :math:`n` weights
        of a unit it is :math:`\sigma \sqrt{k / n}`, which ``std(shape)`` returns.
    out_axis : int or sequence of int, default -1
        The axes of the outputs; all others are inputs. Of a grouped convolution the kernel holds
        the inputs of one group, as it should.
    batch_axis : int or sequence of int, default ()
        The axes of a stack: each unit of each of its weights has :math:`k` inputs.

    Raises
    ------
    TypeError, ValueError
        `nonzeros` is not an integer >= 1, `std` not a finite number >= 0, an axis is none. On a
        call: an axis is named twice; a unit has fewer than `nonzeros` inputs.

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
    batch_axis: Axes = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "nonzeros", check_integer("nonzeros", self.nonzeros, at_least=1))
        check_fields(self)

    def _layout(self, shape: tuple[int, ...]) -> Layout:
        return layout_of(self, shape)

    def _std(self, shape: tuple[int, ...]) -> float:
        return self.std * math.sqrt(self.nonzeros / self._layout(shape).c_in)

    def _draw(
        self, shape: tuple[int, ...], rng: np.random.Generator, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        layout = self._layout(shape)
        n, units = layout.c_in, layout.stack * layout.c_out
        # The k smallest of n random keys are a fair choice of k without replacement.
        keys = streams.uniform(rng, (units, n), np.dtype(np.float64), low=0.0, high=1.0)
        chosen = np.argpartition(keys, self.nonzeros - 1, axis=1)[:, : self.nonzeros]
        chosen.sort(axis=1)  # their order depends on the processor
        # In float64, where no draw is 0: in float32 one in 2^23 is, and would not count.
        drawn = np.dtype(np.float64)
        values = streams.normal(rng, (units, self.nonzeros), drawn, mean=0.0, std=self.std)
        rows = np.zeros((units, n), dtype)
        np.put_along_axis(rows, chosen, values, axis=1)
        return layout.weight(rows.reshape(layout.stack, layout.c_out, n).swapaxes(1, 2))

    def _largest(self, shape: tuple[int, ...]) -> float:
        n = self._layout(shape).c_in
        if self.nonzeros > n:
            raise ValueError(
                f"nonzeros must be at most the inputs of a unit, got nonzeros={self.nonzeros} for "
                f"{n} inputs in shape {shown(shape)}; use fewer, or wi.Normal(std=...) for a dense "
                "weight"
            )
        return streams.NORMAL_REACH * self.std
