"""Losses and the choice among them."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.networks.numeric import TOLERANCE, Array, numeric_gradient, relative_error
from weightinit.networks._losses import (
    Loss,
    choose_loss,
    labels_of,
    mean_squared_error,
    sigmoid_cross_entropy,
    softmax_cross_entropy,
)

SEEDS = st.integers(0, 2**32 - 1)
LOSSES = [softmax_cross_entropy, sigmoid_cross_entropy, mean_squared_error]
EPSILON = np.finfo(float).eps


def draw(loss: Loss, n: int, units: int, seed: int) -> tuple[Array, Array]:
    """Draw outputs and targets for a loss."""
    rng = np.random.default_rng(seed)
    if loss is sigmoid_cross_entropy:
        return rng.normal(size=(n, 1)), rng.integers(0, 2, n)
    z = rng.normal(size=(n, units))
    return z, rng.integers(0, units, n) if loss is softmax_cross_entropy else rng.normal(
        size=z.shape
    )


@pytest.mark.parametrize("loss", LOSSES)
@settings(max_examples=30)
@given(n=st.integers(1, 6), units=st.integers(2, 5), seed=SEEDS)
def test_gradients_are_exact(loss: Loss, n: int, units: int, seed: int) -> None:
    """The gradient of each loss equals differences, and the loss changes none of its arguments."""
    z, y = draw(loss, n, units, seed)
    before = z.copy(), y.copy()
    _, dz = loss(z, y)
    np.testing.assert_equal((z, y), before)
    assert relative_error(dz, numeric_gradient(lambda: loss(z, y)[0], z)) <= TOLERANCE


@pytest.mark.parametrize("loss", LOSSES)
@given(n=st.integers(1, 6), seed=SEEDS)
def test_losses_are_means(loss: Loss, n: int, seed: int) -> None:
    """The loss of a batch is the mean over its samples, so that a batch twice has the same."""
    z, y = draw(loss, n, 3, seed)
    singly = [loss(z[i : i + 1], y[i : i + 1])[0] for i in range(n)]
    twice, dz = loss(np.concatenate([z, z]), np.concatenate([y, y]))
    atol = 10 * n * EPSILON * (1 + max(singly))  # n terms, each rounded a few times
    assert math.isclose(loss(z, y)[0], sum(singly) / n, rel_tol=0, abs_tol=atol)
    assert math.isclose(loss(z, y)[0], twice, rel_tol=0, abs_tol=atol)
    np.testing.assert_allclose(dz[:n] + dz[n:], loss(z, y)[1], rtol=0, atol=atol)


@given(a=st.floats(-30, 30), b=st.floats(-30, 30), label=st.integers(0, 1))
def test_a_sigmoid_is_a_softmax_of_two(a: float, b: float, label: int) -> None:
    """One output z gives the loss that two outputs a and b with b - a = z give."""
    y = np.array([label])
    one, d_one = sigmoid_cross_entropy(np.array([[b - a]]), y)
    two, d_two = softmax_cross_entropy(np.array([[a, b]]), y)
    atol = 8 * 60 * EPSILON  # numbers up to 60, each rounded a few times
    assert math.isclose(one, two, rel_tol=0, abs_tol=atol)
    np.testing.assert_allclose([-d_one[0, 0], d_one[0, 0]], d_two[0], rtol=0, atol=atol)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_saturated_losses_stay_exact(dtype: type) -> None:
    """Where a probability rounds to 0 or 1 the loss is its logit, and the gradient is not lost."""
    z, y = np.array([[1e4], [-1e4], [60.0]], dtype), np.array([0, 0, 1])
    values = [sigmoid_cross_entropy(z[i : i + 1], y[i : i + 1]) for i in range(3)]
    assert [loss for loss, _ in values[:2]] == [1e4, 0.0]
    assert [dz.item() for _, dz in values[:2]] == [1.0, 0.0]
    assert values[2][1].item() == pytest.approx(-math.exp(-60), rel=64 * float(np.finfo(dtype).eps))
    loss, dz = softmax_cross_entropy(np.array([[1e4, 0, -1e4]], dtype), np.array([2]))
    assert loss == 2e4
    assert dz.tolist() == [[1.0, 0.0, -1.0]]
    assert dz.dtype == dtype


@given(st.integers(2, 6), SEEDS)
def test_the_gradient_of_a_softmax_sums_to_0(units: int, seed: int) -> None:
    """Logits matter only by their differences, so that the gradient of a sample sums to 0."""
    _, dz = softmax_cross_entropy(*draw(softmax_cross_entropy, 4, units, seed))
    np.testing.assert_allclose(dz.sum(axis=1), 0, atol=units * 4 * EPSILON)


@pytest.mark.parametrize(
    "y, output_shape, loss",
    [
        ([0, 1, 1], (1,), sigmoid_cross_entropy),
        ([True, False, True], (1,), sigmoid_cross_entropy),
        ([0, 3, 1], (4,), softmax_cross_entropy),
        ([[0.5], [1.0], [2.0]], (1,), mean_squared_error),
        ([[0.5, 1.0]] * 3, (2,), mean_squared_error),
    ],
)
def test_targets_choose_the_loss(y: object, output_shape: tuple[int, ...], loss: Loss) -> None:
    """Labels mean cross-entropy, of a sigmoid for one output; float targets squared error."""
    assert choose_loss(y, 3, output_shape)[0] is loss


@pytest.mark.parametrize(
    "y, units, error, told",
    [
        ([0.5, 1.0, 2.0], 1, TypeError, r"targets of shape \(3, 1\).*got float64 of shape \(3,\)"),
        ([0, 1], 1, ValueError, r"of shape \(2,\); give one label, .* for each of the 3 samples"),
        (0, 1, ValueError, r"of shape \(\); give one label, .* for each of the 3 samples"),
        ([[0.5, 1.0]] * 3, 1, ValueError, r"of shape \(3, 2\); end the network with 2 outputs"),
        ([[[0.5]]] * 3, 2, ValueError, r"of shape \(3, 1, 1\); number the classes from 0 for"),
        ([None, "b", "c"], 2, TypeError, r"got object of shape \(3,\); number the classes from 0"),
        ([1j, 0, 1], 2, TypeError, "got dtype complex128.*; encode anything else first"),
        ([0, 1, 2], 1, ValueError, "from 0 to 1 for 1 output.* got 2 in y; end .* with 3 outputs"),
        ([0, 1, 4], 4, ValueError, "from 0 to 3 for 4 output.* got 4 .*, or end .* with 5 outputs"),
        ([1, 2, 3], 2, ValueError, "y.* - 1, and end the network with 3 outputs"),
        ([-1, 0, 7], 2, ValueError, "np.unique.*, and end the network with 3 outputs"),
        ([[0.0], [1.0], [np.nan]], 1, ValueError, "y must be finite"),
    ],
)
def test_targets_that_do_not_fit_are_told(
    y: object, units: int, error: type[Exception], told: str
) -> None:
    """Nothing is broadcast: what fits neither labels nor targets raises, with a way out."""
    with pytest.raises(error, match=told):
        choose_loss(y, 3, (units,))


LABELS = np.array([0, 1, 1, 0])
CLASSES = np.array([2, 0, 1, 0])


@pytest.mark.parametrize("as_list", [False, True])
@pytest.mark.parametrize(
    "y, units, advice",
    [
        (np.eye(3, dtype=int)[CLASSES], 3, "y.argmax(axis=1)"),
        (np.eye(3, dtype=bool)[CLASSES], 3, "y.argmax(axis=1)"),
        (np.eye(2, dtype=int)[LABELS], 1, "y.argmax(axis=1)"),
        (np.eye(2)[LABELS], 1, "y.argmax(axis=1)"),
        (LABELS[:, np.newaxis], 1, "y.ravel()"),
        (LABELS[:, np.newaxis] == 1, 1, "y.ravel()"),
        (CLASSES[:, np.newaxis], 3, "y.ravel()"),
        (2 * LABELS - 1, 1, "(y > 0).astype(int)"),
        (2 * LABELS - 1, 2, "(y > 0).astype(int)"),
        (2 * LABELS[:, np.newaxis] - 1, 1, "(y.ravel() > 0).astype(int)"),
        (2.0 * LABELS - 1, 1, "(y > 0).astype(int)"),
        (LABELS + 1, 1, "y - 1"),
        (CLASSES + 1, 3, "y - 1"),
        (CLASSES.astype(np.uint8) + 1, 3, "y - 1"),
        (CLASSES[:, np.newaxis] + 1, 3, "y.ravel() - 1"),
        (CLASSES + 1.0, 3, "y.astype(int) - 1"),
        (CLASSES.astype(np.float32), 3, "y.astype(int)"),
        (LABELS.astype(float), 1, "y.astype(int)"),
        (np.array(["b", "a", "c", "a"]), 3, "np.unique(y, return_inverse=True)[1]"),
        (np.array(["b", "a", "c", "a"], object), 3, "np.unique(y, return_inverse=True)[1]"),
        (np.array([["b"], ["a"], ["c"]]), 3, "np.unique(y, return_inverse=True)[1].ravel()"),
        (np.array([5, 7, 7, -2]), 3, "np.unique(y, return_inverse=True)[1]"),
    ],
)
def test_labels_in_another_form_come_with_the_call_that_helps(
    y: Array, units: int, advice: str, as_list: bool
) -> None:
    """The error names a call; what it makes of `y`, a list as well, is accepted as labels."""
    given = y.tolist() if as_list else y
    if as_list:
        advice = re.sub(r"\by\b", "np.asarray(y)", advice)
    with pytest.raises((TypeError, ValueError)) as raised:
        choose_loss(given, len(y), (units,))
    assert f"write {advice}" in str(raised.value)
    assert len(str(raised.value)) < 400
    labels = eval(advice, {"np": np, "y": given})
    loss, accepted = choose_loss(labels, len(y), (units,))
    assert loss is (sigmoid_cross_entropy if units == 1 else softmax_cross_entropy)
    assert set(accepted) == set(range(len(np.unique(labels))))  # classes from 0, all different


@pytest.mark.parametrize(
    "y, units, advice",
    [
        (np.array([0.5, 1.0, 2.0]), 1, "y.reshape(-1, 1)"),
        (np.array([[3], [5], [900]]), 1, "y.astype(float)"),
        (np.array([[1, 1, 0], [0, 1, 1]]), 3, "y.astype(float)"),
        (np.ones((3, 2, 2)), 4, "y.reshape(-1, 4)"),
        (np.array([0.0, 1.0, 1.0]), 1, "y.reshape(-1, 1)"),
    ],
)
def test_targets_in_another_form_come_with_the_call_that_helps(
    y: Array, units: int, advice: str
) -> None:
    """The error names a call that makes targets of numbers, where there are enough of them."""
    with pytest.raises((TypeError, ValueError), match=re.escape(f"{advice} for targets")):
        choose_loss(y, len(y), (units,))
    assert choose_loss(eval(advice, {"y": y}), len(y), (units,))[0] is mean_squared_error


def test_images_have_no_loss() -> None:
    """Outputs that are no vectors have no loss, and the message says what is missing."""
    with pytest.raises(ValueError, match=r"are \(n, 4, 4, 2\); end it with Flatten\(\)"):
        choose_loss([0], 1, (4, 4, 2))


def test_labels_are_the_largest_or_above_zero() -> None:
    """One output speaks by its sign, several by the largest."""
    assert labels_of(np.array([[-1.0], [0.0], [2.0]])).tolist() == [0, 0, 1]
    assert labels_of(np.array([[3.0, 1.0, 2.0], [0.0, 1.0, 2.0]])).tolist() == [0, 2]
