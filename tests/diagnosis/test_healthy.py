"""No false alarm: networks that are started well have no finding.

Chance alone: the bounds lie 4 standard deviations and a factor of 8 times the depth away, and
units are called dead with a probability of 1e-6 a layer; below 1e-3 for the networks here. The
sweep over all depths and widths with ten seeds is in ``tests/sweeps``.
"""

import re

import numpy as np
import pytest
from sklearn.datasets import load_digits

import weightinit as wi
from tests.diagnosis.plants import Patient, cnn, mlp, patients, residual, rnn
from weightinit.networks import (
    ActivationLayer,
    BatchNorm,
    Dense,
    LayerNorm,
    Network,
    Residual,
)

SEEDS = range(3)


def assert_healthy(patient: Patient) -> None:
    """Fail with the diagnosis if there is a finding."""
    diagnosis = wi.diagnose(patient.net, patient.x, patient.y)
    assert diagnosis.healthy, f"{patient.label}\n{diagnosis}"


@pytest.mark.parametrize("seed", SEEDS)
def test_what_faults_are_planted_in_is_healthy(seed: int) -> None:
    """The networks of the planted-fault tests are healthy before."""
    for make in patients(seed):
        assert_healthy(make())


@pytest.mark.parametrize("activation", ["relu", "tanh", "selu", "orthogonal tanh"])
@pytest.mark.parametrize("depth, width", [(1, 16), (2, 32), (6, 64), (25, 256)])
def test_deep_and_wide(depth: int, width: int, activation: str) -> None:
    """He with relu, Xavier and orthogonal with tanh, LeCun with selu: depth 1 to 25."""
    patient = mlp(activation.rsplit(maxsplit=1)[-1], depth, width, seed=depth)
    if activation.startswith("orthogonal"):
        patient.net.initialize(wi.orthogonal, rng=depth)
    assert_healthy(patient)


@pytest.mark.parametrize("size", [1e-4, 1e-8, 1e-16, 1e-30])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_small_inputs_are_no_fault_of_the_start(activation: str, dtype: type, size: float) -> None:
    """Small inputs are named themselves: no start helps, and nothing else is found."""
    patient = mlp(activation, 3, 64, seed=0)
    for name, array in patient.net.parameters.items():
        patient.net.parameters[name] = array.astype(dtype)
    (finding,) = wi.diagnose(patient.net, size * patient.x, patient.y).findings
    assert (finding.problem, finding.parameter) == ("unscaled inputs", "inputs")
    assert not finding.start


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("activation", ["relu", "tanh", "selu"])
def test_zero_output_layer(activation: str, seed: int) -> None:
    """An output layer of zeros hides all gradients for one step, and is healthy."""
    for patient in (
        mlp(activation, 10, 128, seed),
        residual(activation, 10, 64, seed),
        cnn(activation, [16, 32], seed),
    ):
        patient.weight(patient.output)[:] = 0
        assert_healthy(patient)
    if activation != "selu":
        recurrent = rnn(activation, 64, 10, seed)
        recurrent.weight("dense0")[:] = 0
        assert_healthy(recurrent)


@pytest.mark.parametrize("activation", ["relu", "tanh", "selu"])
def test_residual_starts(activation: str) -> None:
    """Fifty blocks with a zero last layer, a zero scale (ReZero), or Fixup's factors."""
    patient = residual(activation, 50, 64, seed=0)
    assert_healthy(patient)
    scheme = {"relu": wi.he_normal, "tanh": wi.xavier_normal, "selu": wi.lecun_normal}[activation]
    patient.net.initialize({"*.scale": wi.zeros, "*.weight": scheme}, rng=0)
    assert_healthy(patient)
    fixup = {
        "residual*.dense0.weight": wi.VarianceScaling(
            scale=scheme.scale / 50, mode="fan_in", distribution="normal"
        ),
        "residual*.dense1.weight": wi.zeros,
        "dense1.weight": wi.zeros,
        "*.weight": scheme,
    }
    patient.net.initialize(fixup, rng=0)
    assert_healthy(patient)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("start", [wi.he_normal, wi.xavier_normal])
