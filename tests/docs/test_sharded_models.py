"""What the page on sharded models predicts, against what its code measures."""

import numpy as np
import pytest

from tests.docs.running import run

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


def test_parts_are_the_whole_and_equal_seeds_are_copies(names):
    """Drawn by place, shards are the whole; drawn from one seed, they leave 1/P of the rank."""
    assert all(names["same_bits"].values())
    assert names["ranks"] == {parts: 512 // parts for parts in names["PARTS"]}


def test_averaged_replicas_lose_their_number_in_each_layer(names):
    """Six layers lose 4**6, but for chance: both paths stray by sqrt(5 / 256) a layer."""
    off = np.mean(np.log(names["shrunk"])) + 6 * np.log(4)
    assert abs(off) < 4 * np.sqrt(2 * 6 * 5 / 256 / 5)


def test_one_batch_shows_a_weight_that_was_never_drawn(names):
    """The diagnosis names the weight of zeros."""
    assert names["seen"].findings[0].parameter == "dense1.weight"


def test_exercises(names):
    """Xavier of a quarter is too large by sqrt(8/5); parts of an orthogonal whole stay so."""
    assert names["off"] == pytest.approx(np.sqrt(8 / 5), rel=0.01)
    assert names["values"] == pytest.approx(1)
