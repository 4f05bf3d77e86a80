"""The picture that stands for the site where a link to it is shown: drawn from the package itself.

One for all pages: what goes wrong, and what does not, when weights of four sizes pass a signal on.
sphinxext-opengraph would draw a card for each page, 56 kB of words that a preview shows beside it.
"""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from figure_style import LIGHT, PAPER, rc_params
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from sphinx.application import Sphinx

import weightinit as wi

FILE = "_static/social-card.png"
SIZE, DPI = (1200, 630), 100  # pixels: what the readers of og:image ask for
LAYERS, WIDTH = 10, 256
STARTS = {
    "std 1": (wi.Normal(std=1.0), LIGHT["normal"]),
    "He": (wi.he_normal, LIGHT["he"]),
    "std 0.01": (wi.Normal(std=0.01), LIGHT["small"]),
}
ALTERNATIVE_TEXT = (
    "Line chart: through ten layers a signal explodes when weights have a standard deviation of 1, "
    "fades with 0.01, is lost when they are zero, and holds when they start as He proposed"
)


def signal_sizes(initializer: wi.Initializer) -> list[float]:
    """Return the root mean square of a signal before and behind each ReLU layer."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((WIDTH, WIDTH))
    sizes = [1.0]
    for _ in range(LAYERS):
        x = np.maximum(x @ initializer((WIDTH, WIDTH), rng=rng), 0)
        sizes.append(float(np.sqrt(np.mean(x**2))))
    return sizes


def draw() -> Figure:
    """Return the card as a figure."""
    large, small, muted = {"fontsize": 35}, {"fontsize": 19}, LIGHT["muted"]
    with mpl.rc_context(rc_params() | {"figure.constrained_layout.use": False}):
        fig = Figure(figsize=(SIZE[0] / DPI, SIZE[1] / DPI), dpi=DPI, facecolor=PAPER["light"])
        fig.text(0.055, 0.86, "weightinit", color=muted, **small)
        question = "How should\nthe weights\nof a neural\nnetwork start?"
        fig.text(0.055, 0.79, question, va="top", linespacing=1.25, **large)
        answer = "Exact initializers, their theory,\nand demonstrations that run."
        fig.text(0.055, 0.11, answer, color=muted, linespacing=1.4, **small)
        ax = fig.add_axes((0.48, 0.15, 0.37, 0.69))
        for name, (initializer, color) in STARTS.items():
            sizes = signal_sizes(initializer)
            ax.semilogy(sizes, color=color, lw=6, solid_capstyle="round", clip_on=False)
            ax.text(LAYERS + 0.4, sizes[-1], name, color=color, va="center", **small)
        bottom = ax.get_ylim()[0]
        ax.plot([0, 0.7], [1, bottom], color=LIGHT["zero"], lw=6, solid_capstyle="round")
        ax.text(1.1, bottom * 10, "zero", color=LIGHT["zero"], **small)
        ax.set_title("Size of the signal, by layer", pad=20, **small)
        ax.set(xlim=(0, LAYERS), xticks=(0, LAYERS), yticks=(1,), yticklabels=("1",))
        ax.set(ylim=(bottom, None))
        ax.tick_params(labelsize=16)
        ax.minorticks_off()
    return fig


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the card, if the site has an address: links to it are shown elsewhere."""
    if exception is None and app.config.html_baseurl and app.builder.name == "html":
        canvas = FigureCanvasAgg(draw())
        canvas.print_png(Path(app.outdir) / FILE, metadata={"Software": None})


def configure(app: Sphinx, config: Any) -> None:  # noqa: ARG001  Sphinx passes both
    """Name the card in the settings of sphinxext-opengraph."""
    config.ogp_image = FILE
    config.ogp_image_alt = ALTERNATIVE_TEXT
    config.ogp_custom_meta_tags = [
        f'<meta property="og:image:width" content="{SIZE[0]}" />',
        f'<meta property="og:image:height" content="{SIZE[1]}" />',
        '<meta name="twitter:card" content="summary_large_image" />',
    ]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("config-inited", configure)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
