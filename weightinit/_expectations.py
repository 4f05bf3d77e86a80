"""Expectations over a normal z of what an activation makes of it, on panels that bisect."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from weightinit import activations
from weightinit._quadrature import gauss_lobatto
from weightinit.activations import Activation

__all__ = [
    "ActivationLike",
    "Mesh",
    "MomentError",
    "TooLargeError",
    "mesh",
    "phi_and_derivative",
    "slopes_at_zero",
]

_Array = NDArray[Any]
_Function = Callable[[Any], Any]

#: A name, an Activation, or any vectorized callable from an array to an array of its shape.
ActivationLike = str | Activation | _Function

_REACH = 38.0  # exp(-z^2/2) is 1e-314 there, at the edge of what a float64 holds
_TOLERANCE = 1e-13  # of the whole integral, for each panel
_BISECTIONS = 40  # a panel of width 1 ends at 1e-12: what a jump can cost
_MOST_PANELS = 2**17  # a function this rough has no moment worth computing
_NEGLIGIBLE = 1e-32  # of the second moment: less than this a node need not add

_ASIDE = 2.0**-6  # in x, for slopes at zero

_NODES, _WEIGHTS, _DIFFERENTIATION = gauss_lobatto(16)


def _to_halves() -> _Array:
    """Return the matrix that takes values at the nodes to those of their polynomial in halves."""
    halves = np.concatenate([_NODES - 1, _NODES + 1]) / 2
    at_nodes, inside = (np.polynomial.legendre.legvander(x, 15) for x in (_NODES, halves))
    return np.asarray(np.linalg.solve(at_nodes.T, inside.T))


_TO_HALVES = _to_halves()

# At x, in panels of these widths: values, and how far rounding may have put them off.
_Sampler = Callable[[_Array, _Array], tuple[_Array, _Array]]


class MomentError(ValueError):
    """There is no second moment, or it would take too many panels."""


class TooLargeError(MomentError):
    """The second moment is infinite, or no float."""


class Mesh(NamedTuple):
    """Nodes for z ~ N(0, 1) with the values of f(std z), for several stds at once."""

    row: _Array  #: to which of the stds a node belongs
    z: _Array
    weight: _Array  #: the density is in it: the sum of weight * values is E f(std z)
    values: _Array

    def mean(self, factor: _Array, rows: int) -> _Array:
        """Return, for each of the stds, the mean of what is given at the nodes."""
        return np.bincount(self.row, self.weight * factor, rows)

    def second_moment(self, rows: int, by: _Array | float = 1.0) -> _Array:
        """Return, for each of the stds, the mean square of the values, times what is given."""
        return np.bincount(self.row, (np.sqrt(self.weight) * self.values * by) ** 2, rows)


class _Panels(NamedTuple):
    row: _Array
    left: _Array
    width: _Array
    z: _Array  # (panels, nodes), as all that follow
    root: _Array  # of the weights of the nodes, which hold the density
    values: _Array
    off: _Array  # how far rounding may have put the values off

    def take(self, which: _Array) -> "_Panels":
        return _Panels(*(array[which] for array in self))

    def moments(self) -> _Array:
        """Return the integral of the squared values over each panel."""
        with np.errstate(over="ignore"):  # told by the check of the tails
            # The root of the weight goes inside the square, which would overflow alone.
            return np.asarray(((self.root * self.values) ** 2).sum(axis=1))


def phi_and_derivative(activation: ActivationLike) -> tuple[_Function, _Function | None]:
    """Return what computes an activation, and its derivative where that is known."""
    if isinstance(activation, str | Activation) or not callable(activation):
        known = activations.get(activation)
        return known, known.derivative
    return activation, None


def mesh(
    function: _Function,
    stds: _Array,
    *,
    means: _Array | None = None,
    least: _Array | float = 0.0,
    slopes: bool = False,
    reach: float = _REACH,
    width: float = 1.0,
) -> Mesh:
    """Sample f(mean + std z), or f' with `slopes`, so finely that the means of f and f^2 are exact.

    A panel stays as it is where the polynomial through its 16 nodes foretells the values at those
    of its two halves. Errors are relative to the second moment, or to `least` if it is larger.
    """
    centers = np.zeros(stds.size) if means is None else means
    sample = _sampled(function, float((np.abs(centers) + reach * stds).max()))
    line = _Line(centers, stds, _slopes(sample) if slopes else sample)
    # Integers as panel edges put the kinks of the usual activations (0, +-1) where they are exact.
    edges = np.arange(-reach, reach, width)
    row = np.repeat(np.arange(stds.size), edges.size)
    panels = line.panels(row, np.tile(edges, stds.size), np.full(row.size, width))
    if means is None:  # far from zero tails may be all there is
        line.check_tails(panels, reach - width)
    done, kept = np.zeros(stds.size), []
    for _ in range(_BISECTIONS):
        halves = line.halves(panels)
        moments = halves.moments()
        total = done + np.bincount(halves.row, moments, stds.size)
        open_ = np.repeat(_misses(panels, halves, np.maximum(total, least)), 2)
        done += np.bincount(halves.row[~open_], moments[~open_], stds.size)
        kept.append(halves.take(~open_))
        panels, left_over = halves.take(open_), moments[open_]
        if not 0 < panels.row.size <= _MOST_PANELS:
            break
    line.check_rest(panels, left_over, np.maximum(done, least))
    return _joined([*kept, panels], stds.size)


class _Line(NamedTuple):
    """The function over x = mean + std z, a row for each mean and std."""

    means: _Array
    stds: _Array
    sample: _Sampler

    def panels(self, row: _Array, left: _Array, width: _Array) -> _Panels:
        z = left[:, None] + width[:, None] * (1 + _NODES) / 2
        density = np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
        root = np.sqrt(density * (_WEIGHTS * width[:, None] / 2))
        mean, std = self.means[row][:, None], self.stds[row][:, None]
        values, off = self.sample(mean + std * z, std * width[:, None])
        return _Panels(row, left, width, z, root, values, off)

    def halves(self, panels: _Panels) -> _Panels:
        """Return the two halves of each panel, one behind the other."""
        half = panels.width / 2
        left = np.stack([panels.left, panels.left + half], axis=1).ravel()
        return self.panels(np.repeat(panels.row, 2), left, np.repeat(half, 2))

    def check_tails(self, panels: _Panels, inside: float) -> None:
        moments, rows = panels.moments(), self.stds.size
        outside = (panels.left >= inside) | (panels.left < -inside)
        total = np.bincount(panels.row, moments, rows)
        tails = np.bincount(panels.row[outside], moments[outside], rows)
        bad = ~(np.isfinite(total) & (tails <= 1e-12 * total))
        if bad.any():
            std = float(self.stds[bad].min())
            normal = "a standard normal" if std == 1 else f"a normal of std {std:.6g}"
            raise TooLargeError(
                f"activation must have a finite second moment under {normal}, got one that "
                "is too large or grows too fast (as exp(z**2 / 4) does); scale it down or clip it"
            )

    def check_rest(self, panels: _Panels, rest: _Array, done: _Array) -> None:
        """Refuse what is still open, a jump or a pole each, where it is more than allowed."""
        left_over = np.bincount(panels.row, rest, done.size)
        if (left_over > 1e-6 * (done + left_over)).any():
            where = (self.means[panels.row] + self.stds[panels.row] * panels.left)[rest.argmax()]
            raise MomentError(
                "activation must have a finite second moment, got one that does not converge near "
                f"z = {where:.6g}; clip or smooth the function there"
            )


def _misses(panels: _Panels, halves: _Panels, total: _Array) -> _Array:
    """Tell of which panels the polynomial is off by more than tolerance and rounding allow."""
    shape = halves.values.shape
    miss = np.abs(halves.values - (panels.values @ _TO_HALVES).reshape(shape))
    noise = halves.off + (panels.off @ np.abs(_TO_HALVES)).reshape(shape)
    miss = np.where(miss > noise, miss, 0) * halves.root
    of_square = ((2 * np.abs(halves.values * halves.root) + miss) * miss).sum(axis=1)
    of_mean = (miss * halves.root).sum(axis=1)
    of_square, of_mean = (x.reshape(-1, 2).sum(axis=1) for x in (of_square, of_mean))
    most = _TOLERANCE * total[panels.row]
    return np.asarray((of_square > most) | (of_mean > np.sqrt(_TOLERANCE * most)))


def _joined(parts: list[_Panels], rows: int) -> Mesh:
    panels = _Panels(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))
    row = np.repeat(panels.row, _NODES.size)
    square = ((panels.root * panels.values) ** 2).ravel()
    some = square > _NEGLIGIBLE * np.bincount(row, square, rows)[row]
    nodes = row, panels.z.ravel(), panels.root.ravel() ** 2, panels.values.ravel()
    return Mesh(*(array[some] for array in nodes))


def slopes_at_zero(function: _Function) -> tuple[float, float]:
    """Return the slope at zero from the left and from the right, each from a panel on its side."""
    line = _Line(np.zeros(1), np.ones(1), _slopes(_sampled(function, _ASIDE)))
    found = line.panels(np.zeros(2, int), np.array([-_ASIDE, 0.0]), np.full(2, _ASIDE)).values
    return float(found[0, -1]), float(found[1, 0])


def _sampled(function: _Function, span: float) -> _Sampler:
    """Wrap `function` so that it gets and returns 2-D float64, or says what is wrong with it."""

    def sample(x: _Array, _: _Array) -> tuple[_Array, _Array]:
        flat = x.ravel()
        with np.errstate(all="ignore"):  # whatever goes wrong shows in the values
            values = np.asarray(function(flat.copy()))
        if values.shape != flat.shape:
            raise ValueError(
                "activation must map an array to an array of its shape, got shape "
                f"{values.shape} for {flat.shape}; wrap a scalar function in np.vectorize"
            )
        if values.dtype.kind not in "fiub":
            raise TypeError(f"activation must return real numbers, got dtype {values.dtype}")
        bad = ~np.isfinite(values)
        if bad.any():
            first = np.abs(flat[bad]).argmin()
            value = values[bad][first]
            raise (ValueError if np.isnan(value) else TooLargeError)(
                f"activation must be finite on [-{span:g}, {span:g}], got {value} at "
                f"z = {flat[bad][first]:.6g}; clip its input"
            )
        kind = values.dtype if values.dtype.kind == "f" else np.dtype(np.float64)
        exact = values.astype(np.float64).reshape(x.shape)
        return exact, 4 * float(np.finfo(kind).eps) * np.abs(exact)

    return sample


def _slopes(function: _Sampler) -> _Sampler:
    """Differentiate the polynomial through the values of each panel; rounding alone counts as 0."""

    def sample(x: _Array, width: _Array) -> tuple[_Array, _Array]:
        values, off = function(x, width)
        slopes = values @ _DIFFERENTIATION.T * 2 / width
        noise = off @ np.abs(_DIFFERENTIATION.T) * 2 / width
        return np.where(np.abs(slopes) > noise, slopes, 0), noise

    return sample
