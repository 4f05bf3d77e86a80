"""The training loop."""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weightinit._checks import (
    RandomSource,
    check_callable,
    check_choice,
    check_flag,
    check_integer,
    check_nonnegative,
    check_rng,
)
from weightinit._extras import import_extra
from weightinit._messages import shown
from weightinit.networks._backpropagation import backpropagate_rows
from weightinit.networks._foreign import check_network
from weightinit.networks._losses import Loss, labels_of, mean_squared_error
from weightinit.networks._positions import IGNORED
from weightinit.networks._statistics import averaged, track
from weightinit.networks.layers._rows import whole
from weightinit.networks.layers.base import Array, Gradients
from weightinit.networks.network import Network
from weightinit.training._interrupts import interrupts_are_raised
from weightinit.training._memory import keep_freed_memory
from weightinit.training.adam import Adam, AdamW
from weightinit.training.history import History
from weightinit.training.optimizers import Optimizer, Sgd

__all__ = ["Monitor", "train"]

#: Called as monitor(step, net, loss, gradients) after each step.
Monitor = Callable[[int, Network, float, Gradients], object]


def train(
    net: Network,
    x: ArrayLike,
    y: ArrayLike,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    momentum: float = 0.0,
    optimizer: str = "sgd",
    weight_decay: float | None = None,
    rate_factors: Mapping[str, float] | None = None,
    rng: RandomSource = None,
    progress: bool = False,
    monitor: Monitor | None = None,
) -> History:
    """
    Train a network in place, and return its losses and accuracies.

    Parameters
    ----------
    net : Network
        The network, with weights; they are changed.
    x : array_like, shape (n, ...)
        The samples.
    y : array_like, shape (n,), (n, d) or (n, T)
        Integer labels or float targets, as for ``net.loss_and_gradients``, whose loss is the mean
        over a batch: the learning rate does not depend on the size of it.
    epochs : int
        How often to go through all samples, at least 1.
    batch_size : int
        Samples a step, at least 1; the last batch of an epoch may be smaller. With ``len(x)`` or
        more, each step takes all samples.
    learning_rate : float
        The step size, above 0.
    momentum : float, default 0.0
        From 0 to below 1, for "sgd" alone.
    optimizer : {"sgd", "adam", "adamw"}, default "sgd"
        How gradients become steps: by the formula of :class:`~weightinit.training.Sgd`,
        :class:`~weightinit.training.Adam` or :class:`~weightinit.training.AdamW`.
    weight_decay : float, optional
        At least 0, for "adamw" alone; left out, it is 0.01 there. Each step multiplies a
        parameter by 1 less the product of its learning rate and the decay.
    rate_factors : mapping of str to float, optional
        By what the learning rate is multiplied for some parameters, by pattern:
        ``{"dense0.*": 0.1}``. The first pattern that fits counts; a factor of 0 holds a parameter
        where it is.
    rng : int or Generator, optional
        Whatever :func:`numpy.random.default_rng` takes; it shuffles the samples of each epoch.
    progress : bool, default False
        Show a bar, with tqdm.
    monitor : callable, optional
        Called as ``monitor(step, net, loss, gradients)`` after each step, with its number from 1,
        the network after it, and the loss and gradients that led to it.

    Returns
    -------
    History
        Losses and accuracies, one an epoch; with ``interrupted`` set if the keyboard ended the
        training. See the notes for what holds then.

    Raises
    ------
    RuntimeError
        The network has no weights yet.
    TypeError, ValueError
        A parameter is not among the values above, or the data do not fit the network.
    FloatingPointError
        The loss or a weight is no longer finite; the message says in which epoch and layer.
    ImportError
        `progress` is asked for and tqdm is not installed.

    Notes
    -----
    **Interrupts.** An interrupt from the keyboard ends the training and returns the history of the
    epochs that were finished. (Before the first step or after the last it is raised, and within
    :func:`compare` always, so that no network is judged that is trained by half.) Whatever ends the
    training, an interrupt, an exception from `monitor`, one sent from another thread:

    - the network is as after some whole step, no layer ahead of others;
    - `rng` has shuffled once for each epoch that was finished, and perhaps once more;
    - `monitor` was called for each step, but perhaps for the last; a record of :class:`Monitor` is
      there whole or not at all.

    What the optimizer remembers, momentum for example, is not kept for a further training. The
    running statistics of batch normalization are, in ``net.statistics``.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> x, y = wi.datasets.xor(200, rng=0)
    >>> net = wi.mlp([2, 8, 1], "tanh").initialize(wi.xavier_normal, rng=0)
    >>> history = wi.train(net, x, y, epochs=100, batch_size=20, learning_rate=0.5, rng=0)
    >>> len(history.losses), bool(np.mean(net.predict(x) == y) > 0.95)
    (100, True)
    """
    check_network(net)
    keep_freed_memory()
    settings = {"momentum": momentum}
    if weight_decay is not None:
        settings["weight_decay"] = weight_decay
    steps = _optimizer(optimizer, settings, net, learning_rate, rate_factors)
    samples = net.check_inputs(x)
    loss, targets = net._choose_loss(samples, y)
    size = check_integer("batch_size", batch_size, at_least=1)
    if monitor is not None:
        hint = "write a function, or leave it out"
        check_callable("monitor", monitor, "monitor(step, net, loss, gradients)", hint=hint)
    generator = check_rng(rng)
    rounds = _rounds(check_integer("epochs", epochs, at_least=1), check_flag("progress", progress))
    run = _Run(net, (samples, targets), loss, steps, monitor)
    finished, interrupted = _until_interrupted(run, rounds, size, generator, bar=progress)
    with_accuracies = loss is not mean_squared_error
    return History(
        [mean_loss for mean_loss, _ in finished],
        [accuracy for _, accuracy in finished if with_accuracies],
        interrupted,
    )


