"""Gated linear units."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.networks.numeric import assert_exact_backward
from weightinit.networks import GLU


@settings(max_examples=30)
@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3).map(lambda h: 2 * h)),
    activation=st.sampled_from(["sigmoid", "silu", "gelu", "linear"]),
    seed=st.integers(0, 2**32 - 1),
)
def test_backward_is_exact(shape: tuple[int, ...], activation: str, seed: int) -> None:
    """Gradients equal differences, for value and gate."""
    rng = np.random.default_rng(seed)
    assert_exact_backward(GLU(activation), rng.normal(size=shape), rng)


def test_halves_fit() -> None:
    """Value and gate have equally many features."""
    with pytest.raises(ValueError, match=r"got \(3,\) as input_shape; put Dense\(2 \* hidden\)"):
        GLU().output_shape((3,))
