"""Check gradients against finite differences of the loss."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from weightinit._checks import RandomSource, check_integer, check_rng
from weightinit._messages import shown
from weightinit.networks._backpropagation import backpropagate
from weightinit.networks._differences import Comparison, Differences, Evaluation
from weightinit.networks._foreign import check_network
from weightinit.networks.layers.base import Gradients
from weightinit.networks.network import Network

__all__ = ["GradientCheck", "check_gradients"]


@dataclass(frozen=True)
class GradientCheck:
    """
    The entry of the gradients where backpropagation and differences agree least.

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
    unresolved : tuple of (str, tuple of int), default ()
        Entries, as parameter and place, that could not be judged: rounding or a kink may explain
        the difference of their two numbers. The worst is among these if there are no others.

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
    unresolved: tuple[tuple[str, tuple[int, ...]], ...] = ()

    def __str__(self) -> str:
        """Return both numbers, one below the other, and how many entries rounding hides."""
        lines = [
            f"worst of {self.entries} entries: {_place(self.parameter, self.index)}",
            f"analytic  {self.analytic!r}",
            f"numeric   {self.numeric!r}",
            f"relative error {self.relative_error:.1e}",
        ]
        if self.unresolved:
            lines.append(
                f"not judged: {len(self.unresolved)} entries, whose gradients rounding or a kink "
                f"hides, such as {_place(*self.unresolved[0])}"
            )
        return "\n".join(lines)


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
    TypeError
        `net` is not a network; or as for ``net.loss_and_gradients``.
    RuntimeError, ValueError
        As for ``net.loss_and_gradients``; the loss is not finite; the network has no parameters;
        `entries` is not an integer >= 1.

    Notes
    -----
    Below 1e-6 the gradients are right; a mistake shows as 1e-3 or more, a gradient that is NaN or
    infinite as inf. The error is relative to the larger of both numbers, however large the loss:
    where rounding of the loss would hide a gradient, the difference is taken of the outputs and
    weighed with the gradient of the loss by them, once the two agree within rounding. An entry
    that disagrees is tried again with longer and shorter steps, and one match is enough: a step
    may cross the kink of a ReLU, or bend too much for large inputs.

    Two kinds of entries no difference can tell; they are listed as ``unresolved``. The gradient of
    the one is below what rounding adds to the difference, some 1e-10 of the sum of
    :math:`|z\, \partial L / \partial z|` over the outputs. The other is at a kink, such as a
    pre-activation of exactly 0 before a ReLU. A gradient of 0 counts as right where neither step
    changes a bit of the outputs.

    Examples
    --------
    >>> import weightinit as wi
    >>> x, y = wi.datasets.ring(20, rng=0)
    >>> net = wi.mlp([2, 4, 1], "tanh").initialize(wi.xavier_normal, rng=0)
    >>> check = wi.check_gradients(net, x, y)
    >>> check.relative_error < 1e-6, check.unresolved
    (True, ())
    """
    check_network(net)
    most = None if entries is None else check_integer("entries", entries, at_least=1)
    generator = check_rng(rng)
    parameters = {name: array.astype(np.float64) for name, array in net.parameters.items()}
    batch = net.check_inputs(x)
    if batch.dtype.kind == "f":
        batch = batch.astype(np.float64)
    loss, targets = net._choose_loss(batch, y)

    def evaluate() -> Evaluation:
        outputs, _ = net.chain._forward(parameters, batch, None)
        value, slopes = loss(outputs, targets)
        return Evaluation(value, outputs, slopes)

    with np.errstate(all="ignore"):  # what is not finite is told
        start, _, gradients = backpropagate(net.chain, parameters, loss, batch, targets)
        _check_start(net, start, gradients)
        differences = Differences(evaluate, parameters)
        found = {
            (name, index): differences.compare(name, index, float(gradient[index]))
            for name, gradient in gradients.items()
            for index in _indices(gradient.shape, most, generator)
        }
    return _worst(found)


def _check_start(net: Network, loss: float, gradients: Gradients) -> None:
    if not gradients:
        raise ValueError(
            f"net must have parameters to check, got {shown(net)}, which has none; add a layer"
        )
    if not math.isfinite(loss):
        raise ValueError(
            f"the loss must be finite to take differences of it, got {loss}; look for NaN or huge "
            "numbers in net.parameters, or scale inputs and targets down"
        )


def _worst(found: dict[tuple[str, tuple[int, ...]], Comparison]) -> GradientCheck:
    """Return the entry that agrees least among those that rounding allows to judge."""
    told = [place for place, entry in found.items() if entry.resolved] or list(found)
    name, index = worst = max(told, key=lambda place: found[place].relative_error)
    analytic, numeric, error, _ = found[worst]
    unresolved = tuple(place for place, entry in found.items() if not entry.resolved)
    return GradientCheck(name, index, analytic, numeric, error, len(found), unresolved)


def _indices(
    shape: tuple[int, ...], most: int | None, rng: np.random.Generator
) -> list[tuple[int, ...]]:
    """Choose at most this many places of an array."""
    size = math.prod(shape)
    flat = range(size) if most is None or most >= size else rng.choice(size, most, replace=False)
    return [tuple(int(i) for i in np.unravel_index(place, shape)) for place in flat]


def _place(parameter: str, index: tuple[int, ...]) -> str:
    return f"{parameter}[{', '.join(map(str, index))}]"
