"""The cause of what shows is found by trial: the parameter at fault, and nothing besides."""

import fnmatch
from collections.abc import Callable

import numpy as np
import pytest
from sklearn.datasets import load_digits

import weightinit as wi
from tests.diagnosis.plants import mlp
from weightinit.diagnosis._suspects import suspects
from weightinit.diagnosis.remedies import patterns
from weightinit.networks import ActivationLayer, Dense, LayerNorm, Network, Residual

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((100, 24)), RNG.integers(0, 10, 100)
TOKENS = RNG.integers(1, 30, (60, 12))


def normed() -> Network:
    """Return six layers with a norm before each activation."""
    layers = [
        layer for _ in range(6) for layer in (Dense(48), LayerNorm(), ActivationLayer("relu"))
    ]
    return Network([*layers, Dense(10)], (24,)).initialize(wi.he_normal, rng=0)


def blocks(*, norm: bool = False, relu_at_end: bool = False) -> Network:
    """Return six residual blocks whose last weights are zero, or small before a ReLU."""
    branch = [Dense(48), ActivationLayer("relu"), Dense(48)]
    branch = [LayerNorm(), *branch] if norm else branch
    branch = [*branch, ActivationLayer("relu")] if relu_at_end else branch
    net = Network([Dense(48), *[Residual(branch)] * 6, Dense(10)], (24,))
    small = wi.VarianceScaling(scale=0.3, mode="fan_in", distribution="normal")
    last = small if relu_at_end else wi.zeros
    return net.initialize({"residual*.dense1.weight": last, "*.weight": wi.he_normal}, rng=0)


def recurrent() -> Network:
    """Return a network that reads twelve words."""
    starts = {"embedding*.weight": wi.Normal(std=0.2), "rnn0.weight": wi.orthogonal}
    return wi.rnn(30, 32, 10).initialize({**starts, "*.weight": wi.lecun_normal}, rng=0)


def plain(activation: str = "relu") -> Network:
    """Return six layers."""
    return mlp(activation, 6, 48, seed=0).net


Spoil = Callable[[dict[str, np.ndarray]], None]


def times(factor: float, pattern: str) -> Spoil:
    """Return a change that multiplies what a pattern names."""

    def spoil(parameters: dict[str, np.ndarray]) -> None:
        for name in fnmatch.filter(parameters, pattern):
            parameters[name][...] *= factor

    return spoil


def drawn(initializer: wi.Initializer, pattern: str) -> Spoil:
    """Return a change that draws anew what a pattern names."""

    def spoil(parameters: dict[str, np.ndarray]) -> None:
        for i, name in enumerate(fnmatch.filter(parameters, pattern)):
            parameters[name][...] = initializer(parameters[name].shape, rng=i)

    return spoil


KINDS = {
    "one weight": (plain, times(100, "dense3.weight"), "dense3.weight"),
    "all weights": (plain, times(3, "dense[0-5].weight"), "dense[0-5].weight"),
    "mean": (plain, drawn(wi.Uniform(low=0, high=0.3), "dense[0-5].weight"), "dense[0-5].weight"),
    "mean, tanh": (
        lambda: plain("tanh"),
        drawn(wi.Uniform(low=0, high=0.2), "dense[0-5].weight"),
        "dense[0-5].weight",
    ),
    "bias": (lambda: plain("tanh"), drawn(wi.Normal(std=10.0), "dense2.bias"), "dense2.bias"),
    "bias that kills some": (
        plain,
        drawn(wi.Normal(mean=-9.0, std=9.0), "dense2.bias"),
        "dense2.bias",
    ),
    "output bias": (plain, drawn(wi.Normal(std=60.0), "dense6.bias"), "dense6.bias"),
    "gains": (normed, drawn(wi.Normal(std=0.02), "norm*.gain"), "norm*.gain"),
    "one gain": (normed, times(0, "norm2.gain"), "norm2.gain"),
    "weights behind norms": (normed, times(0.03, "dense[0-5].weight"), "dense[0-5].weight"),
    "gain in a branch": (
        lambda: blocks(norm=True),
        drawn(wi.Normal(std=0.02), "residual*.norm0.gain"),
        "residual*.norm*.gain",
    ),
    "last weights": (
        blocks,
        drawn(wi.Normal(std=1.0), "residual*.dense1.weight"),
        "residual*.dense1.weight",
    ),
    "locked branches": (
        lambda: blocks(relu_at_end=True),
        times(0, "residual*.dense1.weight"),
        "residual*.dense1.weight",
    ),
    "embedding": (recurrent, times(1e3, "embedding0.weight"), "embedding0.weight"),
    "recurrent weight": (recurrent, times(1e-3, "rnn0.weight"), "rnn0.weight"),
}


def batch(net: Network) -> np.ndarray:
    """Return inputs for a network: words for a recurrent one."""
    return TOKENS if net.input_shape == (None,) else X


@pytest.mark.parametrize("kind", KINDS)
def test_the_parameter_at_fault_is_named_alone(kind: str) -> None:
    """One cause is one finding that names what was spoiled, and a copy mended so is healthy."""
    make, spoil, parameter = KINDS[kind]
    net = make()
    x, y = batch(net), Y[: len(batch(net))]
    assert wi.diagnose(net, x, y).healthy
    spoil(net.parameters)
    before = {name: array.copy() for name, array in net.parameters.items()}
    diagnosis = wi.diagnose(net, x, y)
    assert [finding.parameter for finding in diagnosis.findings] == [parameter]
    assert wi.diagnose(diagnosis.mended(net), x, y).healthy
    assert "no finding is left" in diagnosis.findings[0].effect
    for name, array in net.parameters.items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize("scale, shift", [(1e4, 0.0), (1.0, 300.0)])
