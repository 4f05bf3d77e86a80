"""Activations and their derivatives: right and stable."""

import math
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import integrate

from tests.reference import KINKS, REFERENCE, normal_density
from weightinit import activations

NAMES = activations.names()
FAR = np.logspace(-8, 4, 600)
EVERYWHERE = np.concatenate([-FAR[::-1], np.linspace(-40, 40, 4001), FAR])

#: Where the largest numbers of a dtype are taken; the exponential is no float there.
ANYWHERE = sorted({*NAMES} - {"exponential"})

names = pytest.mark.parametrize("name", NAMES)
float_dtypes = pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])


def assert_close(
    found: NDArray[np.floating], wanted: NDArray[np.float64], terms: NDArray[np.float64]
) -> None:
    """Allow 8 roundings, each relative to the terms that a formula adds up; 1e-30 counts as 0."""
    assert np.all(np.abs(found - wanted) <= 8 * np.finfo(found.dtype).eps * terms + 1e-30)


def everywhere(name: str, dtype: type = np.float64) -> NDArray[Any]:
    """Return numbers of a dtype over [-1e4, 1e4], or as far as the exponential is finite."""
    x = EVERYWHERE.astype(dtype)
    return x[x < math.log(np.finfo(dtype).max)] if name == "exponential" else x


def test_names_are_complete() -> None:
    """Every activation is public under its name, and its name stands for it."""
    assert set(NAMES) == set(REFERENCE)
    assert set(NAMES) == set(activations.__all__) - {"Activation", "get", "names", "siren"}
    for name in set(NAMES) - {"leaky_relu"}:
        assert activations.get(name) is getattr(activations, name)
    assert activations.get("leaky_relu") == activations.leaky_relu(0.01)
    assert {activations.get(name).name for name in NAMES} == set(NAMES)


@names
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_values(name: str, dtype: type) -> None:
    """On [-1e4, 1e4] a value is off by a few roundings: of it, and of x passed on by the slope."""
    phi, slope = REFERENCE[name]
    x = everywhere(name, dtype)
    exact = x.astype(np.float64)
    terms = np.abs(phi(exact)) + np.abs(exact * slope(exact))
    assert_close(activations.get(name)(x), phi(exact), terms)


@names
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_derivatives(name: str, dtype: type) -> None:
    """On [-1e4, 1e4] a derivative is off by a few roundings, likewise."""
    _, slope = REFERENCE[name]
    x = everywhere(name, dtype)
    exact = x.astype(np.float64)
    curvature = (slope(exact + 1e-4) - slope(exact - 1e-4)) / 2e-4
    terms = np.abs(slope(exact)) + np.abs(exact * curvature)
    assert_close(activations.get(name).derivative(x), slope(exact), terms)


@names
@given(x=st.floats(-30, 30))
def test_derivatives_are_slopes(name: str, x: float) -> None:
    """The derivative is the central difference, up to h^2 / 6 phi''' and to rounding.

    No phi''' is beyond the 6 of softsign, but for the exponential; the kinks are left out.
    """
    phi = activations.get(name)
    h = np.finfo(np.float64).eps ** (1 / 3) * max(1.0, abs(x))  # the best balance of both errors
    assume(all(abs(x - kink) > 2 * h for kink in KINKS.get(name, ())))
    right, left = x + h, x - h
    difference = (phi(right) - phi(left)) / (right - left)
    rounding = 4 * np.finfo(np.float64).eps * (abs(phi(right)) + abs(phi(left))) / h
    third = max(6.0, math.exp(right)) if name == "exponential" else 6.0
    assert abs(phi.derivative(x) - difference) <= third * h**2 / 6 + rounding


@pytest.mark.parametrize(
    "name, kink, slope",
    [
        ("relu", 0.0, 0.0),
        ("leaky_relu", 0.0, 0.01),
        ("elu", 0.0, 1.0),
        ("selu", 0.0, 1.0507009873554805 * 1.6732632423543772),
        ("relu6", 0.0, 0.0),
        ("relu6", 6.0, 0.0),
        ("hardswish", -3.0, 0.0),
        ("hardswish", 3.0, 1.0),
        ("hardtanh", -1.0, 0.0),
        ("hardtanh", 1.0, 0.0),
    ],
)
def test_derivatives_at_kinks(name: str, kink: float, slope: float) -> None:
    """At a kink at zero the derivative is the one from the left; at two ends the one outside."""
    at_kink = activations.get(name).derivative([kink, kink or -kink])
    assert at_kink == pytest.approx([slope, slope], rel=4e-16)


@names
@float_dtypes
def test_nothing_overflows(name: str, dtype: type) -> None:
    """Up to |x| = 1e4 all is finite, of the dtype of x, and raises no floating-point flag.

    In a layer as well, which computes with the bare functions.
    """
    phi = activations.get(name)
    x = np.append(everywhere(name, dtype), [0.0, -0.0]).astype(dtype)
    before = x.copy()
    with np.errstate(all="raise", under="ignore"):
        for values in (phi(x), phi.derivative(x), phi._phi(x), phi._slope(x)):
            assert np.isfinite(values).all()
            assert values.dtype == dtype
            assert not np.shares_memory(values, x)
    assert np.array_equal(x, before)


@pytest.mark.parametrize("name", ANYWHERE)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_largest_numbers(name: str, dtype: type) -> None:
    """Half the largest number of the dtype and the least above 0 are still taken in stride."""
    limits = np.finfo(dtype)
    phi = activations.get(name)
    x = np.array([limits.max / 2, limits.smallest_subnormal], dtype)
    with np.errstate(all="raise", under="ignore"):
        for values in (f(y) for f in (phi._phi, phi._slope) for y in (x, -x)):
            assert np.isfinite(values).all()


