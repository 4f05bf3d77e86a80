"""The correlation map and the depth scale: closed forms, two ways to one integral, and laws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import weightinit as wi
from tests.meanfield.closed_forms import KNOWN, STEP
from weightinit import meanfield
from weightinit.meanfield._tables import tables
from weightinit.meanfield.correlation import _missing, _missing_of_kinks

NAMES = wi.activations.names()
names = pytest.mark.parametrize("name", NAMES)
some = pytest.mark.parametrize("name", ["relu", "elu", "tanh", "softsign", "silu", "hardtanh"])

INSIDE = np.array([-0.999, -0.9, -0.3, 0.0, 0.2, 0.75, 0.97, 0.99, 0.999])
AT_THE_ENDS = np.array([-1 + 1e-9, -1 + 1e-4, 1 - 1e-4, 1 - 1e-6, 1 - 1e-12])


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize("q", [0.04, 1.0, 6.0])
def test_means_of_products_in_closed_form(name: str, q: float) -> None:
    """E phi phi is the arc-cosine, arc-sine or sine kernel to 1e-11, and its slope q E phi' phi'.

    Slopes are exact to 1e-8: so much of theirs may the terms left out of a sum be.
    """
    known, c = KNOWN[name], np.concatenate([INSIDE, AT_THE_ENDS])
    lengths = np.full(c.size, q)
    of_phi = tables(known.phi)
    found = of_phi.moment(lengths) - _missing(of_phi, lengths, c)
    slope = _missing(of_phi, lengths, c, slope=True)
    np.testing.assert_allclose(found, known.product(lengths, c), rtol=0, atol=1e-11 * q)
    exact = q * known.product_of_slopes(lengths, c)
    np.testing.assert_allclose(slope, exact, rtol=0, atol=1e-8 * q)


def test_a_jump() -> None:
    """The map of a step is 1 - angle / pi, as steep as that is near c = 1."""
    off = np.array([1e-4, 1e-6, 1e-9, 1e-12])
    c = np.array([-1.0, *INSIDE, *(1 - off), 1.0])
    found = meanfield.correlation_map(STEP, c, weight_variance=1, q=1)
    np.testing.assert_allclose(found, 1 - np.arccos(c) / np.pi, rtol=0, atol=1e-11)


def test_small_values_and_rounded_ones() -> None:
    """Kinks near c = 1 cost no digits where values are tiny, and few where they are float32.

    Below a length of 1e-150 the square of a relu is lost beside a bias; and 16 eps of float32 over
    sqrt(1 - c), of what is missing, 1 - c, is left uncertain.
    """
    found = meanfield.correlation_map(
        lambda x: np.maximum(x, 0) ** 2, [-0.9999, 0.985], weight_variance=2, bias_variance=0.1, q=0
    )
    assert found.tolist() == [1, 1]
    c = np.array([0.96, 0.985, 0.999])
    exact = meanfield.correlation_map("relu", c, weight_variance=2, q=1)
    found = meanfield.correlation_map(
        lambda x: np.maximum(x, 0).astype(np.float32), c, weight_variance=2, q=1
    )
    within = 16 * float(np.finfo(np.float32).eps) * np.sqrt(1 - c)
    assert (np.abs(found - exact) <= within).all()


@some
def test_two_ways_to_one_mean(name: str) -> None:
    """Mehler's sum and the mean over what both inputs share agree to 1e-12 where both hold."""
    known, c = tables(name), np.array([-0.9, -0.3, 0.1, 0.2, 0.75, 0.9])
    q = np.exp(np.random.default_rng(0).uniform(-3, 2, c.size))
    size = known.moment(q)
    for slope in (False, True):
        by_series = _missing(known, q, c, slope=slope)
        by_smoothing = [_missing_of_kinks(known, q[k : k + 1], c[k], slope) for k in range(c.size)]
        assert (np.abs(by_series - by_smoothing) <= 1e-12 * size).all()


@some
def test_chi_is_the_slope_at_one(name: str) -> None:
    """At a fixed point of the length the slope of the map tends to chi as c tends to 1.

    Where phi has kinks the slope differs by a multiple of sqrt(1 - c), else of 1 - c.
    """
    w, b, off = 1.2, 0.3, 1e-10
    chi = meanfield.chi(name, weight_variance=w, bias_variance=b)
    c = meanfield.correlation_map(name, 1 - off, weight_variance=w, bias_variance=b)
    q = meanfield.fixed_point(name, weight_variance=w, bias_variance=b).length
    slope = w * _missing(tables(name), np.array([q]), np.array([1 - off]), slope=True)[0] / q
    assert slope == pytest.approx(chi, abs=1e-4)
    assert (1 - c) / off == pytest.approx(chi, abs=1e-4)  # rounding of c: 2e-16 / 1e-10


