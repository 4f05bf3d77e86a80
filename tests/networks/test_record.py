"""A record holds what the passes made, in every layer, and changes nothing about them."""

import itertools

import numpy as np
import pytest

import weightinit as wi
from tests.networks.batches import BATCHES, LABELS, started
from tests.networks.numeric import Array
from weightinit.networks import ActivationLayer, Dense, Embedding, Network, Residual

KINDS = pytest.mark.parametrize("kind", [*BATCHES, "residual"])


def network(kind: str) -> tuple[Network, Array]:
    """Return a network of a kind with weights, and a batch for it."""
    if kind != "residual":
        return started(kind)
    inner = Residual([Dense(5), ActivationLayer("tanh")])
    block = Residual([Dense(5), ActivationLayer("tanh"), inner])
    starts = {"*scale": wi.Constant(value=0.5), "*.weight": wi.xavier_normal}
    net = Network([Dense(5), block, block, Dense(4)], (3,)).initialize(starts, rng=0)
    return net, np.random.default_rng(0).normal(size=(6, 3))


@KINDS
def test_a_record_is_the_pass(kind: str) -> None:
    """Outputs are those of `forward`, gradients those of `loss_and_gradients`, to the last bit."""
    net, x = network(kind)
    steps, (_, gradients) = net.record(x, LABELS), net.loss_and_gradients(x, LABELS)
    np.testing.assert_array_equal(steps[list(net.layers)[-1]].y, net.forward(x))
    for name, layer in net.layers.items():
        step = steps[name]
        assert (step.name, step.layer) == (name, layer)
        for key, gradient in step.gradients.items():
            np.testing.assert_array_equal(gradient, gradients[f"{name}.{key}"])
            assert step.parameters[key] is net.parameters[f"{name}.{key}"]
    assert sum(len(steps[name].gradients) for name in net.layers) == len(gradients)


@KINDS
def test_a_layer_is_given_what_the_one_before_made(kind: str) -> None:
    """The output of a layer is the input of the next, and so are their gradients, going back."""
    net, x = network(kind)
    steps = net.record(x, LABELS)
    row = [steps[name] for name in net.layers]
    np.testing.assert_array_equal(row[0].x, x)
    for before, behind in itertools.pairwise(row):
        assert before.y is behind.x
        assert before.dy is behind.dx
    for step in steps.values():
        assert step.dy.shape == step.y.shape
        if not isinstance(step.layer, Embedding):
            assert step.dx.shape == step.x.shape


def test_a_branch_stands_before_its_block() -> None:
    """Layers inside a block have its name in front, and scale * f is what the block adds."""
    net, x = network("residual")
    steps = net.record(x, LABELS)
    assert list(steps)[1:6] == [
        "residual0.dense0",
        "residual0.tanh0",
        "residual0.residual0.dense0",
        "residual0.residual0.tanh0",
        "residual0.residual0",
    ]
    block, last = steps["residual1"], steps["residual1.residual0"]
    np.testing.assert_array_equal(block.y, block.x + 0.5 * last.y)
    np.testing.assert_array_equal(last.dy, 0.5 * block.dy)
    first = steps["residual1.dense0"]
    np.testing.assert_array_equal(block.dx, block.dy + first.dx)
    np.testing.assert_array_equal(first.gradients["bias"], block.gradients["dense0.bias"])


@KINDS
def test_without_labels_nothing_goes_back(kind: str) -> None:
    """Without labels the record has the outputs of all layers, and no gradients."""
    net, x = network(kind)
    forwards, both = net.record(x), net.record(x, LABELS)
    assert forwards.keys() == both.keys()
    for name, step in forwards.items():
        np.testing.assert_array_equal(step.y, both[name].y)
        assert step.dy is step.dx is None
        assert step.gradients == {}


def test_padding_is_in_the_record() -> None:
    """Behind the lookup the mask says which words count; behind the last state there is none."""
    net = wi.rnn(7, 5, 4).initialize(wi.xavier_normal, rng=0)
    steps = net.record([[3, 1, 0], [2, 5, 4]])
    np.testing.assert_array_equal(steps["rnn0"].mask, [[True, True, False], [True, True, True]])
    assert steps["embedding0"].mask is steps["dense0"].mask is None
