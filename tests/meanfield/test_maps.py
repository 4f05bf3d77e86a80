"""Moments, the length map and chi: closed forms, the quadrature of `gain`, and laws."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weightinit as wi
from tests.meanfield.closed_forms import KNOWN, STEP
from weightinit import meanfield
from weightinit._moments import mesh
from weightinit._sampling import sampled

NAMES = wi.activations.names()
names = pytest.mark.parametrize("name", NAMES)
lengths = st.floats(-25, 12).map(math.exp)
variances = st.floats(1e-3, 1e3)

# Panels are exact to 1e-13 of the whole each, and the polynomials between lengths to about 1e-14.
WITHIN = 1e-11


@pytest.mark.parametrize("name", KNOWN)
@settings(max_examples=30)
@given(q=lengths)
def test_moments_in_closed_form(name: str, q: float) -> None:
    """For linear, relu, erf and sine both moments are their closed forms, at any length."""
    known = KNOWN[name]
    value, slope = meanfield.moments(known.phi, q)
    at = np.array([q])
    assert value == pytest.approx(known.product(at, np.ones(1))[0], rel=WITHIN)
    assert slope == pytest.approx(known.slope(at)[0], rel=WITHIN)


@pytest.mark.parametrize("name", [*NAMES, "step"])
def test_moments_are_the_integrals(name: str) -> None:
    """What is interpolated between lengths is what the panels integrate at each, to 1e-11."""
    phi = STEP if name == "step" else wi.activations.get(name)
    q = np.exp(np.random.default_rng(0).uniform(-20, 5 if name == "exponential" else 8, 20))
    found = meanfield.moments(phi, q)
    for function, moment in ((phi, found.value), (phi.derivative, found.slope)):
        sample = sampled(function, 1e4)
        exact = [mesh(sample, root).second_moment(1)[0] for root in np.split(np.sqrt(q), q.size)]
        np.testing.assert_allclose(moment, exact, rtol=WITHIN)


@given(st.floats(-25, 5).map(math.exp), st.floats(-1, 1))
def test_the_exponential_in_closed_form(q: float, c: float) -> None:
    """E exp(z)^2 is exp(2 q), of value and slope alike, and C = exp(q (c - 1)) without biases.

    Correlations are exact to 1e-12 up to q = 100.
    """
    found = meanfield.moments("exponential", q)
    assert found == pytest.approx((math.exp(2 * q), math.exp(2 * q)), rel=WITHIN)
    q = min(q, 100.0)
    ahead = meanfield.correlation_map("exponential", c, weight_variance=1, q=q)
    assert ahead == pytest.approx(math.exp(q * (c - 1)), abs=1e-12)


@pytest.mark.parametrize("q", [360.0, 1e4])
def test_the_exponential_ends_where_its_mean_square_is_no_float(q: float) -> None:
    """From exp(2 q) = 1e308 on, q = 355, moments are refused, and the message says where."""
    with pytest.raises(ValueError, match=r"activation must be finite on .*, got inf at z = 7\d\d"):
        meanfield.moments("exponential", q)
    with pytest.raises(ValueError, match=r"activation must not grow too fast.* for a correlation"):
        meanfield.correlation_map("exponential", 0.9, weight_variance=1, q=200.0)


@given(st.floats(-2, 2).map(lambda x: 10.0**x), lengths, st.floats(-1, 1))
def test_a_wave_depends_on_frequency_times_std(omega: float, q: float, c: float) -> None:
    """A siren at length q is a sine at omega^2 q, its slopes omega times as large."""
    q = min(q, 1e2) / omega**2
    wave, sine = wi.activations.siren(omega), wi.activations.sine
    found, exact = meanfield.moments(wave, q), meanfield.moments(sine, omega**2 * q)
    assert found.value == pytest.approx(exact.value, rel=WITHIN)
    assert found.slope == pytest.approx(omega**2 * exact.slope, rel=WITHIN)
    here = meanfield.correlation_map(wave, c, weight_variance=1, q=q)
    there = meanfield.correlation_map(sine, c, weight_variance=1, q=omega**2 * q)
    assert here == pytest.approx(there, abs=1e-7)


@names
def test_gains_are_moments_at_length_one(name: str) -> None:
    """The gain is 1 / sqrt of a moment at q = 1, forward and backward, to rounding."""
    value, slope = meanfield.moments(name, 1.0)
    assert wi.gain(name) == pytest.approx(value**-0.5, rel=1e-13)
    assert wi.gain(name, direction="backward") == pytest.approx(slope**-0.5, rel=1e-13)


@names
def test_a_callable_is_the_activation(name: str) -> None:
    """Without its derivative an activation has the same moments, slopes to 1e-8."""
    phi, q = wi.activations.get(name), [0.0, 1e-9, 0.3, 1.0, 40.0]
    found, exact = meanfield.moments(phi.__call__, q), meanfield.moments(phi, q)
    np.testing.assert_allclose(found.value, exact.value, rtol=1e-15)
    np.testing.assert_allclose(found.slope, exact.slope, rtol=1e-8)


@names
def test_moments_at_zero_are_limits(name: str) -> None:
    """At q = 0 the moments are phi(0)^2 and the limit of E phi'^2, which is not phi'(0)^2 = 0."""
    zero, small = (meanfield.moments(name, q) for q in (0.0, 1e-18))
    assert zero.value == wi.activations.get(name)(0.0) ** 2
    assert zero.value == pytest.approx(small.value, abs=1e-8)  # sqrt(q), where phi(0) > 0
    assert zero.slope == pytest.approx(small.slope, abs=1e-8)


# The integral of phi'^2 over x, where the density is 1 / sqrt(2 pi q) all over; and E phi^2 there.
STEPS = {"tanh": (4 / 3, 1), "sigmoid": (1 / 6, 1 / 2), "softsign": (2 / 3, 1), "hardtanh": (2, 1)}


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("q", [1e12, 1e60, 1e190])
def test_moments_at_great_lengths(name: str, q: float) -> None:
    """An activation that steps from one value to another looks like a jump there.

    Its moments miss those of the jump by a term in 1 / sqrt(q), softsign's by log q times that.
    """
    found = meanfield.moments(name, q)
    area, square = STEPS[name]
    assert found.value == pytest.approx(square, rel=1e-4)
    assert found.slope == pytest.approx(area / math.sqrt(2 * math.pi * q), rel=1e-4)


def test_growth_up_to_the_limit() -> None:
    """E exp(a x^2)^2 is 1 / sqrt(1 - 4 a q) up to q = 1 / 4a, where it ceases to be finite."""

    def phi(x: np.ndarray) -> np.ndarray:
        return np.exp(0.01 * x**2)

    q = np.array([0.5, 5.0, 20.0, 22.0])
    found = meanfield.moments(phi, q).value
    np.testing.assert_allclose(found, 1 / np.sqrt(1 - 0.04 * q), rtol=1e-8)
    with pytest.raises(ValueError, match=r"under a normal of std 5, .*grows too fast"):
        meanfield.moments(phi, 25.0)


@names
def test_the_length_map_is_its_formula(name: str) -> None:
    """The length map is w E phi^2 + b, and chi at that length is w E phi'^2."""
    q, w, b = np.exp(np.random.default_rng(0).uniform(-6, 6, (3, 20)))
    value, slope = meanfield.moments(name, q)
    found = meanfield.length_map(name, q, weight_variance=w, bias_variance=b)
    assert np.array_equal(found, w * value + b)
    chi = meanfield.chi(name, weight_variance=w, bias_variance=b, q=q)
    assert np.array_equal(chi, w * slope)


