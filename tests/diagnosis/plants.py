"""Healthy networks, and ways to spoil them: each says which layer it has spoiled."""

import fnmatch
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import weightinit as wi
from weightinit.networks import ActivationLayer, Dense, Network, Residual

Array = NDArray[Any]
STARTS = {
    "relu": wi.he_normal,
    "tanh": wi.xavier_uniform,
    "selu": wi.lecun_normal,
    "leaky_relu": wi.he_normal,
}


@dataclass(frozen=True)
class Patient:
    """A healthy network, a batch, and the names of its hidden weights."""

    label: str
    net: Network
    x: Array
    y: Array
    hidden: tuple[str, ...]
    activation: str

    def weight(self, layer: str) -> Array:
        """Return the live weight of a layer."""
        return self.net.parameters[f"{layer}.weight"]

    def bias(self, layer: str) -> Array:
        """Return the live bias of a layer."""
        return self.net.parameters[f"{layer}.bias"]

    @property
    def output(self) -> str:
        """The layer that makes the outputs."""
        return [name for name in self.net.parameters if name.endswith("weight")][-1][:-7]


def mlp(activation: str, depth: int, width: int, seed: int) -> Patient:
    """Return a multilayer perceptron with ten classes."""
    net = wi.mlp([24, *[width] * depth, 10], activation)
    rng = np.random.default_rng(seed)
    net.initialize(STARTS[activation], rng=rng)
    x, y = rng.standard_normal((64, 24)), rng.integers(0, 10, 64)
    hidden = tuple(f"dense{i}" for i in range(depth))
    return Patient(f"{activation} mlp {depth} x {width}", net, x, y, hidden, activation)


def cnn(activation: str, channels: list[int], seed: int) -> Patient:
    """Return a convolutional network on images of noise."""
    net = wi.cnn((8, 8, 2), channels, 10, activation)
    rng = np.random.default_rng(seed)
    net.initialize(STARTS[activation], rng=rng)
    x, y = rng.standard_normal((48, 8, 8, 2)), rng.integers(0, 10, 48)
    hidden = tuple(f"conv{i}" for i in range(len(channels)))
    return Patient(f"{activation} cnn {channels}", net, x, y, hidden, activation)


def rnn(activation: str, units: int, words: int, seed: int) -> Patient:
    """Return a recurrent network that starts orthogonal, with sentences of unequal length."""
    net = wi.rnn(30, units, 3, activation)
    rng = np.random.default_rng(seed)
    gain = np.sqrt(2) if activation == "relu" else 1.0
    starts = {"embedding0.weight": wi.Normal(std=0.1), "*.weight": wi.Orthogonal(gain=gain)}
    net.initialize(starts, rng=rng)
    x = rng.integers(1, 30, (48, words))
    for row in x[:10]:
        row[rng.integers(2, words) :] = 0
    y = rng.integers(0, 3, 48)
    return Patient(f"{activation} rnn {units}, {words} words", net, x, y, ("rnn0",), activation)


def gated(kind: str, units: int, words: int, seed: int) -> Patient:
    """Return an LSTM or a GRU that starts orthogonal, with sentences of unequal length."""
    net = {"lstm": wi.lstm, "gru": wi.gru}[kind](30, units, 3)
    rng = np.random.default_rng(seed)
    net.initialize({"embedding0.weight": wi.Normal(std=1.0), "*.weight": wi.orthogonal}, rng=rng)
    x = rng.integers(1, 30, (48, words))
    for row in x[:10]:
        row[rng.integers(2, words) :] = 0
    return Patient(f"{kind} {units}", net, x, rng.integers(0, 3, 48), (f"{kind}0",), "tanh")


def residual(activation: str, blocks: int, width: int, seed: int) -> Patient:
    """Return blocks of two layers whose last is zero, between two dense layers."""
    block = Residual([Dense(width), ActivationLayer(activation), Dense(width)])
    layers = [Dense(width), ActivationLayer(activation), *[block] * blocks, Dense(10)]
    net = Network(layers, input_shape=(24,))
    rng = np.random.default_rng(seed)
    starts = {"residual*.dense1.weight": wi.zeros, "*.weight": STARTS[activation]}
    net.initialize(starts, rng=rng)
    x, y = rng.standard_normal((64, 24)), rng.integers(0, 10, 64)
    hidden = ("dense0", *(f"residual{i}.dense0" for i in range(blocks)))
    return Patient(f"{activation} residual {blocks} x {width}", net, x, y, hidden, activation)


