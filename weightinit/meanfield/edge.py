"""Where order ends and chaos begins: the weights that keep gradients as they are."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weightinit._panels import MomentError
from weightinit._sampling import ActivationLike
from weightinit.meanfield._arguments import check_array, over_arrays
from weightinit.meanfield._lengths import LARGEST, SMALLEST, settle
from weightinit.meanfield._tables import PANEL, Tables, tables

__all__ = ["edge_of_chaos"]

_Array = NDArray[Any]

_EQUAL = 1e-9  # slopes this near to 1 count as 1
_STEP = 0.125  # in log q
_FARTHEST = 12.0  # log q up to which is searched
_SURE = 1e-10  # of a difference, relative: less may be rounding
_BISECTIONS = 50


def edge_of_chaos(activation: ActivationLike, *, bias_variance: ArrayLike = 0.0) -> Any:
    r"""
    Return the variance of the weights at which gradients neither fade nor explode.

    That is the smallest :math:`\sigma_w^2` for which :func:`chi` is 1 at a :func:`fixed_point`
    that is not unstable.

    Parameters
    ----------
    activation : str, Activation or callable
        :math:`\phi`, as for :func:`~weightinit.gain`.
    bias_variance : float or array_like, default 0.0
        :math:`\sigma_b^2`.

    Returns
    -------
    float or ndarray
        :math:`\sigma_w^2`, in the shape of `bias_variance`.

    Raises
    ------
    TypeError, ValueError
        As for :func:`moments`; there is no such variance.

    Notes
    -----
    Both conditions hold at length q if :math:`\sigma_w^2 = 1 / \operatorname{E} \phi'(z)^2` and
    :math:`\sigma_b^2 = q - \operatorname{E} \phi(z)^2 / \operatorname{E} \phi'(z)^2`: one equation
    for q, which is searched from 1e-12 to 1e5.

    References
    ----------
    Poole et al. (2016), arXiv:1606.05340; Hayou, Doucet and Rousseau (2019), "On the impact of the
    activation function on deep neural networks training", arXiv:1902.06853.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.meanfield.edge_of_chaos("tanh", bias_variance=[0, 0.05])
    array([1.     , 1.76095])
    >>> wi.meanfield.edge_of_chaos("relu")
    2.0
    """
    known = tables(activation)

    def edges(biases: _Array) -> _Array:
        return np.array([_edge(known, b) for b in biases])

    return over_arrays(edges, check_array("bias_variance", bias_variance, least=0))


def _edge(known: Tables, b: np.float64) -> float:
    candidates = _critical(known, b)
    for w in candidates:
        if _is_edge(known, w, b):
            return float(w)
    why = "all fixed points with chi = 1 are unstable" if candidates.size else "chi is never 1"
    raise ValueError(
        f"bias_variance must allow for an edge of chaos, got {b:g}, for which {why} (among lengths "
        "from 1e-12 to 1e5); try another bias_variance"
    )


def _critical(known: Tables, b: np.float64) -> _Array:
    """Return, in order, the variances of the weights for which chi is 1 at any fixed point."""
    grid, excess = _search(known, b)
    sure = np.abs(excess) > _SURE * np.exp(grid)
    left = np.flatnonzero((np.sign(excess[1:]) != np.sign(excess[:-1])) & sure[1:] & sure[:-1])
    low, high = grid[left], grid[left + 1]
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        same = np.sign(_excess(known, middle, b)) == np.sign(excess[left])
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    lengths = np.concatenate([[0.0] if b == known.at_zero() == 0 else [], np.exp(low)])
    slopes = known.moment(lengths, slopes=True)
    return np.sort(1 / slopes[slopes > 0])


def _search(known: Tables, b: np.float64) -> tuple[_Array, _Array]:
    """Return log lengths and what `_excess` is there, as far up as it can be resolved."""
    grids, found = [], []
    for start in np.arange(SMALLEST, _FARTHEST, PANEL):
        grids.append(start + _STEP * np.arange(PANEL / _STEP))
        try:
            found.append(_excess(known, grids[-1], b))
        except MomentError:
            break
    return np.concatenate(grids[: len(found)]), np.concatenate(found)


def _excess(known: Tables, t: _Array, b: np.float64) -> _Array:
    """Return how much less than b the bias variance is for which chi is 1 at log q = t."""
    value, slope = known.at_log(t)[0], known.at_log(t, slopes=True)[0]
    with np.errstate(divide="ignore", invalid="ignore"):  # a slope of 0 has no such variance
        return value / slope - np.exp(t) + b


def _is_edge(known: Tables, w: np.float64, b: np.float64) -> bool:
    log, slope = settle(known, np.array([w]), np.array([b]))
    q = np.where(log == -np.inf, 0, np.exp(np.where(log < np.inf, log, LARGEST)))
    chi = w * known.moment(q, slopes=True)[0]
    return bool(log[0] < np.inf and slope[0] <= 1 + _EQUAL and abs(chi - 1) <= 1e-6)
