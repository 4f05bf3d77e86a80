"""Transformers, and losses of the positions of sequences."""

from typing import Any

import numpy as np
import pytest

import weightinit as wi
from tests.networks.numeric import TOLERANCE
from weightinit.networks import Dense, Embedding
from weightinit.networks._losses import choose_loss, softmax_cross_entropy

KINDS: list[dict[str, Any]] = [
    {},
    {"norm": "post"},
    {"norm": "peri", "residual_scale": 0.5},
    {"feedforward": "glu", "activation": "silu"},
    {"tied": True},
    {"packed": False, "causal": False, "residual_scale": None},
]


def started(**options: Any) -> wi.Network:
    """Return a small transformer with weights."""
    net = wi.transformer(7, width=4, depth=2, heads=2, length=5, **options)
    return net.initialize(wi.Normal(std=0.5), rng=0)


def tokens(rng: np.random.Generator) -> Any:
    """Draw sequences, the second with padding behind, and the next tokens."""
    x = rng.integers(1, 7, (3, 6))
    x[1, 4:] = 0
    return x[:, :-1], x[:, 1:]


@pytest.mark.parametrize("options", KINDS, ids=str)
def test_gradients_are_exact(options: dict[str, Any]) -> None:
    """Every gradient equals a difference of the loss, in every kind of block."""
    x, y = tokens(np.random.default_rng(1))
    check = wi.check_gradients(started(**options), x, y, entries=12, rng=2)
    assert check.relative_error <= TOLERANCE, check


@pytest.mark.parametrize("options", KINDS, ids=str)
def test_causal_outputs_do_not_depend_on_later_tokens(options: dict[str, Any]) -> None:
    """With causal attention output t is the same to the bit whatever follows; else it is not."""
    net, (x, _) = started(**options), tokens(np.random.default_rng(3))
    x = np.where(x == 0, 1, x)
    other = x.copy()
    other[:, 3:] = 7 - other[:, 3:]
    same = np.array_equal(net.forward(x)[:, :3], net.forward(other)[:, :3])
    assert same == options.get("causal", True)


def test_padding_behind_changes_nothing() -> None:
    """Outputs at words are the same to the bit, whether attention is causal or not."""
    for causal in (True, False):
        net = started(causal=causal)
        x = np.array([[3, 1, 4, 0, 0]])
        parameters = net.parameters["embedding0.weight"]
        before = net.forward(x)[:, :3]
        parameters[0] = 9.0  # the row of the padding
        np.testing.assert_array_equal(net.forward(x)[:, :3], before)


@pytest.mark.parametrize(
    "options, count",
    [
        ({}, 12 * 4**2 + 13 * 4),
        ({"packed": False}, 12 * 4**2 + 13 * 4),
        ({"feedforward": "glu", "hidden": 10}, (4 + 3 * 2.5) * 4**2 + 9 * 4 + 20),
        ({"norm": "peri"}, 12 * 4**2 + 17 * 4),
    ],
    ids=str,
)
def test_a_block_has_as_many_parameters_as_on_paper(options: dict[str, Any], count: int) -> None:
    """12 w^2 + 13 w for a usual block: 4 + 8 weights of w^2, 9 w biases, 4 w of two norms."""
    sizes = {
        depth: sum(
            int(np.prod(shape))
            for shape in wi.transformer(
                7, width=4, depth=depth, heads=2, length=5, **options
            ).parameter_shapes.values()
        )
        for depth in (1, 2)
    }
    assert sizes[2] - sizes[1] == count


def test_labels_of_positions_are_a_mean_over_those_that_count() -> None:
    """The loss is that of the positions in a row, without padding and labels of -1."""
    net, (x, y) = started(), tokens(np.random.default_rng(4))
    y = y.copy()
    y[0, 1] = -1
    counts = (x != 0) & (y >= 0)
    loss, gradients = net.loss_and_gradients(x, y)
    assert loss == softmax_cross_entropy(net.forward(x)[counts], y[counts])[0]
    y[~counts] = 5  # padding does not count, whatever its label
    y[0, 1] = -1
    np.testing.assert_equal(net.loss_and_gradients(x, y), (loss, gradients))


