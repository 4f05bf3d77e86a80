"""The pictures on the cards of the gallery: one shape, and nothing in them that wants reading."""

import re
from collections.abc import Iterator

import figure_style
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from figure_svg import inline_svg
from figure_thumbnail import thumbnail_svg
from matplotlib.figure import Figure

GLYPH = "DejaVu"  # in the name of every letter that matplotlib draws
CURVE = re.compile(r"--fig-he,")


@pytest.fixture
def fig() -> Iterator[Figure]:
    """Return a figure of an odd shape with every kind of words that a figure may have."""
    with mpl.rc_context(figure_style.rc_params()), mpl.rc_context({"backend": "agg"}):
        fig, axes = plt.subplots(2, 2, figsize=(9, 2.5))
        axes[0, 0].semilogy([1, 10, 100], color="C5", label="he")
        axes[0, 0].set(title="title", xlabel="x", ylabel="y")
        axes[0, 0].legend()
        axes[0, 1].set_title("at the right", loc="right")
        axes[0, 1].text(0.5, 0.5, "text")
        axes[0, 1].annotate("arrow", (0.5, 0.5))
        fig.colorbar(axes[1, 0].imshow(np.eye(3)), label="bar")
        axes[1, 1].tick_params(labelright=True, labeltop=True)
        fig.suptitle("head")
        fig.supxlabel("foot")
        fig.text(0.5, 0.5, "on top")
        fig.set_label("Four panels with all words that there may be")
        yield fig
        plt.close(fig)


def test_a_thumbnail_has_no_words(fig: Figure) -> None:
    """No letter is left, though the figure had many; the curve is."""
    before, after = inline_svg(fig, prefix="f"), thumbnail_svg(fig)
    assert GLYPH in before
    assert GLYPH not in after
    assert CURVE.search(after)


def test_thumbnails_have_one_shape(fig: Figure) -> None:
    """A wide figure and a square one become pictures of the same size."""
    other = Figure(figsize=(4, 4))
    other.set_label("A figure of four by four inches")
    sizes = {re.search(r'viewBox="([^"]+)"', thumbnail_svg(f))[1] for f in (fig, other)}
    assert len(sizes) == 1
