"""What the pages on scale, Xavier, He and distributions explain, held against what they measure."""

import re

import numpy as np
import pytest

import weightinit as wi
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
    """Three seeds guess at the usual rate, overflow at the one that restores steps; none learns."""
    rows = re.findall(r"rate \S+: ((?:\d+%|overflows).*)", random_scale().printed)
    usual, *between, raised = (row.split() for row in rows)
    assert len(between) == 3
    assert not {"overflows"} & set(usual)
    assert set(raised) == {"overflows"}
    reached = [a for row in (usual, *between) for a in row if a != "overflows"]
    assert all(float(a[:-1]) < 20 for a in reached)


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


def test_xavier_shares_what_the_shape_costs():
    """
    A layer has the factors of its fans: at most 2, at least half of what counting one end leaves.

    A factor is a mean over 50 samples of at least 128 units: 10 % is five of its deviations.
    """
    found = run("theory/xavier.md", "shapes = [(2048, 128)").names
    for name, (_, _, up, down) in found["modes"].items():
        np.testing.assert_allclose(found["measured"][name], np.transpose([up, down]), rtol=0.1)
    _, _, up, down = found["modes"]["Xavier"]
    assert up + down == pytest.approx(2)
    assert (up * down <= 1 + 1e-12).all()
    assert (np.minimum(up, down) <= 2 * np.minimum(found["ratios"], 1 / found["ratios"])).all()


def test_tanh_after_xavier_fades_as_a_power_of_depth():
    """
    Networks of 1000 units follow theory, which follows the rule 1/(2l) from layer 3 on, to 5 %.

    Of twelve other networks the logarithm had a mean of -0.02 and a std of 0.021 at layer 30,
    and less of both before: five deviations.
    """
    page = run("theory/xavier.md", "nodes, weights = ")
    pattern = rf"theory ({NUMBER}), measured ({NUMBER}), rule ({NUMBER})"
    theory, measured, rule = printed(page, pattern).T
    assert (np.abs(np.log(measured / theory)) < 0.02 + 5 * 0.021).all()
    np.testing.assert_allclose(rule[1:], theory[1:], rtol=0.05)


def test_the_mean_of_a_sigmoid_is_what_costs_the_gradient():
    """
    Theory says what 20 layers leave, with that mean and without it.

    It lets the signal settle first, which takes networks a few layers that pass more: hence 25 %.
    """
    found = run("theory/xavier.md", "nodes, weights = ", "def one_layer(").names
    kept = found["kept"]
    assert np.mean(kept[False]) == pytest.approx(found["passed"] ** 20, rel=0.25)
    error = np.std(kept[True], ddof=1) / np.sqrt(5)
    assert np.mean(kept[True]) == pytest.approx(found["left"], abs=9 * error)  # 1 in 1,000: t, 4 df


def test_relu_keeps_half_a_layer_without_the_factor_of_two():
    """
    Over 30 layers of 256 units Xavier leaves 2**-30 and He 1, within chance, in five networks each.

    The log of the mean square has the mean -V/2 and the variance V, V = 30 * 5 / 256.
    """
    v = 30 * 5 / 256
    for q, _, factor in run("theory/he.md", "passed_on = ").names["passed_on"].values():
        off = np.log(q[:, -1] / q[:, 0]) - 30 * np.log(factor)
        assert (np.abs(off + v / 2) < 5 * np.sqrt(v)).all()


def test_counting_outputs_moves_the_factor_of_all_layers_to_the_signal():
    """The same draws, scaled: 784 inputs and 10 outputs multiply the outputs' square by 78.4."""
    found = {}
    for mode in ("fan_in", "fan_out"):
        rng = np.random.default_rng(0)
        init = wi.VarianceScaling(scale=2.0, mode=mode, distribution="normal")
        h = rng.standard_normal((20, 784))
        for shape in ((784, 64), (64, 256), (256, 10)):
            h = np.maximum(h, 0) @ init(shape, rng=rng)
        found[mode] = np.mean(h**2)
    assert found["fan_out"] / found["fan_in"] == pytest.approx(784 / 10)


