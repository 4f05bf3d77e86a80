"""Skip the tests of a module where its peers are not installed."""

import importlib.util

import pytest

__all__ = ["needs"]


def needs(*packages: str) -> None:
    """Skip the module that calls, unless all packages are there; none of them is imported."""
    if missing := [name for name in packages if importlib.util.find_spec(name) is None]:
        reason = f"`nox -s parity` installs {', '.join(missing)}"
        pytest.skip(reason, allow_module_level=True)
