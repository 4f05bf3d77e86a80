"""A notebook of each page that runs code: its prose as Markdown, its code as it is, to download.

No outputs are stored: the page has them, the reader's own will replace them, and a notebook without
them is small and the same after every build. Which pages have one: `notebook_pages` in conf.py.

What jupytext makes of the 22 executed pages has 409 roles and directives in its Markdown, and what
sphinx-gallery makes of the 32 scripts has 15 references that lead nowhere; these have none.
"""

import fnmatch
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import nbformat
from docutils import nodes
from figure_style import CYCLE, LIGHT, rc_params
from install import first_cell, urls
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from notebook_markdown import CELL, NotebookMarkdown
from sphinx import addnodes
from sphinx.application import Sphinx

FOOTER = "sphx-glr-footer"  # sphinx-gallery's class, so that all pages look alike
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
FOLDED_CODE = {"jupyter": {"source_hidden": True}}
FOLDED = {  # by the tag for which the page folds a cell away: what tells JupyterLab to do so
    "hide-cell": {"jupyter": {"source_hidden": True, "outputs_hidden": True}},
    "hide-input": FOLDED_CODE,
    "remove-cell": FOLDED_CODE,
    "remove-input": FOLDED_CODE,
}
COLOURS = "\n".join(f'    "{LIGHT[name]}",  # {name}' for name in CYCLE)
LOOK = f"""\
# Figures as on the page, where a colour means the same start everywhere.
import matplotlib.pyplot as plt

COLOURS = [
{COLOURS}
]
plt.rcParams["axes.prop_cycle"] = plt.cycler(color=COLOURS)
plt.rcParams["figure.figsize"] = {rc_params()["figure.figsize"]}
plt.rcParams["figure.constrained_layout.use"] = True
plt.rcParams["animation.html"] = "jshtml"  # an animation shows with its controls"""


def offer(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Write the notebook of a page, and put a link to it at the foot of the page."""
    wanted = any(fnmatch.fnmatch(docname, pattern) for pattern in app.config.notebook_pages)
    if app.builder.format != "html" or not wanted:
        return
    base = app.config.html_baseurl
    address = base and urljoin(base, app.builder.get_target_uri(docname))
    writer = NotebookMarkdown(doctree, app.builder, address)
    doctree.walkabout(writer)
    code = {number: new_code_cell(source) for number, source in writer.cells.items()}
    if code and (source := read_source(app, docname)) is not None:
        code = {n: cell for n, cell in enumerate(source.cells) if cell.cell_type == "code"}
        if source.metadata.get("mystnb", {}).get("render_markdown_format") == "myst":
            return  # it prints what Jupyter cannot show
    if code:
        cells = in_order(headed(writer.astext(), docname, address), code)
        write(app.outdir / "_downloads" / f"{docname}.ipynb", cells)
        add_link(doctree, f"{docname}.ipynb")


def read_source(app: Sphinx, docname: str) -> NotebookNode | None:
    """Read a page of MyST as a notebook, with the cells that it does not show; None for others."""
    text = app.env.doc2path(docname).read_text(encoding="utf-8")
    if is_myst_markdown_notebook(text):
        return read_myst_markdown_notebook(text, app.env.myst_config)
    return None


def headed(markdown: str, docname: str, address: str) -> str:
    """Put below the title where the page is, and what the first cell does."""
    title, rest = markdown.split("\n", maxsplit=1)
    page = f"[{docname}]({address})" if address else f"`{docname}`"
    note = f"> From the documentation of weightinit: {page}. The first cell installs the package."
    return f"{title}\n\n{note}\n{rest}"


def in_order(markdown: str, code: dict[int, NotebookNode]) -> Iterator[NotebookNode]:
    """Yield prose and code as cells; code that the page does not show comes before the next."""
    parts = CELL.split(markdown)
    waiting = sorted(code)
    shown = [*map(int, parts[1::2]), waiting[-1]]
    for position, (text, upto) in enumerate(zip(parts[::2], shown, strict=True)):
        if text.strip():
            yield new_markdown_cell(text.strip())
        if position == 0:
            yield new_code_cell(first_cell(urls()))
            yield new_code_cell(LOOK, metadata=FOLDED_CODE)
        while waiting and waiting[0] <= upto:
            cell = code[waiting.pop(0)]
            tags = cell.metadata.get("tags", [])
            folded = next((FOLDED[tag] for tag in tags if tag in FOLDED), {})
            yield new_code_cell(cell.source, metadata=folded)


def write(file: Path, cells: Iterable[NotebookNode]) -> None:
    """Write cells to a file, without anything that changes from build to build."""
    notebook = new_notebook(cells=list(cells), metadata={"kernelspec": KERNEL})
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    nbformat.validate(notebook)
    file.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, file)


def add_link(doctree: nodes.document, file: str) -> None:
    """Put a link to the notebook at the foot of the page: with the script's, if there is one."""
    text = nodes.literal("", f"Download Jupyter notebook: {Path(file).name}", classes=["download"])
    link = addnodes.download_reference("", "", text, filename=file)
    line = nodes.container("", nodes.paragraph("", "", link), classes=["sphx-glr-download"])
    footer = next((n for n in doctree.findall(nodes.container) if FOOTER in n["classes"]), None)
    if footer is not None:
        footer.insert(0, line)
    else:
        doctree.children[-1].append(nodes.container("", line, classes=[FOOTER]))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.setup_extension("sphinx_markdown_builder")  # its settings
    app.add_config_value("notebook_pages", [], "html", types=frozenset({list}))
    app.connect("doctree-resolved", offer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
