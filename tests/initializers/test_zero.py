"""ZerO: the identity and Hadamard's matrix, as in the paper, and what they keep."""

import numpy as np
import pytest

import weightinit as wi
from tests.initializers.examples import LAYOUTS

EPS = np.finfo(np.float64).eps
SHAPES = [
    (1, 1),
    (4, 4),
    (5, 3),
    (3, 5),
    (1, 2),
    (4, 8),
    (7, 64),
    (10, 100),
    (64, 65),
    (1, 9),
    (1, 26),
]
shapes = pytest.mark.parametrize("shape", SHAPES, ids=str)


def hadamard(k: int) -> np.ndarray:
    """Return Hadamard's matrix of 2^k rows by its recursion."""
    h = np.ones((1, 1))
    for _ in range(k):
        h = np.block([[h, h], [h, -h]])
    return h


@shapes
def test_the_form_of_the_paper(shape: tuple[int, int]) -> None:
    """Products of the partial identity and Hadamard's matrix, written as in algorithm 1."""
    n, m = shape
    k = int(np.ceil(np.log2(m)))
    wide = np.eye(n, 2**k) @ hadamard(k) @ np.eye(2**k, m) / 2 ** (k / 2)
    assert wi.ZerO()(shape) == pytest.approx(np.eye(n, m) if n >= m else wide, abs=2 * EPS)


@shapes
def test_lengths_are_kept_where_they_can_be(shape: tuple[int, int]) -> None:
    """All singular values are 1 but where a layer widens to no power of 2; none is above 1."""
    n, m = shape
    values = np.linalg.svd(wi.ZerO()(shape), compute_uv=False)
    assert values.max() <= 1 + 8 * EPS * m
    if n >= m or m & (m - 1) == 0:
        assert values == pytest.approx(np.ones(min(n, m)), abs=8 * EPS * m)
    else:
        assert values.min() < 1


@shapes
def test_no_two_units_start_alike(shape: tuple[int, int]) -> None:
    """Where the partial identity leaves m - n units at zero, each has weights of its own here.

    That takes inputs 1, 2, 4, ..., one for each binary digit of m - 1: fewer tell fewer apart.
    """
    n, m = shape
    distinct = np.unique(wi.ZerO()(shape), axis=1).shape[1]
    digits = np.floor(np.log2(n - 1)) + 1 if n > 1 else 0
    assert distinct == (m if n >= m else min(m, 2**digits))


@pytest.mark.parametrize("shape", [*SHAPES, (3, 3, 5, 9), (5, 4, 4), (1, 3, 130, 200)], ids=str)
@pytest.mark.parametrize("batch", [False, True])
def test_the_std_is_exact(shape: tuple[int, ...], batch: bool) -> None:
    """The std of the theory is that of the entries: there is no chance in them."""
    full = (3, *shape) if batch else shape
    init = wi.ZerO(batch_axis=0) if batch else wi.ZerO()
    w = init(full)
    assert init.std(full) == pytest.approx(w.std(), rel=1e-12, abs=1e-15)
    if batch:
        assert all(np.array_equal(one, wi.ZerO()(shape)) for one in w)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_and_parts(layout: str) -> None:
    """In every layout the centre holds the matrix; a part is the whole cut."""
    shape, axes = LAYOUTS[layout]
    init = wi.ZerO(**axes)
    whole = init(shape, dtype=np.float32)
    index = tuple(slice(size // 3, None) for size in shape)
    assert np.array_equal(init.part(shape, index, rng=0, dtype=np.float32), whole[index])
    n = 480 if whole.size == 480 * 720 and len(shape) < 4 and 15 not in shape else 32
    m = 720 if n == 480 else 48
    assert np.sort(np.abs(whole).ravel())[-n * m :].min() > 0
    assert np.count_nonzero(whole) == n * m


def test_even_kernels_have_no_centre() -> None:
    """A kernel of even size is an error that says so."""
    with pytest.raises(ValueError, match=r"odd kernel sizes to have a centre, got 2"):
        wi.ZerO()((2, 2, 3, 4))


def test_as_many_axes_as_numpy_has() -> None:
    """A weight of 64 axes, the most that NumPy takes, is drawn like any other."""
    assert wi.ZerO()((1,) * 63 + (2,)).ravel().tolist() == [0.5**0.5] * 2
