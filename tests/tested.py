"""A line of the table that `nox -s compat lowest` prints: what was tested, and how it went.

Run it in the environment that was tested: python tests/tested.py NAME RESULTS.xml
"""

import platform
import sys
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree as ET

PACKAGES = ("numpy", "scipy", "scikit-learn", "matplotlib", "joblib", "dask")


def outcomes(results: Path) -> dict[str, int]:
    """Return how many tests passed, failed or broke, and were skipped, from pytest's XML."""
    (suite,) = ET.parse(results).getroot()
    keys = ("tests", "failures", "errors", "skipped")
    tests, failures, errors, skipped = (int(suite.attrib[key]) for key in keys)
    failed = failures + errors
    return {"passed": tests - failed - skipped, "failed": failed, "skipped": skipped}


def table(name: str, results: Path) -> str:
    """Return the head of the table, and this environment's line."""
    versions = {package: version(package) for package in PACKAGES}
    cells = {"": name, "Python": platform.python_version(), **versions, **outcomes(results)}
    widths = [12, *(max(len(title), 9) for title in cells if title)]
    lines = (cells.keys(), map(str, cells.values()))
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


if __name__ == "__main__":
    sys.stdout.write(table(sys.argv[1], Path(sys.argv[2])))
