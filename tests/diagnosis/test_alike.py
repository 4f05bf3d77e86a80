"""What differs between samples, and between units, and when too little does.

False alarms by chance: the share that differs stays a factor of 100 above its bound in every
healthy network here; the mean of a weight is off zero by more than four standard errors in 6e-5
of all layers, and no layer has then nine tenths of its signal in common: below 1e-6 in all.
"""

import math
from collections.abc import Callable

import numpy as np
import pytest

import weightinit as wi
from tests.diagnosis.plants import mlp, patients, residual
from weightinit.diagnosis._paths.theory import critical_scale
from weightinit.diagnosis._symptoms.facts import Facts, Symptom
from weightinit.diagnosis._symptoms.samples_alike import LEAST, differing_share, samples_alike
from weightinit.diagnosis._symptoms.units_alike import units_alike
from weightinit.networks import ActivationLayer, Dense, LayerNorm, Network
from weightinit.tracing.measures import correlation, cosine

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((60, 64)), np.arange(60) % 10
SIZES = [64, 64, 64, 64, 10]
BITS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def look(
    detector: Callable[[Facts], Symptom | None], net: Network, x: np.ndarray = X
) -> Symptom | None:
    """Return what a detector sees in a network and a batch."""
    return detector(Facts(wi.trace(net, x)))


@pytest.mark.parametrize("detector", [samples_alike, units_alike])
def test_healthy_networks_are_silent(detector: Callable[[Facts], Symptom | None]) -> None:
    """Networks of all kinds, on inputs around zero and on positive ones, have neither problem."""
    made = [make() for make in patients(seed=0)]
    made += [residual("relu", 20, 64, seed=0), mlp("relu", 50, 64, seed=0)]
    for patient in made:
        for x in (patient.x, abs(patient.x)):  # of words both are the same
            assert look(detector, patient.net, x) is None, patient.label


def test_the_map_of_relu_stays_above_the_bound() -> None:
    """1 - c approaches 9 pi^2 / (2 l^2) from below, and meets the bound at 660 layers."""
    c, law = np.array([0.0, 0.5, 0.99]), 9 * np.pi**2 / (2 * np.arange(1.0, 661.0) ** 2)
    told = wi.meanfield.correlation_map("relu", c, weight_variance=2)
    assert np.allclose(told, _relu_map(c))  # so that 660 calls of the other need not be made
    missing = np.empty(660)
    for layer in range(660):
        c = _relu_map(c)
        missing[layer] = 1 - c[0]
    assert (missing < law).all()
    assert missing[-1] == pytest.approx(law[-1], rel=0.05)
    assert law[-1] == pytest.approx(LEAST, rel=0.05)


def _relu_map(c: np.ndarray) -> np.ndarray:
    """Return the correlation after a layer of ReLUs (Cho and Saul 2009)."""
    angle = np.arccos(c)
    return np.asarray((np.sin(angle) + (np.pi - angle) * np.cos(angle)) / np.pi)


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
def test_the_share_is_exact_at_every_scale(scale: float) -> None:
    """Half of the mean square of 1 and 3, 1/5, differs; copies differ by exactly nothing."""
    assert differing_share(scale * np.array([[1.0], [3.0]]), 2) == pytest.approx(0.2)
    assert differing_share(scale * np.full((7, 3), 0.1), 7) == 0
    assert np.isnan(differing_share(np.zeros((7, 3)), 7))
    positions = np.array([[0.0], [9.0], [0.0], [9.0]])  # two samples of two positions each
    assert differing_share(scale * positions, 2) == 0


