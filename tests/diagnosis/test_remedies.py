"""What a diagnosis says to start from is what the adviser says."""

import numpy as np
import pytest

import weightinit as wi
from tests.diagnosis.plants import started
from weightinit.advice.question import DEEP, VERY_DEEP
from weightinit.diagnosis import PROBLEMS
from weightinit.networks import ActivationLayer, Conv2D, Dense, Flatten, LayerNorm, Residual

RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 24))
#: Starts at fault, one for each way to go wrong.
FAULTS = {
    "small": wi.Normal(std=1e-3),
    "large": wi.Normal(std=3.0),
    "equal": wi.Constant(value=0.05),
    "zero": wi.zeros,
}


def plain(name: str, depth: int) -> tuple[wi.Network, np.ndarray, dict[str, object]]:
    """Return a perceptron, a batch and the question that the adviser is asked."""
    return wi.mlp([24, *[48] * depth, 10], name), X, {"activation": name, "depth": depth}


def residual(name: str, depth: int) -> tuple[wi.Network, np.ndarray, dict[str, object]]:
    """Return blocks of a residual network, likewise."""
    blocks = [Residual([Dense(48), ActivationLayer(name), Dense(24)]) for _ in range(depth)]
    question = {"activation": name, "depth": depth, "residual": True}
    return wi.Network([*blocks, Dense(10)], (24,)), X, question


def normalized(name: str, depth: int) -> tuple[wi.Network, np.ndarray, dict[str, object]]:
    """Return layers with a norm before each activation, likewise."""
    layers = [
        layer for _ in range(depth) for layer in (Dense(48), LayerNorm(), ActivationLayer(name))
    ]
    question = {"activation": name, "depth": depth, "normalized": "layer"}
    return wi.Network([*layers, Dense(10)], (24,)), X, question


def normalized_blocks(name: str, depth: int) -> tuple[wi.Network, np.ndarray, dict[str, object]]:
    """Return residual blocks with a norm in front of each branch, likewise."""
    branch = [LayerNorm(), Dense(48), ActivationLayer(name), Dense(24)]
    question = {"activation": name, "depth": depth, "residual": True, "normalized": "layer"}
    return wi.Network([Residual(branch)] * depth + [Dense(10)], (24,)), X, question


def recurrent(name: str, depth: int) -> tuple[wi.Network, np.ndarray, dict[str, object]]:
    """Return a recurrent network that reads so many words, likewise."""
    tokens = RNG.integers(1, 9, (60, depth))
    question = {"activation": name, "depth": depth, "layer": "rnn"}
    return wi.rnn(9, 24, 10, name), tokens, question


def images(name: str, depth: int) -> tuple[wi.Network, np.ndarray, dict[str, object]]:
    """Return a convolutional network, likewise."""
    net = wi.cnn((2**depth, 2**depth, 3), [8] * depth, 10, name)
    x = RNG.standard_normal((20, *net.input_shape))
    return net, x, {"activation": name, "depth": depth, "layer": "conv"}


CASES = [
    *((plain, name, depth) for name in wi.activations.names() for depth in (3, DEEP, VERY_DEEP)),
    *((residual, name, depth) for name in ("relu", "gelu", "tanh") for depth in (2, 6)),
    *((normalized, name, 12) for name in ("relu", "tanh", "silu")),
    *((normalized_blocks, name, depth) for name in ("relu", "tanh") for depth in (2, 6)),
    *((recurrent, name, depth) for name in ("relu", "tanh", "linear") for depth in (4, 12)),
    *((images, name, 3) for name in ("relu", "tanh", "silu")),
]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("make, name, depth", CASES)
def test_a_remedy_is_what_the_adviser_says(make, name, depth, fault):
    """For each finding, weights start from what `recommend` says of that layer and its network."""
    net, x, question = make(name, depth)
    advice = wi.recommend(question.pop("activation"), **question)
    net.initialize(FAULTS[fault], rng=0)
    output = list(net.parameters)[-2]
    for parameter, initializer in started(net, wi.diagnose(net, x, np.arange(len(x)) % 10)):
        if parameter.endswith("bias"):
            assert initializer == advice.bias
        elif parameter == output:
            assert initializer == wi.recommend(name, layer="output").initializer
        elif parameter.startswith("embedding"):
            assert initializer == wi.recommend(name, layer="embedding").initializer
        else:
            assert initializer in (advice.initializer, advice.last_initializer)


def test_deep_convolutions_that_narrow_are_judged():
    """Where channels get fewer, the wanted std is that of the orthogonal start that fits."""
    channels = [8] * 6 + [4] * 6
    parts = [part for n in channels for part in (Conv2D(n), ActivationLayer("tanh"))]
    net = wi.Network([*parts, Flatten(), Dense(10)], (6, 6, 8))
    net.initialize(wi.orthogonal, rng=0)
    found = wi.diagnose(net, RNG.standard_normal((20, 6, 6, 8)), np.arange(20) % 10)
    narrow = next(layer for layer in found.layers if layer.name == "conv6")
    assert narrow.wanted_std == pytest.approx(wi.orthogonal.std((3, 3, 8, 4)), rel=0.2)


def test_every_fault_makes_a_finding_with_a_start():
    """The law above is not empty: each of the faults has findings that name a start."""
    for fault in FAULTS.values():
        net, x, _ = plain("tanh", 30)
        diagnosis = wi.diagnose(net.initialize(fault, rng=0), x)
        assert {finding.problem for finding in diagnosis.findings} <= set(PROBLEMS)
        assert dict(started(net, diagnosis))


@pytest.mark.parametrize(
    "name, expected", [("tanh", wi.orthogonal), ("relu", wi.Orthogonal(gain=2**0.5))]
)
def test_thirty_layers_have_one_answer(name, expected):
    """The adviser and every remedy name the same start for thirty layers."""
    net, x, question = plain(name, 30)
    assert wi.recommend(**question).initializer == expected
    found = dict(started(net, wi.diagnose(net.initialize(wi.Normal(std=1e-3), rng=0), x)))
    found.pop("dense30.weight", None)  # the output
    assert set(found.values()) == {expected}
    assert len(found) == 30


def test_a_start_is_what_initialize_takes():
    """The mapping of a finding goes into `net.initialize`, with a pattern for the other weights."""
    net, x, _ = plain("relu", 3)
    (finding, *_) = wi.diagnose(net.initialize(wi.zeros), x).findings
    net.initialize({**finding.start, "*.weight": wi.he_normal}, rng=0)
    assert wi.diagnose(net, x).healthy


def test_a_network_may_end_with_a_block() -> None:
    """The last block is counted like any other: a fault in its branch is found there."""
    net = wi.Network([Dense(24), ActivationLayer("tanh"), Residual([Dense(24)])], (24,))
    net.initialize({"dense0.weight": wi.xavier_normal, "*.weight": wi.Normal(std=30.0)}, rng=0)
    (finding,) = wi.diagnose(net, X).findings
    assert finding.start == {"residual0.dense0.weight": wi.zeros}
