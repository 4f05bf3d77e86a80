"""Activations as layers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weightinit as wi
from tests.networks.numeric import assert_exact_backward
from weightinit.networks import ActivationLayer, Chain


@pytest.mark.parametrize("name", wi.activations.names())
@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1))
def test_backward_is_exact(name: str, seed: int) -> None:
    """Gradients of every activation equal differences; inputs keep 0.1 from kinks at -1, 0, 1."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0.1, 0.9, (3, 4)) + rng.integers(-3, 3, (3, 4))
    assert_exact_backward(ActivationLayer(name), x, rng)


def test_a_layer_is_named_after_its_activation() -> None:
    """A chain names an activation by what it is, not by the class that holds it."""
    layers = [ActivationLayer("relu"), ActivationLayer("tanh"), ActivationLayer("relu")]
    assert list(Chain(layers).named) == ["relu0", "tanh0", "relu1"]


def test_an_unknown_activation_is_told() -> None:
    """A name that stands for nothing raises when the layer is made, and the message lists those."""
    with pytest.raises(ValueError, match=r"'relu'.*got 'rleu'"):
        ActivationLayer("rleu")
