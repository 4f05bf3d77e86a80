"""Activations as layers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weightinit as wi
from tests.networks.numeric import assert_exact_backward
from weightinit.networks import ActivationLayer, Chain
from weightinit.networks.layers.activation import _SAME_SLOPE


@pytest.mark.parametrize("name", wi.activations.names())
@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1))
def test_backward_is_exact(name: str, seed: int) -> None:
    """Gradients of every activation equal differences; inputs keep 0.1 from kinks at -1, 0, 1."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0.1, 0.9, (3, 4)) + rng.integers(-3, 3, (3, 4))
    assert_exact_backward(ActivationLayer(name), x, rng)


@pytest.mark.parametrize("phi", sorted(_SAME_SLOPE, key=str), ids=str)
def test_the_slope_at_the_output_is_that_at_the_input(phi: wi.activations.Activation) -> None:
    """Layers that keep their output rely on phi'(phi(x)) = phi'(x), at kinks and beyond as well."""
    kinks = np.array([-1.0, 0.0, 1.0, 6.0])
    beside = [np.nextafter(kinks, -9), kinks, np.nextafter(kinks, 9), -kinks]
    x = np.concatenate([*beside, [np.inf, -np.inf, np.nan, 1e-310, -1e-310, 0.5, 9.0]])
    np.testing.assert_array_equal(phi._slope(phi._phi(x)), phi._slope(x))


def test_a_layer_is_named_after_its_activation() -> None:
    """A chain names an activation by what it is, not by the class that holds it."""
    layers = [ActivationLayer("relu"), ActivationLayer("tanh"), ActivationLayer("relu")]
    assert list(Chain(layers).named) == ["relu0", "tanh0", "relu1"]


def test_an_unknown_activation_is_told() -> None:
    """A name that stands for nothing raises when the layer is made, and the message lists those."""
    with pytest.raises(ValueError, match=r"'relu'.*got 'rleu'"):
        ActivationLayer("rleu")
