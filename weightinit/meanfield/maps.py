"""What one wide layer does to the length of a signal and to a gradient."""

from typing import Any, NamedTuple

from numpy.typing import ArrayLike, NDArray

from weightinit._sampling import ActivationLike
from weightinit.meanfield._arguments import check_array, check_variances, over_arrays
from weightinit.meanfield._lengths import at_rest
from weightinit.meanfield._tables import tables

__all__ = ["Moments", "chi", "length_map", "moments"]

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
    known, lengths = tables(activation), check_array("q", q)
    return Moments(
        over_arrays(known.moment, lengths),
        over_arrays(lambda q: known.moment(q, slopes=True), lengths),
    )


def length_map(
    activation: ActivationLike,
    q: ArrayLike,
    *,
    weight_variance: ArrayLike,
    bias_variance: ArrayLike = 0.0,
) -> Any:
    r"""
    Return the length of the pre-activations one layer on.

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
    known = tables(activation)
    arrays = check_array("q", q), *check_variances(weight_variance, bias_variance)
    return over_arrays(lambda q, w, b: w * known.moment(q) + b, *arrays)


def chi(
    activation: ActivationLike,
    *,
    weight_variance: ArrayLike,
    bias_variance: ArrayLike = 0.0,
    q: ArrayLike | None = None,
) -> Any:
    r"""
    Return the factor of one layer on the mean square of a gradient.

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
    known, variances = tables(activation), check_variances(weight_variance, bias_variance)

    def factor(w: _Array, b: _Array, *given: _Array) -> _Array:
        q = given[0] if given else at_rest(known, w, b)
        return w * known.moment(q, slopes=True)

    return over_arrays(factor, *variances, *(() if q is None else (check_array("q", q),)))
