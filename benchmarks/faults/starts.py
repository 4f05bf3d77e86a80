"""Unusual starts that are no faults: what frameworks and papers start networks from."""

import math
from collections.abc import Callable

import numpy as np

import weightinit as wi
from benchmarks.faults.data import Data
from benchmarks.faults.kinds import hidden_weights, named
from benchmarks.faults.weights import anew
from weightinit.networks import Network

__all__ = [
    "as_recommended",
    "by_pattern",
    "fixup",
    "glorot",
    "gpt2",
    "lsuv",
    "output_at_the_mean",
    "rezero",
    "torch_default",
    "torch_rnn",
]

Rng = np.random.Generator


def as_recommended(_net: Network, _rng: Rng, _data: Data) -> None:
    """Leave the network as it is."""


def by_pattern(**starts: wi.Initializer) -> Callable[[Network, Rng, Data], None]:
    """Return a start of the parameters whose names end so: weight, bias, hidden, output."""

    def start(net: Network, rng: Rng, _data: Data) -> None:
        for end, init in starts.items():
            chosen = {
                "hidden": hidden_weights(net),
                "output": named(net, ".weight")[-1:],
                "hidden_bias": named(net, ".bias")[:-1],
                "last": named(net, ".dense1.weight"),
            }.get(end) or named(net, end)
            anew(net, chosen, init, rng)

    return start


def torch_default(net: Network, rng: Rng, _data: Data) -> None:
    """Draw weights and biases from U(+-1 / sqrt(fan_in)), as Linear and Conv2d of PyTorch."""
    for name in named(net, ".weight"):
        w = net.parameters[name]
        bound = 1 / math.sqrt(w.size / w.shape[-1])
        w[...] = rng.uniform(-bound, bound, w.shape)
        bias = net.parameters[name.replace(".weight", ".bias")]
        bias[...] = rng.uniform(-bound, bound, bias.shape)


def torch_rnn(net: Network, rng: Rng, _data: Data) -> None:
    """Start as PyTorch: the lookup N(0, 1), the rest U(+-1 / sqrt(hidden))."""
    hidden = len(net.parameters["rnn0.weight"])
    for name, theta in net.parameters.items():
        theta[...] = rng.uniform(-1, 1, theta.shape) / math.sqrt(hidden)
        if name.startswith("embedding"):
            theta[...] = rng.normal(size=theta.shape)


def glorot(net: Network, rng: Rng, _data: Data) -> None:
    """Draw all weights from Keras' default, `glorot_uniform`."""
    anew(net, named(net, ".weight"), wi.xavier_uniform, rng)


def lsuv(net: Network, rng: Rng, data: Data) -> None:
    """Start orthogonal, then give each layer's outputs a variance of 1 (Mishkin, Matas 2016)."""
    for name in named(net, ".weight"):
        w = net.parameters[name]
        flat = wi.orthogonal((w.size // w.shape[-1], w.shape[-1]), rng=rng)
        w[...] = flat.reshape(w.shape)
        layer = name.removesuffix(".weight")
        w /= net.record(data.x[:200])[layer].y.std()


def fixup(net: Network, _rng: Rng, _data: Data) -> None:
    """Shrink the first layer of each branch by the root of their number; last ones are 0."""
    last = named(net, ".dense1.weight")
    anew(net, last, wi.zeros, np.random.default_rng(0))
    for name in named(net, ".dense0.weight"):
        net.parameters[name] /= math.sqrt(len(last))
    anew(net, named(net, ".weight")[-1:], wi.zeros, np.random.default_rng(0))


def rezero(net: Network, rng: Rng, _data: Data) -> None:
    """Draw all of a branch, and start its scalar at 0 (Bachlechner et al. 2020)."""
    anew(net, named(net, ".dense1.weight"), wi.xavier_normal, rng)
    anew(net, named(net, ".scale"), wi.zeros, rng)


def gpt2(net: Network, rng: Rng, _data: Data) -> None:
    """Draw N(0, .02 sqrt(768 / width)), last layers of branches divided by sqrt(their number).

    At 768 units, those of the smallest GPT-2, the std is the .02 of its authors.
    """
    last = named(net, ".dense1.weight")
    std = 0.02 * math.sqrt(768 / len(net.parameters[last[0]]))
    anew(net, named(net, ".weight"), wi.Normal(std=std), rng)
    anew(net, last, wi.Normal(std=std / math.sqrt(len(last))), rng)


def output_at_the_mean(net: Network, _rng: Rng, data: Data) -> None:
    """Start the output bias at the log of the shares of classes, or the mean of targets."""
    shares = np.bincount(data.y) / len(data.y)
    net.parameters[named(net, ".bias")[-1]][...] = np.log(shares)
