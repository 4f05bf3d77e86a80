"""Two faults in one network: both are found, unless one hides the other."""

import fnmatch
import functools
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import pytest

import weightinit as wi
from tests.diagnosis.plants import PLANTS, mlp, shown
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
        hidden |= pair & {"first loss too high", "exploding signal", "exploding gradient"}
    return hidden


def is_found(diagnosis: Diagnosis, problem: str, layer: str) -> bool:
    """Tell whether a problem is found, and the layer or its parameters are named.

    Units that are copies for good may be told as copies that part: what mends the other fault draws
    the weights behind them anew, so that their gradients differ.
    """
    names = [f"dense{i}.{part}" for i in range(7) for part in ("weight", "bias")]
    started = [p for finding in diagnosis.findings for p in finding.start]
    named = {name for pattern in started for name in fnmatch.filter(names, pattern)}
    layers = {name.rpartition(".")[0] for name in named}
    layers |= {finding.layer for finding in diagnosis.findings}
    found = {problem for problem, _ in shown(diagnosis)}
    found |= {"symmetric units"} if "units alike" in found else set()
    return problem in found and layer in layers


@dataclass(frozen=True)
class Pair:
    """Two problems that were planted, the layers that should be named, and the diagnosis."""

    problems: tuple[str, str]
    layers: tuple[str, str]
    diagnosis: Diagnosis


@functools.cache
def pairs(activation: str) -> list[Pair]:
    """Plant faults that suit in an early and in a late layer; what is spoiled alike, once."""
    diagnoses: dict[object, Diagnosis] = {}
    found = []
    for a, b in permutations(PLANTS, 2):
        patient = mlp(activation, depth=6, width=64, seed=0)
        if not (a.suits(patient, FIRST) and b.suits(patient, SECOND)):
            continue
        with np.errstate(invalid="ignore"):  # nan may have been planted
            layers = a.spoil(patient, FIRST), b.spoil(patient, SECOND)
        alike = a.spoil, b.spoil
        if alike not in diagnoses:
            diagnoses[alike] = wi.diagnose(patient.net, patient.x, patient.y)
        found.append(Pair((a.problem, b.problem), layers, diagnoses[alike]))
    return found


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_pairs_are_found(activation: str) -> None:
    """Of two faults each is found, where the other does not hide it."""
    missed = [
        (pair.problems, problem, pair.diagnosis.findings)
        for pair in pairs(activation)
        for problem, layer in zip(pair.problems, pair.layers, strict=True)
        if problem not in hides(*pair.problems) and not is_found(pair.diagnosis, problem, layer)
    ]
    assert len(pairs(activation)) >= 40
    assert not missed


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_a_pair_is_never_healthy(activation: str) -> None:
    """Whatever hides what: something is found in every network with two faults."""
    assert not [pair.problems for pair in pairs(activation) if not pair.diagnosis.findings]
