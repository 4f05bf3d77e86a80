"""Networks, data and optimizers that the tests of training share."""

from collections.abc import Callable
from typing import Any

import numpy as np

import weightinit as wi
from weightinit.training import Adam, AdamW, Optimizer, Sgd

X, Y = wi.datasets.ring(100, rng=0)
EPSILON = np.finfo(float).eps


def fresh(activation: str = "tanh", **options: Any) -> wi.Network:
    """Return a small network for the ring, always with the same weights."""
    return wi.mlp([2, 8, 1], activation).initialize(wi.xavier_normal, rng=0, **options)


def run(net: wi.Network, **options: Any) -> wi.History:
    """Train on the ring, with settings that suit it."""
    defaults: dict[str, Any] = {"epochs": 3, "batch_size": 10, "learning_rate": 0.5, "rng": 0}
    return wi.train(net, X, Y, **(defaults | options))


OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "sgd": lambda theta: Sgd(theta, 0.1),
    "momentum": lambda theta: Sgd(theta, 0.1, momentum=0.9),
    "adam": lambda theta: Adam(theta, 0.1),
    "adamw": lambda theta: AdamW(theta, 0.1, rate_factors={"*": 0.5}),
}
WAYS = [
    {"learning_rate": 0.5},
    {"learning_rate": 0.1, "momentum": 0.9},
    {"learning_rate": 0.02, "optimizer": "adam"},
    {"learning_rate": 0.02, "optimizer": "adamw"},
]
