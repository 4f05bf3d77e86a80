"""The floors of the package, and which module imports which; read by a test and by a page.

Imports are read in the syntax trees, so that one inside a function or for a type counts as well.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import weightinit

PACKAGE = "weightinit"

# A subpackage stands on one floor; its own modules may import each other, but not in a circle.
FLOORS = {
    "_extras": -5,
    "_formulas": -5,
    "_messages": -5,
    "_quadrature": -5,
    "_tables": -5,
    "_truncation": -5,
    "_uninterrupted": -5,
    "_checks": -4,
    "_arrays": -3,
    "_blocks": -3,
    "_chances": -3,
    "_jobs": -3,
    "_activation": -2,
    "_laws": -2,
    "_parts": -2,
    "_axes": -1,
    "activations": -1,
    "_moments": 0,
    "_sampling": 0,
    "fans": 0,
    "streams": 0,
    "datasets": 1,
    "gains": 1,
    "initializers": 1,
    "meanfield": 1,
    "advice": 2,
    "networks": 3,
    "_factory": 4,
    "tracing": 4,
    "training": 4,
    "comparison": 5,
    "diagnosis": 6,
    "monitoring": 6,
    "risk": 7,
    "scaling": 7,
    "schemes": 7,
    "_command": 7,
    "__main__": 8,
    "__init__": 8,  # the front door: it sees the whole house, nobody imports through it
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
