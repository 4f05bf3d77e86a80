"""Recurrent layers of Keras and Flax, which JAX computes in a scan, are recorded as others are."""

import os
from collections.abc import Callable
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import numpy as np
import pytest

import weightinit as wi
from weightinit.tracing.any_model import probe_of

pytestmark = pytest.mark.parity
jax = pytest.importorskip("jax", reason="`nox -s interop` installs it")
linen = pytest.importorskip("flax.linen", reason="`nox -s interop` installs it")
nnx = pytest.importorskip("flax.nnx", reason="`nox -s interop` installs it")
keras = pytest.importorskip("keras", reason="`nox -s interop` installs it")
torch = pytest.importorskip("torch", reason="`nox -s interop` installs it")
jnp = jax.numpy

SAMPLES, STEPS, SIZE, UNITS, CLASSES = 16, 7, 3, 5, 4
RNG = np.random.default_rng(0)
X = RNG.standard_normal((SAMPLES, STEPS, SIZE)).astype(np.float32)
Y = RNG.integers(0, CLASSES, SAMPLES)


class Nnx(nnx.Module):
    """A recurrent layer in nnx and a head."""

    def __init__(self, cell: Any, **options: Any) -> None:
        """Draw the weights."""
        self.rnn = nnx.RNN(cell(SIZE, UNITS, rngs=nnx.Rngs(0)), **options)
        self.out = nnx.Linear(UNITS, CLASSES, rngs=nnx.Rngs(1))

    def __call__(self, x: Any) -> Any:
        """Return the logits after the last step."""
        return self.out(self.rnn(x)[:, -1])


class Linen(linen.Module):
    """A recurrent layer in linen and a head."""

    cell: Any

    @linen.compact
    def __call__(self, x: Any) -> Any:
        """Return the logits after the last step."""
        return linen.Dense(CLASSES)(linen.RNN(self.cell(UNITS))(x)[:, -1])


def of_keras(*hidden: Any) -> Any:
    """Return a model of Keras with these layers and a head."""
    keras.utils.set_random_seed(0)
    head = keras.layers.Dense(CLASSES, name="out")
    return keras.Sequential([keras.Input((STEPS, SIZE)), *hidden, head])


def of_linen(cell: Any) -> Any:
    """Return a model of linen with its variables."""
    return Linen(cell), Linen(cell).init(jax.random.key(0), X)


def both_ways() -> Any:
    """Return two layers of Keras that run both ways."""
    layers = keras.layers
    lower = layers.Bidirectional(layers.LSTM(UNITS, return_sequences=True))
    return of_keras(lower, layers.Bidirectional(layers.GRU(UNITS)))


MODELS: dict[str, Callable[[], Any]] = {
    "LSTM of Keras": lambda: of_keras(keras.layers.LSTM(UNITS)),
    "GRU of Keras": lambda: of_keras(keras.layers.GRU(UNITS)),
    "RNN of Keras": lambda: of_keras(keras.layers.SimpleRNN(UNITS)),
    "both ways": both_ways,
    "LSTM of nnx": lambda: Nnx(nnx.LSTMCell),
    "packed LSTM of nnx": lambda: Nnx(nnx.OptimizedLSTMCell, reverse=True),
    "GRU of nnx": lambda: Nnx(nnx.GRUCell),
    "RNN of nnx": lambda: Nnx(nnx.SimpleCell),
    "LSTM of linen": lambda: of_linen(linen.LSTMCell),
    "joined LSTM of linen": lambda: of_linen(linen.OptimizedLSTMCell),
    "GRU of linen": lambda: of_linen(linen.GRUCell),
    "RNN of linen": lambda: of_linen(linen.SimpleCell),
}


def near(a: Any, b: Any) -> None:
    """Check that arrays are equal up to 1024 roundings of the largest entry, a sum's most terms."""
    np.testing.assert_allclose(a, b, rtol=0, atol=1024 * 6e-8 * float(np.abs(b).max()) + 1e-12)


