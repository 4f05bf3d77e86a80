"""Central differences, for the laws that gradients obey."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit.networks import Layer

Array = NDArray[Any]

EPSILON = float(np.finfo(np.float64).eps)
# The best step of a central difference: its two errors, h ** 2 and EPSILON / h, are alike. Both
# are then EPSILON ** (2 / 3) = 4e-11 of what is differentiated; 1e-6 leaves room for sums of
# thousands of terms.
STEP = float(np.cbrt(EPSILON))
TOLERANCE = 1e-6


def numeric_gradient(value: Callable[[], float], array: Array) -> Array:
    """Return the gradient of `value` for each entry of `array`, which it reads."""
    gradient = np.empty_like(array)
    for index in np.ndindex(array.shape):
        theta = float(array[index])
        array[index] = theta + STEP
        above = value()
        array[index] = theta - STEP
        below = value()
        array[index] = theta
        gradient[index] = (above - below) / (2 * STEP)
    return gradient


def relative_error(a: Array, b: Array) -> float:
    """Return the largest difference, relative to the largest entry of either array."""
    size = max(np.abs(a).max(initial=0), np.abs(b).max(initial=0))
    return float(np.abs(a - b).max(initial=0) / size) if size > 0 else 0.0


def draw_parameters(
    layer: Layer, input_shape: tuple[int | None, ...], rng: np.random.Generator
) -> dict[str, Array]:
    """Draw normal parameters for a layer, biases included, so that each of them matters."""
    shapes = layer.parameter_shapes(input_shape)
    return {name: np.asarray(rng.normal(size=shape)) for name, shape in shapes.items()}


def assert_exact_backward(
    layer: Layer,
    x: Array,
    rng: np.random.Generator,
    *,
    parameters: dict[str, Array] | None = None,
    mask: Array | None = None,
) -> None:
    """Compare the backward pass of a layer with differences of sum(c * y), c drawn at random."""
    given = parameters or draw_parameters(layer, x.shape[1:], rng)
    y, cache = layer.forward(given, x, mask)
    c = rng.normal(size=y.shape)

    def value() -> float:
        return float(np.vdot(c, layer.forward(given, x, mask)[0]))

    before = {name: array.copy() for name, array in given.items()}, x.copy(), c.copy()
    dx, gradients = layer.backward(given, cache, c)
    after = given, x, c
    np.testing.assert_equal(after, before)  # the backward pass changes nothing that it is given
    np.testing.assert_equal(layer.gradients(given, cache, c), gradients)
    assert y.shape[1:] == layer.output_shape(x.shape[1:])
    assert gradients.keys() == layer.parameter_shapes(x.shape[1:]).keys()
    pairs = {name: (given[name], gradient) for name, gradient in gradients.items()}
    if dx is not None:
        pairs["x"] = x, dx
    # Rounding moves the sum as much as if all that it is made of moved by EPSILON of itself.
    condition = sum(np.abs(a * b).sum() for a, b in [(c, y), *pairs.values()])
    for array, gradient in pairs.values():
        assert gradient.shape == array.shape
        numeric = numeric_gradient(value, array)
        size = max(np.abs(gradient).max(initial=0), np.abs(numeric).max(initial=0))
        allowed = TOLERANCE * size + EPSILON * condition / STEP
        assert np.abs(gradient - numeric).max(initial=0) <= allowed
