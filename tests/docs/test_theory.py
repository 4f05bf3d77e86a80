"""What the pages on theory explain, held against what their own code measures."""

import numpy as np
import pytest

import weightinit as wi
from tests.docs.cells import run_cells


def test_dead_units_come_back_above_the_first_layer_alone():
    """A dead unit of the first layer has no gradient; layers that learn free some above it."""
    revived = np.array(run_cells("theory/he.md", "def off(").names["revived"])
    dead_first, back_first, dead_above, back_above = revived.T
    assert (dead_first >= 8).all()
    assert not back_first.any()
    assert (dead_above > 0).all()
    assert (back_above > 0).all()


def test_the_scale_decides_what_dies_in_training():
    """At one learning rate the right fan kills no channel, the wrong one all 24 of a network."""
    dead = run_cells("theory/convolution.md", "images = images.reshape", "def train(").names["dead"]
    assert not dead["He"].any()
    assert dead["He, wrong fan"].max() == 24


@pytest.mark.parametrize("phi", ["gelu", "silu"])
def test_most_inputs_fall_and_the_mean_over_inputs_rises(phi):
    """
    Both happen in more than half of 40 networks, and far from 1 the length goes as predicted.

    Of 400 other networks three in four do either at least: half of 40 then have a chance of 0.06 %.
    """
    large, small, rise, fall = run_cells("theory/he.md", "directions = {}").names["directions"][phi]
    assert large > 1 > small
    assert rise > 0.5
    assert fall > 0.5
    for length, factor in ((1e4, large), (1e-4, small)):
        after = wi.meanfield.length_map(phi, length, weight_variance=2 * large)
        assert after / length == pytest.approx(factor, rel=0.01)
