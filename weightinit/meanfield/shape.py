"""The shape of an activation around zero, which decides how it passes small signals on."""

import numpy as np

from weightinit._sampling import ActivationLike, sampled
from weightinit.meanfield._tables import tables

__all__ = ["is_odd", "slope_at_zero"]


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
