"""The three architectures of the lessons, their gradients, and how they print."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import weightinit as wi
from tests.networks.numeric import TOLERANCE, Array

SIZES = st.integers(1, 4)
SEEDS = st.integers(0, 2**32 - 1)
SMOOTH = st.sampled_from(["tanh", "sigmoid", "gelu", "silu", "softplus", "sine", "linear"])


@settings(max_examples=20)
@given(
    sizes=st.lists(SIZES, min_size=2, max_size=5),
    n=SIZES,
    activation=SMOOTH,
    targets=st.booleans(),
    seed=SEEDS,
)
def test_gradients_of_an_mlp_are_exact(
    sizes: list[int], n: int, activation: str, targets: bool, seed: int
) -> None:
    """Gradients of any perceptron and any loss equal central differences."""
    rng = np.random.default_rng(seed)
    net = wi.mlp(sizes, activation).initialize(wi.xavier_normal, rng=seed)
    x = rng.normal(size=(n, sizes[0]))
    y = rng.normal(size=(n, sizes[-1])) if targets else rng.integers(0, max(sizes[-1], 2), n)
    assert wi.check_gradients(net, x, y).relative_error <= TOLERANCE


@settings(max_examples=20)
@given(n=SIZES, inputs=SIZES, hidden=SIZES, classes=SIZES, seed=SEEDS)
def test_gradients_of_a_relu_mlp_are_exact(
    n: int, inputs: int, hidden: int, classes: int, seed: int
) -> None:
    """Gradients of a ReLU perceptron equal differences away from the kinks.

    Biases of 1 or -1 and weights whose sum is below 1/2 for inputs below 1 keep every
    pre-activation 1/2 away from zero.
    """
    rng = np.random.default_rng(seed)
    net = wi.mlp([inputs, hidden, classes]).initialize(wi.Uniform(low=-0.1, high=0.1), rng=seed)
    net.parameters["dense0.bias"][:] = rng.choice([-1.0, 1.0], hidden)
    x, y = rng.uniform(-1, 1, (n, inputs)), rng.integers(0, max(classes, 2), n)
    assert wi.check_gradients(net, x, y).relative_error <= TOLERANCE


def distance_from_kinks(net: wi.Network, x: Array) -> float:
    """Return how far the inputs of ReLUs are from 0, and those of pools from another maximum."""
    distance = np.inf
    for name, step in net.record(x).items():
        if name.startswith("relu"):
            distance = min(distance, np.abs(step.x).min())
        if name.startswith("pool"):
            rows, columns = 2 * step.y.shape[1], 2 * step.y.shape[2]
            places = [step.x[:, i:rows:2, j:columns:2] for i, j in np.ndindex(2, 2)]
            *_, second, first = np.sort(places, axis=0)
            apart = first - second
            distance = min(distance, apart[first != 0].min(initial=np.inf))  # ReLUs that are off
    return distance


@settings(max_examples=10)
@given(
    size=st.tuples(st.integers(4, 6), st.integers(4, 6), st.integers(1, 2)),
    channels=st.lists(st.integers(1, 3), min_size=1, max_size=2),
    activation=st.sampled_from(["tanh", "gelu", "relu"]),
    seed=SEEDS,
)
def test_gradients_of_a_cnn_are_exact(
    size: tuple[int, int, int], channels: list[int], activation: str, seed: int
) -> None:
    """Gradients of a convolutional network equal differences, where no step meets a kink."""
    rng = np.random.default_rng(seed)
    net = wi.cnn(size, channels, 3, activation).initialize(wi.he_normal, rng=seed)
    x, y = rng.normal(size=(2, *size)), rng.integers(0, 3, 2)
    assume(distance_from_kinks(net, x) > 1e-3)  # a step of 6e-6 moves nothing by 1e-4
    assert wi.check_gradients(net, x, y).relative_error <= TOLERANCE


@pytest.mark.parametrize("activation", ["tanh", "linear"])
@settings(max_examples=10)
@given(
    shape=st.tuples(SIZES, st.integers(1, 6)),
    vocabulary=st.integers(2, 6),
    hidden=SIZES,
    seed=SEEDS,
)
def test_gradients_of_an_rnn_are_exact(
    activation: str, shape: tuple[int, int], vocabulary: int, hidden: int, seed: int
) -> None:
    """Gradients of a recurrent network equal differences, with padding anywhere."""
    rng = np.random.default_rng(seed)
    net = wi.rnn(vocabulary, hidden, 3, activation).initialize(wi.xavier_normal, rng=seed)
    x, y = rng.integers(0, vocabulary, shape), rng.integers(0, 3, shape[0])
    assert wi.check_gradients(net, x, y).relative_error <= TOLERANCE


def test_an_mlp_without_hidden_layers_is_linear() -> None:
    """Two sizes make softmax regression: one dense layer and no activation."""
    assert list(wi.mlp([784, 10]).layers) == ["dense0"]


def test_an_activation_stands_behind_every_hidden_layer() -> None:
    """Activations stand between dense layers, and none behind the last."""
    assert list(wi.mlp([2, 3, 4, 1], wi.activations.leaky_relu(0.2)).layers) == [
        "dense0",
        "leaky_relu0",
        "dense1",
        "leaky_relu1",
        "dense2",
    ]


def test_kernels_have_the_fans_of_the_lesson() -> None:
    """The kernels of the network of the lesson are 3 x 3, channels last, inputs before outputs."""
    shapes = wi.cnn((32, 32, 3), [16, 32], 10).parameter_shapes
    assert wi.compute_fans(shapes["conv0.weight"]) == (27, 144)
    assert wi.compute_fans(shapes["conv1.weight"]) == (144, 288)
    assert shapes["dense0.weight"] == (8 * 8 * 32, 10)


def test_an_rnn_has_three_weights() -> None:
    """Embedding, recurrence and output are the three matrices; each of two has a bias."""
    assert wi.rnn(vocabulary=10_000, hidden=128, classes=2).parameter_shapes == {
        "embedding0.weight": (10_000, 128),
        "rnn0.weight": (128, 128),
        "rnn0.bias": (128,),
        "dense0.weight": (128, 2),
        "dense0.bias": (2,),
    }


@pytest.mark.parametrize(
    "make, error, told",
    [
        (lambda: wi.mlp([3]), ValueError, r"sizes must hold 2 or more, got \[3\]; write \[784"),
        (lambda: wi.mlp(3), TypeError, "sizes must be a sequence of positive integers, got 3"),
        (lambda: wi.mlp([3, 0, 1]), ValueError, r"sizes\[1\] must be an integer >= 1"),
        (lambda: wi.mlp([3, 4, 1], "rleu"), ValueError, "got 'rleu'"),
        (lambda: wi.cnn((8, 8, 1), [4] * 4, 10), ValueError, "1 x 1 pixels; use fewer pools"),
        (lambda: wi.cnn((8, 8), [4], 10), ValueError, r"\(height, width, channels\), got \(8, 8\)"),
        (lambda: wi.cnn((8, 8, 1), [], 10), ValueError, "channels must hold 1 or more"),
        (lambda: wi.cnn((8, 8, 1), [4], 0), ValueError, "classes must be an integer >= 1"),
        (lambda: wi.rnn(10, 0, 2), ValueError, "hidden must be an integer >= 1"),
        (lambda: wi.rnn(1, 8, 2), ValueError, "vocabulary must be an integer >= 2"),
        (lambda: wi.rnn(10, 8, 2, "gelu"), ValueError, "one of 'linear', 'relu', 'tanh'"),
    ],
)
def test_sizes_that_make_no_sense_are_told(make: object, error: type[Exception], told: str) -> None:
    """A builder names the argument that does not fit."""
    with pytest.raises(error, match=told):
        make()
