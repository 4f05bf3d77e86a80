"""Optimizers: change the weights in place by their gradients."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from operator import setitem
from typing import Any

import numpy as np

from weightinit._checks import check_mapping, check_nonnegative, check_positive
from weightinit._messages import shown
from weightinit._uninterrupted import uninterrupted
from weightinit.networks._starts import first_fits
from weightinit.networks.layers._rows import RowGradients, Rows, whole
from weightinit.networks.layers.base import Array
from weightinit.training._arrays import check_arrays

__all__ = ["Optimizer", "Sgd"]


class Optimizer(ABC):
    r"""
    The base of optimizers: holds the parameters and changes them by their gradients.

    Parameters
    ----------
    parameters : mapping of str to ndarray
        The live arrays of a network, which are changed in place.
    learning_rate : float
        The step size :math:`\eta`.
    rate_factors : mapping of str to float, optional
        By what the step size is multiplied for some parameters, at least 0, by pattern as in
        :meth:`~weightinit.Network.initialize`: the first pattern that fits the name of a parameter
        counts, and 1 where none does.
    slots : int, default 1
        How many arrays beside each parameter a step works with.
    rooms : int, default 0
        How many of them hold nothing between steps, so that parameters of a shape share them.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.training import Sgd
    >>> parameters = {"w": np.array([1.0])}
    >>> Sgd(parameters, learning_rate=0.1).update({"w": np.array([2.0])})
    >>> parameters["w"]
    array([0.8])
    """

    #: Whether a step can be made of the rows of a gradient that are not zero.
    _takes_rows = False

    def __init__(
        self,
        parameters: Mapping[str, Array],
        learning_rate: float,
        *,
        rate_factors: Mapping[str, float] | None = None,
        slots: int = 1,
        rooms: int = 0,
    ) -> None:
        self.parameters = parameters
        self.learning_rate = check_positive("learning_rate", learning_rate)
        self._t = 0
        self._shapes = {
            name: theta.shape for name, theta in check_arrays("parameters", parameters).items()
        }
        self.check()
        self._factors = _factors({} if rate_factors is None else rate_factors, parameters)
        shared: dict[Any, list[Array]] = {}  # a room in use stays in the core's own cache
        self._slots: dict[str, list[Array]] = {}
        for name, theta in parameters.items():
            like = theta.shape, theta.dtype
            if like not in shared:
                shared[like] = [np.empty_like(theta) for _ in range(rooms)]
            memories = [np.zeros_like(theta) for _ in range(slots - rooms)]
            self._slots[name] = shared[like] + memories

    def update(self, gradients: Mapping[str, Array]) -> None:
        """
        Change the parameters by one step; the gradients are left as they are.

        Parameters
        ----------
        gradients : mapping of str to ndarray
            The gradient of each parameter, by the same name and of the same shape.

        Raises
        ------
        TypeError, ValueError
            The gradients are not those of the parameters, or a parameter is read-only.

        Notes
        -----
        All parameters change, and with them what the optimizer remembers, or nothing does: an
        interrupt, from the keyboard or another thread, waits until the step is whole. What
        overflows becomes infinite without a warning; :func:`train` tells of it.
        """
        self.check()
        given = check_arrays("gradients", gradients, self._shapes)
        with np.errstate(all="ignore"):
            self._apply(given)

    def check(self) -> None:
        """
        Raise if the parameters cannot be changed in place, or have changed their shapes.

        Raises
        ------
        TypeError, ValueError
            A parameter was put in the place of another that is not like it, or is read-only.
        """
        for name, theta in check_arrays("parameters", self.parameters, self._shapes).items():
            if not theta.flags.writeable:
                raise ValueError(
                    f"parameters[{shown(name)}] must be writeable, got a read-only array; it is "
                    "changed in place: put a copy of it there"
                )

    def _apply(self, gradients: RowGradients, others: Iterable[tuple[Any, ...]] = ()) -> None:
        """Change the parameters by one step, with checked gradients; `others` are calls beside it.

        NumPy has to be told to ignore all that goes wrong with numbers,
        ``np.errstate(all="ignore")``: an error or a warning would come in the midst of a step.
        """
        t = self._t + 1
        gradients = gradients if self._takes_rows else whole(gradients)
        calls: list[tuple[Any, ...]] = [(setattr, self, "_t", t), *others]
        for name, theta in self.parameters.items():
            g = gradients[name]
            if g.shape != theta.shape or g.dtype.kind != "f":  # a layer may have made a mistake
                check_arrays("gradients", whole(gradients), self._shapes)
            eta = self.learning_rate * self._factors.get(name, 1.0)
            calls += self._step(t, eta, theta, g, self._slots[name])
        uninterrupted(calls)

    @abstractmethod
    def _step(
        self, t: int, eta: float, theta: Array, g: Any, slots: Sequence[Array]
    ) -> Sequence[tuple[Any, ...]]:
        """Return the calls of C functions that make the t-th step of a parameter, in place.

        The slots are arrays beside it. First come rooms to compute in, which parameters of the
        same shape share, then what is remembered, at first 0.
        """


def _factors(patterns: Mapping[str, float], names: Iterable[str]) -> dict[str, float]:
    """Return by what the learning rate of each parameter that fits a pattern is multiplied."""
    hint = 'write {"dense0.*": 0.1}'
    allowed = "a mapping of patterns to numbers >= 0"
    given = check_mapping("rate_factors", patterns, allowed, hint=hint)
    return first_fits("rate_factors", given, names, check_nonnegative, hint)


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
    rate_factors : mapping of str to float, optional
        By what :math:`\eta` is multiplied for some parameters, by pattern.

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
        self,
        parameters: Mapping[str, Array],
        learning_rate: float,
        momentum: float = 0.0,
        *,
        rate_factors: Mapping[str, float] | None = None,
    ) -> None:
        mu = check_nonnegative("momentum", momentum)
        if mu >= 1:
            raise ValueError(f"momentum must be below 1, got {shown(momentum)}; 0.9 is usual")
        slots = 2 if mu else 1
        super().__init__(parameters, learning_rate, rate_factors=rate_factors, slots=slots, rooms=1)
        self._momentum, self._takes_rows = mu, not mu

    @property
    def momentum(self) -> float:
        """The share of the velocity that is kept from step to step."""
        return self._momentum

    def _step(
        self, t: int, eta: float, theta: Array, g: Array | Rows, slots: Sequence[Array]
    ) -> Sequence[tuple[Any, ...]]:
        del t
        room = slots[0]
        if isinstance(g, Rows):  # elsewhere theta - eta 0 is theta
            return ((setitem, theta, g.rows, theta[g.rows] - eta * g.values),)
        if not self.momentum:
            return (np.multiply, g, eta, room), (np.subtract, theta, room, theta)
        v = slots[1]
        return (
            (np.multiply, v, self.momentum, v),
            (np.add, v, g, v),
            (np.multiply, v, eta, room),
            (np.subtract, theta, room, theta),
        )
