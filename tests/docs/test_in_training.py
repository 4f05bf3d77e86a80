"""What the pages on training and on other layers explain, against what their code measures."""

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

import weightinit as wi
from tests.docs.running import run

pytestmark = pytest.mark.gallery


def test_one_matrix_at_every_step_exceeds_the_mean_of_new_matrices():
    """
    New matrices keep the mean square; one matrix multiplies it, and its draws differ more.

    Four standard errors: 1 in 15,000 for either. On a log scale the draws differ nearly sqrt(19)
    times as much: a std of 100 draws is off by a fourteenth, and steps repeat not quite exactly.
    """
    found = run("theory/recurrent.md").names
    mean, error = found["mean_square"]["new"]
    assert abs(mean - 1) < 4 * error
    mean, error = found["mean_square"]["Xavier"]
    assert mean - 1 > 3 * error
    assert 0.6 < found["wider"] / np.sqrt(found["k"]) < 1.2


def test_a_step_may_stretch_while_the_powers_fade():
    """The norm of a power is at least that power of the spectral radius, and here it is small.

    In 600 other draws of three sizes it was at most 20 times as large.
    """
    found = run("theory/recurrent.md").names
    for one, many, power_of_radius in found["fading"]:
        assert one > 1.3
        assert power_of_radius <= many < 30 * power_of_radius
        assert found["two"] > 1


def test_a_radius_above_1_does_not_make_tanh_explode():
    """With large words the slopes outweigh the radius, as their product says."""
    found = run("theory/recurrent.md").names
    assert found["loud"][1.3][0] < 0.05
    assert found["loud"][1.3][0] == pytest.approx(found["loud_at_1"][1.3], rel=0.1)


def test_std_times_words_decides_what_tanh_remembers():
    """
    Small states follow the differential equation, and a small std times sqrt(T) is not enough.

    The formula drops terms of the order of the mean square of the state, below 0.07 here; the
    logarithm of the gradient, which is -1 at most, is off by a few of these.
    """
    heard = run("theory/recurrent.md").names["heard"]
    for name in ("Xavier, by the shape", "std 0.1", "0.3/√T", "1/T"):
        found, theory, _ = heard[name]
        assert found[0] == pytest.approx(theory[0], rel=0.05), name
        assert found[1] == pytest.approx(theory[1], rel=0.15), name
    assert heard["0.3/√T"][2] < 0.5
    assert heard["0.3/√T"][0][1] < 0.05
    assert heard["1/T"][0][1] > 0.6


def test_slow_draws_are_those_with_a_large_spectral_radius():
    """The count of words orders 25 draws as the radius does; some take much longer.

    Of 25 among 150 other draws one took 1.5 times as long with a probability of 0.999.
    """
    found = run("theory/recurrent.md").names
    assert found["ranked"] > 0.9
    assert max(found["counted"]) > 1.5 * found["predicted"]
    assert np.median(found["counted"]) == pytest.approx(found["predicted"], rel=0.2)


def test_equal_units_stay_below_the_best_line_and_a_small_start_waits():
    """
    On 20,000 new points equal units are below the line's best, but for chance; others pass it.

    Four standard errors of an accuracy: 1 in 30,000 for each of six runs.
    """
    found = run("theory/impact-on-training.md").names
    best, ends = found["best"], found["ends"]
    error = np.sqrt(best * (1 - best) / 20_000)
    assert max(ends["zero"].max(), ends["constant 0.5"].max()) < best + 4 * error
    assert max(found["curves"]["zero"].max(), found["curves"]["constant 0.5"].max()) < best
    assert min(ends[name].min() for name in ("std 0.01", "Xavier", "He")) > 0.9
    assert found["waited"]["std 0.01"] > 3 * found["waited"]["Xavier"] > 0


def test_runs_end_low_more_often_where_directions_leave_half_a_turn():
    """Units that point all around end higher, by a rank test, and half as often below 0.9."""
    found = run("theory/impact-on-training.md").names
    more, wide, low = found["more"], found["wide"], found["low"]
    assert mannwhitneyu(more[wide], more[~wide], alternative="less").pvalue < 1e-6
    assert low["wide"] > 2 * low["all around"]


def test_the_ratio_of_two_plateaus_is_that_of_the_flow_with_its_constant():
    """Halving the std costs a little more than twice the steps, as the fitted line says."""
    found = run("theory/impact-on-training.md").names
    assert 2 < found["predicted_times"] == pytest.approx(found["times"], rel=0.05)
    assert found["added"] == pytest.approx(found["predicted_added"], rel=0.1)


def test_neighbours_that_resemble_each_other_gain_less_by_pooling():
    """Independent numbers gain what the integral says; scattered pixels gain more than digits."""
    found = run("theory/convolution.md").names
    pooled, independent = found["pooled"], 2 * found["largest"]
    assert pooled["noise, pixels scattered"] == pytest.approx(independent, rel=0.02)
    assert pooled["digits"] < 0.85 * pooled["digits, pixels scattered"] < 0.85 * independent


def test_the_border_takes_from_the_mean_square_what_diffuses_over_it():
    """Networks of 64 channels keep of the mean square what the diffusion predicts, to a tenth."""
    left = run("theory/convolution.md").names["kept_of_all"]
    assert left["found"] == pytest.approx(left["theory"], rel=0.1)


def test_a_kernel_counts_its_fans_in_pixels_and_channels():
    """What an output sums and an input feeds, counted with ones, are the fans of the shape."""
    names = run("theory/convolution.md", "one_input").names
    fans = wi.compute_fans(names["shape"])
    assert (names["counted"]["in"], names["counted"]["out"]) == (fans.fan_in, fans.fan_out)


def test_xavier_fades_in_relu_layers_as_its_half_predicts():
    """
    After 22 and 30 layers of 256 units the rms is that predicted, but for chance.

    The log of the mean square strays by a std of sqrt(5 / 256) a layer: 4 of these, 1 in 15,000.
    """
    names = run("theory/reading.md").names
    for layers in (22, 30):
        off = 2 * np.log(names["relu"]["Xavier"][layers - 1] * 2 ** (layers / 2))
        assert abs(off + 2.5 * layers / 256) < 4 * np.sqrt(5 * layers / 256)
    ratio = {name: found[0] / found[-1] for name, found in names["glorot"].items()}
    assert ratio["old rule"] < ratio["Xavier"] / 3
