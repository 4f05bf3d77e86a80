"""A monitor, which training calls, and which looks into the layers every few steps."""

from collections.abc import Iterator
from operator import setitem
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from weightinit._arrays import check_array
from weightinit._checks import check_integer
from weightinit._messages import shown
from weightinit._uninterrupted import uninterrupted
from weightinit.monitoring import _figure, _table
from weightinit.monitoring.records import EDGES, LayerRecord, Sample, join, sample
from weightinit.networks import Network
from weightinit.networks._foreign import check_network
from weightinit.networks.layers.base import Array, Gradients
from weightinit.tracing import LayerTrace
from weightinit.tracing._recording import NetworkProbe

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Monitor"]


class Monitor:
    r"""
    Watch a training run: record signals, gradients and weights of each layer every few steps.

    Pass it to :func:`train`. It changes neither the network nor the training: the weights are the
    same, to the last bit, as without it.

    Parameters
    ----------
    x : array_like, shape (n, ...)
        The probe: a few samples that stay the same, so that what changes is the network.
    y : array_like, shape (n,) or (n, d), optional
        Their labels or targets. Without them the loss is nan, and the gradients are those of a
        fixed pull at the outputs, as for :func:`trace`: they show how gradients travel from layer
        to layer, not how they shrink as the network learns.
    every : int, default 10
        The number of steps between records. The count goes on in further trainings.

    Attributes
    ----------
    steps : ndarray of int, shape (records,)
        The step at which each record was made.
    losses : ndarray, shape (records,)
        The loss of the probe.
    layers : dict of str to LayerRecord
        The records of each layer with weights and of each residual block, in order; empty before
        the first.
    bin_edges : ndarray, shape (bins + 1,)
        Where the bins of the histograms begin and end, as powers of ten.

    Raises
    ------
    TypeError, ValueError
        `x` or `y` is not a batch, or `every` is not an integer of at least 1. From training: the
        probe does not fit the network, or the monitor has already watched another.

    Notes
    -----
    A record is one pass forward and one back over the :math:`n` samples of the probe. With batches
    of :math:`m` samples and k for `every`, that adds about :math:`n / (km)` to the work of a
    training: with an eighth of a batch and k = 10, one part in 80. A record also reads the weights
    a few times, and takes about a third of a millisecond for each layer. In all, monitoring with
    such a probe and k = 10 takes about a tenth of a training whose steps take five milliseconds or
    more; where steps are shorter, choose a larger `every`. While units are copies of each other all
    their weights have to be compared, and a record of wide layers takes about twice as long. A
    record keeps about a kilobyte for each layer.

    A good probe has about an eighth of a batch, 16 to 64 samples at random, some of each class.

    Examples
    --------
    >>> import weightinit as wi
    >>> x, y = wi.datasets.ring(200, rng=0)
    >>> net = wi.mlp([2, 8, 1]).initialize(wi.Constant(value=0.5))
    >>> monitor = wi.Monitor(x[:16], y[:16], every=20)
    >>> _ = wi.train(net, x, y, epochs=10, batch_size=20, learning_rate=0.1, rng=0, monitor=monitor)
    >>> monitor.steps
    array([ 20,  40,  60,  80, 100])
    >>> monitor.layers["dense0"].distinct  # all 8 units are copies of one
    array([1, 1, 1, 1, 1])
    """

    def __init__(self, x: ArrayLike, y: ArrayLike | None = None, *, every: int = 10) -> None:
        self._x, self._y = _check_probe(x, y)
        self.every = check_integer("every", every, at_least=1)
        self.bin_edges = EDGES.copy()
        self._net: Network | None = None
        self._step = 0
        self._steps: list[int] = []
        self._losses: list[float] = []
        self._samples: dict[str, list[Sample]] = {}
        self._weights: dict[str, tuple[Array, Array]] = {}  # at the last record; room to compute in

    @property
    def steps(self) -> Array:
        """The step at which each record was made."""
        return np.array(self._steps, dtype=np.intp)

    @property
    def losses(self) -> Array:
        """The loss of the probe at each record."""
        return np.array(self._losses)

    @property
    def layers(self) -> dict[str, LayerRecord]:
        """The records of each layer, by name."""
        return {name: join(samples) for name, samples in self._samples.items() if samples}

    def __call__(self, step: int, net: Network, loss: float, gradients: Gradients) -> None:
        """Count a step of training, and record at every `every`-th; :func:`train` calls this."""
        del step, loss, gradients  # each training counts from 1
        self._adopt(net)
        self._step += 1
        if self._step % self.every == 0:
            self.record(net)

    def record(self, net: Network) -> None:
        """
        Record now: before training, which gives a record of the start as step 0, or later.

        Parameters
        ----------
        net : Network
            The network, with weights; they are not changed.

        Raises
        ------
        RuntimeError
            The network has no weights yet.
        TypeError, ValueError
            `net` is no network or another than before; the probe does not fit it.

        Examples
        --------
        >>> import weightinit as wi
        >>> net = wi.mlp([2, 8, 1]).initialize(wi.he_normal, rng=0)
        >>> monitor = wi.Monitor([[0.5, -1.0], [1.0, 2.0]], [0, 1])
        >>> monitor.record(net)
        >>> monitor.steps
        array([0])
        """
        probe = self._adopt(net)
        if self._steps and self._steps[-1] == self._step:
            return  # nothing was trained since
        with np.errstate(all="ignore"):  # training says what is not finite
            found = probe.look(net.parameters)
            kept = {row.name: sample(row, self._weights.get(row.name)) for row in found.layers}
        samples = [(self._samples.setdefault(name, []), kept[name]) for name in kept]
        pairs = [(self._steps, self._step), (self._losses, found.loss), *samples]
        weights = [call for row in found.layers for call in self._keep_weight(row)]
        uninterrupted([*((list.append, own, value) for own, value in pairs), *weights])

    def _keep_weight(self, row: LayerTrace) -> Iterator[tuple[Any, ...]]:
        """Yield the call that keeps a weight for the next record to compare with."""
        if row.name in self._weights:
            yield setitem, self._weights[row.name][0], ..., row.weight
        elif row.weight is not None:
            kept = row.weight.copy(), np.empty_like(row.weight)
            yield setitem, self._weights, row.name, kept

    def _adopt(self, net: Network) -> NetworkProbe:
        """Return the probe, checked against the network when that is first seen."""
        if self._net is None:
            self._probe = NetworkProbe.of(net, self._x, self._y)
            self._net = net
        elif net is not self._net:
            check_network(net)
            raise ValueError(
                "net must stay the same: a monitor watches one network, got a second one; make a "
                "Monitor for each"
            )
        return self._probe

    def __str__(self) -> str:
        """Return a table of at most 80 columns: each layer from the first record to the last."""
        return _table.as_text(self.steps, self.losses, self.layers)

    def plot(self) -> "Figure":
        """
        Draw how the layers changed over the training.

        Above, ridgelines: for each layer a histogram of the magnitudes of its activations, and of
        its gradients, at up to eight records, the first on top. Below, the update-to-weight
        ratio, the share of units that differ, and the loss. At most five layers are drawn, with the
        first and the last among them.

        Returns
        -------
        matplotlib.figure.Figure
            The figure; its label says in words what it shows.

        Raises
        ------
        ImportError
            Matplotlib is not installed.
        ValueError
            Nothing was recorded yet.

        Examples
        --------
        >>> import weightinit as wi
        >>> net = wi.mlp([2, 8, 1]).initialize(wi.he_normal, rng=0)
        >>> monitor = wi.Monitor([[0.5, -1.0], [1.0, 2.0]], [0, 1])
        >>> monitor.record(net)
        >>> figure = monitor.plot()
        >>> len(figure.axes)
        7
        """
        return _figure.draw(self.steps, self.losses, self.layers)


def _check_probe(x: ArrayLike, y: ArrayLike | None) -> tuple[Array, Array | None]:
    """Return copies of a probe and its labels, as far as they can be checked without a network."""
    way_out = "pass a few samples, such as x[:32] and y[:32]"
    batch = check_array("x", x, "an array of samples", hint=way_out).copy()
    if batch.ndim < 1 or len(batch) == 0:
        raise ValueError(f"x must hold at least one sample, got {shown(x)}; {way_out}")
    if y is None:
        return batch, None
    targets = check_array("y", y, "an array of labels or targets", hint=way_out).copy()
    if targets.ndim < 1 or len(targets) != len(batch):
        raise ValueError(
            f"y must hold a label or target for each of the {len(batch)} samples of x, got shape "
            f"{shown(targets.shape)}; {way_out}"
        )
    return batch, targets