def test_the_cnn_of_the_gallery(start: wi.Initializer, seed: int) -> None:
    """Eight and sixteen channels on real digits, in float32, by He and by Xavier."""
    images, labels = load_digits(return_X_y=True)
    x, y = images[seed * 100 :][:100].reshape(-1, 8, 8, 1) / 16, labels[seed * 100 :][:100]
    net = wi.cnn((8, 8, 1), [8, 16], 10).initialize(start, rng=seed, dtype=np.float32)
    assert not wi.diagnose(net, x, y).findings


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("start", [wi.xavier_uniform, wi.orthogonal])
def test_the_rnns_of_the_gallery(start: wi.Initializer, seed: int) -> None:
    """Twenty words of 10,000, or sentences with padding: by Xavier, and orthogonal."""
    tokens = np.random.default_rng(seed).integers(1, 10_000, (50, 20))
    assert not wi.diagnose(wi.rnn(10_000, 128, 2).initialize(start, rng=seed), tokens).findings
    data = wi.datasets.sentences(100, rng=seed)
    net = wi.rnn(len(data.vocabulary), 32, 2).initialize(start, rng=seed)
    assert not wi.diagnose(net, data.tokens, data.labels).findings


@pytest.mark.parametrize("seed", SEEDS)
def test_normalized_networks(seed: int) -> None:
    """Layer normalization before each branch; either behind each weight of whatever size."""
    block = Residual([LayerNorm(), Dense(64), ActivationLayer("relu"), Dense(64)])
    x = np.random.default_rng(seed).standard_normal((64, 24))
    net = Network([Dense(64), *[block] * 12, LayerNorm(), Dense(10)], (24,))
    assert not wi.diagnose(net.initialize(wi.he_normal, rng=seed), x).findings
    starts = {"dense6.weight": wi.he_normal, "*.weight": wi.Normal(std=0.5)}
    for norm in (LayerNorm(), BatchNorm()):
        layers = [Dense(64), norm, ActivationLayer("relu")] * 6
        net = Network([*layers, Dense(10)], (24,))
        assert not wi.diagnose(net.initialize(starts, rng=seed), x).findings


def test_softmax_regression_may_start_at_zero() -> None:
    """Without a hidden layer zero weights are right: nothing is symmetric, nothing frozen."""
    x = np.random.default_rng(0).standard_normal((60, 5))
    net = wi.mlp([5, 4]).initialize(wi.zeros)
    assert not wi.diagnose(net, x).findings
    assert not wi.diagnose(net, x, np.arange(60) % 2).findings  # classes 2 and 3 do not occur


def test_many_units_off_in_deep_layers_are_no_fault() -> None:
    """Deep in a relu network many units are always off, by chance as many as are always on."""
    patient = mlp("relu", 50, 512, seed=0)
    diagnosis = wi.diagnose(patient.net, patient.x, patient.y)
    assert diagnosis.healthy
    assert max(layer.dead for layer in diagnosis.layers) > 0.1


def test_a_narrow_deep_network_is_at_risk() -> None:
    """Depth over width is told in a note, also where nothing is wrong yet."""
    patient = mlp("tanh", 20, 16, seed=0)
    (note,) = wi.diagnose(patient.net, patient.x, patient.y).notes
    assert "deep for its width" in note
    assert not wi.diagnose(*_parts(mlp("tanh", 4, 64, seed=0))).notes


def test_the_note_names_how_far_relu_strays() -> None:
    """It names exp(std of ln q) by theory, for ReLU; tanh strays far less.

    The std of a sample std of 400 normals is 3.5 %, and the walk is only nearly normal: 25 %.
    """
    measured, note = {}, ""
    for phi in ("relu", "tanh"):
        net, x = wi.mlp([40, *[20] * 12, 5], phi), np.random.default_rng(0).normal(size=(1, 40))
        init = wi.recommend(phi, depth=12).initializer
        logs = [_log_of_signal(net.initialize(init, rng=seed), x) for seed in range(400)]
        measured[phi] = np.std(logs)
        note = note if phi == "tanh" else wi.diagnose(net, x).notes[0]
    (named,) = re.findall(r"a factor of about (\S+)", note)
    assert measured["relu"] == pytest.approx(np.log(float(named)), rel=0.25)
    assert measured["tanh"] < 0.2


def _log_of_signal(net: Network, x: np.ndarray) -> float:
    """Return the log of the mean square of the last hidden layer."""
    return float(np.log(np.mean(wi.trace(net, x).layers[-2].activations ** 2)))


def _parts(patient: Patient) -> tuple[Network, np.ndarray, np.ndarray]:
    return patient.net, patient.x, patient.y
