"""Record and judge models of Keras on the backend of this process: ``python -m ... FILE``.

A process has one backend. A test runs this once with each, and compares what the files hold.
"""

import pickle
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

import weightinit as wi
from weightinit.tracing import Trace

RNG = np.random.default_rng(0)
ROWS = RNG.standard_normal((32, 12)).astype(np.float32)
IMAGES = RNG.standard_normal((8, 16, 16, 3)).astype(np.float32)
SERIES = RNG.standard_normal((16, 6, 12)).astype(np.float32)
WORDS = RNG.integers(0, 20, (16, 10))


def mlp() -> keras.Model:
    """Return three hidden layers of ReLU."""
    hidden = [layers.Dense(16, "relu") for _ in range(3)]
    return keras.Sequential([keras.Input((12,)), *hidden, layers.Dense(4)], name="mlp")


def cnn() -> keras.Model:
    """Return a network for images, with each kind of convolution, norms and a block."""
    x = start = keras.Input((16, 16, 3))
    x = layers.Conv2D(4, 3, padding="same", name="conv")(x)
    x = layers.ReLU()(layers.BatchNormalization(name="norm")(x))
    y = layers.Conv2D(4, 3, padding="same", name="inner")(x)
    y = layers.BatchNormalization(scale=False, name="plain")(y)
    y = layers.Conv2D(4, 3, padding="same", name="end")(layers.ReLU()(y))
    x = layers.Add()([x, y])
    x = layers.DepthwiseConv2D(3, depth_multiplier=2, name="depth")(x)
    x = layers.Conv2DTranspose(5, 3, strides=2, name="wide")(layers.LeakyReLU(0.2)(x))
    x = layers.SeparableConv2D(6, 3, name="apart")(layers.MaxPooling2D()(layers.ReLU()(x)))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(start, layers.Dense(4, "softmax", name="out")(x))


def attention(rate: float = 0.0) -> keras.Model:
    """Return a transformer block, its norms before the layers, with a rate of dropout."""
    x = start = keras.Input((6, 12))
    y = layers.LayerNormalization(name="norm0")(x)
    x = x + layers.MultiHeadAttention(2, 6, name="mix")(y, y)
    y = layers.Dense(24, "gelu", name="up")(layers.LayerNormalization(name="norm1")(x))
    x = x + layers.Dropout(rate)(layers.Dense(12, name="down")(y))
    y = layers.MultiHeadAttention(3, 4, dropout=rate, name="mix1")(x, x)
    x = layers.GlobalAveragePooling1D()(x + y)
    return keras.Model(start, layers.Dense(4, name="out")(x))


def pair() -> keras.Model:
    """Return a network of two inputs, one of them words, with a sigmoid at its end."""
    left, right = keras.Input((12,)), keras.Input((10,), dtype="int32")
    words = layers.GlobalAveragePooling1D()(layers.Embedding(20, 8, name="table")(right))
    x = layers.Concatenate()([layers.Dense(8, "tanh", name="left")(left), words])
    x = layers.EinsumDense("ab,bc->ac", output_shape=8, bias_axes="c", name="mixed")(x)
    return keras.Model([left, right], layers.Dense(1, "sigmoid", name="out")(layers.ReLU()(x)))


def recurrent() -> keras.Model:
    """Return an LSTM over words."""
    start = keras.Input((10,), dtype="int32")
    x = layers.LSTM(8, name="lstm")(layers.Embedding(20, 8, name="table")(start))
    return keras.Model(start, layers.Dense(4, name="out")(x))


#: How a model is made, its batch, how many classes it has, and the kernel that is made large.
MODELS: dict[str, tuple[Callable[[], keras.Model], Any, int, str]] = {
    "mlp": (mlp, ROWS, 4, "dense_1/kernel"),
    "cnn": (cnn, IMAGES, 4, "inner/kernel"),
    "attention": (attention, SERIES, 4, "up/kernel"),
    "dropout": (lambda: attention(0.1), SERIES, 4, "up/kernel"),
    "pair": (pair, ([ROWS[:16], WORDS],), 2, "mixed/kernel"),
    "recurrent": (recurrent, WORDS, 4, "table/embeddings"),
}


def draw(model: keras.Model) -> None:
    """Give the variables values that do not depend on the backend."""
    rng = np.random.default_rng(1)
    for variable in model.weights:
        shape, name = tuple(variable.shape), variable.name
        value = rng.standard_normal(shape)
        if "kernel" in name or "embeddings" in name:
            value *= np.sqrt(2 / np.prod(shape[:-1]))
        else:
            value = 0.05 * value + (name in ("gamma", "moving_variance"))
        variable.assign(value.astype(np.float32))


def labels(x: Any, classes: int) -> Any:
    """Return a label for each sample."""
    count = len(x[0][0] if isinstance(x, tuple) else x)
    return np.random.default_rng(2).integers(0, classes, count)


def copied(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Return copies: parameters share the memory of the model."""
    return {name: array.copy() for name, array in arrays.items()}


def recorded(trace: Trace) -> dict[str, Any]:
    """Return what a trace holds, without objects of this package."""
    arrays = ("inputs", "pre_activations", "activations")
    fields = ("name", "kind", "block", "after", "normalized", "pooled", "coverage", "roles")
    return {
        "loss": trace.loss,
        "seen": trace.seen,
        "unseen": trace.unseen,
        "rows": [
            {field: getattr(row, field) for field in fields}
            | {"activation": row.activation and row.activation.name}
            | {name: getattr(row, name) for part in arrays for name in (part, f"{part}_gradient")}
            | {"parameters": copied(row.parameters), "gradients": copied(row.gradients)}
            for row in trace.layers
        ],
    }


def judged(model: keras.Model, x: Any, y: Any) -> list[Any]:
    """Return the findings, with their lines to paste."""
    return [
        (f.problem, f.layer, f.parameter, round(f.severity, 2), f.code)
        for f in wi.diagnose(model, x, y).findings
    ]


def values(model: keras.Model) -> list[Any]:
    """Return copies of all variables, the states of random numbers among them."""
    return [keras.ops.convert_to_numpy(variable.value).copy() for variable in model.variables]


def measured(name: str) -> dict[str, Any]:
    """Return what is recorded, found, mended and started on this backend."""
    make, x, classes, planted = MODELS[name]
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    model, y = make(), labels(x, classes)
    draw(model)
    before = values(model)
    found: dict[str, Any] = {"trace": recorded(wi.trace(model, x, y))}
    found["findings"] = judged(model, x, y)
    found["kept"] = all(map(np.array_equal, before, values(model)))
    kernel = next(v for v in model.variables if v.path.endswith(planted))
    kernel.assign(100 * keras.ops.convert_to_numpy(kernel.value))
    found["planted"] = judged(model, x, y)
    for *_, lines in found["planted"]:
        exec("\n".join(lines), {"keras": keras, "model": model})
    found["mended"] = judged(model, x, y)
    wi.start(model, x, y, rng=0)
    shares = np.unique(y, return_counts=True)[1] / len(y)
    found["started"] = wi.trace(model, x, y).loss
    found["constant"] = float(-(shares * np.log(shares)).sum())
    return found


if __name__ == "__main__":
    made = {name: measured(name) for name in MODELS}
    Path(sys.argv[1]).write_bytes(pickle.dumps(made))
