"""Small weights in a residual branch: what they slow down, and what is reported of them."""

import math

import numpy as np
import pytest

import weightinit as wi
from tests.diagnosis.plants import shown
from weightinit.diagnosis import Diagnosis
from weightinit.diagnosis._paths import theory
from weightinit.networks import ActivationLayer, Dense, Network, Residual

WIDTH = 48


def with_branch(layers: int, factor: float, activation: str = "linear") -> Network:
    """Return a network with one branch, whose orthogonal weights are multiplied by a factor."""
    branch = [Dense(WIDTH), ActivationLayer(activation)] * layers
    net = Network([Dense(WIDTH), Residual(branch), Dense(5)], (WIDTH,))
    net.initialize(wi.orthogonal, rng=0)
    for name in inside(net):
        net.parameters[name] *= factor
    return net


def inside(net: Network) -> list[str]:
    """Return the names of the weights in branches."""
    return [n for n in net.parameters if n.startswith("residual") and n.endswith("weight")]


def growth(net: Network) -> float:
    """Return how fast gradient descent changes the fastest weight of the branch, over its size."""
    x = np.random.default_rng(0).standard_normal((40, WIDTH))
    dW = wi.trace(net, x).gradients  # of the same pull at the outputs, whatever these are
    sizes = ((np.linalg.norm(dW[n]), np.linalg.norm(net.parameters[n])) for n in inside(net))
    return max(float(moved / size) for moved, size in sizes)


def diagnosed(net: Network) -> Diagnosis:
    """Judge a network on a batch of noise."""
    rng = np.random.default_rng(1)
    return wi.diagnose(net, rng.standard_normal((40, WIDTH)), rng.integers(0, 5, 40))


@pytest.mark.parametrize("factor", [0.5, 0.1, 0.05])
@pytest.mark.parametrize("layers", [1, 2, 3, 4])
def test_a_branch_is_slowed_down_by_a_power_of_its_layers_less_two(
    layers: int, factor: float
) -> None:
    """A factor c in L layers slows the fastest of them down by c^(2 - L): of two, not at all."""
    measured = growth(with_branch(layers, 1.0)) / growth(with_branch(layers, factor))
    own = 2 * math.log(factor)
    predicted = math.exp(theory.slowed(layers * own, [own] * layers))
    assert predicted == pytest.approx(factor ** (2 - layers))
    assert measured == pytest.approx(predicted, rel=1e-9)


@pytest.mark.parametrize("layers, factor, slow", [(2, 0.05, 1), (3, 0.12, 8), (4, 0.08, 156)])
def test_a_gradient_that_fades_in_a_branch_counts_where_learning_is_slow(
    layers: int, factor: float, slow: int
) -> None:
    """Small weights are reported from a slowdown of 100 on, and not below."""
    assert factor ** (2 - layers) == pytest.approx(slow, rel=0.05)
    found = {problem for problem, _ in shown(diagnosed(with_branch(layers, factor)))}
    assert ("vanishing gradient" in found) == (slow > 100)


def test_small_weights_do_not_excuse_an_activation_that_is_flat() -> None:
    """Where tanh saturates by its biases the gradient fades for another reason, and is reported."""
    net = with_branch(2, 0.1, "tanh")
    assert diagnosed(net).healthy
    bias = net.parameters["residual0.dense0.bias"]
    bias[:] = np.where(np.arange(WIDTH) % 2, 6.0, -6.0)
    assert "vanishing gradient" in {problem for problem, _ in shown(diagnosed(net))}


@pytest.mark.parametrize("std", [0.0, 1e-6, 1e-3])
def test_a_branch_may_end_with_small_weights_as_with_zeros(std: float) -> None:
    """A last weight of zeros is good practice, and one of nearly zero trains as well."""
    net = with_branch(2, 1.0, "tanh")
    last = net.parameters["residual0.dense1.weight"]
    last[:] = std * np.random.default_rng(0).standard_normal(last.shape)
    assert diagnosed(net).healthy
