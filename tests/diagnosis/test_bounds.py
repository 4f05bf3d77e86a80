"""The numbers behind the thresholds, against SciPy and against networks."""

import dataclasses
import math

import numpy as np
import pytest
from scipy import stats

import weightinit as wi
from weightinit.diagnosis import _paths as paths
from weightinit.diagnosis._paths import Point, bounds, chance, theory
from weightinit.diagnosis._paths.bounds import Bounds
from weightinit.diagnosis._paths.walk import Walk
from weightinit.diagnosis._symptoms.departures import departure
from weightinit.networks import ActivationLayer, BatchNorm, Dense, LayerNorm, Network, Residual
from weightinit.tracing.measures import flat_beyond


@pytest.mark.parametrize("name", ["relu", "gelu", "silu", "elu", "linear"])
def test_signals_stray_by_v_over_n(name: str) -> None:
    """Var f = v/n for the factor f of one layer of n units: 20,000 layers.

    The variance of a sample variance is at most (kurtosis - 1) / m of it squared: 6 of these
    standard errors, with the kurtosis measured; a false alarm below 1e-6.
    """
    n, m = 20, 20_000
    phi = wi.activations.get(name)
    z = np.random.default_rng(0).standard_normal((m, n))
    factors = wi.gain(phi) ** 2 * np.square(phi(z)).mean(axis=1)
    error = np.sqrt((stats.kurtosis(factors, fisher=False) - 1) / m)
    assert factors.var() == pytest.approx(theory.signal_noise(phi) / n, rel=6 * error)


def test_the_noise_of_a_bounded_signal_is_that_of_a_linear_layer() -> None:
    """At mean square 1 tanh strays by less than 2/n, but its signals become small with depth."""
    assert theory.signal_noise(wi.activations.tanh) == 2
    small = np.tanh(0.01 * np.random.default_rng(0).standard_normal(400_000)) ** 2
    assert small.var() / small.mean() ** 2 == pytest.approx(2, rel=0.05)  # 10 standard errors


@pytest.mark.parametrize("name", ["relu", "gelu", "tanh"])
def test_gradients_stray_by_their_own_v_over_n(name: str) -> None:
    """Var f = v/n for the factor on the squared norm of a normal gradient: 8,000 layers.

    v is the limit of wide layers, from which n units differ by a term in 1/n: a tenth for 40, on
    top of 6 standard errors as above.
    """
    n, m, rng = 40, 8_000, np.random.default_rng(0)
    phi = wi.activations.get(name)
    before, z = rng.standard_normal((2, m, n))
    through = np.square(phi.derivative(z) * before).sum(axis=1) / np.square(before).sum(axis=1)
    factors = wi.gain(phi.derivative) ** 2 * through * rng.chisquare(n, m) / n
    error = np.sqrt((stats.kurtosis(factors, fisher=False) - 1) / m)
    wanted = theory.gradient_noise(phi) / n
    assert factors.var() == pytest.approx(wanted, rel=0.1 + 6 * error)


@pytest.mark.parametrize("name", ["tanh", "softsign", "selu", "relu"])
def test_deviations_are_damped_by_the_slope_of_the_length_map(name: str) -> None:
    """V = s^2 V + v/n: over 400 networks of 8 layers of 100 units the std of ln q is sqrt V.

    The std of a sample std of 400 is 3.5 %; the v of tanh and softsign is that of small signals,
    and so V an upper bound. A false alarm below 1e-6.
    """
    phi, rng = wi.activations.get(name), np.random.default_rng(0)
    gain, found = wi.gain(phi), np.zeros(400)
    for i in range(len(found)):
        h = rng.standard_normal((1, 100)) / gain
        for _ in range(8):
            h = phi(h @ rng.normal(0, gain / 10, (100, 100)))
        found[i] = np.log(np.mean(h**2))
    slope = wi.meanfield.fixed_point(phi, weight_variance=gain**2).slope
    walk = Bounds(layers=0)
    for _ in range(8):
        walk = walk.then(Bounds(variance=theory.signal_noise(phi) / 100, slope=slope))
    assert found.std() < 1.2 * np.sqrt(walk.variance)
    if name in ("selu", "relu"):
        assert found.std() == pytest.approx(np.sqrt(walk.variance), rel=0.2)


