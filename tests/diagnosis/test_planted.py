"""Every planted fault is found, with its layer; what else is found follows from it.

A planted factor of 300 in std lies five standard deviations beyond the bounds of the narrowest
layer here, a convolution of 8 channels; a fresh seed would fail with a probability below 1e-6 a
network.
"""

import fnmatch
from collections.abc import Iterator

import numpy as np
import pytest

import weightinit as wi
from tests.diagnosis.plants import PLANTS, Patient, Plant, mlp, patients, residual, shown
from weightinit.diagnosis import PROBLEMS, Diagnosis

EACH_PLANT = pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.problem)

# What a fault brings about besides itself.
CONSEQUENCES = {
    "frozen": {"vanishing signal", "vanishing gradient", "stuck branch"},
    "dead units": {"frozen"},  # if all units of a layer are dead nothing gets through
    "exploding signal": {"exploding gradient", "first loss too high"},
    # selu is steepest at zero: behind the fault it doubles the gradient of a small signal a layer
    "vanishing signal": {"frozen", "vanishing gradient", "exploding gradient"},
    "exploding gradient": {"exploding signal", "first loss too high"},
    "vanishing gradient": {"frozen", "vanishing signal"},
    "saturated units": {"vanishing gradient", "samples alike"},
}


#: By what was spoiled, in which network and layer: several plants spoil alike.
DIAGNOSES: dict[object, Diagnosis] = {}


