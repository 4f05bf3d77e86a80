"""Adam, with and without weight decay."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from weightinit._checks import check_nonnegative
from weightinit.networks.layers.base import Array
from weightinit.training.optimizers import Optimizer

__all__ = ["Adam", "AdamW"]


class Adam(Optimizer):
    r"""
    Adam: steps of about the learning rate, nearly independent of the gradient's size.

    .. math::
        m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad
        s \leftarrow \beta_2 s + (1 - \beta_2) g^2, \qquad
        \theta \leftarrow \theta
        - \eta\, \frac{m / (1 - \beta_1^t)}{\sqrt{s / (1 - \beta_2^t)} + \varepsilon}

    at step :math:`t = 1, 2, \dots`, with :math:`\beta_1 = 0.9`, :math:`\beta_2 = 0.999`,
    :math:`\varepsilon = 10^{-8}`, and :math:`m`, :math:`s` at first 0.

    Parameters
    ----------
    parameters : mapping of str to ndarray
        The live arrays of a network, which are changed in place.
    learning_rate : float
        The step size :math:`\eta`.
    rate_factors : mapping of str to float, optional
        By what :math:`\eta` is multiplied for some parameters, by pattern.

    References
    ----------
    Kingma and Ba (2015), "Adam: a method for stochastic optimization", arXiv:1412.6980.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.training import Adam
    >>> parameters = {"w": np.array([1.0])}
    >>> Adam(parameters, learning_rate=0.1).update({"w": np.array([1e-3])})
    >>> parameters["w"]
    array([0.9])
    """

    beta1, beta2, epsilon = 0.9, 0.999, 1e-8

    def __init__(
        self,
        parameters: Mapping[str, Array],
        learning_rate: float,
        *,
        rate_factors: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__(parameters, learning_rate, rate_factors=rate_factors, slots=4, rooms=2)

    def _step(
        self, t: int, eta: float, theta: Array, g: Array, slots: Sequence[Array]
    ) -> Sequence[tuple[Any, ...]]:
        step, root, m, s = slots
        return (
            (np.subtract, g, m, step),
            (np.multiply, step, 1 - self.beta1, step),
            (np.add, m, step, m),
            (np.square, g, step),
            (np.subtract, step, s, step),
            (np.multiply, step, 1 - self.beta2, step),
            (np.add, s, step, s),
            (np.divide, s, 1 - self.beta2**t, root),
            (np.sqrt, root, root),
            (np.add, root, self.epsilon, root),
            (np.divide, m, 1 - self.beta1**t, step),
            (np.divide, step, root, step),
            (np.multiply, step, eta, step),
            (np.subtract, theta, step, theta),
        )


class AdamW(Adam):
    r"""
    Adam with decoupled weight decay: a step of Adam from parameters that have shrunk a little.

    .. math::
        \theta \leftarrow (1 - \eta \lambda)\, \theta
        - \eta\, \frac{m / (1 - \beta_1^t)}{\sqrt{s / (1 - \beta_2^t)} + \varepsilon}

    with the averages :math:`m`, :math:`s` of :class:`Adam`. The decay does not go through them, so
    that it is the same share of a parameter whatever its gradient.

    Parameters
    ----------
    parameters : mapping of str to ndarray
        The live arrays of a network, which are changed in place. Each of them decays, as in
        PyTorch: biases and gains too.
    learning_rate : float
        The step size :math:`\eta`.
    weight_decay : float, default 0.01
        The decay :math:`\lambda \ge 0`.
    rate_factors : mapping of str to float, optional
        By what :math:`\eta` is multiplied for some parameters, by pattern.

    References
    ----------
    Loshchilov and Hutter (2019), "Decoupled weight decay regularization", arXiv:1711.05101.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.training import AdamW
    >>> parameters = {"w": np.array([1.0])}
    >>> AdamW(parameters, learning_rate=0.1, weight_decay=0.5).update({"w": np.array([1e-3])})
    >>> parameters["w"]  # 1 * (1 - 0.1 * 0.5) - 0.1
    array([0.85])
    """

    def __init__(
        self,
        parameters: Mapping[str, Array],
        learning_rate: float,
        weight_decay: float = 0.01,
        *,
        rate_factors: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__(parameters, learning_rate, rate_factors=rate_factors)
        self._weight_decay = check_nonnegative("weight_decay", weight_decay)

    def _step(
        self, t: int, eta: float, theta: Array, g: Array, slots: Sequence[Array]
    ) -> Sequence[tuple[Any, ...]]:
        decay = (np.multiply, theta, 1 - eta * self._weight_decay, theta)
        return (decay, *super()._step(t, eta, theta, g, slots))
