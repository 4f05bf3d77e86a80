"""The command that installs the package: one for all pages and notebooks, from ``[project.urls]``.

As long as ``pyproject.toml`` names no address there, the project is a folder on the reader's disk.
``Source`` is the address of its repository, ``PyPI`` that of its page there: PUBLISHING.md.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def urls() -> dict[str, str]:
    """Return the public addresses of the project; none before the day of publication."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    return project.get("urls", {})


def requirement(addresses: Mapping[str, str], extra: str = "", folder: str = ".") -> str:
    """Return what pip is to install: a name of PyPI, else a repository, else a folder."""
    extras = f"[{extra}]" if extra else ""
    if "PyPI" in addresses:
        return f'"weightinit{extras}"' if extras else "weightinit"
    if "Source" in addresses:
        return f'"weightinit{extras} @ git+{addresses["Source"]}"'
    return f'"{folder}{extras}"' if extras else folder


def command(addresses: Mapping[str, str], extra: str = "") -> str:
    """Return the line to type in a terminal: in the project's folder, if it has no address."""
    return f"python -m pip install {requirement(addresses, extra)}"


def first_cell(addresses: Mapping[str, str]) -> str:
    """Return the first cell of a notebook: it installs the package if it is not there."""
    where = "" if addresses else "    # no public address yet: the project's folder lies beside\n"
    return f"""\
import importlib.util

spec = importlib.util.find_spec("weightinit")
if spec is None or spec.origin is None:  # Python takes a folder of this name for a package
{where}    %pip install --quiet {requirement(addresses, "examples", "./weightinit")}
    importlib.invalidate_caches()"""


class InstallCommand(Directive):
    """``{install}``: the command in a block of its own; the argument names an extra."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the block."""
        line = command(urls(), *self.arguments)
        return [nodes.literal_block(line, line, language="sh")]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_directive("install", InstallCommand)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