@pytest.mark.parametrize("variance", [0.1, 1.0, 4.0])
@pytest.mark.parametrize("k", [1, 10, 100])
def test_a_joint_bound_is_passed_as_rarely_as_four_sigmas(k: int, variance: float) -> None:
    """Of 2 million products 63 pass 4 standard deviations; between 10 and 105 pass the bound.

    Passed with a probability of 3.2e-5, 105 or more come once in a million cases, and with 1.4e-5
    10 or fewer once in two thousand. The product of the two bounds is passed by none or nearly.
    """
    rng, m = np.random.default_rng(0), 2_000_000
    products = np.exp(np.sqrt(variance) * rng.standard_normal(m)) * rng.chisquare(k, m) / k
    joint = chance.largest_joint(variance, k)
    assert 10 <= np.count_nonzero(products > joint) <= 105
    assert joint < chance.largest_mean_square(k) * np.exp(chance.SIGMAS * np.sqrt(variance))


@pytest.mark.parametrize("k", [1, 2, 10, 100])
def test_largest_mean_square_is_a_quantile(k: int) -> None:
    """It is the chi-square quantile at 4 standard deviations, or above it by at most 10 %."""
    exact = stats.chi2.isf(stats.norm.sf(chance.SIGMAS), k) / k
    assert exact < chance.largest_mean_square(k) < 1.1 * exact


@pytest.mark.parametrize("heads, n", [(0, 1), (3, 5), (20, 20), (300, 512)])
def test_binomial_tail(heads: int, n: int) -> None:
    """The tail of a fair coin is SciPy's."""
    assert chance.binomial_tail(heads, n) == pytest.approx(stats.binom.sf(heads - 1, n, 0.5))


def test_kinds_of_activations() -> None:
    """Which activations scale with a signal, or are flat at both ends."""
    all_of = {name: wi.activations.get(name) for name in wi.activations.names()}
    free = {name for name, phi in all_of.items() if theory.keeps(phi) == "marginal"}
    flat = {name for name, phi in all_of.items() if math.isfinite(flat_beyond(phi))}
    assert free == {"relu", "leaky_relu", "linear"}
    assert flat == {"tanh", "sigmoid", "softsign", "hardtanh", "relu6"}


def test_the_flat_part_of_tanh() -> None:
    """Tanh has a slope of 1 % where cosh**2 = 100; the grid has a step of 0.01."""
    assert flat_beyond(wi.activations.tanh) == pytest.approx(math.acosh(10), abs=0.01)


def test_shapes_bound_three_ways_to_count_fans() -> None:
    """Starts by fan in, by the mean of fans and by fan out multiply a signal as told."""
    shape = (50, 200)
    factors = [
        math.log(
            50 * wi.VarianceScaling(scale=1.0, mode=mode, distribution="normal").std(shape) ** 2
        )
        for mode in ("fan_in", "fan_avg", "fan_out")
    ]
    assert bounds.shape_factors(shape) == pytest.approx(factors)


@pytest.mark.parametrize("parts", [(40, 40, 40), (60, 20, 20)])
def test_weights_side_by_side_count_their_own_fans(parts: tuple[int, ...]) -> None:
    """The mean square of what they make together is the mean over units of what each makes."""
    n_in, wanted = 40, []
    for mode in ("fan_in", "fan_avg", "fan_out"):
        init = wi.VarianceScaling(scale=1.0, mode=mode, distribution="normal")
        made = [n * n_in * init.std((n_in, n)) ** 2 for n in parts]
        wanted.append(math.log(sum(made) / sum(parts)))
    assert bounds.shape_factors((n_in, sum(parts)), parts) == pytest.approx(wanted)
    if parts == (40, 40, 40):
        assert bounds.shape_factors((n_in, 120), parts) == pytest.approx(3 * [0.0])


