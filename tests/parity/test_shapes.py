"""Stacks, groups and transposed convolutions beside PyTorch, Keras and JAX.

Terms are counted by the layers of the frameworks, with all inputs and weights at one, away from
the border; a std is that of weights which their initializers draw. False alarms: 1e-6 for all.
"""

import math
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import weightinit as wi
from tests.chance import standard_errors

pytestmark = pytest.mark.parity
os.environ.setdefault("KERAS_BACKEND", "jax")
torch = pytest.importorskip("torch", reason="`nox -s parity` installs it")
jax = pytest.importorskip("jax", reason="`nox -s parity` installs it")
keras = pytest.importorskip("keras", reason="`nox -s parity` installs it")
functional = torch.nn.functional

PYTORCH = {"in_axis": 1, "out_axis": 0}
TURNED = {"in_axis": 0, "out_axis": 1, "transposed": True}

#: Shape of the weight, arguments, channels of the input, the layer.
LAYERS: dict[str, tuple[tuple[int, ...], dict[str, Any], int, Callable[..., Any]]] = {
    "conv2d": ((12, 2, 3, 5), {**PYTORCH, "groups": 4}, 8, functional.conv2d),
    "depthwise conv2d": ((16, 1, 3, 3), {**PYTORCH, "groups": 8}, 8, functional.conv2d),
    "conv_transpose2d": ((8, 3, 4, 4), {**TURNED, "groups": 4}, 8, functional.conv_transpose2d),
    "depthwise conv_transpose2d": (
        (8, 1, 3, 3),
        {**TURNED, "groups": 8},
        8,
        functional.conv_transpose2d,
    ),
    "one group": ((8, 6, 3, 3), TURNED, 8, functional.conv_transpose2d),
}


@pytest.mark.parametrize("kind", LAYERS)
def test_fans_count_the_terms_of_pytorch(kind: str) -> None:
    """Inside, an output sums fan_in terms, and the gradient of an input has fan_out of them."""
    shape, arguments, channels, layer = LAYERS[kind]
    fans = wi.compute_fans(shape, **arguments)
    x = torch.ones((1, channels, 15, 15), requires_grad=True)
    y = layer(x, torch.ones(shape), groups=arguments.get("groups", 1))
    y.sum().backward()
    middle = y.shape[2] // 2, y.shape[3] // 2
    assert set(y[0, :, *middle].tolist()) == {fans.fan_in}
    assert set(x.grad[0, :, 7, 7].tolist()) == {fans.fan_out}


def test_one_pixel_of_pytorch() -> None:
    """From one pixel, as at the head of a generator, an output sums the input channels alone."""
    shape = (8, 6, 4, 4)
    fans = wi.compute_fans(shape, in_axis=0, out_axis=(1, 2, 3))
    x = torch.ones((1, 8, 1, 1), requires_grad=True)
    y = functional.conv_transpose2d(x, torch.ones(shape))
    y.sum().backward()
    assert set(y.ravel().tolist()) == {fans.fan_in}
    assert set(x.grad.ravel().tolist()) == {fans.fan_out}


@pytest.mark.parametrize("multiplier", [1, 3])
def test_depthwise_kernels_of_keras(multiplier: int) -> None:
    """`DepthwiseConv2D` sums kernel_h * kernel_w terms, as `transposed` says of its kernel."""
    layer = keras.layers.DepthwiseConv2D(
        3, depth_multiplier=multiplier, depthwise_initializer="ones", padding="same"
    )
    y = np.asarray(layer(np.ones((1, 7, 7, 5), np.float32)))
    fans = wi.compute_fans(layer.kernel.shape, groups=5, transposed=True)
    assert set(y[0, 3, 3].tolist()) == {fans.fan_in} == {9}
    one = np.zeros((1, 7, 7, 5), np.float32)
    one[0, 3, 3, 2] = 1
    assert np.asarray(layer(one)).sum() == fans.fan_out == 9 * multiplier