def test_inputs_are_at_fault(scale: float, shift: float) -> None:
    """Inputs far from mean 0 and std 1 are named, not the weights; `prepared` standardizes them."""
    net, x = plain(), scale * X + shift
    diagnosis = wi.diagnose(net, x, Y)
    assert {finding.parameter for finding in diagnosis.findings} == {"inputs"}
    assert "x = (x - x.mean(axis=0)) / x.std(axis=0)" in diagnosis.findings[0].remedy
    prepared = diagnosis.prepared(x)
    np.testing.assert_allclose(prepared, (X - X.mean(axis=0)) / X.std(axis=0), atol=1e-9)
    assert wi.diagnose(diagnosis.mended(net), prepared, Y).healthy
    assert wi.diagnose(net, X, Y).prepared(X) is X


def test_every_remedy_is_needed() -> None:
    """Of two faults each has its finding; mended alone neither makes the network healthy."""
    net = plain()
    times(100, "dense1.weight")(net.parameters)
    drawn(wi.Normal(std=60.0), "dense6.bias")(net.parameters)
    diagnosis = wi.diagnose(net, X, Y)
    assert {f.parameter for f in diagnosis.findings} == {"dense1.weight", "dense6.bias"}
    for finding in diagnosis.findings:
        alone = net.copy()
        mended = diagnosis.mended(net).parameters
        for name in finding.start:
            alone.parameters[name][...] = mended[name]
        assert not wi.diagnose(alone, X, Y).healthy
        assert "no finding is left" not in finding.effect


def test_a_remedy_is_proved_by_training() -> None:
    """The mended copy of a network that stays at chance learns the digits."""
    images, labels = load_digits(return_X_y=True)
    images = (images - images.mean()) / images.std()
    net = wi.mlp([64, *[64] * 6, 10], "tanh").initialize(wi.Uniform(low=0, high=0.2), rng=0)
    diagnosis = wi.diagnose(net, images[:100], labels[:100])
    right = []
    for trained in (net, diagnosis.mended(net)):
        wi.train(trained, images, labels, epochs=5, batch_size=32, learning_rate=0.1, rng=0)
        right.append(np.mean(trained.predict(images) == labels))
    assert right[0] < 0.5
    assert right[1] > 0.9


def test_mended_takes_the_network_that_was_diagnosed() -> None:
    """Another network is refused, by name and shape of what is missing."""
    net = plain()
    times(100, "dense1.weight")(net.parameters)
    other = wi.mlp([24, 10]).initialize(wi.he_normal, rng=0)
    with pytest.raises(ValueError, match=r"net must be the network that was diagnosed"):
        wi.diagnose(net, X, Y).mended(other)
    with pytest.raises(TypeError, match="net must be"):
        wi.diagnose(net, X, Y).mended(X)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "chosen, expected",
    [
        (range(12), ["dense*.weight"]),
        (range(11), ["dense[0-9].weight", "dense10.weight"]),
        (range(2, 5), ["dense[2-4].weight"]),
        ([1, 7], ["dense1.weight", "dense7.weight"]),
    ],
)
def test_patterns_name_no_other(chosen: range, expected: list[str]) -> None:
    """Few patterns stand for many names, and none of them fits a name that was not meant."""
    names = [f"dense{i}.weight" for i in range(12)]
    start = {names[i]: wi.he_normal for i in chosen}
    found = patterns(start, names)
    assert list(found) == expected
    assert {n for p in found for n in fnmatch.filter(names, p)} == set(start)


def test_the_one_that_differs_from_its_like_is_asked_first() -> None:
    """Where all weights are small, as libraries start them, a single large one is suspicious.

    It departs less from what is recommended than all the others do.
    """
    net = blocks(norm=True).initialize(wi.Normal(std=0.02), rng=0)
    net.parameters["residual1.dense0.weight"][...] *= 16
    first, *others = suspects(wi.trace(net, X, Y))
    assert list(first.start) == ["residual1.dense0.weight"]
    assert first.departure < min(s.departure for s in others if s.how == "scale-")


def test_the_evidence_of_one_cause_comes_from_the_copy_with_the_others_mended():
    """Of two faults, the loss that the second shows is that of the network without the first."""
    net = wi.mlp([24, 128, 128, 10]).initialize(wi.he_normal, rng=0)
    net.parameters["dense1.weight"][...] *= 100
    net.parameters["dense2.weight"][...] *= 15
    diagnosis = wi.diagnose(net, X, Y)
    assert [f.problem for f in diagnosis.findings] == ["exploding signal", "first loss too high"]
    copy = diagnosis.mended(net)
    copy.parameters["dense2.weight"][...] = net.parameters["dense2.weight"]
    others_mended = copy.loss_and_gradients(X, Y)[0]
    assert f"The loss is {others_mended:.3g}," in diagnosis.findings[1].evidence
    assert others_mended < net.loss_and_gradients(X, Y)[0] / 10
