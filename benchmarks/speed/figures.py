"""The table of costs: what was measured, and whether it is what it is to be."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

__all__ = ["CURVES", "FILE", "GROUPS", "PACKAGES", "rows", "table", "verdict"]

#: Where results are kept, for the page that shows them.
FILE = Path(__file__).parents[2] / "docs" / "about" / "speed.json"
PACKAGES = ("numpy", "weightinit", "torch")

#: What is measured, by module, and what it is called.
GROUPS = {
    "imports": "Import",
    "drawing": "Draw weights",
    "steps": "Train a demonstration network",
    "diagnosing": "Diagnose",
    "site": "Build the site",
}
#: What is measured as curves, which are no rows of the table.
CURVES = {"growth": "How cost grows"}


def rows(kept: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each group with its rows."""
    for group in GROUPS:
        for row in kept.get(group, {}).get("found", {}).values():
            yield group, row


def verdict(row: Mapping[str, Any]) -> str:
    """Tell whether a ratio is at most what it is to be; empty where nothing was promised."""
    if row["target"] is None:
        return ""
    return "reached" if row["ratio"] <= row["target"] else "missed"


def table(kept: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each row."""
    for group, row in rows(kept):
        target = "" if row["target"] is None else f"to reach {row['target']:g}"
        yield (
            f"{group:11} {row['name']:50} {row['ratio']:6.2f} x {row['over']:22} {target:14} "
            f"{verdict(row)}"
        )
