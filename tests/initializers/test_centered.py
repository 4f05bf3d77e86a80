"""Kernels with a matrix at their centre and zeros around it: delta-orthogonal and identity."""

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray

import weightinit as wi

#: Kernels of one, two and three dimensions, and dense: shape and axes.
KERNELS: list[tuple[tuple[int, ...], dict[str, int]]] = [
    ((6, 6), {}),
    ((6, 9), {}),
    ((3, 6, 6), {}),
    ((3, 5, 6, 9), {}),
    ((1, 3, 3, 4, 6), {}),
    ((6, 4, 3, 3), {"in_axis": 1, "out_axis": 0}),
    ((6, 3, 8), {"in_axis": 0, "out_axis": 2}),
]

kernels = pytest.mark.parametrize("shape, axes", KERNELS, ids=str)


def convolve(x: NDArray, kernel: NDArray, axes: dict[str, int]) -> NDArray:
    """Convolve images (*field, channels) with a kernel around the edges, its centre at no shift."""
    taps = np.moveaxis(kernel, (axes.get("in_axis", -2), axes.get("out_axis", -1)), (-2, -1))
    field = taps.shape[:-2]
    y = np.zeros((*x.shape[:-1], taps.shape[-1]))
    for tap in itertools.product(*map(range, field)):
        shift = tuple(t - size // 2 for t, size in zip(tap, field, strict=True))
        y += np.roll(x, shift, axis=tuple(range(len(field)))) @ taps[tap]
    return y


def image(shape: tuple[int, ...], axes: dict[str, int]) -> NDArray:
    """Return a random image that a kernel of this shape reads: 7 pixels a side."""
    channels = shape[axes.get("in_axis", -2)]
    return np.random.default_rng(0).standard_normal((7,) * (len(shape) - 2) + (channels,))


@kernels
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_delta_orthogonal_keeps_lengths(
    shape: tuple[int, ...], axes: dict[str, int], dtype: type
) -> None:
    """A circular convolution makes every pixel, and so every image, gain times as long."""
    kernel = wi.DeltaOrthogonal(gain=2.0, **axes)(shape, rng=0, dtype=dtype)
    x = image(shape, axes)
    y = convolve(x, kernel.astype(np.float64), axes)
    lengths, wanted = (np.linalg.norm(array, axis=-1) for array in (y, 2 * x))
    # Rounding W by eps, entry by entry, turns x W by at most eps |x| sqrt(inputs).
    within = 4 * float(np.finfo(dtype).eps) * math.sqrt(x.shape[-1])
    assert lengths == pytest.approx(wanted, rel=within)


def test_orthogonal_kernels_do_not_keep_lengths() -> None:
    """A kernel that is orthogonal on each patch does not keep lengths: the contrast is real."""
    shape = (3, 3, 6, 60)
    x = image(shape, {})
    lengths = {
        name: np.linalg.norm(convolve(x, getattr(wi, name)(shape, rng=0), {}))
        for name in ("orthogonal", "delta_orthogonal")
    }
    assert lengths["delta_orthogonal"] == pytest.approx(np.linalg.norm(x), rel=1e-13)
    assert abs(lengths["orthogonal"] / np.linalg.norm(x) - 1) > 0.5


@kernels
def test_delta_orthogonal_theory(shape: tuple[int, ...], axes: dict[str, int]) -> None:
    """The theory is the exact root mean square of the weights, zeros included."""
    init = wi.DeltaOrthogonal(gain=0.5, **axes)
    weights = init(shape, rng=0)
    assert init.std(shape) == pytest.approx(math.sqrt(np.mean(weights**2)), rel=1e-13)


def test_the_centre_is_drawn_as_orthogonal_is() -> None:
    """The matrix at the centre is the orthogonal one of the same seed: what holds there holds."""
    kernel = wi.delta_orthogonal((3, 5, 6, 9), rng=4)
    assert np.array_equal(kernel[1, 2], wi.orthogonal((6, 9), rng=4))
    assert np.count_nonzero(kernel) == 6 * 9


@kernels
def test_identity_passes_on_what_it_can(shape: tuple[int, ...], axes: dict[str, int]) -> None:
    """A circular convolution gives every channel gain times itself, cut off or padded with 0."""
    kernel = wi.Identity(gain=3.0, **axes)(shape)
    x = image(shape, axes)
    y = convolve(x, kernel, axes)
    kept = min(x.shape[-1], y.shape[-1])
    assert np.array_equal(y[..., :kept], 3 * x[..., :kept])
    assert not y[..., kept:].any()


@pytest.mark.parametrize("shape", [(6, 6), (6, 9), (9, 6), (3, 3, 6, 4), (1, 1), (1, 1, 1, 1)])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_identity_is_exact(shape: tuple[int, ...], dtype: type) -> None:
    """Only the diagonal of the centre is not zero, and the theory is the std of the entries."""
    init = wi.Identity(gain=0.1)
    weights = init(shape, dtype=dtype)
    assert set(weights.ravel().tolist()) <= {0.0, float(dtype(0.1))}
    assert np.count_nonzero(weights) == min(shape[-2:])
    assert init.std(shape) == pytest.approx(init(shape).std(), rel=1e-13)


def test_identity_of_several_axes() -> None:
    """Inputs or outputs on several axes are counted in their order."""
    init = wi.Identity(in_axis=0, out_axis=(1, 2))
    assert np.array_equal(init((6, 2, 3)).reshape(6, 6), np.eye(6))
    turned = wi.Identity(in_axis=0, out_axis=(2, 1))((6, 2, 3))
    assert np.array_equal(turned.transpose(0, 2, 1).reshape(6, 6), np.eye(6))


def test_identity_takes_no_randomness() -> None:
    """The identity is the same for every seed, and leaves a generator where it was."""
    generator = np.random.default_rng(0)
    assert np.array_equal(wi.identity((3, 4), rng=generator), wi.identity((3, 4), rng=7))
    assert generator.bit_generator.state == np.random.default_rng(0).bit_generator.state


@pytest.mark.parametrize("kind", [wi.DeltaOrthogonal, wi.Identity])
@pytest.mark.parametrize(
    "shape, axes, message",
    [
        ((2, 2, 4, 4), {}, r"odd kernel sizes to have a centre, got 2 on axis 0 of .*use 3 for 2"),
        ((3, 4, 4, 4), {}, r"odd kernel sizes to have a centre, got 4 on axis 1 of \(3, 4, 4, 4\)"),
        ((4, 4, 3, 3), {}, r"got 4 on axis 0 of \(4, 4, 3, 3\).*check in_axis and out_axis"),
        (
            (3, 4),
            {"in_axis": 1},
            r"in_axis and out_axis must differ, got in_axis=1 and out_axis=-1",
        ),
        ((3, 4), {"in_axis": 2}, r"in_axis must lie between -2 and 1 for a shape of 2 axes, got 2"),
    ],
)
def test_kernels_without_a_centre(
    kind: type[wi.Initializer], shape: tuple[int, ...], axes: dict[str, int], message: str
) -> None:
    """A kernel of even size has no centre: an error in a call and in the theory, with a way out."""
    init = kind(**axes)
    for function in (init, init.std):
        with pytest.raises(ValueError, match=message):
            function(shape)


def test_too_few_outputs_for_lengths() -> None:
    """No map to fewer outputs keeps lengths: an error in a call and in the theory."""
    message = (
        r"at least as many outputs as inputs .*got 6 inputs and 4 outputs in \(3, 3, 6, 4\).*wi"
    )
    for function in (wi.delta_orthogonal, wi.delta_orthogonal.std):
        with pytest.raises(ValueError, match=message):
            function((3, 3, 6, 4))
