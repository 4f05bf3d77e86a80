"""Batch normalization."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weightinit as wi
from tests.networks.numeric import TOLERANCE, Array, assert_exact_backward
from weightinit.networks import (
    ActivationLayer,
    BatchNorm,
    Conv2D,
    Dense,
    Embedding,
    Flatten,
    LayerNorm,
    Network,
    Residual,
)

SEEDS = st.integers(0, 2**32 - 1)


def plain(channels: int) -> dict[str, Array]:
    """Return a gain of 1 and a bias of 0."""
    return {"gain": np.ones(channels), "bias": np.zeros(channels)}


def words(rng: np.random.Generator, n: int, length: int) -> Array:
    """Draw a mask of n sentences, the first of them whole, the others of a word or more."""
    lengths = np.concatenate([[length], rng.integers(1, length + 1, n - 1)])
    return np.arange(length) < lengths[:, np.newaxis]


@settings(max_examples=30)
@given(
    n=st.integers(3, 6),  # two values come out as -1 and 1 wherever they are: no gradient
    between=st.lists(st.integers(1, 3), max_size=2),
    channels=st.integers(1, 3),
    masked=st.booleans(),
    seed=SEEDS,
)
def test_backward_is_exact(
    n: int, between: list[int], channels: int, masked: bool, seed: int
) -> None:
    """Gradients equal differences, with padding too; values are spread, where all is smooth."""
    rng = np.random.default_rng(seed)
    ranks = rng.permuted(np.arange(n * np.prod(between, dtype=int) * channels))
    x = ranks.reshape(n, *between, channels) + rng.uniform(-0.3, 0.3, (n, *between, channels))
    mask = words(rng, n, between[0]) if masked and between else None
    assert_exact_backward(BatchNorm(), x, rng, mask=mask)


@given(between=st.lists(st.integers(1, 4), max_size=2), shift=st.floats(-100, 100), seed=SEEDS)
def test_channels_have_mean_0_and_variance_1(between: list[int], shift: float, seed: int) -> None:
    """With gain 1 and bias 0 a channel has mean 0 and variance v / (v + epsilon) over the batch."""
    x = shift + np.random.default_rng(seed).normal(size=(5, *between, 3))
    axes = tuple(range(x.ndim - 1))
    y, _ = BatchNorm().forward(plain(3), x)
    v = x.var(axis=axes)
    # The mean of numbers near 100 is off by up to 100 eps, which division by sigma enlarges.
    atol = 100 * x.size * np.finfo(float).eps / np.sqrt(v.min() + 1e-5)
    np.testing.assert_allclose(y.mean(axis=axes), 0, atol=atol)
    np.testing.assert_allclose(y.var(axis=axes), v / (v + 1e-5), atol=10 * atol)


@given(n=st.integers(2, 9), units=st.integers(2, 9), seed=SEEDS)
def test_it_is_layer_normalization_turned_around(n: int, units: int, seed: int) -> None:
    """Over samples in place of units: the batch norm of x is the layer norm of x transposed."""
    x = np.random.default_rng(seed).normal(size=(n, units))
    turned, _ = LayerNorm().forward(plain(n), x.T)
    # Up to 9 terms in each mean; sigma, as small as sqrt(epsilon), enlarges their rounding.
    atol = 100 * np.finfo(float).eps / np.sqrt(x.var(axis=0).min() + 1e-5)
    np.testing.assert_allclose(BatchNorm().forward(plain(units), x)[0], turned.T, atol=atol)


@given(n=st.integers(2, 4), more=st.integers(1, 3), seed=SEEDS)
def test_padding_counts_for_nothing(n: int, more: int, seed: int) -> None:
    """What lies under the mask, and how much of it, changes neither words nor gradients."""
    rng = np.random.default_rng(seed)
    mask = words(rng, n, 4)
    x = rng.normal(size=(n, 4, 3))
    longer = rng.normal(1e3, 1e3, (n, 4 + more, 3))
    longer[:, :4][mask] = x[mask]
    wide = np.pad(mask, [(0, 0), (0, more)])
    parameters = {"gain": rng.normal(size=3), "bias": rng.normal(size=3)}
    y, cache = BatchNorm().forward(parameters, x, mask)
    y_longer, cache_longer = BatchNorm().forward(parameters, longer, wide)
    np.testing.assert_allclose(y_longer[wide], y[mask], rtol=1e-10, atol=1e-10)
    dy = np.zeros_like(longer)
    dy[wide] = rng.normal(size=(mask.sum(), 3))
    dx, gradients = BatchNorm().backward(parameters, cache, np.where(mask[..., None], dy[:, :4], 0))
    dx_longer, gradients_longer = BatchNorm().backward(parameters, cache_longer, dy)
    np.testing.assert_allclose(dx_longer[wide], dx[mask], rtol=1e-8, atol=1e-8)
    assert not dx_longer[~wide].any()
    for name, gradient in gradients.items():
        np.testing.assert_allclose(gradients_longer[name], gradient, rtol=1e-8, atol=1e-8)


def test_a_constant_channel_stays_finite() -> None:
    """A channel without any spread comes out as the bias, not as NaN."""
    parameters = {"gain": np.ones(2), "bias": np.full(2, 0.5)}
    assert BatchNorm().forward(parameters, np.ones((3, 2)))[0].tolist() == [[0.5, 0.5]] * 3


def test_epsilon_is_positive() -> None:
    """Without an epsilon a constant channel would divide by zero."""
    with pytest.raises(ValueError, match="epsilon must be a finite number > 0"):
        BatchNorm(epsilon=0)


def test_one_value_has_no_variance() -> None:
    """One row, one pixel or one word is refused, as in PyTorch; a single image of more is not."""
    for shape in [(1, 3), (1, 1, 1, 3)]:
        with pytest.raises(ValueError, match=r"2 or more values of each channel.*got 1 in.*more"):
            BatchNorm().forward(plain(3), np.ones(shape))
    with pytest.raises(ValueError, match="got 1 in a batch of shape"):
        BatchNorm().forward(plain(3), np.ones((1, 4, 3)), np.array([[True, False, False, False]]))
    assert BatchNorm().forward(plain(3), np.ones((1, 2, 1, 3)))[0].shape == (1, 2, 1, 3)


def test_training_says_that_one_sample_is_left_over() -> None:
    """A last minibatch of one sample cannot be normalized; the message says what to change."""
    net = Network([Dense(4), BatchNorm(), Dense(2)], (3,)).initialize(wi.he_normal, rng=0)
    x, y = np.random.default_rng(0).normal(size=(11, 3)), [0, 1] * 5 + [0]
    with pytest.raises(ValueError, match=r"for BatchNorm\(.*leaves no single one over"):
        wi.train(net, x, y, epochs=1, batch_size=5, learning_rate=0.1, rng=0)
    assert len(wi.train(net, x, y, epochs=2, batch_size=6, learning_rate=0.1, rng=0).losses) == 2


def test_training_names_the_layer_that_overflows() -> None:
    """Where weights of a network with batch norm overflow, the first such layer is named."""
    net = Network([Dense(4), BatchNorm(), Dense(1)], (3,))
    net.initialize(wi.he_normal, rng=0, dtype=np.float32)
    x = np.random.default_rng(0).normal(size=(10, 3))
    with pytest.raises(FloatingPointError, match="is the first weight that is not finite"):
        wi.train(net, x, x[:, :1], epochs=1, batch_size=10, learning_rate=1e39, rng=0)


def networks() -> dict[str, tuple[Network, Array]]:
    """Return networks with batch norm behind dense and conv layers, in a branch, behind words."""
    rng = np.random.default_rng(0)
    tanh, images = ActivationLayer("tanh"), rng.normal(size=(4, 5, 5, 2))
    block = Residual([Dense(6), BatchNorm(), tanh, Dense(6)])
    sentences = rng.integers(1, 7, (6, 4)) * words(rng, 6, 4)
    conv, recurrent = Conv2D(3, 3), wi.rnn(7, 5, 3).layers["rnn0"]
    return {
        "dense": (Network([Dense(6), BatchNorm(), tanh, Dense(3)], (4,)), rng.normal(size=(9, 4))),
        "conv": (Network([conv, BatchNorm(), tanh, Flatten(), Dense(3)], (5, 5, 2)), images),
        "branch": (Network([Dense(6), block, block, Dense(3)], (4,)), rng.normal(size=(9, 4))),
        "words": (
            Network([Embedding(7, 5), BatchNorm(), recurrent, Dense(3)], (None,)),
            sentences,
        ),
    }


@pytest.mark.parametrize("kind", networks())
def test_networks_have_exact_gradients(kind: str) -> None:
    """Gradients of whole networks agree with differences; `batchnorm0.gain` is among them."""
    net, x = networks()[kind]
    net.initialize({"*gain": wi.Normal(mean=1, std=0.3), "*": wi.Normal(std=0.5)}, rng=1)
    assert any(name.endswith("batchnorm0.gain") for name in net.parameters)
    check = wi.check_gradients(net, x, np.arange(len(x)) % 3, entries=None)
    assert check.relative_error <= TOLERANCE
    # A bias before the norm moves nothing: its gradient is zero within rounding.
    assert all(name.endswith("bias") for name, _ in check.unresolved)


def test_a_start_has_gain_1_and_bias_0() -> None:
    """One initializer for all weights leaves gains at 1 and biases at 0."""
    net, _ = networks()["dense"]
    parameters = net.initialize(wi.he_normal, rng=0).parameters
    assert parameters["batchnorm0.gain"].tolist() == [1.0] * 6
    assert parameters["batchnorm0.bias"].tolist() == [0.0] * 6


@pytest.mark.parametrize("kind", networks())
def test_statistics_are_running_averages(kind: str) -> None:
    """After steps over the whole batch they are 0.9 of what they were and 0.1 of the batch's."""
    net, x = networks()[kind]
    net.initialize(wi.Normal(std=0.5), rng=1)
    y, expected = np.arange(len(x)) % 3, dict[str, Array]()
    assert net.statistics == {}
    for _ in range(3):
        for name, seen in net.record(x).items():
            if isinstance(seen.layer, BatchNorm):
                whole = np.ones(seen.x.shape[:-1], bool) if seen.mask is None else seen.mask
                for part, value in (
                    ("mean", seen.x[whole].mean(axis=0)),
                    ("variance", seen.x[whole].var(axis=0, ddof=1)),
                ):
                    old = expected.get(f"{name}.{part}", float(part == "variance"))
                    expected[f"{name}.{part}"] = 0.9 * old + 0.1 * value
        wi.train(net, x, y, epochs=1, batch_size=len(x), learning_rate=0.1)
        assert net.statistics.keys() == expected.keys()
        for name, value in net.statistics.items():
            np.testing.assert_allclose(value, expected[name], rtol=1e-12, atol=1e-14)


