"""One pass forward to the loss and back to the gradients."""

from weightinit.networks._losses import Loss
from weightinit.networks.layers._rows import RowGradients, whole
from weightinit.networks.layers.base import Array, Gradients, Parameters
from weightinit.networks.layers.containers.chain import Chain

__all__ = ["backpropagate", "backpropagate_rows"]


def backpropagate(
    chain: Chain, parameters: Parameters, loss: Loss, x: Array, y: Array
) -> tuple[float, Array, Gradients]:
    """
    Compute the loss and the gradients, without checks.

    Parameters
    ----------
    chain : Chain
        The layers.
    parameters : mapping of str to ndarray
        Their parameters.
    loss : callable
        From outputs and targets to the loss and its gradient (:mod:`weightinit.networks._losses`).
    x : ndarray, shape (n, ...)
        The batch, as ``Network.check_inputs`` returns it.
    y : ndarray
        The targets, as ``choose_loss`` returns them.

    Returns
    -------
    loss : float
        The mean over the batch.
    outputs : ndarray, shape (n, units)
        What the chain made of the batch.
    gradients : dict of str to ndarray
        The gradient for each parameter.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> from weightinit.networks._losses import mean_squared_error
    >>> from weightinit.networks._backpropagation import backpropagate
    >>> net = wi.mlp([2, 1]).initialize(wi.zeros)
    >>> x, y = np.ones((1, 2)), np.array([[3.0]])
    >>> backpropagate(net.chain, net.parameters, mean_squared_error, x, y)[0]
    9.0
    """
    value, outputs, gradients = backpropagate_rows(chain, parameters, loss, x, y)
    return value, outputs, whole(gradients)


def backpropagate_rows(
    chain: Chain, parameters: Parameters, loss: Loss, x: Array, y: Array
) -> tuple[float, Array, RowGradients]:
    """Compute what :func:`backpropagate` does, but leave the gradient of a lookup as rows."""
    outputs, cache = chain._forward(parameters, x, None)
    value, d_outputs = loss(outputs, y)
    return value, outputs, chain._gradients(parameters, cache, d_outputs)
