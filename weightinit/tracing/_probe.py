"""A model and a batch, which can be looked at with other parameters and inputs."""

import dataclasses
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from weightinit.initializers import Initializer
from weightinit.networks.layers.base import Array, Parameters
from weightinit.tracing.trace import Trace

__all__ = ["Probe", "fixed_pull", "tilt"]

#: A step lowers the loss by about this share of it, or moves outputs by as much where none is.
_STEP = 0.01


class Probe(ABC):
    """
    A model with a batch and a loss; looking at it changes nothing of it.

    Attributes
    ----------
    inputs : ndarray, shape (n, ...)
        The batch; channels are the last axis.
    parameters : dict of str to ndarray
        The parameters, in the layout of this package.
    """

    inputs: Array
    parameters: Parameters

    @abstractmethod
    def look(self, parameters: Parameters, *, tilted: bool = False) -> Trace:
        """
        Return the trace of a pass forward and one back with other parameters.

        Parameters
        ----------
        parameters : dict of str to ndarray
            Some or all of the parameters; the others are as in the model.
        tilted : bool, default False
            Whether samples are weighed unequally: in a balanced batch gradients may cancel.

        Returns
        -------
        Trace
            The record.
        """

    @abstractmethod
    def assign(self, parameters: Parameters) -> Any:
        """
        Write parameters into the model.

        Parameters
        ----------
        parameters : dict of str to ndarray
            Some or all of the parameters, in the layout of this package.

        Returns
        -------
        object
            The model; of a framework whose models do not change, a new one.
        """

    @abstractmethod
    def with_inputs(self, inputs: Array) -> Self:
        """Return the same with other inputs, of the same shape."""

    @abstractmethod
    def code(self, start: Mapping[str, Initializer]) -> tuple[str, ...]:
        """Return lines that start parameters so, in the words of the framework, to be pasted."""

    def eps(self, name: str) -> float:
        """Return the relative distance of the numbers that the model can hold in a parameter."""
        return float(np.finfo(self.parameters[name].dtype).eps)

    def record(self, parameters: Parameters | None = None) -> Trace:
        """Return the trace of a pass, and of one after small steps where these wake weights."""
        with np.errstate(all="ignore"):  # what is not finite shows in the trace
            found = self.look(parameters or {})
            return dataclasses.replace(found, after=self._look_again(found))

    def _look_again(self, first: Trace) -> Trace | None:
        """Take small steps while they wake weights whose gradient was exactly zero at first."""
        before, found = first, None
        if _silent(first):
            before = self.look(first.parameters, tilted=True)
        while silent := _silent(before):
            size = 1.0 if math.isnan(before.loss) else before.loss
            again = self.look(_step(before, size), tilted=True)
            if _silent(again) >= silent:
                break
            before = found = again
        return found


def fixed_pull(shape: tuple[int, ...]) -> Array:
    """Return what stands in for the gradient where there are no labels, the same at each call.

    The gradients of made-up labels would shrink as the network learns them.
    """
    return np.random.default_rng(0).standard_normal(shape) / shape[0]


def tilt(shape: tuple[int, ...]) -> Array:
    """Return weights of samples, between a half and three halves."""
    return np.random.default_rng(0).uniform(0.5, 1.5, (shape[0], *[1] * (len(shape) - 1)))


def _step(found: Trace, size: float) -> Parameters:
    """Return the parameters after a step that lowers the loss by a small share of a size."""
    gradients = found.gradients
    square = sum(float(np.vdot(g, g)) for g in gradients.values())
    rate = _STEP * size / square if square else math.nan
    if not math.isfinite(rate):
        return found.parameters
    return {
        name: np.asarray(theta - theta.dtype.type(rate) * gradients[name])
        for name, theta in found.parameters.items()
    }


def _silent(found: Trace) -> set[str]:
    return {
        row.name
        for row in found.layers
        if row.weight_gradient is not None and not row.weight_gradient.any()
    }
