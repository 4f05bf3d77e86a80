"""Activations and their derivatives: right, stable, and values."""

import pickle
from dataclasses import FrozenInstanceError, dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import integrate

import weightinit as wi
from tests.reference import KINKS, REFERENCE, normal_density
from weightinit import activations

NAMES = activations.names()
FAR = np.logspace(-8, 4, 600)
EVERYWHERE = np.concatenate([-FAR[::-1], np.linspace(-40, 40, 4001), FAR])

names = pytest.mark.parametrize("name", NAMES)
float_dtypes = pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])


def assert_close(
    found: NDArray[np.floating], wanted: NDArray[np.float64], terms: NDArray[np.float64]
) -> None:
    """Allow 8 roundings, each relative to the terms that a formula adds up; 1e-30 counts as 0."""
    assert np.all(np.abs(found - wanted) <= 8 * np.finfo(found.dtype).eps * terms + 1e-30)


def test_names_are_complete() -> None:
    """Every activation is public under its name, and its name stands for it."""
    assert set(NAMES) == set(REFERENCE)
    assert set(NAMES) == set(activations.__all__) - {"Activation", "get", "names"}
    for name in set(NAMES) - {"leaky_relu"}:
        assert activations.get(name) is getattr(activations, name)
    assert activations.get("leaky_relu") == activations.leaky_relu(0.01)
    assert {activations.get(name).name for name in NAMES} == set(NAMES)


@names
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_values(name: str, dtype: type) -> None:
    """On [-1e4, 1e4] a value is off by a few roundings: of it, and of x passed on by the slope."""
    phi, slope = REFERENCE[name]
    x = EVERYWHERE.astype(dtype)
    exact = x.astype(np.float64)
    terms = np.abs(phi(exact)) + np.abs(exact * slope(exact))
    assert_close(activations.get(name)(x), phi(exact), terms)


@names
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_derivatives(name: str, dtype: type) -> None:
    """On [-1e4, 1e4] a derivative is off by a few roundings, likewise."""
    _, slope = REFERENCE[name]
    x = EVERYWHERE.astype(dtype)
    exact = x.astype(np.float64)
    curvature = (slope(exact + 1e-4) - slope(exact - 1e-4)) / 2e-4
    terms = np.abs(slope(exact)) + np.abs(exact * curvature)
    assert_close(activations.get(name).derivative(x), slope(exact), terms)


@names
@given(x=st.floats(-30, 30))
def test_derivatives_are_slopes(name: str, x: float) -> None:
    """The derivative is the central difference, up to h^2 / 6 phi''' and to rounding.

    No phi''' is beyond the 6 of softsign; the kinks are left out.
    """
    phi = activations.get(name)
    h = np.finfo(np.float64).eps ** (1 / 3) * max(1.0, abs(x))  # the best balance of both errors
    assume(all(abs(x - kink) > 2 * h for kink in KINKS.get(name, ())))
    right, left = x + h, x - h
    difference = (phi(right) - phi(left)) / (right - left)
    rounding = 4 * np.finfo(np.float64).eps * (abs(phi(right)) + abs(phi(left))) / h
    assert abs(phi.derivative(x) - difference) <= 6 * h**2 / 6 + rounding


@pytest.mark.parametrize(
    "name, kink, slope",
    [
        ("relu", 0.0, 0.0),
        ("leaky_relu", 0.0, 0.01),
        ("elu", 0.0, 1.0),
        ("selu", 0.0, 1.0507009873554805 * 1.6732632423543772),
        ("hardtanh", -1.0, 0.0),
        ("hardtanh", 1.0, 0.0),
    ],
)
def test_derivatives_at_kinks(name: str, kink: float, slope: float) -> None:
    """At a kink at zero the derivative is the one from the left; at hardtanh's two ends it is 0."""
    at_kink = activations.get(name).derivative([kink, -kink])
    assert at_kink == pytest.approx([slope, slope], rel=4e-16)


@names
@float_dtypes
def test_nothing_overflows(name: str, dtype: type) -> None:
    """Up to |x| = 1e4 all is finite, of the dtype of x, and raises no floating-point flag."""
    phi = activations.get(name)
    x = np.append(EVERYWHERE, [0.0, -0.0]).astype(dtype)
    before = x.copy()
    with np.errstate(all="raise", under="ignore"):
        for values in (phi(x), phi.derivative(x)):
            assert np.isfinite(values).all()
            assert values.dtype == dtype
            assert not np.shares_memory(values, x)
    assert np.array_equal(x, before)


@names
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_largest_numbers(name: str, dtype: type) -> None:
    """Half the largest number of the dtype and the least above 0 are still taken in stride."""
    limits = np.finfo(dtype)
    phi = activations.get(name)
    x = np.array([limits.max / 2, limits.smallest_subnormal], dtype)
    with np.errstate(all="raise", under="ignore"):
        for values in (phi(x), phi(-x), phi.derivative(x), phi.derivative(-x)):
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


@pytest.mark.parametrize("name", ["linear", "tanh", "softsign", "hardtanh", "sine"])
@given(x=st.floats(-1e4, 1e4))
def test_odd_activations(name: str, x: float) -> None:
    """An odd activation changes sign with x, and its derivative is even, to the last bit."""
    phi = activations.get(name)
    assert phi(-x) == -phi(x)
    assert phi.derivative(-x) == phi.derivative(x)


