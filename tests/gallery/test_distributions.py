"""The claims of gallery/distributions.

Margins: every test was also passed by 25 runs with seeds that the scripts do not use. Where a
margin comes from a law, the test says which; its false-alarm rate is then that of one run.
"""

import numpy as np
import pytest

import weightinit as wi
from tests.gallery.running import runs

pytestmark = pytest.mark.gallery

test_script_runs = runs("distributions")


@pytest.fixture
def names(run_script):
    """Return the function from a script's file name to the names that it leaves behind."""
    return lambda script: run_script(f"distributions/{script}.py").names


def test_signals_follow_the_exponential(names):
    """The rms of 20 ReLU layers is the theory's, to a factor of 2, over 40 powers of ten."""
    found = names("plot_choose_a_scale")
    for name, theory in found["final_theory"].items():
        assert theory / 2 < found["final_rms"][name] < theory * 2, name
    assert found["final_rms"]["N(0, 1)"] > 1e39 * found["final_rms"]["std 0.01"]


def test_schemes_stray_alike(names):
    """With the same draws all four schemes are off the theory by the same factors, to rounding."""
    found = names("plot_choose_a_scale")
    factors = [rms[:, -1] / found["final_theory"][name] for name, rms in found["measured"].items()]
    assert all(np.allclose(factor, factors[0], rtol=1e-9) for factor in factors)


def test_layers_follow_their_laws(names):
    """Each layer's weights have the law drawn over them: 45 KS tests at 1e-9 in all."""
    distances = names("plot_compare_weight_distributions")["distances"]
    # Kolmogorov's law: P(distance > t / sqrt(m)) < 2 exp(-2 t^2).
    tests = sum(np.size(values) for values in distances.values())
    threshold = np.sqrt(np.log(2 * tests / 1e-9) / 2)
    assert max(np.max(values) for values in distances.values()) < threshold


def test_pooled_weights_hide_the_schemes(names):
    """A test at 5 % separates 18 pooled weights in under 10 % of draws, wide layers in all."""
    found = names("plot_compare_weight_distributions")
    assert max(found["power_tiny"].values()) < 0.1
    assert min(found["power_layer"].values()) == 1


def test_layers_have_widths_of_their_own(names):
    """Xavier's and He's std grow from layer to layer; that of N(0, 1) is always the same."""
    found = names("plot_compare_weight_distributions")
    stds = {
        name: [init.std(shape) for shape in found["shapes"]]
        for name, (init, *_) in found["schemes"].items()
    }
    assert len(set(stds.pop("N(0, 1)"))) == 1
    assert all(np.all(np.diff(values) > 0) for values in stds.values())


def test_old_rule_fades_in_both_directions(names):
    """Through five tanh layers the old rule keeps about a tenth of a std, Xavier about a half."""
    found = names("plot_keep_gradients_with_xavier")
    for kept in (found["kept_up"], found["kept_down"]):
        assert 0.07 < kept["±1/√n"] < 0.12
        assert 0.37 < kept["Xavier"] < 0.56
    assert found["n_var"] == pytest.approx({"±1/√n": 1 / 3, "Xavier": 1.0})


def test_wide_layers_are_as_in_theory(names):
    """At width 1000 every seed and layer is within 4 % of the limit of infinite width."""
    assert names("plot_keep_gradients_with_xavier")["off"] < 0.04


def test_sigmoid_gradients_follow_chi(names):
    """Through 20 layers the gradient is chi's to a factor of 1.5, from 1e-13 to 1e2.

    The log10 of ten fresh seeds had a std of 0.08; the median of five strays by 0.18 in 1 of 2,000.
    """
    found = names("plot_break_xavier_with_sigmoid")
    assert len(found["chi"]) == 4
    for name, chi in found["chi"].items():
        median = np.median(found["gradients"][name][:, -1])
        assert 1 / 1.5 < median / chi ** (found["depth"] / 2) < 1.5, name
    assert found["chi"]["1 × Xavier"] < 1 / 16
    assert found["chi"]["10 × Xavier"] < 1 < found["chi"]["16 × Xavier"]


def test_a_sigmoid_with_sums_of_zero_is_a_tanh_network(names):
    """Four times V with column sums of zero: half the pre-activations are tanh's, to rounding."""
    found = names("plot_break_xavier_with_sigmoid")
    assert found["apart"] < found["depth"] * found["width"] * np.finfo(float).eps
    *_, at_input = np.median(found["gradients"]["4 ×, sums zero"], axis=0)
    assert 0.8 < at_input / np.median(found["gradients"]["tanh, Xavier"][:, -1]) < 1.25


