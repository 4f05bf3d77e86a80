"""What the prose of the site owes a reader's breath: short sentences, paragraphs and pages."""

import re

import pytest

from tests.docs.prose import FILES, ROOT
from tests.docs.reading import MASK, Paragraph, paragraphs, sentences, words
from tests.gallery.test_scripts import VERBS

# On a telephone, 360 pixels wide, a line holds seven words and a screen 25 lines: a paragraph of
# this length fills half of it. Of the paragraphs here one in twenty has more than 70 words.
WORDS_A_PARAGRAPH = 90
# Twice the twenty words that style guides recommend as a mean; here the median is 12.
WORDS_A_SENTENCE = 40
# The least that can say what to see in a figure.
WORDS_ABOUT_A_FIGURE = 15

OF_GUIDES = {
    "Add",
    "Check",
    "Diagnose",
    "Initialize",
    "Teach",
}  # verbs that begin a guide and no script
GUIDES = [f for f in FILES if f.startswith("docs/guides/") and not f.endswith("/index.md")]
SCRIPTS = [file for file in FILES if file.endswith(".py")]
FIGURE = re.compile(r"\.set_label\(|^fig = .*\.plot\(", re.MULTILINE)
PAGES = [
    file
    for file in FILES
    if file.endswith(".md") and FIGURE.search((ROOT / file).read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("file", FILES)
def test_paragraphs_are_short(file):
    """No paragraph and no item of a list is longer than half a screen of a telephone."""
    long = [p for p in paragraphs(file) if words(p.text) > WORDS_A_PARAGRAPH]
    assert not long, "split:\n" + "\n".join(map(str, long))


@pytest.mark.parametrize("file", FILES)
def test_sentences_are_short(file):
    """No sentence is longer than a breath."""
    split = [Paragraph(p.file, p.line, s) for p in paragraphs(file) for s in sentences(p.text)]
    long = [s for s in split if words(s.text) > WORDS_A_SENTENCE]
    assert not long, "split:\n" + "\n".join(map(str, long))


@pytest.mark.parametrize("file", GUIDES)
def test_a_guide_says_in_its_title_what_to_do(file):
    """The title of a guide begins with a verb or is a question; test_scripts asks it of scripts."""
    title = re.search(r"^# (.+)", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)[1]
    assert title.split()[0] in VERBS | OF_GUIDES or title.endswith("?"), title


@pytest.mark.parametrize("file", PAGES)
def test_a_figure_is_read_in_words(file):
    """Between a figure of a page and the next heading or figure it is said what to see in it."""
    silent = [line for line, after in figures(file) if not is_read(after)]
    assert not silent, f"say what to see in the figures of {file}, lines {silent}"


@pytest.mark.parametrize("file", SCRIPTS)
def test_a_script_reads_its_figure(file):
    """A script has a paragraph that reads its figure, and that paragraph says something."""
    read = [
        p for p in paragraphs(file) if re.match(r"\*\*(?:Reading the figures?|Gradients)", p.text)
    ]
    assert read
    assert all(words(p.text) > WORDS_ABOUT_A_FIGURE for p in read)


def figures(file: str) -> list[tuple[int, str]]:
    """Return for each cell that draws its line and what stands between it and the next of them."""
    text = (ROOT / file).read_text(encoding="utf-8")
    cells = [
        cell
        for cell in re.finditer(r"^```\{code-cell\}.*?^```$", text, re.MULTILINE | re.DOTALL)
        if FIGURE.search(cell[0])
    ]
    ends = [cell.start() for cell in cells[1:]] + [len(text)]
    between = [text[cell.end() : end] for cell, end in zip(cells, ends, strict=True)]
    lines = [text.count("\n", 0, cell.start()) + 1 for cell in cells]
    return list(zip(lines, between, strict=True))


def is_read(after: str) -> bool:
    """Tell whether enough words follow a figure before the next heading."""
    same_section = re.split(r"^#+ ", after, flags=re.MULTILINE)[0]
    prose = re.sub(r"^```.*?^```$", "", same_section, flags=re.MULTILINE | re.DOTALL)
    return words(prose) >= WORDS_ABOUT_A_FIGURE


def test_words_are_counted_as_they_are_read():
    """Code or a formula is one word; a dash and a bracket are none."""
    assert words(f"The gain {MASK * 5} of {MASK} - (here) is √2.") == 8


def test_paragraphs_are_told_apart():
    """Blank lines, items, headings and tables end a paragraph, and the latter two are none."""
    prose = "# Title\n\nOne\ntwo.\n\n- An item\n  of two lines\n- Another\n\n| a | b |\nThree.\n"
    assert [(p.line, p.text) for p in paragraphs("planted", prose)] == [
        (3, "One two."),
        (6, "An item of two lines"),
        (8, "Another"),
        (11, "Three."),
    ]


def test_sentences_are_told_apart():
    """A full stop, a question mark or a colon in a number, a name or a list ends nothing."""
    text = 'It is 1.5 times "so." Is it? (No.) See e.g. here, vs. there. **Bold.** End'
    assert len(sentences(text)) == 6
