"""Figures to play with: every frame is there, in order, named and described, or the build fails."""

import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import figure_frames
import figure_gallery
import figure_style
import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from figure_frames import control, explorable, variable_and_values
from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure

LABELS = [
    "width of a <bar>: 1",
    "width of a <bar>: 2",
    "width of a <bar>: 4",
    "width of a <bar>: 8",
]
FIGURE = re.compile(
    r'class="wi-explore" id="(?P<id>[^"]+)" data-values="(?P<values>[^"]+)" '
    r'data-frames="(?P<file>(?P=id)-[0-9a-f]{8}\.js)"'
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
    """Frame k is what was drawn for value k, its alternative text too; the first is shown."""
    html = explorable(animate(LABELS), identifier="f")
    drawn = frames(html, folder)
    texts = [re.search(r'aria-label="([^"]+)"', frame)[1] for frame in drawn]
    assert texts == [described(label).replace("<", "&lt;").replace(">", "&gt;") for label in LABELS]
    assert len(set(drawn)) == len(LABELS)
    assert re.findall(r"<svg.*?</svg>", html, re.DOTALL) == [drawn[0]]


def test_without_scripts_there_is_no_control(animate: Callable[..., FuncAnimation]) -> None:
    """The page has the value of the first frame, and hides what chooses another."""
    html = explorable(animate(LABELS), identifier="f")
    assert "<p>width of a &lt;bar&gt;: <span>1</span></p>" in html
    assert re.search(r'<div class="wi-control" hidden>.*<input .*</div>', html)


def test_numbers_are_on_a_range_that_plays(animate: Callable[..., FuncAnimation]) -> None:
    """A range input from the first value is named by the variable, and stands beside a button."""
    html = explorable(animate(LABELS), identifier="f")
    assert (
        '<button type="button">Play</button><input type="range" min="0" max="3" value="0"' in html
    )
    assert 'aria-label="width of a &lt;bar&gt;" aria-valuetext="1"' in html
    assert 'data-values="[&quot;1&quot;, &quot;2&quot;, &quot;4&quot;, &quot;8&quot;]"' in html


@pytest.mark.parametrize("values", [["relu", "tanh"], ["1", "none"], ["a step", "10 steps"]])
def test_names_have_a_button_each(values: list[str]) -> None:
    """Values that are not all numbers are radio buttons in a named group; the first is chosen."""
    html = control("a < b", values, "f")
    assert 'role="radiogroup" aria-label="a &lt; b"' in html
    button = r'<input type="radio" name="f" value="(\d)" autocomplete="off"( checked)?>([^<]+)</'
    first, second = values
    assert re.findall(button, html) == [("0", " checked", first), ("1", "", second)]


@pytest.mark.parametrize("values", [["0", "10"], ["-0.5", "\u22121", "+2"], ["1 of 3", ".5"]])
def test_what_begins_with_a_number_is_a_number(values: list[str]) -> None:
    """Signs, fractions, powers and units are on a range."""
    assert 'type="range"' in control("step", values, "f")


def test_frames_stand_still_on_a_phone_too(
    animate: Callable[..., FuncAnimation], folder: Path
) -> None:
    """Each frame of a wide figure is there narrow too, with its axes where the first's are."""

    def draw(fig: Figure, label: str) -> None:
        fig.axes[0].set_title(label * int(label.split(": ")[1]))
        fig.set_label(described(label))

    anim = animate(LABELS, draw)
    anim._fig.set_size_inches(6, 2)
    edges = set()
    for frame in frames(explorable(anim, identifier="f"), folder):
        wide, narrow = re.findall(r"<svg.*?</svg>", frame, re.DOTALL)
        assert [re.search(r' width="(\d+)"', svg)[1] for svg in (wide, narrow)] == ["576", "408"]
        edges.add(re.search(r'<clipPath id="f-narrow-[^>]+>\s*<rect ([^>]+)', narrow)[1])
    assert len(edges) == 1


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
    plt.figure(figsize=(3, 2)).set_label("Another figure, which has no animation")
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
            values = json.loads(unescape(figure["values"]))
            assert len(read(file)["frames"]) == len(values)
            files.add(file)
    assert len(files) >= 6
    assert files == set((site / "_frames").iterdir())
