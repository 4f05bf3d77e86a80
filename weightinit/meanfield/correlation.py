r"""The correlation of two inputs: how it changes from layer to layer, and where it settles.

For normal z1, z2 of variance q and correlation c the mean of f(z1) f(z2) is Mehler's sum
:math:`\sum_k a_k^2 c^k` over the normalized Hermite polynomials, :math:`a_k = E f(\sqrt q z)
h_k(z)`. What is missing to E f^2 is :math:`(1 - c) \sum_j T_j c^j`, where :math:`T_j` is what the
terms up to j leave of E f^2; that holds all its digits as c tends to 1.

Where f has kinks the sum is long near c = 1. There z1 and z2 share a part x of variance qc, and
are independent given x: what is missing is the mean over x of the variance of f.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weightinit._moments import REACH, Mesh, mesh
from weightinit._quadrature import MomentError
from weightinit._sampling import ActivationLike, sampled
from weightinit.meanfield._roots import zero
from weightinit.meanfield._tables import EQUAL, Tables, inside, over_arrays, tables
from weightinit.meanfield.fixed_points import settle

__all__ = ["correlation_map", "depth_scale"]

_Array = NDArray[Any]

_ALMOST_ZERO = 1e-150  # a length at which a correlation still has its limit
_NEARLY = 1e-4  # slopes this near to 1 count as 1 where lengths diverge: the largest is finite
_TERMS = 640  # of Mehler's sum at most: a panel of the mesh is too wide for faster waves
_ENOUGH = 1e-13  # of E f^2: so little left out, no further terms are needed
_LEFT_OUT = 1e-9  # of E f^2, by the terms left out of the slope; of the mean are they far less
_PANELS: dict[str, Any] = {"reach": 9.0, "width": 4.5, "look": False}  # the rest counts 1e-18
_TOLERANCE = 1e-11  # of what is missing to E f^2


def correlation_map(
    activation: ActivationLike,
    c: ArrayLike,
    *,
    weight_variance: ArrayLike,
    bias_variance: ArrayLike = 0.0,
    q: ArrayLike | None = None,
) -> Any:
    r"""
    Return the correlation of the pre-activations of two inputs one layer later.

    .. math::

        c' = \frac{\sigma_w^2 \operatorname{E} \phi(z_1) \phi(z_2) + \sigma_b^2}
                  {\sigma_w^2 \operatorname{E} \phi(z_1)^2 + \sigma_b^2}

    for normal :math:`z_1, z_2` of variance q and correlation c: the cosine of the angle between
    the two vectors of pre-activations.

    Parameters
    ----------
    activation : str, Activation or callable
        :math:`\phi`, as for :func:`~weightinit.gain`.
    c : float or array_like
        The correlation, from -1 to 1.
    weight_variance : float or array_like
        :math:`\sigma_w^2 = n_\text{in} \operatorname{Var} w`.
    bias_variance : float or array_like, default 0.0
        :math:`\sigma_b^2`, which all inputs share.
    q : float or array_like, optional
        The length of both inputs, by default that of the :func:`fixed_point`; its limit where
        lengths vanish or diverge.

    Returns
    -------
    float or ndarray
        :math:`c'`; the arguments are broadcast.

    Raises
    ------
    TypeError, ValueError
        As for :func:`length_map`; `c` is not between -1 and 1; the next pre-activations are zero,
        so that they have no angle.

    Notes
    -----
    The integral is Mehler's sum over Hermite polynomials or, for kinks and c near 1, a mean over
    what both inputs share; the two agree to 1e-12 where both are exact.

    References
    ----------
    Poole et al. (2016), arXiv:1606.05340; for relu Cho and Saul (2009), "Kernel
    methods for deep learning", NeurIPS 22.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.meanfield.correlation_map("relu", [-1, 0, 0.5, 1], weight_variance=2).round(4)
    array([0.    , 0.3183, 0.609 , 1.    ])
    >>> wi.meanfield.correlation_map("tanh", 0.9, weight_variance=4)  # chaos: inputs part
    0.872
    """
    known = tables(activation)

    def correlate(
        c: _Array, weight_variance: _Array, bias_variance: _Array, q: _Array | None = None
    ) -> _Array:
        if q is None:
            q = settle(known, weight_variance, bias_variance)
        q = np.where(q == 0, _ALMOST_ZERO, q)
        ahead = weight_variance * known.moment(q) + bias_variance
        if not ahead.all():
            raise ValueError(
                "weight_variance must leave something of the signal for its angle to be known, got "
                "pre-activations of length 0; take weight_variance > 0 or bias_variance > 0"
            )
        return np.asarray(np.clip(1 - weight_variance * _missing(known, q, c) / ahead, -1, 1))

    length = {} if q is None else {"q": q}
    return over_arrays(
        correlate, c=c, weight_variance=weight_variance, bias_variance=bias_variance, **length
    )


def depth_scale(
    activation: ActivationLike, *, weight_variance: ArrayLike, bias_variance: ArrayLike = 0.0
) -> Any:
    r"""
    Return the number of layers over which the correlation of two inputs settles.

    .. math:: \xi = -1 / \log \chi(c^*), \qquad
        \chi(c) = \sigma_w^2 \operatorname{E} \phi'(z_1) \phi'(z_2)

    for normal :math:`z_1, z_2` of correlation c and the variance of the :func:`fixed_point`. At
    the stable fixed point :math:`c^*` of the :func:`correlation_map` a small deviation from it is
    multiplied by :math:`\chi(c^*)` a layer, and so divided by e over :math:`\xi` layers. The
    tanh networks of the paper trained up to a depth of about :math:`6 \xi`.

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
    float or ndarray
        :math:`\xi`, in layers; inf on the :func:`edge_of_chaos`, and 0 where one layer forgets all.

    Raises
    ------
    TypeError, ValueError
        As for :func:`correlation_map`.

    Notes
    -----
    :math:`c^*` is 1 as long as the slope of the map there is at most 1. Beyond it is the one other
    solution between 0 and 1: the map is convex, being a power series with no negative coefficient.
    Where lengths diverge the map is the one that they tend to.

    References
    ----------
    Schoenholz et al. (2017), "Deep information propagation", arXiv:1611.01232.

    Examples
    --------
    >>> import weightinit as wi
    >>> xi = wi.meanfield.depth_scale("tanh", weight_variance=[1, 1.5, 2, 4], bias_variance=0.05)
    >>> xi.round(2)  # longest near the edge of chaos, at 1.76
    array([ 3.63, 15.79, 25.21,  6.98])
    >>> wi.meanfield.depth_scale("relu", weight_variance=2)
    inf
    """
    known = tables(activation)

    def scale(weight_variance: _Array, bias_variance: _Array) -> _Array:
        slope = _slope_at_rest(known, weight_variance, bias_variance)
        with np.errstate(divide="ignore"):
            return np.where(np.abs(slope - 1) <= EQUAL, np.inf, -1 / np.log(slope))

    return over_arrays(scale, weight_variance=weight_variance, bias_variance=bias_variance)


def _slope_at_rest(known: Tables, w: _Array, b: _Array) -> _Array:
    """Return chi at the stable fixed point of the correlation map, for the largest length."""
    q = settle(known, w, b)
    diverges, passed = np.isinf(q), w.copy()  # ... of w q by the length ahead, which is q elsewhere
    far = inside(q[diverges])
    passed[diverges] *= far / (w[diverges] * known.moment(far) + b[diverges])
    slope = passed * known.moment(q, slopes=True)
    slope[diverges & (np.abs(slope - 1) <= _NEARLY)] = 1.0
    chaos = slope > 1 + EQUAL
    if chaos.any():
        q, at_one = inside(q[chaos]), slope[chaos]
        passed = passed[chaos] / q
        c = _leave(known, q, passed, at_one)
        slope[chaos] = np.clip(passed * _missing(known, q, c, slope=True), 0, 1 - EQUAL)
    return slope


def _leave(known: Tables, q: _Array, passed: _Array, at_one: _Array) -> _Array:
    """Return where the correlation map, which is convex, crosses the diagonal below 1.

    There (1 - c') / (1 - c), which grows with c up to the slope at 1, is 1.
    """

    def fallen(s: _Array) -> _Array:  # in the root of 1 - c it is nearly straight
        c = np.where(s > 0, 1 - np.maximum(s**2, EQUAL), 0)  # at 1 the slope is known
        return 1 - np.where(s > 0, passed * _missing(known, q, c) / (1 - c), at_one)

    s = zero(fallen, np.full(q.size, 1.005), np.zeros(q.size))
    return np.asarray(1 - np.maximum(s**2, EQUAL))


def _missing(known: Tables, q: _Array, c: _Array, *, slope: bool = False) -> _Array:
    """Return E phi(z1)^2 - E phi(z1) phi(z2), or the slope in c of the latter."""
    found, q = np.empty(q.size), inside(q)
    for here, (whole, *left, last) in known.by_panel(_tails, q):
        at, tails, j = c[here], np.array(left), np.arange(len(left))[:, None]
        powers = at**j
        found[here] = (tails * powers).sum(axis=0)
        if slope:
            found[here] -= (1 - at) * (j[1:] * tails[1:] * powers[:-1]).sum(axis=0)
        else:
            found[here] *= 1 - at
        far = j.size * last * np.abs(at) ** j.size > _LEFT_OUT * whole
        for k in here[far & (at < 1)]:
            found[k] = _missing_of_kinks(known, q[k : k + 1], c[k], slope)
    return found


def _tails(found: Mesh, rows: int) -> _Array:
    """Return E f^2, what each further term of Mehler's sum leaves of it, and the last at most."""
    left = [found.second_moment(rows)]
    before, now = np.zeros_like(found.z), np.ones_like(found.z)
    with np.errstate(over="ignore", invalid="ignore"):  # told below
        for k in range(_TERMS):
            left.append(left[-1] - found.mean(found.values * now, rows) ** 2)
            if k % 32 == 31 and (left[-1] <= _ENOUGH * left[0]).all():
                break
            before, now = now, (found.z * now - math.sqrt(k) * before) / math.sqrt(k + 1)
    if not np.isfinite(left).all():
        raise MomentError(
            "activation must not grow too fast at this length for a correlation: the terms of its "
            "Hermite series are no floats; ask at a smaller q"
        )
    return np.array([*left, np.full(rows, left[-1].max())])


def _missing_of_kinks(known: Tables, q: _Array, c: float, slope: bool) -> float:
    """Return the same for one pair, where c is negative by way of phi(x) + phi(-x) / 2.

    The second moment of that holds E phi(z) phi(-z), and is no difference of equals.
    """

    def both(x: _Array) -> _Array:
        return np.asarray(known.phi(x) + np.asarray(known.phi(-x)) / 2)

    whole = known.moment(q)
    near = _unshared(known.phi, q, abs(c), whole, slope)
    if c > 0:
        return near
    rest = _unshared(both, q, -c, whole, slope) - 1.25 * near
    if slope:
        return -rest
    sample = sampled(both, REACH * math.sqrt(q[0]))
    return float((2.25 * whole - mesh(sample, np.sqrt(q)).second_moment(1))[0]) + rest


def _unshared(f: Callable[[Any], Any], q: _Array, c: float, whole: _Array, slope: bool) -> float:
    """Return the mean of the variance of f given what z1 and z2 share, or of q g'^2, g its mean."""
    sample, std = sampled(f, REACH * math.sqrt(q[0])), np.sqrt(q * (1 - c))
    if c == 1:
        return 0.0
    _, dtype = sample(np.zeros((1, 2)))

    def given(x: _Array) -> tuple[_Array, np.dtype[Any]]:
        stds, n = np.repeat(std, x.size), x.size
        found = mesh(sample, stds, means=x.ravel(), least=whole, **_PANELS)
        if slope:
            y = found.mean(found.values * found.z, n) / np.sqrt((1 - c) * whole)  # by parts
        else:
            mean, some = (found.mean(v, n) for v in (found.values, np.ones_like(found.z)))
            off = found.mean((found.values - mean[found.row]) ** 2, n)
            y = (off + mean**2 * np.maximum(1 - some, 0)) / whole  # nodes of no value are left out
        return y.reshape(x.shape), dtype

    rounding = np.finfo(dtype).eps / math.sqrt(1 - c)  # of differences of f
    tolerance = max(_TOLERANCE, float(16 * rounding))
    shared = mesh(given, np.sqrt(q * c), means=np.zeros(1), tolerance=tolerance, **_PANELS)
    found = shared.second_moment(1) if slope else shared.mean(shared.values, 1)
    return float((found * whole)[0])
