"""Optimizers: from gradients to the next weights, in place."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np

from weightinit.networks.base import Array

__all__ = ["Adam", "Optimizer", "Sgd"]


class Optimizer(ABC):
    """
    The base of optimizers: holds live parameters and changes them by their gradients.

    Parameters
    ----------
    parameters : mapping of str to ndarray
        The live arrays of a network, which are changed in place.
    learning_rate : float
        The step size.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.training import Sgd
    >>> parameters = {"w": np.array([1.0])}
    >>> Sgd(parameters, learning_rate=0.1).update({"w": np.array([2.0])})
    >>> parameters["w"]
    array([0.8])
    """

    def __init__(self, parameters: Mapping[str, Array], learning_rate: float) -> None:
        self.parameters = parameters
        self.learning_rate = learning_rate

    def update(self, gradients: Mapping[str, Array]) -> None:
        """
        Change the parameters by one step; the gradients are left as they are.

        Parameters
        ----------
        gradients : mapping of str to ndarray
            The gradient of each parameter, by the same name.
        """
        self._update(gradients)

    @abstractmethod
    def _update(self, gradients: Mapping[str, Array]) -> None:
        """Change the parameters in place."""


class Sgd(Optimizer):
    r"""
    Stochastic gradient descent with momentum.

    .. math:: v \leftarrow \mu v + g, \qquad \theta \leftarrow \theta - \eta v

    for a parameter :math:`\theta` with gradient :math:`g` and velocity :math:`v`, at first 0.

    Parameters
    ----------
    parameters : mapping of str to ndarray
        The live arrays of a network, which are changed in place.
    learning_rate : float
        The step size :math:`\eta`.
    momentum : float, default 0.0
        The share :math:`\mu` of the velocity that stays from step to step; 0 is plain descent.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.training import Sgd
    >>> parameters = {"w": np.array([1.0])}
    >>> sgd = Sgd(parameters, learning_rate=0.1, momentum=0.5)
    >>> for _ in range(2):
    ...     sgd.update({"w": np.array([2.0])})
    >>> parameters["w"]  # 1 - 0.1 * 2 - 0.1 * (0.5 * 2 + 2)
    array([0.5])
    """

    def __init__(
        self, parameters: Mapping[str, Array], learning_rate: float, momentum: float = 0.0
    ) -> None:
        super().__init__(parameters, learning_rate)
        self.momentum = momentum
        self._velocity = {name: np.zeros_like(theta) for name, theta in parameters.items()}

    def _update(self, gradients: Mapping[str, Array]) -> None:
        for name, theta in self.parameters.items():
            if self.momentum == 0:
                np.subtract(theta, self.learning_rate * gradients[name], out=theta)
                continue
            v = self._velocity[name]
            v *= self.momentum
            v += gradients[name]
            np.subtract(theta, self.learning_rate * v, out=theta)


class Adam(Optimizer):
    r"""
    Adam: steps of about the learning rate, whatever the size of the gradient.

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

    def __init__(self, parameters: Mapping[str, Array], learning_rate: float) -> None:
        super().__init__(parameters, learning_rate)
        self._m = {name: np.zeros_like(theta) for name, theta in parameters.items()}
        self._s = {name: np.zeros_like(theta) for name, theta in parameters.items()}
        self._t = 0

    def _update(self, gradients: Mapping[str, Array]) -> None:
        self._t += 1
        m_share, s_share = 1 - self.beta1**self._t, 1 - self.beta2**self._t
        for name, theta in self.parameters.items():
            g, m, s = gradients[name], self._m[name], self._s[name]
            m += (1 - self.beta1) * (g - m)
            s += (1 - self.beta2) * (np.square(g) - s)
            step = (m / m_share) / (np.sqrt(s / s_share) + self.epsilon)
            np.subtract(theta, self.learning_rate * step, out=theta)
