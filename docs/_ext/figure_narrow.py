"""A figure -> the same figure for a phone: panels below each other, words as large as elsewhere.

Shrunk to a phone, a wide figure has letters of five pixels. Here its panels take the places of a
narrower grid, and what panels of a row or a column share is written at each that stands alone now.
"""

import copy
import itertools
import re

import matplotlib.pyplot as plt
from figure_svg import inline_svg
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.text import Text

WIDTH = 4.25  # inches; on a phone that is 360 pixels wide it is shown at four fifths
SMALLEST = 9.5  # points; there they are ten pixels
SQUARE = 2.1  # inches: room enough for a picture and its words
STRIP = 1.0  # inches: what is lower than this stays beside what it belongs to
FLATTER = 0.8  # a panel is as wide as before or wider: it need not be as high
FULL_LINE = 0.9  # of the width of a figure: a line that belongs to no panel
BESIDE_KEY = 0.7  # of the width of a panel: an entry of its legend

_PATH = re.compile(r'(?<= d=")[^"]*')
_TENTH = re.compile(r"(\d\.\d)\d+")  # of a point: a fifth less to transfer than with hundredths
_WORD = re.compile(r"(?:\$[^$]*\$|[^\s$])+")  # a formula is one


class Drawing:
    """Draws a figure, or the frames of one, for a page of any width; CSS shows one of the two."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.first: Figure | None = None  # narrow, as the first frame was laid out

    def __call__(self, fig: Figure) -> str:
        """Return the figure as SVG and, if it is wider than a phone, a second one for that."""
        wide = inline_svg(fig, prefix=self.prefix)
        narrow = narrowed(fig, like=self.first)
        if narrow is None:
            return wide
        svg = inline_svg(narrow, prefix=f"{self.prefix}-narrow")
        svg = _PATH.sub(lambda path: _TENTH.sub(r"\1", path[0]), svg)
        self.first = self.first or narrow
        return f"{wide}\n{svg}"


def narrowed(fig: Figure, like: Figure | None = None) -> Figure | None:
    """Return a copy of the figure for a narrow page; None if the figure itself fits there.

    Of a figure with frames each frame is laid out `like` the first, so that nothing jumps.
    """
    width, height = fig.get_size_inches()
    if width <= WIDTH:
        return None
    narrow = copy.deepcopy(fig)
    plt.close(narrow)  # pyplot would show the copy too
    narrow.set_layout_engine("constrained")
    panels = [ax for ax in narrow.axes if ax.get_subplotspec() is not None]
    grids = {ax.get_gridspec() for ax in panels}
    rows, across = grids.pop().get_geometry() if len(grids) == 1 else (1, 1)
    fitting = _fitting(panels, width / across, height / rows) if panels else across
    if fitting < across:
        rows_below = -(-len(panels) // fitting)
        height *= rows_below / rows
        _rearrange(panels, rows_below, fitting)
    narrow.set_size_inches(WIDTH, FLATTER * height)
    _stack_legends(narrow)
    for text in narrow.findobj(Text):
        text.set_fontsize(max(SMALLEST, text.get_fontsize()))
    if like is None:
        _lay_out(narrow)
    else:
        narrow.set_layout_engine("none")
        for ax, model in zip(narrow.axes, like.axes, strict=True):
            ax.set_position(model.get_position(original=True))
    _fit_words(narrow)
    return narrow


def _fitting(panels: list[Axes], width: float, height: float) -> int:
    """Return how many panels go beside each other, none narrower than it was or needs to be."""
    if height < STRIP:
        return len(panels)
    if all(ax.get_aspect() != "auto" for ax in panels):
        width = min(width, SQUARE)
    return max(1, int(WIDTH / width))


def _rearrange(panels: list[Axes], rows: int, across: int) -> None:
    """Put the panels in a grid of so many rows, each with the words that it shared."""
    _write_what_is_shared(panels)
    if any(len(ax.get_subplotspec().rowspan) > 1 for ax in panels):
        panels = sorted(panels, key=lambda ax: ax.get_subplotspec().colspan.start)
    grid = GridSpec(rows, across, figure=panels[0].get_figure())
    for number, ax in enumerate(panels):
        ax.set_subplotspec(grid[number])
        # where all panels share a scale, it is written at the edges of the grid
        is_at_edge = {"x": number + across >= len(panels), "y": number % across == 0}
        for axis, is_outer in is_at_edge.items():
            if len(_sharing(ax, axis)) == len(panels) and not is_outer:
                _show_scale(ax, axis, shown=False)
                ax.set(**{f"{axis}label": ""})


def _write_what_is_shared(panels: list[Axes]) -> None:
    """Write at each panel the title of its column and the scales that it shares."""
    places = {ax: ax.get_subplotspec() for ax in panels}
    heads = {places[ax].colspan: ax.get_title("left") or ax.get_title() for ax in panels[::-1]}
    for ax in panels:
        if not any(map(ax.get_title, ("left", "center", "right"))):
            ax.set_title(heads[places[ax].colspan])
    for axis, line in ("x", "colspan"), ("y", "rowspan"):
        labels = {ax: getattr(ax, f"get_{axis}label")() for ax in panels}
        with_scale = {ax for ax in panels if _shows_scale(ax, axis)}
        for ax in panels:
            sharing = _sharing(ax, axis)
            if len(sharing) == 1 or not ax.axison:
                continue
            beside = [o for o in sharing if getattr(places[o], line) == getattr(places[ax], line)]
            found = [labels[other] for other in (ax, *beside, *sharing) if labels[other]]
            ax.set(**{f"{axis}label": next(iter(found), "")})
            if with_scale & set(sharing):
                _show_scale(ax, axis, shown=True)


def _sharing(ax: Axes, axis: str) -> list[Axes]:
    return getattr(ax, f"get_shared_{axis}_axes")().get_siblings(ax)


def _shows_scale(ax: Axes, axis: str) -> bool:
    side = {"x": "labelbottom", "y": "labelleft"}[axis]
    shown = getattr(ax, f"{axis}axis").get_tick_params()
    return bool(shown.get(side, shown.get("labelleft")))  # Matplotlib 3.9 knows no bottom


def _show_scale(ax: Axes, axis: str, *, shown: bool) -> None:
    ax.tick_params(axis=axis, which="both", **{{"x": "labelbottom", "y": "labelleft"}[axis]: shown})


def _stack_legends(fig: Figure) -> None:
    """Put the legends of the whole figure on top of it, with an entry a line."""
    for legend in [*fig.legends]:
        fig.legends.remove(legend)
        labels = [text.get_text() for text in legend.get_texts()]
        fig.legend(legend.legend_handles, labels, loc="outside upper left")


def _lay_out(fig: Figure) -> None:
    """Find the places of the panels, without the words whose lines are broken to fit these."""
    words: list[Artist] = []
    for ax in fig.axes:
        legend = ax.get_legend()
        words += [*_titles(ax), ax.xaxis.label, *([legend] if legend else [])]
    for part in words:
        part.set_in_layout(False)
    fig.draw_without_rendering()
    for part in words:
        part.set_in_layout(True)


def _titles(ax: Axes) -> list[Text]:
    return [text for text in ax.get_children() if isinstance(text, Text) and text not in ax.texts]


def _fit_words(fig: Figure) -> None:
    """Break the lines that are wider than what they belong to; turn crowded labels of a scale."""
    for ax in fig.axes:
        place = ax.get_position(original=True)
        width, height = fig.get_size_inches() * (place.width, place.height)
        for text in (*_titles(ax), ax.xaxis.label):
            _break_lines(text, width)
        _break_lines(ax.yaxis.label, height)
        for text in ax.get_legend().get_texts() if ax.get_legend() else ():
            _break_lines(text, BESIDE_KEY * width)
        if _is_crowded(ax):
            ax.tick_params(axis="x", labelrotation=90)
    for text in fig.texts:
        _break_lines(text, FULL_LINE * WIDTH)


def _is_crowded(ax: Axes) -> bool:
    """Tell whether labels below the panel touch each other."""
    left, right = ax.bbox.x0 - 1, ax.bbox.x1 + 1
    labels = [text for text in ax.get_xticklabels() if text.get_text() and not text.get_rotation()]
    boxes = [text.get_window_extent() for text in labels]
    seen = sorted((b.x0, b.x1) for b in boxes if left <= (b.x0 + b.x1) / 2 <= right)
    return any(end > start for (_, end), (start, _) in itertools.pairwise(seen))


def _break_lines(text: Text, width: float) -> None:
    """Break the lines of a text where they would be wider than so many inches."""
    lines: list[str] = []
    for line in text.get_text().split("\n"):
        lines.append("")
        for word in _WORD.findall(line):
            text.set_text(f"{lines[-1]} {word}".strip())
            box = text.get_window_extent()
            if lines[-1] and max(box.width, box.height) > width * text.get_figure().dpi:
                lines.append(word)
            else:
                lines[-1] = text.get_text()
    text.set_text("\n".join(lines))
