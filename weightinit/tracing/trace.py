"""The record of a pass through a network: its layers, its batch and its loss."""

import functools
import math
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from weightinit._checks import check_instance, check_integer, check_items
from weightinit._messages import message
from weightinit._tables import number, text_table, wrapped
from weightinit.networks.layers.base import Array
from weightinit.tracing._fields import HINT, check_labels, check_targets
from weightinit.tracing.layer_trace import LayerTrace

__all__ = ["Trace"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Trace:
    """
    The record of one pass forward and one back through a network of any framework.

    Parameters
    ----------
    inputs : ndarray, shape (n, ...)
        The batch, as the network received it.
    layers : tuple of LayerTrace
        The layers with weights and the residual blocks, in the order of the forward pass; the last
        makes the outputs.
    loss : float
        The loss of the batch; nan where neither labels nor targets were given.
    labels : ndarray of int, shape (n,), or None
        The labels of the batch; None where there are none.
    targets : ndarray of float, shape (n, d), or None
        The targets of a regression; None where there are none.
    after : Trace or None
        The record after a few small steps. It is there if gradients were exactly zero at first and
        such steps wake some of them, as in the layers before one that starts at zero.
    samples : int, optional
        How many samples of the batch the rows of the layers are of. Left out: all.
    unseen : tuple of str, default ()
        Parameters of the model that no row holds, each with its type and the reason.
    seen : float, default 1.0
        The share of all entries of parameters that the rows hold.

    Raises
    ------
    TypeError, ValueError
        A field is not as above, no layer has a weight, or there are fewer layers afterwards.

    Examples
    --------
    >>> import weightinit as wi
    >>> net = wi.mlp([2, 4, 3]).initialize(
    ...     {"dense1.weight": wi.zeros, "*.weight": wi.he_normal}, rng=0
    ... )
    >>> found = wi.trace(net, [[1.0, 2.0], [0.5, -1.0]], [0, 2])
    >>> bool(found.gradients["dense0.weight"].any())  # the zero output layer is in the way
    False
    >>> bool(found.after.gradients["dense0.weight"].any())  # and a step later it is not
    True
    >>> print(found)  # root mean squares of the activations and of their gradients
    layer   kind   activation  units  signal  gradient
    dense0  dense  relu            4    0.83         0
    dense1  dense  -               3       0      0.24
    """

    inputs: Array
    layers: tuple[LayerTrace, ...]
    loss: float
    labels: Array | None
    targets: Array | None = None
    after: "Trace | None" = None
    samples: int = 0
    unseen: tuple[str, ...] = ()
    seen: float = 1.0

    def __post_init__(self) -> None:
        """Check the fields."""
        told = "a tuple of LayerTrace"
        rows = check_items("layers", self.layers, told, hint=HINT, at_least=1)
        for place, row in enumerate(rows):
            check_instance(f"layers[{place}]", row, LayerTrace, "a LayerTrace", hint=HINT)
        object.__setattr__(self, "layers", rows)
        if all(row.weight is None for row in rows):
            raise ValueError("layers must hold at least one with a weight, got none; record one")
        loss: Any = self.loss
        if not isinstance(loss, Real):
            raise TypeError(message("loss", loss, "a number", "nan where there is none"))
        self._check_batch()
        samples = check_integer(
            "samples", self.samples, at_least=0, hint="leave it out for the whole batch"
        )
        object.__setattr__(self, "samples", samples or len(self.inputs))
        if self.after is not None:
            check_instance("after", self.after, Trace, "a Trace", hint="or leave it out")
            if len(self.after.layers) != len(rows):
                told = f"as many layers, {len(rows)}, got {len(self.after.layers)}"
                raise ValueError(f"after must have {told}; record the same network")

    def _check_batch(self) -> None:
        check_instance("inputs", self.inputs, np.ndarray, "an array", hint="give the batch")
        if not self.inputs.size or not self.inputs.ndim:
            raise ValueError(message("inputs", self.inputs, "a batch of samples", HINT))
        n, last = len(self.inputs), self.layers[-1]
        if self.labels is not None:
            outputs = last.activations.size // n  # more than units where Flatten ends a network
            check_labels(self.labels, max(last.units, outputs, 2))
        if self.targets is not None:
            check_targets(self.targets, n)
            if self.labels is not None:
                told = "got both; leave out those that its loss is not of"
                raise ValueError(f"a trace must have labels or targets, {told}")

    def __repr__(self) -> str:
        """Return what it is a record of, without the arrays."""
        return f"<Trace of {len(self.layers)} layers, {len(self.inputs)} samples>"

    def __str__(self) -> str:
        """Return a table of the layers: root mean squares of signals and of their gradients."""
        head = ("layer", "kind", "activation", "units", "signal", "gradient")
        rows: list[tuple[str, ...]] = [head]
        for row in self.layers:
            phi = "-" if row.activation is None else row.activation.name
            sizes = (row.mean_square(f"activations{end}") for end in ("", "_gradient"))
            told = (number(math.sqrt(size)) for size in sizes)
            rows.append((row.name, row.kind, phi, str(row.units), *told))
        lines = list(text_table(rows, left=3))
        if self.unseen:
            lines += wrapped(
                f"Not seen, {1 - self.seen:.2%} of the entries of parameters: "
                + "; ".join(self.unseen)
            )
        return "\n".join(lines)

    @property
    def parameters(self) -> dict[str, Array]:
        """All parameters of the network, by name."""
        return {name: array for row in self.layers for name, array in row.parameters.items()}

    @property
    def way(self) -> list[LayerTrace]:
        """The layers and blocks from the inputs to the outputs, one behind the other."""
        named = {row.name: row for row in self.layers}
        row = self.layers[-1]
        while row.block in named:
            row = named[row.block]
        level = [other for other in self.layers if other.block == row.block]
        found = [row]
        while (before := _before(found[0], level)) is not None:
            found.insert(0, before)
        return found

    @functools.cached_property
    def ends(self) -> dict[str, LayerTrace]:
        """The last layer with a weight in each residual branch, by the name of the block."""
        return {row.block: row for row in self.layers if row.block and row.weight is not None}

    @property
    def gradients(self) -> dict[str, Array]:
        """The gradient for each of the parameters."""
        return {name: array for row in self.layers for name, array in row.gradients.items()}


def _before(row: LayerTrace, level: list[LayerTrace]) -> LayerTrace | None:
    """Return the row whose output another receives; None if it is the first."""
    ahead = level[: level.index(row)]
    if row.after is None:
        return ahead[-1] if ahead else None
    return next((other for other in ahead if other.name == row.after), None)
