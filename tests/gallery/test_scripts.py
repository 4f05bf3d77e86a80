"""What every gallery script owes its reader."""

import ast
import re
from pathlib import Path

import pytest

from tests.gallery.running import GALLERY, SCRIPTS

VERBS = {
    "Bound",
    "Break",
    "Bridge",
    "Choose",
    "Compare",
    "Count",
    "Draw",
    "Escape",
    "Find",
    "Follow",
    "Keep",
    "Look",
    "Measure",
    "Pick",
}
VERBS |= {"Check", "Connect", "Pack", "Read", "Test", "Write"}
VERBS |= {"Remember", "Reproduce", "Scale", "See", "Start", "Train", "Truncate", "Use", "Watch"}
EACH_SCRIPT = pytest.mark.parametrize("path", SCRIPTS)


@EACH_SCRIPT
def test_title_tells_what_to_do(path):
    """The title begins with a verb, and the file is called after it."""
    title, underline, *_ = docstring(path).splitlines()
    assert title.split()[0] in VERBS, f"{title!r}: begin with a verb; a new one joins VERBS"
    assert underline == "=" * len(title)
    assert Path(path).name.startswith(f"plot_{title.split()[0].lower()}_")


@EACH_SCRIPT
def test_head_asks_a_question(path):
    """The docstring asks what the script answers."""
    assert "?" in docstring(path)


@EACH_SCRIPT
def test_script_is_short(path):
    """A script fits into 150 lines, so that it can be read in one sitting."""
    assert len(source(path).splitlines()) <= 150


@EACH_SCRIPT
def test_script_stands_alone(path):
    """A script imports nothing that a person who has it alone, and the package, would lack."""
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(source(path)))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or "."]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    standard = {"dataclasses", "fnmatch", "functools", "itertools", "math", "tracemalloc", "typing"}
    assert imported <= standard | {"matplotlib", "numpy", "scipy", "sklearn", "weightinit"}


@EACH_SCRIPT
def test_last_cell_says_numbers(path):
    """The last cell prints values that were computed, not text alone."""
    last = ast.parse(re.split(r"^# %%", source(path), flags=re.MULTILINE)[-1])
    prints = [node for node in ast.walk(last) if is_call_of_print(node)]
    assert any(isinstance(part, ast.FormattedValue) for call in prints for part in ast.walk(call))


def test_each_topic_has_a_file_that_runs_its_scripts():
    """A folder of the gallery is asked about in the test file of its name."""
    here = Path(__file__).parent
    for topic in {Path(path).parts[0] for path in SCRIPTS}:
        assert f'runs("{topic}")' in (here / f"test_{topic}.py").read_text(encoding="utf-8")


def source(path: str) -> str:
    """Return the text of a script."""
    return (GALLERY / path).read_text(encoding="utf-8")


def docstring(path: str) -> str:
    """Return the head of a script, without blank lines around it."""
    return (ast.get_docstring(ast.parse(source(path))) or "").strip()


def is_call_of_print(node: ast.AST) -> bool:
    """Tell whether a node of the syntax tree calls print."""
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    )
