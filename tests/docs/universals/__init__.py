"""Universals (never, always, only, any, all, every) in what readers see, and why each may stay.

A universal is a claim that one counter-example overturns. Each that is kept stands in a list beside
this file, under the file that says it, after the reason why it holds:

    docs/theory/zero-trap.md
        proved: every gradient but the output bias's is zero

The words are those of the sentence, enough to recognize it. What is not listed yet is printed, in
this form, by ``python -m tests.docs.universals FILE ...``.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.docs.prose import FILES, ROOT, read

LISTS = sorted(Path(__file__).parent.glob("*.txt"))
REASONS = {
    "proved": "derived on the page, in the docstring, or in the source that it cites",
    "tested": "a test, or a computation on the page, covers the cases that the sentence names",
    "counted": "the cases are few, named there, and all of them were computed",
    "defined": "true by the definition or the construction of what the sentence speaks of",
    "stated": "the sentence or its neighbour names the conditions under which it holds",
    "advice": "tells the reader what to do, and claims nothing about networks",
    "asked": "a question, a condition, or a claim of others that the page examines or refutes",
}
READERS = ["README.md", "CONTRIBUTING.md", *FILES]
PACKAGE = [path.relative_to(ROOT).as_posix() for path in sorted(ROOT.glob("weightinit/**/*.py"))]
SOURCES = [*READERS, *PACKAGE]

_WORD = r"never|always|only|any|all|every|no matter"
_UNIVERSAL = re.compile(rf"(?<!-)\b(?:{_WORD})\b", re.IGNORECASE)  # not in keyword-only
# What only looks like one: a negated universal claims less, not more.
_HARMLESS = re.compile(
    r"\bnot (?:all|always|any|every|only)\b|\b(?:at|after|above|in) all\b|\b(?:if|whether) any\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"^ *(?:>>>|\.\.\.).*$|``[^`]+``|:math:`[^`]+`", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_AROUND = re.compile(r"(?:[^\s.:;|]+ ){0,4}$")
_AFTER = re.compile(r"^(?:[^\s.:;|]*)(?: [^\s.:;|]+){0,5}")


def text_of(file: str) -> str:
    """Return what a reader sees of a file, in one line: prose, or docstrings and messages."""
    path = ROOT / file
    if file in PACKAGE:
        text = "\n.\n".join(_strings(ast.parse(path.read_text(encoding="utf-8"))))
    elif file in FILES:
        text = read(file).prose
    else:
        text = _FENCED.sub("", path.read_text(encoding="utf-8"))
    return " ".join(text.replace("*", "").split())


def _strings(tree: ast.AST) -> Iterator[str]:
    """Yield docstrings without their code, and other strings of several words."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield _CODE.sub(" ", node.value)


def universals(text: str) -> Iterator[re.Match[str]]:
    """Yield the universals of a text that claim something."""
    harmless = [match.span() for match in _HARMLESS.finditer(text)]
    for match in _UNIVERSAL.finditer(text):
        if not any(start <= match.start() < end for start, end in harmless):
            yield match


def kept() -> dict[str, list[tuple[str, str]]]:
    """Return the lists: file -> (reason, words)."""
    listed: dict[str, list[tuple[str, str]]] = {}
    for path in LISTS:
        entries = None
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith(" "):
                reason, _, words = line.strip().partition(": ")
                assert entries is not None, f"{path.name}: {line.strip()!r} stands under no file"
                entries.append((reason, words))
            elif line:
                entries = listed.setdefault(line, [])
    return listed


def unlisted(file: str, entries: list[tuple[str, str]]) -> list[str]:
    """Return the words around each universal of a file that no entry covers."""
    text = text_of(file)
    spans = [
        match.span()
        for _, words in entries
        for match in re.finditer(re.escape(words), text, re.IGNORECASE)
    ]
    return [
        _AROUND.search(text[: found.start()])[0] + _AFTER.search(text[found.start() :])[0]
        for found in universals(text)
        if not any(start <= found.start() < end for start, end in spans)
    ]
