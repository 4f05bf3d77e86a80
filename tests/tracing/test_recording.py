"""A trace holds what the passes made, and tells nothing that they did not."""

import numpy as np
import pytest

import weightinit as wi
from tests.diagnosis.plants import Patient, cnn, gated, mlp, residual, rnn
from weightinit.networks import (
    ActivationLayer,
    BatchNorm,
    Conv2D,
    Dense,
    Flatten,
    LayerNorm,
    Network,
    Residual,
)
from weightinit.tracing import trace
from weightinit.tracing._recording import NetworkProbe

PATIENTS = {
    "mlp": lambda: mlp("tanh", 3, 16, seed=0),
    "cnn": lambda: cnn("relu", [4, 6], seed=0),
    "rnn": lambda: rnn("tanh", 16, 6, seed=0),
    "lstm": lambda: gated("lstm", 8, 6, seed=0),
    "gru": lambda: gated("gru", 8, 6, seed=0),
    "residual": lambda: _awake(residual("tanh", 2, 16, seed=0)),
}
EACH = pytest.mark.parametrize("kind", PATIENTS)


def _awake(patient: Patient) -> Patient:
    patient.net.initialize(wi.xavier_normal, rng=0)
    return patient


@EACH
def test_gradients_are_those_of_the_network(kind: str) -> None:
    """Loss and gradients of the weights are exactly those of ``loss_and_gradients``."""
    patient = PATIENTS[kind]()
    found = trace(patient.net, patient.x, patient.y)
    loss, gradients = patient.net.loss_and_gradients(patient.x, patient.y)
    assert found.loss == loss
    for row in found.layers:
        if row.weight is not None:
            np.testing.assert_array_equal(row.weight_gradient, gradients[f"{row.name}.weight"])
    assert found.after is None


@EACH
def test_gradients_of_pre_activations_sum_to_those_of_biases(kind: str) -> None:
    """The bias is added in every row: its gradient is the sum over the rows, padding left out."""
    patient = PATIENTS[kind]()
    for row in trace(patient.net, patient.x, patient.y).layers:
        if row.bias_gradient is not None:
            summed = row.pre_activations_gradient.sum(axis=0)
            np.testing.assert_allclose(summed, row.bias_gradient, rtol=1e-9, atol=1e-15)


@EACH
def test_rows_obey_the_activation(kind: str) -> None:
    """In each row a = phi(z), and the gradient for z is that for a times phi'(z)."""
    patient = PATIENTS[kind]()
    for row in trace(patient.net, patient.x, patient.y).layers:
        if row.activation is not None:
            z, da = row.pre_activations, row.activations_gradient
            np.testing.assert_allclose(row.activations, row.activation(z), rtol=1e-12)
            passed = da * row.activation.derivative(z)
            np.testing.assert_allclose(row.pre_activations_gradient, passed, rtol=1e-9, atol=1e-15)


@EACH
def test_the_network_is_left_alone(kind: str) -> None:
    """Neither a trace nor its small steps change a parameter."""
    patient = PATIENTS[kind]()
    patient.weight(patient.output)[:] = 0
    before = {name: array.copy() for name, array in patient.net.parameters.items()}
    assert trace(patient.net, patient.x, patient.y).after is not None
    for name, array in patient.net.parameters.items():
        np.testing.assert_array_equal(array, before[name])


def test_padding_is_left_out() -> None:
    """Sentences of T words have T rows in the recurrent layer, whatever the padding behind."""
    net = wi.rnn(9, 8, 2).initialize(wi.orthogonal, rng=0)
    row = trace(net, [[3, 1, 4, 0], [1, 0, 0, 0], [2, 2, 0, 0]]).layers[1]
    assert list(row.steps) == [0, 1, 2, 0, 0, 1]
    assert list(row.steps_left) == [2, 1, 0, 0, 1, 0]
    assert len(row.inputs) == len(row.activations) == 6


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_gates_are_recorded_as_one_product(kind: str) -> None:
    """Their row is h W + b, a matrix product, as in PyTorch; the input's is that of its layer."""
    patient = PATIENTS[kind]()
    patient.bias(f"{kind}0")[:] = np.random.default_rng(0).normal(
        size=8 * (4 if kind == "lstm" else 3)
    )
    found = trace(patient.net, patient.x, patient.y)
    _, row, _ = found.layers
    assert (row.kind, row.activation, row.steps) == ("lstm", None, None)
    assert len(row.inputs) == np.count_nonzero(patient.x)
    made = row.inputs @ row.weight + row.bias
    np.testing.assert_allclose(row.pre_activations, made, rtol=1e-12, atol=1e-15)
    back = row.pre_activations_gradient @ row.weight.T
    np.testing.assert_allclose(row.inputs_gradient, back, rtol=1e-12, atol=1e-15)
    summed = row.inputs.T @ row.pre_activations_gradient
    np.testing.assert_allclose(row.weight_gradient, summed, rtol=1e-9, atol=1e-15)