@settings(max_examples=30)
@given(st.sampled_from(["linear", "relu", "leaky_relu"]), lengths, st.floats(-9, 9), variances)
def test_rays_are_free_of_scale(name: str, q: float, log: float, w: float) -> None:
    """For two rays from zero a length k times as large stays k times as large."""
    k = math.exp(log)
    here, there = meanfield.length_map(name, [q, k * q], weight_variance=w)
    assert there == pytest.approx(k * here, rel=WITHIN)


@names
def test_lengths_grow_with_lengths(name: str) -> None:
    """E phi^2 grows with q for all named activations: the length map is monotone."""
    q = np.exp(np.linspace(-20, 5 if name == "exponential" else 8, 500))
    value = meanfield.moments(name, q).value
    assert (np.diff(value) > -1e-14 * value[1:]).all()


def test_arrays_are_numbers_one_by_one() -> None:
    """Broadcast arrays give what numbers give, in the shape of NumPy's rules; numbers floats."""
    q, w, b = np.array([[0.1], [2.0]]), np.array([1.0, 2.0, 3.0]), 0.5
    found = meanfield.length_map("tanh", q, weight_variance=w, bias_variance=b)
    assert found.shape == (2, 3)
    for i, j in np.ndindex(2, 3):
        one = meanfield.length_map(
            "tanh", float(q[i, 0]), weight_variance=float(w[j]), bias_variance=b
        )
        assert type(one) is float
        assert one == found[i, j]
    assert type(meanfield.moments("tanh", 1).slope) is float
    assert meanfield.moments("tanh", []).value.shape == (0,)


