"""What the pages on depth explain, against what their code measures."""

import numpy as np
import pytest

import weightinit as wi
from tests.docs.running import run

pytestmark = pytest.mark.gallery


def test_the_spread_of_the_stretches_is_the_sum_over_layers():
    """Weights add 1 or 0 a layer and slopes their relative variance, in each of five draws.

    A limit of wide layers, of which terms of the order of 10/200 are missing. Of 30 other draws
    each was within 0.35 of it, and the mean of 30 within a twentieth.
    """
    spreads = run("theory/isometry.md").names["spreads"]
    for (phi, std, kind), (predicted, measured) in spreads.items():
        assert measured == pytest.approx(predicted, rel=0.45, abs=1e-9), (phi, std, kind)
        assert np.mean(measured) == pytest.approx(predicted, rel=0.2, abs=1e-9), (phi, std, kind)
    assert spreads["relu", 1.0, "orthogonal"][0] == pytest.approx(10)
    assert spreads["linear", 1.0, "Gaussian"][0] == pytest.approx(10)


def test_tanh_stays_near_isometry_at_any_depth():
    """The sum over layers of tanh stays below its integral, and one draw is near the sum."""
    found = run("theory/isometry.md").names
    assert 0.07 < found["exact"] < 0.1
    assert found["drawn"] == pytest.approx(found["exact"], rel=0.2)
    assert found["predict"]("tanh", 1.0, 0.3, "orthogonal", depth=1000)[-1] < 4 * 0.3**2


def test_orthogonal_weights_train_a_deeper_tanh_network():
    """After five epochs of 50 layers each orthogonal draw is ahead, also of rescaled Gaussian ones.

    Of three other seeds the accuracies were 0.90 to 0.93, and 0.48 to 0.79 and 0.44 to 0.82. At
    three other learning rates the best of Gaussian draws was 0.52.
    """
    trained = run("theory/isometry.md").names["trained"]
    for other in ("Gaussian", "Gaussian, rescaled"):
        assert min(trained["orthogonal"]) > max(trained[other]) + 0.02


def test_above_gain_1_each_layer_of_tanh_adds_to_the_spread():
    """At the fixed point q* a layer adds 8 q*^2, less a share of the order of 10 q*."""
    found = run("theory/isometry.md").names
    assert found["each"] == pytest.approx(8 * found["q"] ** 2, rel=0.15)
    assert found["sums"][199] == pytest.approx(2 * found["sums"][99], rel=0.03)


def test_a_delta_kernel_keeps_each_length():
    """Fifty convolutions keep each image to rounding; others only on average."""
    found = run("theory/isometry.md").names
    assert found["kept"]["delta"] == pytest.approx(1, abs=1e-12)
    for other in ("Gaussian", "orthogonal"):
        assert np.ptp(found["kept"][other]) > 0.2
    assert found["length"] == pytest.approx(1)
    assert found["rms"] == pytest.approx(0.5)


def test_correlations_follow_the_map():
    """The mean of eight networks is within four standard errors, and a little for finite width.

    1 in 1,000 for a t distribution of seven degrees of freedom at each of six places; terms of the
    order of 1/width a layer are missing.
    """
    found = run("theory/mean-field.md").names
    for name, theory in found["theory"].items():
        for layer in (5, 20):
            draws = found["draws"][name][:, layer]
            error = draws.std(ddof=1) / np.sqrt(len(draws))
            assert abs(draws.mean() - theory[layer]) < 4 * error + 0.02, (name, layer)
    assert found["theory"]["order"][20] > 0.99
    assert found["theory"]["chaos"][20] < 0.25


def test_networks_train_to_about_six_depth_scales():
    """At half the depth all learn, at one and a half times none leaves chance.

    Of five other pairs of seeds the least inside was 0.49 and the largest outside 0.13.
    After 24 epochs two networks of 10 layers at variance 0.5, 1.4 times the line, were at 0.99.
    """
    found = run("theory/mean-field.md").names
    assert np.min(found["inside"]) > 0.4
    assert np.max(found["outside"]) < 0.2
    assert found["longer"][4.0] > 0.85  # seeds 10 and 11: 0.96 and 0.94
    assert found["longer"][0.5] < 0.2
    assert len(found["inside"]) >= 9
    assert len(found["outside"]) >= 3


def test_the_edge_is_where_the_page_says():
    """ReLU's edge is He's variance, tanh's without biases LeCun's, and 5/3 is past it."""
    found = run("theory/mean-field.md").names
    assert found["edges"]["relu", 0.0] == 2
    assert found["edges"]["tanh", 0.0] == 1
    error = np.std(found["growth"]) / np.sqrt(10)
    assert np.mean(found["growth"]) == pytest.approx(found["factor"], abs=4 * error + 0.01)
    assert found["missing"][0] == pytest.approx(1 - found["one"], abs=1e-5)
    assert found["missing"][199] == pytest.approx(found["law"][-1], rel=0.15)