def _folded(net: Network) -> Network:
    """Return a network without batch norm, whose first layer does what its statistics do."""
    p, s = net.parameters, net.statistics
    plain = Network([Dense(6), ActivationLayer("tanh"), Dense(3)], (4,)).initialize(wi.zeros)
    scale = p["batchnorm0.gain"] / np.sqrt(s["batchnorm0.variance"] + 1e-5)
    shift = (p["dense0.bias"] - s["batchnorm0.mean"]) * scale
    values = {
        "dense0.weight": p["dense0.weight"] * scale,
        "dense0.bias": shift + p["batchnorm0.bias"],
    }
    for name, theta in plain.parameters.items():
        theta[:] = values.get(name, p[name])
    return plain


def test_a_trained_network_normalizes_each_sample_alone() -> None:
    """What it makes of a sample is an affine map, whatever stands beside it; its loss is not."""
    net, x = networks()["dense"]
    net.initialize(wi.he_normal, rng=0)
    before = net.record(x)["dense1"].y
    np.testing.assert_array_equal(net.forward(x), before)  # of its own batch before training
    y = np.arange(len(x)) % 3
    wi.train(net, x, y, epochs=5, batch_size=3, learning_rate=0.1, rng=0)
    alone = np.concatenate([net.forward(row[np.newaxis]) for row in x])
    plain = _folded(net)
    np.testing.assert_allclose(net.forward(x), alone, rtol=1e-12)  # BLAS sums in other blocks
    np.testing.assert_allclose(plain.forward(x), alone, rtol=1e-10)
    np.testing.assert_array_equal(net.predict(x), alone.argmax(axis=1))
    assert abs(net.loss_and_gradients(x, y)[0] - plain.loss_and_gradients(x, y)[0]) > 1e-3


def test_a_start_forgets_statistics_and_a_copy_keeps_them() -> None:
    """New weights have nothing to do with old averages; a copy's are its own."""
    net, x = networks()["dense"]
    for begin in (lambda: net.initialize(wi.he_normal, rng=0), lambda: wi.start(net, x, rng=0)):
        begin()
        assert net.statistics == {}
        wi.train(net, x, np.arange(9) % 3, epochs=1, batch_size=9, learning_rate=0.1)
        again = net.copy()
        np.testing.assert_equal(again.statistics, net.statistics)
        again.statistics["batchnorm0.mean"][:] = 7
        assert (net.statistics["batchnorm0.mean"] != 7).all()
