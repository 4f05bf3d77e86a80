"""Make ``docs/_vendor/site-math.woff2`` from Latin Modern Math.

    python docs/_vendor/make_math_font.py latinmodern-math.otf

needs fonttools and brotli. The original is on CTAN (fonts/lm-math) and in Debian's package
fonts-lmodern. Its licence, the GUST Font License, lets us change it and pass it on, and asks for
another name then: this one is called Site Math.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).parent / "site-math.woff2"
RANGES = (
    (0x20, 0x17E),  # Latin
    (0x2C6, 0x2DD),  # accents that stand alone
    (0x300, 0x36F),  # accents that combine
    (0x370, 0x3FF),  # Greek
    (0x2010, 0x2057),  # dashes, dots, primes
    (0x2061, 0x2064),  # invisible operators
    (0x20D0, 0x20EF),  # accents for symbols
    (0x2100, 0x214F),  # double-struck and script letters
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # operators
    (0x2308, 0x230B),  # floor and ceiling
    (0x23B4, 0x23E1),  # braces above and below
    (0x25A0, 0x25FF),  # end of proof
    (0x27C2, 0x27EF),  # angle brackets
    (0x27F5, 0x27FF),  # long arrows
    (0x2A00, 0x2A06),  # large operators
    (0x2A7D, 0x2AB0),  # slanted inequalities
    (0x1D400, 0x1D7FF),  # mathematical alphabets
)


def main(source: str) -> None:
    """Cut the font down to what formulas use, and let primes be superscripts."""
    font = TTFont(source)
    for table in font["cmap"].tables:
        for prime, glyph in ((0x2032, "minute.st"), (0x2033, "uni2033.st")):
            if (
                prime in table.cmap
            ):  # MathML writes a prime as a superscript; Chromium does not apply `ssty`
                table.cmap[prime] = glyph
    options = subset.Options(layout_features=[], notdef_outline=True, name_IDs=["*"], hinting=False)
    cut = subset.Subsetter(options)
    cut.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)])
    cut.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16):
            name = "SiteMath-Regular" if record.nameID == 6 else "Site Math"
            font["name"].setName(
                name, record.nameID, record.platformID, record.platEncID, record.langID
            )
    font["CFF "].cff.fontNames = ["SiteMath-Regular"]
    font.recalcTimestamp = False
    font.flavor = "woff2"
    font.save(TARGET)


if __name__ == "__main__":
    main(sys.argv[1])
