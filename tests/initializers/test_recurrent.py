"""Biases that make gates remember, and eigenvalues on a ring."""

import math

import numpy as np
import pytest
from scipy import stats

import weightinit as wi
from tests.chance import assert_law, assert_mean, assert_moments, assert_uncorrelated

EPS = np.finfo(np.float64).eps
INITS: dict[str, tuple[wi.Initializer, tuple[int, ...]]] = {
    "forget bias": (wi.ForgetBias(value=-1.5), (4000,)),
    "update bias": (wi.ForgetBias(value=2.0, cell="gru"), (3000,)),
    "chrono": (wi.Chrono(longest=50), (400_000,)),
    "chrono of a GRU": (wi.Chrono(longest=50, cell="gru"), (300_000,)),
    "shortest chrono": (wi.Chrono(longest=3), (400_000,)),
    "ring": (wi.Ring(low=0.5, high=1.0), (1000, 1000)),
    "circle": (wi.Ring(low=0.7, high=0.7), (100, 100)),
    "point": (wi.Ring(low=0.0, high=0.0), (4, 4)),
}
everyone = pytest.mark.parametrize("kind", INITS)


@everyone
def test_the_std_is_that_of_theory(kind: str) -> None:
    """The std of the entries is that of theory, up to chance in their mean square.

    Of the n numbers that are drawn, log^2 u or r^2 has a std of at most 1.2 times its mean: the
    mean over n is off by less than 4.9 * 1.2 / sqrt(n) of itself with probability 1 - 1e-6.
    The mean of the entries adds 1 / sqrt(n) of the std at most, to the square.
    """
    init, shape = INITS[kind]
    drawn = {"chrono": 100_000, "chrono of a GRU": 100_000, "shortest chrono": 100_000, "ring": 500}
    n = drawn.get(kind, math.inf)
    within = 4.9 * 1.2 / math.sqrt(n) + 0.01 * (kind == "circle") + 8 * EPS
    assert init(shape, rng=0).var() == pytest.approx(init.std(shape) ** 2, rel=within)


@everyone
@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_a_part_is_the_whole_cut(kind: str, dtype: str) -> None:
    """Parts are drawn by themselves, to the bit, and a Generator is then where a call leaves it."""
    init, shape = INITS[kind]
    small = tuple(min(size, 24) for size in shape)
    for index in (np.s_[:], np.s_[3], np.s_[-1], np.s_[1:12:2], np.s_[::-3], np.s_[5:5]):
        one, other = np.random.default_rng(1), np.random.default_rng(1)
        part = init.part(small, index, rng=one, dtype=dtype)
        wanted = np.asarray(init(small, rng=other, dtype=dtype)[index])
        assert (part.shape, part.tobytes()) == (wanted.shape, wanted.tobytes())
        assert one.bit_generator.state == other.bit_generator.state


@pytest.mark.parametrize("cell, gates", [("lstm", 4), ("gru", 3)])
def test_one_gate_is_biased(cell: str, gates: int) -> None:
    """Gate 1 of either cell keeps the state, and has the value; all other biases are zero."""
    blocks = wi.ForgetBias(value=3.0, cell=cell)((gates * 5,)).reshape(gates, 5)
    assert np.array_equal(blocks, np.repeat(3.0 * np.eye(gates)[1], 5).reshape(gates, 5))


@pytest.mark.parametrize("longest", [3, 10, 1000])
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_memories_are_uniform(longest: int, cell: str) -> None:
    """A forget gate f forgets in 1 / (1 - f) steps, which is uniform on [2, T].

    False alarms: 1e-6 for each T and cell.
    """
    gates = {"lstm": 4, "gru": 3}[cell]
    blocks = wi.Chrono(longest=longest, cell=cell)((gates * 20_000,), rng=0).reshape(gates, -1)
    forget = 1 / (1 + np.exp(-blocks[1]))
    memory = 1 / (1 - forget)
    assert memory.min() >= 2 - 1e-9
    assert memory.max() <= longest * (1 + 1e-9)
    assert_law(memory, stats.uniform(2, longest - 2), checks=2)
    assert_moments(memory, stats.uniform(2, longest - 2), checks=2)


def test_the_input_gate_is_the_rest_of_the_forget_gate() -> None:
    """Input and forget gate sum to 1, so that the state is an average; the rest is zero, not -0."""
    i, f, g, o = wi.Chrono(longest=100)((4 * 64,), rng=0).reshape(4, 64)
    gate = [1 / (1 + np.exp(-bias)) for bias in (i, f)]
    assert sum(gate) == pytest.approx(np.ones(64), rel=4 * EPS)
    assert f.min() >= 0
    for rest in (g, o):
        assert not rest.any()
        assert not np.signbit(rest).any()


