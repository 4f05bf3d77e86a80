"""Layer normalization."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.networks.numeric import assert_exact_backward
from weightinit.networks import LayerNorm

SEEDS = st.integers(0, 2**32 - 1)


@settings(max_examples=30)
@given(
    n=st.integers(1, 4),
    between=st.lists(st.integers(1, 3), max_size=2),
    size=st.integers(3, 6),  # two values come out as -1 and 1 wherever they are: no gradient
    seed=SEEDS,
)
def test_backward_is_exact(n: int, between: list[int], size: int, seed: int) -> None:
    """Gradients equal differences; the values of a sample are spread, where all is smooth."""
    rng = np.random.default_rng(seed)
    ranks = rng.permuted(np.broadcast_to(np.arange(size), (n, *between, size)), axis=-1)
    assert_exact_backward(LayerNorm(), ranks + rng.uniform(-0.3, 0.3, ranks.shape), rng)


@given(size=st.integers(2, 50), shift=st.floats(-100, 100), seed=SEEDS)
def test_outputs_have_mean_0_and_variance_1(size: int, shift: float, seed: int) -> None:
    """With gain 1 and bias 0 each sample has mean 0 and variance v / (v + epsilon)."""
    x = shift + np.random.default_rng(seed).normal(size=(3, size))
    y, _ = LayerNorm().forward({"gain": np.ones(size), "bias": np.zeros(size)}, x)
    v = x.var(axis=1)
    # The mean of numbers near 100 is off by up to 100 eps, which division by sigma enlarges.
    atol = 100 * size * np.finfo(float).eps / np.sqrt(v.min() + 1e-5)
    np.testing.assert_allclose(y.mean(axis=1), 0, atol=atol)
    np.testing.assert_allclose(y.var(axis=1), v / (v + 1e-5), atol=10 * atol)


def test_a_constant_sample_stays_finite() -> None:
    """A sample without any spread comes out as the bias, not as NaN."""
    y, _ = LayerNorm().forward({"gain": np.ones(3), "bias": np.full(3, 0.5)}, np.ones((1, 3)))
    assert y.tolist() == [[0.5, 0.5, 0.5]]


def test_epsilon_is_positive() -> None:
    """Without an epsilon a constant sample would divide by zero."""
    with pytest.raises(ValueError, match="epsilon must be a finite number > 0"):
        LayerNorm(epsilon=0)
