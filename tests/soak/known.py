"""Valid values for the parameters of everything public: by the name of the parameter.

A new callable whose parameters have names that are known here needs no entry.
"""

from typing import Any

import numpy as np

import weightinit as wi
from weightinit.networks import ActivationLayer, Dense, Layer, Residual

__all__ = [
    "ASKS_FOR_WORK",
    "ASSERTS",
    "BY_CALLABLE",
    "BY_CLASS",
    "BY_NAME",
    "CALLED_BACK",
    "CHANGES",
    "INSTANCES",
    "ONE_ANSWER_EACH",
    "PASSES_ON",
    "RECORDS",
    "REFUSES",
    "STARTS_PROCESSES",
    "UNBOUNDED",
    "blocks",
    "build",
    "cache",
    "curves",
    "draw",
    "flow",
    "labels",
    "network",
    "reader",
    "recorded",
    "sample",
    "score",
    "targets",
    "watched",
]


def network(dtype: str = "float64") -> wi.Network:
    """Return a small network with weights."""
    return wi.mlp([3, 4, 2]).initialize(wi.he_normal, rng=0, dtype=dtype)


def blocks() -> wi.Network:
    """Return a small residual network with weights."""
    branch = [Dense(4), ActivationLayer("relu"), Dense(3)]
    return wi.Network([Residual(branch), Dense(2)], (3,)).initialize(wi.he_normal, rng=0)


def reader() -> wi.Network:
    """Return a small transformer with weights."""
    net = wi.transformer(5, 4, 1, 2, length=4, norm="post", residual_scale=None)
    return net.initialize(wi.Normal(std=0.1), rng=0)


def build(width: int, rng: np.random.Generator) -> wi.Network:
    """Return a network of a width, for a coordinate check."""
    return wi.mlp([3, width, 2]).initialize(wi.he_normal, rng=rng)


def sample(layer: Layer | None = None) -> Any:
    """Return a batch that a layer takes, by default one of 5 rows of 3."""
    rng = np.random.default_rng(0)
    shapes = ((5, 3), (2, 6, 6, 3), (2, 4, 3), (2, 4, 4), (2, 4, 6))
    batches = [rng.normal(size=shape) for shape in shapes]
    if layer is None:
        return batches[0]
    if layer.takes_tokens:
        return rng.integers(0, 5, (2, 4))
    for batch in batches:
        try:
            layer.output_shape(batch.shape[1:])
        except ValueError:
            continue
        return batch
    raise LookupError(f"tests/soak/known.py has no batch for {layer}")


def draw(layer: Layer) -> dict[str, Any]:
    """Return parameters for a layer and its batch."""
    shapes = layer.parameter_shapes(sample(layer).shape[1:])
    rng = np.random.default_rng(1)
    return {name: np.asarray(rng.normal(size=shape)) for name, shape in shapes.items()}


def cache(layer: Layer) -> Any:
    """Return what the forward pass of a layer hands to the backward pass."""
    return layer.forward(draw(layer), sample(layer))[1]


def flow(layer: Layer) -> Any:
    """Return a gradient with respect to the output of a layer."""
    return np.ones_like(layer.forward(draw(layer), sample(layer))[0])


def labels() -> Any:
    """Return labels for the batch and the network."""
    return np.array([0, 1, 0, 1, 1])


def targets() -> Any:
    """Return targets for the batch and the network."""
    return np.random.default_rng(2).normal(size=(5, 2))


_WATCHED = network()


def watched() -> wi.Network:
    """Return the network that a monitor watches, always the same."""
    return _WATCHED


def recorded() -> wi.Monitor:
    """Return a monitor with a record."""
    monitor = wi.Monitor(sample(), labels())
    monitor.record(watched())
    return monitor


def score(initializer: wi.Initializer, rng: np.random.Generator) -> float:
    """Return a number for a comparison."""
    return float(initializer((4, 4), rng=rng).mean())


def curves(initializer: wi.Initializer, rng: np.random.Generator) -> wi.History:
    """Return a history for a comparison."""
    return wi.History([score(initializer, rng), 1.0], [0.5, 0.75])


