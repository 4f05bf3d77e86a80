"""The start of a network: which initializer draws which weights, in which order."""

import numpy as np
import pytest

import weightinit as wi
from weightinit.networks import ActivationLayer, Dense, LayerNorm, Residual


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
