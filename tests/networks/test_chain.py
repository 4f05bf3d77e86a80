"""The chain rule, a layer at a time."""

import numpy as np
import pytest

from tests.networks.numeric import draw_parameters
from weightinit.networks import ActivationLayer, Chain, Dense


def test_steps_are_the_passes() -> None:
    """Going a layer at a time, forward and back, is going all the way."""
    rng = np.random.default_rng(0)
    chain = Chain([Dense(4), ActivationLayer("tanh"), Dense(2)])
    parameters, x = draw_parameters(chain, (3,), rng), rng.normal(size=(5, 3))
    steps = list(chain.steps(parameters, x))
    y, caches = chain.forward(parameters, x)
    np.testing.assert_array_equal(steps[-1].y, y)
    np.testing.assert_array_equal(np.tanh(steps[0].y), steps[1].y)
    back = list(chain.steps_back(parameters, caches, np.ones_like(y)))
    dx, gradients = chain.backward(parameters, caches, np.ones_like(y))
    assert [step.name for step in steps] == ["dense0", "tanh0", "dense1"]
    assert [name for name, _, _ in back] == ["dense1", "tanh0", "dense0"]
    np.testing.assert_array_equal(back[-1][1], dx)
    np.testing.assert_array_equal(back[0][2]["weight"], gradients["dense1.weight"])
    np.testing.assert_equal(chain.gradients(parameters, caches, np.ones_like(y)), gradients)


def test_a_chain_in_a_chain_is_told() -> None:
    """Chains do not nest: names of parameters stay as short as the architecture allows."""
    with pytest.raises(TypeError, match=r"layers\[1\] must be a layer.*chain in line"):
        Chain([Dense(2), Chain([Dense(2)])])
