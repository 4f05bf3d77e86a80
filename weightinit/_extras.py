"""Import packages that one task needs and the rest of the package does not."""

import importlib
from typing import Any

__all__ = ["import_extra"]


def import_extra(name: str, *, use: str, otherwise: str = "") -> Any:
    """Import a module when it is needed, or say what to install, or how to do without."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = name.partition(".")[0]
        raise ImportError(
            f"{use} needs {package}, which is not installed; run pip install {package}{otherwise}"
        ) from error
