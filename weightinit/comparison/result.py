"""The result of a comparison: its table and its figure."""

import collections
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from weightinit._checks import check_items
from weightinit._messages import shown
from weightinit.comparison import _figure, _table
from weightinit.comparison.cells import Cell, Result, final
from weightinit.comparison.standings import Standing, rank
from weightinit.training import History

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Comparison"]


@dataclass(frozen=True, repr=False)
class Comparison:
    """
    The results of one training from several initializers, over several seeds.

    Print it for the table.

    Parameters
    ----------
    cells : sequence of Cell
        One for each initializer and seed: ``.label``, ``.seed``, ``.result`` (a `History` or a
        score; None if the cell failed) and ``.error`` (empty unless it failed).

    Raises
    ------
    TypeError, ValueError
        The cells are not as above, or some have a `History` and others a score.

    Notes
    -----
    The best has the fewest failures and, among those with as few, the best mean. The others are
    compared with it seed by seed. The interval of a difference is a bootstrap over the seeds: a
    fixed stream, 10 000 resamples, stretched for few seeds as Student's t is. All intervals
    together aim at 95 %, and from six seeds on miss it by less than a point if the differences are
    normal. With a long tail, an interval of 95 % over ten seeds may hold in 90 % only.

    A start whose interval contains 0 is "within noise": it is neither shown to be worse nor shown
    to be as good. With so few seeds that all may agree by chance (fewer than six for two
    starts, eight for five), the verdict is "too few seeds". The intervals hold for other seeds of
    the same task, not for other tasks.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.comparison import Cell
    >>> cells = [Cell("a", 0, 0.5), Cell("a", 1, 0.75), Cell("b", 0, 0.25), Cell("b", 1, 0.5)]
    >>> comparison = wi.Comparison(tuple(cells))
    >>> comparison.scores["a"]
    {0: 0.5, 1: 0.75}
    >>> [standing.verdict for standing in comparison.standings]
    ['best', 'too few seeds']
    """

    cells: tuple[Cell, ...]

    def __post_init__(self) -> None:
        """Raise if the cells cannot be compared."""
        hint = "wi.compare makes them"
        cells = check_items("cells", self.cells, "a sequence of Cell", hint=hint)
        for cell in cells:
            if not isinstance(cell, Cell):
                kind = type(cell).__name__
                raise TypeError(
                    f"cells must hold nothing but Cell, got {shown(cell)} ({kind}); {hint}"
                )
        if not cells:
            raise ValueError(f"cells must not be empty; {hint}")
        object.__setattr__(self, "cells", cells)
        places = collections.Counter((cell.label, cell.seed) for cell in cells)
        for label, seed in itertools.product(self.labels, self.seeds):
            if (found := places[label, seed]) != 1:
                raise ValueError(
                    f"cells must hold one for each label and seed, got {found or 'none'} for "
                    f"{shown(label)} at seed {shown(seed)}; {hint}"
                )
        kinds = {isinstance(result, History) for result in self._results}
        if len(kinds) > 1:
            raise ValueError(
                "cells must hold one kind of result, got a History in some and a number in others; "
                "let train_once return the same kind for each, and name another cache_dir if "
                "train_once has changed"
            )

    @property
    def _results(self) -> list[Result]:
        return [cell.result for cell in self.cells if cell.result is not None]

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels of the initializers, in the order given."""
        return tuple(dict.fromkeys(cell.label for cell in self.cells))

    @cached_property
    def seeds(self) -> tuple[int, ...]:
        """The seeds."""
        return tuple(dict.fromkeys(cell.seed for cell in self.cells))

    @cached_property
    def measure(self) -> str:
        """
        What is compared: "accuracy", "loss" or "score".

        The accuracy of the last epoch if every `History` has accuracies, otherwise the loss of the
        last epoch; "score" where plain numbers were returned. A smaller loss is better, and a
        larger accuracy or score.
        """
        histories = [result for result in self._results if isinstance(result, History)]
        if not histories:
            return "score"
        return "accuracy" if all(history.accuracies for history in histories) else "loss"

    @cached_property
    def scores(self) -> dict[str, dict[int, float]]:
        """The number that is compared, ``scores[label][seed]``, for each finished cell."""
        scores: dict[str, dict[int, float]] = {label: {} for label in self.labels}
        for cell in self.cells:
            if cell.result is not None:
                scores[cell.label][cell.seed] = final(cell.result, self.measure)
        return scores

    @property
    def failures(self) -> tuple[Cell, ...]:
        """The cells that failed."""
        return tuple(cell for cell in self.cells if cell.result is None)

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """
        The table in numbers, best first.

        Each has ``.label``, ``.failures``, ``.mean``, ``.quartiles``, ``.difference`` (an interval
        for its mean minus that of the best, or None) and ``.verdict``: "best", "within noise",
        "worse", "ahead" (better than the best where both finished, but with more failures), "too
        few seeds" or "failed".
        """
        return rank(self.scores, self.seeds, higher=self.measure != "loss")

    def table(self) -> str:
        """
        Return the standings as plain text, in lines of at most 80 characters.

        Returns
        -------
        str
            Mean, quartiles, failures, difference to the best and verdict of each initializer.

        Examples
        --------
        >>> import weightinit as wi
        >>> def train_once(initializer, rng):
        ...     return initializer((50, 50), rng=rng).std()
        >>> starts = [wi.Normal(std=1.0), wi.Normal(std=0.5)]
        >>> print(wi.compare(train_once, starts, seeds=8).table().splitlines()[0])
        Score of 2 starts over 8 seeds (more is better)
        """
        return _table.as_text(self.standings, self.failures, self.measure, self.seeds)

    def plot(self, *, colors: Mapping[str, str] | None = None) -> "Figure":
        """
        Draw the curves of training, if there are any, and the final numbers.

        Curves are medians over the seeds, up to the last epoch that all of them reached; bands lie
        between the quartiles. Each dot is a run, each tick the mean of the runs.

        Parameters
        ----------
        colors : mapping of str to str, optional
            A matplotlib colour for each label; by default those of the cycle, in order.

        Returns
        -------
        matplotlib.figure.Figure
            The figure; its label is a text for readers who cannot see it.

        Raises
        ------
        ImportError
            matplotlib is not installed.
        ValueError
            A label has no colour, or all cells failed.

        Examples
        --------
        >>> import weightinit as wi
        >>> from weightinit.comparison import Cell
        >>> fig = wi.Comparison((Cell("a", 0, 0.5), Cell("b", 0, 0.25))).plot()
        >>> fig.get_label()
        'Final score of each run, one seed. Means: a 0.5, b 0.25.'
        """
        return _figure.draw(self.cells, self.scores, self.standings, self.measure, colors)

    def __str__(self) -> str:
        """Return the table."""
        return self.table()

    def __repr__(self) -> str:
        """Return a line: how many of what."""
        return (
            f"Comparison({len(self.labels)} starts, {len(self.seeds)} seeds, "
            f"{len(self.failures)} failures)"
        )

    def _repr_html_(self) -> str:
        return _table.as_html(self.standings, self.failures, self.measure, self.seeds)
