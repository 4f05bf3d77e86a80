"""Where a path leaves its bounds, and the sentence that says so."""

import math
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from weightinit.diagnosis._paths import Point

__all__ = ["Departure", "departure"]

_WHAT = {
    "signal": "signal's mean square",
    "gradient": "gradient's squared norm",
    "scale": "weights' own factor on a mean square",
}


class Departure(NamedTuple):
    """Where a path leaves its bounds.

    Parameters
    ----------
    layers : list of str
        The layers at which it does, the first one first.
    evidence : str
        What was measured there, beside what a healthy start would show.
    severity : float
        How many powers of ten the path is outside of its bounds, where it is farthest outside.
    """

    layers: list[str]
    evidence: str
    severity: float


def departure(
    paths: Iterable[Sequence[Point]], what: str, *, fading: bool, explained: Collection[str]
) -> Departure | None:
    """Return where the first path that leaves its bounds does so, if one does.

    `what` is the quantity on the path: "signal", "gradient" or "scale".
    """

    def beyond(point: Point) -> float:
        outside = point.below if fading else point.above
        return outside if point.layer not in explained else 0.0

    for path in paths:
        place = next((i for i, point in enumerate(path) if beyond(point) > 0), None)
        if place is not None:
            point = path[place]
            others = [p.layer for p in path if p.alone and (p.own < 0) == fading]
            return Departure(
                list(dict.fromkeys([point.layer, *others])),
                _evidence(what, point, _end(path[place:]), fading=fading),
                max(map(beyond, path)) / math.log(10),
            )
    return None


def _end(path: Sequence[Point]) -> Point:
    """Return the last point before the signal sets out anew, behind a normalization."""
    end, *later = path
    for point in later:
        if point.passed <= end.passed:
            break
        end = point
    return end


def _evidence(what: str, point: Point, end: Point, *, fading: bool) -> str:
    """Say what was measured at a point, beside what a healthy start would show there."""
    limit = point.low if fading else point.high
    beyond = point.change < limit if fading else point.change > limit
    width = "this width" if point.passed == 1 else "these widths"
    if not beyond and point.passed > 1:
        found = f"is multiplied by {_factor(point.own)} in {point.layer} alone, and"
        found += f" by {_factor(point.change)} {_way(what, point)}"
    elif fading:
        found = f"falls to {_share(point.change)} {_way(what, point)}; a healthy start of {width}"
        found += f" keeps at least {_share(limit)}"
    else:
        found = f"is multiplied by {_factor(point.change)} {_way(what, point)}; a healthy start of"
        found += f" {width} multiplies it by at most {_factor(limit)}"
    rest = "" if end is point else _left(end, fading=fading)
    return f"The {_WHAT[what]} {found}.{rest}"


def _way(what: str, point: Point) -> str:
    """Name the layers or time steps up to a point."""
    count, layer = point.passed, point.layer
    if point.step is not None:
        steps = "one time step" if count == 1 else f"{count} time steps"
        return f"in {steps} of {layer}" + (", going back" if what == "gradient" else "")
    if what != "gradient":
        return f"in {layer}" if count == 1 else f"over the {count} layers up to {layer}"
    return f"going back {'through' if count == 1 else f'over the {count} layers to'} {layer}"


def _left(end: Point, *, fading: bool) -> str:
    """Say what has become of it at the end of its path; nothing of a branch that ends with zero."""
    if end.change == -math.inf:
        return ""
    units = "layers" if end.step is None else "time steps"
    left = (
        f"{_share(end.change)} is left" if fading else f"it is {_factor(end.change)} times as large"
    )
    return f" After all {end.passed} {units} {left}."


def _share(log: float) -> str:
    """Write exp(log) as a percentage, or as a power of ten where that is too small to read."""
    return f"{100 * math.exp(log):.2g} %" if -13.8 < log < 0 else _factor(log)


def _factor(log: float) -> str:
    """Write exp(log), which itself might overflow, in two digits."""
    if log == -math.inf:
        return "0"
    exponent = math.floor(log / math.log(10))
    if -3 <= exponent <= 1:
        return f"{math.exp(log):.2g}"
    if exponent in (2, 3):
        return f"{math.exp(log):.0f}"
    digits = round(math.exp(log - exponent * math.log(10)), 1)
    if digits == 10:
        digits, exponent = 1.0, exponent + 1
    return f"{digits:.1f}e{exponent:+03d}"
