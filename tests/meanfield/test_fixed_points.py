"""Fixed points of the length, the edge of chaos, and the constants that are known of them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weightinit as wi
from weightinit import meanfield

NAMES = wi.activations.names()
names = pytest.mark.parametrize("name", NAMES)


@names
def test_fixed_points_solve_their_equation(name: str) -> None:
    """On a grid of variances each finite length is one that the map does not move."""
    w, b = np.linspace(0.1, 5, 12), np.array([[0.0], [0.1], [3.0]])
    found = meanfield.fixed_point(name, weight_variance=w, bias_variance=b)
    at_rest = np.isin(found.status, ["stable", "marginal"])
    assert np.array_equal(at_rest, (found.length > 0) & np.isfinite(found.length))
    q = np.where(at_rest, found.length, 1)
    ahead = meanfield.length_map(name, q, weight_variance=w, bias_variance=b)
    np.testing.assert_allclose(ahead[at_rest], q[at_rest], rtol=1e-12)
    assert (found.slope[found.status == "stable"] < 1).all()


@names
def test_iterating_the_map_leads_there(name: str) -> None:
    """After 300 layers lengths have come near where they are said to go, or are on their way."""
    pairs = {"weight_variance": [0.7, 1.4, 3.0], "bias_variance": [0.2, 0.0, 0.1]}
    found = meanfield.fixed_point(name, **pairs)
    q = before = np.ones(3)
    most = 300.0 if name == "exponential" else 1e20  # its mean square at 354 is no float
    for _ in range(300):
        going = (q > 1e-20) & (q < most)
        ahead = meanfield.length_map(name, np.where(going, q, 1.0), **pairs)
        before, q = np.where(going, [q, ahead], [before, q])
    for last_but_one, last, length, status in zip(
        before, q, found.length, found.status, strict=True
    ):
        if status == "vanishes":
            assert last < last_but_one < 0.01
        elif status == "diverges":
            assert last > max(last_but_one, 10)
        else:
            assert last == pytest.approx(length, rel=1e-6)


@names
@pytest.mark.parametrize("w, b", [(1.4, 0.3), (3.0, 0.1)])
def test_the_slope_is_that_of_the_map(name: str, w: float, b: float) -> None:
    """The slope is the difference quotient of the length map, to 1e-7, at a finite length."""
    found = meanfield.fixed_point(name, weight_variance=w, bias_variance=b)
    if math.isfinite(found.length):
        off = 1e-5 * found.length
        around = [found.length - off, found.length + off]
        low, high = meanfield.length_map(name, around, weight_variance=w, bias_variance=b)
        assert found.slope == pytest.approx((high - low) / (2 * off), abs=1e-7)


@names
def test_unit_gain_has_its_fixed_point_at_one(name: str) -> None:
    """With the gain's variance the length 1 is a fixed point, of slope d log E phi^2 / d log q."""
    found = meanfield.fixed_point(name, weight_variance=wi.gain(name) ** 2)
    assert found.length == 1.0
    unstable = {"gelu", "gelu_tanh", "silu", "mish", "hardswish", "exponential"}
    marginal = {"linear", "relu", "leaky_relu"}
    status = "unstable" if name in unstable else "marginal" if name in marginal else "stable"
    assert found.status == status


@settings(max_examples=30)
@given(st.floats(1e-3, 1e3), st.floats(0, 1e3))
def test_linear_layers_in_closed_form(w: float, b: float) -> None:
    """A linear layer settles at b / (1 - w) where w < 1, and its slope is w."""
    found = meanfield.fixed_point("linear", weight_variance=w, bias_variance=b)
    if w < 1 - 1e-9 and b > 1e-20:
        assert found.length == pytest.approx(b / (1 - w), rel=1e-6)
    assert found.slope == pytest.approx(w, rel=1e-9)


