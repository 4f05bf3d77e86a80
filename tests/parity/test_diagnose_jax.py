"""Models of Flax and of Keras on JAX are recorded as ours are, and stay as they were."""

from typing import Any

import numpy as np
import pytest

import weightinit as wi
from tests.parity.needs import needs

needs("jax", "flax", "keras")
from tests.parity.jax_models import (
    LABELS,
    RNG,
    TARGETS,
    Block,
    Mlp,
    NnxMlp,
    One,
    X,
    as_keras,
    as_linen,
    as_nnx,
    jax,
    jnp,
    keras,
    linen,
    nnx,
    ours,
    with_variables,
)
from weightinit.tracing.any_model import probe_of

pytestmark = pytest.mark.parity

FRAMEWORKS = [as_linen, as_nnx, as_keras]


@pytest.mark.parametrize("y", [LABELS, TARGETS, None], ids=["labels", "targets", "nothing"])
@pytest.mark.parametrize("make", FRAMEWORKS)
def test_the_record_is_ours(make: Any, y: Any) -> None:
    """With the same weights each array of each row is that of this package, to float32.

    Sums of at most 32 x 16 terms differ by their order: 512 roundings of 6e-8, of the largest.
    """
    net = ours(0.3)
    model, names = make(net)
    theirs, mine = wi.trace(model, X, y), wi.trace(net, X, y)
    np.testing.assert_allclose(theirs.loss, mine.loss, rtol=512 * 6e-8)
    assert theirs.seen == 1
    assert not theirs.unseen
    assert len(theirs.layers) == len(mine.layers)
    for a, b in zip(theirs.layers, mine.layers, strict=True):
        assert a.activation == b.activation
        assert a.kind == b.kind
        for key in ("inputs", "pre_activations", "activations"):
            for field in (key, f"{key}_gradient"):
                near(getattr(a, field), getattr(b, field))
        for name, array in b.gradients.items():
            near(a.gradients[names[name]], array)
            np.testing.assert_array_equal(a.parameters[names[name]], b.parameters[name])


def near(a: Any, b: Any) -> None:
    """Check that two arrays are equal up to 512 roundings of the largest entry."""
    np.testing.assert_allclose(a, b, rtol=0, atol=512 * 6e-8 * float(np.abs(b).max()))


@pytest.mark.parametrize("std", [0.001, 0.3, 3.0])
@pytest.mark.parametrize("make", FRAMEWORKS)
def test_the_findings_are_ours(make: Any, std: float) -> None:
    """With the same weights the same problems are found, in the same layers."""
    net = ours(std)
    model, names = make(net)
    layers = {name.rpartition(".")[0]: full.rpartition(".")[0] for name, full in names.items()}
    theirs, mine = wi.diagnose(model, X, LABELS), wi.diagnose(net, X, LABELS)
    assert [(f.problem, f.layer) for f in theirs.findings] == [
        (f.problem, layers[f.layer]) for f in mine.findings
    ]
    for a, b in zip(theirs.findings, mine.findings, strict=True):
        assert a.severity == pytest.approx(b.severity, abs=0.01)


def state_of(model: Any) -> list[Any]:
    """Return all arrays of a model of nnx, with its random state, as numbers."""
    arrays = jax.tree.leaves(nnx.state(model))
    keys = [jnp.issubdtype(array.dtype, jax.dtypes.prng_key) for array in arrays]
    return [
        np.array(jax.random.key_data(array) if key else array)
        for array, key in zip(arrays, keys, strict=True)
    ]


def test_nothing_of_a_model_changes() -> None:
    """In train mode parameters, running statistics, random state and mode stay as they were."""
    model = NnxMlp()
    before = state_of(model)
    first = wi.trace(model, X, LABELS)
    again = wi.trace(model, X, LABELS)
    after = state_of(model)
    for a, b in zip(before, after, strict=True):
        np.testing.assert_array_equal(a, b)
    assert not model.dropout.deterministic
    assert first.loss == again.loss
    assert [row.name for row in first.layers] == ["layers.0", "layers.1", "layers.2", "out"]
    assert first.seen == 1


