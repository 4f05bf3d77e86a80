"""Distributions that do not depend on the fans: the law of what is drawn, exactly."""

import math

import numpy as np
import pytest
from scipy import stats

import weightinit as wi
from tests.chance import assert_law, assert_moments

SHAPE = (300, 500)  # more than one block of random numbers
DTYPES = (np.float16, np.float32, np.float64)


def truncated(*, std: float, bound: float, mean: float = 0.0) -> object:
    """Return SciPy's normal, cut off at +-bound and rescaled to this std."""
    return stats.truncnorm(-bound, bound, mean, std / stats.truncnorm(-bound, bound).std())


LAWS = {
    wi.Uniform(low=-0.1, high=0.1): stats.uniform(-0.1, 0.2),
    wi.Uniform(low=1.0, high=5.0): stats.uniform(1.0, 4.0),
    wi.Normal(std=0.02): stats.norm(0, 0.02),
    wi.Normal(std=3.0, mean=-2.0): stats.norm(-2.0, 3.0),
    wi.TruncatedNormal(std=0.02): truncated(std=0.02, bound=2.0),
    wi.TruncatedNormal(std=2.0, mean=5.0): truncated(std=2.0, bound=2.0, mean=5.0),
    wi.TruncatedNormal(std=1.0, bound=0.1): truncated(std=1.0, bound=0.1),
    wi.TruncatedNormal(std=1.0, bound=0.99): truncated(std=1.0, bound=0.99),
    wi.TruncatedNormal(std=1.0, bound=1.01): truncated(std=1.0, bound=1.01),
    wi.TruncatedNormal(std=1.0, bound=5.0): truncated(std=1.0, bound=5.0),
}

laws = pytest.mark.parametrize("init", LAWS, ids=repr)


@laws
@pytest.mark.parametrize("dtype", DTYPES)
def test_draws_follow_their_law(init: wi.Initializer, dtype: type) -> None:
    """Draws have the exact distribution, mean and std, within what their number allows.

    False alarms: 1e-6 for all cases together. Rounding to float16 moves a value by 2^-12 of it,
    far below the 1 % that the distribution function may be off.
    """
    cases = len(LAWS) * len(DTYPES)
    weights = init(SHAPE, rng=0, dtype=dtype)
    assert_law(weights.astype(np.float64)[:, ::5], LAWS[init], checks=2 * cases)
    assert_moments(weights, LAWS[init], checks=2 * cases)


@laws
def test_theory(init: wi.Initializer) -> None:
    """`std(shape)` is the std of the law, whatever the shape."""
    for shape in ((3,), SHAPE):
        assert init.std(shape) == pytest.approx(LAWS[init].std(), rel=1e-10)


@laws
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_support(init: wi.Initializer, dtype: type) -> None:
    """No draw lies outside the support of its law, but for two roundings."""
    low, high = LAWS[init].support()
    weights = init(SHAPE, rng=1, dtype=dtype).astype(np.float64)
    slack = 2 * np.finfo(dtype).eps * max(map(abs, (low, high))) if math.isfinite(high) else 0.0
    assert low - slack <= weights.min()
    assert weights.max() <= high + slack


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("ends", [(0.1, 0.3), (-0.7, 0.1), (1.0, 1.01), (-1e-3, 1e-3)])
def test_uniform_stays_within_its_ends(ends: tuple[float, float], dtype: type) -> None:
    """A uniform draw never leaves [low, high], with its ends rounded to the dtype."""
    low, high = ends
    weights = wi.Uniform(low=low, high=high)(SHAPE, rng=0, dtype=dtype)
    assert dtype(low) <= weights.min()
    assert weights.max() <= dtype(high)


@pytest.mark.parametrize("bound", [5e-324, 1e-200, 1e-40, 1e-5])
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_very_narrow_cut_is_uniform(bound: float, dtype: type) -> None:
    """The middle of a normal, stretched to std 1, is uniform on +-sqrt(3)."""
    weights = wi.TruncatedNormal(std=1.0, bound=bound)(SHAPE, rng=0, dtype=dtype)
    assert_law(weights.astype(np.float64), stats.uniform(-math.sqrt(3), math.sqrt(12)), checks=12)


def test_a_cut_beyond_all_draws_is_none() -> None:
    """Cut off so far out that nothing is there, a normal is left as it was."""
    cut = wi.TruncatedNormal(std=2.0, bound=1e10)(SHAPE, rng=0)
    assert np.array_equal(cut, wi.Normal(std=2.0)(SHAPE, rng=0))


