"""Layers side by side, positions, and tied weights."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.networks.numeric import assert_exact_backward, draw_parameters
from weightinit.networks import (
    ActivationLayer,
    Attention,
    Chain,
    Dense,
    Embedding,
    Flatten,
    Parallel,
    Positions,
    Residual,
    Tied,
)

SIZES = st.integers(1, 3)
SEEDS = st.integers(0, 2**32 - 1)


@settings(max_examples=30)
@given(n=SIZES, T=SIZES, width=SIZES, seed=SEEDS)
def test_backward_of_layers_side_by_side_is_exact(n: int, T: int, width: int, seed: int) -> None:
    """Gradients equal differences, those of layers with parameters of their own included."""
    rng = np.random.default_rng(seed)
    layer = Parallel([Dense(2), ActivationLayer("tanh"), Residual([Dense(width)])])
    assert_exact_backward(layer, rng.normal(size=(n, T, width)), rng)


@given(width=SIZES, seed=SEEDS)
def test_three_weights_side_by_side_are_one_packed_weight(width: int, seed: int) -> None:
    """Dense(w) three times computes what Dense(3 w) does with the same columns."""
    rng, layer = np.random.default_rng(seed), Parallel([Dense(width)] * 3)
    parameters, x = draw_parameters(layer, (width,), rng), rng.normal(size=(4, width))
    packed = {
        key: np.concatenate([parameters[f"dense{i}.{key}"] for i in range(3)], axis=-1)
        for key in ("weight", "bias")
    }
    ours, theirs = layer.forward(parameters, x)[0], Dense(3 * width).forward(packed, x)[0]
    np.testing.assert_allclose(ours, theirs, atol=1e-14 * np.abs(theirs).max())


def test_outputs_fit_side_by_side() -> None:
    """Layers that change other axes than the last do not fit."""
    with pytest.raises(
        ValueError, match=r"differ in the last axis at most, got \[\(2, 3\), \(6,\)"
    ):
        Parallel([Dense(3), Flatten()]).output_shape((2, 3))


@settings(max_examples=30)
@given(n=SIZES, T=SIZES, width=SIZES, seed=SEEDS)
def test_backward_of_positions_is_exact(n: int, T: int, width: int, seed: int) -> None:
    """Gradients equal differences: a position sums over the samples."""
    rng = np.random.default_rng(seed)
    assert_exact_backward(Positions(), rng.normal(size=(n, T, width)), rng)


def test_positions_need_a_length() -> None:
    """A sequence of any length has no table of positions."""
    with pytest.raises(ValueError, match=r"\(T, units\), got \(None, 3\) as input_shape; give"):
        Positions().output_shape((None, 3))


@settings(max_examples=30)
@given(n=SIZES, T=SIZES, units=SIZES, seed=SEEDS)
def test_backward_of_a_tied_weight_is_exact(n: int, T: int, units: int, seed: int) -> None:
    """The gradient of the shared weight is that of both of its uses; tokens have none."""
    rng = np.random.default_rng(seed)
    layer = Tied(5, units, [Positions(), Dense(3 * units), Attention(1), ActivationLayer("tanh")])
    assert_exact_backward(layer, rng.integers(0, 5, (n, T)), rng)


@given(seed=SEEDS)
def test_tied_is_an_embedding_and_its_transpose(seed: int) -> None:
    """It computes what an embedding, the layers, and a dense layer with the transpose do."""
    rng, inner = np.random.default_rng(seed), [Dense(4), ActivationLayer("tanh"), Dense(3)]
    parameters = draw_parameters(Tied(6, 3, inner), (2,), rng)
    x = rng.integers(0, 6, (4, 2))
    apart = {"embedding0.weight": parameters["weight"]} | {
        name: array for name, array in parameters.items() if name != "weight"
    }
    h, _ = Chain([Embedding(6, 3), *inner]).forward(apart, x)
    z, _ = Tied(6, 3, inner).forward(parameters, x)
    expected = h @ parameters["weight"].T
    np.testing.assert_allclose(z, expected, atol=1e-14 * np.abs(expected).max())


def test_tied_layers_put_out_a_row() -> None:
    """What is compared with the rows is as long as they are."""
    with pytest.raises(ValueError, match=r"must put out 3 features, as many as a row has, got"):
        Tied(6, 3, [Dense(4)]).output_shape((2,))