FUNCTIONS = {
    "relu": jax.nn.relu,
    "relu6": jax.nn.relu6,
    "elu": jax.nn.elu,
    "selu": jax.nn.selu,
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
    "softplus": jax.nn.softplus,
    "softsign": jax.nn.soft_sign,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "gelu_tanh": jax.nn.gelu,
    "silu": jax.nn.silu,
    "mish": lambda x: x * jnp.tanh(jax.nn.softplus(x)),
    "hardswish": jax.nn.hard_swish,
    "hardtanh": jax.nn.hard_tanh,
    "sine": jnp.sin,
    "exponential": jnp.exp,
    "leaky_relu": jax.nn.leaky_relu,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_activation_is_known_by_its_values(name: str) -> None:
    """Each activation of the package is recognized, however JAX writes it."""
    row = wi.trace(with_variables(One(FUNCTIONS[name]), X), X).layers[0]
    assert row.activation == wi.activations.get(name)


def test_dropout_after_an_activation_hides_neither() -> None:
    """In train mode the scaling of dropout is not taken for part of the activation."""
    model = nnx.Sequential(
        nnx.Linear(12, 16, rngs=nnx.Rngs(0)),
        nnx.relu,
        nnx.Dropout(0.2, rngs=nnx.Rngs(1)),
        nnx.Linear(16, 4, rngs=nnx.Rngs(2)),
    )
    assert wi.trace(model, X).layers[0].activation == wi.activations.relu


def test_names_of_nnx_are_its_paths() -> None:
    """A part that is called `value` keeps its name."""
    model = nnx.MultiHeadAttention(2, 12, decode=False, rngs=nnx.Rngs(0))
    names = probe_of(model, X.reshape(4, 8, 12), None).parameters
    assert {"query.kernel", "value.kernel", "value.bias", "out.kernel"} <= set(names)


def test_an_unknown_activation_is_one_of_its_own() -> None:
    """It has the values of the function, and its slope to the error of a central difference."""
    model = with_variables(One(lambda x: x + jnp.sin(2 * x) ** 2 / 2), X)
    found = wi.trace(model, X).layers[0].activation
    grid = np.linspace(-3, 3, 50)
    np.testing.assert_allclose(found(grid), grid + np.sin(2 * grid) ** 2 / 2, rtol=1e-6)
    np.testing.assert_allclose(found.derivative(grid), 1 + np.sin(4 * grid), atol=1e-6)
    assert wi.diagnose(model, X).layers


def test_a_transformer_is_found_whole() -> None:
    """Blocks, heads, the places and the table that is used twice: all parameters are in rows."""
    words = RNG.integers(0, 11, (32, 5))
    found = wi.trace(with_variables(Block(), words), words, RNG.integers(0, 11, (32, 5)))
    rows = {row.name: row for row in found.layers}
    assert found.seen == 1
    assert not found.unseen
    assert [row.name for row in found.layers if row.kind == "residual"] == ["mix", "residual"]
    assert {row.block for row in found.layers if row.name.startswith("mix.")} == {"mix"}
    assert rows["up"].block == rows["down"].block == "residual"
    assert rows["mix.out"].after == "mix.value"
    assert rows["up"].activation == wi.activations.gelu_tanh
    assert rows["mix.query"].weight.shape == (16, 16)
    assert rows["Embed_0"].inputs is None
    last = found.layers[-1]
    assert not last.parameters
    assert last.weight.shape == (16, 11)
    np.testing.assert_array_equal(last.weight, rows["Embed_0"].weight.T)


def images() -> Any:
    """Return a network of Keras for images, with each kind of convolution."""
    layers = keras.layers
    x = start = keras.Input((16, 16, 3))
    x = layers.Conv2D(4, 3, padding="same", name="conv")(x)
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.ReLU()(x)
    y = layers.Conv2D(4, 3, padding="same", name="inner")(x)
    y = layers.Conv2D(4, 3, padding="same", name="end")(layers.ReLU()(y))
    x = layers.Add()([x, y])
    x = layers.DepthwiseConv2D(3, name="depth")(x)
    x = layers.Conv2DTranspose(5, 3, strides=2, name="wide")(layers.LeakyReLU(0.2)(x))
    x = layers.GlobalAveragePooling2D()(layers.MaxPooling2D()(x))
    return keras.Model(start, layers.Dense(3, "softmax", name="out")(x))


def test_images_and_their_layers() -> None:
    """Kernels are (h, w, in, units); padding, pooling, norms and a block are seen."""
    model = images()
    x = RNG.standard_normal((8, 16, 16, 3)).astype(np.float32)
    found = wi.trace(model, x, RNG.integers(0, 3, 8))
    rows = {row.name: row for row in found.layers}
    assert found.seen == 1
    assert [rows[n].kind for n in ("conv", "depth", "wide", "out")] == [
        "conv",
        "depthwise",
        "transposed",
        "dense",
    ]
    assert rows["conv"].normalized == "batch"
    assert rows["conv"].activation == wi.activations.relu
    assert rows["conv"].roles["norm.gamma"] == "gain"
    assert rows["conv"].roles["norm.beta"] == "shift"
    assert rows["conv"].coverage == pytest.approx((46 / 48) ** 2)
    assert rows["depth"].weight.shape == (3, 3, 1, 4)
    assert rows["depth"].activation == wi.activations.leaky_relu(0.2)
    assert rows["wide"].pooled
    assert rows["wide"].weight.shape == (3, 3, 4, 5)
    assert rows["inner"].block == rows["end"].block == "residual"


def test_probabilities_at_the_end_are_judged_as_logits() -> None:
    """The loss of a model that ends with a softmax is that of the softmax, taken once."""
    model = images()
    x = RNG.standard_normal((8, 16, 16, 3)).astype(np.float32)
    y = RNG.integers(0, 3, 8)
    found = wi.trace(model, x, y)  # as `fit` runs it
    told = keras.losses.SparseCategoricalCrossentropy()(y, model(x, training=True))
    assert found.loss == pytest.approx(float(told), rel=1e-4)


def test_parameters_are_written_back_as_they_were() -> None:
    """What `assign` writes is what was read, whatever the layout of the framework."""
    model = images()
    x = RNG.standard_normal((8, 16, 16, 3)).astype(np.float32)
    before = [np.array(v.value) for v in model.variables]
    probe = probe_of(model, x, None)
    assert probe.assign(probe.parameters) is model
    for a, b in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(a, np.array(b.value))


def test_what_is_not_understood_is_named() -> None:
    """A parameter that enters in an unknown way is in no row, and the share says so."""

    class Strange(linen.Module):
        @linen.compact
        def __call__(self, x: Any) -> Any:
            power = self.param("power", linen.initializers.ones, (16,))
            return linen.Dense(4)(jnp.abs(linen.Dense(16)(x)) ** power)

    found = wi.trace(with_variables(Strange(), X), X)
    assert found.unseen == ("power (float32 (16,)): it enters through pow",)
    assert found.seen == pytest.approx(1 - 16 / (16 + 12 * 16 + 16 + 16 * 4 + 4))


def test_a_loss_of_the_user() -> None:
    """A loss of outputs in a tree, some of them integers, is taken as it is."""

    class Pair(linen.Module):
        @linen.compact
        def __call__(self, x: Any) -> Any:
            z = linen.Dense(4)(linen.tanh(linen.Dense(16)(x)))
            return {"logits": z, "label": z.argmax(-1)}

    def loss(outputs: Any, y: Any) -> Any:
        return jnp.mean((outputs["logits"] - y) ** 2)

    model = with_variables(Pair(), X)
    found = wi.trace(model, X, TARGETS, loss=loss)
    z = model[0].apply(model[1], X)["logits"]
    assert found.loss == pytest.approx(float(jnp.mean((z - TARGETS) ** 2)), rel=1e-5)
    last = found.layers[-1].activations_gradient
    np.testing.assert_allclose(last, 2 * (z - TARGETS) / z.size, atol=1e-6)


def test_half_precision() -> None:
    """A model in bfloat16 is recorded; its parameters are copies in float32."""
    model = linen.Sequential(
        [linen.Dense(16, param_dtype=jnp.bfloat16), linen.tanh, linen.Dense(4)]
    )
    found = wi.trace(with_variables(model, X), X, LABELS)
    assert found.layers[0].weight.dtype == np.float32
    assert found.layers[0].activation == wi.activations.tanh


def test_in_bfloat16_the_first_loss_is_off_by_the_square_of_the_rounding() -> None:
    """At the lowest loss a bias off by d adds at most d**2: bfloat16 has d = 2**-8 of the bias."""
    half = {"param_dtype": jnp.bfloat16, "dtype": jnp.bfloat16}
    for seed in range(3):
        model = linen.Sequential([linen.Dense(16, **half), linen.relu, linen.Dense(4, **half)])
        y = np.random.default_rng(seed).choice(4, len(X), p=[0.7, 0.1, 0.1, 0.1])
        done = wi.start(with_variables(model, X), X, y, rng=seed)
        shares = np.bincount(y, minlength=4) / len(y)
        d = 2**-8 * float(np.abs(np.log(shares[shares > 0])).max())
        assert -1e-6 <= done.first_loss - done.best_constant_loss <= d**2 + 1e-6


def test_code_to_paste_starts_what_it_says() -> None:
    """The lines run, and give the parameter the std that they name."""
    model, variables = with_variables(Mlp(), X)
    lines = probe_of((model, variables), X, None).code({"Dense_1.kernel": wi.Normal(std=0.25)})
    drawn = "jax.nn.initializers.normal(0.25)(jax.random.fold_in(key, 3), (16, 16))"
    assert lines == (f'params["Dense_1"]["kernel"] = {drawn}',)
    params = jax.tree.map(np.asarray, variables["params"])
    exec(lines[0], {"params": params, "jax": jax, "key": jax.random.key(1)})
    spread = float(params["Dense_1"]["kernel"].std())
    assert spread == pytest.approx(0.25, rel=6 / np.sqrt(2 * 256))  # 6 sigma: once in 5e8
    keras_model, names = as_keras(ours(0.3))
    [line] = probe_of(keras_model, X, None).code({names["dense1.weight"]: wi.zeros})
    assert line == 'model.get_layer("hidden1").kernel.assign(keras.initializers.Zeros()((16, 16)))'
    exec(line, {"model": keras_model, "keras": keras})
    assert not np.asarray(keras_model.get_layer("hidden1").kernel.value).any()


@pytest.mark.parametrize("make", FRAMEWORKS)
def test_lines_to_paste_draw_each_parameter_by_itself(make: Any) -> None:
    """Two parameters of one shape get different weights, of JAX from one key."""
    model, names = make(ours(0.3))
    both = [names["dense1.weight"], names["dense2.weight"]]
    lines = probe_of(model, X, None).code(dict.fromkeys(both, wi.Normal(std=0.25)))
    params = jax.tree.map(np.asarray, model[1]["params"]) if isinstance(model, tuple) else None
    known = {"model": model, "params": params, "jax": jax, "key": jax.random.key(1)}
    exec("\n".join(lines), known | {"keras": keras})
    mended = (model[0], {"params": params}) if params else model
    first, second = (wi.trace(mended, X).layers[i].weight for i in (1, 2))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize(
    "make, x, y, error, told",
    [
        (Mlp, X, None, TypeError, "model must come with its variables"),
        (lambda: (Mlp(), {}), X, None, ValueError, 'variables must have "params"'),
        (lambda: with_variables(Mlp(), X), X[:, :3], None, ValueError, "x must be what the model"),
        (lambda: with_variables(Mlp(), X), X, LABELS[:5], ValueError, "y must be integer labels"),
        (lambda: with_variables(Mlp(), X), X, LABELS + 9, ValueError, "labels must be from 0 to 3"),
        (lambda: with_variables(Mlp(), X), np.float32(1), None, ValueError, "x must be a batch"),
    ],
)
def test_what_does_not_fit_is_refused(make: Any, x: Any, y: Any, error: Any, told: str) -> None:
    """Variables, a batch or labels that do not fit are named, with a way out."""
    with pytest.raises(error, match=told):
        wi.trace(make(), x, y)


def test_keras_on_another_backend_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says how to bring a model on TensorFlow to a backend that is served."""
    model, _ = as_keras(ours(0.3))
    monkeypatch.setattr(keras.config, "backend", lambda: "tensorflow")
    with pytest.raises(ValueError, match=r'got one on .tensorflow.*KERAS_BACKEND="jax" or "torch"'):
        wi.trace(model, X)