@pytest.mark.parametrize("value", [0.0, -0.0, 0.1, -3.0, 1e-4, 7])
@pytest.mark.parametrize("dtype", DTYPES)
def test_constant(value: float, dtype: type) -> None:
    """Every weight is the value, rounded to the dtype; its std is 0, whatever the seed."""
    init = wi.Constant(value=value)
    assert set(init((3, 4), rng=1, dtype=dtype).ravel().tolist()) == {float(dtype(value))}
    assert init.std((3, 4)) == 0


def test_scale_and_place_multiply_and_add() -> None:
    """From one seed, a normal of another std and mean is the same one scaled and moved."""
    plain = wi.Normal(std=1.0)(SHAPE, rng=0)
    assert np.array_equal(wi.Normal(std=0.5, mean=3.0)(SHAPE, rng=0), plain * 0.5 + 3)
    assert np.array_equal(wi.Normal(std=0.0, mean=3.0)(SHAPE, rng=0), np.full(SHAPE, 3.0))


STD_HINT = r"wi\.he_normal"
BAD = [
    (wi.Constant, {"value": math.nan}, ValueError, r"value must be a finite real number, got nan"),
    (wi.Constant, {"value": math.inf}, ValueError, r"value must be a finite real number, got inf"),
    (wi.Constant, {"value": "0"}, TypeError, r"value must be a finite real number, got '0'"),
    (wi.Constant, {"value": True}, TypeError, r"value must be a finite real number, got True"),
    (wi.Constant, {"value": 1j}, TypeError, r"value must be a finite real number, got 1j"),
    (wi.Constant, {"value": [1.0]}, TypeError, r"value must be a finite real number, got \[1.0\]"),
    (wi.Uniform, {"low": 1.0, "high": 1.0}, ValueError, r"low must be below high.*wi.Constant"),
    (wi.Uniform, {"low": 1.0, "high": 0.0}, ValueError, r"low=1.0 and high=0.0"),
    (wi.Uniform, {"low": -1e308, "high": 1e308}, ValueError, r"by a finite width.*low=-1e\+308"),
    (wi.Uniform, {"low": math.nan, "high": 1.0}, ValueError, r"low must be a finite.*got nan"),
    (wi.Uniform, {"low": 0.0, "high": math.inf}, ValueError, r"high must be a finite.*got inf"),
    (wi.Uniform, {"low": None, "high": 1.0}, TypeError, r"low must be a finite.*got None"),
    (
        wi.Normal,
        {"std": -0.1},
        ValueError,
        rf"std must be a finite number >= 0, got -0.1.*{STD_HINT}",
    ),
    (wi.Normal, {"std": math.inf}, ValueError, rf"std must be a finite.*got inf.*{STD_HINT}"),
    (wi.Normal, {"std": math.nan}, ValueError, rf"std must be a finite.*got nan.*{STD_HINT}"),
    (wi.Normal, {"std": "0.1"}, TypeError, r"std must be a finite.*got '0.1' \(str\)"),
    (wi.Normal, {"std": np.True_}, TypeError, r"std must be a finite.*\(bool\)"),
    (wi.Normal, {"std": 1.0, "mean": math.nan}, ValueError, r"mean must be a finite.*got nan"),
    (wi.TruncatedNormal, {"std": -1.0}, ValueError, r"std must be a finite number >= 0, got -1.0"),
    (wi.TruncatedNormal, {"std": 1.0, "bound": 0.0}, ValueError, r"bound must be .* > 0, got 0.0"),
    (wi.TruncatedNormal, {"std": 1.0, "bound": -2.0}, ValueError, r"bound must be .*units of std"),
    (wi.TruncatedNormal, {"std": 1.0, "bound": math.inf}, ValueError, r"got inf.*use wi.Normal"),
    (wi.TruncatedNormal, {"std": 1.0, "bound": None}, TypeError, r"bound must be .*got None"),
]


@pytest.mark.parametrize("kind, arguments, error, message", BAD)
def test_bad_parameters(
    kind: type[wi.Initializer], arguments: dict[str, object], error: type[Exception], message: str
) -> None:
    """A bad parameter is an error that names it, what it got and what is allowed."""
    with pytest.raises(error, match=message):
        kind(**arguments)


@pytest.mark.parametrize("kind", [wi.Constant, wi.Uniform, wi.Normal, wi.TruncatedNormal])
def test_what_has_no_default_must_be_given(kind: type[wi.Initializer]) -> None:
    """A value, the ends and a std have no default."""
    with pytest.raises(TypeError, match=r"missing .* required keyword-only argument"):
        kind()
