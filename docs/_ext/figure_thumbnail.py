"""A figure -> a picture for a card: no words, which nobody reads at its size, and one shape."""

import re

from figure_svg import inline_svg, standalone_svg
from matplotlib.figure import Figure

SIZE = (3.2, 1.9)  # inches: about what a card shows, so that lines keep their weight
PATH = re.compile(r' d="[^"]*"')
MORE_THAN_A_TENTH = re.compile(r"(?<=\.\d)\d+")  # of a pixel: nobody sees it


def thumbnail_svg(fig: Figure) -> str:
    """Return the figure, without its words, as a file for an ``<img>``; this alters the figure."""
    _remove_words(fig)
    fig.set_size_inches(SIZE)
    fig.set_layout_engine("constrained")
    svg = standalone_svg(inline_svg(fig, prefix="thumbnail"))
    return PATH.sub(lambda path: MORE_THAN_A_TENTH.sub("", path[0]), svg)


def _remove_words(fig: Figure) -> None:
    """Take titles, labels, legends, writing and colour bars out of a figure."""
    for ax in list(fig.axes):
        for coloured in [*ax.images, *ax.collections]:
            if coloured.colorbar:
                coloured.colorbar.remove()
    fig.suptitle("")
    fig.supxlabel("")
    fig.supylabel("")
    for artist in [*fig.texts, *fig.legends]:
        artist.remove()
    for ax in fig.axes:
        for artist in [*ax.texts, *filter(None, [ax.get_legend()])]:
            artist.remove()
        ax.set(xlabel="", ylabel="")
        for place in ("left", "center", "right"):
            ax.set_title("", loc=place)
        none = dict.fromkeys(("labelleft", "labelright", "labelbottom", "labeltop"), False)
        ax.tick_params(which="both", length=0, **none)
