"""Docstrings in numpydoc form, checked on the running objects.

The lint reads the syntax alone, where the fields of a dataclass and what is inherited do not show.
"""

import inspect
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
    for name in wi.__all__:
        value = getattr(wi, name)
        if not inspect.isclass(value) and not inspect.isfunction(value):
            continue
        path = f"{value.__module__}.{value.__qualname__}"
        yield path
        if inspect.isclass(value):
            methods = inspect.getmembers(value, inspect.isfunction)
            yield from (f"{path}.{method}" for method, _ in methods if not method.startswith("_"))


@pytest.mark.parametrize("path", sorted(set(documented())))
def test_docstring_says_all_that_is_asked(path: str) -> None:
    """A docstring documents the parameters there are, no others, and shows an example."""
    errors = [error for error in validate(path)["errors"] if error[0] not in NOT_ASKED]
    assert not errors
