"""What the page on a transformer block derives, against what its code measures."""

import numpy as np
import pytest

import weightinit as wi
from tests.docs.running import run

pytestmark = pytest.mark.gallery


def test_the_stream_grows_by_what_branches_add():
    """1 + l with peri, 1 with post, and v of a feed-forward branch with pre (three seeds)."""
    found = run("theory/transformer-block.md").names["found"]
    places = np.arange(25)
    np.testing.assert_allclose(found["peri"][0], 1 + places, rtol=0.12)
    np.testing.assert_allclose(found["post"][0][1:], 1, atol=1e-3)
    stream = found["pre"][0]
    assert stream[2] - stream[1] == pytest.approx(wi.gain("gelu") ** -2, rel=0.15)
    assert found["pre, 1/√(2N)"][0][-1] < 1.7


def test_gradients_fall_with_the_root_of_the_stream():
    """Relative to post the last block's gradient is 1/sqrt(m) of the first's, within a quarter."""
    change = run("theory/transformer-block.md").names["change"]
    for name in ("pre", "peri"):
        assert change[name, "relative"] == pytest.approx(change[name, "predicted"], rel=0.25)
    assert change["pre, 1/√(2N)"] == pytest.approx(1, abs=0.3)
