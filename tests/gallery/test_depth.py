"""The claims of gallery/depth."""

import numpy as np
import pytest

from tests.gallery.running import runs

pytestmark = pytest.mark.gallery

test_script_runs = runs("depth")


def test_depth_hardly_slows_an_orthogonal_start(run_script):
    """From 8 to 32 layers steps grow by less than half; Gaussian weights fail from 16 layers on.

    One layer is least squares: the steps are those of its singular values, the same in each draw.
    """
    needed = run_script("depth/plot_train_a_deep_linear_network.py").names["needed"]
    assert len(set(np.ravel([found[0] for found in needed.values()]))) == 1
    assert np.all(np.median(needed["orthogonal"][3:], axis=1) < 45)
    assert np.median(needed["orthogonal"][-1]) < 1.5 * np.median(needed["orthogonal"][3])
    assert np.all(np.isinf(needed["Gaussian"][4:]))
    assert np.all(
        np.median(needed["Gaussian"][1:4], axis=1) > 1.5 * needed["orthogonal"][1:4].max(axis=1)
    )


def test_small_distances_grow_by_chi(run_script):
    """The mean over networks follows theory to eight per cent, and so does the edge.

    Of six other groups of five networks all were within 0.045 of the factor in each case, and
    within 0.17 of the edge.
    """
    found = run_script("depth/plot_find_the_edge_of_chaos.py").names
    for name, edge in found["edges"].items():
        mean = np.mean(found["measured"][name], axis=1)
        assert mean == pytest.approx(found["theory"][name], rel=0.08), name
        assert found["found"][name] == pytest.approx(edge, abs=0.25), name
    assert found["edges"]["relu, no bias"] == 2