@names
@pytest.mark.parametrize("shape", [(), (0,), (1,), (2, 3, 4)])
def test_shapes_are_kept(name: str, shape: tuple[int, ...]) -> None:
    """An array of any shape gives one of its shape, whatever its strides."""
    phi = activations.get(name)
    x = np.linspace(-2, 2, int(np.prod(shape))).reshape(shape)
    for function in (phi, phi.derivative):
        assert np.shape(function(x)) == shape
        assert np.array_equal(function(x.T), np.transpose(function(x)))


@names
def test_integers_are_taken_for_float64(name: str) -> None:
    """Integers, and lists of them, give what the same numbers in float64 give."""
    phi = activations.get(name)
    for function in (phi, phi.derivative):
        values = function(np.arange(-3, 4, dtype=np.int8))
        assert values.dtype == np.float64
        assert np.array_equal(values, function(np.arange(-3.0, 4.0)))
        assert np.array_equal(values, function([-3, -2, -1, 0, 1, 2, 3]))


@float_dtypes
def test_the_exponential_ends_where_its_dtype_does(dtype: type) -> None:
    """Up to the log of the largest float values are finite; beyond, the call is an error."""
    end = math.log(np.finfo(dtype).max)
    below, above = (np.array([0.0, end * (1 + off)], dtype) for off in (-1e-3, 1e-3))
    for function in (activations.exponential, activations.exponential.derivative):
        assert np.isfinite(function(below)).all()
        with pytest.raises(ValueError, match=r"x must be where .*exponential is finite in float"):
            function(above)


@names
def test_what_is_not_finite(name: str) -> None:
    """NaN stays NaN; infinity gives a limit that NumPy finds, or an error; nothing warns."""
    phi = activations.get(name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for function in (phi, phi.derivative):
            values = function([np.nan, 1.0])
            assert np.isnan(values[0]) or function != phi  # some slopes are constant
            assert values[1] == function(1.0)
            for end in (np.inf, -np.inf):
                with np.errstate(all="ignore"):
                    bare = (phi._phi if function == phi else phi._slope)(np.array(end))
                if np.isnan(bare):
                    with pytest.raises(ValueError, match=f"got {end}, where it is nan; clip x"):
                        function(end)
                else:
                    assert function(end) == bare


@names
def test_the_far_ends_do_not_warn(name: str) -> None:
    """The largest numbers give values or an error, and no warning."""
    phi = activations.get(name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for function in (phi, phi.derivative):
            for end in (1e308, -1e308):
                if name == "exponential" and end > 0:
                    with pytest.raises(ValueError, match=r"got 1e\+308, where it is inf; clip x"):
                        function(end)
                else:
                    assert np.isfinite(function(end))


@pytest.mark.parametrize("name", ["linear", "tanh", "softsign", "hardtanh", "sine"])
@given(x=st.floats(-1e4, 1e4))
def test_odd_activations(name: str, x: float) -> None:
    """An odd activation changes sign with x, and its derivative is even, to the last bit."""
    phi = activations.get(name)
    assert phi(-x) == -phi(x)
    assert phi.derivative(-x) == phi.derivative(x)


@pytest.mark.parametrize("name", ["relu", "softplus", "silu", "gelu", "gelu_tanh", "hardswish"])
@given(x=st.floats(-1e4, 1e4))
def test_gates_share_x(name: str, x: float) -> None:
    """What a gated unit lets through of x and holds back of -x is x: phi(x) - phi(-x) = x."""
    phi = activations.get(name)
    assert phi(x) - phi(-x) == pytest.approx(x, rel=1e-15, abs=1e-15)
    slopes = phi.derivative(x) + phi.derivative(-x)
    assert slopes == pytest.approx(0.0 if name == "relu" and x == 0 else 1.0)


@names
def test_monotone_activations(name: str) -> None:
    """All but those that dip below zero, as gelu does, and sine never fall: no slope is < 0."""
    phi = activations.get(name)
    x = np.sort(everywhere(name))
    falls = np.any(np.diff(phi(x)) < 0)
    assert falls == np.any(phi.derivative(x) < 0)
    assert falls == (name in {"gelu", "gelu_tanh", "silu", "mish", "hardswish", "sine"})


def test_selu_keeps_the_unit_normal() -> None:
    """SELU's constants make mean 0 and variance 1 a fixed point: E selu(z) = 0, E selu(z)^2 = 1."""
    moments = [
        sum(
            integrate.quad(
                lambda z: activations.selu(z) ** power * normal_density(z),  # noqa: B023
                *half,
                epsabs=1e-14,
            )[0]
            for half in ((-np.inf, 0), (0, np.inf))
        )
        for power in (1, 2)
    ]
    assert moments == pytest.approx([0, 1], abs=1e-13)


@given(st.floats(-1e4, 1e4))
def test_leaky_relu_joins_relu_and_linear(x: float) -> None:
    """Slope 0 is relu, slope 1 is linear, slope -1 is the absolute value."""
    leaky = activations.leaky_relu
    assert leaky(0)(x) == activations.relu(x)
    assert leaky(1)(x) == x
    assert leaky(-1)(x) == abs(x)


@given(st.floats(-1e4, 1e4))
def test_relus_and_hard_sigmoids_in_one_another(x: float) -> None:
    """Relu6 is what two relus leave, hardswish x times a relu6, siren a sine of omega x."""
    relu, relu6 = activations.relu, activations.relu6
    assert relu6(x) == pytest.approx(relu(x) - relu(x - 6), abs=4e-16 * abs(x))
    assert activations.hardswish(x) == pytest.approx(x * relu6(x + 3) / 6, rel=4e-16)
    wave = activations.siren(30)
    assert wave(x) == activations.sine(30 * x)
    assert wave.derivative(x) == 30 * activations.sine.derivative(30 * x)
