"""Batch normalization."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from weightinit._messages import shown
from weightinit.networks.layers.base import Array, Parameters
from weightinit.networks.layers.normalization._groups import Group, Normalization

__all__ = ["BatchNorm"]


@dataclass(frozen=True)
class BatchNorm(Normalization):
    r"""
    Normalize each channel over the batch to mean 0 and variance 1, then apply a gain and a bias.

    .. math:: y = g\, \hat x + b, \qquad \hat x = \frac{x - \mu}{\sigma}, \qquad
        \sigma = \sqrt{\operatorname{Var} x + \varepsilon}

    with the mean :math:`\mu` and the variance (divided by n, not by n - 1) of each channel over
    samples and positions; padding is left out. With
    :math:`d = \partial L / \partial \hat x = g\, \partial L / \partial y`, and bars for means over
    samples and positions,

    .. math:: \frac{\partial L}{\partial x} = \frac{1}{\sigma}
        \bigl(d - \bar d - \hat x\, \overline{d \hat x}\bigr).

    The parameters are ``gain``, which starts at 1, and ``bias``, which starts at 0.

    Parameters
    ----------
    epsilon : float, default 1e-5
        The number :math:`\varepsilon > 0` that keeps a constant channel from a division by zero;
        1e-5 in PyTorch, 1e-3 in Keras.

    Raises
    ------
    TypeError, ValueError
        `epsilon` is not a finite number > 0, or is 0 or infinite in float32.

    Notes
    -----
    **In training** a pass uses the statistics of its own batch, as the frameworks do: in
    ``net.loss_and_gradients``, ``net.record`` and the steps of :func:`~weightinit.train`. A single
    sample without positions is refused there. Each step also moves the running statistics,

    .. math:: m \leftarrow 0.9\, m + 0.1\, \mu, \qquad
        v \leftarrow 0.9\, v + 0.1\, \frac{n}{n - 1} \operatorname{Var} x,

    from :math:`m = 0` and :math:`v = 1`, where n is the number of values in a mean.

    **After training** ``net.forward`` and ``net.predict`` use :math:`m` and :math:`v`, so that the
    prediction for a sample does not depend on those beside it. They are in ``net.statistics``.

    **Before training** there is nothing to average over, ``net.statistics`` is empty, and each
    pass uses its own batch: what you see of a start is what the first step sees. (The frameworks
    use 0 and 1 there, which normalizes nothing.)

    References
    ----------
    Ioffe and Szegedy (2015), "Batch normalization: accelerating deep network training by reducing
    internal covariate shift", arXiv:1502.03167.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.networks import BatchNorm
    >>> parameters = {"gain": np.ones(2), "bias": np.zeros(2)}
    >>> y, _ = BatchNorm().forward(parameters, np.array([[1.0, 30.0], [3.0, 10.0]]))
    >>> y.round(4)
    array([[-1.,  1.],
           [ 1., -1.]])
    """

    kind: ClassVar[str] = "batchnorm"

    def _forward(self, parameters: Parameters, x: Array, mask: Array | None) -> tuple[Array, Any]:
        if "mean" not in parameters:
            return super()._forward(parameters, x, mask)
        sigma = np.sqrt(parameters["variance"] + self.epsilon)
        x_hat = (x - parameters["mean"]) / sigma
        return parameters["gain"] * x_hat + parameters["bias"], None

    def _group(self, x: Array, mask: Array | None) -> Group:
        counts: Array | bool = True
        n = x.size // x.shape[-1]
        if mask is not None and x.ndim > 2 and x.shape[:2] == mask.shape:
            counts = mask.reshape(*mask.shape, *[1] * (x.ndim - 2))
            n = int(np.count_nonzero(mask)) * (n // mask.size)
        if n < 2:
            raise ValueError(
                f"x must hold 2 or more values of each channel for {shown(self)}, got {n} in a "
                f"batch of shape {shown(x.shape)}; it normalizes over the batch: take more "
                "samples, and in training a batch_size that leaves no single one over"
            )
        return Group(tuple(range(x.ndim - 1)), counts, n)
