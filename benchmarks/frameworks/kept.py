"""What was found in the installed packages: read and written, with its date and versions."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.faults.results import as_text

__all__ = ["DEFAULTS", "INITIALIZERS", "read", "versions", "write"]

_DOCS = Path(__file__).parents[2] / "docs"

#: Where the pages that show them find the measured defaults and the table of initializers.
DEFAULTS = _DOCS / "about" / "framework-defaults.json"
INITIALIZERS = _DOCS / "reference" / "other-initializers.json"


def read(file: Path) -> dict[str, Any]:
    """Return what is kept: `date`, `versions` and `found`."""
    return json.loads(file.read_text(encoding="utf-8"))


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the installed releases, without what a build adds to them."""
    return {name: version(name).partition("+")[0] for name in packages}


def write(file: Path, found: Any, packages: Iterable[str]) -> None:
    """Keep what was found with the day and the releases that it came of."""
    date = datetime.now(UTC).date().isoformat()
    kept = {"date": date, "versions": versions(packages), "found": found}
    file.write_text(f"{as_text(kept, depth=3)}\n", encoding="utf-8")
