"""The chain rule."""

import numpy as np
import pytest

from tests.networks.numeric import assert_exact_backward, draw_parameters
from weightinit.networks import ActivationLayer, Chain, Dense


def chain() -> Chain:
    """Return a chain of two layers with an activation between."""
    return Chain([Dense(4), ActivationLayer("tanh"), Dense(2)])


def test_backward_is_exact() -> None:
    """Gradients of a chain equal differences, those of its input and of all its layers."""
    rng = np.random.default_rng(0)
    assert_exact_backward(chain(), rng.normal(size=(5, 3)), rng)


def test_gradients_come_in_the_order_of_the_parameters() -> None:
    """Gradients have the names of the parameters, in their order."""
    rng = np.random.default_rng(0)
    parameters, x = draw_parameters(chain(), (3,), rng), rng.normal(size=(5, 3))
    y, cache = chain().forward(parameters, x)
    assert list(chain().gradients(parameters, cache, y)) == list(parameters)


def test_the_output_alone_is_that_of_the_forward_pass() -> None:
    """Without caches the output is the same to the last bit."""
    rng = np.random.default_rng(0)
    parameters, x = draw_parameters(chain(), (3,), rng), rng.normal(size=(5, 3))
    y, _ = chain().forward(parameters, x)
    np.testing.assert_array_equal(chain()._outputs(parameters, x), y)


def test_a_chain_in_a_chain_is_told() -> None:
    """Chains do not nest: names of parameters stay as short as the architecture allows."""
    with pytest.raises(TypeError, match=r"layers\[1\] must be a layer.*chain in line"):
        Chain([Dense(2), Chain([Dense(2)])])
