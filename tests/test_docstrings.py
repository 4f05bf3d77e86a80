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
ASKED_OF_PUBLIC_NAMES = {"EX01", "GL08", "PR01", "PR02", "RT01"}
NOT_ASKED = set(SETTINGS["tool"]["numpydoc_validation"]["checks"]) - ASKED_OF_PUBLIC_NAMES


def documented() -> Iterator[str]:
    """Yield the import path of every public function and class, and of methods of the first."""
    houses = (
        *(wi.activations, wi.meanfield, wi.networks, wi.tracing, wi.diagnosis, wi.monitoring),
        *(wi.schemes, wi.training),
    )
    seen: list[object] = []
    for module in (wi, *houses):
        for name in module.__all__:
            value, path = getattr(module, name), f"{module.__name__}.{name}"
            if any(value is other for other in seen):  # numpydoc takes tracing.trace for a module
                continue
            seen.append(value)
            if inspect.isfunction(value) or inspect.isclass(value):
                yield path
            if inspect.isclass(value) and module is wi:
                methods = inspect.getmembers(value, inspect.isfunction)
                yield from (f"{path}.{method}" for method, _ in methods if method[0] != "_")


@pytest.mark.parametrize("path", list(documented()))
def test_docstring_says_all_that_is_asked(path: str) -> None:
    """A docstring documents the parameters there are, no others, and shows an example."""
    errors = [error for error in validate(path)["errors"] if error[0] not in NOT_ASKED]
    assert not errors
