"""What was measured: read and written, one line a row, with its date, seed and versions."""

import json
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

__all__ = ["FILE", "as_text", "read", "stamped", "write"]

#: Where results are kept, for the page that shows them.
FILE = Path(__file__).parents[2] / "docs" / "about" / "faults.json"

_PACKAGES = ("numpy", "scikit-learn", "weightinit")


def read(file: Path = FILE) -> dict[str, Any]:
    """Return what is kept, by the module that measured it; nothing if there is no file yet."""
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def stamped(
    found: Mapping[str, Any], seed: int, packages: Sequence[str] = _PACKAGES
) -> dict[str, Any]:
    """Return results with the day, the seed and the versions that they came of."""
    versions = {"python": platform.python_version()} | {name: version(name) for name in packages}
    date = datetime.now(UTC).date().isoformat()
    return {"date": date, "seed": seed, "versions": versions, "found": dict(found)}


def write(results: Mapping[str, Any], file: Path = FILE) -> None:
    """Keep results, so that a change of one row is a change of one line."""
    file.write_text(f"{as_text(results, depth=3)}\n", encoding="utf-8")


def as_text(value: Any, depth: int) -> str:
    """Return JSON with a line for each item of the outer levels."""
    if not depth or not isinstance(value, dict | list) or not value:
        return json.dumps(value)
    if isinstance(value, dict):
        items = [f"{json.dumps(key)}: {as_text(of, depth - 1)}" for key, of in value.items()]
        return "{" + ",\n".join(items) + "}"
    return "[" + ",\n".join(as_text(of, depth - 1) for of in value) + "]"
