r"""Where the length of a signal settles in depth, and whether gradients keep their size there.

Iterating the length map can take forever. In t = log q it moves t by
:math:`F(t) = \log(\sigma_w^2 E \phi^2 + \sigma_b^2) - t`. Where F is above zero at the start the
length grows up to the next zero of F; where it is below, it shrinks.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weightinit._quadrature import MomentError, TooLargeError
from weightinit._sampling import ActivationLike
from weightinit.meanfield._roots import zero
from weightinit.meanfield._tables import (
    EQUAL,
    LARGEST,
    PANEL,
    SMALLEST,
    Tables,
    over_arrays,
    tables,
)

__all__ = ["FixedPoint", "edge_of_chaos", "fixed_point", "settle"]

_Array = NDArray[Any]

_AT_REST = 1e-9  # of F: a start that moves less is a fixed point
_SURE = 1e-10  # of F, or relative: less may be rounding
_STEPS = 16  # in a panel; F does not change faster, whatever the activation
_LEAST = -550.0  # of log q: smaller squares are no floats
_FARTHEST = 12.0  # log q up to which an edge is searched

_GRID = PANEL / _STEPS * np.arange(1, _STEPS + 1)


class FixedPoint(NamedTuple):
    r"""
    The length at which pre-activations settle.

    Parameters
    ----------
    length : float or ndarray
        :math:`q^*`: 0 where lengths vanish, inf where they diverge.
    slope : float or ndarray
        The slope :math:`dq' / dq` of the length map there. Where :math:`q^*` is above 0 and finite
        that is also the factor of one layer on a small relative deviation. Where lengths diverge
        it is the slope at a length of 1e12.
    status : str or ndarray
        ``"stable"``: deviations shrink. ``"unstable"``: they grow, and only the exact start stays.
        ``"marginal"``: they stay as they are, as with relu after He, where every length is a fixed
        point. ``"vanishes"``, ``"diverges"``: there is no fixed point that holds a signal.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.meanfield.fixed_point("relu", weight_variance=2).status
    'marginal'
    """

    length: Any
    slope: Any
    status: Any


def fixed_point(
    activation: ActivationLike, *, weight_variance: ArrayLike, bias_variance: ArrayLike = 0.0
) -> FixedPoint:
    r"""
    Return the length at which pre-activations that start at length 1 settle in depth.

    It solves :math:`q = \sigma_w^2 \operatorname{E} \phi(\sqrt q z)^2 + \sigma_b^2`: 1 if that is a
    solution, to 1e-9, else the nearest one in the direction in which the first layer moves a
    length of 1. If :math:`\operatorname{E} \phi^2` grows with q, as for all named activations, the
    lengths of deeper and deeper layers tend to it.

    Parameters
    ----------
    activation : str, Activation or callable
        :math:`\phi`, as for :func:`~weightinit.gain`.
    weight_variance : float or array_like
        :math:`\sigma_w^2 = n_\text{in} \operatorname{Var} w`.
    bias_variance : float or array_like, default 0.0
        :math:`\sigma_b^2`.

    Returns
    -------
    FixedPoint
        ``length``, ``slope`` and ``status``: numbers and a word, or arrays of them in the shape of
        the broadcast arguments.

    Raises
    ------
    TypeError, ValueError
        As for :func:`length_map`.

    Notes
    -----
    The equation is solved, and the map not iterated: tanh at :math:`\sigma_w^2 = 1` loses its
    length as 1 / (2 depth), and would need forever. A slope that differs from 1 by less than 1e-9
    counts as marginal.

    References
    ----------
    Poole et al. (2016), arXiv:1606.05340.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.meanfield.fixed_point("tanh", weight_variance=(5 / 3) ** 2)  # PyTorch's gain
    FixedPoint(length=1.17848, slope=0.43090, status='stable')
    >>> wi.meanfield.fixed_point("tanh", weight_variance=1).status  # slowly
    'vanishes'
    >>> wi.meanfield.fixed_point("gelu", weight_variance=wi.gain("gelu") ** 2)
    FixedPoint(length=1.0, slope=1.14406, status='unstable')
    """
    known = tables(activation)

    def found(weight_variance: _Array, bias_variance: _Array) -> tuple[_Array, ...]:
        q = settle(known, weight_variance, bias_variance)
        slope = _slope(known, q, weight_variance)
        status = np.select(
            [q == 0, q == np.inf, np.abs(slope - 1) <= EQUAL, np.abs(slope) < 1],
            ["vanishes", "diverges", "marginal", "stable"],
            "unstable",
        )
        return q, slope, status

    return FixedPoint(
        *over_arrays(found, weight_variance=weight_variance, bias_variance=bias_variance)
    )


def edge_of_chaos(activation: ActivationLike, *, bias_variance: ArrayLike = 0.0) -> Any:
    r"""
    Return the variance of the weights at which gradients neither fade nor explode.

    That is the smallest :math:`\sigma_w^2` for which :func:`chi` is 1 at a :func:`fixed_point`
    that is not unstable.

    Parameters
    ----------
    activation : str, Activation or callable
        :math:`\phi`, as for :func:`~weightinit.gain`.
    bias_variance : float or array_like, default 0.0
        :math:`\sigma_b^2`.

    Returns
    -------
    float or ndarray
        :math:`\sigma_w^2`, in the shape of `bias_variance`.

    Raises
    ------
    TypeError, ValueError
        As for :func:`moments`; there is no such variance.

    Notes
    -----
    Both conditions hold at length q if :math:`\sigma_w^2 = 1 / \operatorname{E} \phi'(z)^2` and
    :math:`\sigma_b^2 = q - \operatorname{E} \phi(z)^2 / \operatorname{E} \phi'(z)^2`: one equation
    for q, which is searched from 1e-12 to 1e5.

    References
    ----------
    Poole et al. (2016), arXiv:1606.05340; Hayou, Doucet and Rousseau (2019), "On the impact of the
    activation function on deep neural networks training", arXiv:1902.06853.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.meanfield.edge_of_chaos("tanh", bias_variance=[0, 0.05])
    array([1.     , 1.76095])
    >>> wi.meanfield.edge_of_chaos("relu")
    2.0
    """
    known = tables(activation)

    def edges(bias_variance: _Array) -> _Array:
        each, which = np.unique(bias_variance, return_inverse=True)
        return np.array([_edge(known, b) for b in each.tolist()])[which]

    return over_arrays(edges, bias_variance=bias_variance)


def settle(known: Tables, w: _Array, b: _Array) -> _Array:
    """Return the lengths of fixed points, 0 and inf included, for flat arrays of variances."""
    start = _move(known, np.zeros(w.size), w, b)
    least = b + w * known.at_zero() ** 2  # no length becomes smaller
    with np.errstate(divide="ignore"):
        down = np.where(least > 0, np.maximum(np.log(least) - 1, _LEAST), SMALLEST)
    up = LARGEST + 2 * np.log(np.maximum(w, 1)) + np.log(np.maximum(b, 1))
    t = np.zeros(w.size)
    for sign, limit in ((1.0, up), (-1.0, -down)):
        rows = np.flatnonzero(sign * start > _AT_REST)
        t[rows] = _crossing(known, sign, limit[rows], w[rows], b[rows])
    return np.asarray(np.exp(t))


def _crossing(known: Tables, sign: float, limit: _Array, w: _Array, b: _Array) -> _Array:
    """Step up or down to a sign change of F and locate it; infinite where there is none."""
    found, going, y = np.full(w.size, np.inf), np.arange(w.size), 0.0
    while going.size:
        grid = y + (_GRID if y < LARGEST else _STEPS * _GRID)  # far out F is as straight as phi
        moves = sign * _move(known, sign * grid, w[going, None], b[going, None])
        crossed = moves < -_SURE
        hit = crossed.any(axis=1)
        found[going[hit]] = grid[crossed.argmax(axis=1)[hit]]
        y = grid[-1]
        going = going[~hit & (limit[going] > y) & (moves[:, -1] < np.inf)]
    here = np.isfinite(found)
    w, b, outer = w[here], b[here], sign * found[here]
    found[here] = sign * zero(lambda t: _move(known, t, w, b), np.zeros(w.size), outer)
    return sign * found


def _move(known: Tables, t: _Array, w: _Array, b: _Array) -> _Array:
    """Return F of the logarithm of the length."""
    with np.errstate(divide="ignore"):  # nothing is passed on: F is -inf
        return np.asarray(np.log(w * _finite_moment(known, np.exp(t)) + b) - t)


def _finite_moment(known: Tables, q: _Array) -> _Array:
    """Return E phi^2 at each length, infinite from where it is too large on."""
    try:
        return known.moment(q)
    except TooLargeError:
        if q.size == 1:
            return np.array([np.inf])
        return np.concatenate([_finite_moment(known, one) for one in np.split(q, q.size)])


def _slope(known: Tables, q: _Array, w: _Array) -> _Array:
    """Return the slope of the length map, infinite where lengths grow without bound."""
    try:
        return w * known.growth(q)
    except TooLargeError:
        return np.where(q < np.inf, w * known.growth(np.where(q < np.inf, q, 1.0)), np.inf)


def _edge(known: Tables, b: float) -> float:
    w = _critical(known, b)
    q = settle(known, w, np.full(w.size, b))
    chi = w * known.moment(q, slopes=True)
    found = w[(q < np.inf) & (_slope(known, q, w) <= 1 + EQUAL) & (np.abs(chi - 1) <= 1e-6)]
    if found.size:
        return float(found.min())
    why = "all fixed points with chi = 1 are unstable" if w.size else "chi is never 1"
    raise ValueError(
        f"bias_variance must allow for an edge of chaos, got {b:g}, for which {why} (among lengths "
        "from 1e-12 to 1e5); try another bias_variance"
    )


def _critical(known: Tables, b: float) -> _Array:
    """Return the variances of the weights for which chi is 1 at any fixed point."""

    def excess(t: _Array) -> _Array:
        """Return b minus the bias variance for which chi is 1, times E phi'^2."""
        q = np.exp(t)
        return known.moment(q) - (q - b) * known.moment(q, slopes=True)

    grid, at = np.empty((2, 0))
    for start in np.arange(SMALLEST, _FARTHEST, PANEL):
        try:
            at = np.append(at, excess(start + _GRID))
        except MomentError:  # too large from here on, or not to be resolved
            break
        grid = np.append(grid, start + _GRID)
    sure = np.abs(at) > _SURE * np.exp(grid)
    left = np.flatnonzero((at[1:] * at[:-1] < 0) & sure[1:] & sure[:-1])
    lengths = np.exp(zero(excess, grid[left], grid[left + 1]))
    if b == known.at_zero() == 0:
        lengths = np.append(lengths, 0.0)
    slopes = known.moment(lengths, slopes=True)
    return np.asarray(1 / slopes[slopes > 0])
