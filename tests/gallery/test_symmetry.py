"""The claims of gallery/symmetry.

Margins: the claims also hold with 25 seeds that the scripts do not use (100 to 124).
"""

import numpy as np
import pytest
from scipy import stats

import weightinit as wi
from tests.gallery.running import runs

pytestmark = pytest.mark.gallery

test_script_runs = runs("symmetry")

# Equal units may round apart, and the difference grows as long as they train: a law about them
# allows what is far above rounding and far below what is meant by different.
EQUAL = 1e-6


def test_looking_counts_units(run_script):
    """Zero says nothing, a constant one thing, and random weights as many things as units."""
    names = run_script("symmetry/plot_look_at_starting_weights.py").names
    ranks = {name: set(values) for name, values in names["ranks"].items()}
    assert ranks.pop("zero") == {0}
    assert ranks.pop("constant 0.1") == {1}
    assert all(values == {names["units"]} for values in ranks.values()), ranks


def test_looking_finds_saturation(run_script):
    """Normal weights of std 1 saturate many answers; Xavier and He, none to speak of."""
    saturated = run_script("symmetry/plot_look_at_starting_weights.py").names["saturated"]
    assert min(saturated["normal, std 1"]) > 0.15
    assert max(saturated["Xavier"] + saturated["He"]) < 0.01


@pytest.fixture
def watched(run_script):
    """Return the names of the script that watches units."""
    return run_script("symmetry/plot_watch_units_stay_identical.py").names


def test_units_that_start_equal_stay_equal(watched):
    """Along training the second singular value stays zero from zero and constant, not Xavier."""
    for (_, start), history in watched["histories"].items():
        ratios = history[..., 1]
        assert ratios.min() > 0.5 if start == "Xavier" else ratios.max() < EQUAL, start


@pytest.mark.parametrize("name", ["relu", "tanh", "linear"])
def test_zeros_freeze_where_units_answer_zero(watched, name):
    """From zero only the output biases move if the activation of 0 is 0."""
    moved = watched["moved"][name]
    assert moved["W1"] == moved["b1"] == moved["W2"] == 0 < moved["b2"]


def test_zeros_move_where_units_answer_a_half(watched):
    """From zero a sigmoid network moves all its parameters, and its loss comes down."""
    assert min(watched["moved"]["sigmoid"].values()) > 1
    loss = watched["histories"]["sigmoid", "zero"][..., 0]
    assert np.all(loss[:, -1] < loss[:, 0] - 0.4)


def test_constants_learn_but_stay_far_above_xavier(watched):
    """A constant start brings the loss down, to more than twice that of Xavier."""
    for name in watched["rates"]:
        constant, xavier = (
            watched["histories"][name, start][..., 0] for start in ("constant 0.1", "Xavier")
        )
        assert np.all(constant[:, -1] < constant[:, 0] - 0.3)
        assert np.all(constant[:, -1] > 2 * xavier[:, -1])


def test_gradients_are_equal_across_units_not_pixels(watched):
    """Equal units get one gradient, which differs from pixel to pixel; Xavier's units get many."""
    gradients = watched["gradients"]
    assert not gradients["tanh", "zero"].any()
    for key in (("sigmoid", "zero"), ("tanh", "constant 0.1")):
        largest = np.abs(gradients[key]).max()
        assert np.ptp(gradients[key], axis=1).max() < EQUAL * largest
        assert np.ptp(gradients[key], axis=0).min() > 0.5 * largest
    xavier = gradients["tanh", "Xavier"]
    assert np.ptp(xavier, axis=1).max() > 0.5 * np.abs(xavier).max()


def test_zeros_are_harmless_without_a_hidden_layer(run_script):
    """Softmax regression ends as well from zero as from any other start."""
    finals = run_script("symmetry/plot_train_without_hidden_layer.py").names["finals"]
    assert finals["zero"].min() > 0.94
    for name, final in finals.items():
        assert np.all(np.abs(final - finals["zero"]) < 0.025), name


def test_zero_is_among_the_first(run_script):
    """After ten steps of softmax regression zero is ahead of the normal start of std 1, by far."""
    accuracies = run_script("symmetry/plot_train_without_hidden_layer.py").names["accuracies"]
    assert np.all(accuracies["zero"][:, 10] > accuracies["normal, std 1"][:, 10] + 0.3)


def test_softmax_does_not_see_a_constant(run_script):
    """A constant start of softmax regression trains to the same weights as zero, plus it."""
    assert run_script("symmetry/plot_train_without_hidden_layer.py").names["apart"] < 1e-9


@pytest.fixture
def hidden(run_script):
    """Return the names of the script that trains with a hidden layer."""
    return run_script("symmetry/plot_train_with_hidden_layer.py").names


def test_zeros_are_fatal_with_a_hidden_layer(hidden):
    """From zero a relu network never leaves chance, and its weights never leave zero."""
    assert np.all(hidden["accuracies"]["zero"] < 0.13)
    assert not any(p["W1"].any() or p["W2"].any() for _, p in hidden["runs"]["zero"])


def test_a_constant_is_one_unit(hidden):
    """From a constant the network learns little: better than chance, below one in two."""
    assert np.all(
        (hidden["finals"]["constant 0.1"] > 0.15) & (hidden["finals"]["constant 0.1"] < 0.5)
    )
    for _, p in hidden["runs"]["constant 0.1"]:
        s = np.linalg.svd(p["W1"], compute_uv=False)
        assert s[1] < 1e-3 * s[0]


