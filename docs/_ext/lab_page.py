"""The script of the lab: its files in one, without comments and margins, and what theory says.

One file is one request, and 40 kB (gzip) hold all. The files themselves are classic scripts in
docs/_static/lab; docs/_ext/page_assets.py keeps what is made of them to the page that needs it.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lab_theory import script as theory_script
from sphinx.application import Sphinx

FOLDER = Path(__file__).parents[1] / "_static" / "lab"
FILE = "lab/all.js"  # in the folder of static files
#: In the order in which they define their subjects.
ENGINE = (
    "random",
    "matrix",
    "starts",
    "activations",
    "network",
    "optimizers",
    "measures",
    "meanfield",
    "prediction",
    "words",
    "settings",
    "session",
    "worker",
)
VIEW = (
    "fragment",
    "python",
    "chart",
    "maps",
    "panels",
    "controls",
    "picture",
    "share",
    "tasks",
    "challenges",
    "layout",
    "page",
)
# Comments that stand on lines of their own, or end one after a space; strings hold none like these.
_COMMENT = re.compile(r"^\s*/\*.*?\*/\s*?$|\s// .*?$|\s/\* [^\n]*? \*/", re.DOTALL | re.MULTILINE)
# Margins, empty lines, and breaks where no statement can end, or one has ended.
_SPACE = re.compile(r"^\s+|(?<=[{(\[,;])\n\s*", re.MULTILINE)


def script() -> str:
    """Return the whole script."""
    files = [_shortened(FOLDER / f"{name}.js") for name in (*ENGINE, *VIEW)]
    return "".join([_shortened(FOLDER / "lab.js"), theory_script(), *files])


def _shortened(path: Path) -> str:
    return _SPACE.sub("", _COMMENT.sub("", path.read_text(encoding="utf-8")))


def write(app: Sphinx) -> None:
    """Write the script where the page looks for it, unless it is newer than what it is made of.

    Theory takes seconds. As with pages, a change of the package asks for a clean build.
    """
    path = Path(app.outdir, "_static", FILE)
    if app.builder.format == "html" and not is_newer(path, _sources()):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script(), encoding="utf-8")


def is_newer(path: Path, sources: Iterable[Path]) -> bool:
    """Tell whether a file is there, and was written after all of these."""
    written = path.stat().st_mtime if path.is_file() else 0.0
    return all(source.stat().st_mtime < written for source in sources)


def _sources() -> Iterator[Path]:
    yield from FOLDER.glob("*.js")
    yield from Path(__file__).parent.glob("lab_*.py")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("builder-inited", write)
    app.add_js_file(FILE, defer="")
    app.add_css_file("lab/lab.css")
    app.add_js_file("lab-embed.js", defer="")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
