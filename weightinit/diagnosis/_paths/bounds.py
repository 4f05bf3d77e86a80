r"""The bounds of a healthy signal or gradient, added up layer by layer.

Fluctuation. In a layer of :math:`n` units started with the right gain, the second moment of a
signal is multiplied by a random factor of mean 1 and relative variance :math:`v/n` with
:math:`v = \operatorname{E} \phi^4 / (\operatorname{E} \phi^2)^2 - 1`: 5 for ReLU (Hanin and
Rolnick 2018, arXiv:1803.01719), 2 for a small signal, which sees a linear layer. A layer also
multiplies the deviation of the logarithm that it receives by :math:`s`, the slope of the
logarithmic length map where the signal is, so that

.. math:: V_l = \min(s_l, 1)^2 V_{l-1} + v / n_l

with mean :math:`-V/2`. ``SIGMAS`` of 4 leave a wide healthy network of ReLUs outside on one side
with a probability of 3e-5. tanh and its like have :math:`s < 1` and forget deviations, those of
shapes too. gelu, silu and mish have :math:`s > 1`: there a deviation grows exponentially, and would
excuse itself. It is not excused: what has run away trains badly, whatever began it, so s counts as
1.

Going back, :math:`v = 3 \operatorname{E} \phi'^4 / (\operatorname{E} \phi'^2)^2 - 1`, 5 for ReLU: 2
for the weights, the rest for slopes that do or do not meet the large entries of a gradient. A
gradient passes in proportion to itself: s = 1.

Weights. A weight of N entries knows its own mean square to :math:`\sqrt{2/N}`, without the chance
of units that are on or off: V is the sum of 2/N for their scale.

Shapes. With :math:`n_\text{in}` and :math:`n_\text{out}` the fans of a weight, starts that count
the fan in, the mean of both or the fan out multiply the second moment, and the squared norm of a
gradient alike, by 1, :math:`2 n_\text{in} / (n_\text{in} + n_\text{out})` or
:math:`n_\text{in} / n_\text{out}`. All three are good practice, the last one but for the first
layer: it keeps the gradient of what a layer receives, and nobody needs that of the data.

Decay. A tanh network at its critical start lets the signal of layer :math:`l` fall to
:math:`1 / (2l)`, and the gradient to :math:`1/l` (Schoenholz et al. 2017, arXiv:1611.01232), and
trains; softsign, with a kink in its slope, lets it fall faster, as theory says. So any signal may
lose or gain a factor of :math:`2l`, or lose what theory says; and 4 besides, since good starts
differ by 2 in the variance of the weights (LeCun's, He's), at both ends of a network. A loss of
100 is allowed at any depth: gradients shrink by as much, and a search over learning rates makes up
for that. Growth is not: no rate brings a unit back that the first step has thrown off.

Branches. Small weights in a residual branch make its gradient fade, and this alone is no fault.
Those of L layers that are c times the recommended ones slow gradient descent down by
:math:`c^{2 - L}` (:func:`~weightinit.diagnosis._paths.theory.slowed`): by 1 in two layers. So what
weights do to the gradient of a branch is excused up to a slowdown of 100, and what the slopes of
activations do is not: it does not change as the weights grow.
"""

import dataclasses
import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from weightinit.advice.question import TOO_FAR
from weightinit.diagnosis._paths.chance import SIGMAS
from weightinit.diagnosis._paths.theory import chi, gradient_noise, over_advised, signal_noise
from weightinit.fans import compute_fans
from weightinit.tracing import LayerTrace

__all__ = [
    "Bounds",
    "allowance",
    "of_block",
    "of_gradient",
    "of_layer",
    "of_step",
    "of_weight",
    "scale_over_advised",
    "shape_factors",
]

_RELU = 5.0  # v of the activation inside a branch, which is not known: the largest usual one


def allowance(layers: float, decay: float = 0.0) -> float:
    """Return the log of the factor that a healthy signal may lose or gain in a number of layers.

    `decay` is what theory says that it loses, as a logarithm.
    """
    return math.log(4.0) + max(math.log(2.0 * max(layers, 1.0)), decay)


@functools.lru_cache(maxsize=1024)
def shape_factors(
    shape: tuple[int, ...], parts: tuple[int, ...] = ()
) -> tuple[float, float, float]:
    """Return the log factors that a weight's shape makes with fan in, mean of fans and fan out.

    Weights side by side have each their own fan out; the mean square is one over their units.
    """
    mean = out = 0.0
    for units in parts or shape[-1:]:
        n_in, n_out = compute_fans((*shape[:-1], units))
        share = units / shape[-1]
        mean += share * 2 * n_in / (n_in + n_out)
        out += share * n_in / n_out
    return 0.0, math.log(mean), math.log(out)


