"""Starts in the words of PyTorch: lines to paste."""

import math
import re
from collections.abc import Mapping

from weightinit.initializers import Constant, Initializer, Orthogonal, zeros
from weightinit.tracing._torch.weights.computed import Computed
from weightinit.tracing._torch.weights.views import Source

__all__ = ["code"]


def code(
    start: Mapping[str, Initializer],
    shapes: Mapping[str, tuple[int, ...]],
    sources: Mapping[str, Source],
    computed: Mapping[str, Computed],
) -> tuple[str, ...]:
    """
    Return a line for each parameter, or a loop for those that start alike.

    Parameters
    ----------
    start : mapping of str to Initializer
        What each parameter is to be drawn from.
    shapes : mapping of str to tuple of int
        Their shapes in the layout of this package.
    sources : mapping of str to Source
        Where they are in the model.
    computed : mapping of str to Computed
        Those that the model computes.

    Returns
    -------
    tuple of str
        Lines of Python, for a model called `model`.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, init in start.items():
        made = computed.get(name)
        call = _call(init, shapes[name], made.scale if made else 1.0)
        if call:
            lines = made.lines(call) if made else (call,)
            groups.setdefault(lines, []).append(_place(sources[name], made))
    found: list[str] = []
    for lines, places in groups.items():
        one, indent = (places[0], "") if len(places) == 1 else ("p", "    ")
        if indent:
            found.append(f"for p in ({', '.join(places)}):")
        found += [indent + line.replace("{}", one) for line in lines]
    return tuple(found)


def _call(init: Initializer, shape: tuple[int, ...], scale: float) -> str:
    """Return a call of torch.nn.init, with a gap for the parameter; empty if there is none.

    What is multiplied by a scale afterwards is drawn so much smaller.
    """
    if init == zeros:
        return "torch.nn.init.zeros_({})"
    if math.isnan(scale):
        return ""
    if isinstance(init, Constant):
        return f"torch.nn.init.constant_({{}}, {init.value / scale:g})"
    if isinstance(init, Orthogonal) and len(shape) == 2:
        return f"torch.nn.init.orthogonal_({{}}, gain={init.gain / scale:.4g})"
    return f"torch.nn.init.normal_({{}}, std={init.std(shape) / abs(scale):.3g})"


def _place(source: Source, made: Computed | None) -> str:
    """Return the expression for a parameter: ``model.layer3[0].conv1.weight``."""
    name = f"model.{made.place if made else source.name}".rstrip(".")
    path = re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", name)
    return path if source.rows is None else f"{path}[{source.rows[0]}:{source.rows[1]}]"
