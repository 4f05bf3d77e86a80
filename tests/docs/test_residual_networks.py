"""What the page on residual networks explains, against what its code measures."""

import numpy as np
import pytest

from tests.docs.running import run

pytestmark = pytest.mark.gallery


def test_each_block_multiplies_signal_and_gradient_as_predicted():
    """Both grow by (1 + a^2)^N, within three times the stray that the page derives.

    The median of four draws strays by about half of it.
    """
    found = run("theory/residual.md").names
    for name, (predicted, measured) in found["factors"].items():
        a = found["starts"][name][1]
        variance = found["BLOCKS"] * (4 * a**2 + 7 * a**4) / (found["WIDTH"] * (1 + a**2) ** 2)
        off = np.abs(np.log(np.median(measured, axis=0) / predicted))
        assert (off <= 3 * np.sqrt(variance) + 1e-12).all(), name
    assert 5 < found["stray"] < 12


def test_the_signal_along_the_blocks_follows_its_line():
    """Starts at zero keep the signal exactly, 1/N nearly, and the usual weights make it explode."""
    found = run("theory/residual.md").names
    for name in ("Fixup", "ReZero"):
        assert (found["signals"][name] == 1).all()
    assert (np.abs(found["signals"]["1/N"] - 1) < 0.2).all()
    assert (found["signals"]["usual"][:, -1] > 1e11).all()
    assert ((found["signals"]["1/√N"][:, -1] > 1.3) & (found["signals"]["1/√N"][:, -1] < 6)).all()


def test_starts_at_zero_learn_at_rates_where_shrunk_branches_overflow():
    """The best rate of Fixup and ReZero is higher, and the usual weights overflow at each rate."""
    found = run("theory/residual.md").names
    best = {name: losses.mean(axis=0).argmin() for name, losses in found["losses"].items()}
    assert np.isinf(found["losses"]["usual"]).all()
    for shrunk in ("1/√N", "1/N"):
        assert np.isinf(found["losses"][shrunk][:, -1]).all()
        for zero in ("Fixup", "ReZero"):
            assert best[zero] > best[shrunk]
            assert found["losses"][zero].mean(axis=0).min() < 0.5


def test_fixup_makes_the_first_update_independent_of_the_depth():
    """Slopes of 0 with Fixup and 1 without its factor, within a quarter."""
    slopes = run("theory/residual.md").names["slopes"]
    assert slopes["Fixup"].mean() == pytest.approx(0, abs=0.25)
    assert slopes["last weights 0 alone"].mean() == pytest.approx(1, abs=0.25)


def test_the_exercises_are_solved_right():
    """Normalized branches add up linearly, and He in both layers gives e^2, each within a fifth."""
    found = run("theory/residual.md").names
    for blocks, square in found["linear"].items():
        assert square == pytest.approx(1 + blocks, rel=0.2)
    assert np.mean(found["grown"]) == pytest.approx(np.exp(2), rel=0.3)
