"""What the pages on scale, Xavier, He and distributions explain, held against what they measure."""

import re

import numpy as np
import pytest

from tests.docs.running import run

pytestmark = pytest.mark.gallery

NUMBER = r"[-+]?[\d.,]+(?:e[-+]?\d+)?"


def printed(page, pattern):
    """Return what a run printed at the groups of a pattern, as an array with a row a match."""
    return np.array(
        [[float(n.replace(",", "")) for n in m] for m in re.findall(pattern, page.printed)]
    )


def random_scale():
    """Run the cells of the page on scale that the tests below share."""
    cells = ("def accuracy(", "x = rng.standard_normal((100, 256))", "train_at = ")
    cells += ("def weight_gradients(", "lost = ", "smallest = ")
    return run("theory/random-scale.md", *cells)


def test_a_signal_goes_as_the_factor_of_its_scale_says():
    """
    After 20 layers of 256 units the log of the rms has the mean -V/4 and the variance V/4.

    V is 20 * 5 / 256; 5 standard deviations of a normal variable: one case in 1.7 million.
    """
    found = printed(random_scale(), rf"rms times ({NUMBER}), theory ({NUMBER})")
    v = 20 * 5 / 256
    assert len(found) == 3
    assert (np.abs(np.log(found[:, 0] / found[:, 1]) + v / 4) < 5 * np.sqrt(v / 4)).all()


def test_which_scales_train_depends_on_rate_and_seed():
    """A tenth of the rate wants a larger scale: by 10 ** (1 / depth), to a step of the grid."""
    found = random_scale().names
    near, train_at = found["near"] / found["holds"], found["train_at"]
    assert all(near[0] < factor < near[-1] for factors in train_at.values() for factor in factors)
    moved = found["centre"][0.003] / found["centre"][0.03]
    assert 1 < moved < near[1] / near[0] * 10 ** (1 / found["depth"])


def test_a_wrong_scale_makes_all_weight_gradients_small_alike():
    """
    The first and the last weight gradient differ by chance alone; the level is as predicted.

    By the law of the signal each has a log of variance V/4, V = 5 * 19 / 256; two of them: V/2.
    """
    found = random_scale()
    small, right, v = found.names["small"], found.names["right"], 5 * 19 / 256
    for gradients in (small, right):
        assert abs(np.log(gradients[0] / gradients[-1])) < 5 * np.sqrt(v / 2)
    apart = np.log10(np.median(right / small))
    assert abs(apart - found.names["powers"]) < 5 * np.sqrt(v / 2) / np.log(10)


def test_a_larger_rate_does_not_make_up_for_small_weights():
    """At the usual rate all three seeds guess; at one that restores the steps all overflow."""
    usual, raised = re.findall(r"rate \S+: ((?:\d+%|overflows).*)", random_scale().printed)[-2:]
    assert all(float(a[:-1]) < 20 for a in usual.split())
    assert raised.split() == ["overflows"] * 3


def test_zero_in_float32_comes_when_the_largest_activation_is_gone():
    """The layer that the rms predicts is too early by what the peak and the rounding add."""
    found = random_scale().names
    assert np.mean(found["measured"]) == pytest.approx(found["largest"], abs=0.7)
    assert min(found["measured"]) > found["predicted"]


def test_a_network_as_deep_as_wide_is_off_by_a_factor_of_ten():
    """Half of 20,000 draws of 50 layers of 50 units are off by ten or more; the sd is 0.4 %."""
    rng, log_q = np.random.default_rng(1), 0
    for _ in range(50):
        squares = np.maximum(rng.standard_normal((20_000, 50)), 0) ** 2
        log_q = log_q + np.log(2 * squares.mean(axis=1))
    assert np.mean(np.abs(log_q) > np.log(10)) > 0.5
