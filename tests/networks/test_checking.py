"""The check of gradients finds mistakes, and only those."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import weightinit as wi
from tests.networks.numeric import TOLERANCE
from weightinit.networks import ActivationLayer, Dense, Flatten


@dataclass(frozen=True)
class Mistaken(Dense):
    """A dense layer whose gradient is wrong by one part in a thousand, in one entry."""

    def _backward(self, parameters: Any, cache: Any, dy: Any) -> Any:
        dx, gradients = super()._backward(parameters, cache, dy)
        gradients["weight"][1, 0] *= 1.001
        return dx, gradients


def test_a_mistake_is_found_in_its_place() -> None:
    """One entry that is wrong by a thousandth is found, and both numbers are shown."""
    rng = np.random.default_rng(0)
    net = wi.Network([Dense(3), ActivationLayer("tanh"), Mistaken(2)], (4,))
    net.initialize(wi.xavier_normal, rng=0)
    check = wi.check_gradients(net, rng.normal(size=(5, 4)), [0, 1, 0, 1, 1])
    assert (check.parameter, check.index) == ("dense1.weight", (1, 0))
    assert check.relative_error == pytest.approx(0.001, rel=0.01)
    assert check.analytic == pytest.approx(1.001 * check.numeric, rel=1e-6)
    assert f"analytic  {check.analytic!r}" in str(check)
    assert f"numeric   {check.numeric!r}" in str(check)
    assert check.entries == 4 * 3 + 3 + 3 * 2 + 2


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
    with pytest.raises(ValueError, match=r"nothing to check.*add a layer"):
        wi.check_gradients(net, [[1.0, 2.0]], [0])
