"""A matplotlib figure -> an SVG that follows the page's theme and says in words what it shows.

Matplotlib writes fixed colours and six decimals; scour, which rounds, is of 2020.
"""

import io
import re
import xml.etree.ElementTree as ET

from figure_colours import check_colours
from figure_style import DARK_VARIABLES, LIGHT, LIGHT_VARIABLES
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.layout_engine import PlaceHolderLayoutEngine

SVG = "{http://www.w3.org/2000/svg}"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
ALTERNATIVE_TEXT_WORDS = 5  # the least that can say what a figure shows
PIXELS_PER_POINT = 4 / 3

_LONG_NUMBER = re.compile(r"\d+\.\d{3,}")
_COORDINATES = {"d", "x", "y"}  # not "transform": its factors do not bear rounding
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")
_THEMED = {value: f"var(--fig-{name}, {value})" for name, value in LIGHT.items()}
_INK = _THEMED[LIGHT["ink"]]
# A line or a patch drawn in plain black or white means the page's ink or paper. A text in plain
# black or white does not: it was chosen to read on what is below it, such as a cell of a heat map.
_THEMED_SHAPES = _THEMED | {"#000000": _INK, "#ffffff": "var(--fig-paper, #ffffff)"}


def alternative_text(fig: Figure) -> str:
    """Return what ``fig.set_label`` was given; raise ValueError if that describes no figure."""
    text = " ".join(str(fig.get_label()).split())
    if len(text.split()) < ALTERNATIVE_TEXT_WORDS:
        raise ValueError(
            f"a figure has no alternative text: its label is {text!r}, and at least "
            f"{ALTERNATIVE_TEXT_WORDS} words are needed. Say what the figure shows, for readers "
            "who cannot see it: fig.set_label('Line chart of ...')"
        )
    return text


def inline_svg(fig: Figure, *, prefix: str) -> str:
    """Return the figure as an element to put into a page; all its ids begin with `prefix`."""
    root = _drawn(fig)
    _prefix_ids(root, prefix)
    return ET.tostring(root, encoding="unicode")


def framed(svg: str) -> str:
    """Return such an element, or the two of a wide figure, in what shows one of them."""
    return f'<div class="wi-figure-frame">{svg}</div>'


def standalone_svg(svg: str) -> str:
    """Return such an element as a file for an ``<img>``; it follows that one's ``color-scheme``."""
    light, dark = (
        ";".join(f"--{name}:{value}" for name, value in variables.items() if f"--{name}," in svg)
        for variables in (LIGHT_VARIABLES, DARK_VARIABLES)
    )
    style = (
        f"<style>:root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}"
        "*{stroke-linejoin:round;stroke-linecap:butt}</style>"
    )
    start, inside, rest = svg.partition(">")  # of the first tag: attributes hold &gt; instead
    return start + inside + style + rest


def _drawn(fig: Figure) -> ET.Element:
    """Draw the figure; return its tree: themed, described, sized in pixels, without metadata."""
    text = alternative_text(fig)
    check_colours(fig)
    ET.register_namespace("", SVG.strip("{}"))
    root = ET.fromstring(_saved(fig))
    for parent in [root, *root.findall(f"{SVG}defs")]:
        for child in list(parent):
            # matplotlib's style sheet would be that of the whole page: site.css has it, scoped
            if child.tag in (f"{SVG}metadata", f"{SVG}style"):
                parent.remove(child)
    for element in root.iter():
        if XLINK_HREF in element.attrib:
            element.set("href", element.attrib.pop(XLINK_HREF))
    _shorten_numbers(root)
    _theme(root, in_text=False)
    _, _, width, height = (
        float(part) * PIXELS_PER_POINT for part in root.attrib["viewBox"].split()
    )
    root.attrib.pop("version")
    root.attrib.update({"class": "wi-figure", "role": "img", "aria-label": text})
    root.attrib.update(width=f"{width:.0f}", height=f"{height:.0f}")
    root.set("style", f"fill: {_INK}")
    return root


class _Canvas(FigureCanvasSVG):
    """A canvas of a figure that is being saved: an animation of it does not start by itself."""

    def is_saving(self) -> bool:
        """Say so, as the canvas does while ``savefig`` uses it."""
        return True


def _saved(fig: Figure) -> str:
    """Return the figure as matplotlib writes it, and leave its canvas and its dpi as they were.

    One whose layout is fixed is drawn once. Another is drawn twice, as ``savefig`` does: laid out
    while it is drawn, its panels would differ from build to build in their last bits.
    """
    stream, canvas, dpi = io.StringIO(), fig.canvas, fig.dpi
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    if not isinstance(fig.get_layout_engine(), PlaceHolderLayoutEngine):
        fig.savefig(stream, format="svg", metadata=nothing)
        return stream.getvalue()
    try:
        _Canvas(fig).print_svg(stream, metadata=nothing)
    finally:
        fig.set_canvas(canvas)
        fig.set_dpi(dpi)
    return stream.getvalue()


def _shorten_numbers(root: ET.Element) -> None:
    """Round coordinates to 0.01 points, a seventieth of a pixel: a sixth less to transfer."""
    for element in root.iter():
        for name in _COORDINATES & set(element.attrib):
            element.set(name, _LONG_NUMBER.sub(lambda m: f"{float(m[0]):.2f}", element.get(name)))


def _theme(element: ET.Element, *, in_text: bool) -> None:
    """Replace each colour of the palette, in the element and below it, by its CSS variable."""
    if not in_text and element.get("id", "").startswith("text_"):
        in_text = True
        element.set("style", "fill: #000000")  # matplotlib leaves it out; the root's fill is ink
    colours = _THEMED if in_text else _THEMED_SHAPES
    # Hatches have attributes, which cannot hold var(): they become declarations too.
    attributes = [name for name in ("fill", "stroke") if name in element.attrib]
    declarations = [f"{name}: {element.attrib.pop(name)}" for name in attributes]
    declarations.append(element.get("style", ""))
    if style := "; ".join(filter(None, declarations)):
        element.set("style", _COLOUR.sub(lambda m: colours.get(m[0].lower(), m[0]), style))
    for child in element:
        _theme(child, in_text=in_text)


def _prefix_ids(root: ET.Element, prefix: str) -> None:
    """Prefix the ids that something in the figure refers to, and drop the others."""
    elements = list(root.iter())
    used = {element.get("href", "")[1:] for element in elements}
    for element in elements:
        for value in element.attrib.values():
            used.update(_REFERENCE.findall(value))
    for element in elements:
        identifier = element.attrib.pop("id", None)
        if identifier in used:
            element.set("id", f"{prefix}-{identifier}")
        if element.get("href", "").startswith("#"):
            element.set("href", f"#{prefix}-{element.attrib['href'][1:]}")
        for name, value in element.attrib.items():
            element.set(name, _REFERENCE.sub(rf"url(#{prefix}-\1)", value))
