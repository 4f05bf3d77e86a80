"""Fans: how many inputs a unit sums and how many units an input feeds, read off a shape."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import weightinit as wi

SIZES = st.integers(1, 9)


@st.composite
def layouts(draw: st.DrawFn) -> tuple[tuple[int, ...], int, int]:
    """Draw a shape with an input axis and another output axis, counted from the front."""
    shape = tuple(draw(st.lists(SIZES, min_size=2, max_size=5)))
    in_axis, out_axis, *_ = draw(st.permutations(range(len(shape))))
    return shape, in_axis, out_axis


@given(layouts())
def test_fans_count_the_weights(layout: tuple[tuple[int, ...], int, int]) -> None:
    """A weight links one input to one output: fan_in * outputs = fan_out * inputs = all."""
    shape, in_axis, out_axis = layout
    fans = wi.compute_fans(shape, in_axis=in_axis, out_axis=out_axis)
    assert fans.fan_in * shape[out_axis] == math.prod(shape)
    assert fans.fan_out * shape[in_axis] == math.prod(shape)


@given(SIZES, SIZES, st.lists(SIZES, max_size=3))
def test_a_kernel_is_dense_times_its_field(inputs: int, outputs: int, field: list[int]) -> None:
    """Dense fans are the shape itself; a kernel has them once for every position of its field."""
    assert wi.compute_fans((inputs, outputs)) == (inputs, outputs)
    r = math.prod(field)
    assert wi.compute_fans((*field, inputs, outputs)) == (inputs * r, outputs * r)


@given(layouts(), st.data())
def test_fans_follow_their_axes(
    layout: tuple[tuple[int, ...], int, int], data: st.DataObject
) -> None:
    """Moving the axes of a shape, and what names them along, changes no fan."""
    shape, in_axis, out_axis = layout
    order = data.draw(st.permutations(range(len(shape))))
    moved = wi.compute_fans(
        [shape[axis] for axis in order],
        in_axis=order.index(in_axis),
        out_axis=order.index(out_axis),
    )
    assert moved == wi.compute_fans(shape, in_axis=in_axis, out_axis=out_axis)


@given(layouts())
def test_fans_swap_with_their_axes(layout: tuple[tuple[int, ...], int, int]) -> None:
    """Inputs taken for outputs, and outputs for inputs, swap the fans."""
    shape, in_axis, out_axis = layout
    fans = wi.compute_fans(shape, in_axis=in_axis, out_axis=out_axis)
    assert wi.compute_fans(shape, in_axis=out_axis, out_axis=in_axis) == fans[::-1]


@given(layouts(), st.booleans(), st.booleans())
def test_axes_count_from_both_ends(
    layout: tuple[tuple[int, ...], int, int], in_back: bool, out_back: bool
) -> None:
    """An axis counted from the back is the same axis."""
    shape, in_axis, out_axis = layout
    from_back = wi.compute_fans(
        shape,
        in_axis=in_axis - len(shape) * in_back,
        out_axis=out_axis - len(shape) * out_back,
    )
    assert from_back == wi.compute_fans(shape, in_axis=in_axis, out_axis=out_axis)


@given(st.lists(SIZES, min_size=1, max_size=3), st.lists(SIZES, min_size=1, max_size=3), SIZES)
def test_several_axes_are_one_merged(inputs: list[int], outputs: list[int], r: int) -> None:
    """Several input or output axes count as one of their product, in any order."""
    shape = (*inputs, r, *outputs)
    in_axes = list(range(len(inputs)))
    out_axes = list(range(-len(outputs), 0))
    merged = wi.compute_fans((r, math.prod(inputs), math.prod(outputs)))
    assert wi.compute_fans(shape, in_axis=in_axes, out_axis=tuple(out_axes)) == merged
    assert wi.compute_fans(shape, in_axis=in_axes[::-1], out_axis=out_axes[::-1]) == merged


@given(SIZES, SIZES, st.integers(1, 4), st.lists(st.integers(1, 3), max_size=2))
def test_groups_are_blocks(inputs: int, outputs: int, groups: int, field: list[int]) -> None:
    """A convolution in groups is one whose channels are linked in blocks: count the links."""
    block = np.ones((inputs, outputs), dtype=int)
    links = np.kron(np.eye(groups, dtype=int), block) * math.prod(field)
    fans = wi.compute_fans((*field, inputs, groups * outputs), groups=groups)
    assert set(links.sum(axis=0)) == {fans.fan_in}
    assert set(links.sum(axis=1)) == {fans.fan_out}


@given(st.integers(1, 9), st.integers(1, 5), st.integers(1, 5), SIZES)
def test_strides_divide_fan_out(taps: int, stride: int, outputs: int, channels: int) -> None:
    """Along a circle each input meets fan_out / stride outputs on average, as the docs say."""
    reached = np.zeros(stride * outputs, dtype=int)
    for start in range(0, reached.size, stride):
        np.add.at(reached, np.arange(start, start + taps) % reached.size, channels)
    fan_out = wi.compute_fans((taps, 1, channels)).fan_out
    assert reached.sum() * stride == fan_out * reached.size


@pytest.mark.parametrize(
    "shape, fans",
    [
        ((3, 3, 3, 16), (27, 144)),
        ((3, 3, 16, 32), (144, 288)),
        ((3, 3, 64, 128), (576, 1152)),
        ((784, 256), (784, 256)),
    ],
)
def test_known_kernels(shape: tuple[int, ...], fans: tuple[int, int]) -> None:
    """Kernels (kernel_h, kernel_w, in, out) have the fans counted by hand."""
    assert wi.compute_fans(shape) == fans


@pytest.mark.parametrize(
    "layer, shape, axes, fans",
    [
        ("Linear(20, 30)", (30, 20), (1, 0), (20, 30)),
        ("Conv1d(4, 6, 5)", (6, 4, 5), (1, 0), (20, 30)),
        ("Conv2d(3, 8, (3, 5))", (8, 3, 3, 5), (1, 0), (45, 120)),
        ("Conv3d(2, 4, 3)", (4, 2, 3, 3, 3), (1, 0), (54, 108)),
        ("ConvTranspose2d(16, 8, 4)", (16, 8, 4, 4), (0, 1), (256, 128)),
    ],
)
def test_layouts_of_pytorch(
    layer: str, shape: tuple[int, ...], axes: tuple[int, int], fans: tuple[int, int]
) -> None:
    """The weights of PyTorch's layers have the fans of the layer: channels times kernel."""
    in_axis, out_axis = axes
    assert wi.compute_fans(shape, in_axis=in_axis, out_axis=out_axis) == fans, layer


