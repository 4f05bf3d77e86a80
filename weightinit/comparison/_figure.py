"""The figure of a comparison: curves of training, and where each run ended."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from weightinit._checks import check_mapping
from weightinit._extras import import_extra
from weightinit._messages import message, shown
from weightinit.comparison.cells import Cell, curve
from weightinit.comparison.standings import Scores, Standing
from weightinit.training import History

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw"]

_USE = "Comparison.plot"


def draw(
    cells: Sequence[Cell],
    scores: Scores,
    standings: Sequence[Standing],
    measure: str,
    colors: Mapping[str, str] | None,
) -> "Figure":
    """Draw the curves, if there are any, and the final numbers, best on top."""
    plt = import_extra("matplotlib.pyplot", use=_USE)
    done = [cell for cell in cells if cell.result is not None]
    if not done:
        raise ValueError("there is nothing to draw: all cells failed; print the comparison for why")
    colors = _colors(cells, colors)
    has_curves = isinstance(done[0].result, History)
    height = 1.6 + 0.4 * max(len(standings), 4)
    columns = 2 if has_curves else 1
    fig, axes = plt.subplots(
        1, columns, figsize=(3.6 * columns, height), layout="constrained", squeeze=False
    )
    fig.set_label(_text(standings, measure, len({cell.seed for cell in cells}), has_curves))
    if has_curves:
        _draw_curves(axes[0, 0], done, measure, colors)
    _draw_finals(axes[0, -1], scores, standings, measure, colors)
    figure: Figure = fig
    return figure


def _colors(cells: Sequence[Cell], given: Mapping[str, str] | None) -> dict[str, str]:
    labels = dict.fromkeys(cell.label for cell in cells)
    if given is None:
        return {label: f"C{number}" for number, label in enumerate(labels)}
    hint = 'write {"he_normal": "C0"}'
    allowed = "a mapping from labels to colours"
    by_label = check_mapping("colors", given, allowed, hint=hint)
    missing = [label for label in labels if label not in by_label]
    if missing:
        raise ValueError(f"colors must hold a colour for each label, got none for {shown(missing)}")
    is_color_like = import_extra("matplotlib.colors", use=_USE).is_color_like
    for label in labels:
        if not is_color_like(by_label[label]):
            place = f"colors[{shown(label)}]"
            raise ValueError(message(place, by_label[label], "a colour of Matplotlib", hint))
    return {label: by_label[label] for label in labels}


def _draw_curves(ax: Any, done: Sequence[Cell], measure: str, colors: Mapping[str, str]) -> None:
    lowest = np.inf
    for label, color in colors.items():
        curves = [
            curve(cell.result, measure)
            for cell in done
            if cell.label == label and isinstance(cell.result, History)
        ]
        if not curves:
            continue
        epochs = min(map(len, curves))
        values = np.array([values[:epochs] for values in curves])
        low, middle, high = np.quantile(values, (0.25, 0.5, 0.75), axis=0)
        lowest = min(lowest, float(low.min()))
        x = np.arange(1, epochs + 1)
        ax.fill_between(x, low, high, color=color, alpha=0.2, linewidth=0)
        ax.plot(x, middle, color=color, marker="o" if epochs == 1 else None)
    ax.set(xlabel="epoch", ylabel=measure, title=f"{measure.capitalize()} by epoch")
    ax.xaxis.get_major_locator().set_params(integer=True)
    if measure == "loss" and lowest > 0:
        ax.set_yscale("log")
    ax.grid(axis="y")


def _draw_finals(
    ax: Any,
    scores: Scores,
    standings: Sequence[Standing],
    measure: str,
    colors: Mapping[str, str],
) -> None:
    for row, standing in enumerate(standings):
        color = colors[standing.label]
        values = list(scores[standing.label].values())
        apart = np.linspace(-0.18, 0.18, len(values)) if len(values) > 1 else 0 * np.array(values)
        ax.plot(values, row + apart, "o", color=color, alpha=0.7, markersize=4, markeredgewidth=0)
        if standing.mean is not None:
            ax.plot([standing.mean] * 2, [row - 0.32, row + 0.32], color=color, linewidth=2)
        if standing.failures:
            place = {"xycoords": ("axes fraction", "data"), "ha": "right", "va": "center"}
            ax.annotate(f"{standing.failures} failed", (1, row + 0.36), color=color, **place)
    names = [textwrap.fill(standing.label, 24) for standing in standings]
    ax.set_yticks(range(len(standings)), names)
    ax.set_ylim(len(standings) - 0.5, -0.5)
    if measure == "loss" and min(min(done.values()) for done in scores.values() if done) > 0:
        ax.set_xscale("log")
    name = measure if measure == "score" else f"final {measure}"
    ax.set(xlabel=name, title="Each run, and the mean")
    ax.grid(axis="x")


def _text(standings: Sequence[Standing], measure: str, seeds: int, has_curves: bool) -> str:
    what = f"{measure.capitalize()} by epoch, and final" if has_curves else "Final"
    count = "one seed" if seeds == 1 else f"{seeds} seeds"
    means = ", ".join(
        f"{s.label} failed" if s.mean is None else f"{s.label} {s.mean:.3g}" for s in standings
    )
    return f"{what} {measure} of each run, {count}. Means: {means}."
