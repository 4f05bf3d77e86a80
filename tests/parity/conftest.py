"""Parity: the package beside its peers, each installed by the nox session of that name alone."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark of these tests."""
    config.addinivalue_line("markers", "parity: compares with a peer; `nox -s parity` installs it")
