"""What the pages on theory explain, held against what their own code measures."""

import numpy as np
import pytest
from scipy import stats

import weightinit as wi
from tests.chance import FALSE_ALARM
from tests.docs.running import run

pytestmark = pytest.mark.gallery


def test_dead_units_come_back_above_the_first_layer_alone():
    """A dead unit of the first layer has no gradient; layers that learn free some above it."""
    revived = np.array(run("theory/he.md", "def off(").names["revived"])
    dead_first, back_first, dead_above, back_above = revived.T
    assert (dead_first >= 8).all()
    assert not back_first.any()
    assert (dead_above > 0).all()
    assert (back_above > 0).all()


def test_the_scale_decides_what_dies_in_training():
    """At one rate He kills few channels or none, the wrong fan all 24 of most networks."""
    dead = run("theory/convolution.md").names["dead"]
    assert not np.median(dead["He"])
    assert dead["He"].max() < dead["He, wrong fan"].min()
    assert np.median(dead["He, wrong fan"]) == 24


def test_a_wrong_scale_shows_in_signals_and_not_in_gradients_for_weights():
    """
    A layer multiplies signal and gradient by sqrt(n / 2) std; the gradients for weights are alike.

    A factor strays by a std of sqrt(5 / (4 n)) a layer, and their mean over eight by less.
    """
    per_layer = run("theory/best-practices.md", "per_layer = {}").names["per_layer"]
    off = 5 * np.sqrt(5 / (4 * 64) / 8)  # of normal variables one in a million
    for init, factors in per_layer.items():
        theory = init.std((64, 64)) * np.sqrt(32)
        assert factors["signal"] / theory == pytest.approx(1, abs=off)
        assert factors["gradient"] / theory == pytest.approx(1, abs=off)
        assert factors["gradient for weights"] == pytest.approx(1, abs=off)


def test_a_gradient_of_zero_is_a_lock_only_if_it_stays():
    """The zero output shuts the layer below for one step; all zeros shut all but the last bias."""
    shut = run("theory/best-practices.md", "zero_at = {", "per_layer = {}", "shut = {}")
    first, *later = shut.names["shut"]["output"]
    assert first == ["dense0.weight", "dense0.bias"]
    assert not any(later)
    assert (
        shut.names["shut"]["everything"] == [["dense0.weight", "dense0.bias", "dense1.weight"]] * 3
    )
    start = shut.names["zero_at"]["output"]
    assert shut.names["accuracy"](wi.mlp([64, 32, 10]), start) > 0.9


def test_a_difference_below_the_spread_of_runs_is_found_by_its_standard_error():
    """Less than the std of the runs, the difference is many standard errors; pairs need fewer."""
    found = run("theory/best-practices.md", "comparison = ").names
    assert found["ahead"] < found["spread"]
    unpaired, paired = found["errors"].values()
    assert found["ahead"] > 3 * unpaired
    assert paired < unpaired
    assert [standing.verdict for standing in found["comparison"].standings] == ["best", "worse"]


def test_narrow_networks_stray_low_more_often_than_a_normal_variable():
    """
    The low side has the probabilities of six million other draws, far above the normal tail.

    A count of 300,000 is off by more than six of its standard deviations once in a billion.
    """
    low = run("theory/diagnosis.md", "low = {}").names["low"]
    for size, probability in {(40, 20): 1.93e-4, (20, 10): 1.03e-3, (10, 2): 1.38e-2}.items():
        error = np.sqrt(probability / 300_000)
        assert low[size][0] == pytest.approx(probability, abs=6 * error)
    assert low[40, 20][0] > 3 * stats.norm.sf(4)
    assert low[20, 10][0] > 10 * stats.norm.sf(4)
    assert low[10, 2][0] > 100 * stats.norm.sf(4)


