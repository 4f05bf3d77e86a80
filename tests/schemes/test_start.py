"""Starting a whole network: roles, the first loss, overrides, and no finding afterwards."""

from collections.abc import Callable

import numpy as np
import pytest

import weightinit as wi
from tests.diagnosis.plants import Patient, cnn, gated, mlp, residual, rnn
from weightinit.networks import (
    ActivationLayer,
    BatchNorm,
    Dense,
    Embedding,
    Flatten,
    LayerNorm,
    Network,
    Residual,
)


def normalized(norm: object, seed: int) -> Patient:
    """Return six layers with a normalization each, and blocks with one before each branch."""
    block = Residual([norm, Dense(64), ActivationLayer("relu"), Dense(64)])
    layers = [Dense(64), norm, ActivationLayer("relu")] * 3
    net = Network([*layers, *[block] * 4, norm, Dense(10)], (24,))
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((64, 24)), rng.integers(0, 10, 64)
    return Patient(f"{type(norm).__name__}", net, x, y, ("dense0",), "relu")


def kinds(seed: int) -> list[Callable[[], Patient]]:
    """Return makers of networks of all kinds."""
    return [
        *(lambda a=a: mlp(a, 4, 64, seed) for a in ("relu", "tanh", "selu", "leaky_relu")),
        lambda: mlp("relu", 10, 128, seed),
        *(lambda a=a: cnn(a, [8, 16], seed) for a in ("relu", "tanh")),
        *(lambda a=a: rnn(a, 32, 8, seed) for a in ("relu", "tanh")),
        *(lambda k=k: gated(k, 32, 8, seed) for k in ("lstm", "gru")),
        *(lambda a=a: residual(a, 6, 64, seed) for a in ("relu", "tanh", "selu")),
        *(lambda n=n: normalized(n, seed) for n in (LayerNorm(), BatchNorm())),
    ]


