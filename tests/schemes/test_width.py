"""Looks-linear, the spectral condition and muP: the laws that they are made for."""

import numpy as np
import pytest

import weightinit as wi
from weightinit.networks import (
    ActivationLayer,
    Conv2D,
    Dense,
    Flatten,
    LayerNorm,
    MaxPool2D,
    Network,
    Residual,
)
from weightinit.training import Adam, Sgd

EPS = np.finfo(np.float64).eps


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "gelu", "silu", "softplus"])
def test_a_network_that_looks_linear_is_linear_and_keeps_lengths(activation: str) -> None:
    """f(a x + b y) = a f(x) + b f(y), and |f(x)| = |x|, through 40 layers, to rounding."""
    net = wi.looks_linear(wi.mlp([8, *[32] * 40, 16], activation), rng=0).model
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((2, 10, 8))
    both = net.forward(2 * x - 3 * y)
    within = 40 * 32 * 10 * EPS  # layers, terms of a sum, and the size of what cancels
    np.testing.assert_allclose(both, 2 * net.forward(x) - 3 * net.forward(y), atol=10 * within)
    lengths = np.linalg.norm(net.forward(x), axis=1) / np.linalg.norm(x, axis=1)
    np.testing.assert_allclose(lengths, 1, rtol=10 * within)


@pytest.mark.parametrize(
    "sizes, forwards, back",
    [((8, 16, 32, 64, 32), True, False), ((32, 64, 32, 16, 8), False, True)],
)
def test_looking_linear_keeps_what_layers_do_not_project(
    sizes: tuple[int, ...], forwards: bool, back: bool
) -> None:
    """Widening layers keep lengths of signals, narrowing ones those of gradients, to rounding."""
    net = wi.looks_linear(wi.mlp(sizes), rng=0).model
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((10, sizes[0])), rng.standard_normal((10, sizes[-1]))
    steps = [step for name, step in net.record(x, y).items() if "dense" in name]
    signal = [np.linalg.norm(step.y) for step in steps[:-1]]  # the last layer has no mirrored half
    gradient = [np.linalg.norm(step.dy) for step in steps]
    assert (np.ptp(signal) < 1e-9 * signal[0]) == forwards
    assert (np.ptp(gradient) < 1e-9 * gradient[0]) == back


def test_convolutions_look_linear_too() -> None:
    """Mirrored channels add up again after a convolution, and after pixels were flattened."""
    layers = [Conv2D(6), ActivationLayer("relu"), Conv2D(4), ActivationLayer("relu")]
    net = Network([*layers, Flatten(), Dense(10), ActivationLayer("relu"), Dense(3)], (5, 5, 2))
    wi.looks_linear(net, rng=0)
    x, y = np.random.default_rng(1).standard_normal((2, 4, 5, 5, 2))
    np.testing.assert_allclose(
        net.forward(x - 2 * y), net.forward(x) - 2 * net.forward(y), atol=1e-12
    )


RELU = ActivationLayer("relu")


@pytest.mark.parametrize(
    "net, told",
    [
        (wi.mlp([2, 5, 3]), "even number of units .* got 5 in dense0; give it 6"),
        (wi.mlp([2, 4, 3], "tanh"), "proportional to z .* got tanh after dense0"),
        (Network([Dense(4), LayerNorm(), RELU, Dense(2)], (3,)), "got more around dense0"),
        (Network([Residual([Dense(4)]), Dense(2)], (4,)), "chain of dense and convolutional"),
        (Network([Conv2D(4), RELU, MaxPool2D(2), Flatten(), Dense(2)], (4, 4, 1)), "max pooling"),
    ],
)
def test_what_cannot_look_linear_is_refused(net: Network, told: str) -> None:
    """The message names the layer and what is allowed."""
    with pytest.raises(ValueError, match=told):
        wi.looks_linear(net)


@pytest.mark.parametrize("shape", [(16, 64, 4), (64, 64, 64), (7, 3, 90)])
def test_the_spectral_norm_is_the_root_of_outputs_over_inputs(shape: tuple[int, ...]) -> None:
    """The largest singular value of each weight is gain sqrt(out / in), to rounding."""
    net = wi.spectral(wi.mlp(shape), rng=0).model
    for place, gain in ((0, np.sqrt(2)), (1, 1.0)):
        weight = net.parameters[f"dense{place}.weight"]
        norm = np.linalg.norm(weight, 2) / np.sqrt(weight.shape[1] / weight.shape[0])
        assert norm == pytest.approx(gain, rel=100 * EPS * max(shape))


def test_a_spectral_kernel_counts_its_pixels() -> None:
    """A kernel is a matrix of all inputs of a unit; the rows of an embedding stay as they are."""
    conv = Network([Conv2D(4), ActivationLayer("tanh"), Flatten(), Dense(2)], (5, 5, 3))
    kernel = wi.spectral(conv, rng=0).model.parameters["conv0.weight"].reshape(27, 4)
    assert np.linalg.norm(kernel, 2) == pytest.approx(wi.gain("tanh") * np.sqrt(4 / 27), rel=1e-12)
    table = {row.name: row.initializer for row in wi.spectral(wi.rnn(9, 8, 2), rng=0).table}
    assert table["embedding0.weight"] != table["dense0.weight"] == "spectral norm x 1"


