"""What one wide layer does to the length of a signal and to a gradient."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weightinit._sampling import ActivationLike, sampled
from weightinit.meanfield._tables import over_arrays, tables
from weightinit.meanfield.fixed_points import settle

__all__ = ["Moments", "chi", "is_odd", "length_map", "moments", "slope_at_zero"]

_Array = NDArray[Any]


class Moments(NamedTuple):
    r"""
    The second moments of an activation and of its slope, for :math:`z \sim N(0, q)`.

    Parameters
    ----------
    value : float or ndarray
        :math:`\operatorname{E} \phi(z)^2`.
    slope : float or ndarray
        :math:`\operatorname{E} \phi'(z)^2`.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.meanfield.moments("relu", 3.0)
    Moments(value=1.5, slope=0.5)
    """

    value: Any
    slope: Any


def moments(activation: ActivationLike, q: ArrayLike) -> Moments:
    r"""
    Return the mean squares of an activation and of its slope, over normal pre-activations.

    For :math:`z \sim N(0, q)` these are :math:`\operatorname{E} \phi(z)^2`, the second moment of
    the outputs of a wide layer, and :math:`\operatorname{E} \phi'(z)^2`, the factor on the mean
    square of a gradient on its way back through the activation.

    Parameters
    ----------
    activation : str, Activation or callable
        :math:`\phi`, as for :func:`~weightinit.gain`.
    q : float or array_like
        The length: the variance of the pre-activations, 0 or more.

    Returns
    -------
    Moments
        ``value`` and ``slope``, floats or arrays of the shape of `q`, to a relative error below
        1e-8; below 1e-5 for a callable with kinks.

    Raises
    ------
    TypeError, ValueError
        As for :func:`~weightinit.gain`; `q` is negative, or no real number.

    Notes
    -----
    Whatever :math:`\phi` is, both are analytic functions of :math:`\log q`. They are integrated at
    a few lengths, by the panels of :func:`~weightinit.gain`, and interpolated by polynomials in
    between. At ``q=0`` the slope is the limit for small q. The derivative of a plain callable is
    taken numerically, for lengths from 1e-12 on.

    References
    ----------
    Poole et al. (2016), arXiv:1606.05340; Schoenholz et al. (2017), arXiv:1611.01232.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.meanfield.moments("relu", 1.0)  # half of the normal is cut off
    Moments(value=0.5, slope=0.5)
    >>> value, slope = wi.meanfield.moments("tanh", [0.01, 1.0, 100.0])
    >>> value.round(4), slope.round(4)  # small signals pass, large ones saturate
    (array([0.0098, 0.3943, 0.9205]), array([0.9807, 0.4644, 0.0531]))
    """
    moment = tables(activation).moment
    return Moments(*over_arrays(lambda q: (moment(q), moment(q, slopes=True)), q=q))


def length_map(
    activation: ActivationLike,
    q: ArrayLike,
    *,
    weight_variance: ArrayLike,
    bias_variance: ArrayLike = 0.0,
) -> Any:
    r"""
    Return the length of the pre-activations one layer later.

    .. math:: q' = \sigma_w^2 \operatorname{E} \phi(z)^2 + \sigma_b^2, \qquad z \sim N(0, q)

    Parameters
    ----------
    activation : str, Activation or callable
        :math:`\phi`, as for :func:`~weightinit.gain`.
    q : float or array_like
        The length: the variance of the pre-activations of this layer.
    weight_variance : float or array_like
        :math:`\sigma_w^2 = n_\text{in} \operatorname{Var} w` of the next layer: 2 after He.
    bias_variance : float or array_like, default 0.0
        :math:`\sigma_b^2`, the variance of its biases.

    Returns
    -------
    float or ndarray
        :math:`q'`; the arguments are broadcast.

    Raises
    ------
    TypeError, ValueError
        As for :func:`moments`; a variance is negative, or no real number.

    References
    ----------
    Poole et al. (2016), arXiv:1606.05340.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.meanfield.length_map("relu", [0.5, 3.0], weight_variance=2)  # He keeps any length
    array([0.5, 3. ])
    >>> q = 1.0
    >>> for _ in range(100):
    ...     q = wi.meanfield.length_map("tanh", q, weight_variance=1)
    >>> q  # about 1 / (2 * 100)
    0.00507
    """
    moment = tables(activation).moment

    def ahead(q: _Array, weight_variance: _Array, bias_variance: _Array) -> _Array:
        return weight_variance * moment(q) + bias_variance

    return over_arrays(ahead, q=q, weight_variance=weight_variance, bias_variance=bias_variance)


def chi(
    activation: ActivationLike,
    *,
    weight_variance: ArrayLike,
    bias_variance: ArrayLike = 0.0,
    q: ArrayLike | None = None,
) -> Any:
    r"""
    Return the factor by which one layer multiplies the mean square of a gradient.

    .. math:: \chi = \sigma_w^2 \operatorname{E} \phi'(z)^2, \qquad z \sim N(0, q)

    At a fixed point of the length this is also the slope of the correlation map at c = 1: below 1
    nearby inputs approach each other from layer to layer and gradients fade (order), above 1 they
    part and gradients explode (chaos).

    Parameters
    ----------
    activation : str, Activation or callable
        :math:`\phi`, as for :func:`~weightinit.gain`.
    weight_variance : float or array_like
        :math:`\sigma_w^2 = n_\text{in} \operatorname{Var} w`.
    bias_variance : float or array_like, default 0.0
        :math:`\sigma_b^2`; it matters for the fixed point alone.
    q : float or array_like, optional
        The length, by default that of the :func:`fixed_point`; its limit where lengths vanish or
        diverge.

    Returns
    -------
    float or ndarray
        :math:`\chi`; the arguments are broadcast.

    Raises
    ------
    TypeError, ValueError
        As for :func:`length_map`.

    References
    ----------
    Poole et al. (2016), arXiv:1606.05340; Schoenholz et al. (2017), arXiv:1611.01232.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.meanfield.chi("relu", weight_variance=2)
    1.0
    >>> wi.meanfield.chi("tanh", weight_variance=wi.gain("tanh") ** 2)  # gradients grow
    1.17780
    """
    known = tables(activation)

    def factor(weight_variance: _Array, bias_variance: _Array, q: _Array | None = None) -> _Array:
        rest = settle(known, weight_variance, bias_variance) if q is None else q
        return weight_variance * known.moment(rest, slopes=True)

    length = {} if q is None else {"q": q}
    return over_arrays(
        factor, weight_variance=weight_variance, bias_variance=bias_variance, **length
    )


def slope_at_zero(activation: ActivationLike) -> float:
    r"""
    Return the slope of an activation at zero, the mean of both sides if it has a kink there.

    Weights of variance :math:`1 / (\phi'(0)^2 n_\text{in})` pass small signals on as they are, if
    :math:`\phi(0) = 0`.

    Parameters
    ----------
    activation : str, Activation or callable
        :math:`\phi`, as for :func:`~weightinit.gain`. The slopes of a plain callable are taken
        numerically, to 10 digits.

    Returns
    -------
    float
        :math:`\phi'(0)`.

    Raises
    ------
    TypeError, ValueError
        As for :func:`~weightinit.gain`.

    Examples
    --------
    >>> import weightinit as wi
    >>> [wi.meanfield.slope_at_zero(name) for name in ("tanh", "sigmoid", "relu")]
    [1.0, 0.25, 0.5]
    """
    return sum(tables(activation).slopes_at_zero()) / 2


def is_odd(activation: ActivationLike) -> bool:
    r"""
    Tell whether :math:`\phi(-x) = -\phi(x)`, as for tanh.

    Odd activations leave two uncorrelated inputs uncorrelated, and signals without a mean without.

    Parameters
    ----------
    activation : str, Activation or callable
        :math:`\phi`, as for :func:`~weightinit.gain`.

    Returns
    -------
    bool
        Whether that holds at 257 points from 0 to 8, to a relative error of 1e-6.

    Raises
    ------
    TypeError, ValueError
        As for :func:`~weightinit.gain`.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.meanfield.is_odd("tanh"), wi.meanfield.is_odd("relu")
    (True, False)
    """
    sample, x = sampled(tables(activation).phi, 8.0), np.linspace(0.0, 8.0, 257)
    right, left = (sample(sign * x)[0] for sign in (1.0, -1.0))
    return bool(np.allclose(left, -right, rtol=1e-6, atol=1e-9))
