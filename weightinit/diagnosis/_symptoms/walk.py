"""Add up what the layers do to a signal or a gradient, beside what they may do."""

import math

from weightinit.diagnosis._symptoms.bounds import Bounds, Point

__all__ = ["Walk"]


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