def test_a_little_randomness_is_late_but_arrives(hidden):
    """After three epochs std 0.01 is behind Xavier and He; at the end all three are good."""
    at_three = {name: values[:, 3] for name, values in hidden["accuracies"].items()}
    for name in ("Xavier", "He"):
        assert np.all(at_three["normal, std 0.01"] < at_three[name] - 0.05)
        assert hidden["finals"][name].min() > 0.92
    assert hidden["finals"]["normal, std 0.01"].min() > 0.9


def test_first_gradients_are_proportional_to_small_weights(hidden):
    """The first hidden gradient falls tenfold with weights that are ten times smaller.

    The logits of 64 pixels below 1 and 16 units are below 64 * 16 * 25 std^2, at 5 stds. Errors of
    0.1 or more change by that share. Signs in the sum over 1797 digits cost sqrt(1797) more.
    """
    large, small = (hidden["first_gradients"](wi.Normal(std=std)) for std in (1e-5, 1e-6))
    assert large / small == pytest.approx(np.full(len(large), 10), rel=64 * 16 * 25e-10 * 1797**0.5)


def test_small_weights_have_gradients_smaller_by_the_ratio_of_stds(hidden):
    """The first hidden gradient of std 0.01 is smaller than He's by the ratio of output stds.

    The mean logarithm of the ratios is that of the stds, by a t test (false alarms: 1 in 10,000).
    """
    off = np.log(hidden["measured"] / hidden["predicted"])
    assert stats.ttest_1samp(off, 0).pvalue > 1e-4


def test_too_large_weights_are_more_than_slow(hidden):
    """After 330 epochs ten times He is behind He after 30, and further behind He after 330."""
    long = hidden["long"]
    assert max(long["10 × He"]) < np.median(hidden["finals"]["He"]) - 0.02
    assert max(long["10 × He"]) < min(long["He"]) - 0.02


def test_a_zero_with_a_gradient_is_harmless(run_script):
    """Zero biases or output weights do no harm, nor, with tanh, do zero hidden weights."""
    accuracies = run_script("symmetry/plot_find_what_may_be_zero.py").names["accuracies"]
    for name in ("tanh", "relu"):
        for part in ("nothing", "both biases", "biases and output weights"):
            assert min(accuracies[part, name]) > 0.9
    assert min(accuracies["biases and hidden weights", "tanh"]) > 0.9
    assert min(accuracies["hidden weights alone", "tanh"]) > 0.9


def test_positive_biases_open_relu_units(run_script):
    """With relu, zero hidden weights learn if biases are drawn; how well is up to the positive."""
    names = run_script("symmetry/plot_find_what_may_be_zero.py").names
    assert min(names["accuracies"]["hidden weights alone", "relu"]) > 0.6


def test_zeros_without_a_gradient_lock(run_script):
    """All zero stays at chance; so does relu with zero hidden weights and biases."""
    accuracies = run_script("symmetry/plot_find_what_may_be_zero.py").names["accuracies"]
    for key in [
        ("everything", "tanh"),
        ("everything", "relu"),
        ("biases and hidden weights", "relu"),
    ]:
        assert max(accuracies[key]) < 0.13, key


def test_biases_free_tanh_but_not_relu(run_script):
    """With zero weights drawn biases tell tanh units apart; relu units stay scaled copies."""
    accuracies = run_script("symmetry/plot_find_what_may_be_zero.py").names["accuracies"]
    assert min(accuracies["both weights, biases drawn", "tanh"]) > 0.8
    assert max(accuracies["both weights, biases drawn", "relu"]) < 0.5


def test_open_relu_units_stay_one_unit(run_script):
    """With both weights zero the hidden weights of relu keep rank 1 in training, of tanh not."""
    runs = run_script("symmetry/plot_find_what_may_be_zero.py").names["runs"]
    ratios = {
        name: [ratio for _, ratio in runs["both weights, biases drawn", name]]
        for name in ("tanh", "relu")
    }
    assert max(ratios["relu"]) < EQUAL
    assert min(ratios["tanh"]) > 0.1


def test_one_rounding_frees_the_units(run_script):
    """One nudge grows from rounding to everything, and accuracy with it; exact units stay equal."""
    names = run_script("symmetry/plot_escape_by_rounding.py").names
    ends = {way: values[:, -1] for way, values in names["ratios"].items()}
    assert ends["exact"].max() < 1e-14
    assert min(ends["one nudged"].min(), ends["all nudged"].min()) > 0.1
    accuracies = {way: values[:, -1] for way, values in names["accuracies"].items()}
    assert np.all(accuracies["one nudged"] > accuracies["exact"] + 0.1)
    assert np.all(accuracies["all nudged"] > accuracies["one nudged"] + 0.1)


def test_the_difference_grows_exponentially(run_script):
    """While it is small the difference grows tenfold in equal numbers of steps."""
    names = run_script("symmetry/plot_escape_by_rounding.py").names
    time, logs = names["time"][names["decades"]], np.log10(names["growing"][names["decades"]])
    line = np.polynomial.Polynomial.fit(time, logs, 1)
    assert len(time) > 10
    assert np.abs(line(time) - logs).max() < 0.5


def test_units_alike_cut_the_plane_by_a_line(run_script):
    """Sixteen units alike stay one, and are below the best line; sixteen that were drawn, above it.

    In five other groups of three, the means of the latter were above it by 0.02 at least.
    """
    names = run_script("symmetry/plot_count_the_units_a_task_needs.py").names
    for task, line in names["lines"].items():
        right, differ = names["same"][task].T
        assert differ.max() == 1, task
        assert np.all(right <= line), task
        assert names["drawn"][task][-1].mean() > line.mean(), task
