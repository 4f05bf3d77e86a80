"""What the pages about diagnosis, monitor and comparison state, against what their code finds."""

import numpy as np
import pytest

from tests.docs.running import run


@pytest.mark.gallery
def test_what_goes_unseen_does_not_train():
    """Two starts without a finding stay at chance, and train from what is recommended.

    Chance is one class in ten of 797 images: 0.2 is 9 standard errors above.
    """
    names = run("guides/diagnose.md").names
    for case, ((findings, bad), (_, good)) in names["ends"].items():
        assert findings == 0, case
        assert bad < 0.2, case
        assert good > 0.4, case
        small, right = names["columns"][case]
        assert small < 0.1, case  # the column that gives it away
        assert 0.8 < right < 1.25, case


@pytest.mark.gallery
def test_each_fault_of_the_guide_has_its_problem_first():
    """The faulty networks of the guide have the problems that its table names; He has none."""
    found = run("guides/diagnose.md").names["found_in"]
    first = {
        case: (problems[0].partition(" (")[0] if problems else "")
        for case, problems in found.items()
    }
    assert first == {
        "one nan": "non-finite",
        "all zero": "frozen",
        "all equal": "symmetric units",
        "biases at -50": "frozen",
        "std 1, relu": "exploding signal",
        "std 1, tanh": "saturated units",
        "Xavier, sigmoid": "vanishing gradient",
        "He, relu": "",
    }
    assert "dead units (dense2)" in found["biases at -50"]


def test_healthy_walks_stay_in_the_band_and_wrong_scales_leave_it_where_theory_says():
    """None of 20 walks after He leaves; at 1.3 x He the median leaves where the mean crosses.

    The mean of ln q crosses where 2 l ln 1.3 - 5 l / 200 passes the bound. There ln q has a std of
    0.95 and gains 0.34 a layer on the bound: a median of 20 walks strays by 0.8 layers.
    """
    leaves = run("theory/diagnosis.md", "leaves = {}").names["leaves"]
    assert np.isinf(leaves["He"]).all()
    assert np.isfinite(leaves["0.7 x He"]).all()
    layer = np.arange(1, 60)
    bound = np.log(8 * layer) + 4 * np.sqrt(layer / 20)
    crossing = layer[layer * (2 * np.log(1.3) - 2.5 / 100) > bound][0]
    assert abs(np.median(leaves["1.3 x He"]) - crossing) <= 4
