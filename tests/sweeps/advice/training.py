"""One cell of the measurement: a network, a start, a rate and a seed, trained on digits."""

from functools import cache

import numpy as np
from sklearn.datasets import load_digits

import weightinit as wi
from tests.sweeps.advice.combinations import COMBINATIONS
from tests.sweeps.advice.starts import begin

__all__ = ["EPOCHS", "RATES", "SEEDS", "TESTED", "hits"]

RATES = (0.003, 0.01, 0.03)
SEEDS = (0, 1, 2)
EPOCHS, BATCH, MOMENTUM = 5, 32, 0.9
TRAINED, TESTED = 1200, 597  # all of the 1,797


@cache
def digits() -> tuple[np.ndarray, np.ndarray]:
    """Return images of mean 0 and mean square 1, and their classes."""
    x, y = load_digits(return_X_y=True)
    x = x - x.mean(axis=0)
    return x / x.std(), y


def hits(combination: str, start: str, rate: float, seed: int) -> int:
    """Train once; return how many of the test images are then classified correctly.

    Seeds are shared by all starts and rates: they see the same images in the same order.
    """
    (x, y), of = digits(), COMBINATIONS[combination]
    data_rng, weights_rng = np.random.default_rng(seed).spawn(2)
    order = data_rng.permutation(len(x))
    x, y = x[order].reshape(-1, *of.network().input_shape), y[order]
    net = begin(start, of, x[: 4 * BATCH], weights_rng)
    steps = {"batch_size": BATCH, "learning_rate": rate, "momentum": MOMENTUM}
    try:
        wi.train(net, x[:TRAINED], y[:TRAINED], epochs=EPOCHS, rng=data_rng, **steps)
    except FloatingPointError:  # it diverged
        return 0
    return int(np.sum(net.predict(x[TRAINED:]) == y[TRAINED:]))