def test_the_kernel_covers_less_at_the_edge() -> None:
    """On a 2 x 2 image a 3 x 3 kernel meets 4 of 9 pixels; a layer without padding all."""
    net = wi.cnn((2, 2, 3), [4], 2).initialize(wi.he_normal, rng=0)
    rows = trace(net, np.ones((1, 2, 2, 3))).layers
    assert [row.coverage for row in rows] == pytest.approx([4 / 9, 1])


def normalized() -> Network:
    """Return a network with a norm at its start, in a branch, behind one, and one by itself."""
    branch = [LayerNorm(), Dense(4), ActivationLayer("relu"), Dense(4)]
    bare = Residual([LayerNorm(), ActivationLayer("tanh"), LayerNorm()])
    layers = [LayerNorm(), Dense(4), Residual(branch), bare, LayerNorm(), Dense(3)]
    return Network(layers, (4,)).initialize(wi.he_normal, rng=0)


def test_a_trace_holds_every_parameter() -> None:
    """All parameters and their gradients are in the rows, gains and scalars too, each once."""
    networks = [PATIENTS[kind]() for kind in PATIENTS]
    cases = [(patient.net, patient.x, patient.y) for patient in networks]
    cases.append((normalized(), np.random.default_rng(0).normal(size=(5, 4)), [0, 1, 2, 0, 1]))
    for net, x, y in cases:
        found, gradients = trace(net, x, y), net.loss_and_gradients(x, y)[1]
        np.testing.assert_array_equal(found.inputs, x)
        assert sum(len(row.parameters) for row in found.layers) == len(net.parameters)
        assert found.parameters.keys() == found.gradients.keys() == gradients.keys()
        for name, array in found.parameters.items():
            assert array is net.parameters[name]
            np.testing.assert_array_equal(found.gradients[name], gradients[name])


def test_parameters_stand_with_the_layer_before_them() -> None:
    """A norm is in the row of the layer before it; the first ones are with the first layer."""
    net = normalized()
    rows = {row.name: list(row.parameters) for row in trace(net, np.eye(4), [0, 1, 2, 0]).layers}
    inner = {"residual0.dense0", "residual0.dense1"}
    assert rows.keys() == {"dense0", "dense1", "residual0", "residual1"} | inner
    assert rows["dense0"] == ["norm0.gain", "norm0.bias", "dense0.weight", "dense0.bias"]
    assert "residual0.norm0.gain" in rows["residual0.dense0"]
    assert rows["residual0"] == ["residual0.scale"]
    assert {"residual1.scale", "residual1.norm1.gain", "norm1.gain"} <= set(rows["residual1"])


def test_rows_know_which_norm_stands_before_the_activation() -> None:
    """It is that between weight and activation, or in a branch, and not one behind those."""
    relu = ActivationLayer("relu")
    for norm, name in [(LayerNorm(), "layer"), (BatchNorm(), "batch")]:
        layers = [norm, Dense(4), norm, relu, Dense(4), relu, norm, Residual([norm, Dense(4)])]
        net = Network([*layers, Dense(3)], (4,)).initialize(wi.he_normal, rng=0)
        rows = {row.name: row.normalized for row in trace(net, np.eye(4)).layers}
        inner = {"residual0.dense0": False, "residual0": name}
        assert rows == {"dense0": name, "dense1": False, **inner, "dense2": False}


def test_rows_know_their_samples() -> None:
    """Each row is of the sample that its position lies in, padding left out."""
    images = np.random.default_rng(0).normal(size=(3, 2, 2, 1))
    net = wi.cnn((2, 2, 1), [4], 2).initialize(wi.he_normal, rng=0)
    conv, dense = trace(net, images).layers
    assert conv.samples.tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert dense.samples is None
    net = wi.rnn(9, 8, 2).initialize(wi.orthogonal, rng=0)
    embedding, rnn, dense = trace(net, [[3, 1, 4, 0], [1, 0, 0, 0], [2, 2, 0, 0]]).layers
    assert embedding.samples.tolist() == rnn.samples.tolist() == [0, 0, 0, 1, 2, 2]


