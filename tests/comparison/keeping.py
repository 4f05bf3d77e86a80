"""A training that counts its calls, and a comparison of it that keeps its cells."""

import numpy as np

import weightinit as wi

STARTS = {"he": wi.he_normal, "zero": wi.zeros}


class Trainer:
    """A `train_once` that counts its calls and fails at one of them."""

    def __init__(self, stop_at=None, error=KeyboardInterrupt):
        self.calls, self.stop_at, self.error = 0, stop_at, error

    def __call__(self, initializer, rng):
        """Return curves that know the initializer and the stream."""
        self.calls += 1
        if self.calls == self.stop_at:
            raise self.error
        size = float(np.abs(initializer((2, 3), rng=rng)).sum())
        return wi.History([size, size / 3], [rng.random()])


def compare(trainer, folder, **changed):
    """Compare two starts over three seeds, and keep the cells."""
    return wi.compare(
        trainer, **{"initializers": STARTS, "seeds": 3, "cache_dir": folder} | changed
    )
