"""A figure -> a picture for a card: no words, which nobody reads at its size, and one shape.

Sphinx-gallery copies the figure as it is. Fewer corners and colours, which nobody would see, make
11 pictures of the gallery 64 kB in place of 115 (gzip).
"""

import base64
import io
import re

from figure_svg import inline_svg, standalone_svg
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text
from PIL import Image

SIZE = (3.2, 1.9)  # inches: about what a card shows, so that lines keep their weight
VISIBLE = 1.0  # points: what lies nearer to the last corner of a curve is left out
COLOURS = 64  # of a raster, of which noise of more colours would be the heaviest part of a page
CURVE = 20  # corners: what has fewer, such as a thin bar, needs them all

_PATH = re.compile(r'(?<= d=")[^"]*')
_RASTER = re.compile(r"(?<=data:image/png;base64,)[^\"]+")
_SPACE = re.compile(r">\s+<")
_EMPTY = re.compile(r"<(g|defs)(?: />|></\1>)")
_DESCRIPTION = re.compile(r' role="img" aria-label="[^"]*"')  # the text of the card's link says it
_STEP = re.compile(r"([A-Za-z])([^A-Za-z]*)")


def thumbnail_svg(fig: Figure) -> str:
    """Return the figure, without its words, as a file for an ``<img>``; this alters the figure."""
    _remove_words(fig)
    fig.set_size_inches(SIZE)
    fig.set_layout_engine("constrained")
    svg = standalone_svg(inline_svg(fig, prefix="thumbnail"))
    svg = _PATH.sub(lambda path: _thinned(path[0]), svg)
    svg = _RASTER.sub(lambda raster: _reduced(raster[0]), svg)
    svg = _SPACE.sub("><", _DESCRIPTION.sub("", svg))
    while (smaller := _EMPTY.sub("", svg)) != svg:
        svg = smaller
    return svg


def _thinned(path: str) -> str:
    """Return the path without corners that nobody would see, to a tenth of a point."""
    steps = [(step[1], [float(x) for x in step[2].split()]) for step in _STEP.finditer(path)]
    kept: list[str] = []
    last = [float("inf")] * 2
    for number, (letter, at) in enumerate(steps):
        is_inside = letter == "L" and number + 1 < len(steps) and steps[number + 1][0] == "L"
        if (
            len(steps) > CURVE
            and is_inside
            and max(abs(a - b) for a, b in zip(at, last, strict=True)) < VISIBLE
        ):
            continue
        kept.append(letter + " ".join(f"{x:.1f}".removesuffix(".0") for x in at))
        last = at[-2:] or last
    return "".join(kept)


def _reduced(raster: str) -> str:
    """Return a PNG, in base64, with fewer colours."""
    image = Image.open(io.BytesIO(base64.b64decode(raster)))
    stream = io.BytesIO()
    image.quantize(COLOURS, Image.Quantize.FASTOCTREE).save(stream, "png", optimize=True)
    return base64.b64encode(stream.getvalue()).decode()


def _remove_words(fig: Figure) -> None:
    """Take titles, labels, legends, writing and colour bars out of a figure."""
    bars = {part.colorbar for ax in fig.axes for part in (*ax.images, *ax.collections)} - {None}
    for artist in (*bars, *fig.findobj(Legend)):
        artist.remove()
    none = dict.fromkeys(("labelleft", "labelright", "labelbottom", "labeltop"), False)
    for ax in fig.axes:
        ax.tick_params(which="both", length=0, **none)
    for text in fig.findobj(Text):
        text.set(visible=False, in_layout=False)
