"""What the output layer starts from when the first loss is to be that of the best constant."""

import numpy as np

from weightinit.networks.layers.base import Array
from weightinit.tracing import Trace

__all__ = ["best_constant"]

#: What all classes together get that no label of the batch names: it costs as much of the loss.
_RARE = 5e-7


def best_constant(trace: Trace) -> tuple[Array, str] | None:
    r"""
    Return the outputs of lowest loss that do not depend on the inputs.

    Parameters
    ----------
    trace : Trace
        A pass with labels or targets.

    Returns
    -------
    tuple of (ndarray, str), or None
        The outputs, one for each unit of the last layer, and what they are; None where there are
        no labels or targets, or they are not of these units.

    Notes
    -----
    With labels they are :math:`\log p_k` for the shares :math:`p_k` of the classes, and of one unit
    :math:`\log (p_1 / p_0)`; with targets their means.
    """
    units, labels, targets = trace.layers[-1].units, trace.labels, trace.targets
    if targets is not None:
        fits = targets.shape[1] == units
        return (targets.mean(axis=0, dtype=np.float64), "mean target") if fits else None
    if labels is None or labels.max() >= max(units, 2):
        return None
    shares = np.bincount(labels, minlength=max(units, 2)) / labels.size
    absent = shares == 0
    shares[absent] = _RARE / max(absent.sum(), 1)
    logs = np.log(shares)
    return (logs, "log class shares") if units > 1 else (logs[1:] - logs[:1], "log odds")