BY_NAME = {
    "activation": ["'relu'", "wi.activations.leaky_relu(0.2)", "np.tanh"],
    "at_most": ["0.5"],
    "axis": ["-1"],
    "base": ["network()"],
    "build": ["build"],
    "batch_axis": ["()", "0"],
    "batch_size": ["2"],
    "bias": ["0.5"],
    "bias_variance": ["0.0", "0.05"],
    "bound": ["2.0", "0.5"],
    "branch": ["[Dense(4), ActivationLayer('relu'), Dense(3)]"],
    "c": ["0.5", "np.array([-0.5, 1.0])"],
    "cache_dir": ["None", "'kept'"],
    "causal": ["False", "True"],
    "cell": ["'lstm'", "'gru'"],
    "cells": ["wi.compare(score, [wi.zeros, wi.he_normal], seeds=2).cells"],
    "channels": ["4"],
    "classes": ["3"],
    "colors": ["None", "{'a': 'C0', 'b': 'red'}"],
    "depth": ["None", "20"],
    "depth_power": ["0.0"],
    "derivative_function": ["np.ones_like"],
    "direction": ["'forward'", "'backward'"],
    "distribution": ["'normal'", "'uniform'", "'truncated_normal'"],
    "draws": ["2"],
    "dtype": ["np.float64", "'float32'", "np.dtype(np.float16)"],
    "entries": ["2"],
    "epochs": ["1"],
    "epsilon": ["1e-5"],
    "every": ["1"],
    "field": ["'activations'"],
    "function": ["np.positive"],
    "gain": ["1.0"],
    "gradients": ["{'w': np.array([0.5, -0.5])}"],
    "groups": ["1", "2"],
    "heads": ["2"],
    "hidden": ["4"],
    "high": ["1.0"],
    "ignore": ["()", "('frozen', 'dead units')"],
    "in_axis": ["-2", "(0, 1)"],
    "index": ["2", "slice(1)"],
    "initializer": ["wi.he_normal", "{'*.weight': wi.orthogonal}"],
    "initializers": ["[wi.zeros, wi.he_normal]", "{'a': wi.zeros, 'b': wi.ones}"],
    "input_shape": ["(3,)"],
    "kernel": ["3", "(2, 3)"],
    "feedforward": ["'mlp'", "'glu'"],
    "layer": ["'dense'", "'rnn'", "'lstm'", "'output'", "'conv'"],
    "layers": ["[Dense(4), ActivationLayer('tanh'), Dense(2)]"],
    "learning_rate": ["0.1"],
    "longest": ["10"],
    "length": ["4"],
    "loss": ["0.5"],
    "low": ["-1.0"],
    "mask": ["None"],
    "mean": ["0.0", "0.25"],
    "mode": ["'fan_in'", "'fan_avg'"],
    "model": ["network()", "network('float32')"],
    "momentum": ["0.0", "0.5"],
    "monitor": ["None", "wi.Monitor(sample())"],
    "n": ["20"],
    "n_jobs": ["1"],
    "name": ["'mine'"],
    "net": ["network()", "network('float32')"],
    "nonzeros": ["2"],
    "norm": ["'pre'", "'post'", "'peri'"],
    "normalized": ["False", "True", "'layer'"],
    "omega": ["30.0"],
    "optimizer": ["'sgd'"],
    "out_axis": ["-1"],
    "packed": ["True", "False"],
    "overrides": ["None", "{'*.weight': wi.orthogonal}"],
    "padding": ["'same'", "'valid'"],
    "parameters": ["{'w': np.array([1.0, 2.0])}"],
    "parts": ["2"],
    "power": ["0.5"],
    "problem": ["'any problem'", "'frozen'"],
    "progress": ["False"],
    "quantity": ["'update'"],
    "q": ["1.0", "np.array([0.5, 2.0])"],
    "rate_factors": ["None", "{'*': 0.5}"],
    "residual": ["False", "True"],
    "residual_scale": ["1.0", "None"],
    "rng": ["0", "np.random.default_rng(0)"],
    "role": ["'weight'"],
    "scale": ["2.0"],
    "seen": ["1.0", "0.5"],
    "seeds": ["2", "[3, 5]"],
    "shape": ["(3, 4)", "(3, 3, 2, 4)"],
    "size": ["2", "(2, 3)"],
    "sizes": ["[3, 4, 2]"],
    "slope": ["0.2"],
    "std": ["0.5"],
    "step": ["1"],
    "steps": ["1"],
    "stride": ["1"],
    "successes": ["1"],
    "tied": ["False", "True"],
    "tokens": ["[1, 2]"],
    "threads": ["None", "2"],
    "trace": ["wi.trace(network(), sample(), labels())"],
    "train_once": ["score", "curves"],
    "transposed": ["False", "True"],
    "trials": ["3"],
    "units": ["3"],
    "value": ["0.5"],
    "vocabulary": ["5"],
    "weight_decay": ["0.0"],
    "weight_variance": ["2.0", "np.array([1.0, 1.5])"],
    "widest": ["8"],
    "width": ["4"],
    "widths": ["[2, 3]"],
    "x": ["sample()"],
    "y": ["labels()", "targets()"],
}

