"""Formulas of chance: an interval for a share, and how often a ReLU network is born dead."""

import math
from collections.abc import Sequence
from statistics import NormalDist

from weightinit._checks import check_integer, check_items

__all__ = ["CONFIDENCE", "born_dead_bound", "draws_needed", "wilson_interval"]

#: With this probability an interval holds what it is an interval for, nearly.
CONFIDENCE = 0.95

_Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    r"""
    Return the 95 % interval of Wilson for a probability, from a count.

    With :math:`k` successes in :math:`n` independent trials and :math:`z = 1.96`, the normal
    quantile of 97.5 %, its ends are

    .. math:: \frac{k + z^2 / 2}{n + z^2} \pm
        \frac{z}{n + z^2} \sqrt{\frac{k (n - k)}{n} + \frac{z^2}{4}} .

    They lie between 0 and 1, and the interval has a width also where :math:`k` is 0 or :math:`n`.

    Parameters
    ----------
    successes : int
        The count :math:`k`, from 0 to `trials`.
    trials : int
        The number of trials :math:`n`, at least 1.

    Returns
    -------
    tuple of float
        The lower and the upper end.

    Raises
    ------
    TypeError, ValueError
        An argument is not an integer in its range.

    Notes
    -----
    How often it holds varies around 95 % with the probability, since counts are whole numbers.

    References
    ----------
    Wilson (1927), "Probable inference, the law of succession, and statistical inference", Journal
    of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> from weightinit.risk import wilson_interval
    >>> wilson_interval(0, 100), wilson_interval(50, 100)
    ((0.0, 0.036993), (0.403832, 0.596168))
    """
    n = check_integer("trials", trials, at_least=1)
    k = check_integer("successes", successes, at_least=0, at_most=n)
    center = (k + _Z**2 / 2) / (n + _Z**2)
    reach = _Z / (n + _Z**2) * math.sqrt(k * (n - k) / n + _Z**2 / 4)
    return 0.0 if k == 0 else center - reach, 1.0 if k == n else center + reach


def draws_needed(at_most: float) -> int:
    r"""
    Return how many trials without a success put the upper end of Wilson's interval at a bound.

    Parameters
    ----------
    at_most : float
        The bound :math:`p`, between 0 and 1.

    Returns
    -------
    int
        The least :math:`n` with :math:`z^2 / (n + z^2) \le p`.

    Examples
    --------
    >>> from weightinit._chances import draws_needed, wilson_interval
    >>> draws_needed(0.01), wilson_interval(0, 381)[1] <= 0.01 < wilson_interval(0, 380)[1]
    (381, True)
    """
    return math.ceil(_Z**2 * (1 - at_most) / at_most)


def born_dead_bound(widths: Sequence[int]) -> float:
    r"""
    Return a bound for the probability that a ReLU network is born dead.

    A network is born dead if all units of a hidden layer are off, whatever the input: its output
    is a constant, and no weight has a gradient. For hidden layers of :math:`n_1, \dots, n_L` units

    .. math:: P(\text{born dead}) \le 1 - \prod_{l=1}^{L} \left(1 - 2^{-n_l}\right).

    Parameters
    ----------
    widths : sequence of int
        The widths :math:`n_l` of the hidden layers.

    Returns
    -------
    float
        The bound. It holds where biases are zero and a weight is as likely as its negative,
        independently of the others. For one input, and weights that are never 0, it is the exact
        probability that a layer is off: each unit is, with probability 1/2.

    Raises
    ------
    TypeError, ValueError
        `widths` is no sequence of integers >= 1.

    References
    ----------
    Lu et al. (2020), "Dying ReLU and initialization: theory and numerical examples",
    arXiv:1903.06733.

    Examples
    --------
    >>> from weightinit.risk import born_dead_bound
    >>> born_dead_bound([2] * 10), born_dead_bound([10] * 10)
    (0.943686, 0.009723)
    """
    hint = "write [2] * 10 for ten layers of two units"
    items = check_items("widths", widths, "a sequence of integers", hint=hint)
    sizes = [check_integer(f"widths[{i}]", n, at_least=1, hint=hint) for i, n in enumerate(items)]
    return -math.expm1(sum(math.log1p(-(2.0**-n)) for n in sizes))
