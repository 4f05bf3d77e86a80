"""Docstrings in numpydoc form, checked on the running objects.

The lint reads the syntax alone, where the fields of a dataclass and what is inherited do not show.
"""

import importlib
import inspect
import pkgutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from numpydoc.validate import validate

import weightinit as wi

SETTINGS = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
NOT_ASKED = set(SETTINGS["tool"]["numpydoc_validation"]["checks"]) - {"EX01", "PR02"}


def documented() -> Iterator[str]:
    """Yield the import path of every public function, class and public method."""
    modules = [found.name for found in pkgutil.walk_packages(wi.__path__, "weightinit.")]
    for module in filter(lambda name: "._" not in name, modules):
        for name in importlib.import_module(module).__all__:
            value = getattr(importlib.import_module(module), name)
            path = f"{module}.{name}"
            if inspect.isfunction(value):
                yield path
            elif inspect.isclass(value):
                yield path
                methods = inspect.getmembers(value, inspect.isfunction)
                yield from (f"{path}.{attr}" for attr, _ in methods if not attr.startswith("_"))


@pytest.mark.parametrize("path", list(documented()))
def test_docstring_says_all_that_is_asked(path: str) -> None:
    """A docstring documents the parameters there are, no others, and shows an example."""
    errors = [error for error in validate(path)["errors"] if error[0] not in NOT_ASKED]
    assert not errors