def test_a_sigmoid_learns_where_the_constant_is_gone(names):
    """In 5 epochs only where the constant is gone; in 25 larger weights learn too, Xavier not.

    Of three fresh seeds each, after 25 epochs: four times Xavier 0.73 to 0.83, ten times 0.74 to
    0.81, Xavier 0.10.
    """
    results = names("plot_break_xavier_with_sigmoid")["results"]
    assert results["1 × Xavier"][:, 2].max() < 0.15
    assert min(results[f"{factor} × Xavier"][:, 2].min() for factor in (4, 10)) > 0.6
    for name, run in results.items():
        alike, accuracy, *_ = run.T
        if "sums zero" in name or "batch norm" in name or "tanh" in name:
            assert np.abs(alike).max() < 0.1, name
            assert accuracy.min() > 0.7, name
        else:
            assert alike.min() > 0.8, name
            assert accuracy.max() < 0.6, name
        if "1 × Xavier" in name or name == "4 ×, layer norm":
            assert accuracy.max() < 0.15, name


def test_he_is_level_both_ways(names):
    """30 ReLU layers: He keeps signal and gradient, Xavier has the square root of 2**-30 left."""
    found = names("plot_start_relu_with_he")
    for sizes in (found["final_signal"], found["final_gradient"]):
        assert 0.5 < sizes["He"] < 2
        assert 0.5 < sizes["Xavier"] / 2 ** (-found["depth"] / 2) < 2


def test_dead_units_do_not_know_the_scale(names):
    """Before training, biases at zero, scaling all weights leaves the number of dead units."""
    dead = names("plot_start_relu_with_he")["dead"]
    assert np.all(dead["He"].sum(axis=1) > 0)
    assert all(np.array_equal(counts, dead["He"]) for counts in dead.values())


def test_dead_is_said_of_a_batch(names):
    """A hundred times as many inputs find life in a fifth or more of the dead units, not in all."""
    found = names("plot_start_relu_with_he")
    assert 0 < max(found["fewer"]) < 0.8 * np.median(found["dead_units"]["He"])


def test_size_holds_where_the_power_is_below_one(names):
    """With tanh, selu and sigmoid every seed keeps its size through 50 layers, to a factor of 2."""
    found = names("plot_pick_a_gain")
    for name in ("tanh", "selu", "sigmoid"):
        assert found["powers"][name] < 0.8
        assert np.all(np.abs(np.log(found["final"][name])) < np.log(2)), name


def test_size_wanders_or_runs_away_elsewhere(names):
    """With relu the signal spreads more than with selu; with gelu and silu it runs away."""
    found = names("plot_pick_a_gain")
    assert found["powers"]["relu"] == pytest.approx(1, abs=1e-6)
    assert 1.1 < found["powers"]["gelu"] < found["powers"]["silu"]
    spread = {name: np.std(np.log(values)) for name, values in found["final"].items()}
    assert spread["relu"] > 3 * spread["selu"]
    assert np.max(found["final"]["gelu"]) > 10
    assert np.median(found["final"]["silu"]) > 1e3


def test_gradients_follow_chi_where_the_size_holds(names):
    """The gradient is chi's to a factor of 3 where the signal holds, and far off with silu."""
    found = names("plot_pick_a_gain")
    ratio = {
        name: gradient / found["chi"][name] ** found["depth"]
        for name, gradient in found["gradient_at_input"].items()
    }
    assert all(1 / 3 < ratio[name] < 3 for name in ("tanh", "selu", "sigmoid")), ratio
    assert ratio["silu"] > 100


def test_orthogonal_products_stretch_nothing(names):
    """All singular values of a product of 100 orthogonal matrices are 1, to rounding."""
    assert names("plot_see_orthogonal_spectra")["off"] < 1e-13


def test_gaussian_products_stretch_few_directions(names):
    """With depth a Gaussian product passes fewer directions: half, a tenth, a few of 100."""
    found = names("plot_see_orthogonal_spectra")
    one, ten, hundred = found["directions"]["Gaussian"]
    assert 45 < one < 55
    assert 6 < ten < 13
    assert 1 <= hundred < 4
    assert np.all(np.abs(np.log10(found["rms_factor"]["Gaussian"])) < 1)
    values = found["measured"]["Gaussian"][:, -1]
    assert np.all(values[:, 50] < 1e-13 * values[:, 0])


def test_mirrored_blocks_make_relu_an_isometry_and_orthogonal_weights_do_not(names):
    """20 ReLU layers: all singular values are 1 for mirrored blocks; orthogonal, few directions."""
    found = names("plot_see_orthogonal_spectra")
    # each of 20 products rounds sums of 200 terms
    assert np.abs(found["relu"]["mirrored"] - 1).max() < 20 * 200 * np.finfo(float).eps
    assert np.all(found["spread_out_over"](found["relu"]["orthogonal"]) < 0.2 * found["n"])


def test_cut_loses_variance_that_correction_keeps(names):
    """The plain cut has std c sigma, the corrected one sigma: 500,000 weights, to six sigmas."""
    found = names("plot_truncate_a_normal")
    assert found["c"] == pytest.approx(0.87962566103423978, rel=1e-12)
    # The relative standard error of a sample std is below 1 / sqrt(2 m): the law has thin tails.
    margin = 6 / np.sqrt(2 * found["weights"]["corrected"].size)
    assert found["std_after_cut"]["plain cut"] == pytest.approx(found["c"], rel=margin)
    assert found["std_after_cut"]["corrected"] == pytest.approx(1, rel=margin)


