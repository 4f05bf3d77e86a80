"""Settle labels by training: from the start that a source records, and from the recommended one."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

import weightinit as wi
from benchmarks.faults.building import build, obstacle, starts
from benchmarks.faults.cases import Case, convolves, draws_of, networks
from benchmarks.faults.parallel import mapped
from benchmarks.faults.stand_ins import data_of
from weightinit.initializers import Initializer

__all__ = [
    "BATCH",
    "STARTS",
    "budget",
    "chance_loss",
    "measure",
    "optimizer_of",
    "recommended",
    "train_once",
]

STARTS = ("recorded", "recommended")
BATCH, SAMPLES = 32, 700
_DEFAULT_RATES = {"sgd": 0.01, "adam": 0.001}  # those of Keras, where a source states none


def measure(*, seed: int, progress: bool) -> dict[str, Any]:
    """Return first and last losses of all draws of both starts, for each network that is built."""
    built = {name: of[0] for name, of in networks().items() if not obstacle(of[0])}
    cells = [
        (name, start, seed, draw)
        for name, case in built.items()
        for start in STARTS
        for draw in range(budget(case)[1])
    ]
    losses = dict(zip(cells, mapped(train_once, cells, progress=progress), strict=True))
    measured = {}
    for name, case in built.items():
        steps, draws = budget(case)
        measured[name] = optimizer_of(case) | {
            "steps": steps,
            "chance_loss": chance_loss(case),
            **{start: [losses[name, start, seed, d] for d in range(draws)] for start in STARTS},
        }
    return measured


def budget(case: Case) -> tuple[int, int]:
    """Return the steps of a training and the number of draws: few where a step is slow."""
    shapes = build(case).parameter_shapes
    weights = sum(map(math.prod, shapes.values()))
    if convolves(case) or weights > 100_000:
        return 100, 3
    return (20_000, 5) if len(shapes) <= 6 and weights < 2000 else (3000, 3)


def optimizer_of(case: Case) -> dict[str, Any]:
    """Return how a case is trained: as its source does, or by Adam where this package cannot."""
    stated = case["optimizer"]
    if stated["name"] not in _DEFAULT_RATES:
        return {
            "optimizer": "adam",
            "learning_rate": _DEFAULT_RATES["adam"],
            "instead_of": stated["name"],
        }
    rate = stated["learning_rate"] or _DEFAULT_RATES[stated["name"]]
    found = {"optimizer": stated["name"], "learning_rate": rate}
    return found | ({"momentum": stated["momentum"]} if "momentum" in stated else {})


def recommended(net: wi.Network, x: NDArray[Any], y: NDArray[Any]) -> Mapping[str, Initializer]:
    """Return the start that a diagnosis advises for the whole network, seen at its worst: zeros."""
    zero = wi.diagnose(net.initialize(wi.zeros), x, y)
    return zero.start or {"*.weight": wi.recommend("linear", layer="output").initializer}


def train_once(cell: tuple[str, str, int, int]) -> tuple[float, float] | None:
    """Train a network from one of its starts; return the first loss and the mean of the last tenth.

    Both starts of a draw see the same samples in the same order. None: it diverged.
    """
    name, start, seed, draw = cell
    case = networks()[name][0]
    data_rng, weights_rng, order_rng = draws_of(name, seed, draw).spawn(3)
    x, y = data_of(case, SAMPLES, data_rng)
    net = build(case)
    chosen = starts(case) if start == "recorded" else recommended(net, x[:100], y[:100])
    net.initialize(chosen, rng=weights_rng, dtype=np.float32)
    how = {key: value for key, value in optimizer_of(case).items() if key != "instead_of"}
    epochs = math.ceil(budget(case)[0] / math.ceil(len(x) / BATCH))
    try:
        first = net.loss_and_gradients(x, y)[0]
        losses = wi.train(net, x, y, epochs=epochs, batch_size=BATCH, rng=order_rng, **how).losses
    except FloatingPointError:
        return None
    last = np.mean(losses[-math.ceil(epochs / 10) :])
    return float(f"{first:.4g}"), float(f"{last:.4g}")


def chance_loss(case: Case) -> float:
    """Return the loss of the best constant answer: the entropy of the labels, or the variance."""
    y = data_of(case, SAMPLES, np.random.default_rng(0))[1]
    if y.ndim == 2:
        return round(float(y.var(axis=0).mean()), 4)
    shares = np.unique_counts(y).counts / len(y)
    return round(float(-np.sum(shares * np.log(shares))), 4)
