"""What a diagnosis is, and how it prints."""

import html
import math
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from weightinit.diagnosis.bounds import Point
from weightinit.diagnosis.finding import Finding
from weightinit.tracing import LayerStats

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Diagnosis", "LayerReport"]

_HEAD = ("layer", "phi", "units", "unlike", "mean", "std", "grad rms", "dead", "flat", "W/good")

_KEY = (
    "unlike: units that are no copies. mean, std: of activations. flat: saturated. "
    "W/good: std of the weights, over that of the start that suits the activation."
)


@dataclass(frozen=True, kw_only=True)
class LayerReport(LayerStats):
    """
    Facts about one layer, a row of the table of a :class:`~weightinit.Diagnosis`.

    Parameters
    ----------
    name : str
        The layer, such as ``dense0``.
    units : int
        How many units it has.
    mean, std, second_moment, gradient_rms, dead, saturated : float
        As for :class:`~weightinit.tracing.LayerStats`.
    distinct : int
        The same; where a layer starts at zero, what a few small steps show.
    correlation : float
        The same.
    activation : str
        The activation behind it; empty if there is none.
    weight_std, wanted_std : float
        Of the weights, and of those that suit the activation; nan where there are none.

    Examples
    --------
    >>> import weightinit as wi
    >>> net = wi.mlp([2, 4, 3]).initialize(wi.Constant(value=0.5), rng=0)
    >>> layer = wi.diagnose(net, [[1.0, 2.0], [0.5, 1.0]]).layers[0]
    >>> layer.units, layer.distinct, layer.wanted_std
    (4, 1, 1.0)
    """

    activation: str
    weight_std: float
    wanted_std: float


@dataclass(frozen=True)
class Diagnosis:
    """
    What is wrong with the start of a network; made by :func:`weightinit.diagnose`.

    Parameters
    ----------
    layers : tuple of LayerReport
        Facts by layer.
    findings : tuple of Finding
        What is wrong, worst first; empty for a healthy network.
    notes : tuple of str
        Risks that no start removes.
    forward, backward : tuple of tuple of Point
        How signal and gradient fare, path by path: the network itself, each residual branch, the
        time of each recurrent layer.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> net = wi.mlp([2, 64, 64, 3], "tanh").initialize(wi.xavier_uniform, rng=0)
    >>> x = np.random.default_rng(0).standard_normal((50, 2))
    >>> wi.diagnose(net, x).healthy
    True
    """

    layers: tuple[LayerReport, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    forward: tuple[tuple[Point, ...], ...]
    backward: tuple[tuple[Point, ...], ...]

    @property
    def healthy(self) -> bool:
        """Tell whether nothing was found."""
        return not self.findings

    def __str__(self) -> str:
        """Return a table of the layers, and the findings, within 80 columns."""
        table = _table(self.layers)
        return "\n".join([*table, *textwrap.wrap(_KEY, 80), "", *self._story()])

    def _story(self) -> list[str]:
        """Return the findings and notes, in lines."""
        if self.healthy:
            lines = ["Nothing wrong was found."]
        else:
            count = len(self.findings)
            lines = [f"{count} finding{'s' * (count > 1)}, worst first:"]
        for number, finding in enumerate(self.findings, 1):
            lines.append(f"{number}. {finding.problem} in {finding.layer}")
            lines += _indented(f"{finding.evidence}.")
            lines += _indented(f"Remedy: {finding.remedy}.")
        for note in self.notes:
            lines += textwrap.wrap(f"Note: {note}.", 80)
        return lines

    def _repr_html_(self) -> str:
        """Return the same for a notebook."""
        head = "".join(f"<th>{html.escape(name)}</th>" for name in _HEAD)
        rows = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in _cells(layer)) + "</tr>"
            for layer in self.layers
        )
        items = "".join(
            f"<li><strong>{html.escape(f.problem)}</strong> in "
            f"<code>{html.escape(f.layer)}</code>: {html.escape(f.evidence)}.<br>"
            f"Remedy: {html.escape(f.remedy)}.</li>"
            for f in self.findings
        )
        story = f"<ol>{items}</ol>" if items else "<p>Nothing wrong was found.</p>"
        notes = "".join(f"<p>Note: {html.escape(note)}.</p>" for note in self.notes)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        return table + story + notes

    def plot(self) -> "Figure":
        """
        Draw how signal and gradient fare from layer to layer, beside theory.

        Returns
        -------
        matplotlib.figure.Figure
            Two panels: second moment of the activations, squared norm of the gradient; shaded is
            where a healthy network of these widths stays.

        Raises
        ------
        ImportError
            Matplotlib is not installed.

        Examples
        --------
        >>> import numpy as np
        >>> import weightinit as wi
        >>> net = wi.mlp([64, 64, 64, 10]).initialize(wi.he_normal, rng=0)
        >>> figure = wi.diagnose(net, np.random.default_rng(0).normal(size=(50, 64))).plot()
        >>> len(figure.axes)
        2
        """
        from weightinit.diagnosis._figure import draw  # noqa: PLC0415  # loads matplotlib

        problems = ", ".join(finding.problem for finding in self.findings) or "nothing wrong"
        figure: Figure = draw(self.forward, self.backward, problems)
        return figure


def _table(layers: tuple[LayerReport, ...]) -> list[str]:
    """Return a head and a line a layer, each column as wide as it must be."""
    rows: list[Any] = [_HEAD, *map(_cells, layers)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEAD))]
    gap = "  " if sum(widths) + 2 * (len(widths) - 1) <= 80 else " "
    return [
        gap.join(
            cell.ljust(width) if i < 2 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _cells(layer: LayerReport) -> tuple[str, ...]:
    ratio = layer.weight_std / layer.wanted_std
    return (
        _short(layer.name, 16),
        _short(layer.activation or "-", 7),
        str(layer.units),
        str(layer.distinct),
        _number(layer.mean),
        _number(layer.std),
        _number(layer.gradient_rms),
        f"{layer.dead:.0%}",
        f"{layer.saturated:.0%}",
        "-" if math.isnan(ratio) else _number(ratio),
    )


def _number(value: float) -> str:
    """Write a number in at most six letters, and a sign."""
    return f"{value:.2g}" if value == 0 or 1e-3 <= abs(value) < 100 else f"{value:.0e}"


def _short(text: str, width: int) -> str:
    """Return the end of a name that is too long, where layers of a block differ."""
    return text if len(text) <= width else f"…{text[1 - width :]}"


def _indented(text: str) -> list[str]:
    return textwrap.wrap(
        text[0].upper() + text[1:], 80, initial_indent="   ", subsequent_indent="   "
    )
