"""The faults that are planted in models of other frameworks are what they say.

The models themselves are built by the session `interop` alone; here their parts are made up.
"""

import dataclasses

import numpy as np
import pytest

from benchmarks.interop import data
from benchmarks.interop.entries import Entry
from benchmarks.interop.harm import MOST, verdict
from benchmarks.interop.plants import KINDS, planted
from benchmarks.interop.roles import Parts, Weight


def made_up() -> Parts:
    """Return the parts of a model as PyTorch would name them: two blocks, and an output."""
    rng = np.random.default_rng(0)
    weights = []
    for i in range(2):
        weights.append(Weight(f"blocks.{i}.qkv.weight", (96, 32), (0,), f"blocks.{i}.qkv.bias"))
        weights.append(Weight(f"blocks.{i}.fc1.weight", (64, 32), (0,), f"blocks.{i}.fc1.bias"))
        weights.append(Weight(f"blocks.{i}.fc2.weight", (32, 64), (0,)))
    weights.append(Weight("head.weight", (10, 32), (0,)))
    arrays = {w.name: rng.normal(size=w.shape) / np.sqrt(w.fans[0]) for w in weights}
    arrays |= {w.bias: np.zeros(w.units) for w in weights if w.bias}
    gains = [f"blocks.{i}.norm.weight" for i in range(2)]
    arrays |= {name: np.ones(32) for name in gains}
    arrays |= {name.replace("weight", "bias"): np.zeros(32) for name in gains}
    heads = {"*.qkv.weight": (3, 4)}
    entry = Entry(
        "made up", "none", "none", int, lambda _: (0, 0), flat=("*.fc1.bias",), heads=heads
    )
    return Parts(entry, arrays, weights, gains)


def test_every_kind_changes_what_it_names_and_keeps_its_shape() -> None:
    """A plant is arrays of the model's shapes, finite, and other than those that were there."""
    parts = made_up()
    for kind in KINDS:
        for seed in range(5):
            plant = planted(parts, kind, seed)
            for name, array in plant.arrays.items():
                assert array.shape == parts.arrays[name].shape
                assert np.isfinite(array).all()
            assert any(not np.array_equal(a, parts.arrays[n]) for n, a in plant.arrays.items())


def test_the_output_is_no_place_for_a_plant() -> None:
    """No kind changes the last weight."""
    parts = made_up()
    for kind in KINDS:
        for seed in range(20):
            assert "head.weight" not in planted(parts, kind, seed).arrays


def test_sizes_of_plants() -> None:
    """Factors are those that are named; units before a flat activation lie five std below zero."""
    parts = made_up()
    for kind, factors in {
        "std x 10": [10],
        "std / 10": [0.1],
        "gain of a norm": [30, 1 / 30],
    }.items():
        [(name, array)] = planted(parts, kind, 0).arrays.items()
        ratio = array / parts.arrays[name]
        assert np.ptp(ratio) < 1e-12 * ratio.max()
        assert any(np.isclose(ratio.max(), factor) for factor in factors)
    [(bias, array)] = planted(parts, "dead by bias", 0).arrays.items()
    weight = parts.arrays[bias.replace("bias", "weight")]
    np.testing.assert_allclose(array, -5 * np.sqrt((weight**2).sum(axis=1)))
    [(name, array)] = planted(parts, "shifted mean", 0).arrays.items()
    assert array.mean() - parts.arrays[name].mean() == pytest.approx(parts.arrays[name].std())


def test_swapped_fans_give_the_std_of_the_other_side() -> None:
    """A weight of std 1/sqrt(fan_in) gets 1/sqrt(fan_out): of rows that were normed, exactly."""
    parts = made_up()
    for seed in range(10):
        [(name, array)] = planted(parts, "swapped fans", seed).arrays.items()
        weight = next(w for w in parts.weights if w.name == name)
        fan_in, fan_out = weight.fans
        ratio = array.std() / parts.arrays[name].std()
        assert ratio == pytest.approx(np.sqrt(fan_in / fan_out))
        assert fan_in != fan_out


