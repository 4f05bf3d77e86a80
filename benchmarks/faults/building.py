"""Build a published network from the layers of this package, and start it as its source does."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

import weightinit as wi
from benchmarks.faults.cases import Case, flat
from weightinit import networks, streams
from weightinit.initializers import Initializer

__all__ = ["build", "initializer", "obstacle", "starts"]

EXPONENTIAL = wi.Activation("exponential", np.exp, np.exp)
#: A softmax over one unit: 1, whatever goes in.
CONSTANT = wi.Activation("softmax of one", np.ones_like, np.zeros_like)

_NAMED = {
    "constant": wi.Constant,
    "random_normal": wi.Normal,
    "random_uniform": wi.Uniform,
    "variance_scaling": wi.VarianceScaling,
}
_DROPPED = ("dropout",)  # the identity, where a pass is looked at before training
_CUT = streams.truncation_factor(2.0)  # what a normal keeps of its std if cut at 2 stds


def obstacle(case: Case) -> str:
    """Return why a network cannot be built here; empty if it can."""
    if case["layers"] is None:
        return "the code of the question was not found"
    kinds = {layer["kind"] for layer in flat(case["layers"])}
    return "two inputs that are concatenated" if "two inputs" in kinds else ""


def build(case: Case) -> wi.Network:
    """Return the architecture; its last activation is left to the loss if that takes logits."""
    layers = [layer for layer in flat(case["layers"]) if layer["kind"] not in _DROPPED]
    if layers[-1]["kind"] == "activation" and _takes_logits(case):
        layers.pop()
    return wi.Network([_layer(layer) for layer in layers], input_shape=case["data"]["shape"])


def starts(case: Case) -> dict[str, Initializer]:
    """Return what each weight and bias starts from, by its name in the network."""
    weighted = (layer for layer in flat(case["layers"]) if "weight" in layer)
    shapes = build(case).parameter_shapes
    names = [name.removesuffix(".weight") for name in shapes if name.endswith(".weight")]
    found = {}
    for name, layer in zip(names, weighted, strict=True):
        units = layer.get("units") or layer["channels"]
        found[f"{name}.weight"] = initializer(layer["weight"])
        found[f"{name}.bias"] = initializer(layer["bias"] or {"name": "zeros"}, length=units)
    return found


def initializer(facts: Mapping[str, Any], length: int | None = None) -> Initializer:
    """Return what Keras calls by this name; a bias has a length, which is both its fans."""
    name = facts["name"]
    if name == "variance_scaling" and length is not None:
        return _of_std(facts["distribution"], math.sqrt(facts["scale"] / length))
    if name == "truncated_normal":
        return wi.TruncatedNormal(std=_CUT * facts["std_before_cut"])
    if name not in _NAMED:
        return getattr(wi, name)
    return _NAMED[name](**{key: value for key, value in facts.items() if key != "name"})


def _of_std(distribution: str, std: float) -> Initializer:
    """Return a distribution of mean 0 by its std, for a bias: it has no fans of its own."""
    if distribution == "uniform":
        return wi.Uniform(low=-math.sqrt(3) * std, high=math.sqrt(3) * std)
    return wi.TruncatedNormal(std=std) if distribution == "truncated_normal" else wi.Normal(std=std)


def _takes_logits(case: Case) -> bool:
    """Tell whether the loss is a cross-entropy of one label a sample."""
    return "classes" in case["data"]


def _layer(layer: Mapping[str, Any]) -> networks.Layer:
    match layer["kind"]:
        case "dense":
            return networks.Dense(layer["units"])
        case "conv2d":
            shape = {key: layer[key] for key in ("kernel", "stride", "padding")}
            return networks.Conv2D(layer["channels"], **shape)
        case "maxpool":
            return networks.MaxPool2D(layer["size"])
        case "flatten":
            return networks.Flatten()
        case "batchnorm":
            return networks.BatchNorm()
        case "activation":
            own = {"exponential": EXPONENTIAL, "softmax": CONSTANT}
            return networks.ActivationLayer(own.get(layer["name"], layer["name"]))
    raise ValueError(f"no layer is known of the kind {layer['kind']!r}")
