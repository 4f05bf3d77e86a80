"""The lookup of tokens and the recurrent layers."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weightinit as wi
from tests.networks.numeric import TOLERANCE, assert_exact_backward, draw_parameters
from weightinit.networks import GRU, LSTM, RNN, Dense, Embedding, Layer

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


GATED = {"lstm": LSTM(), "gru": GRU()}


@pytest.mark.parametrize("kind", GATED)
@settings(max_examples=20)
@given(shape=st.tuples(SIZES, st.integers(1, 6), SIZES), padded=st.booleans(), seed=SEEDS)
def test_gates_backward_is_exact(
    kind: str, shape: tuple[int, int, int], padded: bool, seed: int
) -> None:
    """Gradients through gates and time equal differences, with and without padding."""
    rng, layer, (n, T, units) = np.random.default_rng(seed), GATED[kind], shape
    x = rng.normal(size=(n, T, layer.gates * units))
    mask = rng.random((n, T)) < 0.7 if padded else None
    assert_exact_backward(layer, x, rng, mask=mask)


def _lstm(a: np.ndarray, c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    i, f, g, o = np.split(a, 4, axis=1)
    sigmoid = wi.activations.sigmoid
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def _gru(x: np.ndarray, s: np.ndarray, h: np.ndarray) -> np.ndarray:
    units, sigmoid = h.shape[1], wi.activations.sigmoid
    r, z = np.split(sigmoid(x + s)[:, : 2 * units], 2, axis=1)
    return (1 - z) * np.tanh(x[:, 2 * units :] + r * s[:, 2 * units :]) + z * h


@pytest.mark.parametrize("kind", GATED)
def test_gated_layers_are_their_formulas(kind: str) -> None:
    """The states are those of the equations, step by step from zero."""
    rng, layer = np.random.default_rng(0), GATED[kind]
    parameters, x = draw_parameters(layer, (5, 12), rng), rng.normal(size=(2, 5, 12))
    units = 12 // layer.gates
    h, c = np.zeros((2, units)), np.zeros((2, units))
    for t in range(5):
        s = h @ parameters["weight"] + parameters["bias"]
        if kind == "lstm":
            h, c = _lstm(x[:, t] + s, c)
        else:
            h = _gru(x[:, t], s, h)
    # A step changes the state by no more than the weight's norm times a rounding error of it.
    growth = max(1, np.linalg.norm(parameters["weight"], 2)) ** 5
    atol = 5 * growth * 16 * np.finfo(float).eps
    np.testing.assert_allclose(layer.forward(parameters, x)[0], h, rtol=0, atol=atol)


def test_the_gradient_of_a_memory_has_two_parts() -> None:
    """It comes along the memory, times the forget gate, and through the state, times a slope."""
    rng, (T, units) = np.random.default_rng(0), (5, 3)
    parameters, x = draw_parameters(LSTM(), (T, 12), rng), rng.normal(size=(1, T, 12))
    _, cache = LSTM().forward(parameters, x)
    da, _ = LSTM().backward(parameters, cache, np.ones((1, units)))
    h, c, dh, gates, memories = np.zeros((1, units)), np.zeros((1, units)), [], [], []
    for t in range(T):
        a = x[:, t] + h @ parameters["weight"] + parameters["bias"]
        h, c = _lstm(a, c)
        gates.append(np.split(wi.activations.sigmoid(a), 4, axis=1))
        memories.append((c, 1 - np.tanh(a[:, 2 * units : 3 * units]) ** 2))
        dh.append(da[:, t + 1] @ parameters["weight"].T if t < T - 1 else np.ones((1, units)))
    along = np.zeros((1, units))
    for t in reversed(range(T)):
        (i, f, _, o), (c, slope) = gates[t], memories[t]
        dc = along + o * (1 - np.tanh(c) ** 2) * dh[t]
        np.testing.assert_allclose(da[:, t, 2 * units : 3 * units], dc * i * slope, rtol=1e-12)
        along = f * dc


def test_a_memory_falls_as_its_forget_gate_says() -> None:
    """With no weights the gradient for the first input falls as f ** T, f = sigmoid(bias)."""
    for bias in (0.0, 1.0, 2.0):
        parameters = {"weight": np.zeros((1, 4)), "bias": np.array([0.0, bias, 0.0, 0.0])}
        sizes = []
        for T in (1, 11):
            y, cache = LSTM().forward(parameters, np.zeros((1, T, 4)))
            dx, _ = LSTM().backward(parameters, cache, np.ones_like(y))
            sizes.append(dx[0, 0, 2])
        f = wi.activations.sigmoid(bias)
        np.testing.assert_allclose(sizes[1] / sizes[0], f**10, rtol=100 * np.finfo(float).eps)


@pytest.mark.parametrize("build", [wi.rnn, wi.lstm, wi.gru])
@settings(max_examples=30)
@given(
    lengths=st.lists(st.integers(0, 5), min_size=1, max_size=4),
    extra=st.integers(1, 4),
    in_front=st.booleans(),
    seed=SEEDS,
)
def test_padding_changes_nothing(
    build: Callable[..., wi.Network], lengths: list[int], extra: int, in_front: bool, seed: int
) -> None:
    """More padding, behind or in front, changes neither outputs nor loss nor gradients."""
    rng = np.random.default_rng(seed)
    T = max(*lengths, 1)
    tokens = rng.integers(1, 9, (len(lengths), T)) * (np.arange(T) < np.array(lengths)[:, None])
    y = rng.integers(0, 3, len(lengths))
    net = build(vocabulary=9, hidden=4, classes=3).initialize(wi.orthogonal, rng=seed)
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


@pytest.mark.parametrize("build", [wi.lstm, wi.gru])
def test_networks_with_gates_have_exact_gradients(build: Callable[..., wi.Network]) -> None:
    """Gradients of whole networks agree with differences, with a dense layer in front as well."""
    rng = np.random.default_rng(0)
    layer: Layer = build(9, 4, 3).chain.layers[1]
    dense = [Embedding(9, 3), Dense(4 * layer.gates), layer, Dense(3)]
    x = rng.integers(1, 9, (6, 5)) * (np.arange(5) < rng.integers(1, 6, (6, 1)))
    for net in (build(9, 4, 3), wi.Network(dense, (None,))):
        net.initialize({"*": wi.Normal(std=0.5)}, rng=1)
        check = wi.check_gradients(net, x, [0, 1, 2] * 2, entries=None)
        assert check.relative_error <= TOLERANCE
        assert not check.unresolved


MINE = wi.activations.Activation("tanh", np.sin, np.cos)


@pytest.mark.parametrize(
    "make, error, told",
    [
        (lambda: RNN("sigmoid"), ValueError, "one of 'linear', 'relu', 'tanh', got 'sigmoid'"),
        (lambda: RNN(MINE), ValueError, "one of 'linear', 'relu', 'tanh', got tanh .Activation"),
        (lambda: Embedding(1, 4), ValueError, "vocabulary must be an integer >= 2.*padding"),
        (lambda: Embedding(5, 0), ValueError, "units must be an integer >= 1"),
        (lambda: RNN().output_shape((4,)), ValueError, r"sequences .* got \(4,\).*in front"),
        (lambda: LSTM().output_shape((4, 6)), ValueError, r"4 numbers for each unit.*Dense\(4"),
        (lambda: GRU().output_shape((4, 4)), ValueError, r"3 numbers for each unit.*Dense\(3"),
        (lambda: Embedding(5, 2).output_shape((3, 2)), ValueError, r"tokens of shape \(T,\)"),
        (lambda: wi.Network([Dense(2)], (None,)), ValueError, "tokens go through an Embedding"),
    ],
    ids=[
        "activation",
        "namesake",
        "vocabulary",
        "units",
        "vectors",
        "lstm",
        "gru",
        "images",
        "tokens",
    ],
)
def test_what_does_not_fit_is_told(make: object, error: type[Exception], told: str) -> None:
    """Layers for sequences say what they take when they get something else."""
    with pytest.raises(error, match=told):
        make()
