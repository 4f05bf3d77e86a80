"""What a framework needs to know to start a parameter."""

import math

from weightinit.initializers import Constant, Initializer, Orthogonal, zeros

__all__ = ["drawn"]


def drawn(init: Initializer, shape: tuple[int, ...]) -> tuple[str, float]:
    """
    Return how to draw a parameter, in words that frameworks share.

    Parameters
    ----------
    init : Initializer
        What to draw from.
    shape : tuple of int
        The shape of the parameter in the layout of this package.

    Returns
    -------
    str
        ``"zeros"``, ``"constant"``, ``"orthogonal"`` or ``"normal"``.
    float
        The constant, the gain or the std.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.tracing._models.starts import drawn
    >>> drawn(wi.he_normal, (8, 4))
    ('normal', 0.5)
    """
    if init == zeros:
        return "zeros", 0.0
    if isinstance(init, Constant):
        return "constant", float(init.value)
    if isinstance(init, Orthogonal) and math.isfinite(init.gain):
        return "orthogonal", float(init.gain)
    return "normal", float(f"{init.std(shape):.4g}")
