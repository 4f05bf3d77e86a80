"""A network that is started as recommended is healthy, unless the recommendation has a caveat.

Three seeds of each; thresholds are those of the diagnosis, whose own tests state their rates.
"""

import numpy as np
import pytest

import weightinit as wi
from weightinit.networks import ActivationLayer, Dense, LayerNorm, Residual

SEEDS = range(3)
SIZES = [(3, 64), (9, 96), (20, 200)]  # depth and width


def diagnose(net: wi.Network, start: dict[str, wi.Initializer], seed: int) -> wi.Diagnosis:
    """Start a network and diagnose it with normal inputs and random labels."""
    rng = np.random.default_rng(seed)
    net.initialize(start, rng=rng)
    x = rng.standard_normal((100, *net.input_shape))
    return wi.diagnose(net, x, rng.integers(0, 10, 100))


def output() -> wi.Initializer:
    """Return what the output layer starts from."""
    return wi.recommend("linear", layer="output").initializer


@pytest.mark.parametrize("depth, width", SIZES)
@pytest.mark.parametrize("name", [*wi.activations.names(), "siren"])
def test_a_perceptron_is_healthy_without_a_caveat(name: str, depth: int, width: int) -> None:
    """Without a caveat nothing is found; with one, only what the caveat says."""
    advice = wi.recommend(name, depth=depth)
    start = {f"dense{depth}.weight": output(), "*.weight": advice.initializer}
    net = wi.mlp([width] * (depth + 1) + [10], name)
    caveats = " ".join(advice.caveats)
    for seed in SEEDS:
        found = {finding.problem for finding in diagnose(net, start, seed).findings}
        # what tells samples apart fades by the factor of the gradient
        allowed = {"vanishing gradient", "samples alike"} if "fades" in caveats else set()
        if "grows" in caveats or "unstable" in caveats:
            allowed |= {"exploding signal", "exploding gradient"}
        if "unstable" in caveats:  # the logits are as large as what they are drawn from, and
            allowed |= {"first loss too high", "samples alike"}  # lengths may settle elsewhere
        assert found <= allowed


@pytest.mark.parametrize("name", ["relu", "selu", "tanh"])
def test_fifty_layers_are_healthy(name: str) -> None:
    """The three classical activations hold over 50 layers, ten times as wide."""
    advice = wi.recommend(name, depth=50)
    start = {"dense50.weight": output(), "*.weight": advice.initializer}
    assert not advice.caveats
    assert not diagnose(wi.mlp([500] * 51 + [10], name), start, 0).findings


@pytest.mark.parametrize("normalized", [False, True])
@pytest.mark.parametrize("name", ["relu", "gelu", "silu", "sigmoid", "softplus"])
def test_residual_networks_are_healthy(name: str, normalized: bool) -> None:
    """What the weights alone cannot hold, 30 residual branches do."""
    advice = wi.recommend(name, depth=30, residual=True, normalized=normalized)
    branch = [LayerNorm()] * normalized + [Dense(64), ActivationLayer(name), Dense(64)]
    net = wi.Network([*[Residual(branch)] * 30, Dense(10)], (64,))
    start = {
        "residual*.dense1.weight": advice.last_initializer,
        "residual*.weight": advice.initializer,
        "*.weight": output(),
    }
    for seed in SEEDS:
        assert not diagnose(net, start, seed).findings


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "elu", "selu", "tanh", "gelu"])
def test_a_convolutional_network_is_healthy(name: str) -> None:
    """Convolutions and output, each as recommended."""
    start = {
        "conv*.weight": wi.recommend(name, layer="conv").initializer,
        "*.weight": output(),
    }
    for seed in SEEDS:
        assert not diagnose(wi.cnn((8, 8, 3), [16, 32], 10, name), start, seed).findings


@pytest.mark.parametrize("name", ["tanh", "relu"])
def test_a_recurrent_network_is_healthy(name: str) -> None:
    """Embedding, recurrent weights and output, each as recommended."""
    net = wi.rnn(50, 64, 10, name)
    start = {
        f"{kind}*.weight": wi.recommend(name, layer=layer, depth=12).initializer
        for kind, layer in {"embedding": "embedding", "rnn": "rnn", "dense": "output"}.items()
    }
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        tokens = rng.integers(1, 50, (100, 12))
        net.initialize(start, rng=rng)
        assert not wi.diagnose(net, tokens, rng.integers(0, 10, 100)).findings
