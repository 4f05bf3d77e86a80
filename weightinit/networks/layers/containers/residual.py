"""Residual connections."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from weightinit._checks import check_real
from weightinit._messages import shown
from weightinit.networks.layers.base import Array, Gradients, Layer, Parameters, Shape
from weightinit.networks.layers.containers.chain import Chain, check_layers

__all__ = ["Residual"]

_TRAINED = "leave it out for a scalar that is trained"


@dataclass(frozen=True)
class Residual(Layer):
    r"""
    A branch added to the identity, :math:`y = x + \alpha f(x)`, with a trainable scalar.

    .. math::
        \frac{\partial L}{\partial \alpha} = \sum \frac{\partial L}{\partial y} f(x), \qquad
        \frac{\partial L}{\partial x} = \frac{\partial L}{\partial y}
        + \Bigl(\frac{\partial f}{\partial x}\Bigr)^{\!\top} \alpha \frac{\partial L}{\partial y}

    The scalar :math:`\alpha` is the parameter ``scale``. It starts at 1; started at 0 (ReZero,
    SkipInit) it makes the whole layer the identity. With a number as `scale` it is that constant,
    and no parameter.

    Parameters
    ----------
    branch : sequence of Layer
        The layers of :math:`f`, whose output must be shaped like the input.
    scale : float, optional
        A constant :math:`\alpha`; left out, it is trained.

    Raises
    ------
    TypeError, ValueError
        `branch` is not a sequence of layers, `scale` no finite number; the output of the branch
        has another shape than its input.

    References
    ----------
    He, Zhang, Ren and Sun (2016), arXiv:1512.03385; De and Smith (2020), arXiv:2002.10444;
    Bachlechner et al. (2020), arXiv:2003.04887.

    Examples
    --------
    >>> from weightinit.networks import ActivationLayer, Dense, Residual
    >>> block = Residual([Dense(8), ActivationLayer("relu"), Dense(4)])
    >>> list(block.parameter_shapes((4,)))
    ['scale', 'dense0.weight', 'dense0.bias', 'dense1.weight', 'dense1.bias']
    >>> list(Residual([Dense(4)], scale=0.5).parameter_shapes((4,)))
    ['dense0.weight', 'dense0.bias']
    """

    branch: Chain
    scale: float | None = None
    kind: ClassVar[str] = "residual"

    def __init__(self, branch: Sequence[Layer] | Chain, scale: float | None = None) -> None:
        chain = branch if isinstance(branch, Chain) else Chain(check_layers("branch", branch))
        object.__setattr__(self, "branch", chain)
        constant = None if scale is None else check_real("scale", scale, hint=_TRAINED)
        object.__setattr__(self, "scale", constant)

    def _parameter_shapes(self, input_shape: Shape) -> dict[str, tuple[int, ...]]:
        own: dict[str, tuple[int, ...]] = {"scale": ()} if self.scale is None else {}
        return own | self.branch.parameter_shapes(input_shape)

    def _output_shape(self, input_shape: Shape) -> Shape:
        output_shape = self.branch.output_shape(input_shape)
        if output_shape != input_shape:
            raise ValueError(
                f"the branch of a Residual must keep the input_shape, got {shown(input_shape)} in "
                f"and {shown(output_shape)} out; end it with a layer of the right size"
            )
        return input_shape

    def _factor(self, parameters: Parameters, x: Array) -> Array:
        return parameters["scale"] if self.scale is None else np.asarray(self.scale, x.dtype)

    def _forward(self, parameters: Parameters, x: Array, mask: Array | None) -> tuple[Array, Any]:
        f, cache = self.branch._forward(parameters, x, mask)
        return x + self._factor(parameters, f) * f, (f, cache)

    def _backward(self, parameters: Parameters, cache: Any, dy: Array) -> tuple[Array, Gradients]:
        f, inner = cache
        dx, gradients = self.branch._backward(parameters, inner, self._factor(parameters, f) * dy)
        own = {"scale": np.asarray(np.vdot(dy, f))} if self.scale is None else {}
        return dy + dx, own | gradients
