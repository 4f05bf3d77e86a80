"""Residual connections."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.networks.numeric import assert_exact_backward, draw_parameters
from weightinit.networks import ActivationLayer, Chain, Dense, Residual

SIZES = st.integers(1, 4)
SEEDS = st.integers(0, 2**32 - 1)


def block(width: int, hidden: int) -> Residual:
    """Return a residual block with a branch of one hidden layer."""
    return Residual([Dense(hidden), ActivationLayer("tanh"), Dense(width)])


@settings(max_examples=30)
@given(n=SIZES, width=SIZES, hidden=SIZES, seed=SEEDS)
@example(n=1, width=1, hidden=1, seed=108)  # tanh is so flat here that rounding is 1e-5 of slopes
@example(n=1, width=3, hidden=1, seed=1601)
def test_backward_is_exact(n: int, width: int, hidden: int, seed: int) -> None:
    """Gradients of a residual block equal differences, its scalar included."""
    rng = np.random.default_rng(seed)
    assert_exact_backward(block(width, hidden), rng.normal(size=(n, width)), rng)


@given(width=SIZES, hidden=SIZES, seed=SEEDS)
def test_a_scalar_of_zero_makes_the_identity(width: int, hidden: int, seed: int) -> None:
    """With scalar 0 the block is the identity, forward and back, and only the scalar learns."""
    rng, layer = np.random.default_rng(seed), block(width, hidden)
    parameters = draw_parameters(layer, (width,), rng) | {"scale": np.zeros(())}
    x, dy = rng.normal(size=(2, 3, width))
    y, cache = layer.forward(parameters, x)
    dx, gradients = layer.backward(parameters, cache, dy)
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(dx, dy)
    assert {name for name, gradient in gradients.items() if gradient.any()} == {"scale"}


@given(width=SIZES, hidden=SIZES, scale=st.floats(-2, 2), seed=SEEDS)
def test_a_constant_is_a_scalar_that_is_no_parameter(
    width: int, hidden: int, scale: float, seed: int
) -> None:
    """A block with a number as scale computes what the trained one does at that value."""
    rng, trained = np.random.default_rng(seed), block(width, hidden)
    constant = Residual(trained.branch, scale=scale)
    own = draw_parameters(constant, (width,), rng)
    x, dy = rng.normal(size=(2, 3, width))
    assert "scale" not in own
    found = []
    for layer, given_ in ((constant, own), (trained, own | {"scale": np.asarray(scale)})):
        y, cache = layer.forward(given_, x)
        dx, gradients = layer.backward(given_, cache, dy)
        gradients.pop("scale", None)
        found.append((y, dx, gradients))
    np.testing.assert_equal(*found)


def test_a_branch_may_be_a_chain() -> None:
    """A branch is a sequence of layers, or the chain of them."""
    layers = [Dense(3), ActivationLayer("relu"), Dense(3)]
    assert Residual(layers) == Residual(Chain(layers))


def test_a_branch_keeps_the_shape() -> None:
    """A branch whose output cannot be added to its input raises, and both shapes are told."""
    with pytest.raises(ValueError, match=r"got \(4,\) in and \(5,\) out; end it with"):
        Residual([Dense(5)]).output_shape((4,))
