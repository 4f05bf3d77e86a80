"""Formulas as plain text, where no formula can stand: read right, or dots."""

import pytest
from docutils import nodes
from math_text import math_text
from search_index import entries


@pytest.mark.parametrize(
    "latex, text",
    [
        (r"1/\sqrt n", "1/√n"),
        (r"\sqrt{2/n_\text{in}}", "√(2/n_in)"),
        (r"\frac12 V", "1/2V"),
        (r"\tfrac{1}{2}", "1/2"),
        (r"\frac{a + b}{2}", "(a + b)/2"),
        (r"\frac{1}{2a}", "1/(2a)"),
        (r"c^{20}", "c^20"),
        (r"z_{ij}^2", "z_ij^2"),
        (r"-\ln 10 / L", "−ln 10/L"),
        (r"\operatorname{E} \phi(z)^2 = \sigma^2", "Eϕ(z)^2 = σ^2"),
        (r"x_1, \dots, x_n", "x_1,...,x_n"),
        (r"a &= b, \\ c &= d", "a = b, c = d"),
        (r"\begin{aligned} a &= b \end{aligned}", "a = b"),
        (r"2^{-149}", "2^(−149)"),
    ],
)
def test_a_formula_is_written_as_in_a_letter(latex: str, text: str) -> None:
    """Roots, fractions, indices, powers, words and lines keep their meaning in plain text."""
    assert math_text(latex) == text


@pytest.mark.parametrize("latex", [r"\nosuchcommand{x}", r"\frac{1}", "{"])
def test_what_cannot_be_read_is_dots(latex: str) -> None:
    """A formula that is not understood is dots, rather than something wrong."""
    assert math_text(latex) == "…"


def test_the_search_shows_formulas() -> None:
    """What the search quotes has the formulas of the page, within words and on their own."""
    section = nodes.section("", nodes.title("", "Scale"), ids=["scale"])
    formula = nodes.math(r"\sqrt{2/n}", r"\sqrt{2/n}")
    section += nodes.paragraph("", "", nodes.Text("A std of "), formula, nodes.Text(" holds."))
    section += nodes.math_block(r"\frac{1}{n}", r"\frac{1}{n}")
    document = nodes.Element("", section)
    (entry,) = entries(document)
    assert entry["text"] == "A std of √(2/n) holds. 1/n"
