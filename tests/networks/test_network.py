"""Networks: what an architecture computes once it has weights."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weightinit as wi
from tests.networks.batches import BATCHES, LABELS, started
from weightinit.networks import RNN, ActivationLayer, Dense, Embedding

SEEDS = st.integers(0, 2**32 - 1)
EPSILON = np.finfo(float).eps
KINDS = pytest.mark.parametrize("kind", BATCHES)


@KINDS
def test_a_batch_twice_is_the_same(kind: str) -> None:
    """Loss and gradients are means: a batch and the same batch twice have equal ones."""
    net, x = started(kind)
    loss, gradients = net.loss_and_gradients(x, LABELS)
    twice, gradients_twice = net.loss_and_gradients(
        np.concatenate([x, x]), np.concatenate([LABELS, LABELS])
    )
    assert loss == pytest.approx(twice, rel=64 * EPSILON)
    for name, gradient in gradients.items():  # sums of at most 12 * 16 terms below 10
        np.testing.assert_allclose(gradients_twice[name], gradient, rtol=0, atol=2000 * EPSILON)


@KINDS
def test_samples_do_not_meet(kind: str) -> None:
    """The output of a sample is the same alone and in any batch, up to the rounding of BLAS."""
    net, x = started(kind)
    whole = net.forward(x)
    for i in range(len(x)):
        np.testing.assert_allclose(net.forward(x[i : i + 1])[0], whole[i], 0, atol=1000 * EPSILON)


@KINDS
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_of_the_weights_is_kept(kind: str, dtype: type) -> None:
    """Outputs and gradients have the dtype of the weights, whatever that of the inputs."""
    net, x = started(kind, dtype=dtype)
    loss, gradients = net.loss_and_gradients(x, LABELS)
    assert isinstance(loss, float)
    assert {array.dtype for array in [net.forward(x), *gradients.values()]} == {np.dtype(dtype)}


def test_targets_are_cast_to_the_dtype_of_the_weights() -> None:
    """Float64 targets leave the gradients of a float32 network in float32."""
    net = wi.mlp([3, 5, 2]).initialize(wi.he_normal, rng=0, dtype=np.float32)
    _, gradients = net.loss_and_gradients(np.ones((4, 3)), np.ones((4, 2)))
    assert {gradient.dtype for gradient in gradients.values()} == {np.dtype(np.float32)}


@KINDS
def test_float32_agrees_with_float64(kind: str) -> None:
    """In float32 the same weights give the same gradients, up to its rounding."""
    net, x = started(kind)
    half = copy.deepcopy(net).initialize(wi.zeros, dtype=np.float32)
    for name, array in net.parameters.items():
        half.parameters[name][...] = array
    _, gradients = net.loss_and_gradients(x, LABELS)
    for name, gradient in half.loss_and_gradients(x, LABELS)[1].items():
        atol = 200 * np.finfo(np.float32).eps  # sums of at most 6 * 16 terms below 1
        np.testing.assert_allclose(gradient, gradients[name], rtol=0, atol=atol)


@KINDS
def test_nothing_is_changed(kind: str) -> None:
    """Neither pass changes the inputs, the labels or the weights."""
    net, x = started(kind)
    before = copy.deepcopy((x, LABELS, net.parameters))
    net.forward(x)
    net.predict(x)
    net.loss_and_gradients(x, LABELS)
    np.testing.assert_equal((x, LABELS, net.parameters), before)


@KINDS
def test_gradients_are_named_like_parameters(kind: str) -> None:
    """Gradients have the names, the order and the shapes of the parameters."""
    net, x = started(kind)
    _, gradients = net.loss_and_gradients(x, LABELS)
    shapes = {name: gradient.shape for name, gradient in gradients.items()}
    assert list(shapes.items()) == list(net.parameter_shapes.items())
    assert list(net.parameters) == list(net.parameter_shapes)


@settings(max_examples=20)
@given(order=st.permutations(range(6)), seed=SEEDS)
def test_hidden_units_have_no_order(order: list[int], seed: int) -> None:
    """Permuting hidden units with their weights permutes their gradients and leaves the output."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(5, 3)), rng.integers(0, 4, 5)
    net = wi.mlp([3, 6, 4], "tanh").initialize(wi.xavier_normal, rng=seed)
    other = copy.deepcopy(net)
    axes = {"dense0.weight": 1, "dense0.bias": 0, "dense1.weight": 0}
    for name, axis in axes.items():
        other.parameters[name][...] = np.take(net.parameters[name], order, axis)
    atol = 1000 * EPSILON  # sums of 6 or fewer terms of at most 10, in another order
    np.testing.assert_allclose(other.forward(x), net.forward(x), rtol=0, atol=atol)
    _, gradients = net.loss_and_gradients(x, y)
    _, permuted = other.loss_and_gradients(x, y)
    for name, axis in axes.items():
        expected = np.take(gradients[name], order, axis)
        np.testing.assert_allclose(permuted[name], expected, rtol=0, atol=atol)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_constant_weights_keep_units_equal(activation: str) -> None:
    """Units that start equal stay equal: after training the hidden weights have one singular value.

    Four units, where the kernels of BLAS round all columns alike; the tolerance allows for 500
    steps whose rounding errors differ.
    """
    x, y = wi.datasets.ring(100, rng=0)
    net = wi.mlp([2, 4, 1], activation).initialize(wi.Constant(value=0.5))
    before = net.parameters["dense0.weight"].copy()
    wi.train(net, x, y, epochs=500, batch_size=100, learning_rate=0.3)
    after = net.parameters["dense0.weight"]
    assert np.abs(after - before).max() > 0.01  # they did learn
    first, second = np.linalg.svd(after, compute_uv=False)
    assert second / first <= 500 * 8 * EPSILON


def test_a_network_is_what_its_repr_says() -> None:
    """The repr of a network is the expression that makes it."""
    relu = wi.activations.relu
    names = {
        "Network": wi.Network,
        "relu": relu,
        "Dense": Dense,
        "ActivationLayer": ActivationLayer,
    }
    net = wi.mlp([2, 3, 1])
    again = eval(repr(net), names)
    assert again.parameter_shapes == net.parameter_shapes
    assert again.chain == net.chain


def test_a_network_can_be_pickled() -> None:
    """A pickled network comes back with its weights."""
    net, x = started("cnn")
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(net)).forward(x), net.forward(x))


class Letters(Embedding):
    """A lookup that takes letters, a to z, for tokens from 1 up."""

    def _check_batch(self, x, dtype=None, input_shape=None):
        """Return the letters as tokens."""
        tokens = [[ord(letter) - ord("a") + 1 for letter in word] for word in x]
        return super()._check_batch(tokens, dtype, input_shape)


def test_the_first_layer_says_what_it_takes() -> None:
    """What a batch may be is asked of the first layer, whatever its class."""
    layers = [RNN("tanh"), Dense(2)]
    words, tokens = (
        wi.Network([first(27, 4), *layers], (None,)).initialize(wi.xavier_normal, rng=0)
        for first in (Letters, Embedding)
    )
    np.testing.assert_array_equal(words.forward(["abc"]), tokens.forward([[1, 2, 3]]))
    with pytest.raises(ValueError, match="tokens must be from 0 to 26"):
        words.forward(["a{b"])
