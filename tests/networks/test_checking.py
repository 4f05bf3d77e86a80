"""The check of gradients finds mistakes, and only those."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import weightinit as wi
from tests.networks.numeric import TOLERANCE, Array
from weightinit.networks import ActivationLayer, Dense, Flatten, Layer
from weightinit.networks._losses import softmax_cross_entropy


@dataclass(frozen=True)
class Mistaken(Dense):
    """A dense layer whose gradient is wrong by a factor, in one entry."""

    factor: float = 1.001

    def _backward(self, parameters: Any, cache: Any, dy: Any) -> Any:
        dx, gradients = super()._backward(parameters, cache, dy)
        gradients["weight"][1, 0] *= self.factor
        return dx, gradients


def mistaken_net(factor: float) -> tuple[wi.Network, Array]:
    """Return a network with a mistake in dense1.weight[1, 0], and a batch for it."""
    net = wi.Network([Dense(3), ActivationLayer("tanh"), Mistaken(2, factor=factor)], (4,))
    return net.initialize(wi.xavier_normal, rng=0), np.random.default_rng(0).normal(size=(5, 4))


def test_a_mistake_is_found_in_its_place() -> None:
    """One entry that is wrong by a thousandth is found, and both numbers are shown."""
    net, x = mistaken_net(1.001)
    check = wi.check_gradients(net, x, [0, 1, 0, 1, 1])
    assert (check.parameter, check.index) == ("dense1.weight", (1, 0))
    assert check.relative_error == pytest.approx(0.001, rel=0.01)
    assert check.analytic == pytest.approx(1.001 * check.numeric, rel=1e-6)
    assert f"analytic  {check.analytic!r}" in str(check)
    assert f"numeric   {check.numeric!r}" in str(check)
    assert check.entries == 4 * 3 + 3 + 3 * 2 + 2
    assert check.unresolved == ()


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6, 1e10, 1e100])
@pytest.mark.parametrize("factor", [1.0, 1.001, 2.0, 0.0, -1.0])
def test_no_loss_hides_a_mistake(factor: float, size: float) -> None:
    """A gradient that is wrong by a factor f is off by |f - 1| / max(f, 1), at any loss."""
    net, x = mistaken_net(factor)
    targets = size * np.random.default_rng(1).uniform(1, 2, (5, 2))
    check = wi.check_gradients(net, x, targets)
    wanted = abs(factor - 1) / max(factor, 1)
    assert check.relative_error == pytest.approx(wanted, abs=TOLERANCE)
    assert check.unresolved == ()


@pytest.mark.parametrize("factor", [np.nan, np.inf, -np.inf])
def test_a_gradient_that_is_no_number_is_the_worst(factor: float) -> None:
    """NaN and infinity are found in their place and fail whatever bound is set."""
    net, x = mistaken_net(factor)
    check = wi.check_gradients(net, x, [0, 1, 0, 1, 1])
    assert (check.parameter, check.index) == ("dense1.weight", (1, 0))
    assert check.relative_error == np.inf
    assert not np.isfinite(check.analytic)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e308])
def test_a_loss_that_is_no_number_has_no_differences(value: float) -> None:
    """A network that computes NaN is an error, without a warning from NumPy on the way."""
    net = wi.mlp([2, 4, 1], "tanh").initialize(wi.xavier_normal, rng=0)
    net.parameters["dense1.weight"][:] = value
    with pytest.raises(ValueError, match=r"loss must be finite .* got (nan|inf); look for NaN"):
        wi.check_gradients(net, np.ones((3, 2)), [[0.0]] * 3)


def test_a_wrong_gradient_of_the_loss_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loss is differenced as well: half its gradient makes all gradients half as large."""

    def halved(z: Array, y: Array) -> tuple[float, Array]:
        loss, dz = softmax_cross_entropy(z, y)
        return loss, dz / 2

    monkeypatch.setattr(wi.Network, "_choose_loss", lambda *given: (halved, np.asarray(given[-1])))
    net, x = mistaken_net(1.0)
    check = wi.check_gradients(net, x, [0, 1, 0, 1, 1])
    assert check.relative_error == pytest.approx(0.5, abs=TOLERANCE)


@pytest.mark.parametrize("factor", [1.0, 2.0])
def test_what_rounding_hides_is_listed(factor: float) -> None:
    """A gradient of 1e-14 cannot be told, right or wrong; it is listed, and the others count."""
    layers = [Mistaken(3, factor=factor), ActivationLayer("tanh"), Dense(2)]
    net = wi.Network(layers, (4,)).initialize(wi.xavier_normal, rng=0)
    net.parameters["dense1.weight"][0] = 1e-14
    check = wi.check_gradients(net, np.random.default_rng(0).normal(size=(5, 4)), [0, 1, 0, 1, 1])
    inputs = [("dense0.weight", (i, 0)) for i in range(4)]
    assert check.unresolved == (*inputs, ("dense0.bias", (0,)))
    assert check.relative_error <= TOLERANCE
    assert "not judged: 5 entries" in str(check)
    assert "such as dense0.weight[0, 0]" in str(check)


