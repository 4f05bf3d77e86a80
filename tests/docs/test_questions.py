"""The numbers in the answers, against theory."""

import math

import pytest

import weightinit as wi
from tests.docs.running import run

pytestmark = pytest.mark.gallery


@pytest.fixture
def names():
    """Return what the page leaves behind."""
    return run("about/questions.md").names


def test_zeros_lock_and_zero_biases_do_not(names):
    """At zero the output's bias alone has a gradient; beside drawn weights 32 biases differ."""
    assert names["moving"] == ["dense2.bias"]
    assert names["unequal"] == 32


def test_one_zero_factor_opens_and_two_do_not(names):
    """With one matrix of an adapter at zero it gets a gradient; with both none does."""
    assert names["opened"] == [1, 0]


def test_pieces_groups_and_rounding(names):
    """A quarter of the inputs doubles He's std; a unit sees its group; float16 has 11 bits.

    A step of less than 2^-12 of a weight is below half the distance to the next float16.
    """
    assert names["piece"] == pytest.approx(2)
    assert (names["depthwise"], names["grouped"]) == (9, 144)
    assert names["stay"] == 1
    assert 1 / 5000 < 2**-12
    assert names["rare_loss"] == pytest.approx(0.056, abs=5e-4)


def test_sigmoid_leaves_two_parameters_a_gradient_at_zero(names):
    """So the count at zero is one of ReLU, whose units are zero as well."""
    net = wi.mlp([64, 32, 32, 10], "sigmoid").initialize(wi.zeros)
    gradients = net.loss_and_gradients(*names["batch"])[1]
    moving = [name for name, gradient in gradients.items() if gradient.any()]
    assert moving == ["dense2.weight", "dense2.bias"]


def test_a_small_bias_hardly_turns_units_on(names):
    """
    A bias b turns on a share of b over the std of z, times the density at 0.

    Both counts see the same z, so the difference is a count of 2.56 million: five standard errors.
    """
    found, theory = names["on"][0.01] - names["on"][0.0], names["on_theory"]
    assert theory == pytest.approx(0.01 / math.sqrt(2) / math.sqrt(2 * math.pi), rel=1e-3)
    assert found == pytest.approx(theory, abs=5 * math.sqrt(theory / 2_560_000) + 0.03 * theory)


def test_the_fan_changes_the_signal_by_the_outer_widths(names):
    """Fan out against fan in: the first width over the last, but for chance in five networks."""
    widths = names["widths"]
    assert names["modes"] == pytest.approx(widths[0] / widths[-1], rel=0.2)


def test_gains_and_gates(names):
    """PyTorch's tanh is on the chaotic side; a bias of 1 doubles the memory of a gate."""
    assert names["chaos"] > 1.2
    assert names["leaky"][0.2] == pytest.approx(math.sqrt(2 / 1.04))
    assert names["memory"] == pytest.approx({0: 1.4427, 1: 3.1922}, abs=1e-3)
