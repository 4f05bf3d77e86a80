"""Models of Flax and of Keras on JAX, and networks of this package that are the same."""

import os
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import numpy as np
import pytest

import weightinit as wi
from weightinit.tracing.any_model import probe_of

jax = pytest.importorskip("jax", reason="`nox -s interop` installs it")
linen = pytest.importorskip("flax.linen", reason="`nox -s interop` installs it")
nnx = pytest.importorskip("flax.nnx", reason="`nox -s interop` installs it")
keras = pytest.importorskip("keras", reason="`nox -s interop` installs it")
jnp = jax.numpy

RNG = np.random.default_rng(0)
X = RNG.standard_normal((32, 12)).astype(np.float32)
LABELS = RNG.integers(0, 4, 32)
TARGETS = RNG.standard_normal((32, 4)).astype(np.float32)


class Mlp(linen.Module):
    """Three hidden layers of ReLU."""

    @linen.compact
    def __call__(self, x: Any) -> Any:
        """Return the outputs."""
        for _ in range(3):
            x = linen.relu(linen.Dense(16)(x))
        return linen.Dense(4)(x)


class NnxMlp(nnx.Module):
    """The same in nnx, with a normalization and dropout that do something while it trains."""

    def __init__(self) -> None:
        """Draw the weights."""
        rngs = nnx.Rngs(0)
        pairs = [(12, 16), (16, 16), (16, 16)]
        self.layers = nnx.List([nnx.Linear(a, b, rngs=rngs) for a, b in pairs])
        self.norm = nnx.BatchNorm(16, rngs=rngs)
        self.dropout = nnx.Dropout(0.2, rngs=rngs)
        self.out = nnx.Linear(16, 4, rngs=rngs)

    def __call__(self, x: Any) -> Any:
        """Return the outputs."""
        for layer in self.layers:
            x = nnx.relu(layer(x))
        return self.out(self.dropout(self.norm(x)))


class Block(linen.Module):
    """A transformer whose output layer is its embedding."""

    @linen.compact
    def __call__(self, words: Any) -> Any:
        """Return the logits of each position."""
        table = linen.Embed(11, 16)
        x = table(words) + self.param("places", linen.initializers.normal(0.1), (5, 16))
        x = x + linen.MultiHeadDotProductAttention(num_heads=2, name="mix")(
            linen.LayerNorm(name="norm0")(x), mask=linen.make_causal_mask(words)
        )
        up = linen.gelu(linen.Dense(32, name="up")(linen.LayerNorm(name="norm1")(x)))
        x = x + linen.Dense(16, name="down")(up)
        return table.attend(linen.LayerNorm(name="norm2")(x))


class One(linen.Module):
    """A layer, a function of it, and a layer."""

    function: Any

    @linen.compact
    def __call__(self, x: Any) -> Any:
        """Return the outputs."""
        return linen.Dense(4)(self.function(linen.Dense(16)(x)))


def with_variables(module: Any, x: Any) -> tuple[Any, Any]:
    """Return a module and the variables that it starts with."""
    return module, module.init(jax.random.key(0), x)


def ours(std: float) -> wi.Network:
    """Return the network of this package."""
    net = wi.mlp([12, 16, 16, 16, 4]).initialize(wi.Normal(std=std), rng=0, dtype=np.float32)
    for name, array in net.parameters.items():
        if name.endswith("bias"):
            array[...] = np.random.default_rng(len(name)).normal(0, 0.01, array.shape)
    return net


def as_linen(net: wi.Network) -> tuple[Any, dict[str, str]]:
    """Return the same in linen, and the names of its parameters by ours."""
    names = {"weight": "kernel", "bias": "bias"}
    params = {
        f"Dense_{i}": {theirs: net.parameters[f"dense{i}.{mine}"] for mine, theirs in names.items()}
        for i in range(4)
    }
    found = {f"dense{i}.{a}": f"Dense_{i}.{b}" for i in range(4) for a, b in names.items()}
    return (Mlp(), {"params": params}), found


def as_nnx(net: wi.Network) -> tuple[Any, dict[str, str]]:
    """Return the same in nnx, by the way of `assign`."""
    model = nnx.Sequential(
        *(
            part
            for i in range(3)
            for part in (nnx.Linear(12 if i == 0 else 16, 16, rngs=nnx.Rngs(i)), nnx.relu)
        ),
        nnx.Linear(16, 4, rngs=nnx.Rngs(9)),
    )
    parts = {"weight": "kernel", "bias": "bias"}
    found = {f"dense{i}.{a}": f"layers.{2 * i}.{b}" for i in range(4) for a, b in parts.items()}
    probe_of(model, X, None).assign({found[n]: a for n, a in net.parameters.items()})
    return model, found


def as_keras(net: wi.Network) -> tuple[Any, dict[str, str]]:
    """Return the same in Keras."""
    layers = [keras.layers.Dense(16, "relu", name=f"hidden{i}") for i in range(3)]
    model = keras.Sequential([keras.Input((12,)), *layers, keras.layers.Dense(4, name="hidden3")])
    found = {}
    for name, array in net.parameters.items():
        i, part = name[len("dense")], "kernel" if name.endswith("weight") else "bias"
        variable = getattr(model.get_layer(f"hidden{i}"), part)
        variable.assign(array)
        found[name] = variable.path.replace("/", ".")
    return model, found