ALIKE = {
    "tiny sigmoid": (wi.mlp([64, 30, 10], "sigmoid"), wi.Normal(std=1e-8), X, "dense0"),
    "xor": (wi.mlp([2, 5, 1], "sigmoid"), wi.Normal(std=0.01), BITS, "dense0"),
    **{
        f"{phi}, bias 1": (
            wi.mlp(SIZES, phi),
            {"*.bias": wi.ones, "*.weight": wi.Normal(std=0.01)},
            X,
            "dense1",
        )
        for phi in ("relu", "tanh", "softplus")
    },
    "constant inputs": (wi.mlp(SIZES), wi.he_normal, np.tile(X[:1], (60, 1)), "dense0"),
    "copies": (wi.mlp(SIZES), wi.he_normal, X[:1] * (1 + 1e-12 * X), "dense0"),
    "equal sentences": (wi.rnn(9, 32, 3), wi.orthogonal, np.tile([1, 4, 2], (9, 1)), "embedding0"),
    "equal images": (
        wi.cnn((8, 8, 1), [8, 8], 10),
        wi.he_normal,
        np.tile(X[:1].reshape(1, 8, 8, 1), (9, 1, 1, 1)),
        "conv0",
    ),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("case", ALIKE)
def test_a_constant_with_little_around_it_is_found(case: str, dtype: type) -> None:
    """A signal of a healthy size that hardly differs between samples has vanished."""
    net, start, x, layer = ALIKE[case]
    found = look(samples_alike, net.initialize(start, rng=0, dtype=dtype), x)
    assert found is not None
    assert (found.problem, found.layers[0]) == ("samples alike", layer)
    same = case in ("constant inputs", "equal sentences", "equal images")
    assert (found.severity == np.inf) >= same
    assert found.severity > 0.5


def test_layer_normalization_does_not_bring_differences_back() -> None:
    """Ten layers of sigmoid behind layer normalization make all samples alike; two do not."""
    layers = [Dense(64), LayerNorm(), ActivationLayer("sigmoid")]
    deep = Network([*layers * 10, Dense(10)], (64,)).initialize(wi.xavier_normal, rng=0)
    found = look(samples_alike, deep)
    assert found is not None
    assert found.layers[-1] == "dense9"
    assert found.severity == pytest.approx(4, abs=1)
    shallow = Network([*layers * 2, Dense(10)], (64,)).initialize(wi.xavier_normal, rng=0)
    assert look(samples_alike, shallow) is None


def test_one_sample_alone_is_not_judged() -> None:
    """Nothing can be said of differences within one sample."""
    net = wi.mlp(SIZES).initialize(wi.he_normal, rng=0)
    assert look(samples_alike, net, X[:1]) is None


@pytest.mark.parametrize("layer", [f"dense{i}" for i in range(4)])
def test_what_is_not_finite_is_left_out(layer: str) -> None:
    """A weight that is nan, in any layer, is no matter of these two."""
    net = wi.mlp(SIZES).initialize(wi.he_normal, rng=0)
    net.parameters[f"{layer}.weight"][0, 0] = np.nan
    assert look(samples_alike, net) is None
    assert look(units_alike, net) is None


@pytest.mark.parametrize("phi", ["relu", "tanh"])
def test_weights_of_one_sign_move_units_together(phi: str) -> None:
    """Entries from 0 to a: found at any a, in all hidden layers; in one alone, if behind ReLU."""
    for high in (0.01, 0.2, 1.0):
        net = wi.mlp(SIZES, phi).initialize(wi.Uniform(low=0.0, high=high), rng=0)
        found = look(units_alike, net)
        assert found is not None
        assert found.layers == ("dense0", "dense1", "dense2")
        assert found.severity > 2
    net.initialize({"dense1.weight": wi.Uniform(low=0.0, high=0.2), "*.weight": wi.he_normal})
    found = look(units_alike, net)
    assert (found and found.layers) == (("dense1",) if phi == "relu" else None)


def test_how_large_a_mean_makes_a_layer_follows_from_its_inputs() -> None:
    """The common share is n mu^2 m^2 + mu^2 v of that plus sigma^2 s, by the moments of the inputs.

    Behind a ReLU of normal values m^2 / s is 1/pi, and v what is left. Of the part of sigma, a mean
    over 400 units, the relative std is sqrt(2/400); 5 of them are allowed, and 5 of the common
    part, whose std follows from 4,000 samples and is below a hundredth.
    """
    x = np.maximum(np.random.default_rng(2).standard_normal((4000, 100)), 0)
    net = wi.mlp([100, 400, 3], "relu").initialize(wi.Normal(mean=0.05, std=0.1), rng=0)
    row = wi.trace(net, x).layers[0]
    mean, s = x.mean(), np.mean(x**2)
    large = 0.05**2 * (100 * mean**2 + s - mean**2)
    told = look(units_alike, net, x)
    assert told is not None
    share = float(told.evidence.split(" %")[0]) / 100
    ratio = share / (1 - share)
    assert ratio == pytest.approx(large / (0.1**2 * s), rel=5 * (np.sqrt(2 / 400) + 0.01))
    assert row.mean_square("pre_activations") > 5 * 100 * 0.1**2 * s


@pytest.mark.parametrize("case", ["normalized", "identity", "small mean", "tanh"])
def test_a_mean_that_makes_nothing_large_is_no_finding(case: str) -> None:
    """A normalization divides it out; an identity hands on; centered inputs have no common part."""
    net = wi.mlp(SIZES, "tanh" if case == "tanh" else "relu")
    if case == "normalized":
        hidden = [Dense(64), LayerNorm(), ActivationLayer("relu")]
        net = Network([*hidden * 3, Dense(10)], (64,))
    net.initialize(wi.xavier_normal if case == "tanh" else wi.he_normal, rng=0)
    weight = net.parameters["dense1.weight"]
    if case == "identity":
        weight[...] = np.eye(64)
        net.parameters["dense0.bias"][...] = 5.0  # inputs that hardly differ from unit to unit
    else:
        weight += weight.std() * (1 / 8 if case == "small mean" else 1)
    assert look(units_alike, net) is None


@pytest.mark.parametrize("heads", [2, 4, 64])
def test_copies_that_training_parts_are_found(heads: int) -> None:
    """Groups of equal units before random weights: their share is told, and the layer named."""
    net = wi.mlp(SIZES).initialize(wi.he_normal, rng=0)
    net.parameters["dense1.weight"][...] = np.tile(
        net.parameters["dense1.weight"][:, : 64 // heads], heads
    )
    found = look(units_alike, net)
    assert found is not None
    assert found.layers == ("dense1",)
    assert found.evidence.startswith(f"{64 - 64 // heads} of its 64 units compute what another")
    assert found.severity == (math.inf if heads == 64 else pytest.approx(math.log10(heads)))
    [finding] = wi.diagnose(net, X, Y).findings
    assert (finding.problem, finding.parameter) == ("units alike", "dense1.weight")
    assert "no finding is left" in finding.effect


def test_units_of_zero_weights_are_no_copies() -> None:
    """Columns of zeros, as of a sparse or an oblong identity start, are not the fault of copies."""
    net = wi.mlp(SIZES).initialize(wi.he_normal, rng=0)
    net.parameters["dense1.weight"][:, 8:] = 0.0
    assert look(units_alike, net) is None


def test_what_units_have_in_common_follows_from_mean_and_std() -> None:
    """On isotropic inputs the share is mu^2 / (mu^2 + sigma^2).

    Of the squared length of the common direction, a sum of 100 squares with a mean of 0.1 and a
    std of 0.1/sqrt(400) each, the relative std is 0.01; 5 of them are allowed.
    """
    x = np.random.default_rng(1).standard_normal((4000, 100))
    weights = wi.Normal(mean=0.1, std=0.1)
    net = wi.mlp([100, 400, 3], "linear").initialize(weights, rng=0)
    z = wi.trace(net, x).layers[0].pre_activations
    centered = z - z.mean(axis=0)
    share = np.mean(centered.mean(axis=1) ** 2) / np.mean(centered**2)
    assert share == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("phi", ["relu", "tanh", "sigmoid"])
def test_correlations_follow_the_map(phi: str) -> None:
    """In wide layers the measured correlation is that of theory, within what width leaves.

    A layer of 512 units moves it by about 1/sqrt(512); added as squares over 5 layers that is 0.1.
    The ten outputs are left out.
    """
    scale = critical_scale(wi.activations.get(phi))
    start = wi.VarianceScaling(scale=scale, mode="fan_in", distribution="normal")
    net = wi.mlp([64, *[512] * 5, 10], phi).initialize(start, rng=0)
    c, q = cosine(X), scale * np.mean(X**2)
    for row in wi.trace(net, X).layers[:-1]:
        assert correlation(row) == pytest.approx(c, abs=0.1)
        last = c
        c = wi.meanfield.correlation_map(phi, c, weight_variance=scale, q=q)
        q = wi.meanfield.length_map(phi, q, weight_variance=scale)
    assert (last > 0.5) == (phi != "tanh")
