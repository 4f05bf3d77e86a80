"""What the page on floating point predicts, against what its code measures."""

import math

import numpy as np
import pytest

from tests.chance import standard_errors
from tests.docs.running import run

pytestmark = pytest.mark.gallery


@pytest.fixture
def names():
    """Return what the page leaves behind."""
    return run("theory/floating-point.md").names


def test_a_step_below_half_a_spacing_is_lost(names):
    """
    The share of normal weights left in place is that of the formula, in each format and step.

    48 shares of 200,000 weights. Weights that are powers of two move a little more easily: at most
    one cell in 2**t of a binade, and half of them, since half the steps lead down. False alarms:
    1e-6 a seed.
    """
    size, steps = names["drawn"].size, names["coarse"]
    for name, (_, t, _) in names["formats"].items():
        for share, step in zip(names["shares"][name], steps, strict=True):
            p = names["predicted_left"](name, step)
            chance = standard_errors(24) * math.sqrt(max(p * (1 - p), 10 / size) / size)
            assert abs(share - p) < chance + 2.0 ** -(t + 1), (name, step)


def test_the_number_of_different_weights_is_counted_from_the_format(names):
    """
    As many different values appear as the probabilities of the numbers predict.

    The count is a sum of weakly, negatively correlated indicators: its variance is below its mean.
    """
    for name, expected in names["expected"].items():
        found = names["different"][name]
        assert abs(found - expected) < standard_errors(2) * math.sqrt(expected), name


def test_sums_stop_where_one_is_half_a_spacing(names):
    """Ones add up to 2**(t + 1) and no further."""
    for found, predicted in names["stops"].values():
        assert found == predicted


def test_small_squares_vanish(names):
    """The share of squares that are 0 is that of normal numbers below the edge. 1e-6."""
    p = names["would_go"]
    assert abs(names["gone"] - p) < standard_errors() * math.sqrt(p * (1 - p) / 100_000)


def test_a_mean_of_squares_freezes_where_a_thousandth_is_below_half_a_spacing(names):
    """Steps of 1 - beta2 = 0.001 are lost if below 2**-(t + 2); epsilon is 0 in float16."""
    for name, (_, t, _) in names["formats"].items():
        assert names["frozen"][name] == (2.0 ** -(t + 2) > 0.001), name
    assert names["lost_epsilon"] == 0


def test_steps_below_half_of_the_least_number_move_no_weight(names):
    """Below its normal numbers float16 stops being denser: a step below 2**-25 is lost."""
    assert names["left_in_place"]("float16", 2.0**-25 * 0.99) == 1
    assert names["left_in_place"]("float16", 2.0**-25 * 1.01) < 1


def test_an_inverse_of_erf_puts_weights_at_the_bound(names):
    """One in 2**d is at the bound, and alone explains the std and the fourth moment reported."""
    assert names["share"] == 2.0**-8
    assert abs(names["stuck"] - 1e5 / 2**8) < standard_errors() * math.sqrt(1e5 / 2**8)
    assert names["weights"].std() == pytest.approx(math.hypot(0.002, 2 / 16), rel=0.002)
    assert names["kurtosis"] == pytest.approx(names["reported"], rel=0.001)
    assert names["spread"] == pytest.approx(names["reported_std"], rel=0.001)


def test_half_is_float32_rounded(names):
    """A draw in float16 is the draw in float32, rounded, and keeps its bound but for rounding."""
    half, wide = names["half"], names["wide"]
    assert np.array_equal(half, wide.astype(np.float16))
    assert np.abs(half).max() <= np.abs(wide).max() * (1 + 2**-11)


def test_exercises(names):
    """A gain of 1 moves by steps above 2**-8 and 2**-9; Q'Q is off by sqrt(2) rounding errors."""
    assert names["moves"]["up"] == pytest.approx(2**-8, abs=1e-5)
    assert names["moves"]["down"] == pytest.approx(2**-9, abs=1e-5)
    for found, predicted in names["missed"].values():
        assert found == pytest.approx(predicted, rel=0.05)
