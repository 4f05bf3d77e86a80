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
    assert found["slope"] == pytest.approx(found["theory"]["tanh, bias variance 0.05"][0], rel=1e-3)
    assert found["scales"][0] == pytest.approx(found["scales"][1], rel=0.15)


def test_the_error_of_a_start_from_a_batch_is_the_formulas(run_script):
    """The error follows half the root of v / m, in size and with m, for relu and for tanh.

    A root mean square of 16 seeds strays by a fifth, and by one seed's tail. In 120 other starts
    the formula was right to a tenth.
    """
    found = run_script("depth/plot_choose_a_batch_for_lsuv.py").names
    for name, errors in found["errors"].items():
        measured, theory = errors[:, 1:].mean(axis=1), found["predicted"][name][:, 1:].mean(axis=1)
        assert measured == pytest.approx(theory, rel=0.6), name
        assert 4 < measured[0] / measured[-1] < 14, name  # the root of 64 is 8
        assert measured[2] < 0.06, name
    assert found["last"] < 1.5 < found["summed"]  # 1 is predicted; 16 other seeds had 1.2
    assert found["errors"]["tanh"][1].max() < 0.05


def test_a_lazy_network_predicts_what_its_kernel_does(run_script):
    """
    With a large output scale weights move by its inverse, and the accuracy is the kernel's.

    One std of an accuracy on 1,000 rows is 1.2 %, and both are of the same rows.
    """
    found = run_script("depth/plot_see_when_a_network_is_lazy.py").names
    assert found["slope"] == pytest.approx(-1, abs=0.1)
    np.testing.assert_allclose(found["right"][:, -1], found["lazy"], atol=0.02)
    assert (found["right"][:, 0] > 0.97).all()
    assert (found["moved"][:, 0] > 0.3).all()


def test_the_first_update_grows_with_the_power_that_is_predicted(run_script):
    """Fixup, T-Fixup and DeepNorm have the power 0, shrunk ends 1, and plain starts more than 1.5.

    Means of four draws vary with a std of 0.1.
    """
    found = run_script("depth/plot_bound_the_first_update.py").names
    for name, power in found["predicted"].items():
        assert found["slopes"][name].value == pytest.approx(power, abs=0.35), name
    for name in ("usual", "Xavier"):
        assert found["slopes"][name].value > 1.4


def test_updates_grow_with_the_width_by_the_power_that_is_predicted(run_script):
    """
    From the usual start hidden units have the power 1, the output one in between; in muP it is 0.

    Of two other groups of six draws each was within 0.08 of a power.
    """
    slopes = run_script("depth/plot_measure_updates_over_width.py").names["slopes"]
    powers = {"dense0": 0, "dense1": 1, "dense2": 1.25}
    for (name, layer), slope in slopes.items():
        predicted, strays = (powers[layer], 0.25) if name == "usual" else (0, 0.15)
        assert slope.value == pytest.approx(predicted, abs=strays), (name, layer)


def test_odd_activations_keep_unrelated_inputs_unrelated(run_script):
    """The correlation follows the map of theory; from 0 it stays there where phi is odd.

    In five other groups of three draws no mean was further than 0.07 from theory.
    """
    names = run_script("depth/plot_keep_unrelated_inputs_apart.py").names
    for (name, begin), found in names["measured"].items():
        theory = names["theory"][name, begin]
        np.testing.assert_allclose(found.mean(axis=0), theory, atol=0.15, err_msg=name)
        if begin == 0 and name in ("tanh", "softsign"):
            assert np.abs(found).max() < 0.03
    assert names["theory"]["relu", 0.0][1] == pytest.approx(1 / np.pi, abs=1e-6)


def test_a_pixel_spreads_as_a_random_walk(run_script):
    """Behind l layers it is a cloud of width sqrt(2 l / 3); delta-orthogonal kernels move nothing.

    In five other groups of four draws no mean width was further off than 8 %.
    """
    names = run_script("depth/plot_see_a_digit_through_convolutions.py").names
    for name, squares in names["points"].items():
        for depth in names["depths"][1:]:
            width = np.mean([names["width"](run[depth]) for run in squares])
            law = 0 if name == "delta-orthogonal" else np.sqrt(2 * depth / 3)
            assert width == pytest.approx(law, rel=0.15), (name, depth)
    kept = names["pictures"]["delta-orthogonal"]
    np.testing.assert_allclose(kept[32], kept[0], atol=1e-12 * kept[0].max())
