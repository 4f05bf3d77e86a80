"""Faults of what is no plain weight: biases, gains, branches, lookups and states."""

import numpy as np

import weightinit as wi
from benchmarks.faults.kinds import Kind, hidden_weights, kind, log_uniform, named, one_of
from benchmarks.faults.weights import anew, scaled
from weightinit.networks import Network

__all__ = ["PARTS"]

PARTS: list[Kind] = []
Rng = np.random.Generator


def hidden_biases(net: Network) -> list[str]:
    """Return the names of the biases beside hidden weights."""
    return [name.replace(".weight", ".bias") for name in hidden_weights(net)]


@kind(PARTS, "biases N(0, 10) in a layer", "mlp deep cnn norm rnn")
def wild_biases(net: Network, rng: Rng) -> list[str]:
    """Draw one hidden bias from N(0, s), s from 1 to 30."""
    names = [one_of(hidden_biases(net), rng)]
    return anew(net, names, wi.Normal(std=log_uniform(rng, 1, 30)), rng)


@kind(PARTS, "one output bias of 30", "mlp cnn rnn")
def output_bias(net: Network, rng: Rng) -> list[str]:
    """Set one bias of the output layer to 10 to 100."""
    name = named(net, ".bias")[-1]
    net.parameters[name][0] = log_uniform(rng, 10, 100)
    return [name]


@kind(PARTS, "biases that kill a part of the units", "mlp deep cnn")
def part_dead(net: Network, rng: Rng) -> list[str]:
    """Set 30 to 60 % of a hidden bias to -5 to -100."""
    name = one_of(hidden_biases(net), rng)
    bias = net.parameters[name]
    bias[: int(rng.uniform(0.3, 0.6) * bias.size)] = -log_uniform(rng, 5, 100)
    return [name]


@kind(PARTS, "biases that kill all units", "mlp deep cnn rnn")
def all_dead(net: Network, rng: Rng) -> list[str]:
    """Set a hidden bias to -5 to -100."""
    name = one_of(hidden_biases(net), rng)
    return anew(net, [name], wi.Constant(value=-log_uniform(rng, 5, 100)), rng)


@kind(PARTS, "biases that drown the signal", "mlp deep sigmoid")
def drowned(net: Network, rng: Rng) -> list[str]:
    """Set all hidden biases to 1 to 30."""
    return anew(net, hidden_biases(net), wi.Constant(value=log_uniform(rng, 1, 30)), rng)


@kind(PARTS, "gain of a normalization near 0", "norm pre-norm")
def small_gains(net: Network, rng: Rng) -> list[str]:
    """Draw all gains from N(0, s), s from .001 to .1."""
    return anew(net, named(net, ".gain"), wi.Normal(std=log_uniform(rng, 0.001, 0.1)), rng)


@kind(PARTS, "gain of a normalization 0", "norm pre-norm")
def no_gain(net: Network, rng: Rng) -> list[str]:
    """Set one gain to 0."""
    return anew(net, [one_of(named(net, ".gain"), rng)], wi.zeros, rng)


@kind(PARTS, "gain of a normalization too large", "norm")
def large_gain(net: Network, rng: Rng) -> list[str]:
    """Multiply all gains by 3 to 100."""
    return scaled(net, named(net, ".gain"), log_uniform(rng, 3, 100))


def _shifts(net: Network) -> list[str]:
    return [name.replace(".gain", ".bias") for name in named(net, ".gain")]


@kind(PARTS, "shift of a normalization too large", "norm pre-norm")
def large_shift(net: Network, rng: Rng) -> list[str]:
    """Set one shift to 5 to 100, up or down."""
    value = log_uniform(rng, 5, 100) * (1 if rng.random() < 0.5 else -1)
    return anew(net, [one_of(_shifts(net), rng)], wi.Constant(value=value), rng)


@kind(PARTS, "weights too small before a normalization", "norm")
def small_before_norm(net: Network, rng: Rng) -> list[str]:
    """Multiply all hidden weights by 1e-4 to .1."""
    return scaled(net, hidden_weights(net), log_uniform(rng, 1e-4, 0.1))


@kind(PARTS, "branches that end in ReLU, with zero last weights", "ends")
def stuck(net: Network, rng: Rng) -> list[str]:
    """Set the last weight of each branch to zero."""
    return anew(net, named(net, ".dense1.weight"), wi.zeros, rng)


@kind(PARTS, "zero scale and zero last weight in each branch", "residual pre-norm")
def twice_zero(net: Network, rng: Rng) -> list[str]:
    """Set the scalar and the last weight of each branch to zero."""
    last = named(net, ".dense1.weight")
    before = {name: net.parameters[name].any() for name in last}
    names = anew(net, [*named(net, ".scale"), *last], wi.zeros, rng)
    return [name for name in names if before.get(name, True)]


@kind(PARTS, "unscaled branches", "residual pre-norm ends")
def unscaled(net: Network, rng: Rng) -> list[str]:
    """Start both layers of each branch from He, and its scalar at 1."""
    scales = [name for name in named(net, ".scale") if net.parameters[name] != 1]
    anew(net, scales, wi.ones, rng)
    return [*scales, *anew(net, named(net, ".dense0.weight", ".dense1.weight"), wi.he_normal, rng)]


@kind(PARTS, "one branch too large", "residual pre-norm")
def one_branch(net: Network, rng: Rng) -> list[str]:
    """Draw the last weight of one branch from N(0, s), s from 1 to 30."""
    name = one_of(named(net, ".dense1.weight"), rng)
    return anew(net, [name], wi.Normal(std=log_uniform(rng, 1, 30)), rng)


@kind(PARTS, "embedding too large", "rnn")
def large_lookup(net: Network, rng: Rng) -> list[str]:
    """Multiply the embedding by 10 to 1000."""
    return scaled(net, ["embedding0.weight"], log_uniform(rng, 10, 1000))


@kind(PARTS, "embedding too small", "rnn")
def small_lookup(net: Network, rng: Rng) -> list[str]:
    """Divide the embedding by 100 to 1e5."""
    return scaled(net, ["embedding0.weight"], 1 / log_uniform(rng, 100, 1e5))


@kind(PARTS, "recurrent weight too large", "rnn")
def large_state(net: Network, rng: Rng) -> list[str]:
    """Multiply the weight from state to state by 1.5 to 10."""
    return scaled(net, ["rnn0.weight"], log_uniform(rng, 1.5, 10))


@kind(PARTS, "recurrent weight zero", "rnn")
def no_state(net: Network, rng: Rng) -> list[str]:
    """Set the weight from state to state to zero."""
    return anew(net, ["rnn0.weight"], wi.zeros, rng)


kind(PARTS, "30 unscaled branches", "tall")(unscaled)
