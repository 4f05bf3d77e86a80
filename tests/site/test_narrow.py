"""Figures as a phone shows them: panels below each other, each with all its words, none cut off."""

import re
from collections.abc import Callable, Iterator

import figure_style
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from figure_narrow import WIDTH, Drawing, narrowed
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text

PHONE = 328  # pixels: what a page of 360 leaves for a figure
LEAST_PIXELS = 10  # high, at which letters still read well


@pytest.fixture
def panels() -> Iterator[Callable[..., tuple[Figure, np.ndarray]]]:
    """Return `plt.subplots` in the site's style; its figures are described."""

    def panels(*shape: int, **options: object) -> tuple[Figure, np.ndarray]:
        fig, axes = plt.subplots(*shape, squeeze=False, **options)
        fig.set_label("Some panels that have titles and labels")
        return fig, axes

    with mpl.rc_context(figure_style.rc_params()), mpl.rc_context({"backend": "agg"}):
        yield panels
        plt.close("all")


def left_edges(fig: Figure) -> list[float]:
    """Return where the panels begin, rounded to a hundredth of the figure's width."""
    fig.draw_without_rendering()
    return [round(ax.get_position().x0, 2) for ax in fig.axes]


def words(ax: Axes) -> tuple[str, str, str]:
    """Return the title and the labels of a panel."""
    return ax.get_title("left"), ax.get_xlabel(), ax.get_ylabel()


def shows(ax: Axes) -> tuple[bool, bool]:
    """Tell whether the numbers of the x axis and of the y axis are written."""
    shown = [axis.get_major_ticks()[0].label1.get_visible() for axis in (ax.xaxis, ax.yaxis)]
    return shown[0], shown[1]


def test_a_narrow_figure_stays(panels: Callable) -> None:
    """A figure that a phone shows as it is has one drawing."""
    fig, _ = panels(1, 1, figsize=(WIDTH, 3))
    assert narrowed(fig) is None
    assert Drawing("f")(fig).count("<svg") == 1


def test_a_wide_figure_is_drawn_twice(panels: Callable) -> None:
    """A wider one has two, as wide as it is and as wide as a phone; their ids do not meet."""
    fig, _ = panels(1, 2, figsize=(7, 3))
    svg = Drawing("f")(fig)
    assert re.findall(r'<svg[^>]* width="(\d+)"', svg) == ["672", "408"]
    ids = re.findall(r' id="([^"]+)"', svg)
    assert len(set(ids)) == len(ids) > 0


def test_the_figure_itself_is_not_changed(panels: Callable) -> None:
    """Drawn once more, the wide figure is the same; pyplot knows of no other."""
    fig, (axes,) = panels(1, 2, figsize=(7, 3), sharey=True)
    axes[1].set_title("a title that is much too long for one of the two panels")
    first, second = (Drawing("f")(fig) for _ in range(2))
    assert first == second
    assert plt.get_fignums() == [fig.number]


def test_panels_go_below_each_other(panels: Callable) -> None:
    """Panels beside each other become a column, in their order, each as high as four fifths."""
    fig, (axes,) = panels(1, 3, figsize=(7, 3))
    for number, ax in enumerate(axes):
        ax.set_title(f"panel {number}")
    narrow = narrowed(fig)
    assert len(set(left_edges(narrow))) == 1
    assert [words(ax)[0] for ax in narrow.axes] == ["panel 0", "panel 1", "panel 2"]
    tops = [ax.get_position().y1 for ax in narrow.axes]
    assert tops == sorted(tops, reverse=True)
    assert tuple(narrow.get_size_inches()) == pytest.approx((WIDTH, 3 * 3 * 0.8))


def test_small_panels_keep_their_size(panels: Callable) -> None:
    """Of many small panels as many stay beside each other as fit without becoming smaller."""
    fig, _ = panels(3, 6, figsize=(6.9, 4.2))
    narrow = narrowed(fig)
    assert len(set(left_edges(narrow))) == 3
    assert len(narrow.axes) == 18


def test_pictures_stay_beside_each_other(panels: Callable) -> None:
    """Two square pictures go beside each other on a phone."""
    fig, axes = panels(1, 2, figsize=(7, 3.5))
    for ax in axes.flat:
        ax.imshow(np.eye(3))
    assert len(set(left_edges(narrowed(fig)))) == 2


