"""What the page on width and depth explains, against what its code measures."""

import numpy as np
import pytest

from tests.docs.running import run

pytestmark = pytest.mark.gallery


def test_the_best_rate_falls_with_the_width_and_stays_in_mu():
    """
    From 32 to 512 units the best rate falls by two steps of the search, ten times; muP's stays.

    With each of five other seeds the best rates were these.
    """
    found = run("theory/width-and-depth.md").names
    usual, mu = found["best"]("usual"), found["best"]("muP")
    assert usual[0] / usual[-1] == pytest.approx(10)
    assert len(set(mu)) == 1
    assert mu[0] == usual[0]


def test_each_layer_moves_with_the_power_that_is_derived():
    """All slopes are as predicted to 0.2; eight draws vary by 0.07 in the output.

    Towards targets of 0 the output's own size, the power -1/2 in muP, comes with each of them.
    """
    found = run("theory/width-and-depth.md").names
    for name, powers in found["powers"].items():
        for place, predicted in enumerate(powers):
            slope = found["checks"][name].slope(f"dense{place}", "update")
            assert slope.value == pytest.approx(predicted, abs=0.2), (name, place)


def test_branches_move_the_output_alike_at_any_depth_if_rates_follow():
    """Slopes of 0 with adapted rates, and 1 with the usual ones; four draws vary by 0.1."""
    for (_, adapted), slope in run("theory/width-and-depth.md").names["in_depth"].items():
        if adapted:
            assert slope.value == pytest.approx(0, abs=0.25)
        else:
            assert slope.value == pytest.approx(1, abs=0.25)


def test_the_exercises_are_solved_right():
    """The output moves with n, or n^1.5 if all layers learn with Adam; the usual output by 1/2."""
    found = run("theory/width-and-depth.md").names
    moved = found["moved"]
    for optimizer, powers in found["kinds"].items():
        for part, power in powers.items():
            ratio = moved[optimizer, part, 512] / moved[optimizer, part, 256]
            assert np.log2(ratio) == pytest.approx(power, abs=0.25), (optimizer, part)
    assert found["wrong"].value == pytest.approx(0.5, abs=0.2)
    assert np.isfinite(found["wrong"].low)
    assert 0.25 < found["shown"].value < found["wrong"].value
