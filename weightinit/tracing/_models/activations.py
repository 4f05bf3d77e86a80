"""Recognize an activation by its values, and make one of a function that has no name here."""

from collections.abc import Callable

import numpy as np

from weightinit import activations
from weightinit.activations import Activation
from weightinit.networks.layers.base import Array

__all__ = ["recognize"]

_GRID = np.concatenate([np.linspace(-6, 6, 241), [-30.0, -12.0, 12.0, 30.0]])
_CLOSE = 5e-6  # constants in a model are rounded to float32


def recognize(
    function: Callable[[Array], Array], slope: Callable[[Array], Array], name: str
) -> Activation | None:
    """
    Return the activation that a function of each entry is; None for a straight line.

    Parameters
    ----------
    function, slope : callable
        The function and its derivative, from an array to one of its shape.
    name : str
        What to call it if it is none of this package.

    Returns
    -------
    Activation or None
        One of ``weightinit.activations``, or one of its own.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.tracing._models.activations import recognize
    >>> recognize(lambda x: x / (1 + np.exp(-x)), np.cos, "mine")
    silu
    """
    values = function(_GRID)

    def off(other: Array) -> float:
        with np.errstate(all="ignore"):
            return float(np.max(np.abs(values - other) / (1 + np.abs(values))))

    at_zero = values[120]
    if off(at_zero + (values[140] - at_zero) * _GRID) < _CLOSE:
        return None
    with np.errstate(all="ignore"):
        known = {off(each(_GRID)): each for each in map(activations.get, activations.names())}
    if min(known) < _CLOSE:
        return known[min(known)]
    below = -float(values[100])
    if below > 0 and off(np.where(_GRID > 0, _GRID, below * _GRID)) < _CLOSE:
        return activations.leaky_relu(round(below, 6))
    return Activation(name, function, slope)
