"""Max pooling."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.networks.numeric import assert_exact_backward
from weightinit.networks import MaxPool2D

SIZES = st.integers(1, 3)


@settings(max_examples=30)
@given(
    size=st.tuples(SIZES, SIZES),
    more=st.tuples(st.integers(0, 4), st.integers(0, 4)),
    seed=st.integers(0, 2**32 - 1),
)
def test_backward_is_exact(size: tuple[int, int], more: tuple[int, int], seed: int) -> None:
    """Gradients equal differences; all inputs differ by 1 or more, so no step changes a maximum."""
    rng = np.random.default_rng(seed)
    shape = (2, size[0] + more[0], size[1] + more[1], 2)
    x = rng.permutation(np.prod(shape)).reshape(shape).astype(float)
    assert_exact_backward(MaxPool2D(size), x, rng)


def test_the_gradient_goes_to_one_place() -> None:
    """Where several values are largest, the first gets the whole gradient and the others none."""
    _, cache = MaxPool2D(2).forward({}, np.ones((1, 2, 2, 1)))
    dx, _ = MaxPool2D(2).backward({}, cache, np.full((1, 1, 1, 1), 5.0))
    np.testing.assert_equal(dx[0, :, :, 0], [[5.0, 0.0], [0.0, 0.0]])


def test_what_fills_no_window_is_left_out() -> None:
    """The last row of an odd image reaches no output and gets no gradient."""
    x = np.arange(6.0).reshape(1, 3, 2, 1)
    y, cache = MaxPool2D(2).forward({}, x)
    dx, _ = MaxPool2D(2).backward({}, cache, np.ones_like(y))
    assert y.ravel().tolist() == [3.0]
    assert dx[0, 2].tolist() == [[0.0], [0.0]]


def test_a_window_must_fit() -> None:
    """A window larger than the image raises, and the message says what to do."""
    with pytest.raises(ValueError, match="does not fit an image of 1 x 4 pixels; use fewer pools"):
        MaxPool2D(2).output_shape((1, 4, 3))
