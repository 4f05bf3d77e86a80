"""A name in a figure keeps its colour: He is never drawn in the colour that means Xavier.

What can be seen in a finished figure is checked: writing, and the entries of legends.
"""

import re
from collections.abc import Iterator
from typing import Any

from figure_style import CYCLE, LIGHT
from matplotlib.artist import Artist
from matplotlib.colors import to_hex, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.text import Text

# How figures name the starts that have a colour. More words after a name make it another thing:
# "zero biases"; a number, a colon, a comma or a bracket do not. "Normal" alone may be any normal.
_NAMES = {
    "zero": r"[Zz]eros?",
    "constant": r"[Cc]onstant|ones",
    "small": r"(?:normal, )?std 0\.01(?!\d)|Normal\(std=0\.01\)",
    "normal": r"standard normal|(?:normal, )?std 1(?![\d.])|N\(0, 1\)|Normal\(std=1\.0\)",
    "xavier": r"Xavier|Glorot|(?:xavier|glorot)_\w+",
    "he": r"He|Kaiming|(?:he|kaiming)_\w+",
    "lecun": r"LeCun|lecun_\w+",
    "orthogonal": r"[Oo]rthogonal",
}
_NAMED = {name: re.compile(rf"(?:{names})\s*(?:[\d:;,(=×].*)?") for name, names in _NAMES.items()}
_MEANING = {LIGHT[name]: name for name in CYCLE}


def check_colours(fig: Figure) -> None:
    """Raise ValueError if something in the figure names one start in the colour of another."""
    for words, colour in _coloured_words(fig):
        drawn = _MEANING.get(colour)
        named = {name for name, pattern in _NAMED.items() if pattern.fullmatch(words)}
        if drawn and named and drawn not in named:
            (name,) = named
            raise ValueError(
                f"a figure draws {words!r} in the colour that means {drawn!r} on every page: draw "
                f"it in C{CYCLE.index(name)}, which means {name!r}, or in the default ink"
            )


def _coloured_words(fig: Figure) -> Iterator[tuple[str, str]]:
    """Give what stands in a figure, with the colour that goes with it."""
    for text in fig.findobj(Text):
        yield " ".join(text.get_text().split()), to_hex(text.get_color())
    for ax in fig.axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            yield " ".join(str(label).split()), _colour(handle)


def _colour(handle: Any) -> str:
    """Return the colour of what a legend entry stands for; of several parts, the first one's."""
    if not isinstance(handle, Artist):  # a container of bars or of error bars
        return _colour(next(part for part in handle.get_children() if part is not None))
    getters = ("get_color", "get_facecolor", "get_edgecolor")  # a hollow marker has an edge alone
    colours = [to_rgba_array(getattr(handle, name)()) for name in getters if hasattr(handle, name)]
    return to_hex(next((found[0] for found in colours if len(found)), "none"), keep_alpha=False)
