"""What the prose of the site promises: no number in it was typed, and each page has its parts."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.prose import FILES, ROOT, Page, markdown, read, script

THEORY = [Path(file).stem for file in FILES if file.startswith("docs/theory/")]
THEORY.remove("index")

DECIMAL = re.compile(r"(?<![\w.])(?:\d*\.\d+(?:e[+-]?\d+)?|\d+e[+-]?\d+)(?!\w|\.\d)")


@dataclass(frozen=True)
class Allowed:
    """Decimals that may be typed: a pattern around them, why, and whether the code must agree."""

    pattern: str
    reason: str
    set_by_code: bool = True

    def covers(self, page: Page, decimal: re.Match[str]) -> bool:
        """Tell whether the decimal is inside this pattern and, if asked for, in the code."""
        around = re.finditer(self.pattern, page.prose)
        inside = any(m.start() <= decimal.start() and decimal.end() <= m.end() for m in around)
        return inside and (not self.set_by_code or float(decimal[0]) in literals(page))


# A setting is what an experiment was given, not what came out. It may be named in a sentence if the
# code of the same page or script holds the same number.
ALLOWED = [
    Allowed(
        r"(?i)\bstd(?:\s+of)?\s+[\d.]+", "a start is called after the std that the code gives it"
    ),
    Allowed(r"(?i)\bconstant\s+[\d.]+", "a start is called after its constant"),
    Allowed(r"\bnoise\s+of\s+[\d.]+", "a start is told by the noise that the code gives it"),
    Allowed(r"\bPython\s+3\.\d+", "a version of Python, which is a name", set_by_code=False),
    Allowed(
        r"\b(?:starts?|weights)(?:\s+at)?\s+[\d.]+|\bbetween\s+\d+\s+and\s+[\d.]+|±[\d.]+",
        "the constant at which weights start, or the range that they are drawn from",
    ),
    Allowed(r"\brate\s+(?:of\s+)?[\d.]+(?:,?\s[^.\d]{1,30}\s[\d.]+)?", "one learning rate, or two"),
    Allowed(r"\bmomentum\s+[\d.]+", "a momentum"),
    Allowed(r"\barXiv\s+\d{4}\.\d{4,5}", "a number of arXiv, which is a name", set_by_code=False),
    Allowed(
        r"settle at a variance of [\d.]+|std of a standard normal is [\d.]+",
        "what others claim; what holds is evaluated beside it",
        set_by_code=False,
    ),
]


def typed_decimals(page: Page) -> list[re.Match[str]]:
    """Return the decimals in the prose of a page that nothing allows."""
    return [
        decimal
        for decimal in DECIMAL.finditer(page.prose)
        if not any(allowed.covers(page, decimal) for allowed in ALLOWED)
    ]


def literals(page: Page) -> set[float]:
    """Return the numbers that the code of a page holds."""
    return {float(number) for number in re.findall(r"(?<![\w.])\d*\.?\d+(?:e-?\d+)?", page.code)}


@pytest.mark.parametrize("file", FILES)
def test_no_decimal_is_typed(file):
    """A decimal in prose is evaluated, a setting that the code holds too, or part of a name."""
    page = read(file)
    found = [
        f"{page.name}:{page.prose.count(chr(10), 0, decimal.start()) + 1}: {decimal[0]}"
        for decimal in typed_decimals(page)
    ]
    assert not found, "typed by hand; evaluate it, or add its reason to ALLOWED:\n" + "\n".join(
        found
    )


@pytest.mark.parametrize("allowed", ALLOWED, ids=lambda allowed: allowed.reason)
def test_each_allowance_is_used(allowed):
    """Whatever is allowed occurs: the list does not outlive its reasons."""
    pages = [read(file) for file in FILES]
    assert any(
        allowed.covers(page, decimal) for page in pages for decimal in DECIMAL.finditer(page.prose)
    )


PLANTED = [
    "The loss ends at 0.73 after training.",
    "A factor of 13.86 in each layer.",
    "Accuracy is 97.5 % with He.",
    "The rest is 1e-8 of it, or .5 of that.",
    ":::{dropdown} Solution\nIt is 2.31 times as long.\n:::",
    "```{note}\nThe signal falls to 0.02.\n```",
    "- a list, std 0.25, which no code sets",
]


@pytest.mark.parametrize("text", PLANTED)
def test_a_typed_decimal_is_found(text):
    """Planted in a page or in a text of a script, a typed decimal is found, and on its line."""
    page = markdown("planted", f"# Title\n\n{text}\n")
    assert typed_decimals(page)
    assert page.prose.count("\n") == text.count("\n") + 3
    if ":::" not in text and "```" not in text:
        commented = text.replace("\n", "\n# ")
        assert typed_decimals(script("planted", f'"""Head."""\n\n# %%\n# {commented}\nx = 1\n'))


INNOCENT = [
    'It ends at {eval}`f"{loss:.2f} of 0.73"`.',
    "With $\\sigma = 0.5$ and $$ a = 0.25 $$",
    "```{code-cell} python\nx = 0.73  # of 0.9\n```",
    ":::{dropdown} Solution\n:margin: 0.5\n:::",
    "Call `gain(0.2)`, [there](page-1.5.md), in 10 of 12, version 2.0.1, 1,000.",
    "Weights of std 0.01.\n\n```{code-cell} python\nwi.Normal(std=0.01)\n```",
    "It is not arXiv 1001.3014.",
]


@pytest.mark.parametrize("text", INNOCENT)
def test_what_is_not_typed_prose_passes(text):
    """Code, mathematics, roles, options, whole numbers and settings that code holds are let be."""
    assert not typed_decimals(markdown("innocent", f"# Title\n\n{text}\n"))


def test_code_of_a_script_is_not_prose():
    """Code, its comments, mathematics and literals of a script are let be."""
    text = '"""Head, :math:`0.5`."""\n\nx = 0.73  # 0.9\n# 0.8\n\n# %%\n# Say ``0.5``, std 0.73.\n'
    assert not typed_decimals(script("innocent", text))


# What a theory page has, and what shows that it has it.
PARTS = {
    "a list of what you will learn": r"^\*\*What you will learn\*\*\n\n- ",
    "a figure with a description": r"\.set_label\(",
    "a first exercise": r"^## Exercises\n(?:.*\n)*?\*\*1\.\*\* ",
    "a second exercise": r"^\*\*2\.\*\* ",
    "two solutions, folded away": r":::\{dropdown\} Solution(?:.|\n)*:::\{dropdown\} Solution",
    "two solutions, executed": r":tags: \[hide-cell\](?:.|\n)*:tags: \[hide-cell\]",
    "a link to a gallery script": r"\{doc\}`[^`]*/auto_gallery/\w+/plot_\w+",
    "a citation": r"\{cite:[pt]\}`",
}
READING_LIST = {part for part in PARTS if "figure" in part or "exercise" in part or "two" in part}
WITHOUT = {"reading": READING_LIST}  # it lists papers and derives nothing


@pytest.mark.parametrize(
    "page,part",
    [(page, part) for page in THEORY for part in PARTS if part not in WITHOUT.get(page, ())],
)
def test_theory_page_has_its_parts(page, part):
    """A theory page says what it teaches, shows it, cites it, and lets its reader try."""
    text = (ROOT / f"docs/theory/{page}.md").read_text(encoding="utf-8")
    assert re.search(PARTS[part], text, re.MULTILINE), f"add {part}"


def test_theory_pages_are_in_the_contents():
    """Every theory page is in the table of contents, once."""
    contents = (ROOT / "docs/theory/index.md").read_text(encoding="utf-8")
    listed = re.findall(r"^([\w-]+)$", contents.split("```{toctree}")[1], re.MULTILINE)
    assert sorted(listed) == sorted(THEORY)
