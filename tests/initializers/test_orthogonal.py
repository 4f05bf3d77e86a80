"""Orthogonal weights: orthonormal to the last bits, and even among all there are."""

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

import weightinit as wi
from tests.chance import assert_law, assert_mean
from tests.initializers.examples import as_matrix

Array = NDArray[np.float64]

#: Shapes around 64, the side of a tile, among others: shape and output axes.
SHAPES: list[tuple[tuple[int, ...], int | tuple[int, ...]]] = [
    ((1, 1), -1),
    ((1, 7), -1),
    ((7, 1), -1),
    ((5, 5), -1),
    ((64, 64), -1),
    ((65, 64), -1),
    ((64, 65), -1),
    ((63, 200), -1),
    ((200, 63), -1),
    ((129, 129), -1),
    ((300, 130), -1),
    ((3, 3, 8, 16), -1),
    ((3, 3, 4, 100), -1),
    ((5, 8, 8), 2),
    ((16, 8, 3, 3), 0),
    ((8, 3, 4), (1, 2)),
    ((8, 3, 4), (2, 0)),
]
DTYPES = (np.float16, np.float32, np.float64)

shapes = pytest.mark.parametrize("shape, out_axis", SHAPES, ids=str)


def rounding(matrix: NDArray[np.floating]) -> float:
    """Return how far rounding may put lengths off: each of n reflections takes up to 8."""
    return 8 * max(matrix.shape) * float(np.finfo(matrix.dtype).eps)


def assert_orthonormal(matrix: NDArray[np.floating], gain: float = 1.0) -> None:
    """Check that rows or columns, whichever are fewer, have length gain and right angles."""
    w = matrix.astype(np.float64) / gain
    gram = w.T @ w if w.shape[0] >= w.shape[1] else w @ w.T
    assert np.abs(gram - np.eye(len(gram))).max() <= rounding(matrix)


@shapes
@pytest.mark.parametrize("dtype", DTYPES)
def test_orthonormal(shape: tuple[int, ...], out_axis: int, dtype: type) -> None:
    """Read with a column for each output, any kernel has orthonormal columns or rows."""
    weights = wi.Orthogonal(out_axis=out_axis)(shape, rng=0, dtype=dtype)
    assert_orthonormal(as_matrix(weights, out_axis))


@shapes
@pytest.mark.parametrize("gain", [0.5, 3.0])
def test_gain_and_theory(shape: tuple[int, ...], out_axis: int, gain: float) -> None:
    """The gain is every singular value, and the theory the exact root mean square."""
    init = wi.Orthogonal(gain=gain, out_axis=out_axis)
    matrix = as_matrix(init(shape, rng=0), out_axis)
    assert_orthonormal(matrix, gain)
    size = math.sqrt(np.mean(matrix**2))
    assert init.std(shape) == pytest.approx(size, rel=rounding(matrix))


def test_gain_zero_is_zeros() -> None:
    """A gain of 0 makes zeros."""
    assert not wi.Orthogonal(gain=0.0)((3, 4), rng=0).any()
    assert wi.Orthogonal(gain=0.0).std((3, 4)) == 0


def test_lengths_are_kept() -> None:
    """With as many outputs as inputs, or more, x W is as long as x."""
    x = np.random.default_rng(1).standard_normal((10, 100))
    for outputs in (100, 150):
        weights = wi.orthogonal((100, outputs), rng=0)
        lengths, wanted = (np.linalg.norm(array, axis=1) for array in (x @ weights, x))
        assert lengths == pytest.approx(wanted, rel=rounding(weights))


SIDE, DRAWS = 4, 4000


@pytest.fixture(scope="module", params=[np.float32, np.float64], ids=["float32", "float64"])
def matrices(request: pytest.FixtureRequest) -> Array:
    """Return many orthogonal 4 x 4 matrices."""
    rng = np.random.default_rng(0)
    drawn = [wi.orthogonal((SIDE, SIDE), rng=rng, dtype=request.param) for _ in range(DRAWS)]
    return np.array(drawn, dtype=np.float64)


def sphere(n: int) -> object:
    """Return the law of one coordinate of a point drawn evenly on the sphere in n dimensions."""
    return stats.beta((n - 1) / 2, (n - 1) / 2, loc=-1, scale=2)


@pytest.mark.parametrize(
    "turn",
    [
        np.eye(SIDE),
        np.diag([1.0, 1.0, 1.0, -1.0]),
        np.roll(np.eye(SIDE), 1, axis=0),
        np.eye(SIDE) - 0.5,  # a reflection, in all coordinates at once
    ],
    ids=["as it is", "one sign", "shifted", "reflected"],
)
def test_traces_are_those_of_haar(matrices: Array, turn: Array) -> None:
    """Turned by any fixed matrix, an even draw has E (tr Q)^2k = (2k-1)!!, and odd moments 0.

    True for k up to the side of the matrix (Diaconis and Shahshahani 1994). False alarms: 1e-6.
    """
    trace = np.einsum("nij,ji->n", matrices, turn)
    moments = {1: 0.0, 2: 1.0, 3: 0.0, 4: 3.0, 6: 15.0, 8: 105.0}
    for power in (1, 2, 3, 4):
        variance = moments[2 * power] - moments[power] ** 2
        assert_mean(
            trace**power, moments[power], variance=variance, largest=2.0 * SIDE**power, checks=4
        )


