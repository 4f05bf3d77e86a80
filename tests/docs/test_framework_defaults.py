"""What the pages on the frameworks state, against what is kept of them; parity measures again."""

import math

import numpy as np
import pytest

import weightinit as wi
from tests.docs.running import run

pytest.importorskip("IPython", reason="the pages show tables by it")
DEFAULTS, TABLE = "about/framework-defaults.md", "reference/other-initializers.md"


def test_drawn_layers_keep_what_the_laws_predict():
    """
    Layers drawn from the laws leave the mean square of the theory, ten layers on.

    Its log strays by a std of sqrt(5 / 256) a ReLU layer, less for smoother ones, and the median
    of five by less: 4 of these.
    """
    names = run(DEFAULTS).names
    off = 4 * math.sqrt(5 * names["depth"] / names["width"])
    for key, (squares, _) in names["found"].items():
        np.testing.assert_allclose(np.log(squares / names["predicted"][key][0]), 0, atol=off)
    for activation, start in (("relu", "recommended"), ("gelu", "recommended")):
        found, told = (names[name][activation, start][1] for name in ("found", "predicted"))
        assert found == pytest.approx(told, abs=0.1)
    assert names["found"]["relu", "PyTorch"][1] > 0.999


def test_the_factors_of_relu_layers():
    """Keras and Flax halve the mean square at equal width, PyTorch leaves a sixth and its bias."""
    names = run(DEFAULTS).names
    after = {name: names["predicted"]["relu", name][0][1] for name in names["starts"]}
    assert after["Keras, Flax"] == pytest.approx(1 / 2)
    assert after["PyTorch"] == pytest.approx((1 + 1 / 256) / 6)
    assert names["without_biases"]["relu", "PyTorch"] == pytest.approx(6.0**-10)
    same = [
        names["variances"](*names["dense"](name)) for name in ("Keras", "Flax linen", "Flax nnx")
    ]
    np.testing.assert_allclose(same, [[1, 0]] * 3, rtol=1e-12)
    assert names["starts"]["Keras, Flax"][0] == wi.recommend("tanh").initializer


def test_what_stands_out_is_what_was_measured():
    """The factors of the list follow from counts: of channels, strides, packed matrices, gates."""
    names = run(DEFAULTS).names
    counted = {
        ("Keras", "depthwise 2D", "weights", 0): 2 / (256 + 1),
        ("PyTorch", "transposed 2D", "weights", 0): 1 / 3 / 4,
        ("PyTorch", "transposed 2D", "weights", 1): 1 / 3 / 4 * 64 / 192,
        ("Keras", "transposed 2D", "weights", 0): 1 / 4,
        ("Flax linen", "transposed 2D", "weights", 1): 1 / 4,
        ("PyTorch", "attention", "query, key, value", 0): 2 / (1 + 3),
        ("PyTorch", "LSTM", "input weights", 1): 1 / 3 * 64 / 192,
        ("Keras", "LSTM", "recurrent weights", 0): 1 / 4,
        ("Flax nnx", "GRU", "recurrent weights", 0): 1 / 3,
        ("Flax nnx", "LSTM", "recurrent weights", 0): 1,
        ("Flax linen", "GRU", "recurrent weights", 0): 1,
    }
    for place, count in counted.items():
        assert float(names["factor"](*place)) == pytest.approx(count, rel=0.05)
    kept = {name: float(names["kept_cell"](name).split()[0]) for name in ("PyTorch", "Keras")}
    assert kept == {"PyTorch": 0.1, "Keras": 4}


def test_convolutions_have_the_factor_of_dense_layers():
    """At both sizes a convolution has the std of a dense layer, over the root of its pixels."""
    measured = run(DEFAULTS).names["measured"]
    for (framework, row, part), of in measured.items():
        if row.startswith("convolution") and part == "weights":
            dense = measured[framework, "dense", part]
            for here, there in zip(of["sizes"], dense["sizes"], strict=True):
                scaled = here["std"] * math.sqrt(here["terms"] / there["terms"])
                assert scaled == pytest.approx(there["std"], rel=0.02)


def test_the_table_shows_every_initializer():
    """Each name that is kept stands in the table of its module, once, in code."""
    names = run(TABLE).names
    for module, rows in names["found"].items():
        text = names["table"](module).data
        for row in rows:
            for name in (row["name"], *row["other names"]):
                assert text.count(f"`{name}`") == 1