@pytest.mark.parametrize("n", [10, 40])
def test_walks_are_those_of_networks(n):
    """
    Without weights one layer has the law of 20,000 layers with weights.

    Two samples of 20,000 differ by more than 0.03 in their distributions once in 1e7 cases.
    """
    walks = run("theory/diagnosis.md", "def walks(").names["walks"]
    W = np.random.default_rng(1).normal(0, np.sqrt(2 / n), (20_000, n, n))
    squares = np.mean(np.maximum(W.sum(axis=1), 0) ** 2, axis=1)  # of the input of ones
    drawn = np.exp(walks(n, 1, 20_000)[-1])
    assert stats.ks_2samp(drawn, squares).statistic < 0.03


def test_which_wrong_scales_cross_the_bounds():
    """
    A scale that is a little too large falls by chance and crosses none; tanh settles below 1.

    The mean of ln f is -5/(2n) to a term of 1/n^2. That of 400 walks of 3,000 layers strays by a
    std of sqrt(5/n / 1.2e6).
    """
    found = run("theory/diagnosis.md", "def walks(", "settled = ").names
    for c, moved in found["moved"].items():
        theory = 2 * np.log(c) - 2.5 / 100
        assert moved == pytest.approx(theory, abs=6 * np.sqrt(0.05 / 1.2e6) + 5 / 100**2)
    assert found["moved"][1.01] < 0
    assert found["crossed"] == {0.95: 1, 1.01: 0, 1.05: 1}
    assert all(p.status == "stable" and p.length < 1 for p in found["settled"].values())


def test_the_plateau_of_deep_networks_has_the_slope_of_its_flow():
    """The flow from the first weights says how many steps half the std costs, to a tenth."""
    found = run("theory/impact-on-training.md").names
    for hidden, longer in found["longer"].items():
        assert longer == pytest.approx(found["predicted_longer"][hidden], rel=0.1)
    assert found["measured_decade"] == pytest.approx(found["per_decade"], rel=0.05)


def test_slopes_of_tanh_hold_a_recurrent_gradient_down():
    """The radius times the slopes, multiplied over the words, is the gradient at the first one."""
    found = run("theory/recurrent.md").names
    for radius, kept in found["kept_at_1"].items():
        assert found["typical"][radius][0] == pytest.approx(kept, rel=0.1)
    assert 0.5 < found["slopes"][1.6][-1] < 0.8


def test_kernels_keep_more_of_a_large_start_than_of_a_small_one():
    """Over five seeds He's kernels stay like their start; of std 0.01 less is left, but some."""
    found = run("theory/convolution.md").names
    like = found["like_its_start"]
    assert like["std 0.01"].max() < like["He"].min()
    # The mean of five correlations by chance has a std of by_chance / sqrt(5): 5 of these, 3e-7.
    assert like["std 0.01"].mean() > 5 * found["by_chance"] / np.sqrt(5)


def test_a_recurrent_network_from_zero_has_one_answer_for_all_sentences():
    """It is right as often as its one answer is, on sentences with a negation and on all."""
    names = run("about/errata.md", "width, depth = 256, 20", "# 12. What the slide").names
    found, data = names["found"], names["data"]
    for name, which in (("rnn zero", slice(None)), ("rnn zero negated", data.negated[3000:])):
        ones = np.mean(data.labels[3000:][which])
        assert found[name] in (f"{ones:.1%}", f"{1 - ones:.1%}")
    assert float(found["bag"][:-1]) > 60


def test_a_sum_of_64_looks_normal_and_is_not():
    """The density is off by less than a line is wide; 400,000 sums show a 64th of the kurtosis."""
    found = run("theory/comparing-distributions.md", "laws = {", "m, generator = ").names
    assert found["gap"] < 0.01
    assert found["excess"] > 5 * found["error"]  # of normal sums one in two million
    assert found["excess"] == pytest.approx(3 / 64, abs=5 * found["error"])


def test_signals_tell_variances_apart_and_nothing_else():
    """
    Xavier, LeCun and orthogonal lose sqrt(1/2) a layer between layers of 128 units.

    Over five layers the logarithm of the rms strays by a std of sqrt(5 / n / 4 / 5) a layer.
    """
    factors = run("theory/comparing-distributions.md", "flows = {").names["per_layer"]
    for name in ("Xavier", "LeCun", "orthogonal"):
        assert abs(np.log(factors[name] / np.sqrt(0.5))) < 5 * np.sqrt(5 / 128 / 4 / 5)