def test_a_trace_keeps_labels_or_targets() -> None:
    """The labels of a classification, the targets of a regression, and neither where none are."""
    net = wi.mlp([3, 4, 2]).initialize(wi.he_normal, rng=0)
    x, labels, targets = np.eye(5)[:, :3], np.array([0, 1, 1, 0, 1]), np.eye(5)[:, :2]
    classified, fitted, pulled = (trace(net, x, y) for y in (labels, targets, None))
    np.testing.assert_array_equal(classified.labels, labels)
    np.testing.assert_array_equal(fitted.targets, targets)
    assert classified.targets is fitted.labels is pulled.labels is pulled.targets is None


def test_labels_may_be_pixels() -> None:
    """Where Flatten makes the outputs there are more of them than the last layer has units."""
    net = Network([Conv2D(2), Flatten()], (3, 3, 1)).initialize(wi.he_normal, rng=0)
    x, y = np.random.default_rng(0).normal(size=(4, 3, 3, 1)), [0, 5, 17, 1]
    assert trace(net, x, y).loss == net.loss_and_gradients(x, y)[0]


def test_a_probe_looks_with_other_inputs() -> None:
    """A probe whose inputs are replaced sees what a trace of these inputs records."""
    net = wi.mlp([3, 4, 2]).initialize(wi.he_normal, rng=0)
    x, y = np.random.default_rng(0).normal(size=(5, 3)), [0, 1, 1, 0, 1]
    changed = NetworkProbe.of(net, x, y).with_inputs((x - x.mean(axis=0)) / x.std(axis=0))
    seen, direct = changed.look(net.parameters), trace(net, changed.inputs, y)
    assert seen.loss == direct.loss
    assert seen.inputs is changed.inputs
    np.testing.assert_equal(seen.gradients, direct.gradients)


def test_without_labels_the_pull_is_fixed() -> None:
    """Without labels there is no loss, and outputs of any shape are pulled, always alike."""
    net = Network([Conv2D(3), ActivationLayer("tanh")], (4, 4, 2)).initialize(wi.he_normal, rng=0)
    x = np.random.default_rng(0).normal(size=(5, 4, 4, 2))
    first, second = trace(net, x), trace(net, x)
    assert np.isnan(first.loss)
    assert first.labels is None
    pulls = [found.layers[-1].activations_gradient for found in (first, second)]
    np.testing.assert_array_equal(*pulls)
    assert 0 < np.abs(pulls[0]).min() < np.abs(pulls[0]).max() < 6 / len(x)  # normal, std 1/n


def test_without_labels_small_steps_wake_what_sleeps() -> None:
    """Behind an output layer of zeros gradients appear after a step, with labels or without."""
    patient = mlp("relu", 3, 16, seed=0)
    patient.weight(patient.output)[:] = 0
    for labels in (patient.y, None):
        found = trace(patient.net, patient.x, labels)
        assert not found.gradients["dense0.weight"].any()
        assert found.after.gradients["dense0.weight"].any()


@pytest.mark.parametrize(
    "call, error, message",
    [
        (
            lambda: trace("net", [[1.0]]),
            TypeError,
            "model must be a Network, .* got 'net' .*; build",
        ),
        (lambda: trace(wi.mlp([1, 1]), [[1.0]]), RuntimeError, "has no weights yet; give"),
        (lambda: trace(_net(), [[1.0, 2.0]]), ValueError, r"shape \(n, 1\), got \(1, 2\)"),
        (
            lambda: trace(wi.rnn(5, 4, 2).initialize(wi.orthogonal, rng=0), [[0, 0]]),
            ValueError,
            "x must hold words, got nothing but padding",
        ),
        (lambda: trace(_net(), [[1.0]], [7]), ValueError, "labels must be from 0 to 1"),
        (
            lambda: trace(Network([ActivationLayer("relu"), Flatten()], (1,)), [[1.0]]),
            ValueError,
            "nothing to trace: .* has no layer with a weight",
        ),
    ],
)
def test_bad_input_is_told(call, error, message) -> None:
    """A bad argument is named, with what is allowed or a way out."""
    with pytest.raises(error, match=message):
        call()


def _net() -> Network:
    return wi.mlp([1, 2, 1]).initialize(wi.he_normal, rng=0)
