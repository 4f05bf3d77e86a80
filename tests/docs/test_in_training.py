"""What the pages on training and on other layers explain, against what their code measures."""

import numpy as np
import pytest

from tests.docs.running import run

pytestmark = pytest.mark.gallery


def test_one_matrix_at_every_step_exceeds_the_mean_of_new_matrices():
    """
    New matrices keep the mean square; one matrix multiplies it, and its draws differ more.

    Four standard errors: 1 in 15,000 for either.
    """
    found = run("theory/recurrent.md", "hidden, words =", "def left(").names
    mean, error = found["mean_square"]["new"]
    assert abs(mean - 1) < 4 * error
    mean, error = found["mean_square"]["Xavier"]
    assert mean - 1 > 3 * error
    assert found["wider"] > 2


def test_a_step_may_stretch_while_the_powers_fade():
    """The norm of a power is at least that power of the spectral radius, and here it is small."""
    found = run("theory/recurrent.md", "hidden, words =", "def left(", "fading = []").names
    for one, many, power_of_radius in found["fading"]:
        assert one > 1.3
        assert power_of_radius <= many < 10 * power_of_radius


def test_a_radius_above_1_does_not_make_tanh_explode():
    """With large words the slopes outweigh the radius, as their product says."""
    found = run("theory/recurrent.md", "hidden, words =", "_, loud, _, loud_at_1 =").names
    assert found["loud"][1.3][0] < 0.05
    assert found["loud"][1.3][0] == pytest.approx(found["loud_at_1"][1.3], rel=0.1)


def test_std_times_words_decides_what_tanh_remembers():
    """
    Small states follow the differential equation, and a small std times sqrt(T) is not enough.

    The formula drops terms of the order of the mean square of the state, below 0.07 here; the
    logarithm of the gradient, which is -1 at most, is off by a few of these.
    """
    cells = ("hidden, words =", "def left(", "def listen(")
    heard = run("theory/recurrent.md", *cells).names["heard"]
    for name in ("Xavier, by the shape", "std 0.1", "0.3/√T", "1/T"):
        found, theory, _ = heard[name]
        assert found[0] == pytest.approx(theory[0], rel=0.05), name
        assert found[1] == pytest.approx(theory[1], rel=0.15), name
    assert heard["0.3/√T"][2] < 0.5
    assert heard["0.3/√T"][0][1] < 0.05
    assert heard["1/T"][0][1] > 0.6


def test_slow_draws_are_those_with_a_large_spectral_radius():
    """The count of words orders nine draws as the radius does; by chance, once in 10,000 at 0.9."""
    found = run("theory/recurrent.md", "hidden, words =", "counted, radius_of =").names
    assert found["ranked"] > 0.9
    assert np.median(found["counted"]) == pytest.approx(found["predicted"], rel=0.2)
