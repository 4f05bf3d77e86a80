"""Starts in the words of PyTorch: lines to paste."""

import re
from collections.abc import Mapping

from weightinit.initializers import Constant, Initializer, Orthogonal, zeros
from weightinit.tracing._torch.views import Source

__all__ = ["code"]


def code(
    start: Mapping[str, Initializer],
    shapes: Mapping[str, tuple[int, ...]],
    sources: Mapping[str, Source],
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

    Returns
    -------
    tuple of str
        Lines of Python, for a model called `model`.
    """
    groups: dict[str, list[str]] = {}
    for name, init in start.items():
        groups.setdefault(_call(init, shapes[name]), []).append(name)
    lines: list[str] = []
    for call, names in groups.items():
        places = [_place(sources[name]) for name in names]
        if len(places) == 1:
            lines.append(f"torch.nn.init.{call.format(places[0])}")
        else:
            lines += [f"for p in ({', '.join(places)}):", f"    torch.nn.init.{call.format('p')}"]
    return tuple(lines)


def _call(init: Initializer, shape: tuple[int, ...]) -> str:
    """Return a call of torch.nn.init, with a gap for the parameter."""
    if init == zeros:
        return "zeros_({})"
    if isinstance(init, Constant):
        return f"constant_({{}}, {init.value:g})"
    if isinstance(init, Orthogonal) and len(shape) == 2:
        return f"orthogonal_({{}}, gain={init.gain:.4g})"
    return f"normal_({{}}, std={init.std(shape):.3g})"


def _place(source: Source) -> str:
    """Return the expression for a parameter: ``model.layer3[0].conv1.weight``."""
    path = re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", f"model.{source.name}")
    return path if source.rows is None else f"{path}[{source.rows[0]}:{source.rows[1]}]"
