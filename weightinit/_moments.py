"""Gaussian means of a function or of its slope, by adaptive bisection into panels."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from weightinit._quadrature import Function, Line, MomentError, Panels, TooLargeError

__all__ = ["REACH", "Mesh", "mesh", "slopes_at_zero"]

_Array = NDArray[Any]

#: The function is asked from minus this on: exp(-z^2/2) is 1e-314 there, the least of a float64.
REACH = 38.0

_TOLERANCE = 1e-13  # of the whole integral, for each panel
_BISECTIONS = 40  # a panel of width 1 ends at 1e-12: what a jump can cost
_MOST_PANELS = 2**17  # a function this rough has no moment worth computing
_NEGLIGIBLE = 1e-32  # of the second moment: less than this a node need not add
_ASIDE = 2.0**-6  # in x, for slopes at zero

# Of the moment, which is twice that of the gain: halves agree better with each other than with the
# truth, by up to 1e-5 of the gain in 10,000 ramps and kinks of float32.
_PROMISE = 5e-6


class Mesh(NamedTuple):
    """Nodes for z ~ N(0, 1) with the values of f(mean + std z), a row for each mean and std."""

    row: _Array
    z: _Array
    weight: _Array  #: the density is in it: the sum of weight * values is the mean
    values: _Array

    def mean(self, factor: _Array, rows: int) -> _Array:
        """Return, for each row, the mean of the values at the nodes."""
        return np.bincount(self.row, self.weight * factor, rows)

    def second_moment(self, rows: int) -> _Array:
        """Return, for each row, the mean square of the values."""
        return np.bincount(self.row, self.squares(), rows)

    def squares(self) -> _Array:
        """Return the share of each node in the second moment, without squares that overflow."""
        return np.asarray((np.sqrt(self.weight) * self.values) ** 2)


def mesh(
    function: Function,
    stds: _Array,
    *,
    means: _Array | None = None,
    least: _Array | float = 0.0,
    slopes: bool = False,
    look: bool = True,
    reach: float = REACH,
    width: float = 1.0,
    tolerance: float = _TOLERANCE,
) -> Mesh:
    """Sample f(mean + std z), or f', finely enough for exact means of f and f^2.

    A panel stays as it is where the polynomial through its 16 nodes foretells the values at those
    of its two halves and, with `look`, at places every 1/1024. Errors are relative to the second
    moment, or to `least` if it is larger.
    """
    rows, centers = stds.size, np.zeros(stds.size) if means is None else means
    places = _places(rows, _edges(reach, width, stds))
    line = Line(function, centers, stds, np.zeros(rows), _dtype(function))
    panels = line.panels(*places)
    if means is None:  # far from zero tails may be all there is
        _check_tails(panels, stds, reach - width)
    size = np.sqrt(np.maximum(np.bincount(panels.row, panels.moments(), rows), least))
    line = line._replace(size=size, slopes=slopes)
    if slopes:
        panels = line.panels(*places)
        _check_tails(panels, stds, reach - width)
    done, drift, kept = np.zeros(rows), np.zeros(rows), []
    for _ in range(_BISECTIONS):
        halves = line.halves(panels)
        moments = halves.moments()
        total = np.maximum(done + np.bincount(halves.row, moments, rows), least)
        surprise, change = line.surprises(panels, halves)
        open_ = _misses(surprise, halves, tolerance, total[panels.row])
        if look:
            smooth = halves.take(np.repeat(~open_, 2))
            open_[~open_] = line.hidden(smooth).reshape(-1, 2).any(axis=1)
        drift += np.bincount(panels.row[~open_], np.abs(change[~open_]), rows)
        both = np.repeat(open_, 2)
        done += np.bincount(halves.row[~both], moments[~both], rows)
        kept.append(halves.take(~both))
        panels, rest = halves.take(both), moments[both]
        if not 0 < panels.row.size <= _MOST_PANELS:
            break
    done = np.maximum(done, least)
    _check_rest(line, panels, rest, done)
    _check_drift(line.dtype, drift, done)
    return _joined([*kept, panels], rows)


def slopes_at_zero(function: Function) -> tuple[float, float]:
    """Return the slopes at zero from the left and the right, each from a panel there."""
    line = Line(function, np.zeros(1), np.ones(1), np.zeros(1), _dtype(function), slopes=True)
    found = line.panels(np.zeros(2, int), np.array([-_ASIDE, 0.0]), np.full(2, _ASIDE)).values
    return float(found[0, -1]), float(found[1, 0])


def _dtype(function: Function) -> np.dtype[Any]:
    """Return the dtype in which a function computes."""
    return function(np.zeros((1, 2)))[1]


def _edges(reach: float, width: float, stds: _Array) -> _Array:
    """Return panel edges in z: evenly spaced, and nearer zero where x = std z gets too large."""
    # Integers as panel edges put the kinks of the usual activations (0, +-1) where they are exact.
    even = np.arange(-reach, reach + width / 2, width)
    closer = 2.0 ** -np.arange(1, max(np.ceil(np.log2(stds.max())), 0) + 1)
    return np.unique(np.concatenate([even, closer, -closer]))


def _places(rows: int, edges: _Array) -> tuple[_Array, _Array, _Array]:
    """Return row, left end and width of the panels between the edges, row by row."""
    row = np.repeat(np.arange(rows), edges.size - 1)
    return row, np.tile(edges[:-1], rows), np.tile(np.diff(edges), rows)


def _misses(surprise: _Array, halves: Panels, tolerance: float, total: _Array) -> _Array:
    """Tell in which panels the surprise exceeds the tolerance for the means of f and f^2."""
    miss, values = surprise * halves.root, np.abs(halves.values * halves.root)
    of_square = ((2 * values + miss) * miss).sum(axis=1)
    of_mean = (miss * halves.root).sum(axis=1)
    of_square, of_mean = (x.reshape(-1, 2).sum(axis=1) for x in (of_square, of_mean))
    return np.asarray((of_square > tolerance * total) | (of_mean > tolerance * np.sqrt(total)))


def _joined(parts: list[Panels], rows: int) -> Mesh:
    panels = Panels(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))
    row = np.repeat(panels.row, panels.z.shape[1])
    square = ((panels.root * panels.values) ** 2).ravel()
    some = square > _NEGLIGIBLE * np.bincount(row, square, rows)[row]
    nodes = row, panels.z.ravel(), panels.root.ravel() ** 2, panels.values.ravel()
    return Mesh(*(array[some] for array in nodes))


def _check_tails(panels: Panels, stds: _Array, inside: float) -> None:
    moments, rows = panels.moments(), stds.size
    outside = (panels.left >= inside) | (panels.left < -inside)
    total = np.bincount(panels.row, moments, rows)
    tails = np.bincount(panels.row[outside], moments[outside], rows)
    bad = ~(np.isfinite(total) & (tails <= 1e-12 * total))
    if bad.any():
        std = float(stds[bad].min())
        normal = "a standard normal" if std == 1 else f"a normal of std {std:.6g}"
        raise TooLargeError(
            f"activation must have a finite second moment under {normal}, got one that "
            "is too large or grows too fast (as exp(z**2 / 4) does); scale it down or clip it"
        )


def _check_rest(line: Line, panels: Panels, rest: _Array, done: _Array) -> None:
    """Refuse panels that did not converge, at a jump or a pole, if they matter too much."""
    left_over = np.bincount(panels.row, rest, done.size)
    if (left_over > 1e-6 * (done + left_over)).any():
        where = (line.means[panels.row] + line.stds[panels.row] * panels.left)[rest.argmax()]
        raise MomentError(
            "activation must have a finite second moment, got one that does not converge near "
            f"z = {where:.6g}; clip or smooth the function there, or compute in float64 if it "
            "rounds its values"
        )


def _check_drift(dtype: np.dtype[Any], drift: _Array, total: _Array) -> None:
    bad = drift > _PROMISE * total
    if bad.any():
        raise MomentError(
            f"activation must be exact enough to find its second moment, got values in {dtype}, "
            f"whose rounding leaves it uncertain by {drift[bad][0]:.1g} of {total[bad][0]:.3g}; "
            "compute in float64 inside, or give wi.Activation(name, function, derivative_function)"
        )
