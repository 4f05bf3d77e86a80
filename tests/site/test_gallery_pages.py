"""The pages of gallery scripts: the figure first, long code folded, no links nobody follows."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import gallery_pages
import pytest
from docutils import nodes
from docutils.utils import new_document

CLASSES = "sphx-glr-backref-module-{} sphx-glr-backref-type-py-class sphx-glr-backref-instance"


def test_links_to_types_of_python_go() -> None:
    """The link of a variable to a type of Python is taken out, one to the package stays."""
    links = [
        f'<a class="{CLASSES.format(module)} reference" href="x" title="y"><span>v</span></a>'
        for module in ("builtins", "weightinit")
    ]
    context = {"body": "".join(links)}
    gallery_pages.finish(None, "page", "page.html", context, None)
    assert context["body"] == "<span>v</span>" + links[1]


def test_cards_of_scripts_that_name_it_come_first(tmp_path: Path) -> None:
    """Of many scripts that use a name nine are shown, and those that write it are among them."""
    names = [f"plot_{k:02}.py" for k in range(20)]
    for name in names:
        text = "wi.Normal(std=1)" if name == names[-1] else "wi.he_normal"
        (tmp_path / name).write_text(text, encoding="utf-8")
    file = tmp_path / "backreferences_all.json"
    users = {"weightinit.Normal": [[name, str(tmp_path)] for name in names]}
    file.write_text(json.dumps(users), encoding="utf-8")
    config = SimpleNamespace(sphinx_gallery_conf={"backreferences_dir": "."})
    gallery_pages.choose_cards(SimpleNamespace(srcdir=tmp_path, config=config))
    shown = [name for name, _ in json.loads(file.read_text())["weightinit.Normal"]]
    assert shown == [names[-1], *names[: gallery_pages.MOST_CARDS - 1]]


@pytest.mark.site
def test_a_page_of_a_name_shows_few_cards(site: Path) -> None:
    """No page of the reference shows more cards than that, and some show as many."""
    pages = [path.read_text(encoding="utf-8") for path in site.glob("reference/generated/*.html")]
    counts = [page.count('class="sphx-glr-thumbcontainer"') for page in pages]
    assert max(counts) == gallery_pages.MOST_CARDS


@pytest.mark.site
def test_no_page_links_a_variable_to_a_type_of_python(site: Path) -> None:
    """No such link is left on the site, and others are there."""
    pages = [path.read_text(encoding="utf-8") for path in site.glob("auto_gallery/*/*.html")]
    assert any('class="sphx-glr-backref-module-weightinit' in page for page in pages)
    assert not [page for page in pages if gallery_pages._BUILTIN.search(page)]


def arranged(*children: nodes.Element) -> nodes.Element:
    """Return the section of a page that holds these, arranged."""
    section = nodes.section("", nodes.title("", "Start"), *children)
    document = new_document("page")
    document += section
    config = SimpleNamespace(nb_code_prompt_show="Show", nb_code_prompt_hide="Hide")
    app = SimpleNamespace(config=config, builder=SimpleNamespace(format="html"))
    gallery_pages.arrange(app, document, "auto_gallery/topic/plot_start")
    return section


def code(lines: int) -> nodes.literal_block:
    """Return code of that many lines, as sphinx-gallery writes it."""
    text = "\n".join(["x = 1"] * lines)
    return nodes.literal_block(text, text, language="Python")


def figure(name: str) -> nodes.raw:
    """Return a figure, as the scraper writes it."""
    return nodes.raw("", f'<svg class="wi-figure">{name}</svg>', format="html")


def test_the_first_figure_stands_above_the_code() -> None:
    """The first figure is moved below the opening, and is there once; a second one stays."""
    opening, text = nodes.paragraph("", "Why?"), nodes.paragraph("", "Reading")
    section = arranged(opening, code(3), text, code(5), figure("a"), code(2), figure("b"))
    assert section.index(opening) + 1 == section.first_child_matching_class(nodes.raw)
    assert [node.astext()[-7] for node in section.findall(nodes.raw)] == ["a", "b"]
    assert isinstance(section[-1], nodes.raw)


def test_long_code_is_folded_unless_it_draws() -> None:
    """Code of more lines than the bound is folded, if no figure follows it; nothing is lost."""
    myst_nb = pytest.importorskip("myst_nb.sphinx_")
    most = gallery_pages.MOST_LINES
    section = arranged(code(most), code(most + 1), code(most + 1), figure("a"))
    folds = list(section.findall(myst_nb.HideCodeCellNode))
    assert [section.index(fold.parent) for fold in folds] == [3]
    assert str(most + 1) in folds[0]["prompt_show"]
    assert sum(len(n.astext().splitlines()) for n in section.findall(gallery_pages.is_code)) == (
        3 * most + 2
    )


@pytest.mark.site
def test_every_script_opens_with_its_figure(site: Path) -> None:
    """On the page of each script a figure stands above the code, and no long set-up is in sight."""
    pages = sorted(site.glob("auto_gallery/*/plot_*.html"))
    assert pages
    for page in pages:
        html = page.read_text(encoding="utf-8")
        place = html.index('class="wi-figure"')
        assert place < html.index("highlight-Python"), page.name
        unfolded = re.sub(r"<details.*?</details>", "", html, flags=re.DOTALL)
        blocks = re.findall(r"highlight-Python.*?<pre[^>]*>(.*?)</pre>", unfolded, re.DOTALL)
        shown = [block for block in blocks if not re.search("subplots|FuncAnimation", block)]
        lines = [len(re.sub(r"<[^>]+>", "", block).strip().splitlines()) for block in shown]
        assert max(lines) <= gallery_pages.MOST_LINES, page.name


def test_a_card_says_what_the_script_found() -> None:
    """What sphinx-gallery shows to a resting pointer alone is a paragraph of the card."""
    card = (
        '<div class="sphx-glr-thumbcontainer" tooltip="Only &quot;E&quot; locks it."><img alt="" />'
    )
    context = {"body": card}
    gallery_pages.finish(None, "page", "page.html", context, None)
    answer = '<p class="wi-answer">Only &quot;E&quot; locks it.</p>'
    assert context["body"] == f'<div class="sphx-glr-thumbcontainer"><img alt="" />{answer}'


def test_a_card_shows_formulas_as_text(tmp_path: Path) -> None:
    """A formula in the first sentence of a script is no LaTeX on its card."""
    pytest.importorskip("sphinx_gallery.gen_rst")
    script = tmp_path / "gallery" / "topic" / "plot_x.py"
    script.parent.mkdir(parents=True)
    head = 'r"""Title\n=====\n\nHere :math:`\\sqrt{2/n}` *holds* sizes."""\n'
    script.write_text(head, encoding="utf-8")
    gallery_pages.read_answers(SimpleNamespace(confdir=tmp_path / "docs"))
    card = '<div class="sphx-glr-thumbcontainer" tooltip="Here \\sqrt{2/n} holds sizes."><img />'
    context = {"body": card}
    gallery_pages.finish(None, "page", "page.html", context, None)
    assert '<p class="wi-answer">Here √(2/n) holds sizes.</p>' in context["body"]


@pytest.mark.site
def test_all_cards_have_an_answer(site: Path) -> None:
    """In the gallery and on the pages of names each card has a sentence, without LaTeX."""
    text = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.html"))
    answers = re.findall(r'<p class="wi-answer">([^<]+)</p>', text)
    assert len(answers) == text.count('class="sphx-glr-thumbcontainer"') > 0
    assert not [answer for answer in answers if "\\" in answer or len(answer.split()) < 5]
