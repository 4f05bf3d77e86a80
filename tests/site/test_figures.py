"""The renderer of the site's figures: themed, described, and without clashes."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import figure_style
import figure_svg
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

LABEL = "Bars, a raster and a curve, all in the site's colours"


@pytest.fixture
def fig() -> Iterator[Figure]:
    """Return a figure with all that a figure may hold, drawn in the site's style."""
    with mpl.rc_context(figure_style.rc_params()), mpl.rc_context({"backend": "agg"}):
        fig, (left, right) = plt.subplots(1, 2)
        for k in range(8):
            left.bar(k, k + 1, color=f"C{k}", hatch="//" if k == 4 else None, label=f"C{k}")
        left.legend()
        right.imshow(np.eye(4))
        right.plot([0, 3], [0, 3], color="black")
        right.plot([0, 3], [3, 0], color=plt.cm.viridis(0.5))
        right.text(0, 0, "white", color="white")
        right.text(1, 1, r"$\phi'(z)$")
        fig.set_label(LABEL)
        yield fig
        plt.close(fig)


def test_no_colour_of_the_palette_is_left_bare(fig: Figure) -> None:
    """Every colour of the palette is written as a CSS variable with that colour behind it."""
    svg = figure_svg.inline_svg(fig, prefix="f")
    bare = re.sub(r"var\(--fig-[a-z]+, #[0-9a-f]{6}\)", "", svg)
    assert not [name for name, value in figure_style.LIGHT.items() if value in bare]
    assert {f"--fig-{name}," for name in ("ink", "muted", *figure_style.CYCLE)} <= set(
        re.findall(r"--fig-[a-z]+,", svg)
    )


def test_other_colours_stay(fig: Figure) -> None:
    """A colour from a colour map, a raster and a text in plain white are not the theme's."""
    svg = figure_svg.inline_svg(fig, prefix="f")
    assert mpl.colors.to_hex(plt.cm.viridis(0.5)) in svg
    assert "data:image/png;base64," in svg
    assert "fill: #ffffff" in svg


def test_black_lines_are_ink(fig: Figure) -> None:
    """A line drawn in plain black is drawn in the ink of the page."""
    assert "stroke: #000000" not in figure_svg.inline_svg(fig, prefix="f")


def test_ids_do_not_clash(fig: Figure) -> None:
    """Two figures on a page share no id, and each refers only to its own."""
    pages = [ET.fromstring(figure_svg.inline_svg(fig, prefix=prefix)) for prefix in ("a", "b")]
    ids = [[e.attrib["id"] for e in page.iter() if "id" in e.attrib] for page in pages]
    assert all(len(set(own)) == len(own) > 0 for own in ids)
    assert not set(ids[0]) & set(ids[1])
    for page, own in zip(pages, ids, strict=True):
        values = [value for e in page.iter() for value in e.attrib.values()]
        found = [re.findall(r"^#(.+)|url\(#([^)]+)\)", value) for value in values]
        assert {a or b for match in found for a, b in match} == set(own)


def test_a_figure_is_an_image_with_a_description(fig: Figure) -> None:
    """The SVG is an image to assistive technology, described by the figure's label."""
    root = ET.fromstring(figure_svg.inline_svg(fig, prefix="f"))
    assert (root.get("role"), root.get("aria-label")) == ("img", LABEL)


@pytest.mark.parametrize("label", ["", "Figure 1", "A plot of weights"])
def test_a_figure_without_a_description_fails(fig: Figure, label: str) -> None:
    """A missing, default or too short label is an error that says how to mend it."""
    fig.set_label(label)
    with pytest.raises(ValueError, match=r"no alternative text.*at least 5 words.*fig\.set_label"):
        figure_svg.inline_svg(fig, prefix="f")


def test_a_thumbnail_brings_both_themes(fig: Figure) -> None:
    """A figure as a file defines every variable that it uses, for light and for dark."""
    svg = figure_svg.standalone_svg(figure_svg.inline_svg(fig, prefix="f"))
    used = set(re.findall(r"var\((--fig-[a-z]+)", svg))
    light, dark = svg.split("prefers-color-scheme:dark")
    assert used <= set(re.findall(r"(--fig-[a-z]+):", light))
    assert used <= set(re.findall(r"(--fig-[a-z]+):", dark))


def test_drawing_twice_gives_the_same_bytes(fig: Figure) -> None:
    """The SVG depends on the figure alone: no time, no random id."""
    first, second = (figure_svg.inline_svg(fig, prefix="f") for _ in range(2))
    assert first == second
