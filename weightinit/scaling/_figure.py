"""The figure of a coordinate check: a line for each layer, over widths or depths."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from weightinit._extras import import_extra

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw"]

_STYLES = ("-", "--", ":")
_INSIDE = 6  # how many layers a legend inside a chart has room for
_COLUMNS = 4


def draw(
    axis: str, widths: Sequence[int], panels: Mapping[str, Mapping[str, NDArray[Any]]], told: str
) -> "Figure":
    """Draw a panel for each title, with the sizes of layers over the widths, by draw and width."""
    plt = import_extra("matplotlib.pyplot", use="CoordinateCheck.plot")
    layers = len(next(iter(panels.values())))
    below = -(-layers // _COLUMNS) if layers > _INSIDE else 0  # rows of the legend
    size = (7.2, 3.2 + 0.2 * below)
    fig, axes = plt.subplots(1, len(panels), figsize=size, layout="constrained")
    for ax, (title, table) in zip(axes, panels.items(), strict=True):
        for place, (layer, sizes) in enumerate(table.items()):
            low, middle, high = sizes.min(axis=0), np.median(sizes, axis=0), sizes.max(axis=0)
            ax.fill_between(widths, low, high, color=f"C{place}", alpha=0.2, linewidth=0)
            style = _STYLES[place // 10 % len(_STYLES)]  # there are ten colours
            ax.plot(widths, middle, style, color=f"C{place}", marker="o", ms=4, label=layer)
        ax.set(title=title, xlabel=axis, xscale="log", yscale="log")
        ax.set_xticks(widths, list(map(str, widths)))
        ax.minorticks_off()
        ax.grid(axis="y")
    axes[0].set_ylabel("root mean square")
    look = {"fontsize": "small", "frameon": False}
    if below:
        named = axes[-1].get_legend_handles_labels()
        fig.legend(*named, loc="outside lower center", ncols=_COLUMNS, **look)
    else:
        axes[-1].legend(**look)
    fig.set_label(
        f"Two charts over the {axis}, {widths[0]} to {widths[-1]}: how large each layer is at the "
        f"start, and its update in the first steps. Slopes of updates: {told}."
    )
    figure: Figure = fig
    return figure