def test_both_orientations(matrices: Array) -> None:
    """Rotations and reflections are equally likely: the determinant is +1 or -1, 0 on average."""
    determinants = np.linalg.det(matrices)
    assert np.abs(determinants) == pytest.approx(1, rel=1e-5)
    assert_mean(determinants, 0.0, variance=1.0, largest=1.0)


def test_every_direction_is_even(matrices: Array) -> None:
    """Any a' Q b is a coordinate of an even point on the sphere, for unit vectors a and b.

    False alarms: 1e-6 for all pairs together.
    """
    ends = np.array([[1, 0, 0, 0], [0, 0, 0, 1], [0.5, 0.5, 0.5, 0.5], [0, 0.6, -0.8, 0]])
    pairs = list(itertools.product(ends, ends))
    for a, b in pairs:
        assert_law(matrices @ b @ a, sphere(SIDE), checks=len(pairs))


def test_entries_know_of_each_other_as_they_should(matrices: Array) -> None:
    """Fourth moments: in a row 1 / n(n+2), across (n+1) / m, and around -1 / m, m = n(n-1)(n+2).

    Collins and Sniady (2006), arXiv:math-ph/0402073. False alarms: 1e-6 for all together.
    """
    n, m = SIDE, SIDE * (SIDE - 1) * (SIDE + 2)
    places = [(0, 1), (0, n - 1), (n - 2, n - 1)]
    checks = 4 * len(places)
    for i, j in places:
        a, b, c, d = (matrices[:, row, column] for row in (i, j) for column in (i, j))
        bounds = {"variance": 3 / (n * (n + 2)), "largest": 1.0, "checks": checks}
        assert_mean(a**2 * b**2, 1 / (n * (n + 2)), **bounds)
        assert_mean(a**2 * c**2, 1 / (n * (n + 2)), **bounds)
        assert_mean(a**2 * d**2, (n + 1) / m, **bounds)
        assert_mean(a * b * c * d, -1 / m, **bounds)


@pytest.mark.parametrize("shape", [(5, 2), (2, 5)])
def test_tall_and_wide_ones_are_even(shape: tuple[int, int]) -> None:
    """Each entry of a tall or wide matrix is a coordinate of an even point on the long sphere.

    False alarms: 1e-6 for all entries together.
    """
    rng = np.random.default_rng(1)
    drawn = np.array([wi.orthogonal(shape, rng=rng) for _ in range(1000)])
    for i, j in np.ndindex(*shape):
        assert_law(drawn[:, i, j], sphere(5), checks=10)


def test_large_ones_are_even() -> None:
    """Beyond one tile, tr Q^k is normal with variance k, around 1 for even k and 0 for odd.

    The law is that of the limit, which a side of 150 meets to far below 1e-6 (Johansson 1997).
    False alarms: 1e-6 for all together.
    """
    rng = np.random.default_rng(2)
    traces: dict[int, list[float]] = {1: [], 2: [], 3: []}
    for _ in range(150):
        q = wi.orthogonal((150, 150), rng=rng)
        for power, drawn in traces.items():
            drawn.append(float(np.trace(np.linalg.matrix_power(q, power))))
    for power, drawn in traces.items():
        law = stats.norm(1 - power % 2, math.sqrt(power))
        assert_law(np.array(drawn), law, checks=len(traces))


BAD = [
    ({"gain": -1.0}, ValueError, r"gain must be a finite number >= 0, got -1.0.*length of every"),
    ({"gain": math.nan}, ValueError, r"gain must be a finite real number, got nan"),
    ({"gain": "relu"}, TypeError, r"gain must be a finite real number, got 'relu'"),
    ({"out_axis": 0.0}, TypeError, r"out_axis must be an integer or a sequence.*got 0.0"),
    ({"out_axis": []}, ValueError, r"out_axis must hold 1 or more, got \[\]"),
    ({"batch_axis": None}, TypeError, r"batch_axis must be an integer or a seq.*got None"),
    ({"groups": 0}, ValueError, r"groups must be an integer >= 1, got 0"),
]


@pytest.mark.parametrize("kind", [wi.Orthogonal, wi.DeltaOrthogonal, wi.Identity])
@pytest.mark.parametrize("arguments, error, message", BAD)
def test_bad_parameters(
    kind: type[wi.Initializer], arguments: dict[str, object], error: type[Exception], message: str
) -> None:
    """A gain that is no size, and an axis that is none, are errors when the value is made."""
    with pytest.raises(error, match=message):
        kind(**arguments)


@pytest.mark.parametrize(
    "out_axis, message",
    [
        (2, r"out_axis must lie between -2 and 1 for a shape of 2 axes, got 2"),
        ((0, 1), r"out_axis must leave an axis for the inputs, got \(0, 1\) for shape \(3, 4\)"),
        ((0, -2), r"out_axis must name each axis once, got \(0, -2\)"),
    ],
)
def test_axes_that_do_not_fit(out_axis: object, message: str) -> None:
    """The outputs are held against the shape, in a call and in the theory."""
    init = wi.Orthogonal(out_axis=out_axis)
    for function in (init, init.std):
        with pytest.raises(ValueError, match=message):
            function((3, 4))
