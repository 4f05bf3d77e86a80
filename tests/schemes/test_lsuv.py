"""LSUV: the law of the variances, what it does not depend on, and what it refuses."""

import numpy as np
import pytest

import weightinit as wi
from tests.diagnosis.plants import cnn, mlp, residual, rnn
from weightinit.networks import ActivationLayer, BatchNorm, Dense, Embedding, Flatten, Network
from weightinit.schemes.lsuv import unit_variance
from weightinit.tracing._recording import NetworkProbe

PATIENTS = {
    "relu mlp": lambda: mlp("relu", 10, 64, 0),
    "tanh mlp": lambda: mlp("tanh", 10, 64, 0),
    "cnn": lambda: cnn("relu", [8, 16], 0),
    "residual": lambda: residual("relu", 4, 32, 0),
}


@pytest.mark.parametrize("kind", PATIENTS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_variance_is_one(kind: str, dtype: type) -> None:
    """Each pre-activation has variance 1 over the batch: one division, so some roundings away.

    Entries of z are sums of at most 2048 products, each with an error of an eps: their variance is
    off by less than 2048 eps, and the division adds an eps.
    """
    patient = PATIENTS[kind]()
    net = patient.net.initialize(wi.zeros, dtype=dtype)
    wi.lsuv(net, patient.x, rng=0)
    for row in wi.trace(net, patient.x).layers:
        if row.weight is not None:
            assert abs(row.pre_activations.var(dtype=float) - 1) < 2048 * np.finfo(dtype).eps


@pytest.mark.parametrize("kind", PATIENTS)
@pytest.mark.parametrize("factor", [1e-8, 1e4])
def test_the_scale_of_inputs_makes_no_difference(kind: str, factor: float) -> None:
    """Inputs times c give the same pre-activations: c goes into the first weight alone."""
    patient = PATIENTS[kind]()
    traces = []
    for x in (patient.x, factor * patient.x):
        net = wi.lsuv(patient.net, x, rng=0).model
        traces.append(wi.trace(net, x))
    for one, other in zip(*(trace.layers for trace in traces), strict=True):
        np.testing.assert_allclose(one.pre_activations, other.pre_activations, atol=1e-9)


def test_a_second_time_changes_nothing() -> None:
    """Weights that obey the law stay as they are: scaled again, they are equal to rounding."""
    patient = mlp("relu", 6, 32, 0)
    once = wi.lsuv(patient.net, patient.x, rng=0).model.parameters
    twice = dict(once)
    probe = NetworkProbe.of(patient.net, patient.x, None)
    assert unit_variance(probe, twice, range(7), progress=False) == ([*range(7)], ())
    for name, array in once.items():
        assert twice[name] is not array or name.endswith("bias")
        np.testing.assert_allclose(twice[name], array, rtol=1e-12)


def test_before_scaling_weights_are_orthogonal() -> None:
    """A scaled weight is a multiple of what was drawn: its singular values are all equal."""
    patient = mlp("tanh", 3, 32, 0)
    weight = wi.lsuv(patient.net, patient.x, rng=0).model.parameters["dense1.weight"]
    values = np.linalg.svd(weight, compute_uv=False)
    assert np.ptp(values) < 1e-12 * values.max()


def test_what_is_not_scaled_says_so_in_the_table() -> None:
    """Weights from state to state, and those before a normalization, stay as drawn."""
    sequence = rnn("tanh", 16, 5, 0)
    told = {row.name: row.initializer for row in wi.lsuv(sequence.net, sequence.x, rng=0).table}
    assert told["rnn0.weight"] == "orthogonal"
    assert told["embedding0.weight"] == told["dense0.weight"] == "orthogonal, lsuv"
    net = Network([Dense(8), BatchNorm(), ActivationLayer("relu"), Dense(2)], (3,))
    x = np.random.default_rng(0).standard_normal((20, 3))
    told = {row.name: row.initializer for row in wi.lsuv(net, x, rng=0).table}
    assert (told["dense0.weight"], told["dense1.weight"]) == ("orthogonal", "orthogonal, lsuv")
    assert (told["batchnorm0.gain"], told["batchnorm0.bias"]) == ("ones", "zeros")


def test_tokens_alone() -> None:
    """The rows that are looked up have variance 1, too: padding is not counted."""
    net = Network([Embedding(9, 4), Flatten(), Dense(2)], (3,))
    x = np.random.default_rng(0).integers(1, 9, (20, 3))
    row = wi.trace(wi.lsuv(net, x, rng=0).model, x).layers[0]
    assert row.pre_activations.var() == pytest.approx(1, abs=1e-13)


def test_no_signal_is_refused_and_the_model_stays() -> None:
    """Where pre-activations are all the same nothing can scale them: the layer is named."""
    net = wi.mlp([3, 4, 2]).initialize(wi.he_normal, rng=0)
    before = {name: array.copy() for name, array in net.parameters.items()}
    with pytest.raises(ValueError, match="those of 'dense0' do not differ"):
        wi.lsuv(net, np.zeros((5, 3)), rng=0)
    for name, array in before.items():
        np.testing.assert_array_equal(net.parameters[name], array)


def test_errors_name_the_argument() -> None:
    """An initializer that is none, and a pattern that fits nothing."""
    net, x = wi.mlp([3, 4, 2]), np.ones((5, 3))
    with pytest.raises(TypeError, match="initializer must be an initializer"):
        wi.lsuv(net, x, initializer="he")
    with pytest.raises(ValueError, match="no parameter fits the pattern 'conv"):
        wi.lsuv(net, x, initializer={"conv*": wi.he_normal})
    assert not net._parameters


def test_a_bar_is_shown_if_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """The bar counts layers."""
    pytest.importorskip("tqdm")
    patient = mlp("relu", 2, 8, 0)
    wi.lsuv(patient.net, patient.x, rng=0, progress=True)
    assert "3/3" in capsys.readouterr().err
