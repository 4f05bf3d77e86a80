"""Packages that are needed for one thing alone, imported when it is asked for."""

import importlib
from typing import Any

__all__ = ["import_extra"]


def import_extra(name: str, *, extra: str, use: str, otherwise: str = "") -> Any:
    """Import a package of an extra of this one, or say what to install, or to do without."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = name.partition(".")[0]
        raise ImportError(
            f"{use} needs {package}, which is not installed; "
            f"run pip install 'weightinit[{extra}]'{otherwise}"
        ) from error
