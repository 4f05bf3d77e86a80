"""Two faults in one network: both are found, unless one hides the other."""

import fnmatch
from itertools import permutations

import numpy as np
import pytest

import weightinit as wi
from tests.diagnosis.plants import PLANTS, Patient, Plant, mlp, shown
from weightinit.diagnosis import Diagnosis

FIRST, SECOND = "dense1", "dense4"

# What asks for gradients, or for the loss.
BEHIND = {
    "symmetric units",
    "exploding gradient",
    "vanishing gradient",
    "first loss too high",
}


def hides(first: str, second: str) -> set[str]:
    """Return which of two problems, planted one layer before the other, need not be found."""
    pair, hidden = {first, second}, set()
    if "frozen" in pair:  # all weights become zero, and a fault of weights is gone with them
        hidden |= pair - {"frozen", "saturated units"}
        hidden |= {"frozen"} if "non-finite" in pair else set()  # nan is no gradient
    for stops in ("non-finite", "dead units"):  # what comes behind receives nan, or nothing
        if first == stops:
            hidden |= {second}
        if stops in pair:  # and no gradient comes back
            hidden |= pair & BEHIND
    if pair & {"vanishing signal", "vanishing gradient"}:  # a weak signal makes small outputs
        hidden |= pair & {"first loss too high"}
    return hidden


def is_found(diagnosis: Diagnosis, problem: str, layer: str) -> bool:
    """Tell whether a problem is found, and the layer or its parameters are named."""
    names = [f"dense{i}.{part}" for i in range(7) for part in ("weight", "bias")]
    started = [p for finding in diagnosis.findings for p in finding.start]
    named = {name for pattern in started for name in fnmatch.filter(names, pattern)}
    layers = {name.rpartition(".")[0] for name in named}
    layers |= {finding.layer for finding in diagnosis.findings}
    return problem in {problem for problem, _ in shown(diagnosis)} and layer in layers


def both(activation: str, a: Plant, b: Plant) -> tuple[Patient, list[tuple[str, str]]] | None:
    """Plant one fault in an early and one in a late layer; None if one does not suit."""
    patient = mlp(activation, depth=6, width=64, seed=0)
    if not (a.suits(patient, FIRST) and b.suits(patient, SECOND)):
        return None
    with np.errstate(invalid="ignore"):  # nan may have been planted
        where = [
            (plant.problem, plant.spoil(patient, layer))
            for plant, layer in ((a, FIRST), (b, SECOND))
        ]
    return patient, where


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_pairs_are_found(activation: str) -> None:
    """Of two faults each is found, where the other does not hide it."""
    missed, pairs = [], 0
    for a, b in permutations(PLANTS, 2):
        planted = both(activation, a, b)
        if planted is None:
            continue
        patient, where = planted
        diagnosis = wi.diagnose(patient.net, patient.x, patient.y)
        pairs += 1
        missed += [
            (a.problem, b.problem, problem, diagnosis.findings)
            for problem, layer in where
            if problem not in hides(a.problem, b.problem)
            and not is_found(diagnosis, problem, layer)
        ]
    assert pairs >= 40
    assert not missed


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_a_pair_is_never_healthy(activation: str) -> None:
    """Whatever hides what: something is found in every network with two faults."""
    for a, b in permutations(PLANTS, 2):
        planted = both(activation, a, b)
        if planted is not None:
            assert wi.diagnose(planted[0].net, planted[0].x, planted[0].y).findings
