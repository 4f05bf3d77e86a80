"""Faults of weights: their mean, their scale, equal columns and zeros."""

import numpy as np

import weightinit as wi
from benchmarks.faults.kinds import Kind, hidden_weights, kind, log_uniform, named, one_of
from weightinit.networks import Network

__all__ = ["WEIGHTS"]

WEIGHTS: list[Kind] = []
Rng = np.random.Generator
PLAIN = "mlp deep cnn"


def anew(net: Network, names: list[str], init: wi.Initializer, rng: Rng) -> list[str]:
    """Start these parameters from an initializer."""
    for name in names:
        net.parameters[name][...] = init(net.parameters[name].shape, rng=rng)
    return names


def scaled(net: Network, names: list[str], factor: float) -> list[str]:
    """Multiply these parameters by a number."""
    for name in names:
        net.parameters[name] *= factor
    return names


@kind(WEIGHTS, "weights U(0, a) in all hidden layers", PLAIN)
def positive(net: Network, rng: Rng) -> list[str]:
    """Draw hidden weights from 0 upwards, of one to four times their mean square."""
    factor = log_uniform(rng, 1, 4)
    for name in hidden_weights(net):
        w = net.parameters[name]
        top = factor * np.sqrt(3 * np.mean(w**2))
        w[...] = rng.uniform(0, top, w.shape)
    return hidden_weights(net)


@kind(WEIGHTS, "a mean far above the std in one layer", "mlp deep norm")
def shifted(net: Network, rng: Rng) -> list[str]:
    """Give a hidden layer that is not the first a mean of one to three times its std."""
    name = one_of(hidden_weights(net)[1:] or hidden_weights(net), rng)
    w = net.parameters[name]
    w += log_uniform(rng, 1, 3) * w.std()
    return [name]


@kind(WEIGHTS, "a mean and next to no std in all hidden layers", "mlp deep")
def all_but_equal(net: Network, rng: Rng) -> list[str]:
    """Draw hidden weights from N(m, s) with s far below m, as N(.05, 1e-8)."""
    std = log_uniform(rng, 1e-9, 1e-4)
    names = hidden_weights(net)
    return anew(net, names, wi.Normal(mean=rng.uniform(0.02, 0.1), std=std), rng)


@kind(WEIGHTS, "all hidden layers too large", PLAIN)
def all_large(net: Network, rng: Rng) -> list[str]:
    """Multiply all hidden weights by 1.3 to 10."""
    return scaled(net, hidden_weights(net), log_uniform(rng, 1.3, 10))


@kind(WEIGHTS, "all hidden layers too small", PLAIN)
def all_small(net: Network, rng: Rng) -> list[str]:
    """Divide all hidden weights by 1.3 to 30."""
    return scaled(net, hidden_weights(net), 1 / log_uniform(rng, 1.3, 30))


@kind(WEIGHTS, "one layer too large", PLAIN)
def one_large(net: Network, rng: Rng) -> list[str]:
    """Multiply one weight, the output's too, by 3 to 300."""
    return scaled(net, [one_of(named(net, ".weight"), rng)], log_uniform(rng, 3, 300))


@kind(WEIGHTS, "one layer too small", PLAIN)
def one_small(net: Network, rng: Rng) -> list[str]:
    """Divide one hidden weight by 10 to 1e5."""
    return scaled(net, [one_of(hidden_weights(net), rng)], 1 / log_uniform(rng, 10, 1e5))


@kind(WEIGHTS, "orthogonal with the wrong gain", "mlp deep")
def wrong_gain(net: Network, rng: Rng) -> list[str]:
    """Start hidden layers orthogonal, with a gain of .1 to .6 or of 2 to 6."""
    gain = log_uniform(rng, 0.1, 0.6) if rng.random() < 0.5 else log_uniform(rng, 2, 6)
    return anew(net, hidden_weights(net), wi.Orthogonal(gain=gain), rng)


