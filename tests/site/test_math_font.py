"""The font of the formulas: whole for what the site says, and small."""

import re
from html import unescape
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

pytestmark = pytest.mark.site

FONT = "_static/fonts/site-math.woff2"
MOST_BYTES = 60_000
FORMULA = re.compile(r"<math.*?</math>", re.DOTALL)
TAG = re.compile(r"<[^>]+>")
DRAWN_UNWRITTEN = {"√", "\u2212"}  # the sign of a root, and a minus for a hyphen
SPACES = {"\xa0"}


def test_the_font_has_every_letter_of_a_formula(site: Path) -> None:
    """Whatever a formula shows, its font can draw: docs/_vendor/make_math_font.py says what it has.

    A lone letter is set in italics, so those of Latin and Greek are asked for too.
    """
    pages = [page.read_text(encoding="utf-8") for page in site.rglob("*.html")]
    formulas = [formula for page in pages for formula in FORMULA.findall(page)]
    assert formulas
    used = {letter for text in formulas for letter in unescape(TAG.sub("", text))}
    italics = {chr(code) for code in (*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C))}
    wanted = used | DRAWN_UNWRITTEN | italics - {"\U0001d455"}  # where h would be
    assert not wanted - SPACES - set(map(chr, TTFont(site / FONT).getBestCmap()))


def test_the_bar_of_a_root_keeps_clear(site: Path) -> None:
    """Within a line as in a block, the bar of a root is a seventh of an em above what is below."""
    constants = TTFont(site / FONT)["MATH"].table.MathConstants
    gap, size = constants.RadicalVerticalGap.Value, TTFont(site / FONT)["head"].unitsPerEm
    assert gap >= constants.RadicalDisplayStyleVerticalGap.Value >= size / 7


def test_the_font_is_small(site: Path) -> None:
    """The font takes less than a third of what an ordinary page may weigh."""
    assert (site / FONT).stat().st_size < MOST_BYTES
