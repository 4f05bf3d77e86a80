"""Gradients checked against differences of the loss."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from weightinit._checks import RandomSource, check_integer, check_rng
from weightinit.networks.backpropagation import backpropagate
from weightinit.networks.base import Array
from weightinit.networks.losses import choose_loss
from weightinit.networks.network import Network

__all__ = ["GradientCheck", "check_gradients"]

# The step that balances the two errors of a central difference, h ** 2 and eps / h.
_STEP = float(np.cbrt(np.finfo(np.float64).eps))

# Rounding alone moves a difference by about eps / h = 4e-11 of the loss. So that this stays far
# below 1e-6, the error of entries below this share of the loss is taken relative to the share.
_FLOOR = 1e-3

_GOOD = 1e-6


@dataclass(frozen=True)
class GradientCheck:
    """
    The entry of all gradients where backpropagation and the difference agree least.

    Parameters
    ----------
    parameter : str
        The name of the parameter.
    index : tuple of int
        The place in it.
    analytic : float
        Its gradient by backpropagation.
    numeric : float
        Its gradient by a central difference.
    relative_error : float
        Their difference, relative to the larger of them.
    entries : int
        How many entries were compared.

    Examples
    --------
    >>> from weightinit.networks import GradientCheck
    >>> print(GradientCheck("dense0.weight", (0, 1), 0.5, 0.4, 0.2, entries=6))
    worst of 6 entries: dense0.weight[0, 1]
    analytic  0.5
    numeric   0.4
    relative error 2.0e-01
    """

    parameter: str
    index: tuple[int, ...]
    analytic: float
    numeric: float
    relative_error: float
    entries: int

    def __str__(self) -> str:
        """Return both numbers, one below the other."""
        place = f"{self.parameter}[{', '.join(map(str, self.index))}]"
        return (
            f"worst of {self.entries} entries: {place}\n"
            f"analytic  {self.analytic!r}\nnumeric   {self.numeric!r}\n"
            f"relative error {self.relative_error:.1e}"
        )


def check_gradients(
    net: Network,
    x: ArrayLike,
    y: ArrayLike,
    *,
    entries: int | None = None,
    rng: RandomSource = None,
) -> GradientCheck:
    r"""
    Compare the gradients of a network with central differences of its loss, in float64.

    .. math:: \frac{\partial L}{\partial \theta_i} \approx
        \frac{L(\theta + h e_i) - L(\theta - h e_i)}{2h}, \qquad
        h = \varepsilon^{1/3} \max(1, |\theta_i|)

    with the rounding unit :math:`\varepsilon` of float64.

    Parameters
    ----------
    net : Network
        The network, with weights; they are left as they are.
    x, y : array_like
        A batch and its labels or targets, as for ``net.loss_and_gradients``.
    entries : int, optional
        Compare at most so many entries of each parameter, chosen at random; None compares all.
        Each costs two forward passes.
    rng : int or Generator, optional
        Whatever :func:`numpy.random.default_rng` takes; it chooses the entries.

    Returns
    -------
    GradientCheck
        The worst entry; print it to see both numbers.

    Raises
    ------
    RuntimeError, TypeError, ValueError
        As for ``net.loss_and_gradients``; `entries` is not an integer >= 1.

    Notes
    -----
    Below 1e-6 the gradients are right; a mistake shows as 1e-3 or more. The error is relative to
    the larger of both numbers, or to 1e-3 of the loss where both are smaller, since rounding
    hides more. Where the step crosses a kink, as that of a ReLU, the difference is wrong though
    the gradient is right: an entry that disagrees is tried again with steps 10 and 100 times
    smaller, and its best counts.

    Examples
    --------
    >>> import weightinit as wi
    >>> x, y = wi.datasets.ring(20, rng=0)
    >>> net = wi.mlp([2, 4, 1], "tanh").initialize(wi.xavier_normal, rng=0)
    >>> wi.check_gradients(net, x, y).relative_error < 1e-6
    True
    """
    most = None if entries is None else check_integer("entries", entries, at_least=1)
    generator = check_rng(rng)
    parameters = {name: array.astype(np.float64) for name, array in net.parameters.items()}
    batch = net.check_inputs(x)
    if batch.dtype.kind == "f":
        batch = batch.astype(np.float64)
    loss, targets = choose_loss(y, len(batch), net.output_shape)

    def value() -> float:
        return loss(net.chain.forward(parameters, batch)[0], targets)[0]

    start, _, gradients = backpropagate(net.chain, parameters, loss, batch, targets)
    chosen = [
        (name, index)
        for name, gradient in gradients.items()
        for index in _indices(gradient.shape, most, generator)
    ]
    if not chosen:
        raise ValueError(f"there is nothing to check: {net!r} has no parameters; add a layer")
    compared = [
        _compare(value, parameters[name], index, float(gradients[name][index]), _FLOOR * abs(start))
        for name, index in chosen
    ]
    worst = max(range(len(chosen)), key=lambda i: compared[i][1])
    (name, index), (numeric, error) = chosen[worst], compared[worst]
    return GradientCheck(
        name, index, float(gradients[name][index]), numeric, error, entries=len(chosen)
    )


def _indices(
    shape: tuple[int, ...], most: int | None, rng: np.random.Generator
) -> list[tuple[int, ...]]:
    """Choose at most so many places of an array."""
    size = math.prod(shape)
    flat = range(size) if most is None or most >= size else rng.choice(size, most, replace=False)
    return [tuple(int(i) for i in np.unravel_index(place, shape)) for place in flat]


def _compare(
    value: Callable[[], float],
    array: Array,
    index: tuple[int, ...],
    analytic: float,
    floor: float,
) -> tuple[float, float]:
    """Return the central difference that fits the analytic gradient best, and its error."""
    tried = []
    for shrink in (1, 10, 100):
        numeric = _difference(value, array, index, shrink)
        larger = max(abs(analytic), abs(numeric), floor, np.finfo(np.float64).tiny)
        error = abs(analytic - numeric) / larger
        tried.append((numeric, error))
        if error <= _GOOD:
            break
    return min(tried, key=lambda pair: pair[1])


def _difference(
    value: Callable[[], float], array: Array, index: tuple[int, ...], shrink: int
) -> float:
    theta = float(array[index])
    h = _STEP * max(1.0, abs(theta)) / shrink
    above, below = theta + h, theta - h  # as rounded, so that their difference is exact
    array[index] = above
    value_above = value()
    array[index] = below
    value_below = value()
    array[index] = theta
    return (value_above - value_below) / (above - below)