@dataclass(frozen=True)
class Faint(Layer):
    """A layer whose only weight moves its output by 1e-14."""

    kind = "faint"

    def _parameter_shapes(self, _: Any) -> dict[str, tuple[int, ...]]:
        return {"weight": (1,)}

    def _output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def _forward(self, parameters: Any, x: Any, _: Any) -> tuple[Any, Any]:
        return x + 1e-14 * np.sin(parameters["weight"]), None

    def _backward(self, parameters: Any, _: Any, dy: Any) -> Any:
        return dy, {"weight": np.array([1e-14 * dy.sum() * np.cos(parameters["weight"][0])])}


def test_where_rounding_hides_everything_the_check_fails() -> None:
    """If no entry can be told, the worst of them is shown, and no bound is met."""
    net = wi.Network([Faint()], (2,)).initialize(wi.ones)
    check = wi.check_gradients(net, [[1.0, 2.0]], [[3.0, 5.0]])
    assert check.unresolved == (("faint0.weight", (0,)),)
    assert check.relative_error > TOLERANCE


def test_a_pre_activation_at_the_kink_is_listed() -> None:
    """Where a ReLU is met at exactly 0 the slope is any from 0 to 1: that cannot be told."""
    net = wi.mlp([1, 1, 1]).initialize(wi.ones)
    net.parameters["dense0.bias"][:] = -1.0
    check = wi.check_gradients(net, [[1.0]], [[5.0]])
    assert check.unresolved == (("dense0.weight", (0, 0)), ("dense0.bias", (0,)))
    assert check.relative_error <= TOLERANCE


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "hardtanh"])
def test_small_pre_activations_are_no_mistake(activation: str) -> None:
    """Where signals are so small that every step crosses kinks, no false alarm is raised."""
    net = wi.mlp([6, 6, 6, 6, 6, 3], activation).initialize(wi.Normal(std=0.01), rng=0)
    x = np.random.default_rng(0).normal(size=(20, 6))
    check = wi.check_gradients(net, x, np.arange(20) % 3)
    assert check.relative_error <= TOLERANCE


@pytest.mark.parametrize("net", ["x", None, wi.mlp, wi.mlp([2, 1]).chain])
def test_what_is_no_network_is_told(net: object) -> None:
    """Anything but a network is an error that says how to build one."""
    with pytest.raises(TypeError, match=r"net must be a Network, got .*; build one with wi\.mlp"):
        wi.check_gradients(net, [[1.0, 2.0]], [0])


def test_a_kink_within_the_step_is_no_mistake() -> None:
    """A pre-activation a millionth from the kink of a ReLU does not raise a false alarm."""
    net = wi.mlp([1, 1, 1]).initialize(wi.ones)
    net.parameters["dense0.bias"][:] = -1.0
    x = [[1 + 1e-6]]
    assert wi.check_gradients(net, x, [[5.0]]).relative_error <= TOLERANCE


def test_weights_of_zero_are_no_mistake() -> None:
    """Where all gradients but that of the output bias vanish, nothing is divided by zero."""
    net = wi.mlp([2, 4, 1], "tanh").initialize(wi.zeros)
    assert wi.check_gradients(net, np.ones((3, 2)), [0, 1, 1]).relative_error <= TOLERANCE


def test_weights_are_left_as_they_are() -> None:
    """The check computes in float64 on copies, whatever the dtype of the network."""
    net = wi.mlp([2, 4, 3], "tanh").initialize(wi.xavier_normal, rng=0, dtype=np.float32)
    before = {name: array.copy() for name, array in net.parameters.items()}
    check = wi.check_gradients(net, np.ones((3, 2)), [0, 1, 2])
    np.testing.assert_equal(net.parameters, before)
    assert check.relative_error <= TOLERANCE


def test_entries_limit_the_work() -> None:
    """At most so many entries of each parameter are compared; the same seed chooses the same."""
    net = wi.mlp([20, 30, 3], "tanh").initialize(wi.xavier_normal, rng=0)
    x = np.random.default_rng(0).normal(size=(4, 20))
    check = wi.check_gradients(net, x, [0, 1, 2, 0], entries=5, rng=0)
    assert check.entries == 5 + 5 + 5 + 3  # the last bias has only 3
    assert check == wi.check_gradients(net, x, [0, 1, 2, 0], entries=5, rng=0)
    with pytest.raises(ValueError, match="entries must be an integer >= 1"):
        wi.check_gradients(net, x, [0, 1, 2, 0], entries=0)


def test_nothing_to_check_is_told() -> None:
    """A network without parameters has no gradients to compare."""
    net = wi.Network([Flatten()], (2,))
    with pytest.raises(ValueError, match=r"net must have parameters.*add a layer"):
        wi.check_gradients(net, [[1.0, 2.0]], [0])
