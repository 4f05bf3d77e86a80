r"""The bounds of a healthy signal or gradient, added up layer by layer.

Fluctuation. In a layer of :math:`n` ReLU units started after He, the second moment of a signal is
multiplied by a random factor with mean 1 and :math:`\operatorname{E} f^2 = 1 + 5/n` (Hanin and
Rolnick 2018, arXiv:1803.01719). Over several layers its logarithm is nearly normal, with variance
:math:`V = \sum 5/n` and mean :math:`-V/2`. ``SIGMAS`` of 4 leave a wide healthy network of ReLUs
outside on one side with a probability of 3e-5. Activations with a stable fixed point stray less;
those with an unstable one (gelu, silu, mish) more, and deep ones may leave these bounds by chance.

Shapes. With :math:`n_\text{in}` and :math:`n_\text{out}` the fans of a weight, starts that count
the fan in, the mean of both or the fan out multiply the second moment, and the squared norm of a
gradient alike, by 1, :math:`2 n_\text{in} / (n_\text{in} + n_\text{out})` or
:math:`n_\text{in} / n_\text{out}`. All three are good practice.

Decay. A tanh network at its critical start lets the signal of layer :math:`l` fall to
:math:`1 / (2l)`, and the gradient to :math:`1/l` (Schoenholz et al. 2017, arXiv:1611.01232), and
trains. So any signal may lose or gain a factor of :math:`2l`; and 4 besides, since good starts
differ by 2 in the variance of the weights (LeCun's, He's), at both ends of a network.
"""

import functools
import math
from dataclasses import dataclass

import numpy as np

from weightinit import meanfield
from weightinit.activations import Activation, linear
from weightinit.advice import DEEP, recommend
from weightinit.fans import compute_fans
from weightinit.tracing import LayerTrace
from weightinit.tracing.measures import mean_square

__all__ = [
    "SIGMAS",
    "Bounds",
    "Point",
    "Walk",
    "allowance",
    "binomial_tail",
    "critical_scale",
    "is_scale_free",
    "largest_mean_square",
    "of_layer",
    "of_step",
    "scale_over_advised",
    "shape_factors",
]

SIGMAS = 4.0


@functools.lru_cache(maxsize=256)
def critical_scale(activation: Activation | None) -> float:
    """Return n Var(W) of what the adviser starts deep plain networks from."""
    return recommend(activation or linear, depth=DEEP).gain ** 2


@functools.lru_cache(maxsize=256)
def is_scale_free(activation: Activation | None) -> bool:
    """Tell whether such a start keeps signals of any length: linear, relu, leaky relu."""
    q = meanfield.fixed_point(activation or linear, weight_variance=critical_scale(activation))
    return bool(q.status == "marginal")


def allowance(layers: float) -> float:
    """Return the log of the factor that a healthy signal may lose or gain in a number of layers."""
    return math.log(8.0 * max(layers, 1.0))


def shape_factors(shape: tuple[int, ...]) -> tuple[float, float, float]:
    """Return the log factors that a weight's shape makes with fan in, mean of fans and fan out."""
    n_in, n_out = compute_fans(shape)
    return 0.0, math.log(2 * n_in / (n_in + n_out)), math.log(n_in / n_out)


def scale_over_advised(row: LayerTrace, gain: float) -> float:
    """Return the log of a weight's rms over gain / sqrt(fan), with the fan that fits it best."""
    assert row.weight is not None  # of a block, which has none, nobody asks
    fan_in = row.weight.size / row.units
    off = 0.5 * math.log(mean_square(row.weight) * fan_in / gain**2)
    return min((off - factor / 2 for factor in shape_factors(row.weight.shape)), key=abs)


def largest_mean_square(k: int) -> float:
    """Return the bound that the mean square of k normals passes as rarely as one passes SIGMAS.

    By the cube root that makes a chi-square nearly normal (Wilson and Hilferty 1931).
    """
    v = 2 / (9 * k)
    return float((1 - v + SIGMAS * math.sqrt(v)) ** 3)


def binomial_tail(at_least: int, n: int) -> float:
    """Return the probability of at least this many heads in n tosses of a fair coin."""
    return float(sum(math.comb(n, k) for k in range(at_least, n + 1)) / 2**n)


@dataclass(frozen=True)
class Bounds:
    """
    The logarithms between which a network counts as healthy, as sums over layers.

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
    r"""Return the bounds of one layer in a network with this many residual blocks.

    A layer without activation may gain 2, as He's start gives before a ReLU. A branch may
    be smaller than its input by the number of blocks: Fixup and others scale it so.
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
    """Return the share of a block's output that its branch adds; the rest does not fluctuate."""
    before, after = (float(np.vdot(x, x)) for x in (row.inputs, row.activations) if x is not None)
    return 1 - before / after if 0 < before < after < math.inf else 0.0


def of_step(row: LayerTrace) -> Bounds:
    """Return the bounds of one time step of a recurrent layer."""
    return Bounds(variance=5 / row.units)


@dataclass(frozen=True)
class Point:
    """
    The change of a signal or a gradient up to a layer, in logarithms.

    Parameters
    ----------
    layer : str
        The layer that it has just passed.
    step : int or None
        In a recurrent layer: how many time steps it has passed.
    passed : int
        How many layers, or time steps, it has passed since it set out.
    change : float
        The log of the factor on the second moment, or on the squared norm, since it set out.
    own : float
        What this layer did to it.
    expected : float
        The change if the layers were infinitely wide and started as theory wants.
    low, high : float
        The changes between which a network counts as healthy.
    fades, explodes : bool
        Whether it is below, or above, here; or does too much in this one layer.
    alone : bool
        Whether this one layer does too much, or too little, by itself.
    """

    layer: str
    step: int | None
    passed: int
    change: float
    own: float
    expected: float
    low: float
    high: float
    fades: bool
    explodes: bool
    alone: bool


class Walk:
    """A sum over the layers that a signal passes, one call of ``go`` each."""

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
            self.bounds.layers,
            self.change,
            own,
            self.expected,
            low=self.bounds.low + (self.change - self.fading if seen else 0.0),
            high=self.bounds.high + (self.change - self.growing if seen else 0.0),
            fades=self.fading < self.bounds.low or fading < bounds.low,
            explodes=self.growing > self.bounds.high or growing > bounds.high,
            alone=fading < bounds.low or growing > bounds.high,
        )