def spoiled(plant: Plant) -> Iterator[tuple[str, str, Diagnosis]]:
    """Yield label, layer and diagnosis for each network, spoiled in its first, middle, last."""
    for make in patients(seed=0):
        hidden = make().hidden
        for layer in sorted({hidden[0], hidden[len(hidden) // 2], hidden[-1]}):
            patient = make()
            if plant.suits(patient, layer):
                where = plant.spoil(patient, layer)
                alike = plant.spoil, patient.label, where
                if alike not in DIAGNOSES:
                    DIAGNOSES[alike] = wi.diagnose(patient.net, patient.x, patient.y)
                yield patient.label, where, DIAGNOSES[alike]


def named(diagnosis: Diagnosis) -> set[str]:
    """Return the layers of all findings, and of what these start anew."""
    names = [f"{row.name}.weight" for row in diagnosis.layers]
    started = [pattern for finding in diagnosis.findings for pattern in finding.start]
    met = {name.rpartition(".")[0] for p in started for name in fnmatch.filter(names, p)}
    return met | {finding.layer for finding in diagnosis.findings}


@EACH_PLANT
def test_every_fault_is_found(plant: Plant) -> None:
    """A fault in the first, middle or last hidden layer is found there, in all that it suits.

    Pairs of units of an RNN are copies by two weights, the embedding's and its own: one is named.
    """
    cases = list(spoiled(plant))
    missed = [
        (label, where, diagnosis.findings)
        for label, where, diagnosis in cases
        for layers in [{where, "rnn0"} if where == "embedding0" else {where}]
        if plant.problem not in {problem for problem, _ in shown(diagnosis)}
        or not layers & named(diagnosis)
    ]
    assert len(cases) >= 15
    assert not missed


@EACH_PLANT
def test_nothing_else_is_found(plant: Plant) -> None:
    """Beside a planted fault nothing is found but what follows from it."""
    allowed = {plant.problem} | CONSEQUENCES.get(plant.problem, set())
    for label, _, diagnosis in spoiled(plant):
        assert {problem for problem, _ in shown(diagnosis)} <= allowed, label


def fault(patient: Patient, problem: str, layer: str) -> str:
    """Plant a problem in a layer, and return the layer that a finding should name."""
    return next(p for p in PLANTS if p.problem == problem).spoil(patient, layer)


@pytest.mark.parametrize("problem", ["dead units", "exploding signal"])
def test_faults_in_a_branch_are_found(problem: str) -> None:
    """A fault within a residual branch is found, by the name of the layer in the block."""
    patient = residual("relu", blocks=4, width=64, seed=0)
    patient.weight("residual2.dense1")[:] = wi.he_normal((64, 64), rng=0)
    where = fault(patient, problem, "residual2.dense0")
    found = wi.diagnose(patient.net, patient.x, patient.y)
    assert problem in {problem for problem, _ in shown(found)}
    assert where in {finding.layer for finding in found.findings}


def test_blocks_without_care_explode() -> None:
    """Blocks started after He add up: each triples the signal, and the stream explodes."""
    patient = residual("relu", blocks=30, width=128, seed=0)
    patient.net.initialize(wi.he_normal, rng=0)
    found = {f.problem: f for f in wi.diagnose(patient.net, patient.x, patient.y).findings}
    assert found["exploding signal"].start == {"residual*.dense1.weight": wi.zeros}


@pytest.mark.parametrize("scale, problem", [(0.5, "vanishing signal"), (2, "exploding signal")])
def test_small_errors_add_up(scale: float, problem: str) -> None:
    """A factor 2 in the variance of every layer is found once it has added up over the depth."""
    patient = mlp("relu", depth=25, width=256, seed=0)
    for layer in patient.hidden:
        patient.weight(layer)[:] *= np.sqrt(scale)
    (finding,) = wi.diagnose(patient.net, patient.x, patient.y).findings
    named = {name for p in finding.start for name in fnmatch.filter(patient.net.parameters, p)}
    assert finding.problem == problem
    assert named >= {f"{layer}.weight" for layer in patient.hidden}
    assert any(f"up to dense{i};" in finding.evidence for i in range(3, 25))


def test_a_sigmoid_network_loses_its_gradient_and_no_start_is_to_blame() -> None:
    """With the start that suits it a deep sigmoid network still loses the gradient, and says so."""
    rng = np.random.default_rng(0)
    start = wi.VarianceScaling(scale=16.0, mode="fan_avg", distribution="uniform")
    net = wi.mlp([24, *[256] * 20, 10], "sigmoid").initialize(start, rng=rng)
    (finding,) = wi.diagnose(net, rng.standard_normal((64, 24))).findings
    assert finding.problem == "vanishing gradient"
    assert "no start of the parameters helps" in finding.remedy
    assert not finding.start


def test_large_inputs_are_told_from_large_weights() -> None:
    """If inputs of std 100 saturate well-started weights, the remedy speaks of the inputs."""
    patient = mlp("tanh", depth=3, width=64, seed=0)
    diagnosis = wi.diagnose(patient.net, 100 * patient.x, patient.y)
    (finding,) = diagnosis.findings
    assert (finding.problem, finding.layer) == ("unscaled inputs", "dense0")
    assert finding.parameter == "inputs"
    assert "standardize the inputs" in finding.remedy
    assert not finding.start


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_all_zero_is_frozen_or_symmetric(dtype: type) -> None:
    """All weights zero: frozen with tanh and relu; with sigmoid the units move, as one."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((60, 2))
    for y in (rng.integers(0, 3, 60), np.arange(60) % 3):  # also where opposite samples cancel
        found = {
            phi: [f.problem for f in wi.diagnose(net, x, y).findings]
            for phi in ("tanh", "relu", "sigmoid")
            for net in [wi.mlp([2, 8, 8, 3], phi).initialize(wi.zeros, dtype=dtype)]
        }
        assert found["tanh"] == found["relu"] == ["frozen"]
        assert "symmetric units" in found["sigmoid"]
        assert "frozen" not in found["sigmoid"]


@pytest.mark.parametrize("y", [None, "labels"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "selu", "sigmoid"])
def test_constant_weights_are_symmetric(activation: str, y: object) -> None:
    """Constant weights make one unit of a layer, in float32 too, with labels or without."""
    patient = mlp("tanh", 3, 32, seed=0)
    net = wi.mlp([24, 32, 32, 32, 10], activation)
    for dtype in (np.float32, np.float64):
        net.initialize(wi.Constant(value=0.02), dtype=dtype)
        diagnosis = wi.diagnose(net, patient.x, patient.y if y else None)
        assert diagnosis.findings[0].problem == "symmetric units"
        assert [layer.distinct for layer in diagnosis.layers] == [1, 1, 1, 10]


@pytest.mark.parametrize("factor", [1e25, 1e60, 1e150, 1e-60, 1e-160])
def test_extremes_are_told_without_a_warning(factor: float) -> None:
    """Weights near the ends of float64 make a diagnosis that prints, and no warning."""
    patient = mlp("relu", depth=6, width=64, seed=0)
    for layer in patient.hidden:
        patient.weight(layer)[:] *= factor
    diagnosis = wi.diagnose(patient.net, patient.x, patient.y)
    told = {"exploding signal", "non-finite"} if factor > 1 else {"vanishing signal", "frozen"}
    assert (diagnosis.findings[0].problem in told, diagnosis.findings[0].layer) == (True, "dense0")
    assert max(map(len, str(diagnosis).splitlines())) <= 80
    diagnosis.plot()


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "hardtanh", "softsign", "sine"])
def test_bounded_activations_behind_huge_weights(activation: str) -> None:
    """Pre-activations of 1e12, or waves too many to count, do not keep theory from an answer."""
    net = wi.mlp([8, 16, 16, 3], activation).initialize(wi.Normal(std=1e12), rng=0)
    x = np.random.default_rng(0).standard_normal((20, 8))
    assert wi.diagnose(net, x, np.arange(20) % 3).findings


def test_zero_inputs_are_told_from_zero_weights() -> None:
    """A batch of zeros freezes a good start, and the remedy does not blame the weights."""
    patient = mlp("relu", depth=2, width=32, seed=0)
    findings = wi.diagnose(patient.net, 0 * patient.x, patient.y).findings
    assert "frozen" in {finding.problem for finding in findings}
    assert all("look at the data" in finding.remedy for finding in findings)
    assert not any(finding.start for finding in findings)


@EACH_PLANT
def test_remedies_heal(plant: Plant) -> None:
    """All remedies at once leave no finding, on the copy and drawn anew from what they name."""
    activation = "tanh" if plant.problem == "saturated units" else "relu"
    patient = mlp(activation, depth=4, width=64, seed=0)
    plant.spoil(patient, "dense2")
    diagnosis = wi.diagnose(patient.net, patient.x, patient.y)
    assert wi.diagnose(diagnosis.mended(patient.net), patient.x, patient.y).healthy
    rng = np.random.default_rng(0)
    for finding in diagnosis.findings:
        for pattern, initializer in finding.start.items():
            for name in fnmatch.filter(patient.net.parameters, pattern):
                array = patient.net.parameters[name]
                array[:] = initializer(array.shape, rng=rng)
    assert wi.diagnose(patient.net, patient.x, patient.y).healthy


def test_plants_are_complete() -> None:
    """There is a plant for each problem; those of a batch or a branch have a file of their own."""
    elsewhere = {"stuck branch", "risky depth", "samples alike", "units alike"}
    elsewhere |= {"unscaled inputs", "unscaled targets", "odd labels"}
    assert {plant.problem for plant in PLANTS} == set(PROBLEMS) - elsewhere


def test_what_is_not_finite_is_found_without_labels_too() -> None:
    """One entry of a weight: where ReLU masks nan, gradients stay finite and are judged beside it.

    The finding stands where it begins, and no theory is asked about a size that is nan.
    """
    for make in patients(seed=0):
        patient = make()
        layer = patient.hidden[len(patient.hidden) // 2]
        patient.weight(layer).flat[0] = np.nan
        found = wi.diagnose(patient.net, patient.x).findings
        assert (found[0].problem, found[0].layer) == ("non-finite", layer), patient.label