@pytest.mark.parametrize("name", ["relu", "softplus", "silu", "gelu", "gelu_tanh"])
@given(x=st.floats(-1e4, 1e4))
def test_gates_share_x(name: str, x: float) -> None:
    """What a gated unit lets through of x and holds back of -x is x: phi(x) - phi(-x) = x."""
    phi = activations.get(name)
    assert phi(x) - phi(-x) == pytest.approx(x, rel=1e-15, abs=1e-15)
    slopes = phi.derivative(x) + phi.derivative(-x)
    assert slopes == pytest.approx(0.0 if name == "relu" and x == 0 else 1.0)


@names
def test_monotone_activations(name: str) -> None:
    """All but gelu, silu, mish (which dip below zero) and sine never fall, and no slope is < 0."""
    phi = activations.get(name)
    x = np.sort(EVERYWHERE)
    falls = np.any(np.diff(phi(x)) < 0)
    assert falls == np.any(phi.derivative(x) < 0)
    assert falls == (name in {"gelu", "gelu_tanh", "silu", "mish", "sine"})


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


@names
def test_activations_are_values(name: str) -> None:
    """An activation equals, hashes, pickles and prints as what makes it, and cannot be changed."""
    phi = activations.get(name)
    again = eval(repr(phi), vars(activations))
    assert again == phi
    assert hash(again) == hash(phi)
    assert pickle.loads(pickle.dumps(phi)) == phi
    assert [other for other in map(activations.get, NAMES) if other == phi] == [phi]
    with pytest.raises(FrozenInstanceError):
        phi.name = "other"


def test_the_slope_is_part_of_the_value() -> None:
    """Leaky ReLUs of different slopes differ; an equal slope of another type makes an equal one."""
    leaky = activations.leaky_relu
    assert leaky(0.2) != leaky(0.3)
    assert leaky(1) == leaky(np.float32(1.0))
    assert repr(leaky(1)) == "leaky_relu(1.0)"


def test_an_activation_of_ones_own() -> None:
    """A function with its derivative makes an activation, with whatever parameters they take."""
    power = wi.Activation("power", lambda x, p: x**p, lambda x, p: p * x ** (p - 1), (3,))
    assert repr(power) == "power(3)"
    assert power([2.0]) == [8.0]
    assert power.derivative([2]) == [12.0]
    assert activations.get(power) is power


@pytest.mark.parametrize(
    "fields, message",
    [
        ((1, abs, abs), "name must be a string, got 1"),
        (("f", 1, abs), "function must be callable and hashable, got 1; write"),
        (("f", abs, None), "derivative_function must be callable and hashable, got None"),
        (("f", abs, abs, 0.2), r"parameters must be a tuple of numbers, got 0.2; write \(0.2,\)"),
        (("f", abs, abs, [0.2]), r"parameters must be a tuple of numbers, got \[0.2\]"),
        (("f", abs, abs, ("a",)), r"parameters\[0\] must be a finite real number, got 'a'"),
    ],
)
def test_what_makes_no_activation(fields: tuple[Any, ...], message: str) -> None:
    """A field of another type is told when the activation is made, not when it is used."""
    with pytest.raises(TypeError, match=message):
        wi.Activation(*fields)


def test_an_activation_hashes() -> None:
    """A function that does not hash makes no activation, since those are keys."""

    @dataclass
    class Swish:
        beta: float

        def __call__(self, x: Any) -> Any:
            return x * activations.sigmoid(self.beta * x)

    with pytest.raises(TypeError, match=r"callable and hashable, got .*frozen=True"):
        wi.Activation("swish", Swish(1.0), np.cos)


@pytest.mark.parametrize(
    "x, dtype", [([True], "bool"), ([1j], "complex128"), (["1"], "<U1"), ([None], "object")]
)
@names
def test_what_is_no_number(name: str, x: list[object], dtype: str) -> None:
    """Booleans, complex numbers, strings and objects are no pre-activations."""
    phi = activations.get(name)
    for function in (phi, phi.derivative):
        with pytest.raises(TypeError, match=f"x must be .*real numbers, got dtype {dtype}"):
            function(x)


@pytest.mark.parametrize(
    "activation, error, message",
    [
        ("Relu", ValueError, r"activation must be one of 'linear', 'relu', .*, got 'Relu'"),
        ("", ValueError, r"activation must be one of .*'sine', got ''"),
        (None, TypeError, r"activation must be an Activation or one of the names .*, got None"),
        (np.tanh, TypeError, r"activation must be an Activation or one of the names .*'tanh'"),
        (activations.leaky_relu, TypeError, r"with its slope: leaky_relu\(0.01\)"),
    ],
)
def test_unknown_activations(activation: object, error: type[Exception], message: str) -> None:
    """What is no activation is an error that lists the names there are."""
    with pytest.raises(error, match=message):
        activations.get(activation)


@pytest.mark.parametrize(
    "slope, error, message",
    [
        (np.nan, ValueError, r"slope must be a finite real number, got nan"),
        (-np.inf, ValueError, r"slope must be a finite real number, got -inf"),
        (
            10**400,
            ValueError,
            r"slope must be a finite real number, got <an integer of",
        ),
        ("0.1", TypeError, r"slope must be a finite real number, got '0.1'"),
        (True, TypeError, r"slope must be a finite real number, got True"),
        (0.1j, TypeError, r"slope must be a finite real number, got 0.1j"),
        (np.ones(3), TypeError, r"slope must .*leaky_relu makes an activation from a slope"),
    ],
)
def test_bad_slopes(slope: object, error: type[Exception], message: str) -> None:
    """A slope that is no finite number is an error, and pre-activations are no slope."""
    with pytest.raises(error, match=message):
        activations.leaky_relu(slope)
