"""A small network of each kind, with a batch for it."""

import copy

import numpy as np

import weightinit as wi
from tests.networks.numeric import Array

BATCHES = {
    "mlp": (wi.mlp([3, 5, 4]), np.random.default_rng(0).normal(size=(6, 3))),
    "cnn": (wi.cnn((4, 4, 2), [3], 4), np.random.default_rng(0).normal(size=(6, 4, 4, 2))),
    "rnn": (wi.rnn(7, 5, 4), np.random.default_rng(0).integers(0, 7, (6, 5))),
}
LABELS = np.array([0, 1, 2, 3, 0, 1])


def started(kind: str, **options: object) -> tuple[wi.Network, Array]:
    """Return a fresh network of a kind with weights, and a batch for it."""
    net, x = BATCHES[kind]
    return copy.deepcopy(net).initialize(wi.xavier_normal, rng=0, **options), x
