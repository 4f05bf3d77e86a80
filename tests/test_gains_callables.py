"""Gains of whatever callable comes along: features that hide, values that round, odd arguments."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import norm

import weightinit as wi

Array = NDArray[Any]

places = st.floats(-3, 3)
widths = st.floats(1 / 1024, 0.2)  # the least is what the docstring promises
sizes = st.sampled_from([1e-30, 1.0, 1e30])


@settings(max_examples=50)
@given(places, widths, st.sampled_from([0.0, 1.0, -1.0]), sizes)
def test_a_narrow_box_is_seen(c: float, width: float, base: float, size: float) -> None:
    """A box of height 1 on a constant b adds 2b + 1 times its probability to E phi^2 = b^2."""
    edge = c + width

    def phi(z: Array) -> Array:
        return size * (base + ((z >= c) & (z < edge)))

    moment = base**2 + (2 * base + 1) * (norm.cdf(edge) - norm.cdf(c))
    assert wi.gain(phi) * size == pytest.approx(moment**-0.5, rel=1e-5)


@settings(max_examples=50)
@given(places, widths, st.sampled_from([0.0, 1.0]))
def test_a_narrow_tooth_is_seen_in_the_slope(c: float, width: float, base: float) -> None:
    """A tooth with sides of slope +-1 on a line of slope b makes slopes of b + 1 and b - 1."""
    middle, end = c + width / 2, c + width

    def phi(z: Array) -> Array:
        return base * z + np.clip(np.minimum(z - c, end - z), 0, None)

    up, down = norm.cdf(middle) - norm.cdf(c), norm.cdf(end) - norm.cdf(middle)
    moment = base**2 + (1 + 2 * base) * up + (1 - 2 * base) * down
    assert wi.gain(phi, direction="backward") == pytest.approx(moment**-0.5, rel=1e-5)


@settings(max_examples=50)
@given(places, st.floats(0.5, 3000))
def test_a_steep_step_is_seen(c: float, slope: float) -> None:
    """A step from -1 to 1 of any steepness, whose square is 1 almost everywhere, is found.

    With p and P the normal density and distribution, E z over (a, b) is p(a) - p(b), and E z^2 is
    P(b) - P(a) + a p(a) - b p(b).
    """
    a, b = c - 1 / slope, c + 1 / slope
    inside = norm.cdf(b) - norm.cdf(a)
    first, second = norm.pdf(a) - norm.pdf(b), inside + a * norm.pdf(a) - b * norm.pdf(b)
    forward = 1 - inside + slope**2 * (second - 2 * c * first + c**2 * inside)

    def phi(z: Array) -> Array:
        return np.clip(slope * (z - c), -1, 1)

    assert wi.gain(phi) == pytest.approx(forward**-0.5, rel=1e-5)
    backward = wi.gain(phi, direction="backward")
    assert backward == pytest.approx((slope**2 * inside) ** -0.5, rel=1e-5)


@pytest.mark.parametrize("c", [0.0, 0.3, 1.7])
@pytest.mark.parametrize("slope", [10, 1000])
def test_a_steep_tanh_is_seen(c: float, slope: float) -> None:
    """A tanh that looks like a step misses one by 2 p(c) / slope, to first order.

    1 - tanh(s)^2 integrates to 2, and to pi^2 / 6 times s^2, by which the density bends.
    """
    density = norm.pdf(c) * (1 + (c**2 - 1) * math.pi**2 / 24 / slope**2)
    missing = 1 - wi.gain(lambda z: np.tanh(slope * (z - c))) ** -2
    assert missing == pytest.approx(2 * density / slope, rel=3 / slope**4 + 1e-9)


def gain_or_refusal(activation: Callable[[Array], Array], direction: str) -> float | str:
    """Return the gain, or why there is none."""
    try:
        return wi.gain(activation, direction=direction)
    except ValueError as error:
        return str(error)


ROUNDED = st.sampled_from([np.float16, np.float32])


@settings(max_examples=50)
@given(
    ROUNDED,
    st.floats(-2, 2, width=16),
    st.floats(0.125, 4, width=16),
    st.floats(-4, 4, width=16),
    st.booleans(),
)
def test_what_rounds_is_exact_or_refused(
    dtype: type, c: float, right: float, left: float, forward: bool
) -> None:
    """A callable that computes in float16 or float32 gets its gain to 1e-5, or an error."""

    def phi(z: Array) -> Array:
        return np.where(z > z.dtype.type(c), z.dtype.type(right), z.dtype.type(left)) * (z - c)

    direction = "forward" if forward else "backward"
    exact = wi.gain(phi, direction=direction)
    found = gain_or_refusal(lambda z: phi(z.astype(dtype)), direction)
    refused = isinstance(found, str) and ("whose rounding" in found or "rounds its values" in found)
    assert refused or found == pytest.approx(exact, rel=1e-5)


@pytest.mark.parametrize("name", sorted({*wi.activations.names()} - {"exponential"}))
def test_slopes_in_float16_are_refused(name: str) -> None:
    """What float16 rounds away hides every slope to 1e-3: that is an error with two ways out.

    The exponential does not come so far: it is no float16 from 11 on.
    """
    phi = wi.activations.get(name)
    with pytest.raises(ValueError, match=r"values in float16, whose rounding .*float64 inside, or"):
        wi.gain(lambda z: phi(z.astype(np.float16)), direction="backward")


def test_rounding_may_be_larger_than_the_value() -> None:
    """The float32 gelu of PyTorch is off by up to 9 eps around z = -4, where it is 1e-4 large.

    For it adds 1 to an erf near -1. Steps of 4 eps in the distribution function stand for that.
    """
    step = 4 * np.finfo(np.float32).eps

    def gelu(z: Array) -> Array:
        return (z * step * np.round(norm.cdf(z) / step)).astype(np.float32)

    for direction in ("forward", "backward"):
        gain = wi.gain(gelu, direction=direction)
        assert gain == pytest.approx(wi.gain("gelu", direction=direction), rel=1e-5)


@pytest.mark.parametrize("direction", ["forward", "backward"])
@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
def test_the_two_gains_agree_for_homogeneous_functions(
    direction: str, left: float, right: float
) -> None:
    """Of phi(z) = az for z > 0, -bz below, |z| among them, both gains are sqrt(2 / (a^2 + b^2))."""
    if max(abs(left), abs(right)) > 1e-3:
        gain = wi.gain(lambda z: np.where(z > 0, right, -left) * z, direction=direction)
        assert gain == pytest.approx(math.sqrt(2) / math.hypot(left, right), rel=1e-8)


class Hostile:
    """An object whose every question raises."""

    def fail(self, *_: object) -> Any:
        """Raise."""
        raise RuntimeError("no")

    __repr__ = __str__ = __eq__ = __array__ = __len__ = __float__ = __bool__ = fail
    __hash__ = None


class HostileCallable(Hostile):
    """One that can be called, too."""

    __call__ = Hostile.fail


def pick(z: float) -> float:
    """Work for one number alone."""
    return z if z > 0 else 0.0


def needs_tensor(z: object) -> object:
    """Refuse an array as a framework does."""
    raise TypeError(f"gelu(): argument 'input' must be Tensor, not {type(z).__name__}" + "!" * 1000)


FOREIGN: dict[str, Callable[..., Any]] = {
    "math.tanh": math.tanh,
    "an if": pick,
    "a framework's": needs_tensor,
    "a class": type("Gelu", (), {"__init__": lambda *_: None}),
    "returns hostile": lambda _: Hostile(),
    "hostile": HostileCallable(),
    "an initializer": wi.he_normal,
}


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("kind", FOREIGN)
def test_a_callable_that_takes_no_array_is_told(kind: str, direction: str) -> None:
    """Whatever a callable raises on an array is an error of its kind, short, with the ways out."""
    told = r"must map a NumPy array to one, but .* raised .*np\.vectorize\(f\).*torch\.from_numpy|"
    told += "must return real numbers, got dtype object from .*Gelu"
    with pytest.raises(TypeError, match=told) as raised:
        wi.gain(FOREIGN[kind], direction=direction)
    assert len(str(raised.value)) < 400


ODD = {
    "none": None,
    "number": 1.0,
    "bytes": b"relu",
    "list": ["relu"],
    "array": np.zeros((500, 500)),
    "set": {"relu"},
    "hostile": Hostile(),
    "ellipsis": ...,
    "long": "x" * 10**4,
    "empty": "",
}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_activation_is_told(kind: str) -> None:
    """Anything else is an error that lists the names, however long or hostile it is."""
    with pytest.raises(
        (TypeError, ValueError), match=r"activation must be .*'linear', 'relu'"
    ) as r:
        wi.gain(ODD[kind])
    assert len(str(r.value)) < 400
