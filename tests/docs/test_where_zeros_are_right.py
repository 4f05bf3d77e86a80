"""What the page on zeros in a product explains, against what its code measures."""

import numpy as np
import pytest

from tests.docs.running import run

pytestmark = pytest.mark.gallery
PAGE = "theory/where-zeros-are-right.md"


def test_the_rule_predicts_when_each_part_moves():
    """In each start each part moves at the step that counting zeros along paths says."""
    found = run(PAGE).names
    for name, (predicted, *measured) in found["moves"].items():
        assert all(moves == predicted for moves in measured), name
        compute, paths, zeros = found["STARTS"][name]
        for seed in range(3, 6):
            assert found["measured_moves"](compute, paths, zeros, seed) == predicted, name


def test_one_zero_moves_at_once_and_two_in_a_path_do_not():
    """In the first six starts the zero moves at step 1 and the rest at 2; in the last two none."""
    found = run(PAGE).names
    names = list(found["moves"])
    for name in names[:6]:
        (zero,) = found["STARTS"][name][2]
        predicted = found["moves"][name][0]
        assert {part for part, step in predicted.items() if step == 1} == {zero}
        assert set(predicted.values()) == {1, 2}
    for name in names[-2:]:
        assert set(found["moves"][name][0].values()) == {None}
    assert found["moves"]["ControlNet"][0] == {"Z2": 1, "W1": 2, "Z1": 2}
    assert all(set(moves.values()) == {None} for moves in found["locked"])


def test_an_adapter_with_one_zero_starts_exactly_and_learns():
    """With one zero the loss starts at 1 and falls; with two it stays; with none it is large."""
    runs = run(PAGE).names["runs"]
    for name in ("A", "B"):
        for losses, _ in runs[name]:
            assert losses[0] == pytest.approx(1, rel=1e-12)
            assert losses[-1] < 0.9
    for losses, sizes in runs["both"]:
        assert np.all(losses == losses[0])
        assert not sizes.any()
    assert all(losses[0] > 1.5 for losses, _ in runs["neither"])
    for _, sizes in runs["B"]:
        assert sizes[0, 0] == 0
        assert sizes[0, 1] > 0
        assert sizes[1, 0] > 0