def scale_over_advised(row: LayerTrace, gain: float) -> float:
    """Return the log of a weight's rms over gain / sqrt(fan), with the fan that fits it best."""
    assert row.weight is not None  # of a block, which has none, nobody asks
    off = 0.5 * over_advised(row, gain**2)
    return min((off - factor / 2 for factor in shape_factors(row.weight.shape, row.parts)), key=abs)


@dataclass(frozen=True)
class Bounds:
    """
    The logarithms between which a network counts as healthy, as sums over layers.

    Parameters
    ----------
    variance : float
        That of the logarithm, by chance.
    factors : tuple of float
        What the shapes do, for each way to count fans.
    lost, gained : float
        What a layer may lose or gain besides, in sum: at the edges of images, in a pool.
    layers : int
        How many layers, for the allowance.
    slope : float
        What the last layer makes of a deviation that it receives, 1 at most.
    decay : float
        The log of what the signal loses in theory, after a critical start.
    """

    variance: float = 0.0
    factors: tuple[float, ...] = (0.0, 0.0, 0.0)
    lost: float = 0.0
    gained: float = 0.0
    layers: int = 1
    slope: float = 1.0
    decay: float = 0.0

    def then(self, after: "Bounds") -> "Bounds":
        """Return the bounds behind another layer."""
        s = after.slope
        return Bounds(
            s**2 * self.variance + after.variance,
            tuple(s * a + b for a, b in zip(self.factors, after.factors, strict=True)),
            self.lost + after.lost,
            self.gained + after.gained,
            self.layers + after.layers,
            decay=self.decay + after.decay,
        )

    @property
    def low(self) -> float:
        """The log of the smallest healthy factor."""
        chance = self.variance / 2 + SIGMAS * math.sqrt(self.variance)
        may_lose = max(allowance(self.layers, self.decay), math.log(TOO_FAR))
        return min(self.factors) - self.lost - chance - may_lose

    @property
    def high(self) -> float:
        """The log of the largest healthy factor."""
        chance = SIGMAS * math.sqrt(self.variance)
        return max(self.factors) + self.gained + chance + allowance(self.layers)


def of_layer(row: LayerTrace, blocks: int, *, first: bool = False) -> Bounds:
    r"""Return the bounds of one layer in a network with this many residual blocks.

    A layer without activation may gain 2, as He's start gives before a ReLU. A branch may
    be smaller than its input by the number of blocks: Fixup and others scale it so. The `first`
    layer has no gradient to keep by counting the fan out.
    """
    if row.weight is None:
        return Bounds(variance=_RELU / row.units * _share_of_branch(row))
    fan_in, mean, fan_out = shape_factors(row.weight.shape, row.parts)
    return Bounds(
        variance=signal_noise(row.activation) / row.units,
        factors=(fan_in, mean, mean if first else fan_out),
        lost=-math.log(row.coverage) + (math.log(max(blocks, 1)) if row.block else 0.0),
        gained=math.log(2) if row.activation is None else 0.0,
    )


def of_weight(row: LayerTrace, bounds: Bounds) -> Bounds:
    """Return the bounds of a layer's scale, which are those of its signal but for chance."""
    assert row.weight is not None
    return dataclasses.replace(bounds, variance=2 / row.weight.size)


def of_gradient(row: LayerTrace, blocks: int) -> Bounds:
    """Return the bounds of one layer for a gradient, going back."""
    bounds = of_layer(row, blocks)
    if row.weight is not None:
        bounds = dataclasses.replace(bounds, variance=gradient_noise(row.activation) / row.units)
    if row.pooled:  # where an activation is largest so is its slope: 1 for relu, and not 1/2
        bounds = dataclasses.replace(bounds, gained=bounds.gained + math.log(2))
    return bounds


def of_block(row: LayerTrace, branch: Sequence[LayerTrace]) -> Bounds:
    r"""Return the bounds of a residual block for a gradient, going back.

    A normalization in the branch makes its layers multiply a squared norm by :math:`\chi` each, and
    divides by the mean square s of what the block receives: what comes back is at most about
    :math:`1 + \prod \chi / \max(s, 1)` times what went in (Yang et al. 2019, arXiv:1902.08129).
    A small s excuses nothing: there it is the start of the layers before that is too small.
    """
    bounds = of_gradient(row, 0)
    s = row.mean_square("inputs")
    if not row.normalized or not s < math.inf:
        return bounds
    passed = math.prod(chi(other.activation, row.normalized) for other in branch)
    return dataclasses.replace(bounds, gained=math.log1p(passed / max(s, 1.0)))


def _share_of_branch(row: LayerTrace) -> float:
    """Return the share of a block's output that its branch adds; the rest does not fluctuate."""
    before, after = row.square("inputs"), row.square("activations")
    return 1 - before / after if 0 < before < after < math.inf else 0.0


def of_step(row: LayerTrace, noise: float) -> Bounds:
    """Return the bounds of one time step of a recurrent layer."""
    return Bounds(variance=noise / row.units)