def test_identity_passes_every_channel_of_pytorch() -> None:
    """A depthwise convolution with `Identity` returns its input, in both directions."""
    x = torch.arange(2 * 6 * 5 * 5, dtype=torch.float64).reshape(2, 6, 5, 5)
    kernel = torch.from_numpy(wi.Identity(**PYTORCH, groups=6)((6, 1, 3, 3)))
    assert torch.equal(functional.conv2d(x, kernel, padding=1, groups=6), x)
    kernel = torch.from_numpy(wi.Identity(**TURNED, groups=6)((6, 1, 3, 3)))
    assert torch.equal(functional.conv_transpose2d(x, kernel, padding=1, groups=6), x)


@pytest.mark.parametrize("groups", [1, 4])
def test_delta_orthogonal_keeps_lengths_in_pytorch(groups: int) -> None:
    """A grouped convolution of either direction keeps the length of every image, to rounding."""
    x = torch.randn((3, 8, 6, 6), dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    lengths = x.flatten(1).norm(dim=1).numpy()
    for axes, shape, layer in (
        (PYTORCH, (16, 8 // groups, 3, 3), functional.conv2d),
        (TURNED, (8, 16 // groups, 3, 3), functional.conv_transpose2d),
    ):
        kernel = torch.from_numpy(wi.DeltaOrthogonal(**axes, groups=groups)(shape, rng=0))
        y = layer(x, kernel, padding=1, groups=groups)
        assert y.flatten(1).norm(dim=1).numpy() == pytest.approx(lengths, rel=1e-13)


#: Shape, axes: what `jax.nn.initializers.variance_scaling` takes as well.
STACKS: list[tuple[tuple[int, ...], dict[str, Any]]] = [
    ((8, 50, 200), {"batch_axis": 0}),
    ((8, 50, 200), {"batch_axis": [0]}),
    ((50, 4, 200, 2), {"in_axis": 0, "out_axis": 2, "batch_axis": (1, 3)}),
    ((2, 3, 3, 30, 60), {"batch_axis": 0}),
    ((50, 4, 200), {"in_axis": 0, "out_axis": (1, 2), "batch_axis": ()}),
]
MODES = ["fan_in", "fan_out", "fan_avg", "fan_geo_avg"]
CHECKS = len(STACKS) * len(MODES) + 2


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shape, axes", STACKS, ids=str)
def test_stacks_are_those_of_jax(shape: tuple[int, ...], axes: dict[str, Any], mode: str) -> None:
    """For the same axes JAX draws weights of the std that is said here."""
    ours = wi.VarianceScaling(scale=2.0, mode=mode, distribution="normal", **axes)
    theirs = jax.nn.initializers.variance_scaling(2.0, mode, "normal", **axes)
    drawn = np.asarray(theirs(jax.random.key(0), shape), np.float64)
    chance = standard_errors(CHECKS) / math.sqrt(2 * drawn.size)
    assert abs(drawn.std() / ours.std(shape) - 1) < chance


def test_vectors_of_keras() -> None:
    """Keras takes n for both fans of a vector (n,): that is the std of a square matrix here."""
    drawn = np.asarray(
        keras.initializers.VarianceScaling(2.0, "fan_avg", "untruncated_normal")((100_000,))
    )
    init = replace(wi.he_normal, mode="fan_avg")
    chance = standard_errors(CHECKS) / math.sqrt(2 * drawn.size)
    assert abs(drawn.std() / init.std((100_000, 100_000)) - 1) < chance


def test_bfloat16_is_that_of_jax() -> None:
    """The dtype is JAX's own, and holds in JAX what was drawn."""
    w = wi.he_normal((300, 200), rng=0, dtype=jax.numpy.dtype("bfloat16"))
    there = jax.numpy.asarray(w)
    assert there.dtype == jax.numpy.bfloat16
    assert np.array_equal(np.asarray(there), w)
