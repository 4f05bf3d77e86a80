"""Where a healthy signal stays: what layers do to it, added up, beside what they may do."""

import math
from dataclasses import dataclass

import numpy as np

from weightinit.diagnosis.theory import SIGMAS, allowance, shape_factors
from weightinit.tracing import LayerTrace

__all__ = ["Bounds", "Point", "Walk", "of_layer", "of_step"]


@dataclass(frozen=True)
class Bounds:
    """
    The logarithms between which a healthy network stays: a sum over layers.

    Parameters
    ----------
    variance : float
        The sum of 5/n over the layers of n units.
    factors : tuple of float
        The sums of what the shapes do, for each way to count fans.
    lost, gained : float
        What a layer may lose or gain besides, in sum: at the edges of images, in a pool.
    layers : int
        How many layers, for the allowance.

    Examples
    --------
    >>> from weightinit.diagnosis.bounds import Bounds
    >>> wide, narrow = Bounds(variance=5 / 1000), Bounds(variance=5 / 10)
    >>> narrow.low < wide.low < 0 < wide.high < narrow.high
    True
    """

    variance: float = 0.0
    factors: tuple[float, ...] = (0.0, 0.0, 0.0)
    lost: float = 0.0
    gained: float = 0.0
    layers: int = 1

    def __add__(self, other: "Bounds") -> "Bounds":
        return Bounds(
            self.variance + other.variance,
            tuple(a + b for a, b in zip(self.factors, other.factors, strict=True)),
            self.lost + other.lost,
            self.gained + other.gained,
            self.layers + other.layers,
        )

    @property
    def low(self) -> float:
        """The log of the smallest healthy factor."""
        chance = self.variance / 2 + SIGMAS * math.sqrt(self.variance)
        return min(self.factors) - self.lost - chance - allowance(self.layers)

    @property
    def high(self) -> float:
        """The log of the largest healthy factor."""
        chance = SIGMAS * math.sqrt(self.variance)
        return max(self.factors) + self.gained + chance + allowance(self.layers)


_NOTHING = Bounds(layers=0)


def of_layer(row: LayerTrace, blocks: int) -> Bounds:
    r"""Return the bounds of one layer, in a network of so many residual blocks.

    A layer without activation may gain 2, what He's start gives in front of a ReLU. A branch may
    be smaller than its input by the number of blocks: Fixup and others scale it so.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis.bounds import of_layer
    >>> row = wi.trace(wi.mlp([2, 50, 1]).initialize(wi.he_normal), [[1.0, 2.0]]).layers[0]
    >>> of_layer(row, blocks=0).variance
    0.1
    """
    if row.weight is None:
        return Bounds(variance=5 / row.units * _share_of_branch(row))
    return Bounds(
        variance=5 / row.units,
        factors=shape_factors(row.weight.shape),
        lost=-math.log(row.coverage) + (math.log(max(blocks, 1)) if row.block else 0.0),
        gained=math.log(2) if row.activation is None else 0.0,
    )


def _share_of_branch(row: LayerTrace) -> float:
    """Return the share of a block's output that its branch adds; the rest does not stray."""
    before, after = (float(np.vdot(x, x)) for x in (row.inputs, row.activations) if x is not None)
    return 1 - before / after if 0 < before < after < math.inf else 0.0


def of_step(row: LayerTrace) -> Bounds:
    """Return the bounds of one time step of a recurrent layer.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis.bounds import of_step
    >>> net = wi.rnn(vocabulary=9, hidden=50, classes=2).initialize(wi.orthogonal)
    >>> of_step(wi.trace(net, [[1, 2]]).layers[1]).variance
    0.1
    """
    return Bounds(variance=5 / row.units)


@dataclass(frozen=True)
class Point:
    """
    What became of a signal or a gradient up to a layer, in logarithms.

    Parameters
    ----------
    layer : str
        The layer that it has just passed.
    step : int or None
        In a recurrent layer: how many time steps it has passed.
    change : float
        The log of what is left of the second moment, or of the squared norm, since it set out.
    own : float
        What this layer did to it.
    expected : float
        The change if the layers were infinitely wide and started as theory wants.
    low, high : float
        Between which changes a healthy network stays; infinite where nobody asks.
    fades, explodes : bool
        Whether it is below, or above, here; or does too much in this one layer.
    alone : bool
        Whether this one layer does too much, or too little, by itself.

    Examples
    --------
    >>> from weightinit.diagnosis.bounds import Bounds, Walk
    >>> walk = Walk()
    >>> walk.go("dense0", -20.0, -1.0, Bounds()).fades
    True
    """

    layer: str
    step: int | None
    change: float
    own: float
    expected: float
    low: float
    high: float
    fades: bool
    explodes: bool
    alone: bool


class Walk:
    """
    A sum over the layers that a signal passes, one call of ``go`` each.

    Examples
    --------
    >>> from weightinit.diagnosis.bounds import Bounds, Walk
    >>> walk = Walk()
    >>> [walk.go(name, -1.3, 0.0, Bounds()).fades for name in ("dense0", "dense1", "dense2")]
    [False, False, True]
    """

    def __init__(self) -> None:
        self.change = self.fading = self.growing = self.expected = 0.0
        self.bounds = _NOTHING

    def go(
        self,
        layer: str,
        own: float,
        expected: float,
        bounds: Bounds,
        *,
        fading: float | None = None,
        growing: float | None = None,
        step: int | None = None,
    ) -> Point:
        """
        Pass a layer.

        Parameters
        ----------
        layer : str
            Its name.
        own : float
            The log of what it does to the signal.
        expected : float
            The log of what it would do in theory.
        bounds : Bounds
            What a healthy layer may do.
        fading, growing : float, optional
            What it is to be blamed for, if that is not the same as `own`.
        step : int, optional
            The time step of a recurrent layer.

        Returns
        -------
        Point
            Where the signal is now.
        """
        fading = own if fading is None else fading
        growing = own if growing is None else growing
        self.change += own
        self.fading += fading
        self.growing += growing
        self.expected += expected
        self.bounds = self.bounds + bounds
        seen = self.change > -math.inf  # infinities would not cancel
        return Point(
            layer,
            step,
            self.change,
            own,
            self.expected,
            low=self.bounds.low + (self.change - self.fading if seen else 0.0),
            high=self.bounds.high + (self.change - self.growing if seen else 0.0),
            fades=self.fading < self.bounds.low or fading < bounds.low,
            explodes=self.growing > self.bounds.high or growing > bounds.high,
            alone=fading < bounds.low or growing > bounds.high,
        )
