"""The pictures in README.md show what the build has just drawn."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.site

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_readme_shows_the_figure_of_this_build(site: Path, theme: str) -> None:
    """The copy says the same in words as the front page's figure, and has as many shapes."""
    name = f"readme-{theme}.svg"
    copy, drawn = (
        (folder / name).read_text(encoding="utf-8") for folder in (ROOT / "docs", site / "_static")
    )
    facts = [
        (re.search(r'aria-label="(.*?)"', svg)[1], svg.count("<path")) for svg in (copy, drawn)
    ]
    assert facts[0] == facts[1], f"renew it: cp {site / '_static' / name} docs/"
    assert f'"docs/{name}"' in (ROOT / "README.md").read_text(encoding="utf-8")