def wider(width: int, depth: int = 1) -> Network:
    """Return a network with an input, hidden blocks, and an output."""
    block = Residual([Dense(width), ActivationLayer("relu"), Dense(width)])
    return Network([Dense(width), *[block] * depth, Dense(3)], (8,))


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_mu_factors_are_those_of_table_3(optimizer: str) -> None:
    """Input, hidden and output weights, biases and scalars have their powers of the width."""
    done = wi.mu_parametrization(wider(64), base=wider(16), optimizer=optimizer, rng=0)
    rates = {"adam": (1, 1 / 4, 1 / 4, 1), "sgd": (4, 1, 1 / 4, 4)}[optimizer]
    names = ("dense0.weight", "residual0.dense0.weight", "dense1.weight", "dense0.bias")
    assert tuple(done.rate_factors[name] for name in names) == rates
    assert done.rate_factors["residual0.scale"] == 1
    table = {row.name: row.initializer for row in done.table}
    told = [table[name] for name in names[:3]]
    assert told == ["lecun_normal", "he_normal", "lecun_normal x 0.5"]
    assert "rate" in str(done).splitlines()[2]


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize("power", [0.5, 1.0])
def test_a_factor_in_the_last_weight_trains_as_one_on_the_branch(
    optimizer: str, power: float
) -> None:
    """Folding L^-p into a branch's end, with its rates, gives the outputs of a multiplier L^-p."""
    depth, rate = 4, {"adam": 1e-3, "sgd": 0.1}[optimizer]
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((16, 8)), rng.integers(0, 3, 16)
    net = wider(16, depth)
    done = wi.mu_parametrization(
        net, base=net, optimizer=optimizer, depth_power=power, rng=np.random.default_rng(1)
    )
    outside = wider(16, depth)
    wi.scaled_residual(outside, power=0, rng=np.random.default_rng(1))  # the same draws
    inside = {"adam": power - 1, "sgd": 2 * power - 1}[optimizer]
    factors = {
        name: depth**inside if "dense" in name.partition(".")[2] else 1.0
        for name in outside.parameters
    }
    for place in range(depth):
        outside.parameters[f"residual{place}.scale"][...] = depth**-power
    kind = {"adam": Adam, "sgd": Sgd}[optimizer]
    for model, rates in ((net, done.rate_factors), (outside, factors)):
        moving = {n: w for n, w in model.parameters.items() if not n.endswith("scale")}
        steps = {name: kind({name: w}, rate * rates[name]) for name, w in moving.items()}
        for _ in range(3):
            _, gradients = model.loss_and_gradients(x, y)
            for name, one in steps.items():
                one.update({name: gradients[name]})
    np.testing.assert_allclose(net.forward(x), outside.forward(x), rtol=1e-5, atol=1e-7)


def test_a_base_of_another_kind_is_refused() -> None:
    """The message names what one of them has and the other has not."""
    with pytest.raises(ValueError, match=r"by the same names, got other ones: dense2\.weight"):
        wi.mu_parametrization(wi.mlp([2, 4, 4, 3]), base=wi.mlp([2, 4, 3]))
    with pytest.raises(
        ValueError, match=r"residual blocks for wi\.mu_parametrization\(depth_power"
    ):
        wi.mu_parametrization(wi.mlp([2, 3]), base=wi.mlp([2, 3]), depth_power=1)
    with pytest.raises(ValueError, match="optimizer must be one of 'adam', 'sgd'"):
        wi.mu_parametrization(wi.mlp([2, 3]), base=wi.mlp([2, 3]), optimizer="lion")
    with pytest.raises(ValueError, match=r"must not tie its logits .* output layer of its own"):
        wi.mu_parametrization(tied_to(16), base=tied_to(8))


def tied_to(width: int) -> Network:
    """Return a small transformer whose embedding makes the logits."""
    return wi.transformer(9, width=width, depth=1, heads=2, length=4, tied=True)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_the_first_layer_of_mu_keeps_its_std(activation: str) -> None:
    """From the input, std does not fall with the width, also where the usual rule has both fans."""
    sizes = [
        wi.mu_parametrization(
            wi.mlp([8, n, n, 3], activation), base=wi.mlp([8, 16, 16, 3], activation), rng=0
        ).model.parameters["dense0.weight"]
        for n in (64, 1024)
    ]
    # A mean square of N normal or uniform numbers is off by at most sqrt(2 / N) of itself, once in
    # 3.5e6 by five times as much: by 31 %. The usual rule with both fans would make it 14 times.
    within = 5 * np.sqrt(2 / sizes[0].size)
    assert np.mean(sizes[0] ** 2) == pytest.approx(np.mean(sizes[1] ** 2), rel=within)
