"""The question that a recommendation answers, and what it takes from the activation."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from weightinit import activations
from weightinit._checks import check_flag, check_integer
from weightinit.activations import Activation
from weightinit.advice.passage import Passage, passage
from weightinit.defaults import initializer_for
from weightinit.gains import ActivationLike, gain
from weightinit.initializers import VarianceScaling

__all__ = ["DEEP", "DEEPEST", "Question"]

#: From so many layers on a network is called deep. A convention: at 10 the longest direction of a
#: product of wide normal matrices is stretched 5 times as much as the rms one, and growing.
DEEP = 10

#: A depth beyond is counted as this one: what theory says of it is said of the deeper.
DEEPEST = 10**6


@dataclass(frozen=True, eq=False)
class Question:
    """The arguments of :func:`recommend`, checked."""

    activation: ActivationLike
    depth: int | None  #: that theory counts with, at most DEEPEST
    residual: bool
    normalized: bool
    asked_depth: int | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        gain(self.activation)  # which refuses what is no activation
        if self.depth is not None:
            hint = "leave it out if it is unknown"
            asked = check_integer("depth", self.depth, at_least=1, at_most=None, hint=hint)
            object.__setattr__(self, "asked_depth", asked)
            object.__setattr__(self, "depth", min(asked, DEEPEST))
        for flag in ("residual", "normalized"):
            hint = "the number of layers or branches goes into depth="
            object.__setattr__(self, flag, check_flag(flag, getattr(self, flag), hint=hint))

    @property
    def known(self) -> Activation | None:
        """The activation, if it is one and not just a callable."""
        if isinstance(self.activation, str | Activation):
            return activations.get(self.activation)
        return None

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
    def function(self) -> Callable[[Any], Any]:
        """The activation, to be called."""
        return self.known or self.activation  # type: ignore[return-value]  # a name is known

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
        """The initializer of the activation, whatever the layer."""
        return initializer_for(self.activation)

    @cached_property
    def unit_gain(self) -> float:
        """The gain that keeps a mean square of 1."""
        return gain(self.activation)

    @cached_property
    def at_unit_gain(self) -> Passage:
        """What a layer does with that gain."""
        return passage(self.activation, self.unit_gain**2)

    @cached_property
    def at_base(self) -> Passage:
        """What a layer does with the weights of `base`."""
        return passage(self.activation, self.base.scale)

    @property
    def slope_gain(self) -> float:
        """The gain that makes the slope at zero 1."""
        return 1.0 / self.at_unit_gain.slope_at_zero
