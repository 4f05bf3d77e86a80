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


class Torch(torch.nn.Module):
    """A recurrent layer of PyTorch and a head for each step."""

    def __init__(self, rnn: Any, units: int = UNITS) -> None:
        """Draw the weights of the head."""
        super().__init__()
        self.rnn, self.head = rnn, torch.nn.Linear(units, CLASSES)

    def forward(self, x: Any) -> Any:
        """Return the logits of each step."""
        return self.head(self.rnn(x)[0])


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
    whole = Torch(rnn, UNITS * (1 + both))
    layer = ours(UNITS, return_sequences=True)
    model = of_keras(keras.layers.Bidirectional(layer) if both else layer)
    give(model, rnn, whole.head, order)
    y = RNG.integers(0, CLASSES, (SAMPLES, STEPS))
    expected = wi.trace(whole, torch.tensor(X), torch.tensor(y)).layers
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


def lstm(change: Callable[[Any], object]) -> tuple[Any, Any]:
    """Return an LSTM of PyTorch, changed, and one of Keras with the same weights."""
    torch.manual_seed(0)
    model = Torch(torch.nn.LSTM(SIZE, UNITS, batch_first=True))
    with torch.no_grad():
        change(model.rnn)
    same = of_keras(keras.layers.LSTM(UNITS, return_sequences=True, name="rnn"))
    give(same, model.rnn, model.head, [0, 1, 2, 3])
    return model, same


PLANTS: dict[str, tuple[Callable[[Any], object], str, str]] = {
    "recurrent weight x 10": (
        lambda rnn: rnn.weight_hh_l0.mul_(10),
        "exploding signal",
        "recurrent_kernel",
    ),
    "zeroed kernel": (lambda rnn: rnn.weight_ih_l0.zero_(), "samples alike", "kernel"),
}


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_fault_is_found_as_in_pytorch(name: str) -> None:
    """The same weights have the same findings, and the parameter at fault is named."""
    change, problem, parameter = PLANTS[name]
    model, same = lstm(change)
    y = RNG.integers(0, CLASSES, (SAMPLES, STEPS))
    theirs = wi.diagnose(model, torch.tensor(X), torch.tensor(y)).findings
    [found] = wi.diagnose(same, X, y).findings
    assert [finding.problem for finding in theirs] == [found.problem] == [problem]
    assert found.parameter.endswith(f".rnn.lstm_cell.{parameter}")


def test_an_open_forget_gate_is_no_signal() -> None:
    """A forget gate of bias 1 makes no signal explode, however small the inputs are."""

    def opened(rnn: Any) -> None:
        for bias in (rnn.bias_ih_l0, rnn.bias_hh_l0):
            bias.zero_()
            bias[UNITS : 2 * UNITS] = 1

    y = RNG.integers(0, CLASSES, (SAMPLES, STEPS))
    model, same = lstm(opened)
    for each, x, labels in ((model, torch.tensor(X), torch.tensor(y)), (same, X, y)):
        problems = [f.problem for f in wi.diagnose(each, 0.03 * x, labels).findings]
        assert problems == ["unscaled inputs"]


@pytest.mark.parametrize("name", ["LSTM of Keras", "GRU of nnx", "joined LSTM of linen"])
def test_a_start_leaves_nothing_to_find(name: str) -> None:
    """The first loss is that of the best constant; each gate is orthogonal; nothing is found."""
    model = MODELS[name]()
    done = wi.start(model, X, Y, rng=0)
    model = (model[0], done.model) if isinstance(model, tuple) else done.model
    shares = np.bincount(Y) / SAMPLES
    assert done.first_loss == pytest.approx(-shares @ np.log(shares), abs=1e-6)
    diagnosis = wi.diagnose(model, X, Y)
    assert diagnosis.healthy, str(diagnosis)
    for row in wi.trace(model, X, Y).layers:
        if row.kind == "lstm":
            for gate in np.split(row.weight, row.units // UNITS, axis=1):
                np.testing.assert_allclose(gate @ gate.T, np.eye(UNITS), atol=1e-5)


def test_gradients_through_all_steps_in_double_precision() -> None:
    """Opened, a scan that runs backwards has the gradients that JAX computes, to 1e-12."""
    with jax.enable_x64(True):
        model = Nnx(lambda *a, **k: nnx.LSTMCell(*a, param_dtype=jnp.float64, **k), reverse=True)
        x, target = X.astype(np.float64), jnp.asarray(RNG.standard_normal((SAMPLES, CLASSES)))
        probe = probe_of(model, x, target, lambda z, y: jnp.mean((z - y) ** 2))
        values = list(probe.model.parameters.values())

        def loss(values: list[Any]) -> Any:
            z = probe.model.function(values, probe.model.state, [x])
            return jnp.mean((z - target) ** 2)

        _, found, _, _ = probe.passed.run(tilted=False)(values, [x], target)
        for a, b in zip(found, jax.grad(loss)(values), strict=True):
            np.testing.assert_allclose(a, b, rtol=0, atol=1e-12)


def test_a_long_sequence_is_no_longer_program() -> None:
    """The equations of a pass are as many for 200 steps as for 7, so that compiling is as fast."""
    short = probe_of(Nnx(nnx.LSTMCell), X, Y).passed.program
    long = np.resize(X, (SAMPLES, 200, SIZE))
    assert len(probe_of(Nnx(nnx.LSTMCell), long, Y).passed.program.equations) == len(
        short.equations
    )


def test_nothing_of_a_recurrent_model_changes() -> None:
    """Parameters and random state stay as they were."""
    model = Nnx(nnx.OptimizedLSTMCell)

    def state() -> list[Any]:
        arrays = jax.tree.leaves(nnx.state(model))
        keys = [jnp.issubdtype(array.dtype, jax.dtypes.prng_key) for array in arrays]
        pairs = zip(arrays, keys, strict=True)
        return [np.array(jax.random.key_data(a) if key else a) for a, key in pairs]

    before = state()
    wi.trace(model, X, Y)
    for a, b in zip(before, state(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_stack_of_layers_in_a_scan_is_named() -> None:
    """A scan whose steps have weights of their own is not opened; each weight is named, and why."""

    class Block(linen.Module):
        @linen.compact
        def __call__(self, x: Any, _: None) -> Any:
            return jnp.tanh(linen.Dense(SIZE)(x)), None

    class Stack(linen.Module):
        @linen.compact
        def __call__(self, x: Any) -> Any:
            stacked = {"variable_axes": {"params": 0}, "split_rngs": {"params": True}}
            x, _ = linen.scan(Block, length=3, **stacked)()(x, None)
            return linen.Dense(CLASSES)(x)

    x = X[:, 0]
    found = wi.trace((Stack(), Stack().init(jax.random.key(0), x)), x, Y)
    inside = 3 * (SIZE * SIZE + SIZE)
    assert found.seen == pytest.approx(1 - inside / (inside + SIZE * CLASSES + CLASSES))
    assert len(found.unseen) == 2
    assert all("a scan whose steps have parameters of their own" in told for told in found.unseen)
