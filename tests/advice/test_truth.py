"""What a recommendation says of plain layers is true: its numbers, and the networks it starts."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

import weightinit as wi
from tests.advice.measuring import (
    DEPTH,
    NETS,
    WIDE,
    WIDTH,
    asked,
    moment,
    relative_variance,
    signals,
)
from tests.chance import standard_errors


@pytest.mark.parametrize("name", wi.activations.names())
def test_factors_of_a_layer(name: str) -> None:
    """Gradients and deviations are multiplied by g^2 E phi'^2 and d log E phi^2 / d log q."""
    h = 1e-3
    found = asked(name)
    gradient = moment(name, 1.0, slope=True) / moment(name, 1.0)
    deviation = math.log(moment(name, math.exp(h)) / moment(name, math.exp(-h))) / (2 * h)
    assert found.chi_at_unit_gain == pytest.approx(gradient, rel=1e-6)
    assert found.at_unit_gain.slope == pytest.approx(deviation, rel=1e-5)
    assert found.bends_down == (name in {"linear", "tanh", "softsign", "hardtanh", "sine"})


def test_factors_are_those_of_where_the_signal_settles() -> None:
    """For sigmoid with 16 / n they belong to the mean square at which pre-activations settle."""
    q = 1.0
    for _ in range(60):
        q = 16 * moment("sigmoid", q)
    assert asked("sigmoid").chi == pytest.approx(16 * moment("sigmoid", q, slope=True), rel=1e-5)


@pytest.mark.parametrize("name", ["tanh", "softsign", "sine"])
def test_what_depth_leaves(name: str) -> None:
    """With slope 1 at zero, signal and gradient fade as integrals over each layer say."""
    signal, gradient = 1.0, 1.0
    for _ in range(20):
        gradient *= moment(name, signal, slope=True)
        signal = moment(name, signal)
    assert asked(name).through(1.0, 20) == pytest.approx((signal, gradient), rel=1e-6)


@pytest.mark.parametrize("name", ["relu", "leaky_relu"])
def test_deep_rectifiers_hold_a_signal(name: str) -> None:
    """Over 50 layers the log of the mean square has mean -v L / 2 n and variance v L / n.

    Orthogonal weights leave v - 2 of the v that normal ones have, whose lengths vary by 2. Left
    out are terms below 10 L / n^2. False alarms: 1e-6 for both activations together.
    """
    left = signals(name, wi.recommend(name, depth=DEPTH).initializer)
    v = relative_variance(name, 1.0) - 2
    spread = math.sqrt(v * DEPTH / WIDTH / NETS)
    within = standard_errors(4) * spread + 10 * DEPTH / WIDTH**2
    assert abs(left.mean() + v * DEPTH / WIDTH / 2) <= within
    of_variance = standard_errors(4) * math.sqrt(2 / (NETS - 1))
    assert abs(left.var(ddof=1) / spread**2 / NETS - 1) <= of_variance


def test_deep_linear_networks_hold_a_signal_exactly() -> None:
    """Fifty orthogonal layers keep the length of any input to rounding."""
    left = signals("linear", wi.recommend("linear", depth=DEPTH).initializer, nets=2)
    assert np.abs(left).max() < 1e-12


@pytest.mark.parametrize("name", ["tanh", "softsign", "hardtanh", "sine"])
def test_bending_activations_fade_as_told(name: str) -> None:
    """Networks of 50 layers leave the mean square that the recommendation states.

    A layer adds a relative noise of variance v / n at most, v at q = 1, and none enlarges it,
    since deviations shrink: after L layers the variance is at most v L / n, and the bias of the
    log as much. False alarms: below 1e-6 for all activations together.
    """
    advice, nets = wi.recommend(name, depth=DEPTH), 5
    (told,) = (
        said.numbers["signal"] for said in advice.notes + advice.caveats if "signal" in said.numbers
    )
    variance = relative_variance(name, 0.01) * DEPTH / WIDE  # the smaller q, the larger v
    within = standard_errors(4) * math.sqrt(variance / nets) + variance + math.log(1.05)
    left = signals(name, advice.initializer, nets, WIDE).mean()
    assert abs(left - math.log(told)) <= within
    assert within < abs(left)  # so that holding on to 1 would fail


def through(phi: wi.Activation, init: wi.Initializer, layers: int, width: int = WIDTH) -> NDArray:
    """Return the logs of the mean squares that networks leave of a signal and of a gradient."""
    rng, left = np.random.default_rng(0), []
    for _ in range(NETS):
        x, chain = rng.standard_normal(width), []
        x /= math.sqrt(np.mean(x**2))
        for _ in range(layers):
            W = init((width, width), rng=rng)
            chain.append((W, x @ W))
            x = phi(chain[-1][1])
        gradient = rng.standard_normal(width)
        gradient /= math.sqrt(np.mean(gradient**2))
        for W, z in reversed(chain):
            gradient = (phi.derivative(z) * gradient) @ W.T
        left.append([math.log(np.mean(x**2)), math.log(np.mean(gradient**2))])
    return np.array(left)


