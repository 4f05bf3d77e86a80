r"""Moments of an activation as functions of the length q, tabulated on demand.

In the logarithm of q a moment is smooth whatever phi is: as an integral over x = sqrt(q) z it is
analytic in q as long as the real part of 1/q is above zero, so in a strip of half-width pi / 2 in
t = log q. Polynomials of degree 29 on panels of width 2 therefore have an error of about 1e-13.
"""

import functools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.polynomial.chebyshev import chebvander
from numpy.typing import ArrayLike, NDArray

from weightinit._arrays import check_array
from weightinit._messages import shown
from weightinit._moments import REACH, Mesh, mesh, slopes_at_zero
from weightinit._quadrature import MomentError
from weightinit._sampling import ActivationLike, phi_and_derivative, sampled
from weightinit.activations import Activation, get

__all__ = ["EQUAL", "LARGEST", "PANEL", "SMALLEST", "Tables", "inside", "over_arrays", "tables"]

_Array = NDArray[Any]
_Measure = Callable[[Mesh, int], _Array]  # of a mesh, for each of so many rows

LARGEST = 28.0  #: in log q: here is read what holds for ever larger lengths
SMALLEST = -28.0  #: in log q: here is read what holds for ever smaller ones
EQUAL = 1e-9  #: slopes this near to 1 count as 1
PANEL = 2.0  #: the width of a panel in log q; 0, where q = 1, is an edge

_RANGES = {  # squares of lengths beyond are no floats
    "q": (1e-200, 1e200),
    "c": (-1, 1),
    "weight_variance": (0, 1e200),
    "bias_variance": (0, 1e200),
}
_DEGREE = 29  # of the polynomial in a panel
_RESOLVED = 1e-11  # of the largest coefficient, for the last ones
_REACH = 10.0  # in z, and further only where that is too little
_NUMERICAL = 1e-12  # the least length at which differences of values tell slopes from rounding
_AT_ONCE = 4096  # lengths

_DEGREES = np.arange(_DEGREE + 1)  # T_k(cos a) = cos(k a)
_POINTS = np.cos(np.pi * _DEGREES / _DEGREE)  # both ends of a panel are among them
_TO_COEFFICIENTS = np.linalg.inv(chebvander(_POINTS, _DEGREE))


