"""The claims of gallery/diagnosis.

A planted fault lies more than 4 standard deviations beyond what chance and depth explain, so that
the counts below hold for any seed but with a probability below 1e-3 for the whole script. What is
said of the run that is watched held on 25 fresh seeds, with room: all units differ by step 130, and
the loss falls below 1 at step 230 or later. What is said of recommendations follows from moments in
20 layers of 256 units, where one network strays by a factor of about 2 in its mean square, and the
median of ten by less than 1.5 in its root.
"""

import numpy as np
import pytest
from scipy import stats

import weightinit as wi
from tests.chance import FALSE_ALARM
from tests.gallery.running import runs

pytestmark = pytest.mark.gallery

test_script_runs = runs("diagnosis")


@pytest.fixture
def names(run_script):
    """Return the names that the script leaves behind."""
    return run_script("diagnosis/plot_find_what_is_wrong.py").names


def test_every_fault_is_found_and_its_culprit_named(names):
    """Each network has one finding, with the parameters that were spoiled and no others."""
    (nothing, _), *told = names["told"].items()
    assert nothing == "nothing"
    assert len(told) == 11
    for planted, (alone, right, _) in told:
        assert alone == right == 1, planted


def test_every_remedy_cures(names):
    """Nothing is found after the remedies."""
    assert {cured for *_, cured in names["told"].values()} == {1}


def test_nothing_planted_nothing_found(names):
    """The first row is empty."""
    assert not names["matrix"][0].any()
    assert names["alarms"] == 0


def test_consequences_are_those_that_the_text_explains(names):
    """What is found where, by fault."""
    found = {
        planted: {problem for problem, share in zip(names["seen"], row, strict=True) if share}
        for planted, row in zip(names["plants"], names["matrix"], strict=True)
    }
    assert found["biases - 100"] == {"dead units", "frozen"}
    assert found["a layer × 30"] == {"exploding signal", "exploding gradient"} | {
        "first loss too high"
    }
    assert found["all layers / 4"] == {"vanishing signal", "vanishing gradient"}
    assert {"saturated units", "vanishing gradient"} <= found["biases ± 30"]
    assert found["40 layers × 2.5"] == {"exploding gradient"}
    assert found["inputs × 1000"] == {"unscaled inputs", "first loss too high"}
    assert {"saturated units", "first loss too high"} <= found["weights + 1"]
    assert found["outputs × 50"] == {"first loss too high"}
    assert found["a layer of copies"] == {"symmetric units"}
    assert found["a weight is nan"] == {"non-finite"}


@pytest.fixture
def watched(run_script):
    """Return the names that the script about symmetry leaves behind."""
    return run_script("diagnosis/plot_watch_symmetry_break.py").names


def test_a_nearly_constant_start_has_one_unit_and_xavier_all(watched):
    """At the first look the count tells the bad start from the good one."""
    assert watched["first_width"] == {"constant": 1, "nearly constant": 1, "Xavier": 16}


def test_a_nearly_constant_start_learns_as_a_constant_one(watched):
    """Until all units differ the two losses agree; one unit stays above the loss of sixteen.

    On eight fresh seeds they were two roundings of float32 apart, while the loss fell by 0.5.
    """
    assert max(watched["differs"]) < 1e-4
    for near, same in zip(
        watched["seen"]["nearly constant"], watched["seen"]["constant"], strict=True
    ):
        assert np.all(same[1] == 1)
        assert same[2].min() > 1
        assert near[2][-1] < 0.5
        assert near[2][0] - near[2][near[0] <= 130].min() > 0.3


def test_the_count_tells_before_the_loss(watched):
    """In every run all units differ before the loss gets below what one unit can do."""
    learned = watched["learned"]["nearly constant"]
    assert all(0 < apart < fell for apart, fell in zip(watched["all_apart"], learned, strict=True))


def test_xavier_learns_first(watched):
    """The slowest run from Xavier is ahead of the fastest from the nearly constant start."""
    assert 0 < max(watched["learned"]["Xavier"]) < min(watched["learned"]["nearly constant"])


@pytest.fixture
def advised(run_script):
    """Return what is left of the signal, by activation and start."""
    return run_script("diagnosis/plot_follow_a_recommendation.py").names


def test_xavier_loses_relu_and_gelu(advised):
    """Half of the mean square a layer, and more, is lost: powers of ten after 20 layers."""
    last = advised["last"]
    assert last["relu"]["Xavier"] < 1e-2
    assert last["gelu"]["Xavier"] < 1e-4


def test_the_signal_is_the_predicted_one(advised):
    """
    The median is that of infinite width, to a factor of 1.5; of the recommended, gelu's rises.

    The log of 30 fresh seeds had a std of at most 0.26 about a median of -0.07 (relu from Xavier),
    so that the median of ten leaves the factor in 1 of 1,000.
    """
    last = {phi: of["recommended"] for phi, of in advised["last"].items()}
    for phi, of in advised["last"].items():
        for name, median in of.items():
            assert 1 / 1.5 < median / advised["predicted"][phi][name][-1] < 1.5, (phi, name)
    assert all(1 / 1.5 < last[phi] < 1.5 for phi in ("relu", "elu", "selu"))
    assert last["gelu"] > 2
    assert 0.1 < last["tanh"] < 0.3


