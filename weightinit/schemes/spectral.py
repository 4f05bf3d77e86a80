"""The spectral condition: weights whose largest singular value does not depend on width."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit._checks import RandomSource
from weightinit.activations import linear
from weightinit.fans import compute_fans
from weightinit.gains import gain
from weightinit.initializers import Initializer, Orthogonal
from weightinit.schemes._rules import Rule, begin
from weightinit.schemes._work import Work
from weightinit.schemes.result import StartReport

__all__ = ["spectral"]


def spectral(model: Any, x: Any = None, *, rng: RandomSource = None) -> StartReport:
    r"""
    Start each weight with a spectral norm of the square root of outputs over inputs.

    A layer whose weight has the largest singular value

    .. math:: \lVert W \rVert_2 = g \sqrt{\frac{n_\text{out}}{n_\text{in}}}

    multiplies the root mean square of no input by more than :math:`g`, the :func:`gain` of its
    activation. The weight is orthogonal times that number, so that its singular values are equal,
    and its std is
    :math:`g \min(1, \sqrt{n_\text{out} / n_\text{in}}) / \sqrt{n_\text{in}}`.

    Parameters
    ----------
    model : Network, torch.nn.Module, keras.Model, flax.nnx.Module or (flax.linen.Module, variables)
        The model; its parameters are written over, as by :func:`start`.
    x : array_like, shape (n, ...), or tuple or dict of such, optional
        A batch of samples, which shows what parameters are for. A Network does without.
    rng : int or Generator, optional
        Whatever :func:`numpy.random.default_rng` takes.

    Returns
    -------
    StartReport
        The model, and a table of what each parameter started from.

    Raises
    ------
    RuntimeError
        A model of another framework has no weights yet.
    TypeError, ValueError
        An argument is none of the above.

    Notes
    -----
    :math:`n_\text{in}` counts the inputs of a unit, in a kernel over its pixels. Embeddings look
    up a row and sum nothing: they start as by :func:`start`. The condition asks the same of
    updates, which learning rates see to: :func:`mu_parametrization` has them.

    References
    ----------
    Yang, Simon and Bernstein (2023), "A spectral condition for feature learning", arXiv:2310.17813.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> net = wi.spectral(wi.mlp([16, 64, 4], "linear"), rng=0).model
    >>> [float(np.linalg.norm(net.parameters[f"dense{i}.weight"], 2)) for i in (0, 1)]
    [2.0, 0.25]
    """

    def rule(work: Work) -> Rule:
        return Rule(
            {
                row.named("weight"): _Spectral(gain=gain(row.activation or linear))
                for row in work.trace.layers
                if row.named("weight") in row.parameters and row.kind != "embedding"
            }
        )

    return begin(model, x, rng, "spectral", rule)


@dataclass(frozen=True, kw_only=True, repr=False)
class _Spectral(Initializer):
    """
    Draw an orthogonal matrix, times the root of outputs over inputs.

    Parameters
    ----------
    gain : float
        What the spectral norm is besides.
    """

    gain: float

    def _orthogonal(self, shape: tuple[int, ...]) -> Orthogonal:
        return Orthogonal(gain=self.gain * math.sqrt(shape[-1] / compute_fans(shape).fan_in))

    def _std(self, shape: tuple[int, ...]) -> float:
        return self._orthogonal(shape).std(shape)

    def _largest(self, shape: tuple[int, ...]) -> float:
        return self._orthogonal(shape).gain

    def _draw(
        self, shape: tuple[int, ...], rng: np.random.Generator, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        return self._orthogonal(shape)(shape, rng=rng, dtype=dtype)

    def __str__(self) -> str:
        return f"spectral norm x {self.gain:.3g}"
