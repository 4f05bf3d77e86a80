"""What is counted over many draws of a start."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from weightinit._chances import draws_needed, wilson_interval
from weightinit._checks import check_integer, check_real, check_string
from weightinit._messages import message
from weightinit.diagnosis import PROBLEMS
from weightinit.risk import _figure, _table
from weightinit.risk._draws import Setting
from weightinit.risk._width import hidden_widths, is_rare, smallest

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["ANY", "FailureRates"]

#: The name under which the draws are counted that have one problem or more.
ANY = "any problem"

_RAREST = 1e-3  # more than 3,800 draws a width would be needed for less


@dataclass(frozen=True)
class FailureRates:
    """
    How often each problem appeared over fresh draws of a start; made by ``wi.failure_rates``.

    Print it for the table.

    Parameters
    ----------
    draws : int
        How many draws there were.
    counts : dict of str to int
        In how many of them there was ``"any problem"``, and in how many each of
        ``wi.diagnosis.PROBLEMS`` that appeared.
    start : Setting
        The architecture, the initializer and the batch that were drawn for.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> x = np.random.default_rng(0).standard_normal((50, 16))
    >>> net = wi.mlp([16, 64, 64, 3])
    >>> rates = wi.failure_rates(net, wi.he_normal, x, draws=20, rng=0)
    >>> rates.counts, rates.rate("frozen")
    ({'any problem': 0}, 0.0)
    """

    draws: int
    counts: Mapping[str, int] = field(hash=False)
    start: Setting = field(repr=False, compare=False)

    def rate(self, problem: str = ANY) -> float:
        """
        Return the share of the draws that have a problem.

        Parameters
        ----------
        problem : str, default "any problem"
            One of ``wi.diagnosis.PROBLEMS``, or ``"any problem"``.

        Returns
        -------
        float
            The share, from 0 to 1; 0 for a problem that did not appear.

        Raises
        ------
        TypeError, ValueError
            There is no such problem.

        Examples
        --------
        >>> import weightinit as wi
        >>> wi.failure_rates(wi.mlp([2, 4, 1]), wi.zeros, [[1.0, 2.0]], draws=5).rate("frozen")
        1.0
        """
        return self._count(problem) / self.draws

    def interval(self, problem: str = ANY) -> tuple[float, float]:
        """
        Return the 95 % interval of Wilson for the probability of a problem.

        Parameters
        ----------
        problem : str, default "any problem"
            One of ``wi.diagnosis.PROBLEMS``, or ``"any problem"``.

        Returns
        -------
        tuple of float
            The lower and the upper end, as :func:`weightinit.risk.wilson_interval` gives them.

        Raises
        ------
        TypeError, ValueError
            There is no such problem.

        Examples
        --------
        >>> import weightinit as wi
        >>> wi.failure_rates(wi.mlp([2, 4, 1]), wi.zeros, [[1.0, 2.0]], draws=5).interval("frozen")
        (0.565518, 1.0)
        """
        return wilson_interval(self._count(problem), self.draws)

    def width_for(
        self, problem: str = ANY, *, at_most: float = 0.01, widest: int = 1024
    ) -> int | None:
        r"""
        Search for the smallest width that makes a problem rare, at the same depth.

        All hidden widths are scaled alike. A width passes if the problem shows in none of so many
        fresh draws that the upper end of the interval is `at_most`: 381 for 0.01. The search
        doubles or halves the width, and then bisects.

        Parameters
        ----------
        problem : str, default "any problem"
            One of ``wi.diagnosis.PROBLEMS``, or ``"any problem"``.
        at_most : float, default 0.01
            How rare, from 0.001 to below 1.
        widest : int, default 1024
            The largest width to try.

        Returns
        -------
        int or None
            The width of the narrowest hidden layer; the others are in proportion, rounded up. None
            if no width up to `widest` passes: width does not cure every problem.

        Raises
        ------
        TypeError, ValueError
            An argument is not as above, or the network is no MLP: a `Network` of dense and
            activation layers.

        Notes
        -----
        A width at which the problem has a probability :math:`p` passes with probability
        :math:`(1 - p)^{381}`: 2.2 % for one in a hundred, 68 % for one in a thousand. So the width
        that is found is safe rather than tight. The search takes it that more width makes the
        problem rarer, which holds for ``"frozen"`` and not for weights of a wrong scale.

        Examples
        --------
        >>> import weightinit as wi
        >>> net = wi.mlp([1, 2, 2, 1])
        >>> rates = wi.failure_rates(net, wi.he_normal, [[-1.0], [1.0]], draws=20, rng=0)
        >>> rates.width_for("frozen", at_most=0.1)
        5
        """
        name = _check_problem(problem)
        rare = check_real("at_most", at_most, hint="write at_most=0.01")
        if not _RAREST <= rare < 1:
            way_out = "wi.risk.born_dead_bound gives a bound for networks of ReLUs without a draw"
            raise ValueError(message("at_most", at_most, "from 0.001 to below 1", way_out))
        most = check_integer("widest", widest, at_least=1, hint="write widest=1024")
        draws = draws_needed(rare)

        def is_meant(problems: frozenset[str]) -> bool:
            return bool(problems) if name == ANY else name in problems

        def passes(width: int) -> bool:
            return is_rare(self.start, width, draws, is_meant)

        return smallest(passes, min(hidden_widths(self.start.net)), most)

    def plot(self) -> "Figure":
        """
        Draw the rate of each problem that appeared, with its interval.

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
        >>> import weightinit as wi
        >>> rates = wi.failure_rates(wi.mlp([2, 4, 1]), wi.zeros, [[1.0, 2.0]], draws=5)
        >>> figure = rates.plot()
        >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
        ['any problem', 'frozen']
        """
        return _figure.draw(self.counts, self.draws)

    def __str__(self) -> str:
        """Return the table, within 80 columns."""
        return _table.as_text(self.counts, self.draws)

    def _repr_html_(self) -> str:
        return _table.as_html(self.counts, self.draws)

    def _count(self, problem: object) -> int:
        return self.counts.get(_check_problem(problem), 0)


def _check_problem(problem: object) -> str:
    kinds = (ANY, *PROBLEMS)
    told = f"one of {ANY!r}, {', '.join(map(repr, PROBLEMS[:6]))} and so on"
    plain = check_string("problem", problem, told, hint="see wi.diagnosis.PROBLEMS")
    if plain not in kinds:
        raise ValueError(message("problem", plain, told, "see wi.diagnosis.PROBLEMS"))
    return plain
