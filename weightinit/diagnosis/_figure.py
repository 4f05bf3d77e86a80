"""The figure of a diagnosis: signal and gradient by layer, beside theory."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from weightinit._extras import import_extra
from weightinit.diagnosis._paths import Point

__all__ = ["draw"]

_LN10 = math.log(10)


def draw(
    signal: Iterable[Sequence[Point]], gradient: Iterable[Sequence[Point]], problems: str
) -> Any:
    """Draw the longest path of the signal and of the gradient; no colour means a start here."""
    plt = import_extra("matplotlib.pyplot", use="plot()")
    figure, axes = plt.subplots(1, 2, figsize=(8.5, 3.6), layout="constrained")
    forward, backward = (max(paths, key=len, default=()) for paths in (signal, gradient))
    _panel(axes[0], forward, "signal: mean square of activations", "step {}")
    _panel(axes[1], backward[::-1], "gradient: squared norm, going back", "{} back")
    figure.suptitle(problems[:100])
    figure.set_label(f"How signal and gradient change from layer to layer: {problems}.")
    return figure


def _drawable(log: float) -> float:
    """Cut off infinities where float64 would have ended."""
    return min(max(log, -708.0), 708.0)


def _panel(ax: Any, path: Sequence[Point], title: str, step_name: str) -> None:
    ax.set_title(title, fontsize="medium")
    if not path:
        ax.text(0.5, 0.5, "no layer to follow", ha="center", transform=ax.transAxes)
        ax.set_axis_off()
        return
    places = range(len(path))
    measured, theory, low, high = (
        [value / _LN10 for value in values]
        for values in (
            [_drawable(point.change) for point in path],
            [_drawable(point.expected) for point in path],
            [_drawable(point.low) for point in path],
            [_drawable(point.high) for point in path],
        )
    )
    ax.fill_between(places, low, high, color="0.5", alpha=0.2, lw=0, label="healthy")
    ax.plot(places, theory, "--", color="0.5", label="theory")
    ax.plot(places, measured, "o-", color="black", ms=4, label="measured")
    inside = [*measured, *theory]
    ax.set(ylim=(min(*inside, -1) - 1, max(*inside, 1) + 1), ylabel="change (powers of ten)")
    every = -(-len(path) // 12)
    names = [point.layer if point.step is None else step_name.format(point.step) for point in path]
    ax.set_xticks(list(places)[::every], names[::every], rotation=60, ha="right", fontsize="small")
    ax.legend(fontsize="small")
