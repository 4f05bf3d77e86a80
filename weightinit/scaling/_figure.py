"""The figure of a coordinate check: a line for each layer, over widths or depths."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from weightinit._extras import import_extra

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw"]


def draw(
    axis: str, widths: Sequence[int], panels: Mapping[str, Mapping[str, NDArray[Any]]], told: str
) -> "Figure":
    """Draw a panel for each title, with the sizes of layers over the widths, by draw and width."""
    plt = import_extra("matplotlib.pyplot", use="CoordinateCheck.plot")
    fig, axes = plt.subplots(1, len(panels), figsize=(7.2, 3.2), layout="constrained")
    for ax, (title, table) in zip(axes, panels.items(), strict=True):
        for place, (layer, sizes) in enumerate(table.items()):
            low, middle, high = sizes.min(axis=0), np.median(sizes, axis=0), sizes.max(axis=0)
            ax.fill_between(widths, low, high, color=f"C{place}", alpha=0.2, linewidth=0)
            ax.plot(widths, middle, color=f"C{place}", marker="o", ms=4, label=layer)
        ax.set(title=title, xlabel=axis, xscale="log", yscale="log")
        ax.set_xticks(widths, list(map(str, widths)))
        ax.minorticks_off()
        ax.grid(axis="y")
    axes[0].set_ylabel("root mean square")
    axes[-1].legend(fontsize="small", frameon=False)
    fig.set_label(
        f"Two charts over the {axis}, {widths[0]} to {widths[-1]}: how large each layer is at the "
        f"start, and its update in the first steps. Slopes of updates: {told}."
    )
    figure: Figure = fig
    return figure
