"""A matplotlib animation -> a figure to play with: its frames as themed SVG under one range input.

The frames go into the page as one script of data, which `frame_files` moves to a file of its own.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from itertools import chain
from typing import Any

from figure_svg import framed, inline_svg
from matplotlib.animation import AbstractMovieWriter, Animation
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.figure import Figure

SEPARATOR = ": "
# Without scripts the frame in the middle is shown, and no range input that would do nothing. The
# value is not an <output>, which would be announced beside the input's own aria-valuetext.
_HTML = """\
<div class="wi-explore" id="{id}" data-values="{values}">\
<script type="application/json">{frames}</script>
{shown}
<p><label for="{id}-range">{variable}</label>: <span>{value}</span></p>
<input type="range" id="{id}-range" min="0" max="{last}" value="{middle}" aria-valuetext="{value}" \
autocomplete="off" hidden>
</div>"""


@dataclass(frozen=True)
class Explorable:
    """A variable, its values, and for each of them an SVG; all are frames of `fig`."""

    identifier: str
    variable: str
    values: list[str]
    frames: list[str]
    fig: Figure

    @property
    def middle(self) -> int:
        """The index of the frame that is shown at first."""
        return len(self.frames) // 2

    @property
    def shown(self) -> str:
        """The frame that is shown at first."""
        return self.frames[self.middle]

    def html(self) -> str:
        """Return the element to put into a page."""
        data = json.dumps(pack(self.frames), ensure_ascii=False, separators=(",", ":"))
        return _HTML.format(
            id=self.identifier,
            variable=escape(self.variable),
            values=escape(json.dumps(self.values, ensure_ascii=False)),
            value=escape(self.values[self.middle]),
            shown=framed(self.shown),
            frames=data.replace("</", r"<\/"),  # the same string in JSON, and no end of the script
            last=len(self.frames) - 1,
            middle=self.middle,
        )


def explorable(anim: Animation, *, identifier: str) -> Explorable:
    """Draw an animation whose frames are strings "variable: value"; ids begin with `identifier`."""
    labels = list(anim.new_saved_frame_seq())
    variable, values = variable_and_values(labels)
    writer = _Frames(labels, lambda fig: inline_svg(fig, prefix=identifier))
    anim.save("", writer=writer)
    return Explorable(identifier, variable, values, writer.frames, writer.fig)


def pack(frames: list[str]) -> dict[str, list[Any]]:
    """Return each line of the frames, once, and for each frame which lines it has.

    What frames share is sent once: compression alone looks back 32 kB, less than a frame.
    """
    lines = [frame.splitlines() for frame in frames]
    place = {line: k for k, line in enumerate(dict.fromkeys(chain(*lines)))}
    return {"lines": list(place), "frames": [[place[line] for line in own] for own in lines]}


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
    """Keeps what `draw` makes of each frame, instead of writing a movie.

    All frames have the layout of the first, which costs half of the time and keeps the axes still.
    """

    def __init__(self, labels: list[str], draw: Callable[[Figure], str]) -> None:
        super().__init__()
        self.labels, self.draw = labels, draw
        self.frames: list[str] = []

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
            self.frames.append(self.draw(self.fig))
        except ValueError as error:
            raise ValueError(f"the frame {label!r}: {error}") from error
        self.fig.set_layout_engine("none")

    def finish(self) -> None:
        """Give the figure its canvas back."""
        self.fig.set_canvas(self._canvas)
