"""Both sides of the comparison of training steps do the same work."""

import numpy as np
import pytest

pytest.importorskip("torch")

from benchmarks.speed.steps import CASES


@pytest.mark.parametrize("name", CASES)
def test_twins_learn_the_same(name: str) -> None:
    """An epoch from the same weights has the same loss on both sides, and so has the next.

    Sums are made in another order, so that float32 rounds otherwise: by 2e-7 of the loss in the
    first epoch, and in the deepest network by 4e-5 in the second.
    """
    pair = CASES[name][0]()
    losses = [(pair.ours(), pair.theirs()) for _ in range(2)]
    for (ours, theirs), rel in zip(losses, (1e-5, 1e-3), strict=True):
        assert ours == pytest.approx(theirs, rel=rel)
    assert np.ptp([ours for ours, _ in losses]) > 1e-3  # which weights that do not move had not