def test_lengths_that_vanish_or_diverge() -> None:
    """At slope 1 tanh vanishes though it takes forever; relu off He's 2 shrinks or grows."""
    vanishing = meanfield.fixed_point("tanh", weight_variance=[0.0, 0.5, 1.0])
    assert vanishing.length.tolist() == [0, 0, 0]
    assert vanishing.status.tolist() == ["vanishes"] * 3
    np.testing.assert_allclose(vanishing.slope, [0, 0.5, 1], rtol=1e-12)
    relu = meanfield.fixed_point("relu", weight_variance=[1.9, 2.0, 2.1, 2.0, 1.9],
                                 bias_variance=[0, 0, 0, 0.1, 0.1])  # fmt: skip
    assert relu.status.tolist() == ["vanishes", "marginal", "diverges", "diverges", "stable"]
    assert relu.length.tolist()[:4] == [0, 1, math.inf, math.inf]
    assert relu.length[4] == pytest.approx(2.0, rel=1e-12)  # 0.1 / (1 - 1.9 / 2)
    assert meanfield.fixed_point(np.exp, weight_variance=3).status == "diverges"


@settings(max_examples=30)
@given(st.floats(-9, -1).map(lambda x: 10.0**x))
def test_small_fixed_points_of_tanh(excess: float) -> None:
    """Just above slope 1 tanh settles near (w - 1) / 2, as E tanh^2 = q - 2 q^2 + 17/3 q^3 - ..."""
    found = meanfield.fixed_point("tanh", weight_variance=1 + excess)
    assert found.length == pytest.approx(excess / 2, rel=3 * excess + 1e-6)


def test_known_constants() -> None:
    """The constants that the literature and the site state, to the digits stated.

    PyTorch's gain of 5/3 for tanh: q* = 1.1785, std of the activations .6513, chi 1.210.
    """
    pytorch = {"weight_variance": (5 / 3) ** 2}
    q = meanfield.fixed_point("tanh", **pytorch).length
    assert round(q, 4) == 1.1785
    assert round(math.sqrt(meanfield.moments("tanh", q).value), 4) == 0.6513
    assert round(meanfield.chi("tanh", **pytorch), 3) == 1.210
    unit = {"relu": (1.41421, 1), "tanh": (1.59254, 1.178), "sigmoid": (1.84623, 0.153),
            "gelu": (1.53353, 1.072), "silu": (1.67653, 1.067)}  # fmt: skip
    for name, (gain, chi) in unit.items():
        value, slope = meanfield.moments(name, 1)
        assert round(value**-0.5, 5) == gain
        assert round(slope / value, 3) == chi
    scales = meanfield.depth_scale("tanh", weight_variance=[1, 1.5, 1.7, 2, 4], bias_variance=0.05)
    assert [f"{xi:.3g}" for xi in scales] == ["3.63", "15.8", "74.9", "25.2", "6.98"]
    assert np.round(meanfield.edge_of_chaos("tanh", bias_variance=[0, 0.05]), 5).tolist() == [
        1,
        1.76095,
    ]


@pytest.mark.parametrize("name", ["elu", "selu", "tanh", "sigmoid", "softsign", "hardtanh", "sine"])
def test_at_the_edge_chi_is_one(name: str) -> None:
    """There chi is 1, below it is smaller and above larger, with and without biases."""
    b = np.array([0.0, 0.05, 1.0])
    edge = meanfield.edge_of_chaos(name, bias_variance=b)
    chi = [
        meanfield.chi(name, weight_variance=edge * (1 + off), bias_variance=b)
        for off in (-1e-3, 0, 1e-3)
    ]
    np.testing.assert_allclose(chi[1], 1, rtol=1e-6)
    assert (chi[0] < 1).all()
    assert (chi[2] > 1).all()


def test_edges_that_there_are_not() -> None:
    """Rays have one without biases alone; gelu's fixed points are unstable for small biases."""
    found = [meanfield.edge_of_chaos(name) for name in ("linear", "relu", "leaky_relu")]
    np.testing.assert_allclose(found, [1, 2, 2 / 1.0001], rtol=1e-12)
    for name, b, why in (("relu", 0.1, "chi is never 1"), ("gelu", 0.05, "are unstable"),
                         ("softplus", 0.0, "chi is never 1")):  # fmt: skip
        with pytest.raises(ValueError, match=rf"bias_variance .*, got {b:g}, .*{why}.*try another"):
            meanfield.edge_of_chaos(name, bias_variance=b)
    assert meanfield.edge_of_chaos("gelu", bias_variance=0.5) == pytest.approx(1.96, abs=0.01)
