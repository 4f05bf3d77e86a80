"""Inputs, targets and labels that no start makes up for; nothing here is left to chance."""

import dataclasses
import re

import numpy as np
import pytest
from sklearn.datasets import load_digits, load_iris

import weightinit as wi
from weightinit.diagnosis._symptoms.batch import (
    best_constant_loss,
    odd_labels,
    unscaled_inputs,
    unscaled_targets,
)
from weightinit.diagnosis._symptoms.facts import Facts, Symptom
from weightinit.diagnosis._symptoms.standardized import call, standardized
from weightinit.networks import Dense, LayerNorm, Network
from weightinit.tracing import Trace

RNG = np.random.default_rng(0)
X = RNG.standard_normal((100, 20))
DIGITS = load_digits().data[:100]


def with_column(factor: float) -> np.ndarray:
    """Return inputs of which one column is larger than all others."""
    x = X.copy()
    x[:, 3] *= factor
    return x


def of_inputs(x: np.ndarray) -> Symptom | None:
    """Return what is said of a batch."""
    net = wi.mlp([x.shape[1], 16, 3]).initialize(wi.he_normal, rng=0)
    return unscaled_inputs(Facts(wi.trace(net, x)))


FINE = {
    "standard": X,
    "raw digits": DIGITS,
    "pixels 0 to 1": DIGITS / 16,
    "iris": load_iris().data,
    "bits": (np.arange(256)[:, np.newaxis] >> np.arange(8) & 1).astype(float),
    "one-hot": np.eye(5000)[:100],
    "words": (RNG.random((100, 2000)) < 0.01).astype(float),
    "ones and zeros": np.repeat([[0.0], [1.0]], 50, axis=0) * np.ones(20),
    "one column": np.linspace(0, 5, 100)[:, np.newaxis],
    "blobs": RNG.choice([-10.0, -3.0, 6.0], (100, 2)) + RNG.standard_normal((100, 2)),
    "a column of ones": np.column_stack([X, np.ones(100)]),
    "one sample": X[:1],
}


@pytest.mark.parametrize("case", FINE)
def test_usual_inputs_are_fine(case: str) -> None:
    """Inputs on which networks do train are not blamed."""
    assert of_inputs(FINE[case]) is None


def test_a_batch_is_not_blamed_for_what_becomes_of_it() -> None:
    """Where the batch is fine and what the first layer receives is not, no standardizing helps."""
    net = wi.mlp([20, 16, 3]).initialize(wi.he_normal, rng=0)
    found = unscaled_inputs(Facts(dataclasses.replace(wi.trace(net, 1e-4 * X), inputs=X)))
    assert found is not None
    assert (found.parameter, found.severity) == ("", pytest.approx(3.0, abs=0.1))
    assert found.evidence.startswith(
        "The batch itself is well scaled; what dense0 receives is not: the inputs have"
    )
    assert found.advice == "look at what the model does to the batch before dense0"


@pytest.mark.parametrize(
    "x, told, severity",
    [
        (1e-4 * X, "root mean square of 0.0001", 3.0),
        (np.float32(1e-30) * X, "root mean square of 1e-30", 29.0),
        (255 * X, "root mean square of 2[.][56]e.02", 1.4),
        (1e200 * X, r"root mean square of 1e\+200", 199.0),
        (X + 100, "mean of the inputs is 1e.02 times their std", 2.0),
        (with_column(1000), "Column 3 of the inputs holds 100 %", 2.7),
        (np.tile(X[:1], (100, 1)), "Every sample .* the same", np.inf),
        (np.full((9, 4), np.float32(0.1)), "Every sample .* the same", np.inf),
    ],
)
def test_inputs_at_fault_are_named(x: np.ndarray, told: str, severity: float) -> None:
    """The evidence names the numbers; the severity counts orders of magnitude beyond the bound."""
    found = of_inputs(x)
    assert found is not None
    assert (found.problem, found.layers, found.parameter) == (
        "unscaled inputs",
        ("dense0",),
        "inputs",
    )
    assert re.search(told, found.evidence), found.evidence
    assert found.severity == pytest.approx(severity, abs=0.1)


def test_a_norm_in_front_makes_up_for_the_scale() -> None:
    """Behind a layer normalization inputs of any scale are fine; words are no inputs of a scale."""
    net = Network([LayerNorm(), Dense(16), Dense(3)], (20,)).initialize(wi.he_normal, rng=0)
    assert unscaled_inputs(Facts(wi.trace(net, 255 * X))) is None
    words = wi.rnn(9, 8, 2).initialize(wi.orthogonal, rng=0)
    assert unscaled_inputs(Facts(wi.trace(words, np.ones((5, 3), int)))) is None


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_standardized_has_mean_0_and_std_1(dtype: type, scale: float) -> None:
    """Each column, or each channel of images; a constant column becomes 0, words stay."""
    x = np.column_stack([scale * (X + 3), np.full(100, 0.1 * scale)]).astype(dtype)
    before = x.copy()
    z = standardized(x)
    tolerance = 1e4 * np.finfo(dtype).eps  # a mean of 3 std, and the digits that it costs
    assert np.allclose(z.mean(axis=0), 0, atol=tolerance)
    assert np.allclose(z.std(axis=0), [1.0] * 20 + [0.0], atol=tolerance)
    assert z.dtype == dtype
    assert np.array_equal(x, before)
    images = standardized(x[:, :18].reshape(100, 3, 3, 2))
    assert np.allclose(images.mean(axis=(0, 1, 2)), 0, atol=tolerance)
    assert np.allclose(images.std(axis=(0, 1, 2)), 1, atol=tolerance)
    assert np.array_equal(standardized(np.arange(6).reshape(2, 3)), [[0, 1, 2], [3, 4, 5]])