BAD = {
    "negative": (-1.0, ValueError, r"q must be 0, or between 1e-200 and 1e\+200, got -1"),
    "nan": ([1.0, math.nan], ValueError, r"q must be 0, or .*, got nan"),
    "infinite": (math.inf, ValueError, r"q must be 0, or .*, got inf"),
    "text": ("1", TypeError, r"q must be a real number or an array of them, got dtype <U1: '1'"),
    "boolean": (True, TypeError, r"q must be a real number .*, got dtype bool: True"),
    "complex": (1j, TypeError, r"q must be a real number .*, got dtype complex128: 1j"),
    "ragged": ([1, [2]], ValueError, r"q must be a real number .*, got \[1, \[2\]\] \(list\)"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_lengths(kind: str) -> None:
    """What is no array of lengths is an error that shows the value and what is allowed."""
    value, error, message = BAD[kind]
    with pytest.raises(error, match=message):
        meanfield.moments("tanh", value)


@pytest.mark.parametrize("argument", ["weight_variance", "bias_variance"])
def test_bad_variances(argument: str) -> None:
    """The message names the argument."""
    variances = {"weight_variance": 1.0, "bias_variance": 0.0, argument: -2.0}
    with pytest.raises(ValueError, match=f"{argument} must be between 0 and .*, got -2"):
        meanfield.length_map("tanh", 1.0, **variances)


@pytest.mark.parametrize(
    "call",
    [
        lambda **a: meanfield.length_map("relu", 1.0, **a),
        lambda **a: meanfield.correlation_map("relu", 0.5, **a),
        lambda **a: meanfield.chi("relu", **a),
        lambda **a: meanfield.depth_scale("relu", **a),
        lambda **a: meanfield.fixed_point("relu", **a),
    ],
    ids=["length_map", "correlation_map", "chi", "depth_scale", "fixed_point"],
)
def test_shapes_that_do_not_go_together(call: Callable[..., object]) -> None:
    """Arrays that cannot be broadcast are an error that shows their shapes."""
    with pytest.raises(
        ValueError, match=r"weight_variance.* can broadcast, got .*\(2,\), \(3,\).*; give numb"
    ):
        call(weight_variance=np.ones(2), bias_variance=np.zeros(3))


def test_a_number_beyond_a_float() -> None:
    """A long double that float64 cannot hold is infinite, with no warning, where it is wider."""
    huge = np.longdouble("1e4000")
    if not np.isfinite(huge):
        pytest.skip("a long double is a float64 here")
    with pytest.raises(ValueError, match=r"weight_variance must be between 0 and .*, got inf"):
        meanfield.fixed_point("relu", weight_variance=huge)


@pytest.mark.parametrize("name", [n for n in NAMES if wi.activations.get(n)([0.0])[0] == 0])
def test_the_slope_at_zero_keeps_small_signals_unless_there_is_a_kink(name: str) -> None:
    """
    Weights of variance 1 / slope^2 multiply the second moment by that of both slopes over slope^2.

    That is 1 if the slopes agree and more at a kink. Activations bend by less than |x| beside zero:
    at |x| of about 1e-6 by 1e-5 of their value.
    """
    slope = meanfield.slope_at_zero(name)
    right, left = wi.activations.get(name)([1e-6, -1e-6]) / [1e-6, -1e-6]
    kept = meanfield.length_map(name, 1e-12, weight_variance=slope**-2) / 1e-12
    assert kept == pytest.approx((right**2 + left**2) / 2 / slope**2, rel=1e-5)
    assert (kept > 1 + 1e-5) == (abs(right - left) > 1e-5)