def test_dead_units_at_the_start_come_with_depth_and_not_with_scale():
    """Scale changes none of six counts; each width has more dead units in more layers."""
    page = run("theory/he.md", "def dead_units(")
    rows = re.findall(r"^ *\S+: +((?:\d+ *){6})$", page.printed, re.MULTILINE)
    assert len(rows) == 4
    assert len({tuple(row.split()) for row in rows}) == 1
    share = page.names["dead_share"]
    for width in (16, 64, 256):
        assert share[width, 2] < share[width, 5] < share[width, 20]
        assert share[width, 20] > 5 * share[width, 2]
    assert share[16, 20] > share[256, 20]
    assert share[16, 5] > share[256, 5]


def test_absolute_values_keep_the_mean_square():
    """30 layers of |z| keep it on average, and one network strays by (1 + 2/n)**30: E z^4 = 3."""
    found = run("theory/he.md", "forward, backward = ").names
    kept, strays = found["kept"], found["strays"]
    assert abs(kept.mean() - 1) < 5 * strays / np.sqrt(len(kept))
    assert 0.5 < np.std(kept) / strays < 2


@pytest.mark.parametrize("phi", ["gelu", "silu"])
def test_near_one_a_layer_takes_a_variance_further_away(phi):
    """The log of the variance is multiplied by more than 1, on either side, at the gain."""
    for q in (0.9, 0.99, 1.01, 1.1):
        after = wi.meanfield.length_map(phi, q, weight_variance=wi.gain(phi) ** 2)
        assert np.log(after) / np.log(q) > 1.1


def test_networks_stray_alike_whatever_the_distribution_of_their_weights():
    """
    Means are 1, and stds over the networks as the excess kurtosis of a weight predicts.

    Five errors for a mean; a std of heavy tails has a skewed error, hence eight, and no more than
    half of the prediction.
    """
    page = run("theory/comparing-distributions.md", "laws = {", "n = 16", "strays = {}")
    strays = page.names["strays"]
    assert len(strays) == 5
    for mean, mean_error, std, std_error, predicted in strays.values():
        assert abs(mean - 1) < 5 * mean_error
        assert abs(std - predicted) < min(8 * std_error, predicted / 2)
    predictions = [predicted for *_, predicted in strays.values()]
    assert max(predictions) / min(predictions) < 1.2


def test_an_excess_kurtosis_adds_to_what_a_layer_strays():
    """With Laplace weights and one input the square of a ReLU has relative variance 5 + 2 * 3."""
    w = np.random.default_rng(0).laplace(0, 1 / np.sqrt(2), 4_000_000)
    squares = np.maximum(w, 0) ** 2
    # The eighth moment over the square of the fourth is 140 for what passes: an error of 0.6 %.
    assert np.var(squares) / np.mean(squares) ** 2 == pytest.approx(5 + 2 * 3, rel=0.05)


def test_a_constant_start_shows_the_sum_of_the_pixels_alone():
    """All units of all layers have the relative spread of that sum over the images."""
    found = run("theory/comparing-distributions.md", "flows = {").names
    for activations in found["flows"]["start: constant 0.01"][0]:
        assert (activations == activations[:, :1]).all()
        assert activations.std() / activations.mean() == pytest.approx(found["in_pixels"])
    assert found["rms"]["start: constant 0.01"][1].max() < 1e-12


def test_without_a_gain_only_a_function_of_slope_one_loses_less_as_it_fades():
    """A layer of variance 1/n keeps more of a small signal with these three, with ReLU as much."""
    kept = {
        phi: wi.meanfield.length_map(phi, [1e-4, 1.0], weight_variance=1) / [1e-4, 1.0]
        for phi in ("tanh", "elu", "sine", "relu")
    }
    relu = kept.pop("relu")
    assert relu == pytest.approx(0.5)
    assert all(faded > 0.98 > full for faded, full in kept.values())
