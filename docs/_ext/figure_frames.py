"""A matplotlib animation -> a figure to play with: its frames as themed SVG above one control.

The page holds one frame. All are a script, loaded when a reader turns to the figure: a page
that is opened from a folder may load scripts and may not fetch data. They are 18 to 41 kB (gzip);
matplotlib's `to_jshtml` makes 438 kB of 12 frames of a curve, and follows no theme.
"""

import json
import re
from collections.abc import Callable
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
from figure_narrow import Drawing
from figure_svg import framed
from matplotlib.animation import AbstractMovieWriter, Animation
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.figure import Figure

FOLDER = Path(__file__).parents[1] / "_build" / "extra" / "_frames"  # html_extra_path in conf.py
SEPARATOR = ": "
_NUMBER = re.compile(r"[-+−]?\.?\d")
# Without scripts the first frame is shown, and no control that would do nothing. The value is not
# an <output>, which would be announced beside the control's own.
_HTML = """\
<div class="wi-explore" id="{id}" data-values="{values}" data-frames="{file}">
{shown}
<p>{variable}: <span>{value}</span></p>
{control}
</div>"""
_RANGE = """\
<div class="wi-control" hidden><button type="button">Play</button>\
<input type="range" min="0" max="{last}" value="0" aria-label="{variable}" \
aria-valuetext="{value}" autocomplete="off"></div>"""
_CHOICE = """\
<div class="wi-control" role="radiogroup" aria-label="{variable}" hidden>{choices}</div>"""
_CHOSEN = """\
<label><input type="radio" name="{id}" value="{number}" autocomplete="off"{checked}>\
{value}</label>"""


def figure_html(drawn: Figure | Animation, *, name: str) -> str:
    """Return a figure as HTML, one that an animation draws as a figure to play with."""
    if isinstance(drawn, Animation):
        return explorable(drawn, identifier=name)
    return framed(Drawing(name)(drawn))


def explorable(anim: Animation, *, identifier: str) -> str:
    """Return an animation as HTML, its frames in a file; ids begin with `identifier`.

    Its frames are strings "variable: value". Its figure is closed: a cell would show it once more.
    """
    labels = list(anim.new_saved_frame_seq())
    variable, values = variable_and_values(labels)
    writer = _Frames(labels, Drawing(identifier))
    anim.save("", writer=writer)
    plt.close(writer.fig)
    return _HTML.format(
        id=identifier,
        variable=escape(variable),
        values=escape(json.dumps(values, ensure_ascii=False)),
        value=escape(values[0]),
        shown=framed(writer.first),
        file=writer.write(identifier),
        control=control(variable, values, identifier),
    )


def control(variable: str, values: list[str], identifier: str) -> str:
    """Return what chooses a frame: a range if the values are numbers, a button each if not."""
    if all(_NUMBER.match(value) for value in values):
        return _RANGE.format(
            variable=escape(variable), value=escape(values[0]), last=len(values) - 1
        )
    choices = "".join(
        _CHOSEN.format(
            id=identifier, number=number, value=escape(value), checked="" if number else " checked"
        )
        for number, value in enumerate(values)
    )
    return _CHOICE.format(variable=escape(variable), choices=choices)


def animated_variable(anim: Animation) -> str:
    """Return the name of what changes from frame to frame."""
    return variable_and_values(list(anim.new_saved_frame_seq()))[0]


def variable_and_values(labels: list[Any]) -> tuple[str, list[str]]:
    """Return the variable that the labels share, and the value of each; check them."""
    if len(labels) < 2:
        raise ValueError(
            f"a figure to play with has {len(labels)} frame: it needs at least 2. Give "
            "FuncAnimation a list as frames=, or show the figure instead of an animation of it"
        )
    for label in labels:
        if not (isinstance(label, str) and all(label.partition(SEPARATOR))):
            raise ValueError(
                f"the frame {label!r} of a figure to play with has no name: frames are strings "
                "'variable: value'. Look up in the function that draws what belongs to the string: "
                "FuncAnimation(fig, draw, frames=['step: 0', 'step: 10'])"
            )
    variables, _, values = zip(*(label.partition(SEPARATOR) for label in labels), strict=True)
    if len(set(variables)) > 1:
        raise ValueError(
            f"a figure to play with has the variables {sorted(set(variables))}: one range input "
            "moves one variable. Begin all frames with the same words"
        )
    return variables[0], list(values)


class _Frames(AbstractMovieWriter):
    """Takes the lines of each frame, as `draw` makes it, into a script instead of a movie.

    What frames share is sent once: compression alone looks back 32 kB, less than a frame. All have
    the layout of the first, which costs half of the time and keeps the axes still.
    """

    def __init__(self, labels: list[str], draw: Callable[[Figure], str]) -> None:
        super().__init__()
        self.labels, self.draw = labels, draw
        self.lines: dict[str, int] = {}
        self.frames: list[list[int]] = []  # of each frame, which lines it has

    def setup(self, fig: Figure, outfile: str, dpi: float | None = None) -> None:  # noqa: ARG002
        """Note the figure, and give it a canvas that draws on no screen; there is no file."""
        self.fig, self._canvas = fig, fig.canvas
        self._size = tuple(fig.get_size_inches())
        FigureCanvasBase(fig)

    def grab_frame(self, **savefig_kwargs: Any) -> None:  # noqa: ARG002
        """Draw the frame; say which one it was if that fails."""
        label = self.labels[len(self.frames)]
        size = tuple(self.fig.get_size_inches())
        if size != self._size:
            raise ValueError(
                f"the frame {label!r} is {size[0]:g} x {size[1]:g} inches, others are "
                f"{self._size[0]:g} x {self._size[1]:g}: the page would jump. Give the figure one "
                "figsize, and leave it while drawing"
            )
        try:
            svg = self.draw(self.fig)
        except ValueError as error:
            raise ValueError(f"the frame {label!r}: {error}") from error
        if not self.frames:
            self.first = svg
        self.frames.append([self.lines.setdefault(x, len(self.lines)) for x in svg.splitlines()])
        self.fig.set_layout_engine("none")

    def finish(self) -> None:
        """Give the figure its canvas back."""
        self.fig.set_canvas(self._canvas)

    def write(self, identifier: str) -> str:
        """Write the script; return its name, of which a part is that of its content.

        So a browser never pairs a new page with old frames, and pages may share the folder.
        """
        frames = {"lines": list(self.lines), "frames": self.frames}
        data = json.dumps(frames, ensure_ascii=False, separators=(",", ":"))
        script = f'exploreFrames("{identifier}", {data});\n'
        name = f"{identifier}-{sha256(script.encode()).hexdigest()[:8]}.js"
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_text(script, encoding="utf-8")
        return name