def test_draws_of_recommended_starts_are_reported_where_the_length_is_unstable_alone():
    """ReLU and tanh keep or settle a length, and no draw is reported; for SiLU 1 is unstable."""
    reported = run("theory/diagnosis.md", "reported, x =").names["reported"]
    assert reported["relu"] == reported["tanh"] == 0
    gain = wi.recommend("silu", depth=40).gain
    assert wi.meanfield.fixed_point("silu", weight_variance=gain**2).status == "unstable"


@pytest.mark.gallery
def test_how_often_a_start_is_born_dead():
    """
    Draws, matrix products and the bound agree, and a width that is found is wide enough.

    40 draws agree with 20,000 by Fisher's test, and these keep to the bound, each at 1e-6 in all.
    The bound is near: it is off by 0.04 at most in 100,000 networks of each kind, with an error of
    0.003 in 20,000. Of 5 units a quarter are dead, and 73 clean draws have a probability of 1e-9.
    """
    found = run("theory/failure-rates.md").names
    for place, rates in found["drawn"].items():
        dead = round(20_000 * found["simulated"][place])
        count, draws, bound = rates.counts["frozen"], rates.draws, found["bounded"][place]
        table = [[count, draws - count], [dead, 20_000 - dead]]
        assert stats.fisher_exact(table).pvalue > FALSE_ALARM / 4
        beyond = stats.binomtest(dead, 20_000, bound, alternative="greater")
        assert beyond.pvalue > FALSE_ALARM / 4
        assert bound - dead / 20_000 < 0.06
    assert found["clean"] == {0.01: 381, 0.05: 73}
    assert 5 < found["found_width"] <= 32
    for hidden in (10, 50):
        n = found["wide_enough"](hidden, 0.01)
        assert 1 - (1 - 2.0**-n) ** hidden <= 0.01 < 1 - (1 - 2.0 ** (1 - n)) ** hidden


def test_small_weights_slow_learning_down_as_the_formula_says():
    """One small layer learns; ten cost up to c^-8 times He's steps, and are reported beyond 100."""
    found = run("theory/what-differs.md").names
    slow, needed, small = found["slow"], found["needed"], found["small"]
    for by in (1.25, 1.5):
        case = f"all layers / {by}"
        assert slow[case] == pytest.approx(by**8, rel=0.5)  # the log of p strays by sqrt(50/64)/2
        assert 2 < needed[case] / needed["He"] < 2 * by**8
    assert needed["one layer / 300"] < needed["all layers / 1.5"]
    assert np.isinf(needed["all layers / 3"])
    assert [case for case in small if small[case]] == ["all layers / 3"]
    assert all(abs(L - found["predicted"]) <= 2 for L in found["first"])
    assert 0 <= found["means"][0] - found["edge"] <= 0.25


def test_what_samples_and_units_have_in_common_follows_theory():
    """Shares of five draws lie around those of theory, within a factor of 3 after ten layers."""
    found = run("theory/what-differs.md").names
    for measured, theory in found["share"].values():
        ratio = measured / theory
        assert (ratio > 1 / 3).all()
        assert (ratio < 3).all()
    for theory, later, f in found["common"].values():
        # For 64 samples a mean square has a relative std of sqrt(2 / 64): five draws, 5 of these.
        assert f[:, 0].mean() == pytest.approx(theory, rel=5 * np.sqrt(2 / 64 / 5))
        assert f[:, 1].mean() < later * (1 + 5 * np.sqrt(2 / 64 / 5))


@pytest.mark.gallery
def test_the_severity_of_a_large_weight_is_what_the_bound_says():
    """30 x He lies outside the bound of one layer by that many powers of ten, up to chance."""
    found = run("theory/diagnosis.md").names
    scale = {cause.parameter: cause.severity for cause in found["causes"]}["dense2.weight"]
    chance = 4 * np.sqrt(5 / 100) / np.log(10)  # of the log of a layer: 1 in 15,000
    assert scale == pytest.approx(found["predicted_severity"], abs=chance)
