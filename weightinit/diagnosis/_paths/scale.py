"""Follow what the scale of the weights does to a signal, and how much it slows learning down."""

import dataclasses
import math

from weightinit.advice.question import TOO_FAR
from weightinit.diagnosis._paths.gradient import along
from weightinit.diagnosis._paths.signal import signals
from weightinit.diagnosis._paths.theory import slowed
from weightinit.diagnosis._paths.walk import Point
from weightinit.tracing import Trace

__all__ = ["scale", "slowdown"]


def scale(trace: Trace) -> list[list[Point]]:
    """Follow what the scale of the weights, over the recommended one, does to a signal.

    It is known without chance, and a point is outside its bounds where the signal, too, is outside
    them on that side: weights may be large or small if they keep it. Small ones count where they
    slow learning down a hundredfold. Recurrent layers, whose scale is that of a step, and those
    whose scale a normalization divides out have no point.
    """
    most = math.inf if slowdown(trace) > math.log(TOO_FAR) else 0.0
    paths = (
        [dataclasses.replace(p, below=min(p.below, most)) for _, p in points if p]
        for _, points in signals(trace)
    )
    return [path for path in paths if path]


def slowdown(trace: Trace) -> float:
    """Return the log of the factor by which small weights slow down the layers outside branches."""
    trace = trace.after or trace  # in which no weight is zero that small steps wake
    outside = [walked for walked in signals(trace) if not walked[0][0].block]
    level, path = max(outside, key=lambda walked: len(walked[0]), default=([], []))
    owns = [weight.own for _, weight in path if weight and weight.own > -math.inf]
    if not owns:
        return 0.0
    # Biases can hold a signal up that no gradient comes through, so both are asked.
    back = [point.change for point in along(level, trace)]
    change = min([path[-1][0].change, *(owns[0] + last for last in back[-1:])])
    return slowed(change, owns)
