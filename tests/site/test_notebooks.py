"""The notebooks that the site offers: the code of each page that runs code, and readable prose."""

import ast
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

pytestmark = pytest.mark.site

ROOT = Path(__file__).parents[2]
CODE_CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OPTIONS = re.compile(r"\A(?:---\n.*?^---$|(?::[^\n]*\n|\n)*)", re.MULTILINE | re.DOTALL)
UNRENDERED = re.compile(r"\{[\w:.+-]+\}`|:[\w:+-]+:`|^\s*:::|^\s*```\{|^\.\. |\0", re.MULTILINE)


def code_of_page(path: Path) -> str:
    """Return the code of the cells of a MyST page, nothing if none of it would run in Jupyter."""
    text = path.read_text(encoding="utf-8")
    if "file_format: mystnb" not in text or "render_markdown_format: myst" in text:
        return ""
    return "\n".join(OPTIONS.sub("", cell) for cell in CODE_CELL.findall(text))


def code_of_script(path: Path) -> str:
    """Return the code of a gallery script, without its docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return ast.unparse(tree.body[1:])


SOURCES = {
    f"auto_gallery/{path.parent.name}/{path.stem}": code_of_script(path)
    for path in sorted(ROOT.glob("gallery/*/plot_*.py"))
} | {
    path.relative_to(ROOT / "docs").with_suffix("").as_posix(): code
    for pattern in ("theory/*.md", "guides/*.md", "tutorial.md")
    for path in sorted(ROOT.glob(f"docs/{pattern}"))
    if (code := code_of_page(path))
}
EACH_PAGE = pytest.mark.parametrize("name", SOURCES)


def cells_of(site: Path, name: str) -> list[dict[str, Any]]:
    """Follow the link of a page to its notebook, and return the cells of that."""
    html = (site / name).with_suffix(".html")
    links = re.findall(r'href="([^"]+\.ipynb)"', html.read_text(encoding="utf-8"))
    assert len(links) == 1, f"{name} links to {links}"
    notebook = (html.parent / unquote(links[0])).read_text(encoding="utf-8")
    return json.loads(notebook)["cells"]


def texts_of(site: Path, name: str, kind: str) -> list[str]:
    """Return the texts of the cells of a kind in a page's notebook."""
    return ["".join(c["source"]) for c in cells_of(site, name) if c["cell_type"] == kind]


@EACH_PAGE
def test_notebook_has_the_code_of_its_page(site: Path, name: str) -> None:
    """One cell installs the package, one sets figures up, the others have the page's code."""
    install, look, *code = texts_of(site, name, "code")
    assert "%pip install" in install
    assert "animation.html" in look
    assert ast.dump(ast.parse("\n".join(code))) == ast.dump(ast.parse(SOURCES[name]))


@EACH_PAGE
def test_prose_is_plain_markdown(site: Path, name: str) -> None:
    """The prose begins with a title and its page; no role and no directive is left in it."""
    texts = texts_of(site, name, "markdown")
    assert re.match(r"# \S.*\n\n> From the documentation of weightinit: ", texts[0])
    assert not [match[0] for text in texts for match in UNRENDERED.finditer(text)]


def test_notebook_stores_no_results(site: Path) -> None:
    """A notebook holds neither outputs nor counts: it is the same after every build."""
    cells = [cell for name in SOURCES for cell in cells_of(site, name)]
    assert cells
    assert not [c for c in cells if c.get("outputs") or c.get("execution_count") is not None]