def test_cut_costs_a_deep_network_its_signal(names):
    """After 20 layers the plain cut has c**40 of the mean square left, the corrected one all."""
    found = names("plot_truncate_a_normal")
    theory = found["c"] ** (2 * found["depth"])
    assert 1 - found["c"] ** 2 > 1 / 5
    assert theory < 0.01
    assert 0.75 < found["left_after"]["plain cut"] / theory < 1.35
    assert 0.75 < found["left_after"]["corrected"] < 1.35


def test_shards_are_one_weight(names):
    """Six shards put together are the whole, to the bit."""
    found = names("plot_draw_a_weight_in_parts")
    assert np.array_equal(found["put_together"], found["whole"])


def test_a_shard_takes_its_own_memory(names):
    """Beyond the shard itself a part takes less than the 2 MB of some ten arrays of a block."""
    found = names("plot_draw_a_weight_in_parts")
    for shards, peak in zip(found["some"], found["peaks"], strict=True):
        assert 0 <= peak - found["size"] / shards < 2 * 2**20


@pytest.mark.parametrize("cut", ["rows", "squares", "columns"])
def test_blocks_are_those_that_a_part_draws(names, monkeypatch, cut):
    """The blocks that the script counts are those that a part fills, wherever the shard lies."""
    found = names("plot_draw_a_weight_in_parts")
    side, mesh = found["side"], found["cuts"][cut](4096)
    filled = []
    monkeypatch.setattr(
        "weightinit._parts.fill", lambda _law, _key, number, _: filled.append(number)
    )
    for place in ((0, 0), (mesh[0] - 1, mesh[1] // 2)):
        filled.clear()
        index = found["shard"]((side, side), mesh, place)
        wi.he_normal.part((side, side), index, rng=0, dtype=np.float32)
        assert len(filled) == len(set(filled)) == found["blocks_touched"](index)


def test_a_shard_has_the_std_of_the_theory(names):
    """Of n normal weights the std is off by 1 / sqrt(2 n): by 5 of these once in 10^6."""
    found = names("plot_draw_a_weight_in_parts")
    theory = wi.he_normal.std((found["side"], found["side"]))
    for std, shards in zip(found["stds"], found["some"], strict=True):
        n = min(100, found["side"] // shards) * found["side"]
        assert std == pytest.approx(theory, rel=5 / np.sqrt(2 * n))


def test_zero_lets_the_added_units_learn_and_the_identity_does_not(run_script):
    """ZerO starts 64 pairs and ends with 128 distinct units; the identity keeps 65; accuracies.

    With seeds 10 to 14 the mean accuracies were .970, .977 and .978, of which each is off by .007.
    """
    found = run_script("distributions/plot_start_without_chance.py").names
    assert found["units"]["identity"].tolist() == [65, 65]
    assert found["units"]["ZerO"].tolist() == [64, 128]
    assert found["units"]["He"].tolist() == [128, 128]
    last = {name: curves[:, -1].mean() for name, curves in found["curves"].items()}
    assert last["ZerO"] == pytest.approx(last["He"], abs=0.02)
    assert min(last.values()) > 0.93


def test_both_shapes_of_a_scheme_have_its_std(names):
    """A bell and a box of 784 x 512 weights have the same std, to five standard errors."""
    for bell, box in names("plot_compare_weight_distributions")["stds"].values():
        assert box == pytest.approx(bell, rel=5 / np.sqrt(784 * 512))


def test_units_of_few_weights_differ_by_the_root_of_2_over_k(run_script):
    """Sizes of units spread by the root of 2 / k, their cosine is 1 / n in the mean square.

    The std of 2,000 sizes, of kurtosis 3 + 12 / k, is off by sqrt((2 + 12 / k) / 8000) at one std,
    at most a thirtieth; five of these are allowed: a false alarm in a million runs.
    """
    names = run_script("distributions/plot_connect_units_to_few_inputs.py").names
    for k, spread in names["spread"].items():
        assert spread == pytest.approx((2 / k) ** 0.5, rel=5 * ((2 + 12 / k) / 8000) ** 0.5)
        assert names["alike"][k] == pytest.approx(names["inputs"] ** -0.5, rel=0.02)


def test_signs_start_as_normal_numbers_do(run_script):
    """Signs of He's size end within 4 % of He; signs of a third of it do not learn.

    In five other groups of four draws the means were within 2.1 %.
    """
    names = run_script("distributions/plot_write_an_initializer_of_your_own.py").names
    ends = {name: curves[:, -1] for name, curves in names["runs"].items()}
    assert ends["signs"].mean() == pytest.approx(ends["He"].mean(), abs=0.04)
    assert min(ends["signs"].min(), ends["He"].min()) > 0.85
    assert ends["signs, too small"].max() < 0.5
    signs = names["Signs"](gain=2.0)
    assert np.unique(np.abs(signs((100, 9), rng=0))) == pytest.approx([signs.std((100, 9))])
