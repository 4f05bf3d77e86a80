"""Gains: the exact second moments of activations, and of whatever callable comes along."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import integrate
from scipy.stats import norm

import weightinit as wi
from tests.reference import KINKS, REFERENCE, normal_density

Array = NDArray[np.float64]

E = math.e
TAIL_1, TAIL_2 = norm.sf(1), norm.sf(2)  # P(z > 1), P(z > 2)
INSIDE_1 = 1 - 2 * TAIL_1
TAIL_3, SQUARE_3 = norm.sf(3), 1 - 2 * norm.sf(3) - 6 * norm.pdf(3)  # E z^2 over |z| < 3
FOURTH_3 = 3 * SQUARE_3 - 54 * norm.pdf(3)  # E z^4 over |z| < 3
# E phi(z)^2 and E phi'(z)^2 by hand; `elu_low` is E (exp(z) - 1)^2 over z < 0.
ELU_LOW = E**2 * TAIL_2 - 2 * math.sqrt(E) * TAIL_1 + 0.5
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
BY_HAND = {
    "linear": (1, 1),
    "relu": (1 / 2, 1 / 2),
    "leaky_relu": ((1 + 1e-4) / 2, (1 + 1e-4) / 2),
    "relu6": (1 / 2 + 35 * norm.sf(6) - 6 * norm.pdf(6), 1 / 2 - norm.sf(6)),
    "elu": (1 / 2 + ELU_LOW, 1 / 2 + E**2 * TAIL_2),
    "selu": (1, SELU_SCALE**2 * (1 / 2 + SELU_ALPHA**2 * E**2 * TAIL_2)),
    "gelu": (1 / 3 + 1 / (2 * math.sqrt(3) * math.pi), 1 / 3 + 2 / (3 * math.sqrt(3) * math.pi)),
    "hardtanh": (1 - 2 * norm.pdf(1), INSIDE_1),
    "hardswish": (
        (FOURTH_3 + 9 * SQUARE_3) / 36 + TAIL_3 + 3 * norm.pdf(3),
        (4 * SQUARE_3 + 9 * (1 - 2 * TAIL_3)) / 36 + TAIL_3,
    ),
    "sine": ((1 - E**-2) / 2, (1 + E**-2) / 2),
    "exponential": (E**2, E**2),
}

directions = pytest.mark.parametrize("direction", ["forward", "backward"])
names = pytest.mark.parametrize("name", wi.activations.names())
places = st.floats(-4, 4)


def moment_by_quadpack(name: str, direction: str) -> float:
    """Integrate the square of the reference with QUADPACK, from kink to kink."""
    function = REFERENCE[name][direction == "backward"]
    most = 30.0 if name == "exponential" else np.inf  # its square overflows, the density is 1e-196
    ends = sorted({-most, 0.0, most, *KINKS.get(name, ())})
    pieces = [
        integrate.quad(
            lambda z: function(z) ** 2 * normal_density(z),
            *piece,
            epsabs=0,
            epsrel=1e-11,
            limit=200,
        )
        for piece in pairwise(ends)
    ]
    return sum(value for value, _ in pieces)


@names
@directions
def test_gains_of_activations(name: str, direction: str) -> None:
    """A gain is 1 / sqrt(E phi(z)^2), or with phi', to 1e-8: by QUADPACK, and by hand if I can."""
    gain = wi.gain(name, direction=direction)
    assert gain == pytest.approx(moment_by_quadpack(name, direction) ** -0.5, rel=1e-8)
    if name in BY_HAND:
        by_hand = BY_HAND[name][direction == "backward"]
        assert gain == pytest.approx(by_hand**-0.5, rel=1e-8)


@given(st.floats(-1e3, 1e3))
def test_leaky_relu(slope: float) -> None:
    """The gain of a leaky ReLU is sqrt(2 / (1 + slope^2)), forward and backward."""
    leaky = wi.activations.leaky_relu(slope)
    wanted = pytest.approx(math.sqrt(2 / (1 + slope**2)), rel=1e-8)
    assert wi.gain(leaky) == wanted
    assert wi.gain(leaky, direction="backward") == wanted


@names
def test_the_two_gains_of_a_name_agree_if_it_is_homogeneous(name: str) -> None:
    """Of all names, forward and backward gain are one for linear, relu and leaky relu.

    And for relu6, which one normal in 1e9 tells from relu, and for exponential, its own slope.
    """
    forward, backward = wi.gain(name), wi.gain(name, direction="backward")
    assert math.isclose(forward, backward, rel_tol=1e-8) == (
        name in {"linear", "relu", "leaky_relu", "relu6", "exponential"}
    )


@pytest.mark.parametrize("name", wi.activations.names())
def test_gains_do_not_depend_on_the_spelling(name: str) -> None:
    """An activation has one gain, by any spelling of its name."""
    assert wi.gain(name.upper().replace("_", " ")) == wi.gain(name)


@given(st.floats(-2, 3).map(lambda x: 10.0**x))
def test_siren(omega: float) -> None:
    """E sin(az)^2 is (1 - exp(-2 a^2)) / 2, and of its slope a^2 (1 + exp(-2 a^2)) / 2."""
    wave = wi.activations.siren(omega)
    rest = math.expm1(-2 * omega**2)
    assert wi.gain(wave) == pytest.approx((-rest / 2) ** -0.5, rel=1e-8)
    backward = wi.gain(wave, direction="backward")
    assert backward == pytest.approx((omega**2 * (2 + rest) / 2) ** -0.5, rel=1e-8)


