"""How a figure looks on the site: one palette with a light and a dark value for each colour.

Matplotlib draws with the light values; `figure_svg` then replaces each of them by a CSS variable,
so that the page decides between light and dark. Scripts stay free of all this: they draw with the
default ink and with ``"C0"`` to ``"C7"``, which have a fixed meaning on this site: `CYCLE`.
"""

from typing import Any

from cycler import cycler

# Every value appears once, since it stands for its name while matplotlib draws. The colours of the
# cycle keep apart under simulated protanopia, deuteranopia and tritanopia, and all of them have a
# contrast of at least 4.5 with the page: tests/site/test_palette.py measures both.
LIGHT = {
    "ink": "#1b1f24",
    "muted": "#626a73",
    "grid": "#dfe3e7",
    "zero": "#8c1c0c",
    "constant": "#cb2aa9",
    "small": "#94700f",
    "normal": "#737680",
    "xavier": "#1264ea",
    "he": "#0a864b",
    "lecun": "#005b8c",
    "orthogonal": "#38107e",
}
DARK = {
    "ink": "#e6e8ea",
    "muted": "#a2a9b1",
    "grid": "#33383f",
    "zero": "#fb6a4f",
    "constant": "#d964c0",
    "small": "#efcb52",
    "normal": "#8e9196",
    "xavier": "#3f8aff",
    "he": "#2ff0a0",
    "lecun": "#3cc2ff",
    "orthogonal": "#e9d6fb",
}
PAPER = {"light": "#ffffff", "dark": "#131416"}

# C0, C1, ... C7: what each colour of the cycle means on every page.
CYCLE = ("zero", "constant", "small", "normal", "xavier", "he", "lecun", "orthogonal")


def rc_params() -> dict[str, Any]:
    """Return the matplotlib settings with which every figure of the site is drawn."""
    ink, muted = LIGHT["ink"], LIGHT["muted"]
    return {
        "figure.figsize": (6.4, 3.6),
        "figure.constrained_layout.use": True,
        "figure.facecolor": "none",
        "axes.facecolor": "none",
        "savefig.facecolor": "none",
        "font.size": 10.0,
        "axes.titlesize": 10.5,
        "axes.titlelocation": "left",
        "axes.titlepad": 8.0,
        "figure.titlesize": 11.5,
        "axes.prop_cycle": cycler(color=[LIGHT[name] for name in CYCLE]),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.8,
        "axes.axisbelow": True,
        "axes.edgecolor": muted,
        "axes.labelcolor": ink,
        "axes.titlecolor": ink,
        "text.color": ink,
        "xtick.color": muted,
        "ytick.color": muted,
        "xtick.labelcolor": ink,
        "ytick.labelcolor": ink,
        "grid.color": LIGHT["grid"],
        "grid.linewidth": 0.8,
        "hatch.color": ink,
        "hatch.linewidth": 0.8,
        "boxplot.flierprops.color": ink,
        "boxplot.flierprops.markeredgecolor": ink,
        "boxplot.boxprops.color": ink,
        "boxplot.whiskerprops.color": ink,
        "boxplot.capprops.color": ink,
        "lines.linewidth": 1.8,
        "legend.frameon": False,
        "legend.labelcolor": ink,
        "legend.fontsize": 9.5,
        "svg.fonttype": "path",  # the same letters everywhere, and mathematics that is set right
        "svg.hashsalt": "weightinit",  # ids, and so pages, do not change from build to build
    }


def css_variables(theme: dict[str, str], *, paper: str) -> dict[str, str]:
    """Return the CSS variables that `figure_svg` refers to, for one of the two themes."""
    return {f"fig-{name}": value for name, value in theme.items()} | {"fig-paper": paper}


LIGHT_VARIABLES = css_variables(LIGHT, paper=PAPER["light"])
DARK_VARIABLES = css_variables(DARK, paper=PAPER["dark"])
