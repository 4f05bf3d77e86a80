"""Draw a start again and again, and count what is wrong with it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weightinit._checks import RandomSource, check_flag, check_integer, check_rng
from weightinit._jobs import check_workers, run_jobs, with_bar
from weightinit.diagnosis import PROBLEMS
from weightinit.initializers import Initializer
from weightinit.networks import Network
from weightinit.networks._foreign import check_network
from weightinit.risk._draws import Setting
from weightinit.risk.result import ANY, FailureRates

__all__ = ["failure_rates"]


def failure_rates(
    net: Network,
    initializer: Initializer | Mapping[str, Initializer],
    x: ArrayLike,
    y: ArrayLike | None = None,
    *,
    draws: int = 100,
    rng: RandomSource = None,
    n_jobs: int = 1,
    progress: bool = False,
) -> FailureRates:
    r"""
    Count how often each problem appears over fresh draws of a start.

    :func:`diagnose` judges the weights that a network has. A start is random, so another draw may
    be better or worse: this gives the probability of each problem, with its interval.

    Parameters
    ----------
    net : Network
        The architecture. It needs no weights; those that it has stay as they are.
    initializer : Initializer or mapping of str to Initializer
        What to draw the weights from, as for :meth:`Network.initialize`.
    x : array_like, shape (n, ...)
        A batch of samples; about a hundred will do. It is the same for all draws.
    y : array_like, shape (n,) or (n, d), optional
        Labels or targets, as for :func:`diagnose`.
    draws : int, default 100
        How many times to draw. The ends of an interval move as ``1 / sqrt(draws)``.
    rng : int or Generator, optional
        Whatever :func:`numpy.random.default_rng` takes. Each draw has a stream of its own, and
        more draws begin with the same ones.
    n_jobs : int, default 1
        The number of draws that run side by side, as in joblib: -1 takes all processors. The
        counts do not depend on it.
    progress : bool, default False
        Show a bar over the draws, with tqdm.

    Returns
    -------
    FailureRates
        Print it for the table. ``.rate(problem)`` and ``.interval(problem)`` are its numbers,
        ``.width_for(problem)`` the width that makes a problem rare, ``.plot()`` draws it.

    Raises
    ------
    TypeError, ValueError
        `net` is no network; `initializer`, `x` or `y` do not fit it; another argument is not as
        above. This is found before or in the first draw.
    ImportError
        joblib is not installed, or tqdm is not and `progress` asks for it.

    Notes
    -----
    The interval for :math:`k` of :math:`n` draws is that of Wilson (1927), with :math:`z = 1.96`:

    .. math:: \frac{k + z^2 / 2}{n + z^2} \pm
        \frac{z}{n + z^2} \sqrt{\frac{k (n - k)}{n} + \frac{z^2}{4}} .

    Deep narrow networks of ReLUs may be *born dead*: all units of a layer are off on every sample,
    the output is a constant and no weight has a gradient. Here this is the problem ``"frozen"``.
    :func:`weightinit.risk.born_dead_bound` is a bound for its probability.

    References
    ----------
    Lu et al. (2020), "Dying ReLU and initialization: theory and numerical examples",
    arXiv:1903.06733; Wilson (1927), "Probable inference, the law of succession, and statistical
    inference".

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> x = np.random.default_rng(0).standard_normal((50, 2))
    >>> narrow = wi.mlp([2, *[3] * 10, 1])
    >>> rates = wi.failure_rates(narrow, wi.he_normal, x, draws=40, rng=0)
    >>> rates.counts["frozen"], rates.interval("frozen")
    (27, (0.520177, 0.799155))
    """
    number = check_integer("draws", draws, at_least=1, hint="write draws=100")
    generator, workers = check_rng(rng), check_workers(n_jobs)
    show = check_flag("progress", progress)
    dtype = _dtype(check_network(net))
    key = tuple(int(word) for word in generator.integers(2**64, size=4, dtype=np.uint64))
    start = Setting(net, initializer, dtype, x, y, key)
    first = start.problems(0)  # which checks the initializer and the batch
    start = replace(start, x=np.array(x), y=None if y is None else np.array(y))
    others = run_jobs(
        start.problems,
        ((draw,) for draw in range(1, number)),
        total=number - 1,
        workers=workers,
        use="wi.failure_rates",
    )
    found = with_bar(others, "drawing", "draw", done=1, total=number) if show else others
    counts = Counter({ANY: 0})
    for problems in (first, *found):
        counts.update([ANY, *problems] if problems else [])
    ordered = {name: counts[name] for name in (ANY, *PROBLEMS) if name == ANY or counts[name]}
    return FailureRates(number, ordered, start)


def _dtype(net: Network) -> np.dtype[Any]:
    """Return the dtype of the weights, float64 if there are none yet."""
    try:
        return np.result_type(*net.parameters.values())
    except RuntimeError:
        return np.dtype(np.float64)
