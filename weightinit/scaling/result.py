"""How activations and updates grow with the size of a network: a table, slopes, a figure."""

import html
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from weightinit._checks import check_choice, check_real
from weightinit._tables import html_table, number, text_table, wrapped
from weightinit.comparison._intervals import mean_interval
from weightinit.scaling import _figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["CoordinateCheck", "Slope"]

_NOTE = (
    "Root mean squares over draws, of the outputs at the start and of their updates. A slope is "
    "the power of the {axis}, with its 95 % interval over draws. Updates with slope 0 neither grow "
    "nor vanish as networks get larger."
)


@dataclass(frozen=True)
class Slope:
    """
    The power with which a layer's activation, or its update, grows with the size of the network.

    Parameters
    ----------
    layer : str
        The layer.
    quantity : str
        ``"activation"`` at the start, or its ``"update"`` in the first steps.
    value : float
        The mean over draws; nan where a size is 0.
    low, high : float
        Its 95 % interval over draws, by the bootstrap that :func:`~weightinit.compare` takes.

    Examples
    --------
    >>> from weightinit.scaling import Slope
    >>> Slope("dense1", "update", 0.51, 0.47, 0.55).excludes(0.0)
    True
    """

    layer: str
    quantity: str
    value: float
    low: float
    high: float

    def excludes(self, slope: float) -> bool:
        """
        Tell whether a slope lies outside the interval.

        Parameters
        ----------
        slope : float
            The slope that theory predicts, such as 0.

        Returns
        -------
        bool
            False for a slope that is nan.

        Raises
        ------
        TypeError, ValueError
            `slope` is not a finite number.

        Examples
        --------
        >>> from weightinit.scaling import Slope
        >>> Slope("dense1", "update", 0.01, -0.03, 0.05).excludes(0.0)
        False
        """
        given = check_real("slope", slope, hint="write 0.0")
        return not math.isnan(self.value) and not self.low <= given <= self.high


@dataclass(frozen=True, eq=False)
class CoordinateCheck:
    """
    How far each layer moves at each width; made by ``wi.coordinate_check``. Print it for the table.

    Parameters
    ----------
    axis : str
        What `widths` are: ``"width"``, or ``"depth"``.
    widths : tuple of int
        The widths, ascending.
    activations : dict of str to ndarray, shape (draws, widths)
        The root mean square of each layer's outputs at the start.
    updates : dict of str to ndarray, shape (draws, widths)
        That of their change in the first steps.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.standard_normal((32, 8)), rng.integers(0, 3, 32)
    >>> def build(width, rng):
    ...     return wi.mlp([8, width, 3]).initialize(wi.he_normal, rng=rng)
    >>> found = wi.coordinate_check(build, [32, 128], x, y, draws=3, rng=0)
    >>> found.slope("dense1", "update").value > 0.4  # of the output, 1/2 or more in this start
    True
    """

    axis: str
    widths: tuple[int, ...]
    activations: Mapping[str, NDArray[Any]] = field(repr=False)
    updates: Mapping[str, NDArray[Any]] = field(repr=False)

    @cached_property
    def slopes(self) -> tuple[Slope, ...]:
        """The slopes of the layers, those of activations first."""
        logs = np.log(self.widths) - np.mean(np.log(self.widths))
        found = []
        for quantity, table in (("activation", self.activations), ("update", self.updates)):
            for layer, sizes in table.items():
                with np.errstate(all="ignore"):  # a size of 0 has no slope
                    each = np.log(sizes) @ logs / (logs @ logs)
                known = bool(np.isfinite(each).all())
                ends = mean_interval(each) if known else (math.nan, math.nan)
                found.append(
                    Slope(layer, quantity, float(each.mean()) if known else math.nan, *ends)
                )
        return tuple(found)

    def slope(self, layer: str, quantity: str) -> Slope:
        """
        Return one of the slopes.

        Parameters
        ----------
        layer : str
            The layer.
        quantity : {"activation", "update"}
            Of what.

        Returns
        -------
        Slope
            The slope and its interval.

        Raises
        ------
        TypeError, ValueError
            There is none for this layer and quantity.

        Examples
        --------
        >>> from weightinit.scaling import CoordinateCheck
        >>> import numpy as np
        >>> sizes = {"dense0": np.array([[1.0, 2.0], [1.1, 2.2]])}
        >>> CoordinateCheck("width", (4, 8), sizes, sizes).slope("dense0", "update").value
        1.0
        """
        name = check_choice("layer", layer, self.updates)
        kind = check_choice("quantity", quantity, ("activation", "update"))
        return next(s for s in self.slopes if (s.layer, s.quantity) == (name, kind))

    def plot(self) -> "Figure":
        """
        Draw the sizes of activations and of their updates against the width.

        Returns
        -------
        matplotlib.figure.Figure
            The figure; its label is a text for readers who cannot see it.

        Raises
        ------
        ImportError
            Matplotlib is not installed.

        Examples
        --------
        >>> import numpy as np
        >>> from weightinit.scaling import CoordinateCheck
        >>> sizes = {"dense0": np.array([[1.0, 2.0], [1.1, 2.2]])}
        >>> figure = CoordinateCheck("width", (4, 8), sizes, sizes).plot()
        >>> [ax.get_title() for ax in figure.axes]
        ['Activation at the start', 'Update in the first steps']
        """
        told = ", ".join(f"{s.layer} {s.value:.2f}" for s in self.slopes if s.quantity == "update")
        panels = {
            "Activation at the start": self.activations,
            "Update in the first steps": self.updates,
        }
        return _figure.draw(self.axis, self.widths, panels, told)

    def __str__(self) -> str:
        """Return the table, within 80 columns."""
        return "\n".join([self._title(), "", *text_table(self._rows()), "", *wrapped(self._note())])

    def _repr_html_(self) -> str:
        table = html_table(self._rows(), caption=self._title())
        return f"{table}<p>{html.escape(self._note())}</p>"

    def _title(self) -> str:
        draws = len(next(iter(self.updates.values())))
        told = ", ".join(map(str, self.widths))
        return f"How layers grow with the {self.axis}: {told}; {draws} draws"

    def _note(self) -> str:
        return _NOTE.format(axis=self.axis)

    def _rows(self) -> Iterator[tuple[str, ...]]:
        ends = self.widths[0], self.widths[-1]
        each = [f"at {ends[0]}", f"at {ends[1]}", "slope"]
        yield "layer", f"size {each[0]}", *each[1:], f"update {each[0]}", *each[1:]
        for layer in self.updates:
            cells = [layer]
            for quantity, table in (("activation", self.activations), ("update", self.updates)):
                sizes, found = table[layer].mean(axis=0), self.slope(layer, quantity)
                reach = (found.high - found.low) / 2
                told = "-" if math.isnan(found.value) else f"{found.value:.2f} ± {reach:.2f}"
                cells += [number(sizes[0]), number(sizes[-1]), told]
            yield tuple(cells)
