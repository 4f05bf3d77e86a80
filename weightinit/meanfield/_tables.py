r"""The moments of an activation as functions of the length q, tabulated where they are asked for.

In the logarithm of q a moment is smooth whatever phi is: as an integral over x = sqrt(q) z it is
analytic in q as long as the real part of 1/q is above zero, so in a strip of half-width pi / 2 in
t = log q. Polynomials of degree 29 on panels of width 2 therefore have an error of about 1e-13.
"""

import functools
import math
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from weightinit._moments import REACH, Mesh, mesh, slopes_at_zero
from weightinit._panels import MomentError
from weightinit._sampling import ActivationLike, phi_and_derivative, sampled
from weightinit.activations import Activation, get

__all__ = ["DEGREE", "PANEL", "POINTS", "Tables", "tables"]

_Array = NDArray[Any]
_T = TypeVar("_T")

PANEL = 2.0  #: the width of a panel in log q; 0, where q = 1, is an edge
DEGREE = 29  #: of the polynomial in a panel
_RESOLVED = 1e-11  # of the largest coefficient, for the last ones
_REACH = 10.0  # in z, and further only where that is too little
_NUMERICAL = 1e-12  # the least length at which differences of values tell slopes from rounding

#: The points in a panel, on [-1, 1]; both ends are among them.
POINTS = np.cos(np.pi * np.arange(DEGREE + 1) / DEGREE)
_TO_COEFFICIENTS = np.linalg.inv(np.polynomial.chebyshev.chebvander(POINTS, DEGREE))


class Tables:
    """What is known of one activation so far; ask :func:`tables` for it."""

    def __init__(self, activation: ActivationLike) -> None:
        self.phi, self.derivative = phi_and_derivative(activation)
        self.numerical = self.derivative is None
        self._known: dict[Hashable, Any] = {}

    def kept(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """Return what `make` returned when it was asked for this key first."""
        if key not in self._known:
            self._known[key] = make()
        return cast(_T, self._known[key])

    def mesh(self, q: _Array, *, slopes: bool = False, closely: bool = True) -> Mesh:
        """Sample phi, or its slope, over z ~ N(0, 1) at x = sqrt(q) z, far out and for sure.

        Or not `closely`: what hides from some lengths of many shows in the others.
        """
        function = self.derivative if slopes and self.derivative else self.phi
        numerical, reach = slopes and self.numerical, REACH if closely else _REACH
        sample = sampled(function, reach * math.sqrt(q.max()))
        return mesh(sample, np.sqrt(q), slopes=numerical, reach=reach, look=closely)

    def moment(self, q: _Array, *, slopes: bool = False) -> _Array:
        """Return E phi(z)^2, or with `slopes` E phi'(z)^2, for z ~ N(0, q)."""
        positive = q > 0
        value, _ = self.at_log(np.log(np.where(positive, q, 1.0)), slopes=slopes)
        if positive.all():
            return value
        at_zero = self.slope_at_zero_squared() if slopes else self.at_zero() ** 2
        return np.where(positive, value, at_zero)

    def at_log(self, t: _Array, *, slopes: bool = False) -> tuple[_Array, _Array]:
        """Return the moment at q = exp(t), and its derivative in t."""
        if slopes and self.numerical:
            t = np.maximum(t, np.log(_NUMERICAL))
        t, shape = t.ravel(), t.shape
        panels, which = np.unique(np.floor(t / PANEL).astype(int), return_inverse=True)
        value, change = np.empty((2, t.size))
        for k, panel in enumerate(panels):
            here = which == k
            value[here], change[here] = self._in_panel(int(panel), t[here], slopes)
        return value.reshape(shape), change.reshape(shape)

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
        """Return the mean of the squares of both, which E phi'^2 tends to as q becomes small."""
        left, right = self.slopes_at_zero()
        return (left**2 + right**2) / 2

    def _in_panel(self, panel: int, t: _Array, slopes: bool) -> tuple[_Array, _Array]:
        coefficients = self.kept(("moment", slopes, panel), lambda: self._fit(panel, slopes))
        if coefficients is None:
            return self._integrate(t, slopes)
        u = 2 * (t / PANEL - panel) - 1
        derivative = np.polynomial.chebyshev.chebder(coefficients) * 2 / PANEL
        chebval = np.polynomial.chebyshev.chebval
        return chebval(u, coefficients), chebval(u, derivative)

    def _fit(self, panel: int, slopes: bool) -> _Array | None:
        """Return the coefficients of a panel, or None where a polynomial does not do."""
        q = np.exp(PANEL * (panel + (1 + POINTS) / 2))
        try:
            found = self.mesh(q, slopes=slopes, closely=False).second_moment(q.size)
        except MomentError:
            return None
        coefficients = _TO_COEFFICIENTS @ found
        sizes = np.abs(coefficients)
        return coefficients if sizes[-3:].max() <= _RESOLVED * sizes.max() else None

    def _integrate(self, t: _Array, slopes: bool) -> tuple[_Array, _Array]:
        """Integrate at each length by itself; the derivative of the density is in (z^2 - 1) / 2."""
        lengths, which = np.unique(t, return_inverse=True)
        found = self.mesh(np.exp(lengths), slopes=slopes)
        value, with_z = (found.second_moment(lengths.size, by) for by in (1.0, found.z))
        return value[which], (with_z - value)[which] / 2


def tables(activation: ActivationLike) -> Tables:
    """Return the tables of an activation, kept if it has a name; a callable may change."""
    if isinstance(activation, str | Activation):
        return _kept(get(activation))
    return Tables(activation)


@functools.lru_cache(maxsize=64)
def _kept(activation: Activation) -> Tables:
    return Tables(activation)
