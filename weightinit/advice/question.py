"""The question that a recommendation answers, and what theory says of it."""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from string import Formatter
from typing import Any

from weightinit import meanfield
from weightinit._checks import check_flag, check_integer, check_normalized
from weightinit._sampling import known
from weightinit.activations import Activation
from weightinit.advice import _theory
from weightinit.advice._statement import Statement
from weightinit.gains import ActivationLike, gain
from weightinit.initializers import VarianceScaling, lecun_normal, xavier_uniform
from weightinit.meanfield import FixedPoint
from weightinit.meanfield._tables import tables

__all__ = ["DEEP", "DEEPEST", "TOO_FAR", "VERY_DEEP", "Question", "initializer_for"]

#: From so many layers on a network is called deep. A convention: at 10 the longest direction of a
#: product of wide normal matrices is stretched 5 times as much as the rms one, and growing.
DEEP = 10

#: From here on orthogonal weights win whatever the activation: measured, 10 layers of relu or elu
#: learn as well from normal ones, and 20 or 30 do not.
VERY_DEEP = 20

#: A depth beyond is counted as this one: what theory says of it is said of the deeper.
DEEPEST = 10**6

TOO_FAR = 100.0  # on a mean square: ten on its root
_UNASKED = 50  # layers, for which caveats are computed when no depth was given

# Xavier's derivation asks for slope 1 at zero, where that of sigmoid is 1/4.
_FOUR_TIMES_XAVIER = replace(xavier_uniform, scale=16.0)

_BY_NAME: dict[str, VarianceScaling] = {
    **dict.fromkeys(("tanh", "softsign", "hardtanh", "sine"), xavier_uniform),
    "sigmoid": _FOUR_TIMES_XAVIER,
    "selu": lecun_normal,
}

#: Activations of two slopes, 1 and this one for negative numbers; relu6 is one but for 4e-9, and
#: softplus is one far from zero, where its own weights soon bring it.
_SLOPES = {"linear": 1.0, "relu": 0.0, "leaky_relu": 0.01, "relu6": 0.0, "softplus": 0.0}
_FREQUENCIES = {"siren": 30.0}
_LARGEST = 1e100  # of a slope or a frequency, whose squares are floats; gain answers for others


def initializer_for(activation: ActivationLike) -> VarianceScaling:
    """
    Return the initializer that suits one layer before an activation.

    Parameters
    ----------
    activation : str, Activation or callable
        A name, an activation, or any vectorized callable, as for :func:`gain`.

    Returns
    -------
    VarianceScaling
        See :func:`initialize` for which.

    Examples
    --------
    >>> from weightinit.advice.question import initializer_for
    >>> str(initializer_for("relu")), str(initializer_for("tanh"))
    ('he_normal', 'xavier_uniform')
    """
    phi = known(activation)
    if phi:
        if phi.name in _BY_NAME:
            return _BY_NAME[phi.name]
        slope = _parameter(phi, _SLOPES)
        if abs(slope) < _LARGEST:  # in closed form, so that it equals he_normal or lecun_normal
            scale = 2.0 / (1.0 + slope**2)
            return VarianceScaling(scale=scale, mode="fan_in", distribution="normal")
        omega = _parameter(phi, _FREQUENCIES)
        if 1 / _LARGEST < omega < _LARGEST:
            return VarianceScaling(scale=2.0 / omega**2, mode="fan_in", distribution="uniform")
    unit_gain = gain(activation)
    theory: Any = tables(activation)  # once, or each call would sample a callable anew
    slope = round(meanfield.slope_at_zero(theory), 10)
    is_linear = unit_gain * slope <= 1 + _theory.SAME
    if _theory.bends_down(theory, unit_gain) and not is_linear:
        return replace(xavier_uniform, scale=slope**-2)
    return VarianceScaling(scale=unit_gain**2, mode="fan_in", distribution="normal")


def _parameter(known: Activation, of: dict[str, float]) -> float:
    """Return the slope or frequency of an activation that is among these, else infinity."""
    given = of.get(known.name, math.inf)
    return float(known.parameters[0]) if known.name in of and known.parameters else given


