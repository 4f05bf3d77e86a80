"""What the page on sharded models predicts, against what its code measures."""

from functools import partial

import numpy as np
import pytest

import weightinit as wi
from tests.docs.running import run
from weightinit.training import Adam, AdamW, Sgd

pytestmark = pytest.mark.gallery


@pytest.fixture
def names():
    """Return what the page leaves behind."""
    return run("theory/sharded-models.md").names


def test_fans_of_the_shard_enlarge_the_signal_by_the_root_of_the_parts(names):
    """
    Every second layer multiplies the rms by the root of the parts.

    The log of a mean square strays by a std of sqrt(5 / 256) a layer; five networks, 12 layers and
    half of that for the rms: 0.11. Four of these, 1 in 15,000 for each of four.
    """
    for parts, sizes in names["signals"].items():
        off = np.log(sizes).mean(axis=0) - np.log(names["predicted_signal"](parts))
        assert abs(off[-1] + 12 * 2.5 / 256 / 2) < 4 * np.sqrt(12 * 5 / 256 / 5) / 2


def test_orthogonal_shards_spread_like_free_projections(names):
    """The variance of the squared singular values is 1 - 1/P, the largest near its limit."""
    for found, theory, largest, limit in names["spread"].values():
        assert found == pytest.approx(theory, abs=0.03)
        assert largest == pytest.approx(limit, rel=0.03)


def test_equal_shards_keep_the_rank_of_a_weight_that_is_wide_enough():
    """A shard of 64 inputs and 128 outputs has the full rank by itself, so four copies have it."""
    assert np.linalg.matrix_rank(np.tile(wi.he_normal((64, 128), rng=0), 4)) == 64


def test_parts_are_the_whole_and_equal_seeds_are_copies(names):
    """Drawn by place, shards are the whole; drawn from one seed, they leave 1/P of the rank."""
    assert all(names["same_bits"].values())
    assert names["ranks"] == {parts: 512 // parts for parts in names["PARTS"]}


def test_copies_stay_copies_if_the_next_shards_are_equal_too(names):
    """Equal shards of both layers keep a quarter of the rank; of the first alone they part."""
    ranks = {}
    for both in (True, False):
        net = wi.mlp([64, 32, 32, 10]).initialize(wi.he_normal, rng=3)
        first = wi.he_normal((64, 8), rng=5)
        net.parameters["dense0.weight"][...] = np.tile(first, (1, 4))
        if both:
            net.parameters["dense1.weight"][...] = np.tile(wi.he_normal((8, 32), rng=6), (4, 1))
        wi.train(
            net,
            names["images"],
            names["classes"],
            epochs=1,
            batch_size=50,
            learning_rate=0.05,
            rng=0,
        )
        ranks[both] = np.linalg.matrix_rank(net.parameters["dense0.weight"])
    assert ranks == {True: 8, False: 32}


@pytest.mark.parametrize(
    "kind, decay",
    [
        (Sgd, 0.0),
        (partial(Sgd, momentum=0.9), 0.0),
        (Adam, 0.0),
        (partial(AdamW, weight_decay=0.1), 0.1),
    ],
)
def test_differences_of_replicas_stay_but_for_weight_decay(kind, decay):
    """The mean gradient cancels in the difference, so decay alone shrinks it, step by step."""
    rng, rate, steps = np.random.default_rng(0), 0.1, 50
    x, y = rng.standard_normal((2, 16, 4)), rng.integers(3, size=(2, 16))
    nets = [wi.mlp([4, 8, 3]).initialize(wi.he_normal, rng=seed) for seed in (1, 2)]
    first, last = (net.parameters["dense0.weight"] for net in nets)
    gap = last - first
    optimizers = [kind(net.parameters, rate) for net in nets]
    for _ in range(steps):
        both = [net.loss_and_gradients(x[i], y[i])[1] for i, net in enumerate(nets)]
        mean = {name: (both[0][name] + both[1][name]) / 2 for name in both[0]}
        for optimizer in optimizers:
            optimizer.update(mean)
    np.testing.assert_allclose(last - first, gap * (1 - rate * decay) ** steps, atol=1e-13)


def test_averaged_replicas_lose_their_number_in_each_layer(names):
    """Six layers lose 4**6, but for chance: both paths stray by sqrt(5 / 256) a layer."""
    off = np.mean(np.log(names["shrunk"])) + 6 * np.log(4)
    assert abs(off) < 4 * np.sqrt(2 * 6 * 5 / 256 / 5)


def test_one_batch_shows_a_weight_that_was_never_drawn(names):
    """The diagnosis names the weight of zeros."""
    assert names["seen"].findings[0].parameter == "dense1.weight"


@pytest.mark.parametrize(
    "activation, zeros, learns",
    [
        ("relu", ["dense1"], False),
        ("tanh", ["dense1"], True),
        ("tanh", ["dense0", "dense1"], False),
        ("tanh", ["dense1", "dense2"], False),
    ],
)
def test_a_layer_of_zeros_locks_if_a_relu_or_another_follows(names, activation, zeros, learns):
    """No hidden weight moves in the trap; with one zero factor and tanh the layer does."""
    net = wi.mlp([64, 32, 32, 10], activation=activation).initialize(wi.he_normal, rng=1)
    for layer in zeros:
        net.parameters[f"{layer}.weight"][...] = 0
    wi.train(
        net, names["images"], names["classes"], epochs=1, batch_size=50, learning_rate=0.05, rng=0
    )
    assert net.parameters["dense1.weight"].any() == learns


def test_exercises(names):
    """Xavier of a quarter is too large by sqrt(8/5); parts of an orthogonal whole stay so."""
    assert names["off"] == pytest.approx(np.sqrt(8 / 5), rel=0.01)
    assert names["values"] == pytest.approx(1)
