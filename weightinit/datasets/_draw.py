"""Check what each data set is asked for: how many samples, and from which randomness."""

import numpy as np

from weightinit._checks import LARGEST, RandomSource, check_integer, check_rng

_MOST = LARGEST // 80  # ten words of eight bytes for each sample are all that NumPy can address


def check_draw(n: int, rng: RandomSource) -> tuple[int, np.random.Generator]:
    """Return the number of samples and a generator; refuse what is neither."""
    return check_integer("n", n, at_least=1, at_most=_MOST), check_rng(rng)
