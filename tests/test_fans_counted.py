"""Fans of stacks, groups and transposed convolutions: held against the terms that a layer sums.

With all inputs and weights at one an output is the number of terms that it sums, which is fan in.
With one input at one and the others at zero the outputs add up to the number of them that it feeds,
which is fan out. Images are closed in a circle, so that they have no border.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import weightinit as wi

Layer = Callable[[NDArray, NDArray], NDArray]
PIXELS = 5


def convolve(x: NDArray, kernel: NDArray) -> NDArray:
    """Apply a kernel (taps, in, out) to a row of pixels (PIXELS, in)."""
    return sum(np.roll(x, tap, axis=0) @ matrix for tap, matrix in enumerate(kernel))


def in_groups(groups: int, axis: int) -> Layer:
    """Return a convolution of kernels (taps, in, out) whose groups stand along an axis of them."""

    def layer(x: NDArray, kernel: NDArray) -> NDArray:
        parts = zip(np.split(x, groups, axis=1), np.split(kernel, groups, axis=axis), strict=True)
        return np.concatenate([convolve(*part) for part in parts], axis=1)

    return layer


def experts(x: NDArray, kernels: NDArray) -> NDArray:
    """Apply a convolution in 2 groups for each of a stack of inputs, its own."""
    return np.stack([in_groups(2, 2)(*pair) for pair in zip(x, kernels, strict=True)])


#: What is drawn: shape of the weight, arguments of `compute_fans`, the layer, shape of its input.
CASES: dict[str, tuple[tuple[int, ...], dict[str, Any], Layer, tuple[int, ...]]] = {
    "experts": (
        (4, 3, 6),
        {"batch_axis": 0},
        lambda x, w: np.einsum("ei,eio->eo", x, w),
        (4, 3),
    ),
    "layers of heads, the stack last": (
        (3, 6, 2, 4),
        {"in_axis": 0, "out_axis": 1, "batch_axis": (-1, 2)},
        lambda x, w: np.einsum("ilh,iolh->olh", x, w),
        (3, 2, 4),
    ),
    "heads that share their input": (
        (8, 2, 3),
        {"in_axis": 0, "out_axis": (1, 2)},
        lambda x, w: np.einsum("i,iho->ho", x, w),
        (8,),
    ),
    "grouped": ((3, 2, 12), {"groups": 4}, in_groups(4, 2), (PIXELS, 8)),
    "grouped transposed": (
        (8, 3, 2),
        {"in_axis": 0, "out_axis": 1, "groups": 4, "transposed": True},
        lambda x, w: in_groups(4, 1)(x, np.moveaxis(w, 2, 0)),
        (PIXELS, 8),
    ),
    "depthwise": ((3, 1, 10), {"groups": 5}, in_groups(5, 2), (PIXELS, 5)),
    "depthwise of Keras": (
        (3, 5, 2),
        {"groups": 5, "transposed": True},
        lambda x, w: sum(np.einsum("pc,cm->pcm", np.roll(x, t, 0), m) for t, m in enumerate(w)),
        (PIXELS, 5),
    ),
    "a stack of grouped": ((2, 3, 2, 6), {"groups": 2, "batch_axis": 0}, experts, (2, PIXELS, 4)),
    "one pixel to an image": (
        (4, 4, 3, 5),
        {"out_axis": (-1, 0, 1)},
        lambda x, w: np.einsum("i,hwio->hwo", x, w),
        (3,),
    ),
    "one pixel to an image, of PyTorch": (
        (6, 5, 4, 4),
        {"in_axis": 0, "out_axis": (1, 2, 3), "groups": 2, "transposed": True},
        lambda x, w: np.einsum("gi,giohw->gohw", x.reshape(2, 3), w.reshape(2, 3, 5, 4, 4)),
        (6,),
    ),
}


@pytest.mark.parametrize("kind", CASES)
def test_fans_count_terms(kind: str) -> None:
    """Every output sums fan_in terms, and every input feeds fan_out outputs."""
    shape, arguments, layer, inputs = CASES[kind]
    fans = wi.compute_fans(shape, **arguments)
    ones = np.ones(shape)
    assert set(np.unique(layer(np.ones(inputs), ones))) == {fans.fan_in}
    for place in np.ndindex(*inputs):
        one = np.zeros(inputs)
        one[place] = 1
        assert layer(one, ones).sum() == fans.fan_out


SIZES = st.integers(1, 9)


@given(SIZES, SIZES, st.integers(1, 4), st.lists(SIZES, max_size=2), st.lists(SIZES, max_size=2))
def test_a_stack_does_not_count(
    inputs: int, outputs: int, groups: int, field: list[int], stack: list[int]
) -> None:
    """A stack has the fans of one of its weights, in either layout of groups."""
    fans = (inputs * math.prod(field), outputs * math.prod(field))
    batch_axis = tuple(range(len(stack)))
    plain = (*stack, *field, inputs, groups * outputs)
    turned = (*stack, *field, groups * inputs, outputs)
    assert wi.compute_fans(plain, batch_axis=batch_axis, groups=groups) == fans
    assert wi.compute_fans(turned, batch_axis=batch_axis, groups=groups, transposed=True) == fans


def test_transposed_is_about_groups_alone() -> None:
    """With one group, as it is by default, `transposed` changes nothing."""
    shape = (3, 3, 16, 64)
    assert wi.compute_fans(shape, transposed=True) == wi.compute_fans(shape)


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        (
            {"batch_axis": 2},
            ValueError,
            r"out_axis and batch_axis must differ, .*batch_axis=2, whi",
        ),
        (
            {"batch_axis": -2},
            ValueError,
            r"in_axis and batch_axis must differ, .* share axis 1 of 3",
        ),
        ({"batch_axis": (0, 0)}, ValueError, r"batch_axis must name each axis once, got \(0, 0\)"),
        ({"batch_axis": 3}, ValueError, r"batch_axis must lie between -3 and 2 .*3 axes, got 3"),
        ({"batch_axis": None}, TypeError, r"batch_axis must be an integer or a seq.*got None"),
        ({"batch_axis": "0"}, TypeError, r"batch_axis must be an integer or a sequence.*got '0'"),
        ({"batch_axis": True}, TypeError, r"batch_axis must be an integer or a seq.*got True"),
        ({"in_axis": None}, TypeError, r"in_axis must be an integer or a sequence.*got None"),
        ({"groups": 4}, ValueError, r"divide the number of outputs, .*or write transposed=True"),
        (
            {"groups": 3, "transposed": True},
            ValueError,
            r"groups must divide the number of inputs, got groups=3 with 4 inputs in shape",
        ),
        ({"transposed": 1}, TypeError, r"transposed must be True or False, got 1 .*in_axis holds"),
        ({"transposed": None}, TypeError, r"transposed must be True or False, got None"),
    ],
)
def test_bad_stacks_and_groups(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    """What is no stack, or does not go into groups, is an error that says what to write."""
    with pytest.raises(error, match=message):
        wi.compute_fans((3, 4, 5), **arguments)
