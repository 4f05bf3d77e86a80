"""Losses as means over the batch, with their gradients with respect to the outputs.

Cross-entropies go through ``logaddexp``: exact where a probability rounds to 0 or 1.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from weightinit._arrays import check_array
from weightinit._messages import short, shown
from weightinit.networks._labels import looks_like_labels, renumbered
from weightinit.networks._positions import IGNORED, check_position_labels, over_positions
from weightinit.networks.layers.base import Array

__all__ = [
    "Loss",
    "choose_loss",
    "labels_of",
    "mean_squared_error",
    "sigmoid_cross_entropy",
    "softmax_cross_entropy",
]

#: From outputs and targets to the loss and its gradient with respect to the outputs.
Loss = Callable[[Array, Array], tuple[float, Array]]


def softmax_cross_entropy(z: Array, y: Array) -> tuple[float, Array]:
    r"""
    Return the cross-entropy of a softmax over logits, and its gradient.

    .. math:: L = -\frac{1}{n} \sum_i \log p_{i y_i}, \qquad
        \log p_{ik} = z_{ik} - \log \sum_j e^{z_{ij}}, \qquad
        \frac{\partial L}{\partial z_{ik}} = \frac{p_{ik} - [k = y_i]}{n}

    Parameters
    ----------
    z : ndarray, shape (n, k)
        Logits.
    y : ndarray of int, shape (n,)
        Labels from 0 to k - 1.

    Returns
    -------
    loss : float
        The mean over the batch.
    dz : ndarray, shape (n, k)
        The gradient, in the dtype of `z`.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.networks._losses import softmax_cross_entropy
    >>> softmax_cross_entropy(np.zeros((1, 4)), np.array([2]))  # log 4
    (1.386294, array([[ 0.25,  0.25, -0.75,  0.25]]))
    """
    n = len(z)
    log_p = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
    chosen = np.arange(n), y
    loss = -log_p[chosen].mean()
    dz = np.exp(log_p)
    dz[chosen] -= 1
    dz /= n
    return float(loss), dz


def sigmoid_cross_entropy(z: Array, y: Array) -> tuple[float, Array]:
    r"""
    Return the cross-entropy of a sigmoid of one logit, and its gradient.

    With the sign :math:`s_i = 2 y_i - 1` of a label and the sigmoid :math:`\sigma`,

    .. math:: L = \frac{1}{n} \sum_i \log\bigl(1 + e^{-s_i z_i}\bigr), \qquad
        \frac{\partial L}{\partial z_i} = -\frac{s_i\, \sigma(-s_i z_i)}{n}.

    Parameters
    ----------
    z : ndarray, shape (n, 1)
        Logits.
    y : ndarray of int, shape (n,)
        Labels, 0 or 1.

    Returns
    -------
    loss : float
        The mean over the batch.
    dz : ndarray, shape (n, 1)
        The gradient, in the dtype of `z`.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.networks._losses import sigmoid_cross_entropy
    >>> sigmoid_cross_entropy(np.array([[-1000.0]]), np.array([1]))
    (1000.0, array([[-1.]]))
    """
    s = (2 * y - 1).astype(z.dtype)[:, np.newaxis]
    losses = np.logaddexp(0, -s * z)  # minus the log of the probability of the label
    dz = np.exp(-np.logaddexp(0, s * z))  # sigmoid(-s z)
    dz *= -s
    dz /= len(z)
    return float(losses.mean()), dz


def mean_squared_error(z: Array, y: Array) -> tuple[float, Array]:
    r"""
    Return the mean squared difference over batch and outputs, and its gradient.

    .. math:: L = \frac{1}{nd} \sum_{i, k} (z_{ik} - y_{ik})^2, \qquad
        \frac{\partial L}{\partial z_{ik}} = \frac{2 (z_{ik} - y_{ik})}{nd}

    Parameters
    ----------
    z : ndarray, shape (n, d)
        Outputs.
    y : ndarray, shape (n, d)
        Targets.

    Returns
    -------
    loss : float
        The mean over batch and outputs.
    dz : ndarray, shape (n, d)
        The gradient, in the dtype of `z`.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.networks._losses import mean_squared_error
    >>> mean_squared_error(np.array([[1.0, 4.0]]), np.array([[1.0, 2.0]]))
    (2.0, array([[0., 2.]]))
    """
    difference = z - y.astype(z.dtype, copy=False)
    return float(np.square(difference).mean()), difference * (2 / z.size)


def choose_loss(
    y: Any, n: int, output_shape: tuple[int | None, ...], mask: Array | None = None
) -> tuple[Loss, Array]:
    """
    Choose the loss by the targets, and check that these fit the outputs.

    Integer labels ``(n,)``: the cross-entropy of a sigmoid if there is one output, of a softmax
    if there are several. Float targets ``(n, d)``: the mean squared error. Outputs ``(n, T, k)``:
    the cross-entropy of labels ``(n, T)``, over the positions that count.

    Parameters
    ----------
    y : array_like
        Labels or targets.
    n : int
        The size of the batch.
    output_shape : tuple of int
        The shape of one output of the network.
    mask : ndarray of bool, shape (n, T), optional
        Which positions are no padding; None if there is none.

    Returns
    -------
    loss : callable
        One of the losses of this module.
    y : ndarray
        The labels or targets as an array.

    Raises
    ------
    TypeError, ValueError
        The targets do not fit: another shape, a label out of range, a target that is not finite.

    Examples
    --------
    >>> from weightinit.networks._losses import choose_loss
    >>> choose_loss([0, 2, 1], 3, (3,))[0].__name__
    'softmax_cross_entropy'
    """
    name = "y" if isinstance(y, np.ndarray) else "np.asarray(y)"
    if len(output_shape) == 2:
        labels = check_position_labels(y, (n, output_shape[0] or 1), mask)
        loss, _ = _for_labels(labels[labels != IGNORED], output_shape[1] or 1, name)
        return partial(over_positions, loss), labels
    told = "integer labels, or float targets"
    targets = check_array("y", y, told, kinds="biufSUTO", hint="encode anything else first")
    if len(output_shape) != 1:
        raise ValueError(
            f"a loss of y needs outputs of shape (n, units), but those of the network are "
            f"(n, {', '.join(map(str, output_shape))}); end it with Flatten() and Dense(...)"
        )
    units = output_shape[0] or 1
    if targets.shape == (n,) and targets.dtype.kind in "biu":
        return _for_labels(targets, units, name)
    if targets.shape == (n, units) and targets.dtype.kind == "f":
        if not np.isfinite(targets).all():
            raise ValueError("y must be finite, got NaN or infinity; drop those samples")
        return mean_squared_error, targets
    raise (TypeError if targets.shape in ((n,), (n, units)) else ValueError)(
        f"y must be integer labels of shape ({n},), or float targets of shape ({n}, {units}) for "
        f"{units} output(s), got {short(str(targets.dtype))} of shape {shown(targets.shape)}; "
        f"{_way_out(targets, n, units, name)}"
    )


def labels_of(z: Array) -> Array:
    """
    Return the label that the outputs of each sample, or position, predict.

    Parameters
    ----------
    z : ndarray, shape (..., units)
        Logits.

    Returns
    -------
    ndarray of int, shape (...)
        With one output, 1 where it is above 0; with several, the number of the largest.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.networks._losses import labels_of
    >>> labels_of(np.array([[0.2, -1.0, 3.0]])), labels_of(np.array([[-0.1]]))
    (array([2]), array([0]))
    """
    return (z[..., 0] > 0).astype(np.intp) if z.shape[-1] == 1 else z.argmax(axis=-1)


def _for_labels(labels: Array, units: int, name: str) -> tuple[Loss, Array]:
    classes = max(units, 2)
    if labels.min() < 0 or labels.max() >= classes:
        wrong = labels[(labels < 0) | (labels >= classes)][0]
        raise ValueError(
            f"labels must be from 0 to {classes - 1} for {units} output(s), got {wrong} in y; "
            f"{renumbered(labels, classes, name)}"
        )
    loss = sigmoid_cross_entropy if units == 1 else softmax_cross_entropy
    return loss, labels.astype(np.intp)


def _way_out(y: Array, n: int, units: int, name: str) -> str:
    """Return the calls that make labels or targets of `y`, or else what it would have to be."""
    if y.shape[:1] != (n,):
        return f"give one label, or one row of targets, for each of the {n} samples"
    ways = [f"{call} for labels"] if (call := looks_like_labels(y, name)) else []
    if y.dtype.kind in "biuf" and y.size == n * units:
        cast = "" if y.dtype.kind == "f" else ".astype(float)"
        shape = "" if y.shape == (n, units) else f".reshape(-1, {units})"
        ways.append(f"{name}{cast}{shape} for targets")
    if ways:
        return f"write {', or '.join(ways)}"
    if y.ndim == 2 and y.dtype.kind in "biuf":
        return f"end the network with {y.shape[1]} outputs for targets of that width"
    return "number the classes from 0 for labels, give a row of floats for each sample for targets"
