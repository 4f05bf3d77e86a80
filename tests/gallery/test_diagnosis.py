"""The claims of gallery/diagnosis.

A planted fault lies more than 4 standard deviations beyond what chance and depth explain, so that
the counts below hold for any seed but with a probability below 1e-3 for the whole script.
"""

import numpy as np
import pytest

from weightinit.diagnosis import PROBLEMS

pytestmark = pytest.mark.gallery


@pytest.fixture
def names(run_script):
    """Return the names that the script leaves behind."""
    return run_script("diagnosis/plot_find_what_is_wrong.py").names


def test_every_fault_is_found_in_its_layer(names):
    """The diagonal is full, and the layer is the one in which the fault was planted."""
    assert np.all(np.diag(names["matrix"][1:]) == 1)
    assert all(names["right_layer"][problem] == 1 for problem in PROBLEMS)


def test_nothing_planted_nothing_found(names):
    """The first row is empty."""
    assert not names["matrix"][0].any()
    assert names["alarms"] == 0


def test_beside_the_diagonal_stand_consequences(names):
    """What else is found is what the text explains."""
    found = {
        (planted, problem)
        for planted, row in zip(names["suits"], names["matrix"], strict=True)
        for problem, share in zip(PROBLEMS, row, strict=True)
        if share > 0 and problem != planted
    }
    assert found <= {
        ("dead units", "frozen"),
        ("exploding signal", "exploding gradient"),
        ("exploding signal", "first loss too high"),
        ("exploding gradient", "saturated units"),
        ("vanishing signal", "vanishing gradient"),
        ("vanishing gradient", "vanishing signal"),
        ("saturated units", "vanishing gradient"),
    }
    assert ("dead units", "frozen") in found