@pytest.mark.parametrize("x", [X + 3, 1e-30 * X, DIGITS, DIGITS.reshape(100, 8, 8, 1)])
def test_the_call_does_what_it_says(x: np.ndarray) -> None:
    """The line to paste gives what the trial of the remedy computes."""
    space = {"x": x, "np": np}
    exec(call(x), space)
    assert np.allclose(space["x"], standardized(x))


@pytest.mark.parametrize("x", [1e-4 * X, 255 * X, X + 100, with_column(1000)])
def test_the_remedy_removes_the_finding(x: np.ndarray) -> None:
    """Standardized inputs are fine, whatever was wrong with them."""
    assert of_inputs(standardized(x)) is None


def test_one_class_is_odd() -> None:
    """Labels of one class are told where chance does not explain them: 3^-13 and 3^-12 here."""
    net = wi.mlp([20, 16, 3]).initialize(wi.he_normal, rng=0)

    def of_labels(labels: np.ndarray) -> Symptom | None:
        return odd_labels(Facts(wi.trace(net, X[: len(labels)], labels)))

    found = of_labels(np.full(14, 2))
    assert found is not None
    assert (found.problem, found.parameter, found.severity) == ("odd labels", "labels", 1.0)
    assert found.evidence == "All 14 labels are 2, of 3 classes."
    assert of_labels(np.full(13, 2)) is None
    assert of_labels(np.append(np.full(99, 2), 0)) is None


def test_the_best_constant() -> None:
    """It is the entropy of the shares of labels: below it no outputs get that ignore the inputs."""
    net = wi.mlp([20, 3]).initialize(wi.zeros)
    labels = np.repeat([0, 1, 2], [50, 30, 20])
    best = best_constant_loss(wi.trace(net, X, labels))
    net.parameters["dense0.bias"][:] = np.log([0.5, 0.3, 0.2])
    assert best == pytest.approx(wi.trace(net, X, labels).loss)
    net.parameters["dense0.bias"][:] = np.log([0.5, 0.28, 0.22])
    assert best < wi.trace(net, X, labels).loss
    assert np.isnan(best_constant_loss(wi.trace(net, X)))


def of_targets(y: np.ndarray, *sizes: int) -> Trace:
    """Return the trace of a regression."""
    return wi.trace(wi.mlp([20, *sizes, 1]).initialize(wi.he_normal, rng=0), X, y)


@pytest.mark.parametrize(
    "y, severity",
    [(1e5, 3.0), (1e-4, 2.0), (1e-100, 98.0), (1.0, 0.0), (30.0, 0.0), (0.1, 0.0)],
)
def test_targets_far_from_outputs_of_size_1(y: float, severity: float) -> None:
    """Targets of any other size than a start reaches are told, beside the call that helps."""
    targets = y * (1 + 0.1 * X[:, :1])
    found = unscaled_targets(Facts(of_targets(targets, 16)))
    assert (found.severity if found else 0.0) == pytest.approx(severity, abs=0.1)
    if found:
        assert (found.problem, found.parameter) == ("unscaled targets", "targets")
        space = {"y": targets, "np": np}
        exec(found.advice.removeprefix("standardize the targets: "), space)
        assert unscaled_targets(Facts(of_targets(space["y"], 16))) is None
    assert unscaled_targets(Facts(of_targets(targets))) is None  # curvature is that of the inputs


def test_the_best_constant_of_a_regression_is_the_mean() -> None:
    """Its loss is the mean over outputs of the variance of the targets."""
    y = np.column_stack([X[:, :1], 3 * X[:, 1:2] + 7])
    net = wi.mlp([20, 2]).initialize(wi.zeros)
    net.parameters["dense0.bias"][:] = y.mean(axis=0)
    trace = wi.trace(net, X, y)
    assert best_constant_loss(trace) == pytest.approx(trace.loss)


@pytest.mark.parametrize("y", [np.eye(3)[np.arange(100) % 3], np.sign(X[:, :1])])
def test_labels_taken_for_targets_are_told(y: np.ndarray) -> None:
    """One-hot rows and columns of -1 and 1 come with the call that makes labels of them."""
    net = wi.mlp([20, 16, y.shape[1]]).initialize(wi.he_normal, rng=0)
    found = odd_labels(Facts(wi.trace(net, X, y)))
    assert found is not None
    space = {"y": y, "np": np}
    exec(found.advice.removeprefix("for the cross-entropy of labels write "), space)
    assert odd_labels(Facts(wi.trace(net, X, space["y"]))) is None
    assert odd_labels(Facts(wi.trace(net, X, y + 0.5))) is None