@pytest.mark.parametrize("omega", [1.0, 30.0])
@pytest.mark.parametrize("depth", [None, 20])
def test_waves_of_any_frequency_hold_signal_and_gradient(omega: float, depth: int | None) -> None:
    """Over 20 layers a siren leaves of both what wide layers do: at any frequency the same.

    A layer misses its mean square by a relative variance of v / n and a gradient its own by
    (2 + u) / n, of phi^2 and phi'^2; below 3.5 and 4, and biases half of that. Lengths do not
    enlarge deviations. False alarms: below 1e-6.
    """
    phi = wi.activations.siren(omega)
    advice = wi.recommend(phi, depth=depth)
    told = asked(phi).through(advice.gain**2, 20)
    variance = np.array([3.5, 4.0]) * 20 / WIDTH
    within = standard_errors(8) * np.sqrt(variance / NETS) + variance / 2
    left = through(phi, advice.initializer, 20).mean(axis=0)
    assert (np.abs(left - np.log(told)) <= within).all()
    bad = through(phi, wi.lecun_normal, 3)[:, 1].mean()  # as if omega were not there
    assert omega == 1 or bad > 3 * math.log(400)


def test_the_frequency_divides_the_weights() -> None:
    """What is recommended for sin(omega x) is what is for sin(x), with weights / omega."""
    omega = 30.0
    wave, one = (wi.activations.siren(frequency) for frequency in (omega, 1.0))
    for question in ({}, {"depth": 3}, {"depth": 20}, {"layer": "conv"}, {"layer": "transposed"}):
        advice, sine = (wi.recommend(phi, **question) for phi in (wave, one))
        assert advice.gain * omega == pytest.approx(sine.gain, rel=1e-12)
        assert type(advice.initializer) is type(sine.initializer)
        assert asked(wave, **question if "depth" in question else {}).chi == pytest.approx(
            asked(one, **question if "depth" in question else {}).chi
        )


def test_no_weights_hold_a_signal_of_exponentials() -> None:
    """A signal settles below the unstable length of 1, and the gradient fades there, as told.

    Lengths settle at q = 0.203, where a layer shrinks deviations to 2 q and chi is q. It misses
    E exp(2 z) by a relative variance of (exp(4 q) - 1) / n, and a gradient by (2 + that) / n. The
    first length is 0.135, and log chi is 2 q + log w. False alarms: below 1e-6.
    """
    advice = wi.recommend("exponential", depth=20)
    unstable, fades = (caveat.numbers for caveat in advice.caveats)
    assert unstable["deviation"] == pytest.approx(2)
    _, told = asked("exponential").through(advice.gain**2, 20)
    first_ones = 2 * (0.203 - 0.135) / (1 - 2 * 0.203)
    assert abs(math.log(told) - 20 * math.log(fades["chi"])) < first_ones
    left = through(wi.activations.exponential, advice.initializer, 20, WIDE)[:, 1].mean()
    variance = 20 * (2 + math.expm1(4 * 0.203)) / WIDE
    within = standard_errors() * math.sqrt(variance / NETS) + variance / 2
    assert abs(left - math.log(told)) <= within
    assert within < 1 < abs(math.log(told))


@pytest.mark.parametrize("name", ["tanh", "softsign", "hardtanh", "sine", "siren"])
def test_a_small_scale_of_a_normalization_keeps_gradients(name: str) -> None:
    """The scale that a caveat states leaves gradients within a factor of 100 over the depth."""
    (caveat,) = wi.recommend(name, depth=DEPTH, normalized="layer").caveats
    small = asked(name).slope_gain / 10
    assert f"start the scale of the normalization at {small:.4g}, where" in caveat
    value, slope = wi.meanfield.moments(name, small**2)
    assert (small**2 * slope / value) ** DEPTH < 100 < caveat.numbers["chi"] ** DEPTH


@pytest.mark.parametrize("name", ["selu", "elu"])
def test_attracting_activations_hold_a_signal(name: str) -> None:
    """At a fixed point that shrinks deviations by s, the log of the mean square stays near 0.

    The noise of a layer, of variance v / n, adds up to v / n (1 - s^2), and its bias to less than
    5 v / n (1 - s). ELU has a mean, which all units share, so that more layers than one add up in
    it; a factor of 2 on the spread allows for that. False alarms: below 1e-6.
    """
    advice = wi.recommend(name, depth=DEPTH)
    q = 1.0
    s = asked(name).deviation
    v = relative_variance(name, q)
    rest = math.log(moment(name, q))
    spread = 2 * math.sqrt(v / WIDTH / (1 - s**2) / NETS)
    within = standard_errors(2) * spread + 5 * v / WIDTH / (1 - s)
    assert abs(signals(name, advice.initializer).mean() - rest) <= within


@pytest.mark.parametrize("name", ["gelu", "silu"])
def test_an_unstable_fixed_point_is_left(name: str) -> None:
    """Where a caveat says so, most networks of 50 layers end 10 times off, or more."""
    advice = wi.recommend(name, depth=DEPTH)
    assert "unstable fixed point" in advice.caveats[0]
    left = signals(name, advice.initializer)
    assert np.median(np.abs(left)) > math.log(10)
