"""Define what a layer is: a frozen value with two pure functions, forward and backward."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np

from weightinit._arrays import check_array
from weightinit.networks.layers._inputs import (
    check_mask,
    check_sample_shape,
    check_values,
    no_overflow,
)
from weightinit.networks.layers._passes import Cache, check_backward, check_forward
from weightinit.networks.layers._rows import RowGradients, whole
from weightinit.networks.layers._types import Array, Gradients, Parameters, Shape

__all__ = ["Array", "Gradients", "Layer", "Parameters", "Shape"]

_SMALLER = "make them smaller, or compute in float64"


class Layer(ABC):
    r"""
    The base of all layers: a map :math:`y = f(x; \theta)` and its two derivatives.

    A layer is a frozen value that holds no weights. It declares the shapes of its parameters
    :math:`\theta`, and is given them on every call. To add one of your own, write a frozen
    dataclass that derives from this class, set ``kind``, and define ``_parameter_shapes``,
    ``_output_shape``, ``_forward`` and ``_backward``.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.networks import Dense
    >>> layer = Dense(3)
    >>> layer.parameter_shapes((2,))
    {'weight': (2, 3), 'bias': (3,)}
    >>> parameters = {"weight": np.ones((2, 3)), "bias": np.zeros(3)}
    >>> y, cache = layer.forward(parameters, np.array([[1.0, 2.0]]))
    >>> y
    array([[3., 3., 3.]])
    >>> dx, gradients = layer.backward(parameters, cache, np.array([[1.0, 0.0, 0.0]]))
    >>> dx, gradients["bias"]
    (array([[1., 1.]]), array([1., 0., 0.]))
    """

    #: The name of the layer in a network, before its number: ``dense0``.
    kind: ClassVar[str]

    #: Whether the input is integers, which have no gradient: such a layer can only be the first.
    takes_tokens: ClassVar[bool] = False

    def parameter_shapes(self, input_shape: Shape) -> dict[str, tuple[int, ...]]:
        """
        Return the shapes of the parameters, by name, for samples of a shape.

        Parameters
        ----------
        input_shape : tuple of int or None
            The shape of one sample, without the batch axis; None for an axis of any length.

        Returns
        -------
        dict of str to tuple of int
            Empty if there is nothing to learn.

        Raises
        ------
        TypeError, ValueError
            It is no shape, or the layer does not take samples of it.
        """
        shape = check_sample_shape("input_shape", input_shape)
        self._output_shape(shape)
        return self._parameter_shapes(shape)

    def output_shape(self, input_shape: Shape) -> Shape:
        """
        Return the shape of one output for samples of a shape.

        Parameters
        ----------
        input_shape : tuple of int or None
            The shape of one sample, without the batch axis; None for an axis of any length.

        Returns
        -------
        tuple of int or None
            The shape of one output, without the batch axis.

        Raises
        ------
        TypeError, ValueError
            It is no shape, or the layer does not take samples of it.
        """
        return self._output_shape(check_sample_shape("input_shape", input_shape))

    def forward(
        self, parameters: Parameters, x: Array, mask: Array | None = None
    ) -> tuple[Array, Any]:
        """
        Compute the output, and what the backward pass needs.

        Parameters
        ----------
        parameters : mapping of str to ndarray
            The arrays that ``parameter_shapes`` declares.
        x : ndarray, shape (n, ...)
            A batch of samples.
        mask : ndarray of bool, shape (n, T), optional
            Which time steps count; the others are padding. None: all do, or there is no time.

        Returns
        -------
        y : ndarray, shape (n, ...)
            The outputs, in the dtype of the parameters.
        cache : object
            For the backward pass.

        Raises
        ------
        TypeError, ValueError
            The layer does not take such a batch; a parameter is missing, not declared, of another
            shape or not finite; the mask is none of this batch.
        FloatingPointError
            The output overflows.
        """
        given, batch, steps = check_forward(self, parameters, x, mask)
        with no_overflow("x and parameters", _SMALLER) as made:
            y, content = self._forward(given, batch, steps)
            made.append(y)
        return y, Cache(self, batch.shape[1:], y.shape, y.dtype, content)

    def backward(
        self, parameters: Parameters, cache: Any, dy: Array
    ) -> tuple[Array | None, Gradients]:
        r"""
        Return the gradients of a loss for the input and the parameters.

        Parameters
        ----------
        parameters : mapping of str to ndarray
            The arrays that the forward pass was given.
        cache : object
            What the forward pass returned beside its output.
        dy : ndarray, shape (n, ...)
            The gradient :math:`\partial L / \partial y` with respect to the output. It is not
            changed.

        Returns
        -------
        dx : ndarray, shape (n, ...), or None
            :math:`\partial L / \partial x`, the dtype as given; None where the input is integer.
        gradients : dict of str to ndarray
            :math:`\partial L / \partial \theta`, by name, shaped like the parameters.

        Raises
        ------
        TypeError, ValueError
            `parameters`, `cache` or `dy` are not those of a forward pass of this layer.
        FloatingPointError
            A gradient overflows.
        """
        given, flow = check_backward(self, parameters, cache, dy)
        with no_overflow("parameters and dy", _SMALLER) as made:
            dx, gradients = self._backward(given, cache.content, flow)
            made.extend(gradients.values() if dx is None else [dx, *gradients.values()])
        return dx, gradients

    def gradients(self, parameters: Parameters, cache: Any, dy: Array) -> Gradients:
        """
        Return the gradients of a loss for the parameters, without that for the input.

        Parameters
        ----------
        parameters : mapping of str to ndarray
            The arrays that the forward pass was given.
        cache : object
            What the forward pass returned beside its output.
        dy : ndarray, shape (n, ...)
            The gradient with respect to the output. It is not changed.

        Returns
        -------
        dict of str to ndarray
            What ``backward`` returns beside the gradient of the input.

        Raises
        ------
        TypeError, ValueError, FloatingPointError
            As for ``backward``.
        """
        given, flow = check_backward(self, parameters, cache, dy)
        with no_overflow("parameters and dy", _SMALLER) as made:
            gradients = whole(self._gradients(given, cache.content, flow))
            made.extend(gradients.values())
        return gradients

    def mask(self, x: Array, mask: Array | None = None) -> Array | None:
        """
        Return the mask of the output: by default the mask of the input.

        Parameters
        ----------
        x : ndarray, shape (n, ...)
            The input of the forward pass.
        mask : ndarray of bool, shape (n, T), optional
            The mask that came with it.

        Returns
        -------
        ndarray of bool, shape (n, T), or None
            Which time steps of the output count.

        Raises
        ------
        TypeError, ValueError
            `x` is no batch for this layer, or `mask` is none of it.
        """
        batch = self._check_batch(x)
        return self._mask(batch, check_mask(mask, batch))

    def _check_batch(
        self, x: object, dtype: np.dtype[Any] | None = None, input_shape: Shape | None = None
    ) -> Array:
        """Return a batch of values in a dtype, or raise if the layer does not take it."""
        if dtype is None:
            dtype = check_array("x", x, "an array of real numbers").dtype
        return check_values(x, dtype if dtype.kind == "f" else np.dtype(np.float64), input_shape)

    @abstractmethod
    def _parameter_shapes(self, input_shape: Shape) -> dict[str, tuple[int, ...]]:
        """Return what ``parameter_shapes`` returns; the shape is known to fit."""

    @abstractmethod
    def _output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of one output, or raise if the layer does not take the input."""

    @abstractmethod
    def _forward(self, parameters: Parameters, x: Array, mask: Array | None) -> tuple[Array, Any]:
        """Return the output and the cache."""

    @abstractmethod
    def _backward(
        self, parameters: Parameters, cache: Any, dy: Array
    ) -> tuple[Array | None, Gradients]:
        """Return the gradients for the input and the parameters."""

    def _mask(self, _x: Array, mask: Array | None) -> Array | None:
        """Return the mask; a layer that changes the time steps overrides this."""
        return mask

    def _gradients(self, parameters: Parameters, cache: Any, dy: Array) -> RowGradients:
        """Return the gradients for the parameters; a layer that saves work by it overrides this."""
        return self._backward(parameters, cache, dy)[1]
