"""Run the code of guides to other frameworks, which the site is built without; keep what it prints.

``python -m benchmarks.guides diagnose-pytorch`` writes docs/guides/diagnose-pytorch.json, which
that page shows, and without a name it writes those of all guides; ``nox -s parity`` compares them
with a fresh run.
"""

import contextlib
import functools
import io
import json
import platform
import re
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

__all__ = ["kept", "run"]

GUIDES = Path(__file__).parents[1] / "docs" / "guides"
_FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FRAMEWORKS = {
    "diagnose-pytorch": ("torch",),
    "diagnose-keras": ("keras", "jax"),
    "diagnose-jax": ("flax", "jax"),
}


def kept(page: str) -> dict[str, Any]:
    """Return what is kept of a page."""
    found: dict[str, Any] = json.loads((GUIDES / f"{page}.json").read_text("utf-8"))
    return found


@functools.cache
def run(page: str) -> dict[str, Any]:
    """Run the snippets of a page in order; return what each prints, and the losses."""
    known: dict[str, Any] = {"__name__": "__main__"}
    printed = []
    for snippet in _FENCE.findall((GUIDES / f"{page}.md").read_text("utf-8")):
        with contextlib.redirect_stdout(io.StringIO()) as told:
            exec(snippet, known)
        printed.append(told.getvalue())
    losses = {name: [round(loss, 4) for loss in of] for name, of in known["losses"].items()}
    packages = ("numpy", "weightinit", *_FRAMEWORKS[page])
    versions = {"python": platform.python_version()} | {name: version(name) for name in packages}
    date = datetime.now(UTC).date().isoformat()
    return {"date": date, "versions": versions, "printed": printed, "losses": losses}


if __name__ == "__main__":
    for page in sys.argv[1:] or _FRAMEWORKS:
        text = json.dumps(run(page), indent=1)
        text = re.sub(r"(?<=\d,)\n +(?=[\d-])", " ", text)  # the losses of a run on one line
        (GUIDES / f"{page}.json").write_text(f"{text}\n", "utf-8")
