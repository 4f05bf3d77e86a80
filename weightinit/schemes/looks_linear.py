"""The looks-linear start: a network of rectifiers that begins as a linear, orthogonal map."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit._checks import RandomSource
from weightinit.activations import Activation
from weightinit.initializers import Initializer, Orthogonal
from weightinit.networks._foreign import framework_of
from weightinit.schemes._rules import Rule, begin
from weightinit.schemes._work import Work
from weightinit.schemes.result import StartReport
from weightinit.tracing import LayerTrace

__all__ = ["looks_linear"]

_FAR = 1e-9  # how far an odd part may be from a line, of its size
_HINT = "use wi.start(model)"


def looks_linear(model: Any, x: Any = None, *, rng: RandomSource = None) -> StartReport:
    r"""
    Start a network of rectifiers so that it is a linear map at first.

    Units come in pairs with opposite weights, so that one of them passes what the other cuts off,
    and the next layer puts the halves together again. Between hidden layers

    .. math:: W = \begin{pmatrix} B & -B \\ -B & B \end{pmatrix}, \qquad
        \bigl(\phi(z), \phi(-z)\bigr) \begin{pmatrix} B \\ -B \end{pmatrix}
        = \bigl(\phi(z) - \phi(-z)\bigr) B = c\, z B,

    with an orthogonal :math:`B`, divided by :math:`c`. The first layer is :math:`(B, -B)`, the last
    :math:`(B; -B)`. Where dense layers do not narrow :math:`z`, it keeps its length. Where they do
    not widen it, the gradient for :math:`z` keeps its length on the way back.

    Parameters
    ----------
    model : Network, torch.nn.Module, keras.Model, flax.nnx.Module or (flax.linen.Module, variables)
        The model, a chain of dense and convolutional layers; its parameters are written over.
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
        An argument is none of the above; a hidden layer has an odd number of units; the model holds
        more than a chain of such layers; :math:`\phi(z) - \phi(-z)` is not proportional to z, as it
        is for relu, leaky_relu, gelu, silu and softplus, but not for tanh.

    Notes
    -----
    The paper has the pair in the activation (CReLU). With plain rectifiers the pair is in the
    weights, which is the same function at the start.

    References
    ----------
    Balduzzi et al. (2017), "The shattered gradients problem", arXiv:1702.08591.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> net = wi.looks_linear(wi.mlp([2, *[8] * 50, 4]), rng=0).model
    >>> a, b = net.forward([[1.0, 2.0], [-1.0, -2.0]])
    >>> bool(np.allclose(a, -b)), float(np.linalg.norm(a))  # sqrt(5)
    (True, 2.236068)
    """
    channels_first = framework_of(model) == "torch"
    return begin(model, x, rng, "looks_linear", lambda work: _rule(work, channels_first))


def _rule(work: Work, channels_first: bool) -> Rule:
    given: dict[str, Initializer] = {}
    before: LayerTrace | None = None
    for row in work.trace.layers:
        _check(row)
        gain, pairs_in = 1.0, 0
        if before is not None:
            pairs_in = before.units if before.activation else 0
            gain = 1 / _slope(before.activation, before.name) if before.activation else 1.0
        pairs_out = row.activation is not None and row is not work.trace.layers[-1]
        if pairs_out and row.units % 2:
            raise ValueError(
                f"model must have hidden layers of an even number of units for wi.looks_linear, "
                f"got {row.units} in {row.name}; give it {row.units + 1}"
            )
        given[row.named("weight")] = _Mirrored(
            gain=gain, inputs=pairs_in, outputs=pairs_out, channels_first=channels_first
        )
        before = row
    return Rule(given)


def _check(row: LayerTrace) -> None:
    """Raise if a layer is more than a dense or convolutional one in a chain."""
    plain = row.kind in ("dense", "conv") and row.named("weight") in row.parameters
    if not plain or row.block or row.normalized or row.pooled:
        raise ValueError(
            "model must be a chain of dense and convolutional layers without normalization and "
            f"max pooling for wi.looks_linear, got more around {row.name}; {_HINT}"
        )


def _slope(phi: Activation, layer: str) -> float:
    """Return c of phi(z) - phi(-z) = c z, or raise if there is none."""
    z = np.linspace(0.01, 8.0, 800)
    ratio = (phi(z) - phi(-z)) / z
    if not ratio.min() > 0 or np.ptp(ratio) > _FAR * ratio.max():
        raise ValueError(
            "model must have activations with phi(z) - phi(-z) proportional to z for "
            f"wi.looks_linear, such as relu or gelu, got {phi.name} after {layer}; {_HINT}"
        )
    return float(ratio[0])


@dataclass(frozen=True, kw_only=True, repr=False)
class _Mirrored(Initializer):
    """
    Draw an orthogonal matrix and repeat it with the opposite sign.

    Parameters
    ----------
    gain : float
        The gain of the matrix.
    inputs : int
        The units of the layer before, the second half of which mirrors the first; 0 if none does.
        A weight has as many inputs, or a multiple, where pixels were flattened.
    outputs : bool
        Whether the second half of the units mirrors the first.
    channels_first : bool
        Whether pixels were flattened channel by channel, as in PyTorch.
    """

    gain: float
    inputs: int
    outputs: bool
    channels_first: bool

    def _half(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        inputs = shape[-2] // 2 if self.inputs else shape[-2]
        return (*shape[:-2], inputs, shape[-1] // 2 if self.outputs else shape[-1])

    def _std(self, shape: tuple[int, ...]) -> float:
        return Orthogonal(gain=self.gain).std(self._half(shape))

    def _largest(self, shape: tuple[int, ...]) -> float:
        del shape
        return self.gain

    def _draw(
        self, shape: tuple[int, ...], rng: np.random.Generator, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        weight = Orthogonal(gain=self.gain)(self._half(shape), rng=rng, dtype=dtype)
        if self.inputs:
            half = self.inputs // 2
            split, axis = ((half, -1), -3) if self.channels_first else ((-1, half), -2)
            weight = weight.reshape(*shape[:-2], *split, weight.shape[-1])
            weight = np.concatenate([weight, -weight], axis=axis)
            weight = weight.reshape(*shape[:-1], weight.shape[-1])
        return np.concatenate([weight, -weight], axis=-1) if self.outputs else weight

    def __str__(self) -> str:
        return "orthogonal, mirrored"
