"""What a network refuses: inputs, labels and architectures that do not fit."""

import numpy as np
import pytest

import weightinit as wi
from tests.networks.batches import LABELS, started
from weightinit.networks import ActivationLayer, Dense, Embedding, Flatten


@pytest.mark.parametrize(
    "kind, x, error, told",
    [
        ("mlp", np.ones((6, 4)), ValueError, r"shape \(n, 3\), got \(6, 4\)"),
        ("mlp", np.ones(3), ValueError, r"got \(3,\); one sample is a batch of one"),
        ("mlp", np.ones((0, 3)), ValueError, r"at least one sample, got shape \(0, 3\)"),
        ("mlp", [[1.0, np.nan, 2.0]], ValueError, "x must be finite"),
        ("mlp", [[1.0, 2.0, 3.0j]], TypeError, "real numbers, got dtype complex128"),
        ("mlp", [["a", "b", "c"]], TypeError, "real numbers"),
        ("cnn", np.ones((6, 4, 4)), ValueError, r"\(n, 4, 4, 2\).*x\[\.\.\., np\.newaxis\]"),
        ("rnn", [[1, 2, 7]], ValueError, "tokens must be from 0 to 6, got 7"),
        ("rnn", [[1, -2]], ValueError, "tokens must be from 0 to 6, got -2"),
        ("rnn", [[1.0, 2.0]], TypeError, "tokens, which are integers .*float64"),
        ("rnn", [1, 2], ValueError, r"shape \(n, any\), got \(2,\); one sample"),
        ("rnn", np.zeros((3, 0), int), ValueError, "at least one sample"),
    ],
)
def test_inputs_that_do_not_fit_are_told(
    kind: str, x: object, error: type[Exception], told: str
) -> None:
    """A batch of another shape, empty, not finite or out of range raises, with a way out."""
    net, _ = started(kind)
    for use in (net.forward, net.predict, lambda batch: net.loss_and_gradients(batch, LABELS)):
        with pytest.raises(error, match=told):
            use(x)


def test_float32_cannot_hold_every_input() -> None:
    """An input that overflows the dtype of the weights is told, not turned into infinity."""
    net = wi.mlp([1, 1]).initialize(wi.ones, dtype=np.float32)
    with pytest.raises(ValueError, match="x must be finite in float32"):
        net.forward([[1e39]])


def test_labels_are_never_broadcast() -> None:
    """Labels of shape (n, 1) against outputs of shape (n, 1) raise; so do those of shape (1,)."""
    net = wi.mlp([2, 1]).initialize(wi.zeros)
    with pytest.raises(TypeError, match=r"labels of shape \(3,\)"):
        net.loss_and_gradients(np.zeros((3, 2)), [[0], [1], [0]])
    with pytest.raises(ValueError, match=r"labels of shape \(3,\)"):
        net.loss_and_gradients(np.zeros((3, 2)), [0])


def test_labels_need_vectors() -> None:
    """Predicting from outputs that are images raises, and says what is missing."""
    net = wi.Network([ActivationLayer("relu")], (2, 2, 3))
    with pytest.raises(ValueError, match=r"got \(1, 2, 2, 3\); end the network with Flatten"):
        net.predict(np.ones((1, 2, 2, 3)))


@pytest.mark.parametrize(
    "layers, shape, error, told",
    [
        ([], (2,), ValueError, r"layers must hold 1 or more"),
        ([Dense], (2,), TypeError, r"layers\[0\] must be a layer, such as Dense\(10\)"),
        (Dense(2), (2,), TypeError, "a sequence of layers"),
        (
            [Dense(2), Embedding(3, 2)],
            (2, 2),
            ValueError,
            r"layers\[1\], Embedding.* takes tokens.*put it first",
        ),
        ([Embedding(3, 2)], (2, 2), ValueError, r"takes tokens of shape \(T,\), got \(2, 2\)"),
        ([Flatten()], (None, 2), ValueError, "fixed shape"),
        ([Dense(2)], (0,), ValueError, r"input_shape\[0\] must be an integer >= 1"),
    ],
    ids=["none", "class", "one", "images", "late", "sequence", "empty"],
)
def test_an_architecture_that_does_not_fit_is_told(
    layers: object, shape: tuple[int | None, ...], error: type[Exception], told: str
) -> None:
    """Layers that do not fit each other or the input raise when the network is built."""
    with pytest.raises(error, match=told):
        wi.Network(layers, shape)