@kind(WEIGHTS, "N(0, 1) behind wide inputs", "wide")
def standard_normal(net: Network, rng: Rng) -> list[str]:
    """Draw all weights from N(0, 1)."""
    return anew(net, named(net, ".weight"), wi.Normal(std=1.0), rng)


@kind(WEIGHTS, "rand - .5 behind wide inputs", "wide")
def centred(net: Network, rng: Rng) -> list[str]:
    """Draw all weights from U(-.5, .5)."""
    return anew(net, named(net, ".weight"), wi.Uniform(low=-0.5, high=0.5), rng)


@kind(WEIGHTS, "a first layer too large behind wide inputs", "wide")
def first_large(net: Network, rng: Rng) -> list[str]:
    """Multiply the first weight by 3 to 30."""
    return scaled(net, ["dense0.weight"], log_uniform(rng, 3, 30))


@kind(WEIGHTS, "fan out behind wide inputs", "wide")
def fan_out(net: Network, rng: Rng) -> list[str]:
    """Start the first layer with the variance 2 / fan_out."""
    he = wi.VarianceScaling(scale=2.0, mode="fan_out", distribution="normal")
    return anew(net, ["dense0.weight"], he, rng)


@kind(WEIGHTS, "tiny weights before sigmoids", "sigmoid")
def tiny(net: Network, rng: Rng) -> list[str]:
    """Draw hidden weights from N(0, s), s from 1e-8 to 1e-2."""
    return anew(net, hidden_weights(net), wi.Normal(std=log_uniform(rng, 1e-8, 1e-2)), rng)


@kind(WEIGHTS, "constant hidden weights", PLAIN)
def constant(net: Network, rng: Rng) -> list[str]:
    """Fill the hidden weights with one number."""
    return anew(net, hidden_weights(net), wi.Constant(value=rng.uniform(0.01, 0.1)), rng)


@kind(WEIGHTS, "equal columns in one layer", PLAIN)
def equal_columns(net: Network, rng: Rng) -> list[str]:
    """Make all units of a hidden layer copies of its first."""
    name = one_of(hidden_weights(net), rng)
    w = net.parameters[name]
    w[...] = w[..., :1]
    return [name]


@kind(WEIGHTS, "columns in pairs", "mlp")
def pairs(net: Network, rng: Rng) -> list[str]:
    """Make every second unit of a hidden layer a copy of the one before it."""
    name = one_of(hidden_weights(net), rng)
    w = net.parameters[name]
    w[..., 1::2] = w[..., ::2]
    return [name]


@kind(WEIGHTS, "zeros in one hidden layer", PLAIN)
def one_zero(net: Network, rng: Rng) -> list[str]:
    """Set one hidden weight to zero."""
    return anew(net, [one_of(hidden_weights(net), rng)], wi.zeros, rng)


@kind(WEIGHTS, "zeros in the last two layers", PLAIN)
def two_zeros(net: Network, rng: Rng) -> list[str]:
    """Set the last hidden weight and the output's to zero."""
    return anew(net, named(net, ".weight")[-2:], wi.zeros, rng)


@kind(WEIGHTS, "zeros in all layers", "mlp cnn rnn sigmoid")
def all_zero(net: Network, rng: Rng) -> list[str]:
    """Set all weights to zero."""
    return anew(net, named(net, ".weight"), wi.zeros, rng)


@kind(WEIGHTS, "wrong fan of a kernel", "cnn")
def wrong_fan(net: Network, rng: Rng) -> list[str]:
    """Count the channels alone, or the pixels of the kernel alone, as the fan in of kernels."""
    names, pixels = named(net, ".weight")[:-1], rng.random() < 0.5
    for name in names:
        w = net.parameters[name]
        rows, columns, c_in, _ = w.shape
        w[...] = rng.normal(0, np.sqrt(2 / (rows * columns if pixels else c_in)), w.shape)
    return names
