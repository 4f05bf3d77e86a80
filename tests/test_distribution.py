"""What is shipped: the wheel that is built from the source distribution, and its version."""

import re
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a source distribution and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return folder


def test_wheel_holds_the_package_and_nothing_else(built: Path) -> None:
    """The wheel holds each file of the package, `py.typed` among them, and its own metadata."""
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    source = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "weightinit").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in names if ".dist-info/" not in name} == source
    assert "weightinit/py.typed" in source


def test_source_distribution_can_repeat_the_two_commands(built: Path) -> None:
    """The source distribution holds what the README's commands need, and nothing that they make."""
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"noxfile.py", "pyproject.toml", "README.md", "LICENSE", "docs/conf.py"} <= names
    assert not {name for name in names if name.startswith(("docs/_build", "docs/auto_gallery"))}


def test_one_version() -> None:
    """Package and citation name the same version."""
    cited = re.search(r"(?m)^version: (\S+)$", (ROOT / "CITATION.cff").read_text("utf-8"))
    assert cited
    assert cited[1] == version("weightinit")


def test_ci_runs_the_commands_of_the_readme() -> None:
    """The README tells its two commands in one line each, where `.ci/run` looks for them."""
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    for task in ("docs", "tests"):
        assert lines.count(f"python -m pip install nox && python -m nox -s {task}") == 1