@names
@directions
def test_a_name_an_activation_and_a_callable_are_one(name: str, direction: str) -> None:
    """The gain is that of the function, whichever way it is handed over.

    As a plain callable its slopes are taken numerically: to 1e-8 where phi is smooth or where
    its kinks are at integers, the edges of the panels.
    """
    phi = wi.activations.get(name)
    gain = wi.gain(name, direction=direction)
    assert wi.gain(phi, direction=direction) == gain
    assert wi.gain(phi.__call__, direction=direction) == pytest.approx(gain, rel=1e-8)


@given(
    st.sampled_from(wi.activations.names()),
    st.floats(1e-100, 1e100),
    st.sampled_from([1, -1]),
    st.sampled_from(["forward", "backward"]),
)
def test_gains_are_homogeneous(name: str, c: float, sign: int, direction: str) -> None:
    """A function c times as large, of either sign, has a gain c times as small."""
    phi = wi.activations.get(name)
    gain = wi.gain(lambda z: sign * c * phi(z), direction=direction)
    assert gain * c == pytest.approx(wi.gain(name, direction=direction), rel=1e-8)


@given(places, st.floats(-3, 3), st.floats(0, 3))
def test_a_kink_anywhere(c: float, left: float, right: float) -> None:
    """A kink at any place costs less than 1e-5, forward and backward.

    With P = P(z > c) and p the density at c, E (z - c)^2 over z > c is (1 + c^2) P - c p.
    """
    right += 0.1
    above, density = norm.sf(c), norm.pdf(c)
    square_above = (1 + c**2) * above - c * density
    square_below = 1 + c**2 - square_above

    def phi(z: Array) -> Array:
        return np.where(z > c, right, left) * (z - c)

    forward = right**2 * square_above + left**2 * square_below
    backward = right**2 * above + left**2 * (1 - above)
    assert wi.gain(phi) == pytest.approx(forward**-0.5, rel=1e-5)
    assert wi.gain(phi, direction="backward") == pytest.approx(backward**-0.5, rel=1e-5)


@given(places, st.floats(1e-3, 4))
def test_a_ramp_anywhere(c: float, width: float) -> None:
    """A ramp between two flat parts has the backward gain 1 / sqrt(P(c < z < c + width))."""
    inside = norm.cdf(c + width) - norm.cdf(c) if c < 0 else norm.sf(c) - norm.sf(c + width)
    gain = wi.gain(lambda z: np.clip(z, c, c + width), direction="backward")
    assert gain == pytest.approx(inside**-0.5, rel=1e-5)


@given(places)
def test_a_jump_anywhere(c: float) -> None:
    """A step has the forward gain 1 / sqrt(P(z > c)), as numbers or as booleans."""
    gain = pytest.approx(norm.sf(c) ** -0.5, rel=1e-5)
    assert wi.gain(lambda z: np.heaviside(z - c, 1)) == gain
    assert wi.gain(lambda z: z > c) == gain


@pytest.mark.parametrize("k", range(1, 7))
def test_monomials(k: int) -> None:
    """E z^2k is (2k - 1)!!, and the derivative of z^k brings k^2 of E z^(2k-2)."""
    moments = [math.prod(range(2 * power - 1, 0, -2)) for power in (k - 1, k)]
    assert wi.gain(lambda z: z**k) == pytest.approx(moments[1] ** -0.5, rel=1e-8)
    backward = wi.gain(lambda z: z**k, direction="backward")
    assert backward == pytest.approx((k**2 * moments[0]) ** -0.5, rel=1e-8)


@pytest.mark.parametrize("a", [0.5, 7.0, 60.0, 400.0])
def test_fast_waves(a: float) -> None:
    """E sin(az)^2 is (1 - exp(-2 a^2)) / 2, however fast the wave."""
    forward = (1 - math.exp(-2 * a**2)) / 2
    assert wi.gain(lambda z: np.sin(a * z)) == pytest.approx(forward**-0.5, rel=1e-8)
    backward = wi.gain(lambda z: np.sin(a * z), direction="backward")
    assert backward == pytest.approx((a**2 * (1 - forward)) ** -0.5, rel=1e-8)


@pytest.mark.parametrize("a", [0.1, 0.2, 0.24])
def test_fast_growth(a: float) -> None:
    """E exp(az^2)^2 is 1 / sqrt(1 - 4a), right up to where it ceases to be finite, a = 1/4."""
    assert wi.gain(lambda z: np.exp(a * z**2)) == pytest.approx((1 - 4 * a) ** 0.25, rel=1e-8)


def test_a_callable_may_return_what_numpy_reads() -> None:
    """Lists and integers are numbers too."""
    assert wi.gain(lambda z: list(2 * z)) == pytest.approx(0.5, rel=1e-8)
    assert wi.gain(lambda z: np.sign(z).astype(int)) == pytest.approx(1, rel=1e-8)


@names
@directions
def test_a_callable_may_work_in_float32(name: str, direction: str) -> None:
    """A function that rounds to float32 has the gain of the exact one, within that rounding."""
    phi = wi.activations.get(name)
    gain = wi.gain(lambda z: phi(z.astype(np.float32)), direction=direction)
    within = 4 * float(np.finfo(np.float32).eps)
    assert gain == pytest.approx(wi.gain(name, direction=direction), rel=within)


def test_a_callable_may_spoil_its_input() -> None:
    """A function that works in place on its argument has the gain of what it returns."""
    assert wi.gain(lambda z: np.multiply(z, 2, out=z)) == pytest.approx(0.5, rel=1e-8)


def test_overflow_inside_a_callable_is_its_own_affair() -> None:
    """A value that is right although exp overflowed on the way is taken without a warning."""
    steep = wi.gain(lambda z: 1 / (1 + np.exp(-100 * z)))
    assert 1 < steep < math.sqrt(2) + 0.1
