"""Healthy networks over all depths and widths: minutes, and so apart from the quick tests.

Chance alone: the bounds lie 4 standard deviations and a factor of 8 times the depth away, and
units are called dead with a probability of 1e-6 a layer; 5e-3 for all layers of this sweep.
"""

import pytest

from tests.diagnosis.plants import mlp
from weightinit import diagnose, orthogonal

SIZES = [
    (depth, width)
    for depth in (1, 2, 3, 5, 10, 20, 50)
    for width in (16, 32, 64, 128, 256, 512)
    if width >= 10 * depth
]


@pytest.mark.parametrize("activation", ["relu", "tanh", "selu", "orthogonal tanh"])
@pytest.mark.parametrize("depth, width", SIZES)
def test_no_finding(depth: int, width: int, activation: str) -> None:
    """Ten seeds of a network that is started well, ten times as wide as deep: no finding."""
    for seed in range(10):
        patient = mlp(activation.rsplit(maxsplit=1)[-1], depth, width, seed)
        if activation.startswith("orthogonal"):
            patient.net.initialize(orthogonal, rng=seed)
        assert not diagnose(patient.net, patient.x, patient.y).findings, seed