@pytest.mark.parametrize("name", MODELS)
def test_outputs_and_gradients_are_those_of_the_model(name: str) -> None:
    """All parameters are seen; the loss and the gradient for each are those that JAX computes."""
    model = MODELS[name]()
    found = wi.trace(model, X, Y)
    assert found.seen == 1
    assert not found.unseen
    probe = probe_of(model, X, Y)

    def loss(values: list[Any]) -> Any:
        z = probe.model.function(values, probe.model.state, [X])
        return -jnp.mean(jax.nn.log_softmax(z)[jnp.arange(SAMPLES), Y])

    values = list(probe.model.parameters.values())
    expected, gradients = jax.value_and_grad(loss)(values)
    assert found.loss == pytest.approx(float(expected), rel=1e-5)
    for parameter, gradient in zip(probe.model.parameters, gradients, strict=True):
        near(found.gradients[parameter].reshape(gradient.shape), gradient)


def pairs() -> list[Any]:
    """Return layers of PyTorch, of Keras, and how the rows of a weight are ordered in Keras."""
    layers, nn = keras.layers, torch.nn
    return [
        (nn.LSTM, layers.LSTM, [0, 1, 2, 3]),
        (nn.GRU, layers.GRU, [1, 0, 2]),
        (nn.RNN, layers.SimpleRNN, [0]),
    ]


@pytest.mark.parametrize("place, both", [(0, False), (0, True), (1, False), (2, False), (2, True)])
def test_rows_are_those_of_pytorch(place: int, both: bool) -> None:
    """With the same weights the rows of Keras are those of PyTorch, gates in Keras' order."""
    theirs, ours, order = pairs()[place]
    torch.manual_seed(0)
    rnn = theirs(SIZE, UNITS, 1, batch_first=True, bidirectional=both)
    head = torch.nn.Linear(UNITS * (1 + both), CLASSES)
    layer = ours(UNITS, return_sequences=True)
    model = of_keras(keras.layers.Bidirectional(layer) if both else layer)
    give(model, rnn, head, order)

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn, self.head = rnn, head

        def forward(self, x: Any) -> Any:
            return self.head(self.rnn(x)[0])

    y = RNG.integers(0, CLASSES, (SAMPLES, STEPS))
    expected = wi.trace(Whole(), torch.tensor(X), torch.tensor(y)).layers
    found = wi.trace(model, X, y).layers
    assert [row.kind for row in found] == [row.kind for row in expected]
    for a, b in zip(found, expected, strict=True):
        gates = order if b.units == len(order) * UNITS else None
        near(a.weight, turned(b.weight, gates))
        near(a.inputs, b.inputs)
        if b.inputs_gradient is not None:  # that for a batch is not recorded there
            near(a.inputs_gradient, b.inputs_gradient)
        near(a.pre_activations, turned(b.pre_activations, gates))
        near(a.pre_activations_gradient, turned(b.pre_activations_gradient, gates))
        near(a.weight_gradient, turned(b.weight_gradient, gates))


def turned(array: Any, order: list[int] | None) -> Any:
    """Return an array with its gates, along the last axis, in another order."""
    if order is None:
        return array
    parts = np.split(np.asarray(array), len(order), axis=-1)
    return np.concatenate([parts[place] for place in order], axis=-1)


def give(model: Any, rnn: Any, head: Any, order: list[int]) -> None:
    """Write the weights of PyTorch into a model of Keras; biases go where Keras has them."""
    given = {name: p.detach().numpy() for name, p in rnn.named_parameters()}
    for name, array in given.items():
        if name.startswith({4: "bias_ih", 1: "bias_hh"}.get(len(order), "-")):
            array[...] = 0  # Keras has one bias for both
    arrays = []
    for end in ["", "_reverse"][: 2 if rnn.bidirectional else 1]:
        w_x, w_h, b_x, b_h = (
            turned(given[f"{part}_l0{end}"].T, order)
            for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        arrays += [w_x, w_h, np.stack([b_x, b_h]) if len(order) == 3 else b_x + b_h]
    arrays += [head.weight.detach().numpy().T, head.bias.detach().numpy()]
    model.set_weights(arrays)