def patients(seed: int) -> Iterator[Callable[[], Patient]]:
    """Yield makers of networks of several kinds, depths, widths and activations."""
    for activation in ("relu", "tanh", "selu", "leaky_relu"):
        for depth, width in ((2, 32), (4, 64), (10, 128)):
            yield lambda a=activation, d=depth, w=width: mlp(a, d, w, seed)
    for activation in ("relu", "tanh"):
        for channels in ([8, 16], [32, 32, 32]):
            yield lambda a=activation, c=channels: cnn(a, c, seed)
        for units, words in ((32, 5), (64, 12)):
            yield lambda a=activation, u=units, t=words: rnn(a, u, t, seed)


def shown(diagnosis: wi.Diagnosis) -> set[tuple[str, str]]:
    """Return problem and layer of all that is found, consequences too."""
    found = {(finding.problem, finding.layer) for finding in diagnosis.findings}
    told = (c.rsplit(" in ", 1) for f in diagnosis.findings for c in f.consequences)
    return found | {(problem, layer) for problem, layer in told}


def started(net: wi.Network, diagnosis: wi.Diagnosis) -> Iterator[tuple[str, wi.Initializer]]:
    """Yield what the findings start parameters from, by name: the first pattern that fits."""
    for finding in diagnosis.findings:
        for name in net.parameters:
            fits = [p for p in finding.start if fnmatch.fnmatchcase(name, p)]
            if fits:
                yield name, finding.start[fits[0]]


@dataclass(frozen=True)
class Plant:
    """A fault: which problem, whether it suits a network, and how to plant it in a layer."""

    problem: str
    suits: Callable[[Patient, str], bool]
    spoil: Callable[[Patient, str], str]


def _frozen(patient: Patient, _layer: str) -> str:
    for name, array in patient.net.parameters.items():
        if name.endswith("weight"):
            array[:] = 0
    return "embedding0" if patient.hidden == ("rnn0",) else patient.hidden[0]


def _symmetric(patient: Patient, layer: str) -> str:
    """Make pairs of units equal in all that leads to them and all that leaves them."""
    names = [name for name in patient.net.parameters if name.endswith("weight")]
    weight = patient.weight(layer)
    weight[..., 1::2] = weight[..., ::2]
    if layer == "rnn0":
        patient.weight("embedding0")[:, 1::2] = patient.weight("embedding0")[:, ::2]
        weight[1::2] = weight[::2]
        weight /= np.sqrt(2)  # two equal terms make a sum of twice the variance
    behind = patient.net.parameters[names[names.index(f"{layer}.weight") + 1]]
    units = weight.shape[-1]
    rows = behind if behind.ndim == 4 else behind.reshape(-1, units, behind.shape[-1])
    rows[..., 1::2, :] = rows[..., ::2, :]
    return "embedding0" if layer == "rnn0" else layer


def _dead(patient: Patient, layer: str) -> str:
    patient.bias(layer)[:] = -1e5
    return layer


def _scale(factor: float) -> Callable[[Patient, str], str]:
    def spoil(patient: Patient, layer: str) -> str:
        patient.weight(layer)[:] *= factor
        return layer

    return spoil


_large = _scale(300)


def _all_small(patient: Patient, _layer: str) -> str:
    """Make all hidden weights so small that none of them grows fast enough."""
    for layer in patient.hidden:
        patient.weight(layer)[:] /= 300
    return patient.hidden[-1]


def _saturated(patient: Patient, layer: str) -> str:
    bias = patient.bias(layer)
    bias[:] = np.where(np.arange(bias.size) % 2, 30.0, -30.0)
    return layer


def _loss(patient: Patient, _layer: str) -> str:
    patient.weight(patient.output)[:] *= 50
    return patient.output


def _non_finite(patient: Patient, layer: str) -> str:
    patient.weight(layer).flat[0] = np.nan
    return layer


def _is_unbounded(patient: Patient) -> bool:
    return patient.activation != "tanh"


def _passes_gradient_back(patient: Patient, layer: str) -> bool:
    return layer == "rnn0" or layer != patient.hidden[0]


PLANTS = (
    Plant("non-finite", lambda _p, _l: True, _non_finite),
    Plant("frozen", lambda _p, _l: True, _frozen),
    Plant("symmetric units", lambda _p, _l: True, _symmetric),
    Plant("dead units", lambda p, _l: p.activation == "relu", _dead),
    Plant("exploding signal", lambda p, _l: _is_unbounded(p), _large),
    Plant("vanishing signal", lambda p, _l: len(p.hidden) > 2, _all_small),
    Plant(
        "exploding gradient",
        lambda p, layer: _passes_gradient_back(p, layer) and _is_unbounded(p),
        _large,
    ),
    Plant(
        "vanishing gradient", lambda p, _l: len(p.hidden) > 2 or p.hidden == ("rnn0",), _all_small
    ),
    Plant("saturated units", lambda p, _l: p.activation == "tanh", _saturated),
    Plant("first loss too high", lambda _p, _l: True, _loss),
)