#: The optimizers, and the setting that belongs to each.
_OPTIMIZERS: dict[str, tuple[type[Optimizer], str]] = {
    "adam": (Adam, ""),
    "adamw": (AdamW, "weight_decay"),
    "sgd": (Sgd, "momentum"),
}


def _optimizer(
    name: str,
    settings: Mapping[str, float],
    net: Network,
    learning_rate: float,
    rate_factors: Mapping[str, float] | None,
) -> Optimizer:
    kind, own = _OPTIMIZERS[check_choice("optimizer", name, tuple(_OPTIMIZERS))]
    for setting, value in settings.items():
        if setting != own and check_nonnegative(setting, value):
            [owner] = (other for other, (_, its) in _OPTIMIZERS.items() if its == setting)
            raise ValueError(
                f"{setting} belongs to optimizer={owner!r}, got {shown(value)} with {name!r}; "
                "leave it out"
            )
    given: dict[str, Any] = {own: settings[own]} if own in settings else {}
    return kind(net.parameters, learning_rate, rate_factors=rate_factors, **given)


def _rounds(epochs: int, progress: bool) -> Any:
    """Return the numbers of the epochs, in a progress bar if asked."""
    if not progress:
        return range(epochs)
    without = ", or leave progress out"
    tqdm = import_extra("tqdm", use="progress=True", otherwise=without)
    return tqdm.tqdm(range(epochs), desc="training", unit="epoch")


def _until_interrupted(
    run: "_Run", rounds: Any, size: int, rng: np.random.Generator, *, bar: bool
) -> tuple[list[tuple[float, float]], bool]:
    """Return loss and accuracy of each finished epoch, and whether an interrupt came."""
    finished: list[tuple[float, float]] = []  # of pairs: one append takes both numbers or none
    try:
        for epoch in rounds:
            finished.append(run.epoch(epoch, size, rng))
            if bar:
                rounds.set_postfix(loss=f"{finished[-1][0]:.3g}")
    except KeyboardInterrupt:
        if interrupts_are_raised():
            raise
        return finished, True
    return finished, False


class _Run:
    """One training run: its settings, and the number of steps so far."""

    def __init__(
        self,
        net: Network,
        data: tuple[Array, Array],
        loss: Loss,
        optimizer: Optimizer,
        monitor: Monitor | None,
    ) -> None:
        self.net, (self.x, self.y), self.loss = net, data, loss
        self.optimizer, self.monitor = optimizer, monitor
        self.step = 0
        self.found: dict[str, Array] = {}
        self.chain = track(net.chain, self.found)

    def epoch(self, number: int, size: int, rng: np.random.Generator) -> tuple[float, float]:
        """Go through the samples once; return their mean loss and the accuracy."""
        total = hits = count = 0.0
        for x, y in self._batches(size, rng):
            self.step += 1
            with np.errstate(all="ignore"):  # told below, with the layer
                value, outputs, gradients = backpropagate_rows(
                    self.chain, self.net.parameters, self.loss, x, y
                )
                if not math.isfinite(value):
                    self._give_up(number, x)
                self.optimizer._apply(gradients, averaged(self.net.statistics, self.found))
            if self.monitor is not None:
                self.monitor(self.step, self.net, value, whole(gradients))
                self.optimizer.check()  # a monitor may put other arrays there
            size_of_mean = len(y) if y.dtype.kind == "f" else np.count_nonzero(y != IGNORED)
            total += value * size_of_mean
            count += size_of_mean
            if self.loss is not mean_squared_error:
                hits += np.count_nonzero(labels_of(outputs) == y)
        if not all(np.isfinite(theta).all() for theta in self.net.parameters.values()):
            self._give_up(number, x)
        return total / count, hits / count

    def _batches(self, size: int, rng: np.random.Generator) -> Iterator[tuple[Array, Array]]:
        """Yield the samples in random order, in minibatches."""
        n = len(self.x)
        if size >= n:  # the order of a whole makes no difference
            yield self.x, self.y
            return
        order = rng.permutation(n)
        for start in range(0, n, size):
            chosen = order[start : start + size]
            yield self.x[chosen], self.y[chosen]

    def _give_up(self, number: int, x: Array) -> None:
        """Raise, naming the first layer with a weight or a value that is not finite."""
        with np.errstate(all="ignore"):
            where = next(self._not_finite(x))
        raise FloatingPointError(
            f"training stopped in epoch {number + 1}, step {self.step}: {where}; try a smaller "
            f"learning_rate than {self.optimizer.learning_rate:g}, or start from smaller weights"
        )

    def _not_finite(self, x: Array) -> Iterator[str]:
        for name, step in self.net.record(x).items():
            for key, theta in step.parameters.items():
                if not np.isfinite(theta).all():
                    yield f"{name}.{key} of layer {name} is the first weight that is not finite"
            if not np.isfinite(step.y).all():
                yield f"the output of layer {name} is the first that is not finite"
        largest = np.abs(step.y).max()
        yield f"the output of layer {name} is finite, up to {largest:.3g}, its loss is not"
