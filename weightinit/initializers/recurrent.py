"""Initializers of recurrent layers: biases that make gates remember, eigenvalues on a ring."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit import _laws
from weightinit._blocks import key_of, whole
from weightinit._checks import (
    RandomSource,
    check_choice,
    check_integer,
    check_nonnegative,
    check_real,
)
from weightinit._messages import shown
from weightinit.initializers._placewise import Grid, Placewise

__all__ = ["Chrono", "ForgetBias", "Ring"]

_DOUBLE = np.dtype(np.float64)

# Cell -> its gates, in the order of the bias; in each, gate 1 says how much of the state is kept.
_GATES = {"lstm": 4, "gru": 3}
_KEEPS = 1


@dataclass(frozen=True, kw_only=True, repr=False)
class ForgetBias(Placewise):
    r"""
    Set the bias of the gate that keeps the state to one value, and the other biases to zero.

    With small weights the gate starts at :math:`f = \sigma(b)`, and the state decays as
    :math:`f^t`: at :math:`b = 0` half of it is gone after one step, at :math:`b = 1` after 2.2.

    Parameters
    ----------
    value : float, default 1.0
        The bias :math:`b`.
    cell : {"lstm", "gru"}, default "lstm"
        Whose bias it is. An LSTM has shape :math:`(4H,)`, in the order input gate, forget gate,
        candidate, output gate; a GRU :math:`(3H,)`: reset gate, update gate, candidate. The update
        gate keeps the state as it is where it is 1.

    Raises
    ------
    TypeError, ValueError
        `value` is not a finite number, `cell` none of these. On a call: the shape is not one axis
        with as many biases for each gate.

    Notes
    -----
    The orders are those of PyTorch, which adds two biases: start one of the two with zeros. Keras
    has the same order for its LSTM (``unit_forget_bias``), and puts the update gate first in a GRU.

    References
    ----------
    Gers, Schmidhuber and Cummins (2000), "Learning to forget", doi:10.1162/089976600300015015.
    Jozefowicz, Zaremba and Sutskever (2015), "An empirical exploration of recurrent network
    architectures", PMLR 37:2342-2350, for the value 1.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.ForgetBias()((8,))
    array([0., 0., 1., 1., 0., 0., 0., 0.])
    >>> wi.ForgetBias(value=2.0, cell="gru")((6,))
    array([0., 0., 2., 2., 0., 0.])
    """

    value: float = 1.0
    cell: str = "lstm"

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", check_real("value", self.value))
        object.__setattr__(self, "cell", check_choice("cell", self.cell, _GATES))

    def _std(self, shape: tuple[int, ...]) -> float:
        share = 1 / _GATES[self.cell]
        return abs(self.value) * math.sqrt(share * (1 - share))

    def _at(
        self, shape: tuple[int, ...], grid: Grid, rng: RandomSource, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        gate = grid[0] // _units(shape, self.cell)
        return np.where(gate == _KEEPS, self.value, 0.0)

    def _largest(self, shape: tuple[int, ...]) -> float:
        _units(shape, self.cell)
        return abs(self.value)


@dataclass(frozen=True, kw_only=True, repr=False)
class Chrono(Placewise):
    r"""
    Draw the biases of the gates so that the units remember for 2 to T steps, evenly spread.

    .. math:: b_f = \log u, \quad u \sim U[1, T - 1], \qquad b_i = -b_f

    A forget gate :math:`f = \sigma(b_f)` forgets after about :math:`1 / (1 - f) = 1 + u` steps,
    which is uniform on :math:`[2, T]`. The input gate is then :math:`\sigma(b_i) = 1 - f`, so that
    the state is an average over those steps and does not grow. The other biases are zero.

    Parameters
    ----------
    longest : int
        The longest memory :math:`T`, at least 3: about the range of the dependencies in the data.
    cell : {"lstm", "gru"}, default "lstm"
        Whose bias it is, in the orders that :class:`ForgetBias` names. The update gate of a GRU is
        both gates in one, :math:`f` and :math:`1 - f`: its bias is :math:`\log u`.

    Raises
    ------
    TypeError, ValueError
        `longest` is not an integer >= 3, `cell` none of these. On a call: the shape is not one axis
        with as many biases for each gate.

    Notes
    -----
    Its numbers go through the logarithm of the C library, of which another than glibc may round the
    last bit differently.

    References
    ----------
    Tallec and Ollivier (2018), "Can recurrent neural networks warp time?", arXiv:1804.11188.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> i, f, g, o = np.split(wi.Chrono(longest=100)((4 * 50,), rng=0), 4)
    >>> memory = 1 + np.exp(f)
    >>> bool(2 <= memory.min() and memory.max() <= 100), np.array_equal(i, -f)
    (True, True)
    """

    longest: int
    cell: str = "lstm"

    def __post_init__(self) -> None:
        hint = "it is the number of steps to remember; for two steps or less use wi.zeros"
        longest = check_integer("longest", self.longest, at_least=3, hint=hint)
        object.__setattr__(self, "longest", longest)
        object.__setattr__(self, "cell", check_choice("cell", self.cell, _GATES))

    def _std(self, shape: tuple[int, ...]) -> float:
        a = self.longest - 1  # of u ~ U[1, a] these are the mean of log u and of its square
        first = (a * math.log(a) - a + 1) / (a - 1)
        second = (a * math.log(a) ** 2 - 2 * a * math.log(a) + 2 * a - 2) / (a - 1)
        if self.cell == "lstm":  # as many biases of either sign
            return math.sqrt(second / 2)
        return math.sqrt(second / 3 - (first / 3) ** 2)

    def _at(
        self, shape: tuple[int, ...], grid: Grid, rng: RandomSource, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        units = _units(shape, self.cell)
        law = _laws.uniform(_DOUBLE, 1.0, float(self.longest - 1))
        logs = np.log(whole(law, (units,), _DOUBLE, key_of(rng), 0))
        gate, unit = np.divmod(grid[0], units)
        sign = np.where(gate == _KEEPS, 1.0, 0.0)
        if self.cell == "lstm":
            sign = np.where(gate == 0, -1.0, sign)
        biases: NDArray[Any] = sign * logs[unit]
        return biases + 0.0  # no zero is negative

    def _largest(self, shape: tuple[int, ...]) -> float:
        _units(shape, self.cell)
        return math.log(self.longest - 1)


@dataclass(frozen=True, kw_only=True, repr=False)
class Ring(Placewise):
    r"""
    Draw a square matrix whose eigenvalues lie evenly on a ring of the complex plane.

    It has :math:`n / 2` rotations on its diagonal and zeros around them,

    .. math:: r \begin{pmatrix} \cos\theta & \sin\theta \\ -\sin\theta & \cos\theta
        \end{pmatrix}, \qquad r^2 \sim U[a^2, b^2], \quad \theta \sim U[0, 2 \pi]

    with the eigenvalues :math:`r e^{\pm i\theta}`. As the weight of a linear recurrence
    :math:`h_t = h_{t-1} W + x_t` it makes each pair of units forget by the factor :math:`r` a step,
    a memory of :math:`-1 / \log r` steps.

    Parameters
    ----------
    low, high : float
        The radii :math:`0 \le a \le b` of the ring. Below 1 the state decays, above 1 it explodes.

    Raises
    ------
    TypeError, ValueError
        `low` or `high` is not a finite number >= 0, or `low` is above `high`. On a call: the shape
        is not ``(n, n)`` with an even n.

    Notes
    -----
    The paper keeps complex eigenvalues as such; these are the same in real numbers. Sines and
    cosines come from NumPy, whose last bits may depend on the processor.

    References
    ----------
    Orvieto et al. (2023), "Resurrecting recurrent neural networks for long sequences",
    arXiv:2303.06349, section 3.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> w = wi.Ring(low=0.9, high=0.999)((64, 64), rng=0)
    >>> radii = np.abs(np.linalg.eigvals(w))
    >>> bool(0.9 <= radii.min() and radii.max() <= 0.999)
    True
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        hint = "it is the radius of eigenvalues, such as 0.99"
        for name in ("low", "high"):
            value = check_nonnegative(name, getattr(self, name), hint=hint)
            object.__setattr__(self, name, value)
        if self.low > self.high:
            raise ValueError(
                f"low must be at most high, got low={self.low!r} and high={self.high!r}; swap them"
            )

    def _std(self, shape: tuple[int, ...]) -> float:
        return self.high * math.sqrt((1 + self._share()) / (2 * shape[0]))

    def _share(self) -> float:
        """Return the square of the inner radius over that of the outer."""
        return (self.low / self.high) ** 2 if self.high else 1.0

    def _at(
        self, shape: tuple[int, ...], grid: Grid, rng: RandomSource, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        unit = whole(_laws.uniform(_DOUBLE, 0.0, 1.0), (2, shape[0] // 2), _DOUBLE, key_of(rng), 0)
        share = self._share()
        radii = np.clip(self.high * np.sqrt(share + unit[0] * (1 - share)), self.low, self.high)
        angles = 2 * np.pi * unit[1]
        across, along = (radii * turn(angles) for turn in (np.sin, np.cos))
        row, column = grid
        pair = row // 2
        signed = np.where(row % 2, -1.0, 1.0) * across[pair]
        return np.where(row == column, along[pair], np.where(row ^ 1 == column, signed, 0.0))

    def _largest(self, shape: tuple[int, ...]) -> float:
        if len(shape) != 2 or shape[0] != shape[1] or shape[0] % 2:
            raise ValueError(
                f"shape must be (n, n) with an even n, got {shown(shape)}: it holds n / 2 "
                "rotations; use wi.orthogonal for a weight of another shape"
            )
        return self.high


def _units(shape: tuple[int, ...], cell: str) -> int:
    """Return the number of units of a bias, or raise."""
    gates = _GATES[cell]
    if len(shape) != 1 or shape[0] % gates:
        raise ValueError(
            f"shape must be ({gates} * units,), the biases of the gates of cell={cell!r}, got "
            f"{shown(shape)}; for a weight that holds gates use wi.Stacked"
        )
    return shape[0] // gates
