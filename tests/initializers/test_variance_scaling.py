"""Variance scaling: Var w = scale / n, for every n, distribution, layout and dtype."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import weightinit as wi
from tests.chance import assert_law, assert_moments
from tests.initializers.examples import LAYOUTS

MODES = {
    "fan_in": lambda fan_in, _: fan_in,
    "fan_out": lambda _, fan_out: fan_out,
    "fan_avg": lambda fan_in, fan_out: (fan_in + fan_out) / 2,
    "fan_geo_avg": lambda fan_in, fan_out: math.sqrt(fan_in * fan_out),
}
STANDARD = {
    "normal": stats.norm(),
    "uniform": stats.uniform(-math.sqrt(3), 2 * math.sqrt(3)),
    "truncated_normal": stats.truncnorm(-2, 2, 0, 1 / stats.truncnorm(-2, 2).std()),
}
DTYPES = (np.float16, np.float32, np.float64)
CASES = list(itertools.product(MODES, STANDARD, LAYOUTS, DTYPES))


@pytest.mark.parametrize("mode, distribution, layout, dtype", CASES)
def test_draws_follow_their_law(mode: str, distribution: str, layout: str, dtype: type) -> None:
    """Weights over sqrt(scale / n) follow the standard law: its distribution, mean and std.

    Every layout here has fan_in 480 and fan_out 720. False alarms: 1e-6 for all cases together.
    """
    shape, axes = LAYOUTS[layout]
    n = MODES[mode](480, 720)
    init = wi.VarianceScaling(scale=3.0, mode=mode, distribution=distribution, **axes)
    # A seed of its own for each case: otherwise one bad draw would fail all at once.
    seed = CASES.index((mode, distribution, layout, dtype))
    standard = init(shape, rng=seed, dtype=dtype).astype(np.float64) / math.sqrt(3.0 / n)
    assert_law(standard.ravel()[::17], STANDARD[distribution], checks=2 * len(CASES))
    assert_moments(standard, STANDARD[distribution], checks=2 * len(CASES))


@given(
    mode=st.sampled_from(list(MODES)),
    distribution=st.sampled_from(list(STANDARD)),
    scale=st.floats(1e-6, 1e6),
    sizes=st.lists(st.integers(1, 99), min_size=2, max_size=4),
    groups=st.integers(1, 3),
)
def test_theory(mode: str, distribution: str, scale: float, sizes: list[int], groups: int) -> None:
    """`std(shape)` is sqrt(scale / n), n by the mode from the fans, for any distribution."""
    shape = (*sizes[:-1], sizes[-1] * groups)
    fans = wi.compute_fans(shape, groups=groups)
    init = wi.VarianceScaling(scale=scale, mode=mode, distribution=distribution, groups=groups)
    assert init.std(shape) == pytest.approx(math.sqrt(scale / MODES[mode](*fans)), rel=1e-15)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_one_weight_in_any_layout(layout: str) -> None:
    """The theory is the same however the weight is laid out."""
    shape, axes = LAYOUTS[layout]
    for name in ("lecun_normal", "xavier_uniform", "he_normal"):
        scheme = getattr(wi, name)
        assert replace(scheme, **axes).std(shape) == scheme.std((480, 720))


@pytest.mark.parametrize(
    "name, variance",
    [
        ("lecun_normal", 1 / 480),
        ("lecun_uniform", 1 / 480),
        ("xavier_normal", 2 / (480 + 720)),
        ("xavier_uniform", 2 / (480 + 720)),
        ("he_normal", 2 / 480),
        ("he_uniform", 2 / 480),
    ],
)
@pytest.mark.parametrize("dtype", DTYPES)
def test_named_schemes(name: str, variance: float, dtype: type) -> None:
    """The schemes have the variances of their papers, and the distribution of their name.

    False alarms: 1e-6 for all 18 cases together.
    """
    law = STANDARD[name.partition("_")[2]]
    weights = getattr(wi, name)((3, 5, 32, 48), rng=0, dtype=dtype).astype(np.float64)
    assert_law(weights.ravel()[::17] / math.sqrt(variance), law, checks=2 * 18)
    assert_moments(weights / math.sqrt(variance), law, checks=2 * 18)


@pytest.mark.parametrize(
    "distribution, reach",
    [("uniform", math.sqrt(3)), ("truncated_normal", 2 / 0.87962566103423978)],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_support(distribution: str, reach: float, dtype: type) -> None:
    """Uniform weights lie within sqrt(3) stds, truncated ones within 2 / 0.8796, and fill that."""
    init = wi.VarianceScaling(scale=1.0, mode="fan_in", distribution=distribution)
    weights = init((480, 720), rng=0, dtype=dtype)
    largest = float(np.abs(weights).max()) / (reach * init.std((480, 720)))
    assert 0.999 < largest <= 1 + 2 * np.finfo(dtype).eps


def test_scale_multiplies() -> None:
    """From one seed, 4 times the scale is twice the weights, and scale 0 is zeros."""
    for distribution in STANDARD:
        one = wi.VarianceScaling(scale=1.0, mode="fan_in", distribution=distribution)
        weights = one((32, 48), rng=0)
        assert np.array_equal(replace(one, scale=4.0)((32, 48), rng=0), 2 * weights)
        assert not replace(one, scale=0.0)((32, 48), rng=0).any()


def test_groups_change_the_outputs_alone() -> None:
    """A grouped kernel has its own fan in by shape; by groups, its weights grow where n falls."""
    shape = (3, 3, 16, 64)
    grouped = {
        mode: wi.VarianceScaling(scale=1.0, mode=mode, distribution="normal", groups=4)
        for mode in MODES
    }
    plain = {mode: replace(init, groups=1) for mode, init in grouped.items()}
    ratios = {mode: grouped[mode].std(shape) / plain[mode].std(shape) for mode in MODES}
    assert ratios == pytest.approx(
        {"fan_in": 1, "fan_out": 2, "fan_avg": math.sqrt(80 / 32), "fan_geo_avg": math.sqrt(2)}
    )


GOOD = {"scale": 1.0, "mode": "fan_in", "distribution": "normal"}
BAD = [
    (
        {"scale": -1.0},
        ValueError,
        r"scale must be a finite number >= 0, got -1.0.*gain\(\"relu\"\)",
    ),
    ({"scale": math.nan}, ValueError, r"scale must be a finite real number, got nan"),
    ({"scale": math.inf}, ValueError, r"scale must be a finite real number, got inf"),
    ({"scale": "2"}, TypeError, r"scale must be a finite real number, got '2'"),
    ({"scale": True}, TypeError, r"scale must be a finite real number, got True"),
    (
        {"mode": "fan"},
        ValueError,
        r"mode must be one of 'fan_avg', 'fan_geo_avg', 'fan_in', 'fan_o",
    ),
    ({"mode": None}, TypeError, r"mode must be one of 'fan_avg'.*got None"),
    ({"distribution": "gauss"}, ValueError, r"distribution must be one of 'normal', 'truncated_n"),
    ({"distribution": 1}, TypeError, r"distribution must be one of .*'uniform', got 1"),
    ({"in_axis": 1.5}, TypeError, r"in_axis must be an integer or a sequence.*got 1.5"),
    ({"out_axis": ()}, ValueError, r"out_axis must hold 1 or more, got \(\)"),
    ({"groups": 0}, ValueError, r"groups must be an integer >= 1, got 0"),
    ({"groups": 1.0}, TypeError, r"groups must be an integer >= 1, got 1.0"),
    ({"batch_axis": 0.0}, TypeError, r"batch_axis must be an integer or a sequence.*got 0.0"),
    ({"transposed": 1}, TypeError, r"transposed must be True or False, got 1"),
]


@pytest.mark.parametrize("changed, error, message", BAD)
def test_bad_parameters(changed: dict[str, object], error: type[Exception], message: str) -> None:
    """A bad parameter is an error when the initializer is made; a bad name lists the good ones."""
    with pytest.raises(error, match=message):
        wi.VarianceScaling(**GOOD | changed)


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"in_axis": 2}, r"in_axis must lie between -2 and 1 for a shape of 2 axes, got 2"),
        ({"in_axis": -1}, r"in_axis and out_axis must differ, got in_axis=-1 and out_axis=-1"),
        ({"in_axis": (0, -2)}, r"in_axis must name each axis once, got \(0, -2\)"),
        ({"groups": 5}, r"groups must divide the number of outputs, got groups=5 with 4 outputs"),
        ({"groups": 4, "transposed": True}, r"groups must divide the number of inputs, .*3 inputs"),
        ({"batch_axis": 0}, r"in_axis and batch_axis must differ, got in_axis=-2 and batch_axis=0"),
    ],
)
def test_shapes_that_do_not_fit(changed: dict[str, object], message: str) -> None:
    """Axes and groups are held against the shape in a call and in the theory, before any draw."""
    init = wi.VarianceScaling(**GOOD | changed)
    generator = np.random.default_rng(0)
    with pytest.raises(ValueError, match=message):
        init((3, 4), rng=generator)
    with pytest.raises(ValueError, match=message):
        init.std((3, 4))
    assert generator.bit_generator.state == np.random.default_rng(0).bit_generator.state
