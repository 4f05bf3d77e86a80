"""The floors of the package: a module imports only from floors below.

Read in the syntax trees, so that an import inside a function or for a type counts as well.
"""

import ast
import graphlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import weightinit

PACKAGE = "weightinit"

# A subpackage stands on one floor; its own modules may import each other, but not in a circle.
FLOORS = {
    "_extras": -4,
    "_formulas": -4,
    "_messages": -4,
    "_quadrature": -4,
    "_tables": -4,
    "_truncation": -4,
    "_uninterrupted": -4,
    "_checks": -3,
    "_arrays": -2,
    "_axes": -1,
    "_moments": -1,
    "activations": -1,
    "_expectations": 0,
    "fans": 0,
    "streams": 0,
    "datasets": 1,
    "gains": 1,
    "initializers": 1,
    "meanfield": 1,
    "advice": 2,
    "networks": 3,
    "tracing": 4,
    "training": 4,
    "schemes": 5,
    "comparison": 5,
    "diagnosis": 6,
    "monitoring": 6,
    "__init__": 7,  # the front door: it sees the whole house, nobody imports through it
}


def read_package() -> dict[str, str]:
    """Return the source of each module, by its dotted name; a package's ends in `__init__`."""
    folder = Path(weightinit.__file__).parent
    files = {path.relative_to(folder.parent).with_suffix(""): path for path in folder.rglob("*.py")}
    return {".".join(module.parts): path.read_text("utf-8") for module, path in files.items()}


def imports_of(name: str, source: str, modules: set[str]) -> Iterator[str]:
    """Yield the modules of the package that module `name` imports, anywhere in its source."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if within(alias.name))
        elif isinstance(node, ast.ImportFrom):
            above = name.split(".")[: -node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            if within(base):
                submodules = [f"{base}.{alias.name}" for alias in node.names]
                yield from (sub if sub in modules else base for sub in submodules)


def within(name: str) -> bool:
    """Tell whether a dotted name lies in the package."""
    return name == PACKAGE or name.startswith(f"{PACKAGE}.")


def unit(name: str) -> str:
    """Return what stands on a floor: a module, or a subpackage with all that is in it."""
    return name.split(".")[1] if "." in name else "__init__"


def violations(sources: dict[str, str]) -> list[str]:
    """Say, a line each, where the modules break the order of the floors."""
    without_floor = {unit(name) for name in sources} - FLOORS.keys()
    if without_floor:
        return [f"no floor in tests/test_floors.py: {name}" for name in sorted(without_floor)]
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


@pytest.mark.parametrize(
    "sources, told",
    [
        ({"weightinit.fans": "from weightinit.gains import gain"}, r"fans \(floor 0\) imports"),
        ({"weightinit.fans": "import weightinit.streams"}, r"imports weightinit.streams \(floor 0"),
        ({"weightinit.fans": "from . import gains"}, "imports weightinit.gains"),
        ({"weightinit.fans": "def f():\n    from .gains import gain"}, "imports weightinit.gains"),
        ({"weightinit.fans": "from weightinit import gain"}, r"imports weightinit \(floor 7"),
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
