"""The files of the lab: which there are, and the one that is written when the site is built.

docs/_ext/page_assets.py keeps them to the page that needs them.
"""

from pathlib import Path
from typing import Any

from lab_theory import script
from sphinx.application import Sphinx

FILE = "lab/theory.js"  # in the folder of static files
#: Classic scripts, loaded in this order by the page of the lab.
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
    "page",
)


def write(app: Sphinx) -> None:
    """Write the script where the page looks for it."""
    if app.builder.format == "html":
        path = Path(app.outdir, "_static", FILE)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script(), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("builder-inited", write)
    for name in ("lab", "theory", *ENGINE, *VIEW):
        app.add_js_file(f"lab/{name}.js", defer="")
    app.add_css_file("lab/lab.css")
    app.add_js_file("lab-embed.js", defer="")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