@names
def test_the_map_is_convex_and_ends_at_one(name: str) -> None:
    """C(1) = 1, exactly; C grows and is convex on [0, 1], as no a_k^2 is negative."""
    c = np.linspace(0, 1, 31)[:-1]
    found = meanfield.correlation_map(name, [*c, 1], weight_variance=1.3, bias_variance=0.1, q=0.8)
    assert found[-1] == 1.0
    assert (np.diff(found) > 0).all()
    assert (np.diff(found, 2) > -1e-13).all()


@given(st.floats(-1, 1), st.floats(1e-3, 1e3))
def test_linear_layers_keep_angles(c: float, w: float) -> None:
    """A linear layer without biases keeps every correlation, and with them adds what they share."""
    assert meanfield.correlation_map("linear", c, weight_variance=w, q=2) == pytest.approx(
        c, abs=1e-13
    )
    with_biases = meanfield.correlation_map("linear", c, weight_variance=w, bias_variance=1, q=2)
    assert with_biases == pytest.approx((2 * w * c + 1) / (2 * w + 1), abs=1e-13)


@pytest.mark.parametrize("name", ["tanh", "sine", "hardtanh"])
def test_odd_activations_mirror(name: str) -> None:
    """For an odd activation C(-c) = -C(c) without biases, down to C(-1) = -1."""
    c = np.array([0.0, 0.3, 0.98, 1.0])
    here, there = (meanfield.correlation_map(name, x, weight_variance=2) for x in (c, -c))
    np.testing.assert_allclose(there, -here, rtol=0, atol=1e-12)


@names
def test_unlike_inputs_become_alike_at_length_zero(name: str) -> None:
    """At q = 0 all inputs are one, C = 1, unless phi(0) = 0: then angles stay if phi is smooth."""
    phi = wi.activations.get(name)
    found = meanfield.correlation_map(name, [-0.5, 0.5], weight_variance=1, q=0)
    if phi(0.0):
        np.testing.assert_allclose(found, [1.0, 1.0], rtol=1e-12)
    elif phi.derivative(-1e-9) == phi.derivative(1e-9):
        np.testing.assert_allclose(found, [-0.5, 0.5], rtol=1e-12)


def test_no_angle_without_a_signal() -> None:
    """Where the next pre-activations are zero there is no angle, and the message says why."""
    with pytest.raises(
        ValueError, match=r"weight_variance must leave something.*bias_variance > 0"
    ):
        meanfield.correlation_map("relu", 0.5, weight_variance=0)
    with pytest.raises(ValueError, match=r"c must be between -1 and 1, got 1.5"):
        meanfield.correlation_map("relu", 1.5, weight_variance=2)


@pytest.mark.parametrize("name", ["tanh", "erf", "sine", "relu"])
def test_depth_scales_are_rates(name: str) -> None:
    """Deep in a network each step of the correlation is exp(-1 / xi) of the one before."""
    phi = KNOWN[name].phi if name in KNOWN else wi.activations.get(name)
    layers = {"weight_variance": [1.0, 1.6 if name == "relu" else 5.0], "bias_variance": 0.2}
    xi = meanfield.depth_scale(phi, **layers)
    q = meanfield.fixed_point(phi, **layers).length
    c = [np.full(2, 0.5)]
    for _ in range(60):
        c.append(meanfield.correlation_map(phi, c[-1], q=q, **layers))
    # The map is bent, by kinks as the root of the distance from c* = 1.
    within = 1e-2 if name == "relu" else 1e-4
    for steps, scale in zip(np.diff(c, axis=0).T, xi, strict=True):
        last = int(np.flatnonzero(np.abs(steps) > 1e-8)[-1])
        assert steps[last] / steps[last - 1] == pytest.approx(math.exp(-1 / scale), rel=within)


@pytest.mark.parametrize("name", ["tanh", "hardtanh", "sigmoid"])
def test_the_depth_scale_grows_towards_the_edge(name: str) -> None:
    """On both sides of the edge of chaos xi is about a constant by the distance from it."""
    edge = meanfield.edge_of_chaos(name, bias_variance=0.05)
    off = np.array([-0.01, -0.001, 0.001, 0.01])
    xi = meanfield.depth_scale(name, weight_variance=edge * (1 + off), bias_variance=0.05)
    constant = xi * np.abs(off)
    np.testing.assert_allclose(constant[:2], constant[1], rtol=0.05)
    np.testing.assert_allclose(constant[2:], constant[2], rtol=0.05)
    at = meanfield.depth_scale(name, weight_variance=edge, bias_variance=0.05)
    assert at > 1e6


def test_depth_scales_where_lengths_go_off() -> None:
    """Lengths that vanish leave -1 / log chi of a linear layer; relu that diverges keeps inf."""
    assert meanfield.depth_scale("tanh", weight_variance=0.5) == pytest.approx(1 / math.log(2))
    found = meanfield.depth_scale("relu", weight_variance=[1, 2, 3], bias_variance=[0, 0, 0.1])
    np.testing.assert_allclose(found, [1 / math.log(2), np.inf, np.inf], rtol=1e-9)
    assert meanfield.depth_scale("tanh", weight_variance=0, bias_variance=1) == 0
