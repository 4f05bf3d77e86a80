"""How the correlation of two inputs changes from layer to layer, and where it settles."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weightinit._sampling import ActivationLike
from weightinit.meanfield._arguments import check_array, check_variances, over_arrays
from weightinit.meanfield._covariance import at_the_ends, covariance
from weightinit.meanfield._lengths import LARGEST, at_rest, settle
from weightinit.meanfield._tables import Tables, tables

__all__ = ["correlation_map", "depth_scale"]

_Array = NDArray[Any]

_ALMOST_ZERO = 1e-150  # a length at which a correlation still has its limit
_EQUAL = 1e-9  # slopes this near to 1 count as 1
_NEARLY = 1e-4  # and these where lengths diverge: the largest one looked at is finite
_NEWTON = 60
_ROUNDING = 4e-15  # of a correlation


def correlation_map(
    activation: ActivationLike,
    c: ArrayLike,
    *,
    weight_variance: ArrayLike,
    bias_variance: ArrayLike = 0.0,
    q: ArrayLike | None = None,
) -> Any:
    r"""
    Return how the pre-activations of two inputs correlate one layer on.

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
        so that they have no angle; `c` is closer to 1 or -1, but not equal, than an activation
        with a jump allows to resolve.

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
    known, variances = tables(activation), check_variances(weight_variance, bias_variance)

    def correlate(c: _Array, w: _Array, b: _Array, *given: _Array) -> _Array:
        q = given[0] if given else at_rest(known, w, b)
        return _correlations(known, c, w, b, np.where(q == 0, _ALMOST_ZERO, q))

    arrays = check_array("c", c, least=-1, most=1), *variances
    return over_arrays(correlate, *arrays, *(() if q is None else (check_array("q", q),)))


def depth_scale(
    activation: ActivationLike, *, weight_variance: ArrayLike, bias_variance: ArrayLike = 0.0
) -> Any:
    r"""
    Return over how many layers two inputs forget how they correlated.

    .. math:: \xi = -1 / \log \chi(c^*), \qquad
        \chi(c) = \sigma_w^2 \operatorname{E} \phi'(z_1) \phi'(z_2)

    for normal :math:`z_1, z_2` of correlation c and the variance of the :func:`fixed_point`. At
    the stable fixed point :math:`c^*` of the :func:`correlation_map` a small deviation from it is
    multiplied by :math:`\chi(c^*)` a layer, and so divided by e over :math:`\xi` layers. Networks
    much deeper than 6 of these cannot be trained, as no trace of the input arrives.

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

    def scale(w: _Array, b: _Array) -> _Array:
        slope = _slope_at_rest(known, w, b)
        with np.errstate(divide="ignore"):
            return np.where(np.abs(slope - 1) <= _EQUAL, np.inf, -1 / np.log(slope))

    return over_arrays(scale, *check_variances(weight_variance, bias_variance))


def _correlations(known: Tables, c: _Array, w: _Array, b: _Array, q: _Array) -> _Array:
    ahead = w * known.moment(q) + b
    if not ahead.all():
        raise ValueError(
            "weight_variance must leave something of the signal for its angle to be known, got "
            "pre-activations of length 0; take weight_variance > 0 or bias_variance > 0"
        )
    product, between = np.empty(q.size), np.abs(c) < 1
    product[between], _ = covariance(known, q[between], c[between])
    product[~between] = at_the_ends(known, q[~between], c[~between])
    return np.where(c == 1, 1.0, np.clip((w * product + b) / ahead, -1, 1))


def _slope_at_rest(known: Tables, w: _Array, b: _Array) -> _Array:
    """Return chi at the stable fixed point of the correlation map, that of the largest length."""
    log, _ = settle(known, w, b)
    q = np.exp(np.where(np.isfinite(log), log, LARGEST))
    ahead = np.where(np.isfinite(log), q, w * known.moment(q) + b)
    with np.errstate(divide="ignore", invalid="ignore"):  # where w is 0, and replaced below
        slope = w * known.moment(q, slopes=True) * q / ahead
    slope[log == -np.inf] = w[log == -np.inf] * known.slope_at_zero_squared()
    slope[(log == np.inf) & (np.abs(slope - 1) <= _NEARLY)] = 1.0
    chaos = np.flatnonzero(slope > 1 + _EQUAL)
    slope[chaos] = _slope_in_chaos(known, *(x[chaos] for x in (q, w, b, ahead)))
    return slope


def _slope_in_chaos(known: Tables, q: _Array, w: _Array, b: _Array, ahead: _Array) -> _Array:
    """Return the slope where the correlation map, which is convex, crosses the diagonal below 1.

    Newton's steps from 0 end there, and none goes too far.
    """
    slope, c, going = np.zeros(q.size), np.zeros(q.size), np.arange(q.size)
    for _ in range(_NEWTON):
        if not going.size:
            break
        product, change = covariance(known, q[going], c[going])
        slope[going] = np.minimum(w[going] * change / ahead[going], 1 - _EQUAL)
        rise = (w[going] * product + b[going]) / ahead[going] - c[going]
        going = going[rise > _ROUNDING]
        c[going] += (rise[rise > _ROUNDING]) / (1 - slope[going])
        c = np.minimum(c, 1 - _EQUAL)
    return slope
