"""LSTM and GRU: starts that train have no finding, and faults that slow training down have one."""

from collections.abc import Callable

import numpy as np
import pytest

import weightinit as wi
from tests.diagnosis.plants import shown
from weightinit.networks import Network

BOTH = pytest.mark.parametrize("kind", ["lstm", "gru"])
BUILD = {"lstm": wi.lstm, "gru": wi.gru}
UNITS = 16
GATE = slice(UNITS, 2 * UNITS)  # forget, or update: what lets the state last

STARTS: dict[str, Callable[[str, Network], object]] = {
    "wi.start": lambda _kind, _net: None,
    "Xavier": lambda _kind, net: net.initialize(wi.xavier_uniform, rng=0),
    "Normal(.05)": lambda _kind, net: net.initialize(wi.Normal(std=0.05), rng=0),
    "ForgetBias 1": lambda kind, net: bias(net, wi.ForgetBias(cell=kind)),
    "Chrono": lambda kind, net: bias(net, wi.Chrono(longest=20, cell=kind)),
    "Chrono of long texts": lambda kind, net: bias(net, wi.Chrono(longest=10_000, cell=kind)),
}


def bias(net: Network, initializer: wi.Initializer) -> None:
    """Draw the biases of the gates."""
    recurrent(net, "bias")[:] = initializer(recurrent(net, "bias").shape, rng=0)


def recurrent(net: Network, part: str) -> np.ndarray:
    """Return the live weight, or bias, of the recurrent layer."""
    return next(a for n, a in net.parameters.items() if n in (f"lstm0.{part}", f"gru0.{part}"))


def reader(kind: str, seed: int, units: int = UNITS) -> tuple[Network, np.ndarray, np.ndarray]:
    """Return a network that starts as the package says, sentences, and what they say."""
    data = wi.datasets.sentences(600, rng=seed)
    net = BUILD[kind](len(data.vocabulary), units, 2)
    wi.start(net, data.tokens[:100], data.labels[:100], rng=seed)
    return net, data.tokens, data.labels


def without_states(net: Network) -> None:
    """Let gates see nothing of the last state."""
    recurrent(net, "weight")[:] = 0


def ten_times(net: Network) -> None:
    """Make the recurrent weight ten times too large."""
    recurrent(net, "weight")[:] *= 10


def forgetting(net: Network) -> None:
    """Shut the gates that let a state last."""
    recurrent(net, "bias")[GATE] = -100


@BOTH
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("units", [16, 64])
def test_starts_that_train_have_no_finding(units: int, start: str, kind: str) -> None:
    """False findings: 0 of 2 seeds, for each start, size and kind of layer."""
    found = []
    for seed in range(2):
        net, x, y = reader(kind, seed, units)
        STARTS[start](kind, net)
        found += wi.diagnose(net, x[:100], y[:100]).findings
    assert not found, f"{len(found)} of 2: {found}"


@BOTH
@pytest.mark.parametrize(
    "plant, problem, part",
    [(ten_times, "exploding signal", "weight"), (forgetting, "saturated units", "bias")],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_fault_of_the_recurrent_layer_is_found(
    kind: str, plant: Callable[[Network], None], problem: str, part: str, dtype: type
) -> None:
    """A weight ten times too large, or gates shut for good, are named, and the remedy heals."""
    net, x, y = reader(kind, 0)
    for name, array in net.parameters.items():
        net.parameters[name] = array.astype(dtype)
    plant(net)
    found = wi.diagnose(net, x[:100], y[:100])
    assert (problem, f"{kind}0") in shown(found)
    assert f"{kind}0.{part}" in found.findings[0].start
    assert wi.diagnose(found.mended(net), x[:100], y[:100]).healthy


@BOTH
@pytest.mark.parametrize("size, stuck", [(100, True), (40, True), (30, False)])
def test_gates_are_stuck_where_their_slope_is_below_rounding(
    kind: str, size: float, stuck: bool
) -> None:
    """In float64 exp(-z) is below rounding from z = 36 on; open gates are as stuck as shut ones."""
    for sign in (-1, 1):
        net, x, y = reader(kind, 0)
        recurrent(net, "bias")[GATE] = sign * size
        found = {problem for problem, _ in shown(wi.diagnose(net, x[:100], y[:100]))}
        assert ("saturated units" in found) == stuck


@pytest.mark.gallery
@BOTH
@pytest.mark.parametrize("seed", range(2))
def test_training_agrees(kind: str, seed: int) -> None:
    """Zero recurrent weights train as well; those faults that are found train worse.

    The loss after eight epochs of Adam, over that of the same start without the change.
    """
    losses = []
    for plant in (lambda _net: None, without_states, forgetting, ten_times):
        net, x, y = reader(kind, seed)
        plant(net)
        options = {"epochs": 8, "batch_size": 50, "learning_rate": 0.01, "optimizer": "adam"}
        losses.append(wi.train(net, x, y, rng=seed, **options).losses[-1])
    zero, shut, large = np.array(losses[1:]) / losses[0]
    assert zero < 1.2 < shut
    assert large > 3


@BOTH
@pytest.mark.parametrize("seed", range(3))
def test_zero_recurrent_weights_are_no_fault(kind: str, seed: int) -> None:
    """Gates still read the words, and the states wake the weights in one step or two."""
    net, x, y = reader(kind, seed)
    without_states(net)
    assert wi.diagnose(net, x[:100], y[:100]).healthy


@BOTH
def test_gates_that_are_copies_are_found(kind: str) -> None:
    """Units with the same weights in each gate, for words and states, and behind it, stay one."""
    net, x, y = reader(kind, 0)
    for array in net.parameters.values():
        if array.ndim == 2:
            array[:, 1::2] = array[:, ::2]
        if array.shape[0] == UNITS:
            array[1::2] = array[::2]
    assert ("symmetric units", f"{kind}0") in shown(wi.diagnose(net, x[:100], y[:100]))
