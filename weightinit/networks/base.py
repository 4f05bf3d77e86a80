"""What every layer is: a frozen value with a forward and a backward pass, both pure functions."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from numpy.typing import NDArray

__all__ = ["Array", "Gradients", "Layer", "Parameters", "Shape"]

Array = NDArray[Any]

#: The shape of one sample; None stands for an axis of any length, such as time.
Shape = tuple[int | None, ...]

#: Arrays by the name of the parameter.
Parameters = Mapping[str, Array]
Gradients = dict[str, Array]


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

    #: What a network calls the layer, with a number behind: ``dense0``.
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
        ValueError
            The layer does not take samples of this shape.
        """
        self.output_shape(input_shape)
        return self._parameter_shapes(input_shape)

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
        ValueError
            The layer does not take samples of this shape.
        """
        return self._output_shape(input_shape)

    def forward(
        self, parameters: Parameters, x: Array, mask: Array | None = None
    ) -> tuple[Array, Any]:
        """
        Compute the output, and what the backward pass will need.

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
        """
        return self._forward(parameters, x, mask)

    def backward(
        self, parameters: Parameters, cache: Any, dy: Array
    ) -> tuple[Array | None, Gradients]:
        r"""
        Take the gradient of a loss from the output to the input and the parameters.

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
        """
        return self._backward(parameters, cache, dy)

    def gradients(self, parameters: Parameters, cache: Any, dy: Array) -> Gradients:
        """
        Take the gradient of a loss to the parameters alone, which saves that of the input.

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
        """
        return self._gradients(parameters, cache, dy)

    def mask(self, x: Array, mask: Array | None) -> Array | None:
        """
        Return the mask that goes with the output: by default the one that came with the input.

        Parameters
        ----------
        x : ndarray, shape (n, ...)
            The input of the forward pass.
        mask : ndarray of bool, shape (n, T), or None
            The mask that came with it.

        Returns
        -------
        ndarray of bool, shape (n, T), or None
            Which time steps of the output count.
        """
        del x
        return mask

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

    def _gradients(self, parameters: Parameters, cache: Any, dy: Array) -> Gradients:
        """Return the gradients for the parameters; a layer that saves work by it defines it."""
        return self._backward(parameters, cache, dy)[1]
