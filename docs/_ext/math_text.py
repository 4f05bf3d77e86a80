"""LaTeX -> a line of plain text, for where no formula can stand: a search result, a description."""

import re
import xml.etree.ElementTree as ET

from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml

UNREADABLE = "…"
# What docutils does not read, or reads as something else, in words that it does read.
_SIGN = re.compile(r"(^|[(,=^]\s?)− ")
_REWRITTEN = {
    re.compile(pattern): words
    for pattern, words in {
        r"\\operatorname\*?\s*\{": r"\\text{",
        r"\\(ln|sin|cos|tanh|arccos|log|exp|max|min|Pr)(?![a-zA-Z])": r"\\text{\1 }",
        r"\\[dt]frac(?![a-zA-Z])": r"\\frac",
        r"\\frac\s*(\w)\s*(\w)": r"\\frac{\1}{\2}",
        r"\\frac\s*(\w)\s*\{": r"\\frac{\1}{",
        r"\\(?:[lc]?dots)(?![a-zA-Z])": r"\\text{...}",
        r"\\[bB]igg?[lrm]?(?![a-zA-Z])|\\[,;!]": " ",
        r"\\[lr]Vert": r"\\|",
        r"\\q?quad|&|\\\\|\\(?:begin|end)\{\w+\*?\}": r"\\ ",
        r"\\Longrightarrow": r"\\Rightarrow",
    }.items()
}
MARKS = {"msub": "_", "msup": "^", "munder": "_", "mover": "^", "msubsup": "_^", "munderover": "_^"}
SPACED = {*"=<>≤≥≈∼+−±→⊙⇒≪≫∝∈"}
_ATOM = re.compile(r"\d+(\.\d+)?|[^\W\d]+(_\w+)?|\W")


def math_text(latex: str) -> str:
    """Return a formula as one writes it in a letter: 1/√n, W_2, (a + b)/2; dots if that fails.

    Docutils reads it: Temml's V8 must not run in the process that Sphinx forks.
    """
    for pattern, words in _REWRITTEN.items():
        latex = pattern.sub(words, latex)
    try:
        text = " ".join(_text(ET.fromstring(tex2mathml(latex))).split()) or UNREADABLE
    except (MathError, ET.ParseError):
        return UNREADABLE
    return _SIGN.sub(r"\1−", text)


def _text(node: ET.Element) -> str:
    name = node.tag.rpartition("}")[2]
    parts = [_text(child) for child in node]
    text = (node.text or "").strip(" \n") + "".join(parts)
    if name == "mfrac":
        text = "/".join(map(_grouped, parts))
    elif name == "msqrt":
        text = f"√{_grouped(text)}"
    elif name in MARKS:
        marks = zip(MARKS[name], parts[1:], strict=True)
        text = parts[0] + "".join(mark + _grouped(part) for mark, part in marks)
    elif (name == "mo" and text in SPACED) or name in ("mspace", "mtd"):
        text = f" {text} "
    return text


def _grouped(text: str) -> str:
    """Return a part of a formula, in brackets if it is more than a number or a name."""
    text = text.strip()
    return text if _ATOM.fullmatch(text) else f"({text})"
