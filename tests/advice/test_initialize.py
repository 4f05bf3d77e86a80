"""One call for one weight: the scheme that suits an activation, and that it does what it is for."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import integrate

import weightinit as wi
from tests.chance import standard_errors
from tests.reference import REFERENCE, normal_density
from weightinit.advice import initializer_for

SHAPE = (3, 3, 16, 24)


def he(scale: float) -> wi.VarianceScaling:
    """Return a normal of variance scale / fan_in."""
    return wi.VarianceScaling(scale=scale, mode="fan_in", distribution="normal")


TABLE = {
    "linear": wi.lecun_normal,
    "relu": wi.he_normal,
    "leaky_relu": he(2 / (1 + 0.01**2)),
    **dict.fromkeys(("tanh", "softsign", "hardtanh", "sine"), wi.xavier_uniform),
    "softplus": wi.he_normal,
    "selu": wi.lecun_normal,
    "sigmoid": replace(wi.xavier_uniform, scale=16.0),
    "relu6": wi.he_normal,
    "siren": replace(wi.he_uniform, scale=2 / 30**2),
}
BY_GAIN = sorted(set(wi.activations.names()) - set(TABLE))


def assert_same(weights: NDArray, scheme: wi.Initializer) -> None:
    """Compare weights with what a scheme draws from the same seed, but for rounding."""
    np.testing.assert_allclose(weights, scheme(SHAPE, rng=3), rtol=1e-15)


@pytest.mark.parametrize("name", TABLE)
def test_each_row_of_the_table(name: str) -> None:
    """For the activations with a scheme of their own, the weights are that scheme's."""
    assert_same(wi.initialize(SHAPE, name, rng=3), TABLE[name])
    assert_same(wi.initialize(SHAPE, wi.activations.get(name), rng=3), TABLE[name])


@pytest.mark.parametrize("name", BY_GAIN)
def test_any_other_activation(name: str) -> None:
    """For every other activation the variance is gain^2 / fan_in, by name or as a callable."""
    scheme = he(wi.gain(name) ** 2)
    assert_same(wi.initialize(SHAPE, name, rng=3), scheme)
    phi = wi.activations.get(name)
    by_callable = wi.initialize(SHAPE, phi.__call__, rng=3)
    np.testing.assert_allclose(by_callable, scheme(SHAPE, rng=3), rtol=1e-8)


@given(st.floats(-3, 3))
def test_the_slope_counts(slope: float) -> None:
    """Leaky ReLU has variance 2 / ((1 + slope^2) fan_in): slope 0 is He, slope 1 is LeCun."""
    leaky = wi.activations.leaky_relu(slope)
    assert_same(wi.initialize(SHAPE, leaky, rng=3), he(2 / (1 + slope**2)))


@given(st.floats(-3, 3).map(lambda x: 10.0**x))
def test_the_frequency_counts(omega: float) -> None:
    """SIREN draws from U(-a, a) with a = sqrt(6 / n) / omega (Sitzmann et al. 2020, 3.2)."""
    wave = wi.activations.siren(omega)
    a = math.sqrt(6 / (3 * 3 * 16)) / omega
    drawn = wi.Uniform(low=-a, high=a)(SHAPE, rng=3)
    np.testing.assert_allclose(wi.initialize(SHAPE, wave, rng=3), drawn, rtol=0, atol=4e-16 * a)


def test_relu_is_the_default() -> None:
    """Without an activation the weights are He's, in whatever dtype is asked for."""
    for dtype in (np.float16, np.float32, np.float64):
        weights = wi.initialize(SHAPE, rng=3, dtype=dtype)
        assert weights.dtype == dtype
        assert np.array_equal(weights, wi.he_normal(SHAPE, rng=3, dtype=dtype))


def test_the_generator_is_shared() -> None:
    """One generator starts a whole network: layers of one shape differ."""
    rng = np.random.default_rng(0)
    assert not np.array_equal(wi.initialize((4, 4), rng=rng), wi.initialize((4, 4), rng=rng))


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        ({"activation": "gulu"}, ValueError, r"activation must be one of 'linear'.*got 'gulu'"),
        (
            {"activation": wi.activations.leaky_relu(1e200)},
            ValueError,
            r"activation must have a finite second moment",
        ),
        (
            {"activation": wi.activations.siren(1e-200)},
            ValueError,
            r"activation has a forward second moment of",
        ),
        ({"activation": None}, TypeError, r"activation must be .*got None"),
        ({"activation": lambda z: 0 * z}, ValueError, r"forward second moment of 0"),
        ({"shape": (7,)}, ValueError, r"shape must have at least two axes to have fans"),
        ({"dtype": int}, TypeError, r"dtype must be float16, float32 or float64"),
        ({"rng": -1}, ValueError, r"rng must be"),
    ],
    ids=["name", "steep", "slow", "kind", "zero", "shape", "dtype", "rng"],
)
def test_bad_arguments(arguments: dict[str, object], error: type[Exception], message: str) -> None:
    """What an activation, a shape, a dtype or a source of randomness is not is told so."""
    with pytest.raises(error, match=message):
        wi.initialize(**{"shape": (3, 4), **arguments})


