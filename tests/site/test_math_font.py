"""The font of the formulas: whole for what the site says, and small."""

from pathlib import Path

import math_font
import pytest
from fontTools.ttLib import TTFont

MOST_BYTES = 60_000


def test_letters_are_those_of_formulas() -> None:
    """Letters of formulas are kept, in italics too, and names of entities and tags are not."""
    found = math_font.letters(["<p>Ж</p><math><mi>σ</mi><mo>&#8704;</mo></math>"])
    assert {"σ", "\U0001d70e", "∀", "0"} <= found
    assert "Ж" not in found


@pytest.mark.site
def test_the_font_has_every_letter_of_a_formula(site: Path) -> None:
    """What the whole font can draw, the font of the site draws wherever a formula uses it."""
    whole, cut = (
        set(TTFont(path).getBestCmap()) for path in (math_font.SOURCE, site / math_font.TARGET)
    )
    used = math_font.letters(page.read_text(encoding="utf-8") for page in site.rglob("*.html"))
    assert not ({ord(letter) for letter in used} & whole) - cut
    assert len(cut) < len(whole)


@pytest.mark.site
def test_the_font_is_small(site: Path) -> None:
    """The font takes less than a third of what an ordinary page may weigh."""
    assert (site / math_font.TARGET).stat().st_size < MOST_BYTES