def test_bounds_add_up() -> None:
    """Over several layers variances and shapes add; the allowance grows with the depth alone."""
    one = Bounds(variance=0.1, factors=(0.0, -1.0, -2.0))
    three = one.then(one).then(one)
    assert three.layers == 3
    assert three.high == pytest.approx(4 * math.sqrt(0.3) + math.log(24))
    assert three.low == pytest.approx(-6 - 0.15 - 4 * math.sqrt(0.3) - math.log(100))


def test_a_walk_tells_a_culprit_from_a_sum() -> None:
    """A layer that alone goes too far is told from one where small steps have added up."""
    walk = Walk()
    culprit = [walk.go(f"dense{i}", own, 0.0, Bounds()) for i, own in enumerate([0.0, -9.0, 9.0])]
    assert [(point.fades, point.explodes, point.alone) for point in culprit] == [
        (False, False, False),
        (True, False, True),
        (False, True, True),
    ]
    walk = Walk()
    added = [walk.go(f"dense{i}", -1.3, 0.0, Bounds()) for i in range(4)]
    assert [point.fades for point in added] == [False, False, False, True]
    assert not any(point.alone for point in added)


def first_points(net: wi.networks.Network, x: np.ndarray) -> dict[str, list[Point]]:
    """Return the first path of signal and of scale."""
    trace = wi.trace(net, x)
    return {"signal": paths.forward(trace)[0], "scale": paths.scale(trace)[0]}


def test_a_first_layer_is_not_excused_by_its_fan_out() -> None:
    """784 -> 10 by fan out, 78 times too large, explodes; 784 -> 784 -> 10 is healthy.

    In ten units chance could explain such a signal, but not such a scale.
    """
    x = np.random.default_rng(0).standard_normal((64, 784))
    by_fan_out = wi.VarianceScaling(scale=2.0, mode="fan_out", distribution="normal")
    outside = {}
    for hidden in ([10, 10], [784, 10]):
        net = wi.mlp([784, *hidden, 10]).initialize(by_fan_out, rng=0)
        outside[tuple(hidden)] = [point.explodes for point in first_points(net, x)["scale"]]
    assert outside[10, 10][0]
    assert outside[784, 10] == [False, False]


@pytest.mark.parametrize("width", [4, 8, 12])
def test_the_scale_of_narrow_layers_is_known_without_chance(width: int) -> None:
    """10 x He in ten layers this narrow is outside the bounds of the scale in each of 20 draws."""
    x = np.random.default_rng(0).standard_normal((64, 30))
    init = dataclasses.replace(wi.he_normal, scale=200.0)
    for seed in range(20):
        net = wi.mlp([30, *[width] * 5, 3], "leaky_relu").initialize(init, rng=seed)
        found = departure(paths.scale(wi.trace(net, x)), "scale", fading=False, explained=())
        assert found
        assert found.severity > 1
        assert "weights' own factor" in found.evidence


def test_a_scale_that_keeps_the_signal_is_no_departure() -> None:
    """The identity is half of He's scale, keeps a ReLU's signal, and is not said to fade."""
    x = np.random.default_rng(0).standard_normal((64, 20))
    net = wi.mlp([20] * 20 + [5]).initialize(wi.identity)
    points = first_points(net, x)["scale"]
    assert points[-1].change == pytest.approx(19 * np.log(1 / 2))
    assert points[-1].change < points[-1].low
    assert not any(point.fades for point in points)


def test_severity_is_in_powers_of_ten() -> None:
    """A signal 1e-6 of what its bounds ask for has severity 6; nothing at all, infinity."""
    for own, severity in ((Bounds().low - math.log(1e6), 6.0), (-math.inf, math.inf)):
        point = Walk().go("dense0", own, 0.0, Bounds())
        found = departure([[point]], "signal", fading=True, explained=())
        assert found is not None
        assert found.layers == ["dense0"]
        assert found.severity == pytest.approx(severity)


