"""A start keeps its colour on every page: a figure that says otherwise does not get onto one."""

from collections.abc import Iterator

import figure_style
import matplotlib as mpl
import pytest
from figure_colours import check_colours
from figure_svg import inline_svg
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# How pages and scripts call the starts, one a colour, in the order of the cycle.
WORDS = (
    "zero",
    "constant 0.1",
    "normal, std 0.01",
    "N(0, 1)",
    "xavier_normal",
    "He: ×1 a layer",
    "LeCun",
    "orthogonal",
)


@pytest.fixture
def ax() -> Iterator[Axes]:
    """Return the axes of a figure in the style of the site."""
    with mpl.rc_context(figure_style.rc_params()):
        fig = Figure()
        fig.set_label("A figure that names one of the starts")
        yield fig.subplots()


def write(ax: Axes, words: str, colour: str) -> None:
    """Write the words beside a curve, as a direct label."""
    ax.text(0, 0, words, color=colour)


def label_a_curve(ax: Axes, words: str, colour: str) -> None:
    """Name a curve in the legend."""
    ax.plot([0, 1], color=colour, label=words)


def label_bars(ax: Axes, words: str, colour: str) -> None:
    """Name bars in the legend."""
    ax.bar([0, 1], [1, 2], color=colour, label=words)


def label_points(ax: Axes, words: str, colour: str) -> None:
    """Name points in the legend."""
    ax.scatter([0, 1], [1, 2], color=colour, label=words)


def label_a_band(ax: Axes, words: str, colour: str) -> None:
    """Name a shaded band in the legend."""
    ax.fill_between([0, 1], [1, 2], color=colour, alpha=0.3, label=words)


def label_hollow_points(ax: Axes, words: str, colour: str) -> None:
    """Name points that are drawn by their edges, in the legend."""
    ax.scatter([0, 1], [1, 2], facecolors="none", edgecolors=colour, label=words)


def label_error_bars(ax: Axes, words: str, colour: str) -> None:
    """Name points with error bars in the legend."""
    ax.errorbar([0, 1], [1, 2], yerr=1, color=colour, label=words)


WAYS = [
    write,
    label_a_curve,
    label_bars,
    label_points,
    label_a_band,
    label_hollow_points,
    label_error_bars,
]


def check(ax: Axes, named: int, drawn: int) -> None:
    """Ask for silence when the colour is that of the name, else for a message that names it."""
    if named == drawn:
        check_colours(ax.figure)
    else:
        with pytest.raises(ValueError, match=rf"means.*draw it in C{named}, .*default ink"):
            check_colours(ax.figure)


@pytest.mark.parametrize("named", range(8))
@pytest.mark.parametrize("drawn", range(8))
def test_a_start_has_its_colour_and_no_other(ax: Axes, named: int, drawn: int) -> None:
    """Of all colours of the cycle, each name is accepted in its own alone."""
    write(ax, WORDS[named], f"C{drawn}")
    check(ax, named, drawn)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("drawn", [4, 5])
def test_a_name_is_seen_however_it_is_put(ax: Axes, way, drawn: int) -> None:
    """He is accepted in its colour, and refused in that of Xavier, in writing and in any legend."""
    way(ax, "He", f"C{drawn}")
    check(ax, 5, drawn)


@pytest.mark.parametrize(
    "words", ["zero biases", "Heun", "sigmoid", "Xavier in float16", "std 10", "normal"]
)
def test_other_words_may_have_any_colour(ax: Axes, words: str) -> None:
    """Words that only begin like a start, or that name none, are let be."""
    for drawn in range(8):
        write(ax, words, f"C{drawn}")
    check_colours(ax.figure)


def test_a_start_may_be_drawn_in_ink(ax: Axes) -> None:
    """Ink means no start, so it contradicts none."""
    for words in WORDS:
        label_a_curve(ax, words, "black")
        ax.text(0, 0, words)
    check_colours(ax.figure)


def test_a_figure_in_wrong_colours_is_not_shown(ax: Axes) -> None:
    """The renderer of all figures checks them, so the build fails."""
    write(ax, "He", "C4")
    with pytest.raises(ValueError, match=r"'He' in the colour that means 'xavier'.*draw it in C5"):
        inline_svg(ax.figure, prefix="f")