def test_a_formula_strays_by_chance_alone_on_standardized_inputs():
    """One input's std strays as the sum of relative variances says, a batch's less.

    A std of 100 draws is off by a fourteenth. The formula is of first order in 1/n, and 47/64 at
    the last layer is not small.
    """
    found = run("theory/starts-from-data.md").names
    for layer, (mean, stray, alone, theory) in found["strays"].items():
        assert alone == pytest.approx(theory, rel=0.25), layer
        assert stray < theory, layer
        assert abs(mean - 1) < 0.2, layer


def test_a_start_from_data_grows_a_residual_sum_by_1_a_block():
    """A formula for plain layers doubles the variance in each block, a measurement adds 1.

    Branches of 64 units correlate with their input by about 1/8, and draws add up.
    """
    streams = run("theory/starts-from-data.md").names["streams"]
    predicted, measured = streams["formula"]
    assert np.exp(np.mean(np.log(measured))) == pytest.approx(predicted, rel=0.6)
    predicted, measured = streams["LSUV"]
    assert measured == pytest.approx(predicted, rel=0.4)


def test_a_start_from_data_is_1_in_each_layer():
    """In each network of the figure the std is 1, and in single draws of a formula it is not."""
    found = run("theory/starts-from-data.md").names
    measured, drifted = found["measured"], found["drifted"]
    assert drifted["relu"] == pytest.approx(1.1)
    assert drifted["tanh"] == pytest.approx(1, abs=1e-3)
    assert drifted["gelu"] > 2
    for name in ("ReLU, inputs of std 1", "tanh, raw pixels", "GELU"):
        assert measured[name]["LSUV"][0] == pytest.approx(1), name
    assert np.min([draw[0] for draw in measured["tanh, raw pixels"]["formula"]]) > 5


def test_a_start_from_data_shows_in_training_where_the_formula_fails():
    """Raw pixels: faster at the low rate. Residual: no overflow at the higher. Plain ReLU: equal.

    Five other seeds at similar settings: .88 to .92 for .65 to .71, and overflow in each; at the
    higher rate .73 to .87 for .80 to .87, and .92 to .95 with standardized pixels. Of four more the
    plain ReLU had .45 to .57 for .35 to .45 at the low rate, and one formula did not overflow.
    """
    learned = run("theory/starts-from-data.md").names["learned"]
    raw, given = (learned["tanh, raw pixels", kind][0] for kind in ("formula", "LSUV"))
    assert given.min() > raw.max() + 0.1
    raw, given = (learned["tanh, raw pixels", kind][1] for kind in ("formula", "LSUV"))
    assert given.mean() < raw.mean() + 0.05
    assert learned["tanh, standardized", "formula"][1].min() > max(raw.max(), given.max())
    assert learned["residual ReLU", "LSUV"].min() > 0.85
    assert learned["residual ReLU", "formula"][1].max() == 0
    plain = [learned["ReLU, inputs of std 1", kind][1].mean() for kind in ("formula", "LSUV")]
    assert plain[0] == pytest.approx(plain[1], abs=0.06)
    slow = [learned["ReLU, inputs of std 1", kind][0].mean() for kind in ("formula", "LSUV")]
    assert slow[0] < slow[1] < slow[0] + 0.2


def test_max_pooling_makes_the_next_layer_larger_than_he_says():
    """In half of the draws by a fifth or more, and not without pooling; LSUV measures it.

    Of twelve draws the medians were 1.36, and 0.9 without pooling, where zeros pad the images.
    """
    pooled = run("theory/starts-from-data.md").names["pooled"]
    assert np.median(pooled["max pooling"][0]) > 1.2
    assert np.median(pooled["no pooling"][0]) == pytest.approx(0.95, abs=0.15)
    for _, measured in pooled.values():
        assert measured == pytest.approx(1)


def test_larger_inputs_multiply_the_rate_of_the_first_weight():
    """With 1 / s^2 of the rate a network on inputs s times as large takes the same steps."""
    found = run("theory/starts-from-data.md").names
    net, x, phi = found["CASES"]["tanh, raw pixels"]
    x, scale, ends = x[:200], np.sqrt(np.mean(x**2)), []
    for s, factor in ((1, scale**-2), (scale, 1)):
        wi.lsuv(net, x[:100] / s, initializer=found["by_formula"](phi), rng=0)
        factors = {"dense0.weight": factor}
        options = {"learning_rate": 0.01, "batch_size": 50, "rng": 0, "rate_factors": factors}
        wi.train(net, x / s, found["classes"][:200], epochs=3, **options)
        ends.append(net.forward(x / s))
    assert ends[0] == pytest.approx(ends[1], abs=1e-6)


def test_a_factor_mends_neither_equal_nor_dead_units():
    """Equal columns and dead units are as many after LSUV as before, recurrent weights as drawn."""
    found = run("theory/starts-from-data.md").names
    assert found["copies"] == [1, 1]
    assert found["off"][0] == found["off"][1] > 0
    assert found["recurrent"] == pytest.approx(1)
    assert found["ratios"] == pytest.approx([0.01, 1, 1])
    assert found["v"] == pytest.approx(2 / 64, rel=0.1)
