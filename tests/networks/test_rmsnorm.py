"""Root mean square normalization."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.networks.numeric import assert_exact_backward
from weightinit.networks import RMSNorm

SEEDS = st.integers(0, 2**32 - 1)


@settings(max_examples=30)
@given(shape=st.lists(st.integers(2, 4), min_size=2, max_size=3), seed=SEEDS)
def test_backward_is_exact(shape: list[int], seed: int) -> None:
    """Gradients equal differences; inputs are away from 0, where all is smooth."""
    rng = np.random.default_rng(seed)
    assert_exact_backward(RMSNorm(), rng.uniform(0.5, 1.5, shape) * rng.choice([-1, 1], shape), rng)


@given(size=st.integers(2, 50), shift=st.floats(-100, 100), seed=SEEDS)
def test_outputs_have_mean_square_1(size: int, shift: float, seed: int) -> None:
    """With gain 1 a sample of mean square s comes out with s / (s + epsilon), its mean kept."""
    x = shift + np.random.default_rng(seed).normal(size=(3, size))
    y, _ = RMSNorm().forward({"gain": np.ones(size)}, x)
    s = np.square(x).mean(axis=1)
    np.testing.assert_allclose(np.square(y).mean(axis=1), s / (s + 1e-5), rtol=1e-14 * size)
    np.testing.assert_allclose(y * np.sqrt(s + 1e-5)[:, np.newaxis], x, rtol=1e-14)
