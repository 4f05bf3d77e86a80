"""Dense layers and flattening."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.networks.numeric import assert_exact_backward
from weightinit.networks import Dense, Flatten

SIZES = st.integers(1, 5)
SEEDS = st.integers(0, 2**32 - 1)


@settings(max_examples=30)
@given(n=SIZES, between=st.lists(SIZES, max_size=2), inputs=SIZES, units=SIZES, seed=SEEDS)
def test_dense_backward_is_exact(
    n: int, between: list[int], inputs: int, units: int, seed: int
) -> None:
    """Gradients of a dense layer equal differences, whatever axes lie between batch and inputs."""
    rng = np.random.default_rng(seed)
    assert_exact_backward(Dense(units), rng.normal(size=(n, *between, inputs)), rng)


@settings(max_examples=20)
@given(shape=st.lists(SIZES, min_size=1, max_size=4), seed=SEEDS)
def test_flatten_backward_is_exact(shape: list[int], seed: int) -> None:
    """Flattening and its way back keep every value in its place."""
    rng = np.random.default_rng(seed)
    assert_exact_backward(Flatten(), rng.normal(size=(3, *shape)), rng)


def test_dense_is_an_affine_map() -> None:
    """A dense layer computes x W + b."""
    rng = np.random.default_rng(0)
    x, W, b = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
    y, _ = Dense(2).forward({"weight": W, "bias": b}, x)
    expected = [
        [sum(x[n, i] * W[i, j] for i in range(3)) + b[j] for j in range(2)] for n in range(4)
    ]
    # Sums of 4 products of numbers below 10, each rounded once.
    np.testing.assert_allclose(y, expected, rtol=0, atol=8 * 100 * np.finfo(float).eps)


def test_dense_needs_a_known_size() -> None:
    """An axis of any length does not go into a dense layer, and the message says what does."""
    with pytest.raises(ValueError, match=r"Dense\(units=4\) needs .* known size.*Embedding"):
        Dense(4).parameter_shapes((None,))


def test_flatten_needs_a_fixed_shape() -> None:
    """A sequence of any length cannot be flattened, and the message says what can be done."""
    with pytest.raises(ValueError, match=r"fixed shape, got \(None, 3\); put an RNN in front"):
        Flatten().output_shape((None, 3))


@pytest.mark.parametrize("units, error", [(0, ValueError), (2.0, TypeError), (True, TypeError)])
def test_dense_counts_its_units(units: object, error: type[Exception]) -> None:
    """A layer has an integer number of units, one at least."""
    with pytest.raises(error, match="units must be an integer >= 1"):
        Dense(units)