def test_strips_stay_beside_what_belongs_to_them(panels: Callable) -> None:
    """Rows that are less than an inch high stay rows."""
    fig, _ = panels(5, 2, figsize=(6.4, 4.4))
    assert len(set(left_edges(narrowed(fig)))) == 2


def test_what_panels_share_is_written_at_each(panels: Callable) -> None:
    """A title of a column, and a scale of a row or column, stand at each of its panels."""
    fig, axes = panels(2, 2, figsize=(7, 5), sharex="col", sharey="row")
    for ax, title in zip(axes[0], ("left", "right"), strict=True):
        ax.set_title(title)
    for ax, label in zip(axes[:, 0], ("upper", "lower"), strict=True):
        ax.set_ylabel(label)
    for ax in axes[1]:
        ax.set_xlabel("step")
    narrow = narrowed(fig)
    assert [words(ax) for ax in narrow.axes] == [
        (title, "step", label) for label in ("upper", "lower") for title in ("left", "right")
    ]
    assert all(shows(ax) == (True, True) for ax in narrow.axes)


def test_what_all_share_is_written_once(panels: Callable) -> None:
    """A scale that all panels share stands at the edge: x at the bottom of the column."""
    fig, (axes,) = panels(1, 3, figsize=(7, 3), sharex=True, sharey=True)
    for ax in axes:
        ax.set_xlabel("layer")
    narrow = narrowed(fig)
    assert [shows(ax) for ax in narrow.axes] == [(False, True), (False, True), (True, True)]
    assert [ax.get_xlabel() for ax in narrow.axes] == ["", "", "layer"]


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (1, 3), (2, 2)])
def test_all_words_are_inside_and_large_enough(panels: Callable, shape: tuple[int, int]) -> None:
    """Long titles, labels and legends are whole; no letter of them is below ten pixels."""
    long = r"words that go on and on, with $\sqrt{2 / n}$, until the line is full and more"
    fig, axes = panels(*shape, figsize=(7, 3 * shape[0]), sharey=True)
    for ax in axes.flat:
        ax.plot([1, 2], label=long)
        ax.legend()
        ax.set_title(long, fontsize=7)
        ax.set_xlabel(" ".join(long.split()[:8]))
    fig.legend(3 * [axes[0, 0].lines[0]], 3 * [long[:30]], ncols=3, loc="outside upper center")
    fig.suptitle(long)
    narrow = narrowed(fig)
    narrow.draw_without_rendering()
    box = narrow.bbox.expanded(1.01, 1.01)
    for text in narrow.findobj(Text):
        assert text.get_fontsize() * 96 / 72 * PHONE / (96 * WIDTH) >= LEAST_PIXELS
        if text.get_text().startswith("words"):
            extent = text.get_window_extent()
            assert box.x0 <= extent.x0 <= extent.x1 <= box.x1, text.get_text()
    for legend in narrow.findobj(Legend):
        extent = legend.get_window_extent()
        assert box.x0 <= extent.x0 <= extent.x1 <= box.x1


def test_a_formula_is_not_broken(panels: Callable) -> None:
    """A line breaks between words, and never within a formula."""
    fig, axes = panels(1, 1, figsize=(7, 3))
    formula = r"$\frac{1}{2} + \frac{3}{4} + \frac{5}{6} + \frac{7}{8}$"
    axes[0, 0].set_title(f"a long sum, and what it is written as: {formula} for all who like it")
    lines = narrowed(fig).axes[0].get_title("left").split("\n")
    assert len(lines) > 1
    assert sum(formula in line for line in lines) == 1


def test_crowded_numbers_are_turned(panels: Callable) -> None:
    """Labels of a scale that would touch each other are turned."""
    fig, axes = panels(1, 1, figsize=(7, 3))
    axes[0, 0].set_xticks(range(6), [f"something {k}" for k in range(6)])
    assert {text.get_rotation() for text in narrowed(fig).axes[0].get_xticklabels()} == {90}
    axes[0, 0].set_xticks(range(6), range(6))
    assert {text.get_rotation() for text in narrowed(fig).axes[0].get_xticklabels()} == {0}