def test_one_logit_at_each_position_is_a_sigmoid() -> None:
    """With one output a position has a label 0 or 1, and the loss at 0 is ln 2."""
    net = wi.Network([Embedding(5, 3), Dense(1)], (None,)).initialize(wi.zeros)
    assert net.loss_and_gradients([[1, 2], [3, 0]], [[0, 1], [1, -1]])[0] == np.log(2)
    assert net.predict([[1, 2]]).tolist() == [[0, 0]]


def test_heads_that_do_not_divide_the_width_are_told() -> None:
    """The message is about the arguments, not about the layers that they make."""
    with pytest.raises(ValueError, match="heads must divide width, got heads=3 for width=8"):
        wi.transformer(9, width=8, depth=1, heads=3, length=6)


@pytest.mark.parametrize(
    "y, error, told",
    [
        ([0, 1], ValueError, r"shape \(2, 3\), one for each position, got int64 of shape \(2,\)"),
        ([[0.0, 1, 1]] * 2, TypeError, r"got float64 of shape \(2, 3\); give a label"),
        ([[0, 1, 4]] * 2, ValueError, "labels must be from 0 to 3 for 4 output.*got 4 in y"),
        ([[0, 1, -2]] * 2, ValueError, "got -2 in y"),
        ([[-1] * 3] * 2, ValueError, "y must hold a label that counts"),
    ],
)
def test_labels_of_positions_that_do_not_fit_are_told(
    y: Any, error: type[Exception], told: str
) -> None:
    """A label for each position, an integer; nothing is broadcast."""
    with pytest.raises(error, match=told):
        choose_loss(y, 2, (3, 4))


def test_training_counts_positions() -> None:
    """Loss and accuracy of an epoch are means over the positions that count."""
    net, (x, y) = started(), tokens(np.random.default_rng(5))
    counts = x != 0
    expected, _ = net.loss_and_gradients(x, y)
    hits = (net.predict(x) == y)[counts].mean()
    history = wi.train(net.copy(), x, y, epochs=1, batch_size=3, learning_rate=1e-9)
    assert history.losses == [pytest.approx(expected)]
    assert history.accuracies == [pytest.approx(hits)]
    apart = wi.train(net, x, y, epochs=1, batch_size=1, learning_rate=1e-9, rng=0)
    assert apart.losses == [pytest.approx(expected, rel=1e-6)]


@pytest.mark.gallery
@pytest.mark.parametrize("seed", range(3))
def test_a_transformer_of_two_blocks_learns_a_text(seed: int) -> None:
    """In 4 epochs it is below 0.65 nats a character on text it has not seen.

    Counting characters leaves 2.8, counting pairs 1.6; the entropy of the source is 0.30, which
    nothing beats but by knowing the text.
    """
    data = wi.datasets.text(40_000, rng=seed)
    x, y = data.windows(32)
    net = wi.transformer(len(data.alphabet), width=48, depth=2, heads=4, length=32)
    net.initialize(wi.Normal(std=0.1), rng=seed, dtype=np.float32)
    options = {"batch_size": 16, "optimizer": "adam", "learning_rate": 3e-3, "rng": seed}
    wi.train(net, x[:1100], y[:1100], epochs=4, **options)
    loss, _ = net.loss_and_gradients(x[1100:], y[1100:])
    assert data.entropy < loss < 0.65
    assert of_counts(y, 1) > 2.7
    assert of_counts(y, 2) > 1.5


def of_counts(y: Any, order: int) -> float:
    """Return the entropy of a character given the `order - 1` before it, from their counts."""
    rows = np.stack([y[:, order - 1 - back : y.shape[1] - back].ravel() for back in range(order)])

    def entropy(groups: Any) -> float:
        shares = np.unique(groups, axis=1, return_counts=True)[1] / groups.shape[1]
        return float(-(shares @ np.log(shares)))

    return entropy(rows) - (entropy(rows[1:]) if order > 1 else 0.0)
