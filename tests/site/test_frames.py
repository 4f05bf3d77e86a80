"""Figures to play with: every frame is there, in order, named and described, or the build fails."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import figure_gallery
import figure_style
import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from figure_frames import Explorable, explorable, pack, variable_and_values
from frame_files import FOLDER, move_frames
from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure

LABELS = [
    "width of a <bar>: 1",
    "width of a <bar>: 2",
    "width of a <bar>: 4",
    "width of a <bar>: 8",
]
FIGURE = re.compile(
    r'class="wi-explore" id="(?P<id>[^"]+)" data-frames="(?P<file>[^"?]+)\?v=[0-9a-f]{8}".*?'
    r'<input type="range" id="(?P=id)-range" min="0" max="(?P<last>[0-9]+)"',
    re.DOTALL,
)


def described(label: str) -> str:
    """Return the alternative text of the frame of that label."""
    return f"One bar that shows the {label} and that grows"


@pytest.fixture
def animate() -> Iterator[Callable[..., FuncAnimation]]:
    """Return a function that makes an animation in the site's style of the given labels."""

    def animate(
        labels: list[Any], draw: Callable[[Figure, Any], None] | None = None
    ) -> FuncAnimation:
        fig, ax = plt.subplots(figsize=(3, 2))
        bar = ax.bar(0, 1, color="C5", hatch="//")[0]
        ax.set(xlim=(0, 8), ylim=(0, 1))

        def default(fig: Figure, label: str) -> None:
            bar.set_width(float(label.split(": ")[1]))
            fig.set_label(described(label))

        return FuncAnimation(fig, lambda label: (draw or default)(fig, label), frames=labels)

    with mpl.rc_context(figure_style.rc_params()), mpl.rc_context({"backend": "agg"}):
        yield animate
        plt.close("all")


@pytest.fixture
def drawn(animate: Callable[..., FuncAnimation]) -> Explorable:
    """Return a figure to play with of four frames."""
    return explorable(animate(LABELS), identifier="f")


def test_frames_are_in_order(drawn: Explorable) -> None:
    """Frame k is what was drawn for value k, its alternative text too."""
    assert drawn.variable == "width of a <bar>"
    assert drawn.values == ["1", "2", "4", "8"]
    texts = [re.search(r'aria-label="([^"]+)"', frame)[1] for frame in drawn.frames]
    assert texts == [described(label).replace("<", "&lt;").replace(">", "&gt;") for label in LABELS]
    assert len(set(drawn.frames)) == len(LABELS)


@pytest.mark.parametrize("count, middle", [(2, 1), (3, 1), (4, 2)])
def test_the_middle_frame_is_shown(
    animate: Callable[..., FuncAnimation], count: int, middle: int
) -> None:
    """Without scripts the page has the middle frame and its value, and no range input."""
    figure = explorable(animate(LABELS[:count]), identifier="f")
    outside = re.sub(r"<script.*?</script>", "", figure.html(), flags=re.DOTALL)
    assert figure.middle == middle
    assert re.findall(r"<svg.*?</svg>", outside, re.DOTALL) == [figure.frames[middle]]
    assert f"<span>{figure.values[middle]}</span>" in outside
    assert re.search(r"<input [^>]* hidden>", outside)
    assert f'max="{count - 1}" value="{middle}" aria-valuetext="{figure.values[middle]}"' in outside


def test_the_range_is_named(drawn: Explorable) -> None:
    """The label of the range input is the variable, and every value is there to be read."""
    html = drawn.html()
    assert '<label for="f-range">width of a &lt;bar&gt;</label>' in html
    assert 'type="range" id="f-range"' in html
    assert 'data-values="[&quot;1&quot;, &quot;2&quot;, &quot;4&quot;, &quot;8&quot;]"' in html


def test_ids_are_prefixed_and_unique(drawn: Explorable) -> None:
    """Two figures to play with share no id, and a frame repeats none."""
    for frame in drawn.frames:
        ids = re.findall(r'\bid="([^"]+)"', frame)
        assert len(set(ids)) == len(ids) > 0
        assert all(name.startswith("f-") for name in ids)


def test_drawing_twice_gives_the_same_bytes(animate: Callable[..., FuncAnimation]) -> None:
    """The HTML depends on what is drawn alone, so that two builds are equal."""
    first, second = (explorable(animate(LABELS), identifier="f").html() for _ in range(2))
    assert first == second


def test_packed_frames_are_the_frames(drawn: Explorable) -> None:
    """Putting the lines together again gives every frame, and no line is sent twice."""
    packed = pack(drawn.frames)
    assert [
        "\n".join(packed["lines"][k] for k in frame) for frame in packed["frames"]
    ] == drawn.frames
    assert len(set(packed["lines"])) == len(packed["lines"])