class Question:
    """The arguments of :func:`recommend`, checked, and what theory says about them."""

    def __init__(
        self,
        activation: ActivationLike,
        depth: int | None,
        residual: bool,
        normalized: bool | str,
    ) -> None:
        gain(activation)  # which refuses what is no activation
        self.activation, self.known = activation, known(activation)
        self.theory: Any = tables(activation)  # once, or each call would sample a callable anew
        self.phi: Callable[[Any], Any] = self.known or activation  # type: ignore[assignment]
        self.depth = depth
        if depth is not None:
            hint = "leave it out if it is unknown"
            self.depth = check_integer("depth", depth, at_least=1, hint=hint)
        hint = "the number of layers or branches goes into depth="
        self.residual = check_flag("residual", residual, hint=hint)
        self.normalized = check_normalized(normalized)

    def say(self, template: str, **values: float | str) -> Statement:
        """Render a sentence; names that are not given are attributes of the question."""
        names = {name for _, name, _, _ in Formatter().parse(template) if name}
        return Statement(template, **{n: getattr(self, n) for n in names - values.keys()}, **values)

    @property
    def layers(self) -> int:
        """The depth that theory counts with: at most DEEPEST, and one where none was given."""
        return min(self.depth or _UNASKED, DEEPEST)

    @property
    def kind(self) -> str:
        """The name of the activation without parameters, empty for a callable."""
        return self.known.name if self.known else ""

    @property
    def name(self) -> str:
        """What to call the activation in a sentence."""
        if self.known:
            return str(self.known)
        name = getattr(self.activation, "__name__", "<lambda>")
        return "the activation" if name == "<lambda>" else str(name)

    @property
    def plain(self) -> bool:
        """Whether nothing but the weights holds a signal."""
        return not (self.residual or self.normalized)

    @property
    def deep(self) -> bool:
        """Whether the weights alone hold a signal over many layers."""
        return self.plain and self.depth is not None and self.depth >= DEEP

    @cached_property
    def base(self) -> VarianceScaling:
        """The initializer of one layer before the activation, whatever the depth."""
        return initializer_for(self.activation)

    @cached_property
    def unit_gain(self) -> float:
        """The gain that keeps a mean square of 1."""
        return gain(self.activation)

    @cached_property
    def noise(self) -> float:
        """The relative variance of phi(z)^2; of its mean over n units it is an n-th of that."""
        fourth_moment = gain(lambda z: self.phi(z) ** 2) ** -2
        return float(self.unit_gain**4 * fourth_moment - 1)

    @cached_property
    def slope_at_zero(self) -> float:
        """The slope of the activation at zero, up to what rounding leaves of a difference."""
        return round(meanfield.slope_at_zero(self.theory), 10)

    @property
    def slope_gain(self) -> float:
        """The gain that makes the slope at zero 1."""
        return 1.0 / self.slope_at_zero

    @cached_property
    def at_unit_gain(self) -> FixedPoint:
        """Where lengths settle with the gain that keeps a mean square of 1."""
        return _theory.fixed_point(self.theory, self.unit_gain**2)

    @cached_property
    def chi_at_unit_gain(self) -> float:
        """What a layer with that gain makes of the mean square of a gradient."""
        return _theory.chi(self.theory, self.unit_gain**2)

    @cached_property
    def chi_of_base(self) -> float:
        """What a layer with the base weights, and no normalization, makes of it.

        An unstable mean square of 1 is left downwards where the first pre-activations are smaller,
        as for the exponential: then it is what a layer makes of it where that leads.
        """
        scale = self.base.scale
        leaves = scale < 1 and self.deviation > 1 + _theory.SAME
        below = _theory.chi(self.theory, scale * (1 - _theory.SAME)) if leaves else 0.0
        return below or _theory.chi(self.theory, scale)

    @cached_property
    def settled(self) -> float:
        """The mean square of activations where lengths settle with the base weights."""
        return float(_theory.fixed_point(self.theory, self.base.scale).length) / self.base.scale

    @cached_property
    def deviation(self) -> float:
        """What a layer with the base weights makes of a small deviation of the mean square."""
        return float(_theory.fixed_point(self.theory, self.base.scale).slope)

    @cached_property
    def chi(self) -> float:
        r"""What a layer with the base weights makes of the mean square of a gradient.

        A normalization before the activation divides by the size of what it gets, E phi^2, and
        batch normalization, which takes the mean over samples away as well, by Var phi: where
        layers are wide, batches large and samples unlike (Yang et al. 2019, arXiv:1902.08129).
        """
        return self.chi_behind(self.normalized) if self.normalized else self.chi_of_base

    def chi_behind(self, normalization: bool | str) -> float:
        """Return what a layer makes of that mean square behind a normalization."""
        return _theory.chi_behind(self.theory, normalization)

    def lets_pass(self, factor: float) -> bool:
        """Tell whether a factor a layer changes a mean square by less than 100 over the depth."""
        return abs(math.log(factor)) * self.layers <= math.log(TOO_FAR)

    @cached_property
    def bends_down(self) -> bool:
        """Whether the activation is like tanh: odd, and flatter away from zero."""
        return _theory.bends_down(self.theory, self.unit_gain)

    @property
    def is_linear(self) -> bool:
        """Whether the activation bends nowhere."""
        return self.bends_down and self.at_unit_gain.slope > 1 - _theory.SAME

    @property
    def is_scale_free(self) -> bool:
        """Whether base weights leave every length as it is, and gradients too: relu, linear."""
        kept = self.base.scale / self.unit_gain**2
        return max(abs(x - 1) for x in (kept, self.deviation, self.chi)) < _theory.SAME

    @property
    def branch_output(self) -> float:
        """The mean square after two layers with base weights, the activation between them."""
        q = self.base.scale
        return float(meanfield.length_map(self.theory, q, weight_variance=q))

    def through(self, weight_variance: float, layers: int) -> tuple[float, float]:
        """Return what wide layers leave of a mean square of 1, and of that of a gradient.

        Layer by layer at first. Farther on lengths change slowly, and one step stands for a tenth
        of the layers so far, by the trapezoid rule.
        """
        log_q, log_gradient, passed = math.log(weight_variance), 0.0, 0
        while passed < layers:
            leap = min(max(passed // 10, 1), layers - passed)
            here = self._rates(log_q, weight_variance)
            there = self._rates(log_q + leap * here[0], weight_variance)
            ahead = (leap - 1) / 2  # of a layer the rates at its start count, so of one those here
            mean = [h + (t - h) * ahead / leap for h, t in zip(here, there, strict=True)]
            log_q, log_gradient = (
                x + leap * m for x, m in zip((log_q, log_gradient), mean, strict=True)
            )
            passed += leap
        return math.exp(log_q) / weight_variance, math.exp(log_gradient)

    def _rates(self, log_q: float, weight_variance: float) -> tuple[float, float]:
        """Return the logs of what a layer makes of a length, and of a gradient."""
        value, slope = meanfield.moments(self.theory, math.exp(log_q))
        return math.log(weight_variance * value) - log_q, math.log(weight_variance * slope)
