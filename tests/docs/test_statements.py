"""What pages state, against what their code finds."""

import math

from tests.docs.running import run


def test_fifty_blocks_triple_the_variance_each():
    """The variance after 50 blocks is 3**50 times that before, within chance in 64 units.

    The logarithm has the variance V and the mean -V/2; 4 standard deviations: 1 in 15,000.
    """
    names = run("theory/reading.md").names
    off = math.log(names["grown"]["He"] / names["tripled"])
    v = 50 * (8 + 28) / 64 / 3**2
    assert abs(off + v / 2) < 4 * math.sqrt(v)
    assert names["grown"]["zero"] == 1
