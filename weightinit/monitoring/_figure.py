"""The figure of a run: ridgelines by layer, and curves over the steps below them."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from weightinit._extras import import_extra
from weightinit.monitoring.records import EDGES, LayerRecord
from weightinit.networks.layers.base import Array

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw"]

# Layers differ in shade and stroke: a colour of the cycle may mean a start to the reader.
_STROKES = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)))
_LAYERS, _RIDGES = len(_STROKES), 8


def draw(steps: Array, losses: Array, layers: Mapping[str, LayerRecord]) -> "Figure":
    """Draw two rows of ridgelines, and a row of curves over the steps."""
    if not len(steps):
        raise ValueError(
            "there is nothing to draw: nothing was recorded yet; pass the monitor to wi.train"
        )
    plt = import_extra("matplotlib.pyplot", use="plot()")
    chosen = [list(layers.values())[place] for place in _spread(len(layers), _LAYERS)]
    figure = plt.figure(figsize=(7.6, 7.2), layout="constrained")
    top, bottom = figure.subfigures(2, 1, height_ratios=(2.3, 1))
    axes = top.subplots(2, len(chosen), sharex="row", sharey=True, squeeze=False)
    for line, kind in zip(axes, ("activation", "gradient"), strict=True):
        _ridgelines(line, kind, chosen, steps)
    _curves(bottom, chosen, steps, losses)
    figure.set_label(_words(steps, losses, list(layers.values())))
    found: Figure = figure
    return found


def _spread(n: int, most: int) -> list[int]:
    """Return at most this many places among n, evenly spaced, with the first and the last."""
    return sorted(set(np.linspace(0, n - 1, min(n, most)).round().astype(int).tolist()))


def _shades(n: int) -> list[float]:
    """Return an opacity for each layer, from the first to the last."""
    return [float(shade) for shade in np.linspace(0.55, 1.0, n)]


def _ridgelines(line: Any, kind: str, chosen: Sequence[LayerRecord], steps: Array) -> None:
    """Draw a row: a panel for each layer, a ridge for each of some records, the first on top."""
    places = _spread(len(steps), _RIDGES)
    histograms = [getattr(layer, f"{kind}_histogram")[places] for layer in chosen]
    middles = (EDGES[:-1] + EDGES[1:]) / 2
    filled = np.flatnonzero(sum(rows.sum(axis=0) for rows in histograms))
    low, high = (middles[filled[0]], middles[filled[-1]]) if len(filled) else (-1.0, 0.0)
    for shade, ax, layer, rows in zip(_shades(len(chosen)), line, chosen, histograms, strict=True):
        height = 1.6 / max(rows.max(), 1e-9)
        for ridge, shares in enumerate(rows):
            base, order = -ridge, {"zorder": 2 + ridge / 10}
            top = base + height * shares
            ax.fill_between(middles, base, top, color="black", alpha=0.2, linewidth=0, **order)
            ax.plot(middles, top, color="black", alpha=shade, linewidth=1, **order)
        ax.set_xlim(max(low - 0.5, high - 8), high + 0.5)
        ax.locator_params(axis="x", nbins=3, integer=True)
        ax.xaxis.set_major_formatter(lambda power, _: f"$10^{{{power:.0f}}}$")
        if kind == "activation":
            ax.set_title(layer.name)
    line[0].set_yticks([-ridge for ridge in range(len(places))], [str(steps[p]) for p in places])
    line[0].set_ylabel(f"|{kind}|\nstep")


def _curves(figure: Any, chosen: Sequence[LayerRecord], steps: Array, losses: Array) -> None:
    has_loss = bool(np.isfinite(losses).any())
    axes = figure.subplots(1, 3 if has_loss else 2)
    marker = "o" if len(steps) < 3 else None
    for shade, stroke, layer in zip(_shades(len(chosen)), _STROKES, chosen, strict=False):
        look = {"color": "black", "alpha": shade, "linestyle": stroke, "marker": marker}
        ratio = np.where(layer.update_ratio > 0, layer.update_ratio, np.nan)
        axes[0].plot(steps, ratio, label=layer.name, **look)
        axes[1].plot(steps, layer.distinct / layer.units, **look)
    axes[0].legend(fontsize="small", frameon=False)
    axes[0].set(title="Update / weight", yscale="log", xlabel="step")
    axes[1].set(title="Distinct units (share)", ylim=(-0.05, 1.08), xlabel="step")
    if has_loss:
        axes[2].plot(steps, losses, color=axes[0].xaxis.label.get_color(), marker=marker)
        axes[2].set(title="Loss of the probe", xlabel="step")


def _words(steps: Array, losses: Array, layers: Sequence[LayerRecord]) -> str:
    """Say what the figure shows, with the numbers at both ends."""
    parts = [
        f"{layer.name}: signal {math.sqrt(layer.second_moment[0]):.2g} to "
        f"{math.sqrt(layer.second_moment[-1]):.2g}, gradient {layer.gradient_rms[0]:.2g} to "
        f"{layer.gradient_rms[-1]:.2g}, distinct units {layer.distinct[0]} to "
        f"{layer.distinct[-1]} of {layer.units}"
        for layer in (layers[place] for place in _spread(len(layers), _LAYERS))
    ]
    has_loss = bool(np.isfinite(losses).all())
    shown = "update-to-weight ratio, distinct units" + (" and loss" if has_loss else "")
    loss = f" Loss {losses[0]:.3g} to {losses[-1]:.3g}." if has_loss else ""
    return (
        f"Ridgelines of activations and gradients by layer, steps {steps[0]} to {steps[-1]}; "
        f"below, {shown}. {'; '.join(parts)}.{loss}"
    )
