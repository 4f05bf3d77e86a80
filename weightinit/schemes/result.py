"""What was done to start a network: a value that prints as a table."""

import html
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from weightinit._tables import html_table, number, text_table, wrapped

__all__ = ["ParameterStart", "StartReport"]

_HEAD = ("parameter", "shape", "role", "started from", "std before", "after")
_WIDEST = 22  # of an initializer in the table, and of a shape


@dataclass(frozen=True)
class ParameterStart:
    """
    How one parameter was started: a row of the table of a :class:`~weightinit.StartReport`.

    Parameters
    ----------
    name : str
        Its name in the model.
    shape : tuple of int
        Its shape, in the layout of this package.
    role : str
        What it is: of a weight the kind of layer, ``dense``, or ``output``, or ``branch end`` for
        the last of a residual branch; else ``bias``, ``gain``, ``shift`` or ``scale``; empty where
        it is not known.
    initializer : str
        What it was started from, in words.
    before, after : float
        The std of its entries; nan before, where the network had no weights.

    Examples
    --------
    >>> import weightinit as wi
    >>> row = wi.start(wi.mlp([2, 8, 1]), rng=0).table[0]
    >>> row.name, row.shape, row.role, row.initializer
    ('dense0.weight', (2, 8), 'dense', 'he_normal')
    """

    name: str
    shape: tuple[int, ...]
    role: str
    initializer: str
    before: float
    after: float


@dataclass(frozen=True)
class StartReport:
    """
    What was done to start a network; made by :func:`weightinit.start` and the other schemes.

    Parameters
    ----------
    table : tuple of ParameterStart
        A row for each parameter, in the order of the model.
    model : object
        The model, started; the one that was given, unless models of its framework do not change.
    first_loss : float
        The loss of the batch now; nan where no labels or targets were given.
    best_constant_loss : float
        The lowest loss of outputs that do not depend on the inputs; nan where it is not known.
    notes : tuple of str
        What could not be done as it should be, and why.
    rate_factors : dict of str to float
        By what the learning rate of each parameter is to be multiplied, for ``wi.train``; empty
        unless the scheme says so, as :func:`weightinit.mu_parametrization` does.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> x = np.random.default_rng(0).standard_normal((40, 3))
    >>> print(wi.start(wi.mlp([3, 8, 4]), x, np.arange(40) % 4, rng=0))
    Started 4 parameters.
    First loss 1.3863, that of the best constant output 1.3863.
    <BLANKLINE>
    parameter      shape   role    started from      std before  after
    dense0.weight  (3, 8)  dense   he_normal, lsuv            -   0.63
    dense0.bias    (8,)    bias    zeros                      -      0
    dense1.weight  (8, 4)  output  zeros                      -      0
    dense1.bias    (4,)    bias    log class shares           -      0
    """

    table: tuple[ParameterStart, ...]
    model: Any = field(repr=False, compare=False)
    first_loss: float = math.nan
    best_constant_loss: float = math.nan
    notes: tuple[str, ...] = ()
    rate_factors: Mapping[str, float] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        """Return a title, the notes and the table, within 80 columns."""
        lines = [*self._title(), *(line for note in self.notes for line in wrapped(note))]
        return "\n".join([*lines, "", *text_table(self._rows(), left=4)])

    def _repr_html_(self) -> str:
        """Return the same for a notebook."""
        said = " ".join([*self._title(), *self.notes])
        return f"<p>{html.escape(said)}</p>{html_table(self._rows())}"

    def _title(self) -> Iterator[str]:
        yield f"Started {len(self.table)} parameters."
        if not math.isnan(self.first_loss):
            told = f"First loss {self.first_loss:.5g}"
            if not math.isnan(self.best_constant_loss):
                told += f", that of the best constant output {self.best_constant_loss:.5g}"
            yield f"{told}."

    def _rows(self) -> Iterator[tuple[str, ...]]:
        rates = self.rate_factors
        yield (*_HEAD, "rate") if rates else _HEAD
        for row in self.table:
            before = "-" if math.isnan(row.before) else number(row.before)
            told, shape = _trimmed(row.initializer), _trimmed(str(row.shape))
            cells = row.name, shape, row.role, told, before, number(row.after)
            yield (*cells, number(rates.get(row.name, 1.0))) if rates else cells


def _trimmed(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 3]}..."
