"""The figure of failure rates: a dot for each problem, and its interval."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from weightinit._chances import wilson_interval
from weightinit._extras import import_extra
from weightinit.risk._table import percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw"]


def draw(counts: Mapping[str, int], draws: int) -> "Figure":
    """Draw the rates, the first on top; no colour means a start here."""
    plt = import_extra("matplotlib.pyplot", use="FailureRates.plot")
    fig, ax = plt.subplots(figsize=(6.0, 1.2 + 0.35 * len(counts)), layout="constrained")
    for row, count in enumerate(counts.values()):
        ax.plot(wilson_interval(count, draws), [row, row], color="0.5", lw=3, solid_capstyle="butt")
        ax.plot(count / draws, row, "o", color="black", ms=6)
    ax.set_yticks(range(len(counts)), counts)
    ax.set(xlim=(-0.02, 1.02), ylim=(len(counts) - 0.5, -0.5), xlabel="share of the draws")
    ax.set_title(f"{draws:,} draws; bars: 95 % intervals")
    ax.grid(axis="x")
    rates = ", ".join(f"{problem} {percent(n / draws)}" for problem, n in counts.items())
    fig.set_label(f"How often each problem appears in {draws:,} draws, with intervals: {rates}.")
    figure: Figure = fig
    return figure
