"""What can be wrong along a path: signals and gradients that fade or explode."""

import math
from collections.abc import Iterable

from weightinit.diagnosis import remedies
from weightinit.diagnosis.bounds import Point
from weightinit.diagnosis.facts import Facts
from weightinit.diagnosis.finding import Finding

__all__ = ["exploding_gradient", "exploding_signal", "vanishing_gradient", "vanishing_signal"]


def vanishing_signal(facts: Facts) -> Finding | None:
    """Look for a layer up to which the signal has faded more than depth and width explain."""
    return _look("vanishing signal", facts, facts.forward, fading=True)


def exploding_signal(facts: Facts) -> Finding | None:
    """Look for a layer up to which the signal has grown more than depth and width explain."""
    return _look("exploding signal", facts, facts.forward, fading=False)


def vanishing_gradient(facts: Facts) -> Finding | None:
    """Look for a layer behind which the gradient has faded more than depth and width explain."""
    return _look("vanishing gradient", facts, facts.backward, fading=True)


def exploding_gradient(facts: Facts) -> Finding | None:
    """Look for a layer behind which the gradient has grown more than depth and width explain."""
    return _look("exploding gradient", facts, facts.backward, fading=False)


def _look(
    problem: str, facts: Facts, paths: Iterable[list[Point]], *, fading: bool
) -> Finding | None:
    """Return a finding for the first layer at which a path leaves its bounds."""
    for path in paths:
        for count, point in enumerate(path, 1):
            if (point.fades if fading else point.explodes) and point.layer not in facts.explained:
                row = facts.row(point.layer)
                evidence = _evidence(problem, point, count, path[-1], fading=fading)
                also = remedies.also(
                    dict.fromkeys(
                        other.layer
                        for other in path
                        if other.alone and (other.own < 0) == fading and other.layer != point.layer
                    )
                )
                return Finding(problem, point.layer, evidence + also, remedies.rescale(row))
    return None


def _evidence(problem: str, point: Point, count: int, end: Point, *, fading: bool) -> str:
    what = "second moment" if problem.endswith("signal") else "squared gradient"
    unit = "layer" if point.step is None else "time step"
    units = f"{count} {unit} multiplies" if count == 1 else f"{count} {unit}s multiply"
    limit = point.low if fading else point.high
    beyond = point.change < limit if fading else point.change > limit
    rest = "" if end is point else f"; in all it comes to {_factor(end.change)}"
    if beyond or count == 1:
        return (
            f"{units} the {what} by {_factor(point.change)}; a good start of these widths by "
            f"{_factor(limit)} at {'least' if fading else 'most'}{rest}"
        )
    return (
        f"this {unit} alone multiplies the {what} by {_factor(point.own)}; {units} it by "
        f"{_factor(point.change)}{rest}"
    )


def _factor(log: float) -> str:
    """Write exp(log), which itself might overflow, in two digits."""
    if log == -math.inf:
        return "0"
    exponent = math.floor(log / math.log(10))
    if -3 <= exponent <= 1:
        return f"{math.exp(log):.2g}"
    if exponent in (2, 3):
        return f"{math.exp(log):.0f}"
    return f"{math.exp(log - exponent * math.log(10)):.1f}e{exponent:+03d}"
