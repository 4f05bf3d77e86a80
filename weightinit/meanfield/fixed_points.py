"""Where the length of a signal settles in depth, and whether it stays there."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from weightinit._sampling import ActivationLike
from weightinit.meanfield._arguments import broadcast, check_variances
from weightinit.meanfield._lengths import settle
from weightinit.meanfield._tables import tables

__all__ = ["FixedPoint", "fixed_point"]

_EQUAL = 1e-9  # slopes this near to 1 count as 1


class FixedPoint(NamedTuple):
    r"""
    Where the length of the pre-activations settles.

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
    Return the length at which pre-activations of length 1 settle in depth.

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
    known, variances = tables(activation), check_variances(weight_variance, bias_variance)
    full = broadcast(*variances)
    log, slope = settle(known, *(x.ravel() for x in full))
    status = np.select(
        [log == -np.inf, log == np.inf, np.abs(slope - 1) <= _EQUAL, np.abs(slope) < 1],
        ["vanishes", "diverges", "marginal", "stable"],
        "unstable",
    )
    shape = full[0].shape
    found = [x.reshape(shape) for x in (np.exp(log), slope, status)]
    return FixedPoint(*(found if shape else (x.item() for x in found)))
