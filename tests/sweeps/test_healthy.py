"""Healthy networks over all depths and widths: minutes, and so apart from the quick tests.

Chance alone: the bounds lie 4 standard deviations and a factor of 8 times the depth away, and
units are called dead with a probability of 1e-6 a layer; 5e-3 for all layers of this sweep.
"""

import pytest

from tests.diagnosis.plants import mlp
from tests.diagnosis.test_transformers import KINDS, STARTS, false_findings
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


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("width", [32, 64, 96])
def test_no_false_finding_in_transformers(width: int, start: str) -> None:
    """Each kind of transformer, one to four blocks, four seeds: 0 of 192 have a finding."""
    sizes = [(width, depth) for depth in range(1, 5)]
    found, of = false_findings(start, KINDS, sizes, range(4))
    assert not found, f"{len(found)} of {of}: {found}"
