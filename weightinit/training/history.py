"""What became of the loss during training."""

from dataclasses import dataclass, field

__all__ = ["History"]


@dataclass
class History:
    """
    What became of the loss and the accuracy during training, one number an epoch.

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

    def __repr__(self) -> str:
        """Return a line: how many epochs, and the last loss and accuracy."""
        parts = [f"epochs={len(self.losses)}"]
        if self.losses:
            parts.append(f"last loss={self.losses[-1]:.4g}")
        if self.accuracies:
            parts.append(f"last accuracy={self.accuracies[-1]:.3f}")
        if self.interrupted:
            parts.append("interrupted")
        return f"History({', '.join(parts)})"
