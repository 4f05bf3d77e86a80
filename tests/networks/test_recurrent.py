"""The lookup of tokens and the recurrent layer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weightinit as wi
from tests.networks.numeric import assert_exact_backward, draw_parameters
from weightinit.networks import RNN, Dense, Embedding

SIZES = st.integers(1, 4)
SEEDS = st.integers(0, 2**32 - 1)


@settings(max_examples=30)
@given(n=SIZES, T=SIZES, vocabulary=st.integers(2, 6), units=SIZES, seed=SEEDS)
def test_embedding_backward_is_exact(
    n: int, T: int, vocabulary: int, units: int, seed: int
) -> None:
    """Gradients of a lookup equal differences, however often a token occurs."""
    rng = np.random.default_rng(seed)
    assert_exact_backward(Embedding(vocabulary, units), rng.integers(0, vocabulary, (n, T)), rng)


@given(tokens=st.lists(st.integers(0, 9), min_size=1, max_size=8), seed=SEEDS)
def test_a_lookup_is_a_product_with_one_hot_vectors(tokens: list[int], seed: int) -> None:
    """A lookup and its gradient are those of one-hot vectors times the weight, bit for bit."""
    W = np.random.default_rng(seed).normal(size=(10, 3))
    x, one_hot = np.array([tokens]), np.eye(10)[tokens]
    y, cache = Embedding(10, 3).forward({"weight": W}, x)
    np.testing.assert_array_equal(y[0], W[tokens])
    dy = np.random.default_rng(seed + 1).integers(-9, 10, y.shape).astype(float)  # exact in sums
    _, gradients = Embedding(10, 3).backward({"weight": W}, cache, dy)
    np.testing.assert_array_equal(gradients["weight"], one_hot.T @ dy[0])


def test_only_used_rows_get_a_gradient() -> None:
    """The gradient of a lookup is zero in the rows of all tokens that do not occur."""
    weight = np.ones((6, 2))
    y, cache = Embedding(6, 2).forward({"weight": weight}, np.array([[1, 4, 4]]))
    _, gradients = Embedding(6, 2).backward({"weight": weight}, cache, np.ones_like(y))
    assert gradients["weight"].tolist() == [[0, 0], [1, 1], [0, 0], [0, 0], [2, 2], [0, 0]]


@pytest.mark.parametrize("activation", ["tanh", "relu", "linear"])
@settings(max_examples=20)
@given(shape=st.tuples(SIZES, st.integers(1, 6), SIZES), padded=st.booleans(), seed=SEEDS)
def test_rnn_backward_is_exact(
    activation: str, shape: tuple[int, int, int], padded: bool, seed: int
) -> None:
    """Gradients through time equal differences, with and without padding.

    For the ReLU the weights are so small that what the state adds is below 1, and inputs are 2 or
    more from zero: no pre-activation comes near the kink.
    """
    rng = np.random.default_rng(seed)
    n, T, units = shape
    x = rng.choice([-1.0, 1.0], shape) * rng.uniform(2, 3, shape)
    parameters = {
        "weight": rng.uniform(-0.05, 0.05, (units, units)),  # 4 inputs of at most 4 add below 1
        "bias": rng.uniform(-0.1, 0.1, units),
    }
    if activation == "tanh":
        x, parameters = x / 3, draw_parameters(RNN(), (T, units), rng)
    mask = rng.random((n, T)) < 0.7 if padded else None
    assert_exact_backward(RNN(activation), x, rng, parameters=parameters, mask=mask)


def test_a_recurrent_layer_is_its_formula() -> None:
    """The state is tanh(x_t + h W + b), step by step from zero."""
    rng = np.random.default_rng(0)
    parameters, x = draw_parameters(RNN(), (5, 3), rng), rng.normal(size=(2, 5, 3))
    h = np.zeros((2, 3))
    for t in range(5):
        h = np.tanh(x[:, t] + h @ parameters["weight"] + parameters["bias"])
    # A rounding error of the state grows by at most the norm of W at each of 5 steps.
    growth = max(1, np.linalg.norm(parameters["weight"], 2)) ** 5
    atol = 5 * growth * 16 * np.finfo(float).eps
    np.testing.assert_allclose(RNN().forward(parameters, x)[0], h, rtol=0, atol=atol)


@settings(max_examples=30)
@given(
    lengths=st.lists(st.integers(0, 5), min_size=1, max_size=4),
    extra=st.integers(1, 4),
    in_front=st.booleans(),
    seed=SEEDS,
)
def test_padding_changes_nothing(lengths: list[int], extra: int, in_front: bool, seed: int) -> None:
    """More padding, behind or in front, changes neither outputs nor loss nor gradients."""
    rng = np.random.default_rng(seed)
    T = max(*lengths, 1)
    tokens = rng.integers(1, 9, (len(lengths), T)) * (np.arange(T) < np.array(lengths)[:, None])
    y = rng.integers(0, 3, len(lengths))
    net = wi.rnn(vocabulary=9, hidden=4, classes=3).initialize(wi.orthogonal, rng=seed)
    padded = np.pad(tokens, ((0, 0), (extra, 0) if in_front else (0, extra)))
    np.testing.assert_array_equal(net.forward(padded), net.forward(tokens))
    loss, gradients = net.loss_and_gradients(tokens, y)
    padded_loss, padded_gradients = net.loss_and_gradients(padded, y)
    assert padded_loss == loss
    for name, gradient in gradients.items():  # sums over more steps, in blocks of another size
        atol = 64 * np.finfo(float).eps
        np.testing.assert_allclose(padded_gradients[name], gradient, rtol=0, atol=atol)


def test_padding_learns_nothing() -> None:
    """The row of the padding gets no gradient behind a recurrent layer."""
    net = wi.rnn(vocabulary=5, hidden=4, classes=2).initialize(wi.orthogonal, rng=0)
    _, gradients = net.loss_and_gradients([[1, 2, 0], [3, 0, 0]], [0, 1])
    assert not gradients["embedding0.weight"][0].any()
    assert gradients["embedding0.weight"][1:4].all()


def test_a_sentence_of_padding_leaves_the_state_at_zero() -> None:
    """Without a word the state stays zero, and the logits are the output bias."""
    net = wi.rnn(vocabulary=5, hidden=4, classes=2).initialize(wi.orthogonal, rng=0)
    net.parameters["dense0.bias"][:] = [0.25, -0.5]
    net.parameters["rnn0.bias"][:] = 3.0
    assert net.forward([[0, 0, 0]]).tolist() == [[0.25, -0.5]]


MINE = wi.activations.Activation("tanh", np.sin, np.cos)


@pytest.mark.parametrize(
    "make, error, told",
    [
        (lambda: RNN("sigmoid"), ValueError, "one of 'linear', 'relu', 'tanh', got 'sigmoid'"),
        (lambda: RNN(MINE), ValueError, "one of 'linear', 'relu', 'tanh', got tanh .Activation"),
        (lambda: Embedding(1, 4), ValueError, "vocabulary must be an integer >= 2.*padding"),
        (lambda: Embedding(5, 0), ValueError, "units must be an integer >= 1"),
        (lambda: RNN().output_shape((4,)), ValueError, r"sequences .* got \(4,\).*in front"),
        (lambda: Embedding(5, 2).output_shape((3, 2)), ValueError, r"tokens of shape \(T,\)"),
        (lambda: wi.Network([Dense(2)], (None,)), ValueError, "tokens go through an Embedding"),
    ],
    ids=["activation", "namesake", "vocabulary", "units", "vectors", "images", "tokens"],
)
def test_what_does_not_fit_is_told(make: object, error: type[Exception], told: str) -> None:
    """Layers for sequences say what they take when they get something else."""
    with pytest.raises(error, match=told):
        make()