@pytest.mark.parametrize("given", ["x and y", "x", "nothing"])
def test_nothing_is_found_in_what_was_started(given: str) -> None:
    """Networks of all kinds have no finding, whatever was known when they were started.

    By chance: below 1e-3 for these networks, as in ``tests/diagnosis/test_healthy.py``.
    """
    for make in kinds(seed=0):
        patient = make()
        batch = {"x and y": (patient.x, patient.y), "x": (patient.x,), "nothing": ()}[given]
        wi.start(patient.net, *batch, rng=0)
        diagnosis = wi.diagnose(patient.net, patient.x, patient.y)
        assert diagnosis.healthy, f"{patient.label}\n{diagnosis}"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_first_loss_is_that_of_the_best_constant(dtype: type) -> None:
    """Classes, two classes with one output, and targets: to 1e-6, of inputs of any scale."""
    rng = np.random.default_rng(0)
    x = 1e3 * rng.standard_normal((300, 5))
    labels = rng.choice(4, 300, p=[0.7, 0.1, 0.1, 0.1])
    for units, y in ((4, labels), (1, labels // 3), (2, rng.standard_normal((300, 2)) + 50)):
        net = wi.mlp([5, 16, units]).initialize(wi.he_normal, rng=0, dtype=dtype)
        done = wi.start(net, x, y, rng=0)
        first, _ = net.loss_and_gradients(x, y)
        shares = np.bincount(labels if units == 4 else labels // 3) / 300
        best = y.var(axis=0).mean() if units == 2 else -(shares @ np.log(shares))
        assert first == done.first_loss
        assert abs(first - best) < 1e-6
        assert abs(done.best_constant_loss - best) < 1e-12


def test_a_class_that_is_missing_costs_little_and_is_named() -> None:
    """Without labels of class 2 the first loss is still the best constant's, and a note says it."""
    patient = mlp("relu", 2, 16, 0)
    done = wi.start(patient.net, patient.x, patient.y % 2, rng=0)
    assert abs(done.first_loss - done.best_constant_loss) < 1e-6
    assert "No label of y names 2, 3" in str(done)


def test_without_inputs_labels_are_enough() -> None:
    """The outputs are the bias, so that a network takes its first guess from labels alone."""
    rng = np.random.default_rng(0)
    y = rng.choice(3, 100, p=[0.8, 0.1, 0.1])
    net = wi.rnn(20, 8, 3)
    done = wi.start(net, y=y, rng=0)
    first, _ = net.loss_and_gradients(rng.integers(1, 20, (100, 7)), y)
    assert first == pytest.approx(done.best_constant_loss, abs=1e-12)


@pytest.mark.parametrize("with_inputs", [False, True])
def test_each_parameter_starts_by_its_role(with_inputs: bool) -> None:
    """Weights as the adviser says, ends of branches zero, gains and scales one, biases zero."""
    patient = normalized(LayerNorm(), 0)
    x = patient.x if with_inputs else None
    done = wi.start(patient.net, x, rng=0)
    rows = {row.name: (row.role, row.initializer) for row in done.table}
    assert list(rows) == list(patient.net.parameter_shapes)
    scaled = ", lsuv" if with_inputs else ""
    assert rows["dense0.weight"] == ("dense", "he_normal")  # a normalization follows
    assert rows["residual0.dense0.weight"] == ("dense", f"he_normal{scaled}")
    advice = wi.recommend("relu", depth=4, residual=True, normalized="layer")
    assert advice.last_initializer == wi.VarianceScaling(
        scale=0.5, mode="fan_in", distribution="normal"
    )
    assert rows["residual3.dense1.weight"] == ("branch end", "normal 0.5/fan_in")
    assert rows["residual0.scale"] == ("scale", "ones")
    assert (rows["norm0.gain"], rows["norm0.bias"]) == (("gain", "ones"), ("shift", "zeros"))
    assert rows["dense3.weight"] == ("output", "lecun_normal")
    assert rows["dense3.bias"] == ("bias", "zeros")
    for name, array in patient.net.parameters.items():
        if name.endswith(("gain", "scale")):
            assert (array == 1).all()
    table = {row.name: row.after for row in done.table}
    assert table["dense0.weight"] == patient.net.parameters["dense0.weight"].std()


def test_with_inputs_hidden_variances_are_one() -> None:
    """Weights are scaled by the batch, but for the output and what hands on states or words."""
    for make in (lambda: mlp("tanh", 6, 64, 0), lambda: cnn("relu", [8, 16], 0)):
        patient = make()
        wi.start(patient.net, 30 * patient.x, rng=0)
        for row in wi.trace(patient.net, 30 * patient.x).layers[:-1]:
            assert row.pre_activations.var() == pytest.approx(1, abs=1e-12)
    sequence = rnn("tanh", 32, 5, 0)
    told = {row.name: row.initializer for row in wi.start(sequence.net, sequence.x, rng=0).table}
    assert told["rnn0.weight"] == "orthogonal"
    assert "lsuv" not in "".join(told.values())


def test_gates_start_apart() -> None:
    """Each of four gates is orthogonal, squared singular values of 1, and the forget gate's bias 1.

    Drawn at once, (16, 64) would have 16 of them for four gates: 1/4 on average in each.
    """
    patient = gated("lstm", 16, 8, 0)
    done = wi.start(patient.net, patient.x, patient.y, rng=0)
    told = {row.name: row.initializer for row in done.table}
    assert told["lstm0.bias"] == "zeros, forget gate 1"
    for gate in np.split(patient.weight("lstm0"), 4, axis=1):
        np.testing.assert_allclose(gate.T @ gate, np.eye(16), atol=1e-13)
    bias = patient.bias("lstm0").reshape(4, 16)
    assert bias.mean(axis=1).tolist() == [0, 1, 0, 0]
    assert not bias.std(axis=1).any()


def test_overrides_count_and_are_not_scaled() -> None:
    """A pattern decides for what it fits, the first for what several fit, and it stays so."""
    patient = mlp("relu", 2, 16, 0)
    overrides = {"dense1.weight": wi.Constant(value=0.25), "*.weight": wi.Constant(value=0.5)}
    done = wi.start(patient.net, patient.x, patient.y, overrides=overrides, rng=0)
    values = [float(patient.net.parameters[f"dense{i}.weight"].mean()) for i in range(3)]
    assert values == [0.5, 0.25, 0.5]
    assert done.first_loss > done.best_constant_loss + 0.01
    with pytest.raises(ValueError, match=r"no parameter fits the pattern 'conv\*' of overrides"):
        wi.start(patient.net, overrides={"conv*": wi.zeros})
    with pytest.raises(TypeError, match=r"overrides\['\*'\] must be an initializer"):
        wi.start(patient.net, overrides={"*": "he"})


def test_the_same_seed_gives_the_same_start() -> None:
    """An rng decides all draws; what the network was before makes no difference."""
    one, other = mlp("relu", 3, 16, 0), mlp("relu", 3, 16, 1)
    for patient in (one, other):
        wi.start(patient.net, one.x, one.y, rng=5)
    for name, array in one.net.parameters.items():
        np.testing.assert_array_equal(other.net.parameters[name], array)


def test_weights_that_are_not_finite_are_replaced() -> None:
    """A network that holds nan is started like any other."""
    patient = mlp("relu", 2, 16, 0)
    patient.weight("dense0")[0, 0] = np.nan
    done = wi.start(patient.net, patient.x, patient.y, rng=0)
    assert np.isnan(done.table[0].before)
    assert wi.diagnose(patient.net, patient.x, patient.y).healthy


def test_an_output_that_takes_no_constant_says_so() -> None:
    """Behind a sum, or a lookup, no bias is the outputs: the start of the adviser stays."""
    net = Network([Dense(4), ActivationLayer("tanh"), Residual([Dense(4)])], (3,))
    x = np.random.default_rng(0).standard_normal((20, 3))
    done = wi.start(net, x, np.arange(20) % 4, rng=0)
    assert done.notes == ("The output starts as without y: it is a sum.",)
    net = Network([Embedding(9, 2), Flatten()], (3,))
    done = wi.start(net, np.full((6, 3), 4), np.arange(6) % 2, rng=0)
    assert done.notes == ("The output starts as without y: it has no bias.",)


def test_an_activation_behind_the_output_is_seen() -> None:
    """Where the outputs are not the bias, a look shows it, and a note says so."""
    net = Network([Dense(2), ActivationLayer("tanh")], (3,))
    x = np.random.default_rng(0).standard_normal((20, 3))
    done = wi.start(net, x, np.full((20, 2), 0.5) + 0.1 * x[:, :2], rng=0)
    assert "with mean target as its bias the first loss would be" in done.notes[0]
    assert net.parameters["dense0.weight"].any()


def test_a_result_fits_the_width_and_is_shown_in_notebooks() -> None:
    """No line of the table passes 80 columns; HTML holds the same rows."""
    patient = residual("selu", 12, 64, 0)
    done = wi.start(patient.net, patient.x, patient.y, rng=0)
    assert max(map(len, str(done).splitlines())) <= 80
    assert done._repr_html_().count("<tr>") == len(done.table) + 1


def test_arguments_are_checked() -> None:
    """A model that is none, and a batch that does not fit: the network stays without weights."""
    net = wi.mlp([3, 4, 2])
    with pytest.raises(TypeError, match="model must be a Network"):
        wi.start("net")
    with pytest.raises(TypeError, match="loss must be left out"):
        wi.start(net, np.ones((2, 3)), loss=max)
    with pytest.raises(ValueError, match=r"3"):
        wi.start(net, np.ones((2, 5)))
    assert not net._parameters


def test_it_trains() -> None:
    """From here a deep narrow network on inputs of scale 100 learns two rings: a chance of 1e-3.

    In 100 seeds of the same network the accuracy was at least 0.9.
    """
    x, y = wi.datasets.ring(300, rng=0)
    net = wi.mlp([2, 16, 16, 16, 1])
    done = wi.start(net, 100 * x, y, rng=0)
    history = wi.train(
        net, 100 * x, y, epochs=60, batch_size=30, learning_rate=0.01, optimizer="adam", rng=0
    )
    assert history.losses[-1] < 0.5 * done.first_loss


def test_labels_that_are_none_are_refused_without_inputs() -> None:
    """The count of the samples that are made up is that of y, which is checked first."""
    with pytest.raises(ValueError, match="y must be integer labels, or float targets"):
        wi.start(wi.mlp([3, 2]), y=[[1.0, 2.0], [3.0]])
    with pytest.raises((TypeError, ValueError), match="y must be"):
        wi.start(wi.mlp([3, 2]), y=[])


@pytest.mark.parametrize("mean", [0.0, 1e3, 1e5])
def test_targets_far_from_zero_have_their_mean_as_the_bias(mean: float) -> None:
    """The loss is the variance, but for rounding of outputs and targets to float32.

    A residual is off by at most d = eps |mean|, so that the loss is by 2 d sqrt(var) + d^2.
    """
    rng = np.random.default_rng(11)
    x, y = rng.standard_normal((60, 8)), mean + rng.standard_normal((60, 1))
    net = wi.mlp([8, 16, 1]).initialize(wi.he_normal, rng=0, dtype=np.float32)
    done = wi.start(net, x.astype(np.float32), y, rng=0)
    d = 2.0**-23 * mean
    assert abs(done.first_loss - y.var()) < 1e-6 + 2 * d * y.std() + d**2
    assert done.table[-1].initializer == "mean target"
