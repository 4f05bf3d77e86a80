"""The font of mathematics, cut down to the letters that the formulas of the site use.

The whole font is seven times as large as what formulas need, and most of what a page would weigh.
"""

import logging
import re
from collections.abc import Iterable
from html import unescape
from pathlib import Path
from typing import Any

from fontTools import subset
from sphinx.application import Sphinx

SOURCE = Path(__file__).parents[1] / "_vendor" / "site-math.woff2"
TARGET = "_static/fonts/site-math.woff2"
# Drawn without being written: the sign of a root, and a minus for a hyphen.
ALWAYS = {*map(chr, range(0x20, 0x7F)), "√", "\u2212"}
_FORMULA = re.compile(r"<math.*?</math>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
# A lone letter is set in italics: browsers take those from the mathematical alphabets.
_ITALICS = {
    **{chr(0x41 + k): chr(0x1D434 + k) for k in range(26)},
    **{chr(0x61 + k): chr(0x1D44E + k) for k in range(26)},
    "h": "\u210e",
    **{chr(0x391 + k): chr(0x1D6E2 + k) for k in range(25)},
    **{chr(0x3B1 + k): chr(0x1D6FC + k) for k in range(25)},
    **dict(zip("ϵϑϰϕϱϖ", map(chr, range(0x1D716, 0x1D71C)), strict=True)),
    "∂": "\U0001d715",
}


def letters(pages: Iterable[str]) -> set[str]:
    """Return the characters that are drawn in the formulas of pages, given as HTML."""
    formulas = [formula for page in pages for formula in _FORMULA.findall(page)]
    used = ALWAYS | {letter for text in formulas for letter in unescape(_TAG.sub("", text))}
    return used | {_ITALICS[letter] for letter in used & set(_ITALICS)}


def cut_font(app: Sphinx, exception: Exception | None) -> None:
    """Write the font with the letters of all pages, those of earlier builds too."""
    if exception or app.builder.format != "html":
        return
    pages = (page.read_text(encoding="utf-8") for page in Path(app.outdir).rglob("*.html"))
    # as make_math_font.py cuts: no features, which MathML does not apply, and no hints
    options = subset.Options(layout_features=[], notdef_outline=True, name_IDs=["*"], hinting=False)
    options.flavor = "woff2"
    font = subset.load_font(SOURCE, options)
    cut = subset.Subsetter(options)
    cut.populate(text="".join(sorted(letters(pages))))
    cut.subset(font)
    target = Path(app.outdir, TARGET)
    target.parent.mkdir(parents=True, exist_ok=True)
    subset.save_font(font, target, options)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of each table that it cuts
    app.connect("build-finished", cut_font)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
