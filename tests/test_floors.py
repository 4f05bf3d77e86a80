"""The floors of the package: a module imports only from floors below."""

import graphlib
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.floors import FLOORS, imports_of, read_package, unit


def violations(sources: dict[str, str]) -> list[str]:
    """Say, a line each, where the modules break the order of the floors."""
    without_floor = {unit(name) for name in sources} - FLOORS.keys()
    if without_floor:
        return [f"no floor in tests/floors.py: {name}" for name in sorted(without_floor)]
    modules = {name.removesuffix(".__init__") for name in sources}
    imports = {
        name.removesuffix(".__init__"): set(imports_of(name, source, modules))
        for name, source in sources.items()
    }
    return [*steps_up(imports), *circles(imports)]


def steps_up(imports: dict[str, set[str]]) -> Iterator[str]:
    """Yield a line for each import from the same floor or one above."""
    for name, others in sorted(imports.items()):
        for other in sorted(others):
            here, there = FLOORS[unit(name)], FLOORS[unit(other)]
            if unit(name) != unit(other) and there >= here:
                yield f"{name} (floor {here}) imports {other} (floor {there})"


def circles(imports: dict[str, set[str]]) -> Iterator[str]:
    """Yield a line if modules of one subpackage import each other in a circle."""
    inside = {
        name: {other for other in others if unit(other) == unit(name)}
        for name, others in imports.items()
    }
    try:
        graphlib.TopologicalSorter(inside).prepare()
    except graphlib.CycleError as error:
        yield f"a circle of imports: {' -> '.join(error.args[1])}"


def test_modules_import_only_from_floors_below() -> None:
    """No module imports from its own floor or one above, and no subpackage runs in circles."""
    assert not violations(read_package())


def test_floors_hold_what_is_there() -> None:
    """Every module stands on a floor, and no floor names a module that is gone."""
    assert FLOORS.keys() == {unit(name) for name in read_package()}


@pytest.mark.parametrize(
    "sources, told",
    [
        ({"weightinit.fans": "from weightinit.gains import gain"}, r"fans \(floor 0\) imports"),
        ({"weightinit.fans": "import weightinit.streams"}, r"imports weightinit.streams \(floor 0"),
        ({"weightinit.fans": "from . import gains"}, "imports weightinit.gains"),
        ({"weightinit.fans": "def f():\n    from .gains import gain"}, "imports weightinit.gains"),
        ({"weightinit.fans": "from weightinit import gain"}, r"imports weightinit \(floor 8"),
        ({"weightinit.networks.dense": "from ..training import train"}, "weightinit.training"),
        ({"weightinit.networks.__init__": "from ..training import train"}, "weightinit.training"),
        ({"weightinit.novelty": ""}, "no floor .*: novelty"),
        (
            {
                "weightinit.networks.__init__": "from .dense import Dense",
                "weightinit.networks.dense": "from .base import Layer",
                "weightinit.networks.base": "from . import dense",
            },
            "a circle of imports",
        ),
    ],
)
def test_a_planted_import_is_found(sources: dict[str, str], told: str) -> None:
    """Every kind of forbidden import is found when it is planted."""
    planted = {"weightinit.gains": "", "weightinit.streams": "", "weightinit.training": ""}
    (found,) = violations(planted | sources)
    assert re.search(told, found)


def test_allowed_imports_pass() -> None:
    """Imports from below, between siblings, and of other packages are no violation."""
    assert not violations(
        {
            "weightinit.__init__": "from weightinit.gains import gain",
            "weightinit.fans": "import numpy\nfrom math import prod",
            "weightinit.gains": "from weightinit.fans import Fans\nfrom . import fans",
            "weightinit.networks.__init__": "from .dense import Dense",
            "weightinit.networks.dense": "from . import base\nfrom ..gains import gain",
            "weightinit.networks.base": "",
        }
    )


THIRD_PARTY = """
import importlib, pkgutil, sys
before = set(sys.modules)
{statement}
new = {{
    name.split(".")[0]
    for name, module in list(sys.modules.items())
    if name not in before and getattr(module, "__file__", None)
}}
print(*sorted(new - sys.stdlib_module_names))
"""
IMPORT_ALL = """
import weightinit
for found in pkgutil.walk_packages(weightinit.__path__, "weightinit."):
    if ".tracing._torch." in found.name or ".tracing._jax." in found.name:
        continue  # imported with a model of that framework, never before
    importlib.import_module(found.name)
"""


def third_party(statement: str) -> set[str]:
    """Return the packages beside the standard library that a fresh Python loads for this."""
    code = THIRD_PARTY.format(statement=statement)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_importing_every_module_loads_numpy_alone() -> None:
    """Importing every module loads NumPy and nothing else: the rest waits for its first use."""
    assert third_party(IMPORT_ALL) == {"numpy", "weightinit"}


def test_the_probe_for_packages_sees_them() -> None:
    """The probe that the law above stands on does see a third-party package."""
    assert "hypothesis" in third_party("import hypothesis")
