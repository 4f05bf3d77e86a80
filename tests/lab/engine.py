"""Ask the engine of the lab, under Node.js."""

import functools
import json
import subprocess
from pathlib import Path
from typing import Any

from lab_page import ENGINE, VIEW
from lab_theory import script as theory_script
from lab_theory import theory

__all__ = ["FOLDER", "ask", "known"]

FOLDER = Path(__file__).parents[2] / "docs" / "_static" / "lab"
_HOST = Path(__file__).parent / "host.js"


@functools.cache
def known() -> dict[str, Any]:
    """Return what the engine takes from the package."""
    return json.loads(json.dumps(theory()))


@functools.cache
def _theory() -> str:
    return theory_script()  # a second of work


def ask(script: str, **given: Any) -> Any:
    """Return what the body of an async function of `lab` and `given` returns."""
    asked = {
        "theory": _theory(),
        "names": ("lab", "theory", *ENGINE, *VIEW),
        "script": script,
        "given": given,
    }
    made = subprocess.run(
        ("node", _HOST, FOLDER),
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return json.loads(made.stdout)
