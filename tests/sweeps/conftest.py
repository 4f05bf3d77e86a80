"""Sweeps take minutes: they run when they are named, as in ``pytest tests/sweeps``."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave this folder out unless an argument of the command line lies in it."""
    named = (Path(argument.split("::")[0]).resolve() for argument in config.args)
    wanted = any(HERE in (path, *path.parents) for path in named)
    return None if wanted or HERE not in collection_path.parents else True
