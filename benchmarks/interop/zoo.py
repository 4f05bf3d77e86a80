"""All entries of the zoo, and what reaches into their models, by framework."""

import importlib
from functools import cache
from types import ModuleType
from typing import Any

from benchmarks.interop.entries import Entry
from benchmarks.interop.roles import Parts

__all__ = ["entries", "missing", "parts", "side"]

_MODULES = (
    "pytorch.of_transformers",
    "pytorch.of_timm",
    "pytorch.of_others",
    "jax_based.of_keras",
    "jax_based.of_flax",
)
_SIDES = {
    "torch": "pytorch.side",
    "keras": "jax_based.keras_side",
    "linen": "jax_based.flax_side",
    "nnx": "jax_based.flax_side",
}


@cache
def _found() -> tuple[dict[str, Entry], dict[str, str]]:
    """Return entries by their names, and why modules of entries are missing."""
    there: dict[str, Entry] = {}
    absent: dict[str, str] = {}
    for name in _MODULES:
        try:
            module = importlib.import_module(f"benchmarks.interop.{name}")
        except ImportError as error:
            absent[name] = f"{type(error).__name__}: {error}"
        else:
            there |= {entry.name: entry for entry in module.ENTRIES}
    return there, absent


def entries() -> dict[str, Entry]:
    """Return the entries whose libraries are installed, by name."""
    return _found()[0]


def missing() -> dict[str, str]:
    """Return which modules of entries cannot be imported, and why."""
    return _found()[1]


def side(entry: Entry) -> ModuleType:
    """Return the module that reaches into models of the entry's framework."""
    return importlib.import_module(f"benchmarks.interop.{_SIDES[entry.framework]}")


def parts(entry: Entry, model: Any) -> Parts:
    """Return the parameters of a model and their roles."""
    of = side(entry)
    return Parts(entry, of.arrays(model), of.weights(model), of.gains(model))
