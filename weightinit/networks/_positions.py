"""Labels of the positions of sequences, such as the next word at each word."""

from collections.abc import Callable
from typing import Any

import numpy as np

from weightinit._arrays import check_array
from weightinit._messages import short, shown
from weightinit.networks.layers.base import Array

__all__ = ["IGNORED", "check_position_labels", "over_positions"]

#: The label of a position that does not count.
IGNORED = -1


def check_position_labels(y: Any, shape: tuple[int, ...], mask: Array | None) -> Array:
    """
    Return a label for each position, ``IGNORED`` at those that do not count.

    Parameters
    ----------
    y : array_like of int, shape (n, T)
        Labels; -1 where none counts.
    shape : tuple of int
        The shape ``(n, T)`` of samples and positions.
    mask : ndarray of bool, shape (n, T), or None
        Which positions are no padding; None if there is none.

    Returns
    -------
    ndarray of int, shape (n, T)
        The labels.

    Raises
    ------
    TypeError, ValueError
        They are no integers, of another shape, or none of them counts.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.networks._positions import check_position_labels
    >>> check_position_labels([[3, 1, -1]], (1, 3), np.array([[True, False, True]]))
    array([[ 3, -1, -1]])
    """
    hint = "give a label for each position, -1 where none counts"
    told = f"integer labels of shape {shown(shape)}, one for each position"
    labels = check_array("y", y, told, kinds="biufSUTO", hint=hint)
    if labels.dtype.kind not in "biu" or labels.shape != shape:
        got = f"{short(str(labels.dtype))} of shape {shown(labels.shape)}"
        raise (TypeError if labels.shape == shape else ValueError)(
            f"y must be {told}, got {got}; {hint}"
        )
    labels = labels.astype(np.intp)
    if mask is not None:
        labels = np.where(mask, labels, IGNORED)
    if (labels == IGNORED).all():
        raise ValueError(f"y must hold a label that counts, got padding and -1 alone; {hint}")
    return labels


def over_positions(
    loss: Callable[[Array, Array], tuple[float, Array]], z: Array, y: Array
) -> tuple[float, Array]:
    """
    Return the mean of a loss over the positions that count, and its gradient.

    Parameters
    ----------
    loss : callable
        From outputs ``(m, k)`` and labels ``(m,)`` to their mean loss and its gradient.
    z : ndarray, shape (n, T, k)
        Outputs.
    y : ndarray of int, shape (n, T)
        Labels, ``IGNORED`` where none counts.

    Returns
    -------
    loss : float
        The mean; 0 where no position counts.
    dz : ndarray, shape (n, T, k)
        The gradient, 0 at the positions that do not count.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.networks._losses import softmax_cross_entropy
    >>> from weightinit.networks._positions import over_positions
    >>> over_positions(softmax_cross_entropy, np.zeros((1, 2, 2)), np.array([[1, -1]]))
    (0.693147, array([[[ 0.5, -0.5],
            [ 0. ,  0. ]]]))
    """
    counts, dz = y != IGNORED, np.zeros_like(z)
    if not counts.any():
        return 0.0, dz
    value, dz[counts] = loss(z[counts], y[counts])
    return value, dz
