"""The losses and accuracies of a training run."""

import contextlib
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

from weightinit._checks import check_flag, check_items
from weightinit._messages import message

__all__ = ["History"]


@dataclass
class History:
    """
    The loss and the accuracy of a training run, one number per epoch.

    Both are means over the samples of the epoch, each taken when its batch was met and before the
    weights were changed for it. The accuracy of the trained network is
    ``np.mean(net.predict(x) == y)``.

    Parameters
    ----------
    losses : list of float
        The mean loss of each epoch that was finished.
    accuracies : list of float
        The share of labels that were right; empty for float targets, which have none.
    interrupted : bool
        Whether the keyboard ended the training.

    Raises
    ------
    TypeError
        A curve is not a sequence of real numbers (they may be infinite or NaN), or `interrupted`
        is neither True nor False.

    Examples
    --------
    >>> import weightinit as wi
    >>> x, y = wi.datasets.ring(100, rng=0)
    >>> net = wi.mlp([2, 8, 1]).initialize(wi.he_normal, rng=0)
    >>> history = wi.train(net, x, y, epochs=50, batch_size=10, learning_rate=0.3, rng=0)
    >>> len(history.losses), history.losses[-1] < history.losses[0]
    (50, True)
    """

    losses: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)
    interrupted: bool = False

    def __post_init__(self) -> None:
        """Check the fields, and convert the numbers to plain floats."""
        self.losses = _curve("losses", self.losses)
        self.accuracies = _curve("accuracies", self.accuracies)
        self.interrupted = check_flag("interrupted", self.interrupted)

    def __repr__(self) -> str:
        """Return one line: the number of epochs, and the last loss and accuracy."""
        parts = [f"epochs={len(self.losses)}"]
        if self.losses:
            parts.append(f"last loss={self.losses[-1]:.4g}")
        if self.accuracies:
            parts.append(f"last accuracy={self.accuracies[-1]:.3f}")
        if self.interrupted:
            parts.append("interrupted")
        return f"History({', '.join(parts)})"


def _curve(name: str, values: Any) -> list[float]:
    """Return real numbers, finite or not, as plain floats."""
    allowed, hint = "a sequence of real numbers", "write one number an epoch"
    numbers = check_items(name, values, allowed, hint=hint)
    if all(isinstance(number, Real) for number in numbers):
        with contextlib.suppress(Exception):  # its own __float__ may raise anything
            return [float(number) for number in numbers]
    raise TypeError(message(name, values, allowed, hint))
