"""Convolution: its definition, its gradient, and the matrix that it is."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.networks.numeric import Array, assert_exact_backward, draw_parameters
from weightinit.networks import Conv2D

SIZES = st.integers(1, 3)
PIXELS = st.integers(1, 6)
SEEDS = st.integers(0, 2**32 - 1)
LAYERS = st.builds(
    Conv2D,
    SIZES,
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=SIZES,
    padding=st.sampled_from(["same", "valid"]),
)


def fits(layer: Conv2D, height: int, width: int) -> bool:
    """Tell whether an image is as large as the kernel, where it has to be."""
    return layer.padding == "same" or (height >= layer.kernel[0] and width >= layer.kernel[1])


def by_definition(layer: Conv2D, parameters: dict[str, Array], x: Array) -> Array:
    """Convolve by the formula, a pixel at a time, with the padding of TensorFlow's "same"."""
    (kernel_h, kernel_w), s, (n, height, width, _) = layer.kernel, layer.stride, x.shape
    above = left = 0
    if layer.padding == "same":
        above = max((math.ceil(height / s) - 1) * s + kernel_h - height, 0) // 2
        left = max((math.ceil(width / s) - 1) * s + kernel_w - width, 0) // 2
    rows, columns, _ = layer.output_shape(x.shape[1:])
    y = np.tile(parameters["bias"], (n, rows, columns, 1))
    for i, j, a, b in np.ndindex(rows, columns, kernel_h, kernel_w):
        row, column = s * i + a - above, s * j + b - left
        if 0 <= row < height and 0 <= column < width:
            y[:, i, j] += x[:, row, column] @ parameters["weight"][a, b]
    return y


@settings(max_examples=50)
@given(layer=LAYERS, height=PIXELS, width=PIXELS, c_in=SIZES, seed=SEEDS)
def test_forward_is_the_formula(
    layer: Conv2D, height: int, width: int, c_in: int, seed: int
) -> None:
    """The product over unfolded patches is the sum over kernel and channels, pixel by pixel."""
    assume(fits(layer, height, width))
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2, height, width, c_in))
    parameters = draw_parameters(layer, x.shape[1:], rng)
    y, _ = layer.forward(parameters, x)
    # At most 49 terms below 100 each, summed in another order.
    atol = 49 * 100 * np.finfo(float).eps
    np.testing.assert_allclose(y, by_definition(layer, parameters, x), rtol=0, atol=atol)


@pytest.mark.parametrize("stride", [1, 2])
def test_a_large_batch_is_its_samples(stride: int) -> None:
    """A batch so large that it is computed in parts gives what its samples give one by one."""
    rng, layer = np.random.default_rng(0), Conv2D(16, stride=stride)
    x = rng.normal(size=(40, 6, 64, 2))
    parameters = draw_parameters(layer, x.shape[1:], rng)
    y, cache = layer.forward(parameters, x)
    dy = rng.normal(size=y.shape)
    dx, gradients = layer.backward(parameters, cache, dy)
    assert min(x[:, 0].nbytes, y[:, 0].nbytes) * 3 > 2**16  # no three rows fit into a part
    sums = {name: np.zeros_like(theta) for name, theta in parameters.items()}
    for i in range(len(x)):
        y_i, cache_i = layer.forward(parameters, x[i : i + 1])
        dx_i, gradients_i = layer.backward(parameters, cache_i, dy[i : i + 1])
        # Sums of 18 and 144 products of normal numbers, each below 100, in another order.
        np.testing.assert_allclose(y[i], y_i[0], rtol=0, atol=18 * 100 * np.finfo(float).eps)
        np.testing.assert_allclose(dx[i], dx_i[0], rtol=0, atol=144 * 100 * np.finfo(float).eps)
        for name in sums:
            sums[name] += gradients_i[name]
    for name, total in sums.items():
        atol = y[..., 0].size * 100 * np.finfo(float).eps
        np.testing.assert_allclose(gradients[name], total, rtol=0, atol=atol)


@settings(max_examples=30)
@given(layer=LAYERS, height=PIXELS, width=PIXELS, c_in=SIZES, seed=SEEDS)
def test_backward_is_exact(layer: Conv2D, height: int, width: int, c_in: int, seed: int) -> None:
    """Gradients of a convolution equal differences, for any kernel, stride and padding."""
    assume(fits(layer, height, width))
    rng = np.random.default_rng(seed)
    assert_exact_backward(layer, rng.normal(size=(2, height, width, c_in)), rng)


@settings(max_examples=20)
@given(layer=LAYERS, height=PIXELS, width=PIXELS, c_in=SIZES, seed=SEEDS)
def test_a_convolution_is_a_matrix(
    layer: Conv2D, height: int, width: int, c_in: int, seed: int
) -> None:
    """A convolution is linear: the matrix of its answers to unit images gives all its outputs."""
    assume(fits(layer, height, width))
    rng = np.random.default_rng(seed)
    shape, size = (height, width, c_in), height * width * c_in
    parameters = draw_parameters(layer, shape, rng)
    bias, _ = layer.forward(parameters, np.zeros((1, *shape)))
    answers, _ = layer.forward(parameters, np.eye(size).reshape(size, *shape))
    M = (answers - bias).reshape(size, -1)
    x = rng.normal(size=(2, *shape))
    y, cache = layer.forward(parameters, x)
    atol = (size + 1) * 200 * np.finfo(float).eps  # so many terms below 200
    np.testing.assert_allclose(y.reshape(2, -1), x.reshape(2, -1) @ M + bias.ravel(), 0, atol)
    dy = rng.normal(size=y.shape)
    dx, _ = layer.backward(parameters, cache, dy)
    np.testing.assert_allclose(dx.reshape(2, -1), dy.reshape(2, -1) @ M.T, 0, M.shape[1] * atol)


def test_same_keeps_the_size() -> None:
    """With padding "same" and stride 1 the image keeps its size, whatever the kernel."""
    for kernel in range(1, 6):
        assert Conv2D(4, kernel).output_shape((7, 5, 3)) == (7, 5, 4)


def test_a_kernel_must_fit() -> None:
    """A kernel larger than an unpadded image raises, and the message says what to do."""
    with pytest.raises(ValueError, match=r"does not fit an image of 2 x 8 pixels.*padding='same'"):
        Conv2D(4, 3, padding="valid").output_shape((2, 8, 1))


def test_images_have_channels() -> None:
    """Images without a channel axis raise, and the message says how to give them one."""
    with pytest.raises(ValueError, match=r"\(height, width, channels\).*x\[\.\.\., np\.newaxis\]"):
        Conv2D(4).output_shape((8, 8))


@pytest.mark.parametrize(
    "arguments, error, told",
    [
        ({"channels": 0}, ValueError, "channels must be an integer >= 1"),
        ({"channels": 1, "kernel": (3, 3, 3)}, ValueError, "must hold 2 at most"),
        ({"channels": 1, "kernel": 2.5}, TypeError, "kernel must be an integer >= 1.*a pair"),
        ({"channels": 1, "stride": 0}, ValueError, "stride must be an integer >= 1"),
        ({"channels": 1, "padding": "full"}, ValueError, "one of 'same', 'valid', got 'full'"),
    ],
)
def test_bad_parameters_are_told(
    arguments: dict[str, object], error: type[Exception], told: str
) -> None:
    """A parameter that makes no sense raises when the layer is made."""
    with pytest.raises(error, match=told):
        Conv2D(**arguments)
