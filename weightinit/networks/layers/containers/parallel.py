"""Layers side by side."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from weightinit._messages import shown
from weightinit.networks.layers._shapes import last_size
from weightinit.networks.layers.base import Array, Gradients, Layer, Parameters, Shape
from weightinit.networks.layers.containers.chain import Chain, by_layer, check_layers, full_names

__all__ = ["Parallel"]


@dataclass(frozen=True)
class Parallel(Layer):
    r"""
    Give the same input to several layers, and put their outputs side by side.

    .. math:: y = [f_1(x), f_2(x), \dots], \qquad
        \frac{\partial L}{\partial x} = \sum_i \Bigl(\frac{\partial f_i}{\partial x}
        \Bigr)^{\!\top} \frac{\partial L}{\partial y_i}

    ``Parallel([Dense(w)] * 3)`` computes what ``Dense(3 * w)`` does, with three weights of the
    shape ``(in, w)``: queries, keys and values, each drawn with its own fans.

    Parameters
    ----------
    layers : sequence of Layer
        The layers :math:`f_i`; their outputs differ in the last axis at most.

    Raises
    ------
    TypeError, ValueError
        `layers` is not a sequence of layers; the outputs do not fit side by side.

    Examples
    --------
    >>> from weightinit.networks import Dense, Parallel
    >>> layer = Parallel([Dense(4), Dense(2)])
    >>> layer.output_shape((3,)), list(layer.parameter_shapes((3,)))
    ((6,), ['dense0.weight', 'dense0.bias', 'dense1.weight', 'dense1.bias'])
    """

    layers: Chain
    kind: ClassVar[str] = "parallel"

    def __init__(self, layers: Sequence[Layer] | Chain) -> None:
        chain = layers if isinstance(layers, Chain) else Chain(check_layers("layers", layers))
        object.__setattr__(self, "layers", chain)

    def _parameter_shapes(self, input_shape: Shape) -> dict[str, tuple[int, ...]]:
        named = self.layers.named.items()
        return full_names((name, layer.parameter_shapes(input_shape)) for name, layer in named)

    def _output_shape(self, input_shape: Shape) -> Shape:
        shapes = [layer.output_shape(input_shape) for layer in self.layers.layers]
        if len({shape[:-1] for shape in shapes}) > 1:
            raise ValueError(
                f"the outputs of {shown(self)} must differ in the last axis at most, got "
                f"{shown(shapes)}; choose layers that keep the other axes"
            )
        sizes = [last_size(self, shape) for shape in shapes]
        return (*shapes[0][:-1], sum(sizes))

    def _forward(self, parameters: Parameters, x: Array, mask: Array | None) -> tuple[Array, Any]:
        own, named = by_layer(parameters), self.layers.named.items()
        made = [layer._forward(own.get(name, {}), x, mask) for name, layer in named]
        ends = list(itertools.accumulate(y.shape[-1] for y, _ in made))
        return np.concatenate([y for y, _ in made], axis=-1), ([c for _, c in made], ends[:-1])

    def _backward(self, parameters: Parameters, cache: Any, dy: Array) -> tuple[Array, Gradients]:
        own, (caches, cuts) = by_layer(parameters), cache
        flows = zip(self.layers.named.items(), caches, np.split(dy, cuts, axis=-1), strict=True)
        made = {
            name: layer._backward(own.get(name, {}), inner, flow)
            for (name, layer), inner, flow in flows
        }
        dx = sum(np.asarray(d) for d, _ in made.values())
        return np.asarray(dx), full_names((name, own) for name, (_, own) in made.items())
