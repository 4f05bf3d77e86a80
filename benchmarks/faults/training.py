"""What a start is worth: its score after training at several rates."""

import copy
from dataclasses import dataclass

import numpy as np

import weightinit as wi
from benchmarks.faults.data import Data
from weightinit.networks import Network

__all__ = ["RATES", "Worth", "score", "worth"]

RATES = (0.03, 0.01, 0.1, 0.001)  # those first that suit most
BATCH, MOMENTUM = 32, 0.9


def score(net: Network, data: Data, *, rate: float, epochs: int, seed: int) -> float:
    """Return the score on the test samples after training a copy: accuracy, or R^2 from 0 up.

    A training that overflows is worth as much as a constant answer.
    """
    trained = copy.deepcopy(net)
    steps = {"batch_size": BATCH, "learning_rate": rate, "momentum": MOMENTUM}
    try:
        wi.train(trained, data.x, data.y, epochs=epochs, rng=seed, **steps)
        return _tested(trained, data)
    except FloatingPointError:
        return data.chance


def _tested(net: Network, data: Data) -> float:
    if data.labels:
        return float(np.mean(net.predict(data.x_test) == data.y_test))
    errors = np.mean(np.square(net.forward(data.x_test) - data.y_test))
    return max(0.0, 1 - float(errors / data.y_test.var()))


@dataclass(frozen=True)
class Worth:
    """The scores of several draws of one start at its best rate."""

    rate: float
    scores: tuple[float, ...]

    @property
    def mean(self) -> float:
        """The mean over the draws."""
        return float(np.mean(self.scores))

    @property
    def error(self) -> float:
        """The standard error of the mean."""
        return float(np.std(self.scores, ddof=1) / np.sqrt(len(self.scores)))


def worth(nets: list[Network], data: Data, epochs: int, *, enough: float = np.inf) -> Worth:
    """Return what several draws of a start are worth at the best of the rates.

    Once a rate leads to a mean of `enough`, others are not tried.
    """
    tried = []
    for rate in RATES:
        runs = {"data": data, "rate": rate, "epochs": epochs}
        scores = tuple(score(net, seed=seed, **runs) for seed, net in enumerate(nets))
        tried.append(Worth(rate, scores))
        if tried[-1].mean >= enough:
            break
    return max(tried, key=lambda w: w.mean)
