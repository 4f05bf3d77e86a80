"""A figure to play with on a second page: the same, with a link to where it is explained."""

from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.site  # where Sphinx is installed

FIGURE = '<div class="wi-explore" id="play-step" data-frames="play-step-01234567.js">drawn</div>'
PLAN = """\
# A plan

```{figure-again} /theory/first play-step
```
"""


@pytest.fixture
def build(tmp_path: Path) -> Callable[[str], object]:
    """Return a function that builds a plan beside a page that has a figure, and returns it."""
    from docutils import nodes
    from figure_again import fill
    from sphinx.application import Sphinx

    (tmp_path / "theory").mkdir()
    page = f"# The theory\n\nText.\n\n```{{raw}} html\n{FIGURE}\n```\n"
    (tmp_path / "theory" / "first.md").write_text(page, encoding="utf-8")
    (tmp_path / "index.md").write_text("# Front\n\n```{toctree}\na\ntheory/first\n```\n", "utf-8")

    def build(plan: str) -> nodes.document:
        (tmp_path / "a.md").write_text(plan, encoding="utf-8")
        folders = (tmp_path, None, tmp_path / "built", tmp_path / "doctrees")
        settings = {"extensions": ["myst_nb", "figure_again"], "nb_execution_mode": "off"}
        app = Sphinx(*folders, "dummy", confoverrides=settings, status=None)
        app.build()
        page = app.env.get_doctree("a")
        fill(app, page, "a")
        return page

    return build


def test_a_figure_is_shown_again(build: Callable) -> None:
    """The second page, read before the first, has the same figure and a link to the first one's."""
    from docutils import nodes

    page = build(PLAN)
    (raw,) = page.findall(nodes.raw)
    assert raw.astext() == FIGURE
    (link,) = page.findall(nodes.reference)
    assert link.astext() == "The theory"
    assert link["refuri"].endswith("#play-step")


def test_a_figure_that_is_not_there_fails(build: Callable) -> None:
    """The error names the figures that there are."""
    from sphinx.errors import ExtensionError

    with pytest.raises(ExtensionError, match=r"'play-epoch'.*theory/first.*\['play-step'\]"):
        build(PLAN.replace("play-step", "play-epoch"))


def test_the_plan_for_teachers_has_its_figures(site: Path) -> None:
    """The page for teachers shows two figures, each of which another page draws too."""
    text = (site / "guides" / "teach.html").read_text(encoding="utf-8")
    for page, name in (
        ("symmetry", "play-step-of-training"),
        ("random-scale", "play-std-of-the-weights"),
    ):
        mark = f'<div class="wi-explore" id="{name}"'
        assert text.count(mark) == 1
        assert (site / "theory" / f"{page}.html").read_text(encoding="utf-8").count(mark) == 1
        assert f'href="../theory/{page}.html#{name}"' in text