WIDTH, DEPTH, NETS = 256, 20, 20


@pytest.mark.parametrize("slope", [0.0, 0.2, -1.0])
def test_deep_leaky_nets_keep_their_size(slope: float) -> None:
    """Through 20 layers of width 256 the second moment wanders as theory says, and no more.

    A layer multiplies the second moment by the mean of X = gain^2 phi(z)^2 over its n units, E X
    = 1: with v = Var X the log of that has mean -v / 2n and variance v / n. What is left out is
    below 10 / n^2. False alarms: 1e-6 for all slopes together.
    """
    phi = wi.activations.leaky_relu(slope)
    rng = np.random.default_rng(0)
    logs = []
    for _ in range(NETS):
        x = rng.standard_normal(WIDTH)
        before = x @ x
        for _ in range(DEPTH):
            x = phi(x @ wi.initialize((WIDTH, WIDTH), phi, rng=rng))
        logs.append(math.log(x @ x / before))
    v = 6 * (1 + slope**4) / (1 + slope**2) ** 2 - 1
    drift, spread = -v * DEPTH / WIDTH / 2, math.sqrt(v * DEPTH / WIDTH / NETS)
    within = standard_errors(3) * spread + 10 * DEPTH / WIDTH**2
    assert abs(np.mean(logs) - drift) <= within


def gradient_left(scheme: wi.Initializer, rng: np.random.Generator, depth: int = 6) -> float:
    """Send a gradient back through sigmoid layers; return how much of its length is left."""
    phi = wi.activations.sigmoid
    weights = [scheme((128, 128), rng=rng) for _ in range(depth)]
    pre_activations, x = [], rng.standard_normal((50, 128))
    for w in weights:
        pre_activations.append(x @ w)
        x = phi(pre_activations[-1])
    gradient = top = rng.standard_normal(x.shape)
    for w, z in zip(reversed(weights), reversed(pre_activations), strict=True):
        gradient = (gradient * phi.derivative(z)) @ w.T
    return float(np.linalg.norm(gradient) / np.linalg.norm(top))


def gradient_left_in_theory(scale: float) -> float:
    """Return the same for infinitely wide layers: q' = s E phi(z)^2, chi = s E phi'(z)^2."""
    phi, slope = REFERENCE["sigmoid"]
    q, left = scale, 1.0
    for _ in range(6):
        moments = [
            integrate.quad(lambda z: f(math.sqrt(q) * z) ** 2 * normal_density(z), -12, 12)[0]  # noqa: B023
            for f in (phi, slope)
        ]
        q, left = scale * moments[0], left * scale * moments[1]
    return math.sqrt(left)


def test_sigmoid_needs_more_than_xavier() -> None:
    """Six sigmoid layers leave 300 times more of a gradient than with Xavier: as theory says.

    The log of a net's ratio over theory has a std of 0.1 at most, measured over 300 nets: a factor
    2 is 7 of them.
    """
    rng = np.random.default_rng(0)
    theory = {scale: gradient_left_in_theory(scale) for scale in (1.0, 16.0)}
    assert theory[1.0] < 4.0**-6  # no slope is above 1/4
    assert theory[16.0] > 300 * theory[1.0]
    for scheme in (wi.xavier_uniform, initializer_for("sigmoid")):
        found = [gradient_left(scheme, rng) for _ in range(10)]
        assert np.abs(np.log2(np.array(found) / theory[scheme.scale])).max() < 1


def test_larger_weights_keep_the_gradient_of_deep_sigmoids() -> None:
    """Through 50 layers gain 4 loses a gradient, as chi says, and gain 10 keeps some of it.

    Over 40 other nets the log of what gain 10 keeps has mean log(0.32) and std 0.67, so that the
    median of five has a std of 0.38: four of them are a factor of 4.5. Gain 4 has 6e-11, std 0.46.
    """
    rng = np.random.default_rng(0)
    lost, kept = wi.meanfield.chi("sigmoid", weight_variance=[16, 100]) ** 25
    left = {
        scale: np.median([gradient_left(he(scale), rng, depth=50) for _ in range(5)])
        for scale in (16.0, 100.0)
    }
    assert lost / 5 < left[16.0] < 5 * lost
    assert kept / 10 < left[100.0] < 2 * kept
