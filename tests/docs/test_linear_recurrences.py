"""What the page on linear recurrences explains, against what its code measures."""

import numpy as np
import pytest

from tests.docs.running import run

pytestmark = pytest.mark.gallery
PAGE = "theory/linear-recurrences.md"


def test_shares_of_long_memories_are_as_predicted():
    """Of 2,000 pairs as many remember for so long as the area says: five standard errors."""
    for predicted, found in run(PAGE).names["counted"].values():
        assert abs(found - predicted) < 5 * np.sqrt(predicted * (1 - predicted) / 2000)


def test_what_is_left_is_as_predicted_forwards_and_backwards():
    """The mean of r^2t over 5 matrices of 64 pairs is that of theory, up to five standard errors.

    The variance of r^2t is E r^4t - (E r^2t)^2, and n numbers (200 states or 100 gradients of
    128 units) add 2 / n. What arrives in the matrices that were drawn has the second part alone.
    """
    found = run(PAGE).names
    kept = found["kept"]
    for name, (low, high, _) in found["starts"].items():
        for place, t in enumerate(found["steps"]):
            mean, square = kept(low, high, t), kept(low, high, 2 * t)
            error = np.sqrt((square - mean**2) / (5 * 64) + 2 * square / (5 * 128 * 200))
            assert abs(found["measured"][name][:, place].mean() - mean) < 5 * error, (name, t)
        for length in (10, 50, 200):
            mean, own, measured = found["arrives"][name, length]
            square = kept(low, high, 2 * length - 2)
            chance = 4 * square / (5 * 128 * 100)
            error = np.sqrt((square - mean**2) / (5 * 64) + chance)
            assert abs(measured - mean) < 5 * error, (name, length)
            assert abs(measured - own) < 5 * np.sqrt(chance), (name, length)


def test_the_ring_keeps_more_up_to_hundreds_of_steps_and_less_after():
    """The disc touches the circle, so in the end it keeps more."""
    kept = run(PAGE).names["kept"]
    steps = np.arange(1, 500)
    assert np.all(kept(0.9, 0.999, steps) > kept(0, 1, steps))
    assert kept(0.9, 0.999, 800) > kept(0, 1, 800)
    assert kept(0.9, 0.999, 870) < kept(0, 1, 870)
    assert kept(0.9, 0.999, 20) == pytest.approx(0.25, abs=0.02)


def test_a_matrix_that_is_not_normal_keeps_more_at_first():
    """After 10 steps Xavier's matrices keep several times 1 / 11, and after 50 the draws differ."""
    shares = run(PAGE).names["xavier"]
    assert shares[10][0] > 4 / 11
    assert shares[50][-1] > 20 * shares[50][0]


def test_the_largest_eigenvalues_decide_what_a_dense_matrix_keeps_late_not_early():
    """The share after 50 steps goes with the largest radius, that after 10 much less.

    Of 60 draws the logarithms correlated by 0.96 and 0.40.
    """
    found = run(PAGE).names
    radii = [np.abs(np.linalg.eigvals(W)).max() for W in found["square"]]
    rng = np.random.default_rng(0)
    late, early = (
        np.corrcoef(np.log([found["left_over"](W, t, rng) for W in found["square"]]), radii)[0, 1]
        for t in (50, 10)
    )
    assert late > 0.85
    assert early < late


def test_a_shift_register_remembers_without_eigenvalues():
    """Half is left after half of its units, nothing after all: of 200 x 128 numbers, to 3 %."""
    found = run(PAGE).names
    assert not np.linalg.eigvals(found["register"]).any()
    assert found["held"] == pytest.approx([0.5, 0], abs=0.03)


def test_what_a_long_memory_costs():
    """The state settles at the mean of 1 / (1 - r^2); inputs times sqrt(1 - r^2) make it 1.

    2,000 steps of 8 states of 200 units, of which the slowest forget in 1,000: a few percent.
    """
    found = run(PAGE).names
    plain, scaled = found["squares"]
    assert plain == pytest.approx(np.mean(1 / (1 - found["r2"])), rel=0.2)
    assert plain == pytest.approx(found["grown"], rel=0.5)
    assert scaled == pytest.approx(1, rel=0.05)


def test_the_exercises():
    """On the circle of the first half is left; half of the units of the second are short."""
    found = run(PAGE).names
    assert found["half"] == pytest.approx(0.5, abs=1e-6)
    assert found["counted_short"] == pytest.approx(found["short"], abs=5 * 0.5 / np.sqrt(2000))
