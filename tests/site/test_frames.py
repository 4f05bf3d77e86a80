"""Figures to play with: every frame is there, in order, named and described, or the build fails."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import figure_frames
import figure_gallery
import figure_style
import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from figure_frames import explorable, variable_and_values
from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure

LABELS = [
    "width of a <bar>: 1",
    "width of a <bar>: 2",
    "width of a <bar>: 4",
    "width of a <bar>: 8",
]
FIGURE = re.compile(
    r'class="wi-explore" id="(?P<id>[^"]+)" [^>]*data-frames="(?P<file>(?P=id)-[0-9a-f]{8}\.js)".*?'
    r'<input type="range" id="(?P=id)-range" min="0" max="(?P<last>[0-9]+)"',
    re.DOTALL,
)


def described(label: str) -> str:
    """Return the alternative text of the frame of that label."""
    return f"One bar that shows the {label} and that grows"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that frames go to, which the first that are drawn make."""
    monkeypatch.setattr(figure_frames, "FOLDER", tmp_path / "extra" / "_frames")
    return figure_frames.FOLDER


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


def frames(html: str, folder: Path) -> list[str]:
    """Return the frames of a figure to play with, put together from the lines in its file."""
    packed = read(folder / FIGURE.search(html)["file"])
    assert len(set(packed["lines"])) == len(packed["lines"]), "no line is sent twice"
    return ["\n".join(packed["lines"][k] for k in frame) for frame in packed["frames"]]


def read(file: Path) -> dict[str, list[Any]]:
    """Return what a file of frames says of the figure that its name begins with."""
    script = file.read_text(encoding="utf-8")
    figure = file.name.rpartition("-")[0]
    return json.loads(script.removeprefix(f'exploreFrames("{figure}", ').removesuffix(");\n"))


def test_frames_are_in_order(animate: Callable[..., FuncAnimation], folder: Path) -> None:
    """Frame k is what was drawn for value k, its alternative text too; the middle one is shown."""
    html = explorable(animate(LABELS), identifier="f")
    drawn = frames(html, folder)
    texts = [re.search(r'aria-label="([^"]+)"', frame)[1] for frame in drawn]
    assert texts == [described(label).replace("<", "&lt;").replace(">", "&gt;") for label in LABELS]
    assert len(set(drawn)) == len(LABELS)
    assert re.findall(r"<svg.*?</svg>", html, re.DOTALL) == [drawn[2]]


@pytest.mark.parametrize("count, middle", [(2, 1), (3, 1), (4, 2)])
def test_the_middle_value_is_shown(
    animate: Callable[..., FuncAnimation], count: int, middle: int
) -> None:
    """Without scripts the page has the value of the middle frame, and no range input."""
    html = explorable(animate(LABELS[:count]), identifier="f")
    value = LABELS[middle].partition(": ")[2]
    assert f"<span>{value}</span>" in html
    assert re.search(r"<input [^>]* hidden>", html)
    assert f'max="{count - 1}" value="{middle}" aria-valuetext="{value}"' in html


def test_the_range_is_named(animate: Callable[..., FuncAnimation]) -> None:
    """The label of the range input is the variable, and every value is there to be read."""
    html = explorable(animate(LABELS), identifier="f")
    assert '<label for="f-range">width of a &lt;bar&gt;</label>' in html
    assert 'type="range" id="f-range"' in html
    assert 'data-values="[&quot;1&quot;, &quot;2&quot;, &quot;4&quot;, &quot;8&quot;]"' in html


def test_ids_are_prefixed_and_unique(animate: Callable[..., FuncAnimation], folder: Path) -> None:
    """Two figures to play with share no id, and a frame repeats none."""
    for frame in frames(explorable(animate(LABELS), identifier="f"), folder):
        ids = re.findall(r'\bid="([^"]+)"', frame)
        assert len(set(ids)) == len(ids) > 0
        assert all(name.startswith("f-") for name in ids)


def test_a_file_is_named_after_what_it_holds(
    animate: Callable[..., FuncAnimation], folder: Path
) -> None:
    """Drawn twice a figure has one file, so that two builds are equal; another has another."""
    first, second = (explorable(animate(LABELS), identifier="f") for _ in range(2))
    assert first == second
    explorable(animate(LABELS[:2]), identifier="f")
    assert len(list(folder.iterdir())) == 2


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
    assert rst.count("<svg") == 2
    assert sorted(path.name for path in tmp_path.glob("*.*")) == ["image_1.svg", "image_2.svg"]
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
    """Six or more figures can be played with; each has a file with all its frames, none is over."""
    files = set()
    for page in site.rglob("*.html"):
        for figure in FIGURE.finditer(page.read_text(encoding="utf-8")):
            file = site / "_frames" / figure["file"]
            assert len(read(file)["frames"]) == int(figure["last"]) + 1
            files.add(file)
    assert len(files) >= 6
    assert files == set((site / "_frames").iterdir())
