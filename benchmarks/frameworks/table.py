"""The table of all initializers of the installed packages, each with its counterpart here."""

from typing import Any

from benchmarks.frameworks.counterparts import COUNTERPARTS, NONE
from benchmarks.frameworks.installed import PACKAGES, initializers

__all__ = ["rows"]


def rows() -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each module; ValueError if one is neither paired nor said to be alone."""
    return {
        module: [
            _row(module, name, others) for name, others in sorted(initializers(module).items())
        ]
        for module in PACKAGES
    }


def _row(module: str, name: str, others: list[str]) -> dict[str, Any]:
    """Return the row of an initializer."""
    found: dict[str, Any] = {"name": name, "other names": others}
    if pairs := COUNTERPARTS[module].get(name):
        return found | {"pairs": [pair._asdict() | {"shapes": list(pair.shapes)} for pair in pairs]}
    if why := NONE.get(module, {}).get(name):
        return found | {"no counterpart": why}
    raise ValueError(
        f"{module}.{name} has no line in benchmarks/frameworks/counterparts.py: pair it there with "
        "what draws the same here, or say why nothing does"
    )
