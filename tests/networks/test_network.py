"""Networks: an architecture and the weights that it is given."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weightinit as wi
from tests.networks.numeric import Array
from weightinit.networks import ActivationLayer, Dense, Embedding, Flatten, LayerNorm, Residual

SEEDS = st.integers(0, 2**32 - 1)
EPSILON = np.finfo(float).eps
BATCHES = {
    "mlp": (wi.mlp([3, 5, 4]), np.random.default_rng(0).normal(size=(6, 3))),
    "cnn": (wi.cnn((4, 4, 2), [3], 4), np.random.default_rng(0).normal(size=(6, 4, 4, 2))),
    "rnn": (wi.rnn(7, 5, 4), np.random.default_rng(0).integers(0, 7, (6, 5))),
}
LABELS = np.array([0, 1, 2, 3, 0, 1])
KINDS = pytest.mark.parametrize("kind", BATCHES)


def started(kind: str, **options: object) -> tuple[wi.Network, Array]:
    """Return a fresh network of a kind with weights, and a batch for it."""
    net, x = BATCHES[kind]
    return copy.deepcopy(net).initialize(wi.xavier_normal, rng=0, **options), x


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


def test_an_int_seed_is_shared_by_all_weights() -> None:
    """One generator serves the whole network: equally shaped weights differ."""
    net = wi.mlp([4, 4, 4]).initialize(wi.he_normal, rng=0)
    assert not np.array_equal(net.parameters["dense0.weight"], net.parameters["dense1.weight"])
    again = wi.mlp([4, 4, 4]).initialize(wi.he_normal, rng=0)
    np.testing.assert_equal(again.parameters, net.parameters)


def test_the_generator_is_used_in_the_order_of_the_parameters() -> None:
    """The weights are those that a shared generator gives when it is asked in order."""
    rng = np.random.default_rng(7)
    expected = [wi.he_normal((3, 5), rng=rng), wi.he_normal((5, 4), rng=rng)]
    net = wi.mlp([3, 5, 4]).initialize(wi.he_normal, rng=7)
    np.testing.assert_array_equal(net.parameters["dense0.weight"], expected[0])
    np.testing.assert_array_equal(net.parameters["dense1.weight"], expected[1])


def test_what_is_no_weight_starts_at_its_constant() -> None:
    """Biases start at 0, gains and residual scales at 1, unless a pattern names them."""
    block = Residual([LayerNorm(), Dense(3)])
    net = wi.Network([block], (3,)).initialize(wi.Constant(value=7.0))
    starts = {name.rpartition(".")[2]: set(a.ravel()) for name, a in net.parameters.items()}
    assert starts == {"scale": {1.0}, "gain": {1.0}, "bias": {0.0}, "weight": {7.0}}
    net.initialize({"*.weight": wi.ones, "*.scale": wi.zeros, "*norm0.bias": wi.ones})
    assert net.parameters["residual0.scale"] == 0
    assert net.parameters["residual0.norm0.bias"].tolist() == [1.0, 1.0, 1.0]
    assert not net.parameters["residual0.dense0.bias"].any()


def test_the_first_pattern_that_fits_counts() -> None:
    """Patterns are tried in the order in which they stand."""
    patterns = {"dense1.*": wi.Constant(value=2.0), "*.weight": wi.ones}
    net = wi.mlp([2, 3, 1]).initialize(patterns)
    assert set(net.parameters["dense0.weight"].ravel()) == {1.0}
    assert set(net.parameters["dense1.weight"].ravel()) == {2.0}
    assert net.parameters["dense1.bias"].tolist() == [2.0]


def test_parameters_are_live() -> None:
    """What changes the arrays of `parameters` changes the network."""
    net = wi.mlp([2, 1]).initialize(wi.zeros)
    net.parameters["dense0.bias"][0] = 3.0
    net.parameters["dense0.weight"] = np.ones((2, 1))
    assert net.forward([[1.0, 1.0]]).tolist() == [[5.0]]


def test_initialize_starts_again_and_returns_the_network() -> None:
    """A second start gives new arrays: what was kept of the first stays as it was."""
    net = wi.mlp([2, 1])
    assert net.initialize(wi.ones) is net
    kept = net.parameters["dense0.weight"]
    net.initialize(wi.zeros)
    assert kept.tolist() == [[1.0], [1.0]]
    assert not net.parameters["dense0.weight"].any()


@pytest.mark.parametrize(
    "use",
    [
        lambda net: net.forward([[1.0, 2.0]]),
        lambda net: net.predict([[1.0, 2.0]]),
        lambda net: net.loss_and_gradients([[1.0, 2.0]], [0]),
        lambda net: net.parameters,
        lambda net: wi.check_gradients(net, [[1.0, 2.0]], [0]),
        lambda net: wi.train(net, [[1.0, 2.0]], [0], epochs=1, batch_size=1, learning_rate=1.0),
    ],
    ids=["forward", "predict", "loss", "parameters", "check", "train"],
)
def test_without_weights_nothing_works(use: object) -> None:
    """Before `initialize` every use raises, and the message says what to call."""
    with pytest.raises(RuntimeError, match=r"no weights yet.*net\.initialize\(wi\.he_normal"):
        use(wi.mlp([2, 1]))


def test_a_network_without_parameters_needs_no_weights() -> None:
    """Where there is nothing to start, the network works as it is."""
    net = wi.Network([ActivationLayer("relu")], (2,))
    assert net.forward([[-1.0, 2.0]]).tolist() == [[0.0, 2.0]]


@pytest.mark.parametrize(
    "initializer, error, told",
    [
        ("he_normal", TypeError, "must be an initializer, such as wi.he_normal.*got 'he_normal'"),
        (wi.Orthogonal, TypeError, "must be an initializer"),
        ({"*.weight": "he"}, TypeError, r"initializer\['\*\.weight'\] must be"),
        ({"dense9.*": wi.ones}, ValueError, "fits the pattern 'dense9.*dense0.weight, dense0.bias"),
        ({"dense0.*": wi.zeros}, ValueError, r"the weight 'dense1.weight'.*add '\*\.weight'"),
        ({"*": wi.he_normal}, ValueError, "dense0.bias, of shape .*he_normal: .*bias.*wi.zeros"),
    ],
    ids=["name", "class", "value", "pattern", "unmet", "bias"],
)
def test_a_start_that_does_not_fit_is_told(
    initializer: object, error: type[Exception], told: str
) -> None:
    """Wrong initializers and patterns raise, with the names there are and a way out."""
    net = wi.mlp([2, 3, 1])
    with pytest.raises(error, match=told):
        net.initialize(initializer)
    with pytest.raises(RuntimeError, match="no weights yet"):  # a start that failed left nothing
        net.forward([[0.0, 0.0]])


def test_float16_is_told() -> None:
    """float16, in which products are slow, raises and names the way out."""
    with pytest.raises(TypeError, match=r"float64 or float32, got float16.*use float32"):
        wi.mlp([2, 1]).initialize(wi.zeros, dtype=np.float16)


@pytest.mark.parametrize(
    "kind, x, error, told",
    [
        ("mlp", np.ones((6, 4)), ValueError, r"shape \(n, 3\), got \(6, 4\)"),
        ("mlp", np.ones(3), ValueError, r"got \(3,\); one sample is a batch of one"),
        ("mlp", np.ones((0, 3)), ValueError, r"at least one sample, got shape \(0, 3\)"),
        ("mlp", [[1.0, np.nan, 2.0]], ValueError, "x must be finite"),
        ("mlp", [[1.0, 2.0, 3.0j]], TypeError, "real numbers, got dtype complex128"),
        ("mlp", [["a", "b", "c"]], TypeError, "real numbers"),
        ("cnn", np.ones((6, 4, 4)), ValueError, r"\(n, 4, 4, 2\).*x\[\.\.\., np\.newaxis\]"),
        ("rnn", [[1, 2, 7]], ValueError, "tokens must be from 0 to 6, got 7"),
        ("rnn", [[1, -2]], ValueError, "tokens must be from 0 to 6, got -2"),
        ("rnn", [[1.0, 2.0]], TypeError, "tokens, which are integers .*float64"),
        ("rnn", [1, 2], ValueError, r"shape \(n, any\), got \(2,\); one sample"),
        ("rnn", np.zeros((3, 0), int), ValueError, "at least one sample"),
    ],
)
def test_inputs_that_do_not_fit_are_told(
    kind: str, x: object, error: type[Exception], told: str
) -> None:
    """A batch of another shape, empty, not finite or out of range raises, with a way out."""
    net, _ = started(kind)
    for use in (net.forward, net.predict, lambda batch: net.loss_and_gradients(batch, LABELS)):
        with pytest.raises(error, match=told):
            use(x)


def test_float32_cannot_hold_every_input() -> None:
    """An input that overflows the dtype of the weights is told, not turned into infinity."""
    net = wi.mlp([1, 1]).initialize(wi.ones, dtype=np.float32)
    with pytest.raises(ValueError, match="x must be finite in float32"):
        net.forward([[1e39]])


def test_labels_are_never_broadcast() -> None:
    """Labels of shape (n, 1) against outputs of shape (n, 1) raise; so do those of shape (1,)."""
    net = wi.mlp([2, 1]).initialize(wi.zeros)
    with pytest.raises(TypeError, match=r"labels of shape \(3,\)"):
        net.loss_and_gradients(np.zeros((3, 2)), [[0], [1], [0]])
    with pytest.raises(ValueError, match=r"labels of shape \(3,\)"):
        net.loss_and_gradients(np.zeros((3, 2)), [0])


@pytest.mark.parametrize(
    "layers, shape, error, told",
    [
        ([], (2,), ValueError, "at least one layer"),
        ([Dense], (2,), TypeError, r"layers\[0\] must be a layer, such as Dense\(10\)"),
        (Dense(2), (2,), TypeError, "a sequence of layers"),
        (
            [Dense(2), Embedding(3, 2)],
            (2, 2),
            ValueError,
            r"layers\[1\], Embedding.* takes tokens.*put it first",
        ),
        ([Embedding(3, 2)], (2, 2), ValueError, r"takes tokens of shape \(T,\), got \(2, 2\)"),
        ([Flatten()], (None, 2), ValueError, "fixed shape"),
        ([Dense(2)], (0,), ValueError, r"input_shape\[0\] must be an integer >= 1"),
    ],
    ids=["none", "class", "one", "images", "late", "sequence", "empty"],
)
def test_an_architecture_that_does_not_fit_is_told(
    layers: object, shape: tuple[int | None, ...], error: type[Exception], told: str
) -> None:
    """Layers that do not fit each other or the input raise when the network is built."""
    with pytest.raises(error, match=told):
        wi.Network(layers, shape)


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


def test_labels_need_vectors() -> None:
    """Predicting from outputs that are images raises, and says what is missing."""
    net = wi.Network([ActivationLayer("relu")], (2, 2))
    with pytest.raises(ValueError, match=r"got \(1, 2, 2\); end the network with Flatten"):
        net.predict(np.ones((1, 2, 2)))
