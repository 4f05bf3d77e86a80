"""The second moment of an array, which signals and gradients are judged by."""

import numpy as np

from weightinit.networks.layers.base import Array

__all__ = ["mean_square"]

_BLOCK = 2**15  # entries that fit into a cache as doubles


def mean_square(x: Array) -> float:
    """Return the second moment, in double precision.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.tracing._squares import mean_square
    >>> mean_square(np.array([1.0, 3.0]))
    5.0
    """
    flat, total = x.reshape(-1), 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, flat.size, _BLOCK):
            block = flat[start : start + _BLOCK].astype(np.float64, copy=False)
            total += float(block @ block)
    return total / max(flat.size, 1)