def test_selu_and_tanh_lose_nothing_by_xavier(advised):
    """Where the variances agree, or both starts have slope 1 at zero, the ends are alike."""
    for phi in ("selu", "tanh"):
        of = advised["last"][phi]
        assert 1 / 1.5 < of["Xavier"] / of["recommended"] < 1.5


def test_gelu_drifts_less_from_inputs_that_fit(advised):
    """Inputs divided by the gain end around the prediction; 20 fresh seeds ended at 0.29 to 2.1."""
    assert min(advised["divided"]) < 1 / wi.gain("gelu") < max(advised["divided"])
    assert np.median(advised["divided"]) < advised["last"]["gelu"]["recommended"] / 2


def test_one_call_draws_a_layer_as_recommended(advised):
    """The std of 256 x 256 weights is the recommended one, to five standard errors."""
    expected = advised["advice"]["relu"].std((256, 256))
    assert advised["drawn"] == pytest.approx(expected, rel=5 / np.sqrt(2 * 256**2))


def test_gelu_has_a_caveat(advised):
    """The recommendation for gelu at this depth says that its hold is loose."""
    assert wi.recommend("gelu", depth=advised["depth"]).caveats


@pytest.fixture
def risk(run_script):
    """Return the names that the script about born-dead networks leaves behind."""
    return run_script("diagnosis/plot_count_how_often_a_start_fails.py").names


def test_the_bound_holds_for_what_was_counted(risk):
    """No count is above the bound by more than chance explains: 1e-6 for all of them together."""
    for (n, depth), rates in risk["measured"].items():
        bound = risk["bound"][n][depth - 1]
        beyond = stats.binomtest(
            rates.counts.get("frozen", 0), rates.draws, bound, alternative="greater"
        )
        assert beyond.pvalue > FALSE_ALARM / len(risk["measured"]), (n, depth)


def test_depth_kills_narrow_networks_and_not_wide_ones(risk):
    """
    Of two units most are dead at 20 layers, of eight few, and of two at 2 layers few.

    They die with probabilities above 0.98, of at most 0.075 and of 5/32: where the first layer has
    units of both signs, 1 time in 2, the second has to turn off two inputs, else one. So each share
    of 40 lies on the other side of one half with a probability below 1e-5.
    """
    rate = {place: rates.rate("frozen") for place, rates in risk["measured"].items()}
    assert rate[2, 20] > 0.5
    assert rate[8, 20] < 0.5
    assert rate[2, 2] < 0.5
    count = risk["measured"][2, 2].counts["frozen"]
    assert stats.binomtest(count, risk["draws"], (1 / 4 + 1 / 16) / 2).pvalue > FALSE_ALARM


def test_a_doubling_of_the_depth_asks_for_a_unit(risk):
    """Twice the layers need one unit more, and never two: the bound is nearly 2^-n a layer."""
    smallest = risk["smallest_width"]
    assert {smallest(2 * depth) - smallest(depth) for depth in range(1, 500)} == {1}


def test_a_start_that_fails_the_test_does_not_learn(run_script):
    """Starts within sqrt 2 below He pass and learn; a third of He's weights and twice them do not.

    So it was in five other groups of three draws; at 1/2 and sqrt 2 it varied.
    """
    names = run_script("diagnosis/plot_test_a_start_before_training.py").names
    healthy, learned = names["healthy"], names["learned"]
    near = (names["factors"] > 0.6) & (names["factors"] < 1.1)
    far = (names["factors"] < 0.4) | (names["factors"] > 1.9)
    assert healthy[near].all()
    assert learned[near].all()
    assert not healthy[far].any()
    assert not learned[far].any()


def test_each_fault_shows_in_its_measure_and_is_named(run_script):
    """A record of each planted fault is judged as that fault, in its layer; the healthy one not."""
    names = run_script("diagnosis/plot_read_the_record_of_a_network.py").names
    problems = {
        name: [(finding.problem, finding.layer) for finding in found]
        for name, found in names["found"].items()
    }
    assert problems == {
        "healthy": [],
        "large": [("exploding signal", "dense3")],
        "dead": [("dead units", "dense3")],
        "copies": [("symmetric units", "dense3")],
        "shared": [("units alike", "dense3")],
    }
    column = {name: place for place, name in enumerate(names["measures"])}
    at = {name: values[3] for name, values in names["table"].items()}
    square = column["second_moment"]
    assert at["large"][square] == pytest.approx(900 * at["healthy"][square])  # relu: 30 squared
    assert at["dead"][column["dead"]] >= 58 / 64
    assert at["copies"][column["distinct"]] == 32
    for name in ("second_moment", "gradient_rms"):
        apart = (
            names["table"]["copies"][:, column[name]] / names["table"]["healthy"][:, column[name]]
        )
        assert np.abs(np.log(apart)).max() < np.log(2.5)
    assert at["shared"][column["correlation"]] > 0.99
