"""Make ``docs/_static/fonts/site-math.woff2`` from Latin Modern Math.

    python docs/_vendor/make_math_font.py latinmodern-math.otf

needs fonttools and brotli. The original is on CTAN (fonts/lm-math) and in Debian's package
fonts-lmodern. Its licence, the GUST Font License, lets us change it and pass it on, and asks for
another name then: this one is called Site Math.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).parents[1] / "_static" / "fonts" / "site-math.woff2"
# What formulas of such a site may use; tests/site/test_math_font.py tells when one uses more. With
# all letters and signs of mathematics the font would be four times as large.
RANGES = (
    (0x20, 0x7E),  # Latin, as in "min" and "log"
    *((code, code) for code in map(ord, "¬°±·×÷‖…‾ℂℝ")),
    (0x2C6, 0x2DD),  # accents that stand alone
    (0x391, 0x3F6),  # Greek
    (0x2032, 0x2033),  # primes
    (0x2061, 0x2064),  # invisible operators
    (0x210E, 0x2115),  # the italic h, some script letters, the natural numbers
    (0x2190, 0x2195),  # arrows
    (0x21A6, 0x21A6),
    (0x21D0, 0x21D5),
    (0x2200, 0x220B),  # for all, exists, a partial derivative, is in
    (0x220F, 0x222B),  # products, sums, roots, integrals
    (0x223C, 0x223C),  # is distributed as
    (0x2243, 0x2248),  # is about
    (0x2260, 0x226B),  # inequalities
    (0x2282, 0x2287),  # subsets
    (0x2295, 0x2299),  # operators in circles
    (0x22A4, 0x22A5),  # transposed, perpendicular
    (0x22C5, 0x22C6),  # dots and stars between factors
    (0x22EE, 0x22F1),  # dots between rows and columns
    (0x2308, 0x230B),  # floor and ceiling
    (0x27E8, 0x27E9),  # angle brackets
    (0x27F5, 0x27FC),  # long arrows
    (0x2A7D, 0x2A7E),  # slanted inequalities
    (0x1D434, 0x1D467),  # italic Latin
    (0x1D5B3, 0x1D5B3),  # the T of a transposed matrix
    (0x1D6E2, 0x1D71B),  # italic Greek
    (0x1D7CE, 0x1D7D7),  # bold digits, as the vector of ones
)


def main(source: str) -> None:
    """Cut the font down to what formulas use; mend primes, bars and the height of roots."""
    font = TTFont(source)
    # MathML writes a prime as a superscript, and Chromium does not apply `ssty`; Temml's bar the
    # font has as a macron.
    drawn_as = {0x2032: "minute.st", 0x2033: "uni2033.st", 0x203E: "macron"}
    for table in font["cmap"].tables:
        table.cmap |= drawn_as
    # Within a line, too, the bar of a root keeps clear of a low letter below it.
    constants = font["MATH"].table.MathConstants
    constants.RadicalVerticalGap.Value = constants.RadicalDisplayStyleVerticalGap.Value
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
