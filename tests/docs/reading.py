"""Measure how prose reads: its paragraphs and its sentences."""

import re
from dataclasses import dataclass

from tests.docs.prose import read

MASK = "█"  # stands for each character of code and of formulas; a run of them reads as one word

_WORD = re.compile(rf"{MASK}+|[^\s{MASK}]*\w[^\s{MASK}]*")
_SENTENCE_END = re.compile(rf"(?<=[.?!])[\"”)*_]*\s+(?=[\"“(*_]*[A-Z\d{MASK}])")
_NO_PARAGRAPH = re.compile(r"#|:::|\||```|%%|[=-]{3,}$")
_ITEM = re.compile(r" *(?:[-*] |\d+\. )+")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph or an item of a list, with its code and formulas masked."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        """Say where it is, how long, and how it begins."""
        return f"{self.file}:{self.line}: {words(self.text)} words: {self.text[:60]}"


def words(text: str) -> int:
    """Count words; code or a formula in a sentence is one."""
    return len(_WORD.findall(text))


def sentences(text: str) -> list[str]:
    """Split a paragraph into its sentences."""
    return _SENTENCE_END.split(text)


def paragraphs(file: str, prose: str | None = None) -> list[Paragraph]:
    """Return the paragraphs of a page or a script: no headings, no tables, no code by itself."""
    prose = read(file, MASK).prose if prose is None else prose
    found: list[tuple[int, list[str]]] = []
    open_block = False
    for number, line in enumerate(prose.splitlines(), 1):
        text = line.strip()
        if not text or _NO_PARAGRAPH.match(text):
            open_block = False
            continue
        if item := _ITEM.match(line):
            open_block, text = False, line[item.end() :].strip()
        if not open_block:
            found.append((number, []))
        open_block = True
        found[-1][1].append(text)
    blocks = [Paragraph(file, number, " ".join(lines)) for number, lines in found]
    return [block for block in blocks if re.search(r"[^\W\d_]{2}", block.text)]
