"""What many layers leave: against layers taken one by one, and laws of any depth."""

import math

import numpy as np
import pytest

import weightinit as wi
from weightinit import meanfield

NAMES = wi.activations.names()
LAYERS = 1200

# What settles, what fades or grows as a power of the depth, and what nearly does.
CASES = [
    ("tanh", 1.0, 0.0),
    ("tanh", 1.0005, 0.0),
    ("tanh", 0.999, 0.0),
    ("tanh", 1.0, 1e-6),
    ("tanh", 1.76, 0.05),
    ("softsign", 1.0, 0.0),
    ("hardtanh", 1.0, 0.0),
    ("elu", 2.0, 0.0),
    ("elu", 2.001, 0.0),
    ("relu", 2.0, 0.1),
    ("softplus", 2.0, 0.0),
    ("sigmoid", 16.0, 0.0),
]


def one_by_one(name: str, w: float, b: float, depths: list[int]) -> list[tuple[float, float]]:
    """Return the logs of signal and gradient at some depths, by a product over the layers."""
    q, gradient, found = w + b, 0.0, []
    for layer in range(1, max(depths) + 1):
        value, slope = meanfield.moments(name, q)
        gradient += math.log(w * slope)
        if layer in depths:
            found.append((math.log(value), gradient))
        q = w * value + b
    return found


@pytest.mark.parametrize("name, w, b", CASES)
def test_deep_networks_are_their_layers(name: str, w: float, b: float) -> None:
    """Up to 256 layers nothing is lost; at 1200 the logs are right to 1e-3, or 1e-4 of them.

    Rates below 1e-12 count as none, which comes to 1.2e-9 over that many layers.
    """
    depths = [1, 2, 40, 256, LAYERS]
    exact = one_by_one(name, w, b, depths)
    for depth, (signal, gradient) in zip(depths, exact, strict=True):
        found = meanfield.propagate(name, depth, weight_variance=w, bias_variance=b)
        within = {"abs": 1e-8, "rel": 1e-12} if depth <= 256 else {"abs": 1e-3, "rel": 1e-4}
        assert found.log_signal == pytest.approx(signal, **within)
        assert found.log_gradient == pytest.approx(gradient, **within)


@pytest.mark.parametrize("name", ["relu", "linear", "leaky_relu"])
@pytest.mark.parametrize("depth", [1, 7, 10**6, 10**400])
def test_rays_keep_or_lose_a_factor_a_layer(name: str, depth: int) -> None:
    """At unit gain any depth keeps all; at half that variance both halve in each layer."""
    w = wi.gain(name) ** 2
    assert meanfield.propagate(name, depth, weight_variance=w) == pytest.approx((0, 0), abs=1e-9)
    lost = -math.log(2) * depth if depth < 10**300 else -math.inf
    left = meanfield.propagate(name, depth, weight_variance=w / 2)
    assert left.log_signal == pytest.approx(lost, rel=1e-9)
    assert left.log_gradient == pytest.approx(lost, rel=1e-9)


@pytest.mark.parametrize("exponent", [4, 8, 16, 100, 400])
def test_tanh_fades_as_half_the_depth(exponent: int) -> None:
    """With slope 1 at zero 1 / (2 L) is left of a signal, but for an order of log L / L."""
    left = meanfield.propagate("tanh", 10**exponent, weight_variance=1)
    exact = -math.log(2) - exponent * math.log(10)
    assert left.log_signal == pytest.approx(exact, abs=2e-3, rel=1e-5)
    # A layer takes the factor 1 - 2q of both, at small q: gradients fade alike.
    assert left.log_gradient - left.log_signal == pytest.approx(0.345, abs=0.01)


@pytest.mark.parametrize("name", NAMES)
def test_a_settled_network_multiplies_by_chi(name: str) -> None:
    """From 10**5 layers on to 10**6, a gradient is multiplied by chi for each of the others."""
    at = {"weight_variance": 1.3, "bias_variance": 0.5}
    if meanfield.fixed_point(name, **at).status == "stable":
        less, more = (meanfield.propagate(name, 10**k, **at).log_gradient for k in (5, 6))
        rate = math.log(meanfield.chi(name, **at))
        assert (more - less) / 900_000 == pytest.approx(rate, rel=1e-9, abs=1e-12)


def test_depth_and_variances_are_checked() -> None:
    """A depth is an integer from 1 on, and weights must have a variance."""
    with pytest.raises(ValueError, match="depth must be an integer >= 1, got 0"):
        meanfield.propagate("relu", 0, weight_variance=2)
    with pytest.raises(ValueError, match="weight_variance must be a finite number > 0, got 0"):
        meanfield.propagate("relu", 3, weight_variance=0)


@pytest.mark.parametrize("name", NAMES)
def test_shape_at_zero(name: str) -> None:
    """The slope at zero is the mean of both sides, of a callable too; five activations are odd."""
    phi = wi.activations.get(name)
    sides = phi.derivative(np.array([-1e-100, 1e-100]))
    assert meanfield.slope_at_zero(name) == sides.mean()
    assert meanfield.slope_at_zero(phi.__call__) == pytest.approx(sides.mean(), abs=1e-10)
    odd = name in {"linear", "tanh", "softsign", "hardtanh", "sine"}
    assert meanfield.is_odd(name) == meanfield.is_odd(phi.__call__) == odd
