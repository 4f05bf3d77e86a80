"""The order in which a reader meets pages and scripts, and the lists that say what each is for."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECTIONS = ["guides", "theory", "about"]


@pytest.mark.parametrize("section", SECTIONS)
def test_index_describes_each_page_in_its_place(section):
    """An index describes every page of its section, in the order of its contents."""
    folder = ROOT / "docs" / section
    text = (folder / "index.md").read_text(encoding="utf-8")
    listed = re.search(r"```\{toctree\}\n:hidden:\n\n(.+?)\n```", text, re.DOTALL)[1].split()
    described = re.findall(r"^\{doc\}`([\w-]+)`\n: .+", text, re.MULTILINE)
    assert described == listed
    assert set(listed) == {path.stem for path in folder.glob("*.md")} - {"index"}


def test_every_script_of_the_gallery_has_its_place():
    """The order of teaching lists all scripts, each once, under their topics."""
    spec = importlib.util.spec_from_file_location("order", ROOT / "docs/_ext/gallery_order.py")
    order = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(order)
    scripts = [f"{topic}/{script}.py" for topic in order.ORDER for script in order.ORDER[topic]]
    found = [path.relative_to(ROOT / "gallery") for path in ROOT.glob("gallery/*/plot_*.py")]
    assert sorted(scripts) == sorted(path.as_posix() for path in found)
