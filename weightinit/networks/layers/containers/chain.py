"""A chain of layers: the chain rule, in one place."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, TypeVar

import numpy as np

from weightinit._checks import check_items
from weightinit._messages import message, shown
from weightinit.networks.layers._rows import RowGradients, whole
from weightinit.networks.layers.base import Array, Gradients, Layer, Parameters, Shape

__all__ = ["Chain", "by_layer", "chains_in", "check_layers", "full_names", "with_chains"]

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Chain(Layer):
    r"""
    A chain of layers, :math:`y = f_L(\dots f_2(f_1(x)))`.

    A layer is named after its kind and its number among those: ``dense0``, ``relu0``, ``dense1``.
    Its parameters have its name in front: ``dense0.weight``.

    Parameters
    ----------
    layers : sequence of Layer
        The layers, in the order of the forward pass, at least one.

    Attributes
    ----------
    named : dict of str to Layer
        The layers by name.

    Raises
    ------
    TypeError, ValueError
        `layers` is not a sequence of layers, or empty.

    Examples
    --------
    >>> from weightinit.networks import ActivationLayer, Chain, Dense
    >>> chain = Chain([Dense(4), ActivationLayer("relu"), Dense(1)])
    >>> list(chain.named)
    ['dense0', 'relu0', 'dense1']
    >>> chain.parameter_shapes((2,))["dense1.weight"]
    (4, 1)
    """

    layers: tuple[Layer, ...]
    kind: ClassVar[str] = "chain"

    def __init__(self, layers: Sequence[Layer]) -> None:
        object.__setattr__(self, "layers", check_layers("layers", layers))

    @cached_property
    def named(self) -> dict[str, Layer]:
        """The layers by name, in order."""
        numbers: Counter[str] = Counter()
        named = {}
        for layer in self.layers:
            named[f"{layer.kind}{numbers[layer.kind]}"] = layer
            numbers[layer.kind] += 1
        return named

    def _check_batch(
        self, x: object, dtype: np.dtype[Any] | None = None, input_shape: Shape | None = None
    ) -> Array:
        return self.layers[0]._check_batch(x, dtype, input_shape)

    def _parameter_shapes(self, input_shape: Shape) -> dict[str, tuple[int, ...]]:
        shapes = {}
        for name, layer in self.named.items():
            shapes[name] = layer.parameter_shapes(input_shape)
            input_shape = layer.output_shape(input_shape)
        return full_names(shapes.items())

    def _output_shape(self, input_shape: Shape) -> Shape:
        for layer in self.layers:
            input_shape = layer.output_shape(input_shape)
        return input_shape

    def _outputs(self, parameters: Parameters, x: Array) -> Array:
        """Return the output; each layer's output is freed once the next is computed."""
        for y, _ in self._steps(parameters, x, None):
            x = y
        return x

    def _forward(self, parameters: Parameters, x: Array, mask: Array | None) -> tuple[Array, Any]:
        caches = []
        for y, cache in self._steps(parameters, x, mask):
            x = y
            caches.append(cache)
        return x, caches

    def _backward(
        self, parameters: Parameters, cache: Any, dy: Array
    ) -> tuple[Array | None, Gradients]:
        dx, gradients = self._go_back(parameters, cache, dy, to_input=True)
        return dx, whole(gradients)

    def _gradients(self, parameters: Parameters, cache: Any, dy: Array) -> RowGradients:
        return self._go_back(parameters, cache, dy, to_input=False)[1]

    def _steps(
        self, parameters: Parameters, x: Array, mask: Array | None
    ) -> Iterator[tuple[Array, Any]]:
        """Yield the output and the cache of each layer, from first to last."""
        own = by_layer(parameters)
        for name, layer in self.named.items():
            y, cache = layer._forward(own.get(name, {}), x, mask)
            mask = layer._mask(x, mask)
            yield y, cache
            x = y

    def _go_back(
        self, parameters: Parameters, caches: Sequence[Any], dy: Array, *, to_input: bool
    ) -> tuple[Array | None, RowGradients]:
        """Apply the chain rule from the last layer to the first, or on to the input."""
        own, gradients = by_layer(parameters), dict[str, RowGradients]()
        first, flow = next(iter(self.named)), dy
        for (name, layer), cache in zip(
            reversed(self.named.items()), reversed(caches), strict=True
        ):
            given = own.get(name, {}), cache, flow
            if name == first and not to_input:
                gradients[name] = layer._gradients(*given)
            else:
                flow, gradients[name] = layer._backward(*given)  # type: ignore[assignment]
        return flow, full_names(reversed(gradients.items()))


def chains_in(layer: Any) -> list[Chain]:
    """Return the chains that a layer holds, as a residual block its branch."""
    held = (getattr(layer, field.name) for field in fields(layer)) if is_dataclass(layer) else ()
    return [part for part in held if isinstance(part, Chain)]


def with_chains(layer: Any, change: Callable[[Chain], Chain]) -> Any:
    """Return a layer with other chains for those that it holds."""
    if not chains_in(layer):
        return layer
    held = {field.name: getattr(layer, field.name) for field in fields(layer)}
    changed = {name: change(part) for name, part in held.items() if isinstance(part, Chain)}
    return replace(layer, **changed)


def by_layer(parameters: Parameters) -> dict[str, dict[str, Array]]:
    """Group parameters by the name of their layer, the part before the first dot.

    A name without a dot, such as the scale of a residual block, is that of no layer here.
    """
    groups: dict[str, dict[str, Array]] = {}
    for full, array in parameters.items():
        name, _, local = full.partition(".")
        groups.setdefault(name, {})[local] = array
    return groups


def full_names(named: Iterable[tuple[str, Mapping[str, _Value]]]) -> dict[str, _Value]:
    """Put the layer's name before the name of what belongs to each of its parameters."""
    return {f"{name}.{local}": value for name, own in named for local, value in own.items()}


def check_layers(name: str, layers: object) -> tuple[Layer, ...]:
    """Return a sequence of layers, at least one, as a tuple."""
    hint = "write [Dense(10)]"
    given = check_items(name, layers, "a sequence of layers", hint=hint, at_least=1)
    for index, layer in enumerate(given):
        if not isinstance(layer, Layer) or isinstance(layer, Chain):
            told = "write the layers of a chain in line"
            raise TypeError(message(f"{name}[{index}]", layer, "a layer, such as Dense(10)", told))
        if index and layer.takes_tokens:
            raise ValueError(
                f"{name}[{index}], {shown(layer)}, takes tokens, not values; put it first"
            )
    return given