#: Where a name means something else: in a callable, or in all of a module.
BY_CALLABLE: dict[str, dict[str, list[str]]] = {
    "wi.Activation": {"parameters": ["()"]},
    "wi.Ring": {"low": ["0.5"], "high": ["1.0"]},
    "wi.Stacked": {"initializer": ["wi.he_normal"]},
    "wi.Uniform": {"low": ["-1.0"], "high": ["1.0"]},
    "wi.cnn": {"input_shape": ["(8, 8, 1)"], "channels": ["[4, 2]"]},
    "wi.assert_healthy": {"y": ["None", "labels()"], "loss": ["None"]},
    "wi.diagnose": {"y": ["None", "labels()"], "loss": ["None"]},
    "wi.failure_rates": {"y": ["None", "labels()"]},
    **{
        f"wi.{name}": {"model": ["blocks()"], "x": ["None", "sample()"]}
        for name in ("fixup", "rezero", "scaled_residual", "skipinit", "spectral")
    },
    "wi.t_fixup": {"net": ["reader()"]},
    "wi.deepnorm": {"net": ["reader()"]},
    "wi.looks_linear": {"x": ["None", "sample()"]},
    "wi.mu_parametrization": {"x": ["None", "sample()"]},
    "wi.CoordinateCheck": {
        "axis": ["'depth'"],
        "activations": ["{'dense0': np.ones((2, 2))}"],
        "updates": ["{'dense0': np.ones((2, 2))}"],
    },
    "wi.coordinate_check": {"axis": ["'depth'"], "widths": ["[2, 3]"], "steps": ["1"]},
    "wi.CoordinateCheck.slope": {"layer": ["'dense0'"]},
    "wi.start": {"x": ["None", "sample()"], "y": ["None", "labels()"], "loss": ["None"]},
    "wi.trace": {"y": ["None", "targets()"], "loss": ["None"]},
    "wi.Monitor": {"y": ["None", "labels()"]},
    "wi.networks.GLU": {"activation": ["'sigmoid'", "wi.activations.silu"]},
    "wi.networks.RNN": {"activation": ["'tanh'"]},
    "wi.networks.Residual": {"scale": ["None", "0.5"]},
    "wi.networks.Tied": {"layers": ["[ActivationLayer('tanh'), Dense(3)]"]},
    "wi.networks.ActivationLayer": {"activation": ["'relu'", "wi.activations.gelu"]},
    "wi.activations.get": {"activation": ["'relu'", "wi.activations.gelu"]},
    "wi.mlp": {"activation": ["'relu'", "wi.activations.gelu"]},
    "wi.meanfield.correlation_map": {"q": ["None", "1.0"]},
    "wi.meanfield.chi": {"q": ["None", "1.0"]},
    "wi.tracing.measure": {"row": ["wi.trace(network(), sample()).layers[0]"]},
    "wi.rnn": {"activation": ["'tanh'", "'relu'"], "vocabulary": ["9"]},
    "wi.streams": {"rng": ["np.random.default_rng(0)"], "dtype": ["np.dtype('f4')"]},
}
BY_CALLABLE["wi.transformer"] = {
    "activation": BY_CALLABLE["wi.mlp"]["activation"],
    "depth": ["1"],
    "hidden": ["None", "3"],
}
BY_CALLABLE["wi.cnn"]["activation"] = BY_CALLABLE["wi.mlp"]["activation"]

#: What the methods of a class take, where that depends on the object: {0} is the object.
BY_CLASS = {
    "Layer": {
        "parameters": ["draw({0})"],
        "x": ["sample({0})"],
        "mask": ["None", "np.ones(sample({0}).shape[:2], bool)"],
        "cache": ["cache({0})"],
        "dy": ["flow({0})"],
        "input_shape": ["sample({0}).shape[1:]"],
    },
    "Monitor": {"net": ["watched()"]},
    "Ring": {"shape": ["(4, 4)"]},
    "ForgetBias": {"shape": ["(12,)"]},
    "Chrono": {"shape": ["(12,)"]},
}