def test_fans_are_a_named_pair_of_ints() -> None:
    """Fans are Python ints under their names, also for the integers of NumPy."""
    shape = np.array([3, 3, 64, 128], dtype=np.int16)
    fans = wi.compute_fans(shape, in_axis=np.int8(-2), groups=np.uint8(2))
    assert fans == wi.Fans(fan_in=576, fan_out=576)
    assert {type(fan) for fan in fans} == {int}


def test_fans_do_not_wrap_around() -> None:
    """The largest shapes that NumPy can index have exact fans."""
    assert wi.compute_fans((2**31, 2**31 - 1, 1)) == (2**62 - 2**31, 2**31)


@pytest.mark.parametrize(
    "shape, error, message",
    [
        ((), ValueError, r"shape must have at least two axes to have fans, got \(\).*wi.zeros"),
        (
            (7,),
            ValueError,
            r"shape must have at least two axes to have fans, got \(7,\).*wi.Normal",
        ),
        ((3, 0), ValueError, r"shape\[1\] must be an integer >= 1, got 0 .*in shape=\(3, 0\)"),
        ((-3, 2), ValueError, r"shape\[0\] must be an integer >= 1, got -3"),
        ((3.0, 2), TypeError, r"shape\[0\] must be an integer >= 1, got 3.0 \(float\)"),
        ((3, True), TypeError, r"shape\[1\] must be an integer >= 1, got True \(bool\)"),
        ((3, np.True_), TypeError, r"shape\[1\] must be an integer >= 1, got .*True.* \(bool\)"),
        ((3, None), TypeError, r"shape\[1\] must be an integer >= 1, got None"),
        (((3, 2), 2), TypeError, r"shape\[0\] must be an integer >= 1, got \(3, 2\)"),
        (7, TypeError, r"shape must be a sequence of positive integers, got 7 .*\(784, 256\)"),
        ("32", TypeError, r"shape must be a sequence of positive integers, got '32'"),
        (None, TypeError, r"shape must be a sequence of positive integers, got None"),
        ({3, 2}, TypeError, r"shape must be a sequence of positive integers, got {2, 3}"),
        (np.array(7), TypeError, r"shape must be a sequence of positive integers, got array\(7\)"),
        ((2**32, 2**31), ValueError, r"shape must .*2\*\*63 elements, .*got \(4294967296, 2147"),
    ],
)
def test_bad_shapes(shape: object, error: type[Exception], message: str) -> None:
    """A shape that is none, or has no fans, is an error that says which part and what to write."""
    with pytest.raises(error, match=message):
        wi.compute_fans(shape)


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        ({"in_axis": 3}, ValueError, r"in_axis must lie between -3 and 2 .*3 axes, got 3"),
        ({"out_axis": -4}, ValueError, r"out_axis must lie between -3 and 2 .*3 axes, got -4"),
        ({"in_axis": -1}, ValueError, r"in_axis and out_axis must differ, got in_axis=-1 and out"),
        ({"in_axis": (0, 2)}, ValueError, r"must differ, got in_axis=\(0, 2\).*share axis 2"),
        ({"in_axis": (0, -3)}, ValueError, r"in_axis must name each axis once, got \(0, -3\)"),
        ({"out_axis": ()}, ValueError, r"out_axis must hold 1 or more, got \(\)"),
        ({"in_axis": 1.0}, TypeError, r"in_axis must be an integer or a seq.*got 1.0.*such as -1"),
        ({"in_axis": True}, TypeError, r"in_axis must be an integer or a sequence.*got True"),
        ({"out_axis": "1"}, TypeError, r"out_axis must be an integer or a sequence.*got '1'"),
        ({"out_axis": None}, TypeError, r"out_axis must be an integer or a sequence.*got None"),
        ({"in_axis": (0, 1.0)}, TypeError, r"in_axis must be an integer or a sequence.*got 1.0"),
        ({"groups": 2}, ValueError, r"groups must divide the number of outputs, got groups=2 wit"),
        ({"groups": 0}, ValueError, r"groups must be an integer >= 1, got 0"),
        ({"groups": 1.0}, TypeError, r"groups must be an integer >= 1, got 1.0"),
        ({"groups": True}, TypeError, r"groups must be an integer >= 1, got True"),
    ],
)
def test_bad_axes_and_groups(
    arguments: dict[str, object], error: type[Exception], message: str
) -> None:
    """An axis or a number of groups that does not fit the shape is an error that says why."""
    with pytest.raises(error, match=message):
        wi.compute_fans((3, 4, 5), **arguments)


def test_errors_name_the_shape_they_are_about() -> None:
    """An error about groups shows the shape and the outputs it counted."""
    with pytest.raises(ValueError, match=re.escape("with 5 outputs in shape (3, 4, 5)")):
        wi.compute_fans((3, 4, 5), groups=3)
