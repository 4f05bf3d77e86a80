"""Labels in another form, recognized before a loss takes them for targets."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.networks.numeric import Array
from weightinit.networks._labels import looks_like_labels

#: The forms that a vector of labels takes, each with the most classes for which it is told.
FORMS: dict[str, tuple[Callable[[Array], Array], int]] = {
    "one-hot": (lambda y: np.eye(y.max() + 1, dtype=int)[y], 9),
    "float one-hot": (lambda y: np.eye(y.max() + 1)[y], 9),
    "column": (lambda y: y[:, np.newaxis], 9),
    "column from 1": (lambda y: y[:, np.newaxis] + 1, 9),
    "from 1": (lambda y: y + 1, 9),
    "floats": (lambda y: y.astype(np.float32), 9),
    "floats from 1": (lambda y: y + 1.0, 9),
    "text": (lambda y: np.array(list("abcdefghi"))[y], 9),
    "column of text": (lambda y: np.array(list("abcdefghi"), object)[y][:, np.newaxis], 9),
    "signs": (lambda y: 2 * y - 1, 2),
    "float signs": (lambda y: 2.0 * y - 1, 2),
    "column of floats": (lambda y: y[:, np.newaxis].astype(float), 2),
    "column of floats from 1": (lambda y: y[:, np.newaxis] + 1.0, 2),
    "column of float signs": (lambda y: 2.0 * y[:, np.newaxis] - 1, 2),
}


@pytest.mark.parametrize("form", FORMS)
@given(more=st.lists(st.integers(0, 8), max_size=12), data=st.data())
def test_the_call_gives_the_labels_back(form: str, more: list[int], data: st.DataObject) -> None:
    """Whatever the form of labels 0 to k - 1, the call that is returned makes these of it."""
    change, most = FORMS[form]
    k = data.draw(st.integers(2, most))
    y = np.array([*range(k), *(label % k for label in more)])
    call = looks_like_labels(change(y))
    np.testing.assert_array_equal(eval(call, {"np": np, "y": change(y)}), y)


@pytest.mark.parametrize(
    "y",
    [
        np.array([0, 1, 2, 1]),  # labels already
        np.array([True, False]),
        np.array([0.5, 1.0, 2.0]),
        np.array([np.nan, 1.0]),
        np.array([[0.5], [1.0]]),
        np.array([[0.0], [1.0], [np.inf]]),
        np.array([[0.0], [1.0], [2.0]]),  # counts
        np.array([[3.0], [4.0], [5.0]]),  # ratings
        np.array([[1.0], [1.0]]),  # constant
        np.array([[1, 1, 0], [0, 1, 0]]),  # several at once
        np.array([[0.0, 0.0], [0.0, 1.0]]),
        np.array([[0.5, 0.5], [0.0, 1.0]]),  # probabilities
        np.array([["a", "b"]]),
        np.array([None, "a"]),
        np.empty((0, 2)),
        np.float64(1.0),
        np.zeros((2, 2, 2)),
    ],
)
def test_other_targets_are_no_labels(y: Array) -> None:
    """What is labels already, or may well be targets, is left alone."""
    assert looks_like_labels(y) == ""