def test_small_weights_slow_down_by_a_power_of_the_depth_less_two() -> None:
    """A factor c in L hidden linear layers costs c^(2 - L): in two of them, nothing."""
    x, c = np.random.default_rng(0).standard_normal((64, 50)), 0.1
    for hidden in (1, 2, 5):
        net = wi.mlp([50] * (hidden + 1) + [5], "linear").initialize(wi.orthogonal, rng=0)
        for i in range(hidden):
            net.parameters[f"dense{i}.weight"] *= c
        wanted = (2 - hidden) * np.log(c)
        assert paths.slowdown(wi.trace(net, x)) == pytest.approx(wanted, abs=1e-9)


def test_a_signal_of_biases_alone_does_not_hide_the_slowdown() -> None:
    """Weights of variance 1/(3n) in eight layers slow down by 6^3, with biases or without.

    By chance its log varies by half of that of the signal, whose std is sqrt(8 * 5/100): 4 of them.
    """
    x = np.random.default_rng(0).standard_normal((64, 100))
    net = wi.mlp([100] * 9 + [10]).initialize(wi.Uniform(low=-0.1, high=0.1), rng=0)
    without = paths.slowdown(wi.trace(net, x))
    for name, array in net.parameters.items():
        if name.endswith("bias"):
            array[:] = wi.Uniform(low=-0.1, high=0.1)(array.shape, rng=1)
    off = 2 * math.sqrt(8 * 5 / 100)
    for found in (without, paths.slowdown(wi.trace(net, x))):
        assert found == pytest.approx(3 * math.log(6), abs=off + 8 * 5 / 400)


@pytest.mark.parametrize("layers", [[5, 3], [5, 8, 3]])
def test_zero_weights_have_no_scale_to_grow_from(layers: list[int]) -> None:
    """Without a hidden layer, or with weights of zero, a path is followed without an error."""
    trace = wi.trace(wi.mlp(layers).initialize(wi.zeros), np.ones((4, 5)))
    assert paths.slowdown(trace) == 0
    assert [p.change for path in paths.scale(trace) for p in path] == [-math.inf] * (
        len(layers) - 2
    )


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_a_normalized_block_multiplies_a_gradient_by_less_than_its_bound(
    layers: int, seed: int
) -> None:
    """Each block of ReLU behind batch normalization hands back between 1 and 1 + chi^L / s."""
    parts = (Dense(128), BatchNorm(), ActivationLayer("relu"))
    blocks = [Residual([*parts] * layers) for _ in range(4)]
    net = wi.Network([Dense(128), *blocks, Dense(10)], (128,))
    x = np.random.default_rng(seed).standard_normal((200, 128))
    trace = wi.trace(net.initialize(wi.he_normal, rng=seed), x, np.arange(200) % 10)
    for row in trace.layers:
        if row.weight is None:
            branch = [r for r in trace.layers if r.block == row.name and r.weight is not None]
            measured = row.square("inputs_gradient") / row.square("activations_gradient")
            assert 1 < measured < math.exp(bounds.of_block(row, branch).gained)


@pytest.mark.parametrize("seed", range(5))
def test_a_branch_that_normalizes_may_raise_a_weak_signal(seed: int) -> None:
    """What such a block adds does not depend on its input: a tenth of the size is no fault.

    Before, one of five draws was reported. At a twentieth the gradient for what came before grows
    beyond its bounds, and the weight is named.
    """
    branch = [LayerNorm(), Dense(48), ActivationLayer("relu"), Dense(48)]
    net = Network([Dense(48), *[Residual(branch)] * 4, Dense(10)], (24,))
    half = wi.VarianceScaling(scale=0.5, mode="fan_in", distribution="normal")
    net.initialize({"residual*.dense1.weight": half, "*.weight": wi.he_normal}, rng=seed)
    rng = np.random.default_rng(0)
    batch = rng.standard_normal((100, 24)), rng.integers(0, 10, 100)
    net.parameters["dense0.weight"][...] *= 0.1
    assert wi.diagnose(net, *batch).healthy
    net.parameters["dense0.weight"][...] *= 0.5
    [found] = wi.diagnose(net, *batch).findings
    assert (found.problem, found.parameter) == ("exploding gradient", "dense0.weight")
