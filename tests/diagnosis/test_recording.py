"""A trace holds what the passes made, and tells nothing that they did not."""

import dataclasses

import numpy as np
import pytest

import weightinit as wi
from tests.diagnosis.plants import Patient, cnn, mlp, residual, rnn
from weightinit.diagnosis import LayerTrace, Trace, judge, trace
from weightinit.networks import ActivationLayer, Flatten, Network

PATIENTS = {
    "mlp": lambda: mlp("tanh", 3, 16, seed=0),
    "cnn": lambda: cnn("relu", [4, 6], seed=0),
    "rnn": lambda: rnn("tanh", 16, 6, seed=0),
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


def test_the_kernel_covers_less_at_the_edge() -> None:
    """On a 2 x 2 image a 3 x 3 kernel meets 4 of 9 pixels; a layer without padding all."""
    net = wi.cnn((2, 2, 3), [4], 2).initialize(wi.he_normal, rng=0)
    rows = trace(net, np.ones((1, 2, 2, 3))).layers
    assert [row.coverage for row in rows] == pytest.approx([4 / 9, 1])


def test_the_judge_reads_nothing_but_the_trace() -> None:
    """A trace rebuilt from its plain arrays has the same diagnosis as the network."""
    patient = mlp("relu", 4, 32, seed=0)
    patient.weight("dense2")[:] *= 0.01
    found = trace(patient.net, patient.x, patient.y)
    rebuilt = Trace(
        layers=tuple(
            LayerTrace(**{f.name: getattr(row, f.name) for f in dataclasses.fields(row)})
            for row in found.layers
        ),
        loss=found.loss,
        labels=found.labels,
    )
    direct = wi.diagnose(patient.net, patient.x, patient.y)
    assert judge(rebuilt).findings == direct.findings != ()


def test_made_up_labels_are_always_the_same() -> None:
    """Without labels two diagnoses agree, and the first loss is not judged."""
    patient = mlp("relu", 2, 32, seed=0)
    patient.weight(patient.output)[:] *= 100
    first, second = (wi.diagnose(patient.net, patient.x) for _ in range(2))
    assert str(first) == str(second)
    assert first.healthy


def test_float_targets_are_taken() -> None:
    """A regression is diagnosed by its squared error, whose first value is not judged."""
    x = np.random.default_rng(0).standard_normal((50, 3))
    net = wi.mlp([3, 32, 2]).initialize(wi.he_normal, rng=0)
    assert not wi.diagnose(net, x, 100 * x[:, :2]).findings


@pytest.mark.parametrize(
    "call, error, message",
    [
        (
            lambda: wi.diagnose("net", [[1.0]]),
            TypeError,
            "net must be a Network, got 'net' .*; build",
        ),
        (lambda: wi.diagnose(wi.mlp([1, 1]), [[1.0]]), RuntimeError, "has no weights yet; give"),
        (lambda: wi.diagnose(_net(), [[1.0, 2.0]]), ValueError, r"shape \(n, 1\), got \(1, 2\)"),
        (
            lambda: wi.diagnose(wi.rnn(5, 4, 2).initialize(wi.orthogonal, rng=0), [[0, 0]]),
            ValueError,
            "x must hold words, got nothing but padding",
        ),
        (lambda: wi.diagnose(_net(), [[1.0]], [7]), ValueError, "labels must be from 0 to 1"),
        (
            lambda: wi.diagnose(Network([ActivationLayer("relu"), Flatten()], (1,)), [[1.0]]),
            ValueError,
            "nothing to diagnose: .* has no layer with a weight",
        ),
    ],
)
def test_bad_input_is_told(call, error, message) -> None:
    """A bad argument is named, with what is allowed or a way out."""
    with pytest.raises(error, match=message):
        call()


def _net() -> Network:
    return wi.mlp([1, 2, 1]).initialize(wi.he_normal, rng=0)
