"""One command installs the package, wherever it is named: it follows from [project.urls]."""

import importlib.util
import sys

import pytest
import yaml

from tests.docs.prose import ROOT

spec = importlib.util.spec_from_file_location("install", ROOT / "docs/_ext/install.py")
install = importlib.util.module_from_spec(spec)
spec.loader.exec_module(install)

SOURCE = "https://example.org/weightinit"
README = (ROOT / "README.md").read_text(encoding="utf-8")
TUTORIAL = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "addresses, line",
    [
        ({}, 'python -m pip install ".[examples]"'),
        ({"Source": SOURCE}, f'python -m pip install "weightinit[examples] @ git+{SOURCE}"'),
        ({"Source": SOURCE, "PyPI": "x"}, 'python -m pip install "weightinit[examples]"'),
    ],
)
def test_command_follows_the_address(addresses, line):
    """PyPI is named once the project is there, else its repository, else its folder."""
    assert install.command(addresses, "examples") == line


@pytest.mark.parametrize("extra", ["", "examples"])
def test_readme_names_the_command(extra):
    """README cannot compute; it names the command that the addresses yield."""
    assert f"\n{install.command(install.urls(), extra)}\n" in README


def test_citation_names_the_addresses():
    """CITATION.cff names the addresses that pyproject.toml has, and no others."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    addresses = install.urls()
    assert citation.get("repository-code") == addresses.get("Source")
    assert citation.get("url") == addresses.get("Documentation")


def test_no_other_command_is_typed():
    """Pages take the command from the directive: none is typed in their text."""
    pages = [path for path in ROOT.glob("docs/**/*.md") if "_build" not in path.parts]
    typed = [path.name for path in pages if 'pip install "' in path.read_text(encoding="utf-8")]
    assert not typed


def test_first_cell_takes_a_folder_for_no_package(tmp_path, monkeypatch):
    """A notebook beside the project's folder, without the package, installs it."""
    (tmp_path / "weightinit").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "weightinit", raising=False)
    done = []
    cell = install.first_cell({}).replace("%pip", "done.append('%pip')  # ")
    exec(cell, {"done": done})
    assert done == ["%pip"]