class Tables:
    """Moments of one activation that were computed so far; :func:`tables` returns it."""

    def __init__(self, activation: ActivationLike) -> None:
        self.phi, self.derivative = phi_and_derivative(activation)
        self._known: dict[Any, _Array | None] = {}

    def moment(self, q: _Array, *, slopes: bool = False) -> _Array:
        """Return E phi(z)^2, or with `slopes` E phi'(z)^2, for z ~ N(0, q); limits at 0 and inf."""
        found: _Array = self._moments(q, slopes)[0]
        if not q.all():
            found[q == 0] = self.slope_at_zero_squared() if slopes else self.at_zero() ** 2
        return found

    def growth(self, q: _Array) -> _Array:
        """Return the derivative of E phi(z)^2 in q; its limits at 0 and inf."""
        return np.where(
            q > 0, self._moments(q, slopes=False)[1] / inside(q), self.slope_at_zero_squared()
        )

    def by_panel(
        self, measure: _Measure, q: _Array, *, slopes: bool = False
    ) -> Iterator[tuple[_Array, _Array]]:
        """Yield batches of q with the moments of phi, or of its slope, at each."""
        least = _NUMERICAL if slopes and self.derivative is None else 0.0
        t = np.log(np.maximum(inside(q), least)) / PANEL
        panels = np.floor(t)
        for panel in np.unique(panels).tolist():
            key = measure, slopes, panel
            if key not in self._known:
                # far out, where a fixed point is looked for, few lengths are asked for
                few = measure is _moment_and_growth and abs(panel) * PANEL >= LARGEST
                self._known[key] = None if few else self._fit(*key)
            coefficients, everywhere = self._known[key], np.flatnonzero(panels == panel)
            for here in np.array_split(everywhere, 1 + everywhere.size // _AT_ONCE):
                if coefficients is not None:
                    angles = np.arccos(np.clip(2 * (t[here] - panel) - 1, -1, 1))
                    waves = np.cos(np.outer(_DEGREES, angles))  # a BLAS sums by the count of angles
                    yield here, (coefficients[:, :, np.newaxis] * waves[:, np.newaxis]).sum(axis=0)
                else:
                    lengths, which = np.unique(t[here], return_inverse=True)
                    found = measure(self.mesh(np.exp(PANEL * lengths), slopes=slopes), lengths.size)
                    yield here, found[..., which]

    def mesh(self, q: _Array, *, slopes: bool = False, closely: bool = True) -> Mesh:
        """Sample phi, or its slope, at x = sqrt(q) z for z ~ N(0, 1), including the far tails.

        Or not `closely`: what hides from some lengths of many shows in the others.
        """
        reach = REACH if closely else _REACH
        function = self.derivative if slopes and self.derivative else self.phi
        sample, numerical = sampled(function, reach * math.sqrt(q.max())), function == self.phi
        return mesh(sample, np.sqrt(q), slopes=slopes and numerical, reach=reach, look=closely)

    def at_zero(self) -> float:
        """Return phi(0)."""
        return float(np.asarray(self.phi(np.zeros(1)), dtype=np.float64)[0])

    def slopes_at_zero(self) -> tuple[float, float]:
        """Return the slope of phi at zero from the left and from the right."""
        if self.derivative is None:
            left, right = slopes_at_zero(sampled(self.phi, 1.0))
            return float(f"{left:.10g}"), float(f"{right:.10g}")  # the rest is rounding
        left, right = np.asarray(self.derivative(np.array([-1e-100, 1e-100])))
        return float(left), float(right)

    def slope_at_zero_squared(self) -> float:
        """Return the mean square of both slopes, the limit of E phi'^2 as q tends to 0."""
        left, right = self.slopes_at_zero()
        return (left**2 + right**2) / 2

    def _moments(self, q: _Array, slopes: bool) -> _Array:
        """Return E f^2 and its derivative in log q."""
        found = np.empty((2, q.size))
        for here, there in self.by_panel(_moment_and_growth, q, slopes=slopes):
            found[:, here] = there
        return found

    def _fit(self, measure: _Measure, slopes: bool, panel: float) -> _Array | None:
        """Return the coefficients of a panel, or None where a polynomial does not fit."""
        q = np.exp(PANEL * (panel + (1 + _POINTS) / 2))
        try:
            found = measure(self.mesh(q, slopes=slopes, closely=False), q.size)
        except MomentError:
            return None
        coefficients = _TO_COEFFICIENTS @ found.T
        sizes = np.abs(coefficients[:, 0])  # of others, as of a series, sums may be smooth alone
        return coefficients if sizes[-3:].max() <= _RESOLVED * sizes.max() else None


def inside(q: _Array) -> _Array:
    """Return lengths that can be looked up: a large one for inf, a placeholder for 0."""
    return np.where(q > 0, np.where(q < np.inf, q, np.exp(LARGEST)), 1.0)


def _moment_and_growth(found: Mesh, rows: int) -> _Array:
    """Return E f^2 and its derivative in log q: that of the density is in (z^2 - 1) / 2."""
    squares = found.squares()
    value, with_z = (np.bincount(found.row, x, rows) for x in (squares, squares * found.z**2))
    return np.stack([value, (with_z - value) / 2])


def tables(activation: ActivationLike | Tables) -> Tables:
    """Return the tables of an activation; those of named activations are kept."""
    if isinstance(activation, Tables):  # of who asks much of one callable
        return activation
    if isinstance(activation, str | Activation):
        return _kept(get(activation))
    return Tables(activation)


@functools.lru_cache(maxsize=64)
def _kept(activation: Activation) -> Tables:
    return Tables(activation)


def over_arrays(function: Callable[..., Any], **arguments: ArrayLike) -> Any:
    """Call a function of flat arrays with checked and broadcast arguments.

    It returns an array or a tuple of them; of numbers alone both become numbers again.
    """
    given = {name: _check(name, x) for name, x in arguments.items()}
    try:
        full = np.broadcast_arrays(*given.values())
    except (ValueError, RuntimeError):  # that they cannot be, or that there are 33 axes
        got = ", ".join(shown(array.shape) for array in given.values())
        raise ValueError(
            f"{' and '.join(given)} must have shapes that NumPy can broadcast, got {got}; give "
            "numbers, or arrays of one shape"
        ) from None
    shape = full[0].shape
    found = function(**dict(zip(given, (x.ravel() for x in full), strict=True)))

    def shaped(array: _Array) -> Any:
        return array.reshape(shape) if shape else array.item()

    return tuple(map(shaped, found)) if isinstance(found, tuple) else shaped(found)


def _check(name: str, value: ArrayLike) -> _Array:
    """Return an array of numbers in the range of the argument, or 0."""
    least, most = _RANGES[name]
    allowed = "a real number or an array of them"
    with np.errstate(over="ignore"):  # of a long double: inf, which is refused below
        array = check_array(name, value, allowed, kinds="fiu").astype(np.float64)
    good = (array == 0) | ((array >= least) & (array <= most))
    if not good.all():
        zero = "0, or " if least > 0 else ""
        raise ValueError(
            f"{name} must be {zero}between {least:g} and {most:g}, got {array[~good][0]:g}"
        )
    return array
