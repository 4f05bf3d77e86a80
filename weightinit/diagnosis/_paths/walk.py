"""Add up what the layers do to a signal or a gradient, beside what they may do."""

import math
from dataclasses import dataclass

from weightinit.diagnosis._paths.bounds import Bounds

__all__ = ["Point", "Walk", "log"]


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
    below, above : float
        How far it is below, or above, here, or goes too far in this one layer; at most 0 if it
        does not.
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
    below: float
    above: float
    alone: bool

    @property
    def fades(self) -> bool:
        """Whether it is below the bounds, or falls too far in this one layer."""
        return self.below > 0

    @property
    def explodes(self) -> bool:
        """Whether it is above the bounds, or grows too much in this one layer."""
        return self.above > 0


class Walk:
    """A sum over the layers that a signal passes, one call of ``go`` each."""

    def __init__(self) -> None:
        self.change = self.fading = self.growing = self.expected = 0.0
        self.bounds = Bounds(layers=0)

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
        self.bounds = self.bounds.then(bounds)
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
            below=max(self.bounds.low - self.fading, bounds.low - fading),
            above=max(self.growing - self.bounds.high, growing - bounds.high),
            alone=fading < bounds.low or growing > bounds.high,
        )


def log(ratio: float) -> float:
    """Return the logarithm of a ratio that may be zero."""
    return math.log(ratio) if ratio > 0 else -math.inf