@pytest.mark.parametrize("low, high", [(0.0, 1.0), (0.9, 0.999), (0.7, 0.7), (0.0, 0.0), (1, 1.1)])
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_eigenvalues_lie_on_the_ring(low: float, high: float, dtype: str) -> None:
    """Every eigenvalue has a modulus from low to high, and so has every singular value."""
    w = wi.Ring(low=low, high=high)((60, 60), rng=0, dtype=dtype)
    within = 4 * float(np.finfo(dtype).eps) * high
    for values in (np.linalg.eigvals(w), np.linalg.svd(w, compute_uv=False)):
        assert low - within <= np.abs(values).min()
        assert np.abs(values).max() <= high + within
    assert w @ w.T == pytest.approx(w.T @ w, abs=within * max(high, 1))  # a normal matrix


def test_eigenvalues_are_even_on_the_ring() -> None:
    """By area: r^2 and the angle are uniform, and tell nothing of each other.

    False alarms: 1e-6.
    """
    low, high, n = 0.5, 0.9, 3000
    w = wi.Ring(low=low, high=high)((n, n), rng=0)
    cosine, sine = w.diagonal()[::2], w.diagonal(1)[::2]
    assert np.array_equal(w.diagonal()[1::2], cosine)
    assert np.array_equal(w.diagonal(-1)[::2], -sine)
    assert np.count_nonzero(w) == np.count_nonzero(cosine) * 2 + np.count_nonzero(sine) * 2
    squares, angles = cosine**2 + sine**2, np.arctan2(sine, cosine)
    assert_law(squares, stats.uniform(low**2, high**2 - low**2), checks=3)
    assert_law(angles, stats.uniform(-np.pi, 2 * np.pi), checks=3)
    assert_uncorrelated(squares, angles, checks=3)


@pytest.mark.parametrize("low, high, share", [(0.0, 1.0, 0.0198), (0.9, 0.999, 0.0947)])
def test_share_of_long_memories(low: float, high: float, share: float) -> None:
    """2.0 % of a disc remember for over 100 steps, 9.5 % of a ring from .9 to .999.

    A pair of units remembers for -1 / log r steps: over 100 where r > e^-0.01, which has the
    probability (b^2 - e^-0.02) / (b^2 - a^2). False alarms: 1e-6 (Bernstein).
    """
    predicted = (high**2 - math.exp(-0.02)) / (high**2 - low**2)
    assert predicted == pytest.approx(share, abs=5e-5)
    w = wi.Ring(low=low, high=high)
    blocks = [w.part((10**4, 10**4), (slice(i, i + 50),) * 2, rng=0) for i in range(0, 10**4, 50)]
    diagonal = [block[i, i : i + 2] for block in blocks for i in range(0, 50, 2)]
    remember = -1 / np.log(np.linalg.norm(diagonal, axis=1)) > 100
    variance = predicted * (1 - predicted)
    assert_mean(remember.astype(float), predicted, variance=variance, largest=1.0, checks=2)


@pytest.mark.parametrize(
    "make, error, message",
    [
        (lambda: wi.ForgetBias(value=math.inf), ValueError, r"value must be a finite real"),
        (
            lambda: wi.ForgetBias(cell="rnn"),
            ValueError,
            r"cell must be one of 'gru', 'lstm', got 'rnn'",
        ),
        (
            lambda: wi.Chrono(longest=2),
            ValueError,
            r"longest must be an integer >= 3, got 2.*zeros",
        ),
        (lambda: wi.Chrono(longest=2.5), TypeError, r"longest must be an integer >= 3, got 2.5"),
        (lambda: wi.Chrono(longest=9, cell=None), TypeError, r"cell must be"),
        (lambda: wi.Ring(low=-0.1, high=1.0), ValueError, r"low must be a finite number >= 0"),
        (lambda: wi.Ring(low=0.0, high=math.nan), ValueError, r"high must be a finite .*radius"),
        (lambda: wi.Ring(low=1.0, high=0.5), ValueError, r"low must be at most high.*swap them"),
    ],
)
def test_bad_parameters(make: object, error: type[Exception], message: str) -> None:
    """A parameter out of its range is an error that names it."""
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize(
    "init, shape, message",
    [
        (wi.ForgetBias(), (6,), r"shape must be \(4 \* units,\).*cell='lstm', got \(6,\)"),
        (wi.ForgetBias(), (4, 8), r"shape must be \(4 \* units,\).*wi.Stacked"),
        (wi.Chrono(longest=5, cell="gru"), (4,), r"shape must be \(3 \* units,\).*cell='gru'"),
        (wi.Chrono(longest=5), (), r"shape must be \(4 \* units,\)"),
        (
            wi.Ring(low=0.5, high=1.0),
            (5, 5),
            r"shape must be \(n, n\) with an even n, got \(5, 5\)",
        ),
        (wi.Ring(low=0.5, high=1.0), (4, 6), r"shape must be \(n, n\).*wi.orthogonal"),
        (wi.Ring(low=0.5, high=1.0), (4,), r"shape must be \(n, n\)"),
    ],
)
def test_shapes_that_do_not_fit(init: wi.Initializer, shape: tuple, message: str) -> None:
    """A shape that holds no gates, or no rotations, is an error; nothing is drawn."""
    generator = np.random.default_rng(0)
    for function in (lambda: init(shape, rng=generator), lambda: init.std(shape)):
        with pytest.raises(ValueError, match=message):
            function()
    assert generator.bit_generator.state == np.random.default_rng(0).bit_generator.state
