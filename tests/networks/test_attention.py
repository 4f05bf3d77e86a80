"""Multi-head attention."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.networks.numeric import assert_exact_backward
from weightinit.networks import Attention

SEEDS = st.integers(0, 2**32 - 1)


@settings(max_examples=30)
@given(
    n=st.integers(1, 3),
    T=st.integers(1, 4),
    d=st.integers(1, 3),
    layer=st.builds(Attention, st.integers(1, 3), st.booleans(), st.sampled_from([None, 0.3])),
    seed=SEEDS,
)
def test_backward_is_exact(n: int, T: int, d: int, layer: Attention, seed: int) -> None:
    """Gradients equal differences, with and without padding, which may be all of a sequence."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, T, 3 * layer.heads * d))
    for mask in (None, rng.random((n, T)) < 0.6):
        assert_exact_backward(layer, x, rng, mask=mask)


@given(seed=SEEDS, t=st.integers(0, 4))
def test_a_causal_output_does_not_depend_on_later_inputs(seed: int, t: int) -> None:
    """Output t is the same to the bit whatever comes after t."""
    rng, layer = np.random.default_rng(seed), Attention(2, causal=True)
    x = rng.normal(size=(2, 5, 12))
    other = x.copy()
    other[:, t + 1 :] = rng.normal(size=other[:, t + 1 :].shape)
    ours, theirs = (layer.forward({}, batch)[0][:, : t + 1] for batch in (x, other))
    np.testing.assert_array_equal(ours, theirs)


@given(seed=SEEDS)
def test_padding_gets_no_attention(seed: int) -> None:
    """What stands at padded positions changes no output; weights are 0 there, and sum to 1."""
    rng, layer = np.random.default_rng(seed), Attention(2)
    mask = np.array([[True, True, False], [True, False, False]])
    x = rng.normal(size=(2, 3, 12))
    other = np.where(mask[..., np.newaxis], x, 9.0)
    A = layer.weights(x, mask)
    assert not A[~np.broadcast_to(mask[:, np.newaxis, np.newaxis], A.shape)].any()
    np.testing.assert_allclose(A.sum(axis=-1), 1, rtol=1e-15 * 3)
    ours, theirs = (layer.forward({}, batch, mask)[0][mask] for batch in (x, other))
    np.testing.assert_array_equal(ours, theirs)


def test_a_position_that_sees_nothing_puts_out_zero() -> None:
    """Causal attention over padding in front has nothing to average: 0, not NaN."""
    x = np.random.default_rng(0).normal(size=(1, 3, 6))
    y, _ = Attention(1, causal=True).forward({}, x, np.array([[False, True, True]]))
    assert not y[0, 0].any()
    assert y[0, 1:].all()


def test_huge_scores_stay_finite() -> None:
    """A softmax of scores that exp cannot hold takes the largest: exp is of differences."""
    x = np.array([[[1e3, 1e3, 1.0], [1e3, -1e3, 2.0]]])
    assert Attention(1).forward({}, x)[0].ravel().tolist() == [1.0, 1.0]


def test_the_scale_is_one_over_the_root_of_a_head() -> None:
    """Scores are divided by sqrt(d), d the features of one head, unless a scale is given."""
    x = np.random.default_rng(0).normal(size=(2, 4, 24))
    given = Attention(2, scale=0.5).weights(x)
    np.testing.assert_array_equal(Attention(2).weights(x), given)  # 8 / 2 features


def test_the_width_goes_into_heads() -> None:
    """The last axis holds queries, keys and values of a width that the heads divide."""
    with pytest.raises(ValueError, match=r"that 2 divides, got \(4, 9\) as input_shape; put Dense"):
        Attention(2).output_shape((4, 9))
    assert Attention(2).output_shape((None, 12)) == (None, 4)