def test_frames_move_to_a_file(drawn: Explorable, tmp_path: Path) -> None:
    """The page keeps the shown frame and the address of a script that holds them all."""
    added = []
    app = SimpleNamespace(outdir=tmp_path, add_js_file=lambda name, **_: added.append(name))
    context = {"body": f"<p>{drawn.html()}</p>", "pathto": lambda name, _: f"../{name}"}
    move_frames(app, "theory/page", "page.html", context, None)
    assert "<script" not in context["body"]
    assert re.search(
        r'data-frames="\.\./_frames/theory/page/f\.js\?v=[0-9a-f]{8}"', context["body"]
    )
    assert added == ["explore.js"]
    script = (tmp_path / "_frames/theory/page/f.js").read_text()
    assert "</" not in script  # it once was in a script element
    packed = json.loads(script.removeprefix('exploreFrames("f", ').removesuffix(");\n"))
    assert packed == pack(drawn.frames)


def test_an_ordinary_page_gets_no_script(tmp_path: Path) -> None:
    """A page without such a figure stays as it is, and loads nothing more."""
    app = SimpleNamespace(outdir=tmp_path, add_js_file=None)
    context = {"body": "<p>text</p>"}
    move_frames(app, "page", "page.html", context, None)
    assert context == {"body": "<p>text</p>"}
    assert not list(tmp_path.iterdir())


def test_a_script_shows_its_animation_once(
    animate: Callable[..., FuncAnimation], tmp_path: Path
) -> None:
    """In the gallery an animation is shown in place of its figure, beside other figures."""
    anim = animate(LABELS)
    plt.figure().set_label("Another figure, which has no animation")
    paths = iter(str(tmp_path / f"image_{k}.png") for k in (1, 2, 3))
    variables = {"example_globals": {"anim": anim}, "image_path_iterator": paths}
    rst = figure_gallery.scrape((), variables, {})
    assert rst.count('class="wi-explore"') == 1
    assert re.sub(r"<script.*?</script>", "", rst, flags=re.DOTALL).count("<svg") == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["image_1.svg", "image_2.svg"]
    assert not plt.get_fignums()


@pytest.mark.parametrize(
    "labels, message",
    [
        ([], r"has 0 frame.*at least 2.*frames="),
        (["step: 1"], r"has 1 frame.*at least 2.*frames="),
        (["step: 1", "2"], r"frame '2'.*no name.*'variable: value'"),
        (["step: 1", ": 2"], r"frame ': 2'.*no name.*'variable: value'"),
        (["step: 1", "step: "], r"frame 'step: '.*no name.*'variable: value'"),
        ([0, 1], r"frame 0 .*no name.*frames=\["),
        (["step: 1", "epoch: 2"], r"variables \['epoch', 'step'\].*same words"),
    ],
)
def test_frames_that_cannot_be_named_fail(labels: list[Any], message: str) -> None:
    """Too few frames, frames without a name and with two are errors that say the way out."""
    with pytest.raises(ValueError, match=message):
        variable_and_values(labels)


def test_a_frame_without_a_description_fails(animate: Callable[..., FuncAnimation]) -> None:
    """A frame without alternative text is an error that names the frame."""
    anim = animate(["step: 1", "step: 2"], lambda fig, label: fig.set_label(label))
    with pytest.raises(ValueError, match=r"frame 'step: 1': a figure has no alternative text"):
        explorable(anim, identifier="f")


def test_a_frame_of_another_size_fails(animate: Callable[..., FuncAnimation]) -> None:
    """A frame that differs in size is an error that names the frame, both sizes and a way out."""

    def grow(fig: Figure, label: str) -> None:
        fig.set_label(described(label))
        fig.set_size_inches(3, 4 if label.endswith("2") else 2)

    with pytest.raises(ValueError, match=r"'step: 2' is 3 x 4 inches, others are 3 x 2.*figsize"):
        explorable(animate(["step: 1", "step: 2"], grow), identifier="f")


@pytest.mark.site
def test_the_site_has_its_frames(site: Path) -> None:
    """Six or more figures can be played with; each has a file of its own with all its frames."""
    files = []
    for page in site.rglob("*.html"):
        for figure in FIGURE.finditer(page.read_text(encoding="utf-8")):
            file = (page.parent / figure["file"]).resolve()
            script = file.read_text(encoding="utf-8")
            packed = json.loads(script[script.index("{") :].removesuffix(");\n"))
            assert script.startswith(f'exploreFrames("{figure["id"]}", ')
            assert len(packed["frames"]) == int(figure["last"]) + 1
            files.append(file)
    assert len(files) >= 6
    assert sorted(files) == sorted((site / FOLDER).resolve().rglob("*.js"))
