"""Ask the engine of the lab, under Node.js."""

import functools
import json
import math
import subprocess
from pathlib import Path
from typing import Any

from lab_page import ENGINE
from lab_theory import script as theory_script
from lab_theory import theory

__all__ = ["FOLDER", "ask", "known", "numbers"]

FOLDER = Path(__file__).parents[2] / "docs" / "_static" / "lab"
_HOST = Path(__file__).parent / "host.js"
_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


@functools.cache
def known() -> dict[str, Any]:
    """Return what the engine takes from the package."""
    return json.loads(json.dumps(theory()))


def ask(script: str, **given: Any) -> Any:
    """Return what the body of an async function of `lab` and `given` returns."""
    asked = {
        "theory": theory_script(),
        "names": ("lab", "theory", *ENGINE),
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


def numbers(values: list[Any]) -> list[float]:
    """Return numbers, with those that are not finite, which JSON has as text."""
    return [_NOT_FINITE[value] if isinstance(value, str) else value for value in values]
