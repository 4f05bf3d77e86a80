"""The starts that are compared: those that `recommend` advises, and others."""

import math

import numpy as np

import weightinit as wi
from tests.sweeps.advice.combinations import Combination
from weightinit.networks import Network

__all__ = ["ADVISED", "STARTS", "begin"]

_SAME = {  # one initializer for every weight
    "LeCun": wi.lecun_normal,
    "Xavier": wi.xavier_uniform,
    "He": wi.he_normal,
    "orthogonal, sqrt 2": wi.Orthogonal(gain=math.sqrt(2)),
}
_OUTPUTS = {"advised, output zero": wi.zeros, "advised, output LeCun": wi.lecun_normal}

#: The two that differ in the output layer alone.
ADVISED = tuple(_OUTPUTS)
STARTS = (*_OUTPUTS, *_SAME, "LSUV", "PyTorch")


def begin(start: str, of: Combination, x: np.ndarray, rng: np.random.Generator) -> Network:
    """Return the network of a combination with first weights."""
    net = of.network()
    weights = [name for name in net.parameter_shapes if name.endswith("weight")]
    if start in _OUTPUTS:
        return net.initialize(of.advised(weights, _OUTPUTS[start]), rng=rng)
    if start == "PyTorch":
        return net.initialize(_torch(net, weights), rng=rng)
    net.initialize(_SAME.get(start, wi.orthogonal), rng=rng)
    if start == "LSUV":
        _unit_variance(net, weights, x)
    return net


def _torch(net: Network, weights: list[str]) -> dict[str, wi.Initializer]:
    """Return U(-1 / sqrt(fan_in), 1 / sqrt(fan_in)) for weights and biases, as in its Linear."""
    start = {}
    for name in weights:
        bound = 1 / math.sqrt(wi.compute_fans(net.parameter_shapes[name]).fan_in)
        uniform = wi.Uniform(low=-bound, high=bound)
        start |= {name: uniform, name.replace("weight", "bias"): uniform}
    return start


def _unit_variance(net: Network, weights: list[str], x: np.ndarray) -> None:
    """Divide weights, layer by layer, by the std of what the layer makes (Mishkin and Matas)."""
    for name in weights:
        layer = name.removesuffix(".weight")
        net.parameters[name][...] /= net.record(x)[layer].y.std() or 1.0
