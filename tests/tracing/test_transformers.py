"""Traces, starts and diagnoses of transformers: a row for each weight, wherever it stands."""

from typing import Any

import numpy as np
import pytest

import weightinit as wi
from weightinit.diagnosis._paths.levels import levels
from weightinit.networks import GLU, Attention, Dense, Flatten, Parallel

KINDS: list[dict[str, Any]] = [
    {},
    {"norm": "post"},
    {"norm": "peri"},
    {"packed": False, "causal": False},
    {"feedforward": "glu", "activation": "silu"},
    {"tied": True},
    {"residual_scale": None},
]
EACH = pytest.mark.parametrize("options", KINDS, ids=str)


def network(width: int = 64, **options: Any) -> wi.Network:
    """Return a transformer of two blocks."""
    return wi.transformer(25, width=width, depth=2, heads=4, length=16, **options)


def batch(seed: int = 0) -> Any:
    """Draw windows of a text, one with padding behind, and the next characters."""
    x, y = wi.datasets.text(1_000, rng=seed).windows(16)
    x[0, 9:] = 0
    return x[:32], y[:32]


@EACH
def test_rows_hold_each_parameter_once_with_its_gradient(options: dict[str, Any]) -> None:
    """The rows together have the parameters of the network, and exactly their gradients."""
    net, (x, y) = network(16, **options).initialize(wi.Normal(std=0.3), rng=0), batch()
    found = wi.trace(net, x, y)
    loss, gradients = net.loss_and_gradients(x, y)
    names = [name for row in found.layers for name in row.parameters]
    assert found.loss == loss
    assert sorted(names) == sorted(net.parameters)
    np.testing.assert_equal(found.gradients, gradients)
    for row in found.layers:
        if row.bias_gradient is not None:  # padding has no gradient: its rows may be left out
            summed = row.pre_activations_gradient.sum(axis=0)
            np.testing.assert_allclose(summed, row.bias_gradient, atol=1e-12)


def test_queries_keys_and_values_receive_the_same() -> None:
    """Three weights side by side have the same inputs, which come from none of them."""
    net, (x, y) = network(16, packed=False).initialize(wi.Normal(std=0.3), rng=0), batch()
    rows = {row.name: row for row in wi.trace(net, x, y).layers}
    side = [rows[f"residual0.parallel0.dense{i}"] for i in range(3)]
    for row in side:
        assert (row.block, row.after) == ("residual0", "")
        np.testing.assert_array_equal(row.inputs, side[0].inputs)
    layers = [Dense(4), Parallel([Dense(2), Dense(3)]), Flatten(), Dense(2)]
    net = wi.Network(layers, (3, 5)).initialize(wi.he_normal, rng=0)
    rows_after = [row.after for row in wi.trace(net, np.ones((2, 3, 5))).layers]
    assert rows_after == [None, "dense0", "dense0", None]


def test_what_follows_three_weights_side_by_side_follows_the_last() -> None:
    """Queries and keys are no steps on the way of the values: each is a path of its own."""
    net, (x, y) = network(16, packed=False).initialize(wi.Normal(std=0.3), rng=0), batch()
    found = [[row.name for row in level] for level in levels(wi.trace(net, x, y).layers[:-1])]
    q, k, v = (f"residual0.parallel0.dense{i}" for i in range(3))
    assert [level for level in found if {q, k, v} & {*level}] == [
        [q],
        [k],
        [v, "residual0.dense0"],
    ]


def test_a_tied_weight_is_a_lookup_and_logits() -> None:
    """Its first use is the first row, its second the last, with the transpose; both know it."""
    net, (x, y) = network(16, tied=True).initialize(wi.Normal(std=0.3), rng=0), batch()
    first, *_, last = rows = wi.trace(net, x, y).layers
    W, dW = net.parameters["tied0.weight"], first.gradients["tied0.weight"]
    assert (first.kind, first.name, last.name) == ("embedding", "tied0", "tied0.logits")
    assert not last.parameters
    np.testing.assert_array_equal(last.weight, W.T)
    np.testing.assert_array_equal(last.weight_gradient, dW.T)
    words = x != 0
    np.testing.assert_array_equal(first.activations, W[x][words])
    np.testing.assert_array_equal(last.pre_activations, net.forward(x)[words])
    assert {row.block for row in rows} == {"", *(f"tied0.residual{i}" for i in range(4))}


def test_labels_are_those_that_count() -> None:
    """The labels of a trace are in a row, without padding and -1."""
    net, (x, y) = network(16).initialize(wi.Normal(std=0.02), rng=0), batch()
    y[1, 3] = -1
    labels = wi.trace(net, x, y).labels
    np.testing.assert_array_equal(labels, y[(x != 0) & (y != -1)])


@EACH
def test_nothing_is_found_in_a_usual_start(options: dict[str, Any]) -> None:
    """Neither in Normal(std=0.02), as of GPT-2, nor in what `wi.start` made."""
    net, (x, y) = network(**options), batch()
    usual = net.initialize(wi.Normal(std=0.02), rng=0)
    assert not wi.diagnose(usual, x, y).findings
    wi.start(net, x, y, rng=0)
    assert not wi.diagnose(net, x, y).findings


def test_a_fault_is_found_where_it_is() -> None:
    """Zero values in a block, or huge queries and keys, are blamed by name."""
    net, (x, y) = network(packed=False), batch()
    wi.start(net, x, y, rng=0)
    net.parameters["residual2.parallel0.dense2.weight"][:] = 0
    found = wi.diagnose(net, x, y).findings
    assert any("residual2.parallel0.dense2.weight" in finding.start for finding in found)


def test_the_first_loss_of_a_start_is_that_of_the_best_constant() -> None:
    """The output starts at the shares of the next characters, over the positions that count."""
    net, (x, y) = network(), batch()
    wi.start(net, x, y, rng=0)
    shares = np.unique(y[x != 0], return_counts=True)[1] / np.count_nonzero(x)
    assert net.loss_and_gradients(x, y)[0] == pytest.approx(-(shares @ np.log(shares)), rel=2e-6)


def test_packed_weights_are_drawn_apart() -> None:
    """Queries, keys, values, and the halves of a gate, are orthogonal each by itself."""
    net = network(feedforward="glu", hidden=64)
    wi.start(net, rng=0, overrides={"*.dense0.weight": wi.orthogonal})
    for name, parts in (("residual0.dense0.weight", 3), ("residual1.dense0.weight", 2)):
        for W in np.split(net.parameters[name], parts, axis=1):
            np.testing.assert_allclose(W.T @ W, np.eye(64), atol=1e-12)


def test_positions_start_as_large_as_what_they_are_added_to() -> None:
    """Rows of tokens and of positions have entries of size 1, where no output shares them."""
    net = network()
    report = wi.start(net, rng=0)
    role = {row.name: row.role for row in report.table}
    assert role["positions0.weight"] == "positions"
    assert net.parameters["positions0.weight"].std() == pytest.approx(1, abs=0.1)


def test_parts_are_found_where_they_are_taken_apart() -> None:
    """A dense layer has parts if attention or a gate comes next; others have none."""
    layers = [Parallel([Dense(6), GLU()]), Dense(12), Attention(2), Dense(4), GLU()]
    net = wi.Network(layers, (3, 4)).initialize(wi.he_normal, rng=0)
    parts = {row.name: row.parts for row in wi.trace(net, np.ones((2, 3, 4))).layers}
    assert parts == {"parallel0.dense0": (), "dense0": (4, 4, 4), "dense1": (2, 2)}
