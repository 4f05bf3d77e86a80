"""Tell the prose of a page or a gallery script from its code: each with the other blanked."""

import ast
import io
import re
import tokenize
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILT = {"_build", "_vendor", "auto_gallery", "examples", "generated"}
FILES = [
    path.relative_to(ROOT).as_posix()
    for pattern in ("docs/**/*.md", "gallery/*/plot_*.py")
    for path in sorted(ROOT.glob(pattern))
    if path.name != "README.md" and not BUILT & set(path.relative_to(ROOT).parts)
]

# Directives, fenced by backticks, that hold prose; what any other holds is code.
PROSE_DIRECTIVES = (
    r"admonition|caution|dropdown|glossary|hint|important|list-table|note|tip|warning"
)

_MARKDOWN = [
    re.compile(pattern, re.MULTILINE | re.DOTALL)
    for pattern in (
        r"\A---\n.*?\n---$",  # front matter
        r"<!--.*?-->",
        rf"^ *(`{{3,}})(?!\{{(?:{PROSE_DIRECTIVES})\}}).*?^ *\1`*$",  # code
        r"^ *:[\w-]+:[^\n]*$",  # options of directives
        r"\$\$.*?\$\$",
        r"(?<![\\$])\$[^$]+\$",
        r"\{[\w:.-]+\}(`+).+?\1",  # roles
        r"(?<!`)(`{1,2})(?!`).+?\1",
        r"\]\([^)\s]*\)",  # targets of links
        r"<https?:[^>]*>",
    )
]
_RST = [
    re.compile(pattern, re.MULTILINE | re.DOTALL)
    for pattern in (
        r"^\.\. [\w-]+::[^\n]*(?:\n(?:[ \t]+[^\n]*)?$)*",  # directives
        r"(?<=::)\n\n(?:[ \t]+[^\n]*\n|\n)+",  # literal blocks
        r":[\w:.-]+:`[^`]+`",
        r"``.+?``",
        r"<https?:[^>]*>",
    )
]


@dataclass(frozen=True)
class Page:
    """A page or script: its prose and its code, each with the other blanked."""

    name: str
    prose: str
    code: str


def read(file: str, blank: str = " ") -> Page:
    """Read a page or a script."""
    split = script if file.endswith(".py") else markdown
    return split(file, (ROOT / file).read_text(encoding="utf-8"), blank)


def markdown(name: str, text: str, blank: str = " ") -> Page:
    """Split a MyST page."""
    return _split(name, text, text, _MARKDOWN, blank)


def script(name: str, text: str, blank: str = " ") -> Page:
    """Split a gallery script: prose is its docstring, and the comments that follow ``# %%``."""
    lines = text.splitlines()
    kept = [""] * len(lines)
    head = ast.parse(text).body[0]
    kept[: head.end_lineno] = lines[: head.end_lineno]
    inside = False
    for number, line in enumerate(lines):
        inside = line.startswith("#") and (inside or line.startswith("# %%"))
        if inside:
            kept[number] = line.removeprefix("#").removeprefix(" ")
    page = _split(name, "\n".join(kept), "", _RST, blank)
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    code = " ".join(token.string for token in tokens if token.type == tokenize.NUMBER)
    return Page(name, page.prose, code)


def _split(name: str, prose: str, code: str, patterns: list[re.Pattern[str]], blank: str) -> Page:
    """Blank whatever fits a pattern; what was blanked is the code."""
    for pattern in patterns:
        prose = pattern.sub(lambda match: re.sub(r"[^\n]", blank, match[0]), prose)
    removed = (a if b == blank else " " for a, b in zip(code, prose, strict=False))
    return Page(name, prose, "".join(removed))
