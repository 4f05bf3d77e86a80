"""What the pages on zero and on equal weights explain, against what their code measures."""

import math

import numpy as np
import pytest

import weightinit as wi
from tests.docs.running import run

pytestmark = pytest.mark.gallery


def test_a_ball_leaves_the_saddle_as_fast_as_its_second_derivatives_say():
    """On the saddle it rests; beside it w1 + w2 grows by 1 + rate c a step, and the loss falls."""
    names = run("theory/zero-trap.md", "def roll(").names
    resting, rolling = names["resting"], names["rolling"]
    assert not resting[:, :2].any()
    predicted = 1 + 0.2 * np.mean(names["inputs"] * names["targets"])
    sums = rolling[:6, :2].sum(axis=1)
    # What the prediction leaves out is of the order of the squares of the weights.
    assert sums[1:] / sums[:-1] == pytest.approx(predicted, rel=(rolling[5, :2] ** 2).sum())
    assert rolling[-1, 2] < resting[-1, 2] / 50


def test_what_the_three_cases_learn():
    """Tanh from zero stays at chance, sigmoid learns like one unit, no hidden layer well."""
    names = run("theory/zero-trap.md").names
    tanh, sigmoid, none, xavier = (np.array(ends) for ends in names["accuracies"].values())
    assert tanh.max() < 0.12
    assert 0.25 < sigmoid.min() <= sigmoid.max() < 0.5
    assert min(none.min(), xavier.min()) > 0.9


def test_sigmoid_leaves_zero_only_if_classes_are_uneven():
    """In one batch of equally frequent classes the loss stays ln 10."""
    names = run("theory/zero-trap.md").names
    assert names["balanced"][-1] == pytest.approx(math.log(10), abs=1e-9)
    assert names["unbalanced"][-1] < 1.6


def test_flat_directions_are_those_that_softmax_and_pixels_do_not_see():
    """Of 640 eigenvalues, 9 times the rank of the images are not zero, and none is negative."""
    names = run("theory/zero-trap.md").names
    assert names["flat"] == 640 - 9 * names["seen_pixels"]
    assert names["eigenvalues"][0] > -1e-12


@pytest.mark.parametrize("phi", ["tanh", "relu"])
@pytest.mark.parametrize("depth", [1, 4])
def test_zero_shuts_all_but_the_last_bias_at_any_depth(phi, depth):
    """At zero the only gradient is that of the output biases, in networks of any depth."""
    net = wi.mlp([8, *[5] * depth, 3], phi).initialize(wi.zeros, rng=0)
    x, y = np.random.default_rng(0).standard_normal((20, 8)), np.arange(20) % 3
    gradients = net.loss_and_gradients(x, y)[1]
    assert [name for name, g in gradients.items() if g.any()] == [f"dense{depth}.bias"]


def test_equal_units_stay_one_dot_and_noise_bursts_it():
    """Equal weights stay one dot and a straight border; six draws of the noise set them apart.

    Noise grows by some 5 % a step, so that a rounding error of 1e-16 is 1e-10 after 240 steps.
    """
    names = run("theory/symmetry.md").names
    weights, _, accuracy = names["runs"]["All weights 0.5"]
    assert np.ptp(weights, axis=2).max() < 1e-6
    assert accuracy.max() < 0.75
    steps = [*names["steps_to_burst"], names["bursts"](names["noisy"])]
    assert all(20 < step < 200 for step in steps)
    assert min(*names["ends"], names["noisy"][2][-1]) > 0.9


def test_what_breaks_symmetry_and_what_does_not():
    """
    Data, batches and optimizers leave rounding; each of five differences sets units apart.

    An error of 1e-16 that grows by up to 10 % a step is 2e-10 after 150 steps.
    """
    names = run("theory/symmetry.md").names
    assert max(max(names["ratios"][way]) for way in names["does_not"]) < 1e-9
    assert min(min(names["ratios"][way]) for way in names["does"]) > 0.3


def test_a_small_difference_grows_by_nearly_the_same_factor_a_step():
    """Between steps 30 and 80 the growth of one step is within 3 % of what the page states."""
    names = run("theory/symmetry.md").names
    distances = np.array(names["distances"])
    assert distances[31:81] / distances[30:80] == pytest.approx(1 + names["growth"], rel=0.03)
    assert distances[150] > 1000 * distances[0]


def test_equal_units_are_one_unit_at_two_learning_rates():
    """Sixteen equal units and one unit have the same logits after 100 steps, but for rounding."""
    names = run("theory/symmetry.md").names
    assert names["apart"] < 1e-9 * np.abs(names["logits_many"]).max()
    assert names["different"] < names["equal"] < names["line"]


def test_units_at_different_volumes_stay_one_under_momentum_and_not_under_adam():
    """Momentum keeps the proportions of ReLU units, but for rounding; Adam loses them."""
    names = run("theory/symmetry.md").names
    stays, first_steps, biases = (names[name] for name in ("stays", "first_steps", "biases"))
    assert first_steps["momentum"] == pytest.approx(biases.max() / biases.min())
    assert first_steps["Adam"] == pytest.approx(1, abs=1e-3)
    assert stays["momentum"] < 1e-9
    assert stays["Adam"] > 0.3