#: How to get one of each class that is made by the package, not by its constructor.
INSTANCES = {
    "Cell": "wi.compare(score, [wi.zeros], seeds=1).cells[0]",
    "Comparison": "wi.compare(curves, {'a': wi.zeros, 'b': wi.ones}, seeds=2)",
    "CoordinateCheck": (
        "wi.coordinate_check(build, [2, 3], sample(), labels(), steps=1, draws=2, rng=0)"
    ),
    "Diagnosis": "wi.diagnose(network(), sample())",
    "FailureRates": "wi.failure_rates(network(), wi.he_normal, sample(), draws=2, rng=0)",
    "Fans": "wi.compute_fans((3, 4))",
    "Finding": "wi.diagnose(network().initialize(wi.zeros), sample()).findings[0]",
    "FixedPoint": "wi.meanfield.fixed_point('tanh', weight_variance=4)",
    "GradientCheck": "wi.check_gradients(network(), sample(), labels(), entries=1)",
    "History": "curves(wi.ones, np.random.default_rng(0))",
    "LayerRecord": "recorded().layers['dense0']",
    "LayerReport": "wi.diagnose(network(), sample()).layers[0]",
    "LayerStats": "wi.tracing.measure(wi.trace(network(), sample()).layers[0])",
    "LayerTrace": "wi.trace(network(), sample(), labels()).layers[0]",
    "Moments": "wi.meanfield.moments('relu', 1.0)",
    "Monitor": "recorded()",
    "Network": "network()",
    "Recommendation": "wi.recommend('relu')",
    "Sentences": "wi.datasets.sentences(5, rng=0)",
    "Text": "wi.datasets.text(50, rng=0)",
    "ParameterStart": "wi.start(network(), rng=0).table[0]",
    "Slope": "wi.scaling.Slope('dense0', 'update', 0.5, 0.4, 0.6)",
    "Standing": "wi.compare(score, [wi.zeros, wi.ones], seeds=2).standings[1]",
    "StartReport": "wi.start(network(), sample(), rng=0)",
    "Step": "network().record(sample())['dense0']",
    "Trace": "wi.trace(network(), sample(), labels())",
}

#: Parameters where a large integer asks for as much work, and gets it: it is not tried there.
ASKS_FOR_WORK = {
    "channels",
    "depth",
    "draws",
    "epochs",
    "n",
    "n_jobs",
    "seeds",
    "shape",
    "sizes",
    "steps",
    "widest",
    "widths",
}

#: What asks for an answer for each number that it holds.
ONE_ANSWER_EACH = {"bias_variance", "c", "q", "weight_variance"}

#: Of what asks for work, what no number is too large for.
UNBOUNDED = {"epochs", "seeds", "steps"}

#: Of these, what starts processes by any other number than 1.
STARTS_PROCESSES = {"n_jobs"}

#: What the package fills and hands out: it holds what it is given, and is not looked at.
RECORDS = set(INSTANCES) - {"Comparison", "History", "Monitor", "Network"}

#: What a caller gives to be called back: what it raises is the caller's, and goes through.
CALLED_BACK = {"build", "monitor"}

#: What answers no by an AssertionError.
ASSERTS = {"assert_healthy"}

#: What answers no call, since its weights have no parts: tests/initializers/test_parts.py.
REFUSES = {
    f"wi.{name}.part"
    for name in ("DeltaOrthogonal", "Orthogonal", "Sparse", "delta_orthogonal", "orthogonal")
}

#: What hands on values that are not finite, so that it can be seen where they begin.
PASSES_ON = {"record"}

#: What a call is there to change. A generator of random numbers always advances.
CHANGES = {"train": {"net", "monitor"}, "update": {"parameters"}, "initialize": {"self"}}
CHANGES |= {name: {"net"} for name in ("deepnorm", "t_fixup")}
CHANGES |= {
    name: {"model"}
    for name in (
        "fixup",
        "looks_linear",
        "lsuv",
        "mu_parametrization",
        "rezero",
        "scaled_residual",
        "skipinit",
        "spectral",
        "start",
    )
}