def test_heads_are_copied_within_each_projection() -> None:
    """Of three packed projections of four heads each, all heads equal the first of their own."""
    parts = made_up()
    arrays = planted(parts, "copied heads or units", 0).arrays
    name = next(name for name in arrays if name.endswith("weight"))
    packed = arrays[name].reshape(3, 4, 8, 32)
    assert (packed == packed[:, :1]).all()
    assert not np.array_equal(packed[0], packed[1])
    assert np.array_equal(packed[:, 0], parts.arrays[name].reshape(3, 4, 8, 32)[:, 0])


def test_a_zeroed_block_is_all_of_one_block() -> None:
    """All parameters below one prefix with a number are zero, and no other is named."""
    parts = made_up()
    arrays = planted(parts, "zeroed block", 0).arrays
    [prefix] = {name[: len("blocks.0.")] for name in arrays}
    assert set(arrays) == {name for name in parts.arrays if name.startswith(prefix)}
    assert not any(array.any() for array in arrays.values())


def test_what_does_not_apply_is_none() -> None:
    """Without a norm there is no gain, without a flat activation no bias that kills."""
    parts = made_up()
    entry = dataclasses.replace(parts.entry, flat=())
    bare = dataclasses.replace(parts, gains=[], entry=entry)
    assert planted(bare, "gain of a norm", 0) is None
    assert planted(bare, "dead by bias", 0) is None


@pytest.mark.parametrize(
    "weight, fans",
    [
        (Weight("linear", (64, 32), (0,)), (32, 64)),
        (Weight("conv2d", (64, 32, 3, 3), (0,), field=9), (288, 576)),
        (Weight("grouped", (64, 8, 3, 3), (0,), field=9, groups=4), (72, 144)),
        (Weight("depthwise, last", (3, 3, 32, 1), (2,), field=9, groups=32), (9, 9)),
        (Weight("heads, last", (32, 4, 16), (1, 2)), (32, 64)),
    ],
    ids=lambda value: value.name if isinstance(value, Weight) else "",
)
def test_fans_count_what_a_unit_reads_and_feeds(weight: Weight, fans: tuple[int, int]) -> None:
    """Fans of every layout; and rows by unit go back to where they were."""
    assert weight.fans == fans
    array = np.random.default_rng(0).normal(size=weight.shape)
    assert weight.by_unit(array).shape == (weight.units, fans[0])
    np.testing.assert_array_equal(weight.from_units(weight.by_unit(array)), array)


@pytest.mark.parametrize(
    "spoiled, expected",
    [
        ([1.5, 1.5], "harmful"),  # a quarter of what is learnt
        ([1.01, 1.02], "harmless"),
        ([0.5, 0.6], "harmless"),
        ([1.1, 1.2], "between"),
        ([MOST, MOST], "harmful"),
        ([], None),
    ],
)
def test_harm_is_measured_by_what_the_model_learns(spoiled: list[float], expected: str) -> None:
    """Harmful: worse by a tenth of what is learnt, and by more than draws differ."""
    found = {"chance": 3.0, "losses": {"none": [1.0, 1.02], "kind": spoiled}}
    assert verdict(found, "kind") == expected
    noisy = {"chance": 3.0, "losses": {"none": [0.0, 2.0], "kind": spoiled}}
    assert verdict(noisy, "kind") != "harmful" or spoiled == [MOST, MOST]


def test_batches_are_standardized_and_told_by_their_seed() -> None:
    """Images have mean 0 and variance 1; a seed gives the same batch, another seed another one."""
    x, y = data.images(0)
    assert x.mean() == pytest.approx(0, abs=1e-5)
    assert x.std() == pytest.approx(1, abs=1e-5)
    assert y.max() < data.CLASSES
    for batch in (data.images, data.text, data.phrases, data.series):
        one, same, other = batch(0), batch(0), batch(1)
        assert all(np.array_equal(a, b) for a, b in zip(one, same, strict=True))
        assert not np.array_equal(one[0], other[0])


def test_the_next_word_is_the_target() -> None:
    """In texts and series the targets are the inputs, one place on."""
    for batch in (data.text, data.series):
        x, y = batch(0)
        np.testing.assert_array_equal(x[..., 1:], y[..., :-1])
