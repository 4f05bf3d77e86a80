"""What the package asks for, and what it is tested with: one answer in all places."""

import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

from tests.tested import outcomes

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = PYPROJECT["project"]
PYTHONS = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))


def stated() -> dict[str, list[str]]:
    """Return the versions that pyproject.toml asks for, by package, once for each place."""
    groups = [*PROJECT["optional-dependencies"].values(), *PYPROJECT["dependency-groups"].values()]
    found = defaultdict(list)
    for requirement in sum(groups, start=[*PROJECT["dependencies"]]):
        if isinstance(requirement, str) and not requirement.startswith(PROJECT["name"]):
            name, bound = re.fullmatch(r"([\w.-]+)(?:\[.*\])?(.*)", requirement).groups()
            found[name].append(bound)
    return found


def test_each_package_has_one_floor() -> None:
    """Each package has a lowest version, stated in one place, so that `lowest` tests what is so."""
    assert {name for name, bounds in stated().items() if len(bounds) > 1} == set()
    assert all(re.fullmatch(r"[>=]=[\d.]+", bound) for (bound,) in stated().values())
    for requirement in PYPROJECT["build-system"]["requires"]:  # which can include no group
        name, bound = re.fullmatch(r"([\w.-]+)(.*)", requirement).groups()
        assert stated()[name] == [bound]


def test_pythons_are_those_that_are_tested() -> None:
    """The lowest Python is the same wherever it is told, and CI runs all that are classified."""
    assert PROJECT["requires-python"] == f">={PYTHONS[0]}"
    assert f"Python {PYTHONS[0]} or newer" in (ROOT / "README.md").read_text("utf-8")
    workflow = ROOT / ".github" / "workflows" / "ci.yml"
    if not workflow.is_file():
        pytest.skip("a source distribution has no workflows")
    (matrix,) = re.findall(r"python: \[(.*)\]", workflow.read_text("utf-8"))
    assert re.findall(r"3\.\d+", matrix) == PYTHONS


def test_outcomes_are_counted(tmp_path: Path) -> None:
    """The table of what was tested counts what passed, failed, broke and was skipped."""
    (tmp_path / "test_all.py").write_text(
        "import pytest\n"
        "@pytest.fixture\ndef broken(): 1 / 0\n"
        "@pytest.mark.parametrize('n', [0, 1, 2])\ndef test_passes(n): pass\n"
        "def test_fails(): assert False\n"
        "def test_breaks(broken): pass\n"
        "@pytest.mark.skip\ndef test_skips(): pass\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--junit-xml=found.xml"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert outcomes(tmp_path / "found.xml") == {"passed": 3, "failed": 2, "skipped": 1}
