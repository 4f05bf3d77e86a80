"""The colours of the site's figures: legible, and told apart by every eye."""

import itertools

import figure_style
import matplotlib as mpl
import numpy as np
import pytest

THEMES = {"light": figure_style.LIGHT, "dark": figure_style.DARK}
# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
VISION = {
    "full": np.eye(3),
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritanopia": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(color: str) -> np.ndarray:
    """Return linear RGB of an sRGB colour."""
    c = np.array(mpl.colors.to_rgb(color))
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """Return the CIE L*a*b* coordinates of linear RGB."""
    t = TO_XYZ @ np.clip(rgb, 0, 1) / TO_XYZ.sum(axis=1)
    x, y, z = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("theme", THEMES)
def test_colours_read_on_the_page(theme: str) -> None:
    """Ink, labels and the cycle have the contrast of 4.5 that WCAG 2.2 asks of text."""
    page = TO_XYZ[1] @ linear(figure_style.PAPER[theme])
    for name in ("ink", "muted", *figure_style.CYCLE):
        color = TO_XYZ[1] @ linear(THEMES[theme][name])
        contrast = (max(page, color) + 0.05) / (min(page, color) + 0.05)
        assert contrast >= 4.5, f"{name}: {contrast:.2f}"


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("theme", THEMES)
def test_colours_of_the_cycle_keep_apart(theme: str, vision: str) -> None:
    """Any two differ by 12 in CIE76, several times the just noticeable 2.3, for every eye."""
    seen = {name: lab(VISION[vision] @ linear(THEMES[theme][name])) for name in figure_style.CYCLE}
    for a, b in itertools.combinations(seen, 2):
        assert np.linalg.norm(seen[a] - seen[b]) >= 12, (a, b)
