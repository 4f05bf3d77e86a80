"""Check the arguments of the two passes of a layer; define what one hands to the other."""

from typing import Any, NamedTuple

import numpy as np

from weightinit._checks import check_instance
from weightinit._messages import shown
from weightinit.networks.layers._inputs import check_gradient, check_mask, check_parameters
from weightinit.networks.layers._types import Array, Parameters, Shape

__all__ = ["Cache", "check_backward", "check_forward"]


class Cache(NamedTuple):
    """What the forward pass of a layer keeps for its backward pass.

    Attributes
    ----------
    layer : Layer
        The layer.
    input_shape : tuple of int or None
        The shape of one sample.
    y_shape : tuple of int
        The shape of its output.
    dtype : numpy.dtype
        The dtype of its output.
    content : object
        What the layer itself keeps.
    """

    layer: object
    input_shape: Shape
    y_shape: tuple[int, ...]
    dtype: np.dtype[Any]
    content: Any


def check_forward(
    layer: Any, parameters: object, x: object, mask: object, *, finite: bool = True
) -> tuple[Parameters, Array, Array | None]:
    """Return the checked and converted arguments of a layer's forward pass."""
    batch = layer._check_batch(x)
    try:
        shapes = layer.parameter_shapes(batch.shape[1:])
    except ValueError as error:
        told = f"got {shown(batch.shape)}; {error}"
        raise ValueError(f"x must be a batch for {shown(layer)}, {told}") from None
    given = check_parameters(parameters, shapes, finite=finite)
    if given:
        batch = layer._check_batch(batch, np.result_type(*given.values()))
    return given, batch, check_mask(mask, batch)


def check_backward(
    layer: Any, parameters: object, cache: object, dy: object, *, finite: bool = True
) -> tuple[Parameters, Array]:
    """Return the checked and converted arguments of a layer's backward pass."""
    hint = "y, cache = layer.forward(parameters, x)"
    allowed = "what forward returned beside its output"
    before = check_instance("cache", cache, Cache, allowed, hint=hint)
    if before.layer != layer:
        raise ValueError(f"cache must be {allowed}, got one of {shown(before.layer)}; {hint}")
    shapes = layer.parameter_shapes(before.input_shape)
    given = check_parameters(parameters, shapes, finite=finite)
    return given, check_gradient(dy, before.y_shape, before.dtype, finite=finite)
