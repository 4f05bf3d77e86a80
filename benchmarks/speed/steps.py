"""How long a training step takes, over the same step in PyTorch.

A step is what training repeats: take a batch, forward, cross-entropy, backward, plain SGD, and note
the loss. Both sides run whole epochs over the same batches from the same weights, in float32 and on
one thread.
"""

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

import weightinit as wi
from benchmarks.speed.timing import compare
from benchmarks.speed.twins import Loop, Recurrent, cnn, copy_weights, mlp

__all__ = ["CASES", "Pair", "rows"]

_LEARNING_RATE = 1e-3
_WORDS, _HIDDEN, _LENGTH = 10_000, 128, 20


class Pair:
    """A network and its twin in PyTorch, with samples for them, which both train on."""

    def __init__(
        self, net: wi.Network, model: nn.Module, n: int, classes: int, batch_size: int
    ) -> None:
        rng = np.random.default_rng(0)
        self.net = net.initialize(wi.he_normal, rng=rng, dtype=np.float32)
        self.model, self.batch_size = model, batch_size
        copy_weights(self.net, model)
        if net.input_shape == (None,):
            self.x: Any = rng.integers(1, _WORDS, (n, _LENGTH))
        else:
            self.x = rng.standard_normal((n, *net.input_shape), np.float32)
        self.y = rng.integers(0, classes, n)
        own = torch.from_numpy(self.x)
        if own.ndim == 4:  # by default PyTorch keeps images with the channels first
            own = own.permute(0, 3, 1, 2).clone(memory_format=torch.contiguous_format)
        self._tensors = own, torch.from_numpy(self.y)
        trained = [theta for theta in model.parameters() if theta.requires_grad]
        self._sgd = torch.optim.SGD(trained, lr=_LEARNING_RATE)

    def ours(self) -> float:
        """Train an epoch with this package, and return its loss."""
        settings = {"batch_size": self.batch_size, "learning_rate": _LEARNING_RATE, "rng": 0}
        return wi.train(self.net, self.x, self.y, epochs=1, **settings).losses[0]

    def theirs(self) -> float:
        """Train an epoch with PyTorch on the same batches, and return its loss."""
        x, y = self._tensors
        order = torch.from_numpy(np.random.default_rng(0).permutation(len(x)))
        total = 0.0
        for chosen in order.split(self.batch_size):
            self._sgd.zero_grad()
            loss = nn.functional.cross_entropy(self.model(x[chosen]), y[chosen])
            loss.backward()
            self._sgd.step()
            total += loss.item() * len(chosen)
        return total / len(x)


def _images(side: int, c_in: int) -> Pair:
    net = wi.cnn((side, side, c_in), [16, 32], 10)
    return Pair(net, cnn(side, c_in, [16, 32], 10), n=512, classes=10, batch_size=64)


def _dense() -> Pair:
    sizes = [256] * 31 + [10]
    return Pair(wi.mlp(sizes), mlp(sizes), n=1024, classes=10, batch_size=128)


def _words(model: type[nn.Module], n: int, batch_size: int) -> Pair:
    sizes = _WORDS, _HIDDEN, 2
    return Pair(wi.rnn(*sizes), model(*sizes), n=n, classes=2, batch_size=batch_size)


#: What is measured: how to make it, and the ratio to reach.
CASES: dict[str, tuple[Callable[[], Pair], float]] = {
    "CNN 8x8x1": (partial(_images, 8, 1), 0.65),
    "CNN 32x32x3": (partial(_images, 32, 3), 1.0),
    "tanh RNN": (partial(_words, Recurrent, n=512, batch_size=64), 0.65),
    "tanh RNN, over a loop": (partial(_words, Loop, n=512, batch_size=64), 0.65),
    "MLP 30 x 256": (_dense, 0.95),
    # One of the 100 epochs, of one of the four starts: the others do the same again.
    "slide 12": (partial(_words, Recurrent, n=800, batch_size=50), 0.8),
}


def rows() -> Iterator[dict[str, Any]]:
    """Yield a row for each case: the seconds of an epoch on both sides."""
    if not os.environ.get("OPENBLAS_NUM_THREADS") == os.environ.get("OMP_NUM_THREADS") == "1":
        told = "set OPENBLAS_NUM_THREADS=1 and OMP_NUM_THREADS=1 before Python starts"
        raise RuntimeError(f"steps are measured on one thread; {told}")
    torch.set_num_threads(1)
    for name, (make, target) in CASES.items():
        pair = make()
        yield compare(name, pair.ours, pair.theirs, target=target)
