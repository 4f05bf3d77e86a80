"""Layers one behind the other: the chain rule, in one place."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, ClassVar, NamedTuple, TypeVar

import numpy as np

from weightinit._checks import check_items
from weightinit._messages import message, shown
from weightinit.networks._passes import Cache, check_backward, check_forward
from weightinit.networks.base import Array, Gradients, Layer, Parameters, Shape

__all__ = ["Chain", "Step", "check_layers"]

_T = TypeVar("_T")


class Step(NamedTuple):
    """
    What one layer of a chain did on the way forward.

    Attributes
    ----------
    name : str
        The name of the layer: ``dense0``.
    y : ndarray, shape (n, ...)
        Its output.
    cache : object
        For its backward pass.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.networks import ActivationLayer, Chain
    >>> [(name, y)] = [(s.name, s.y) for s in Chain([ActivationLayer("relu")]).steps({}, np.eye(2))]
    >>> name
    'relu0'
    """

    name: str
    y: Array
    cache: Any


@dataclass(frozen=True)
class Chain(Layer):
    r"""
    Layers one behind the other, :math:`y = f_L(\dots f_2(f_1(x)))`.

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

    def steps(self, parameters: Parameters, x: Array, mask: Array | None = None) -> Iterator[Step]:
        """
        Go forward, one layer at a time.

        Parameters
        ----------
        parameters : mapping of str to ndarray
            The arrays that ``parameter_shapes`` declares.
        x : ndarray, shape (n, ...)
            A batch of samples.
        mask : ndarray of bool, shape (n, T), optional
            Which time steps count.

        Yields
        ------
        Step
            What each layer made of the output of the one before. What is not finite goes on.

        Raises
        ------
        TypeError, ValueError
            The arguments are not those of a forward pass of this chain.
        """
        return _quietly(self._steps(*check_forward(self, parameters, x, mask, finite=False)))

    def _steps(self, parameters: Parameters, x: Array, mask: Array | None) -> Iterator[Step]:
        own = _by_layer(parameters)
        for name, layer in self.named.items():
            y, content = layer._forward(own.get(name, {}), x, mask)
            mask = layer._mask(x, mask)
            yield Step(name, y, Cache(layer, x.shape[1:], y.shape, y.dtype, content))
            x = y

    def steps_back(
        self, parameters: Parameters, caches: Sequence[Any], dy: Array
    ) -> Iterator[tuple[str, Array | None, Gradients]]:
        r"""
        Go back, one layer at a time, from the last to the first: the chain rule.

        Parameters
        ----------
        parameters : mapping of str to ndarray
            The arrays that the forward pass was given.
        caches : sequence of object
            The caches of the steps forward.
        dy : ndarray, shape (n, ...)
            The gradient with respect to the output of the chain.

        Yields
        ------
        name : str
            The layer.
        dx : ndarray, shape (n, ...), or None
            The gradient with respect to the input of the layer.
        gradients : dict of str to ndarray
            The gradients of its parameters, by their names in the layer. What is not finite goes
            on.

        Raises
        ------
        TypeError, ValueError
            The arguments are not those of a backward pass of this chain.
        """
        caches = caches if isinstance(caches, Cache) else self._joined(caches)
        own, flow = check_backward(self, parameters, caches, dy, finite=False)
        return _quietly(self._steps_back(own, caches.content, flow))

    def _joined(self, caches: object) -> Cache:
        """Return the cache of the chain that those of its layers make."""
        allowed, hint = "the caches of the steps forward", "write [step.cache for step in steps]"
        n = len(self.layers)
        own = check_items("caches", caches, allowed, hint=hint, at_least=n, most=n)
        for place, (cache, layer) in enumerate(zip(own, self.layers, strict=True)):
            if not isinstance(cache, Cache) or cache.layer != layer:
                raise TypeError(message(f"caches[{place}]", cache, f"of {shown(layer)}", hint))
        return Cache(self, own[0].input_shape, own[-1].y_shape, own[-1].dtype, own)

    def _steps_back(
        self, parameters: Parameters, caches: Sequence[Cache], dy: Array
    ) -> Iterator[tuple[str, Array | None, Gradients]]:
        own = _by_layer(parameters)
        flow: Array | None = dy
        for (name, layer), cache in zip(
            reversed(self.named.items()), reversed(caches), strict=True
        ):
            assert flow is not None  # only the first layer takes integers
            flow, gradients = layer._backward(own.get(name, {}), cache.content, flow)
            yield name, flow, gradients

    def _check_batch(self, x: object, dtype: np.dtype[Any] | None = None) -> Array:
        return self.layers[0]._check_batch(x, dtype)

    def _parameter_shapes(self, input_shape: Shape) -> dict[str, tuple[int, ...]]:
        shapes = {}
        for name, layer in self.named.items():
            own = layer.parameter_shapes(input_shape)
            shapes.update({f"{name}.{local}": shape for local, shape in own.items()})
            input_shape = layer.output_shape(input_shape)
        return shapes

    def _output_shape(self, input_shape: Shape) -> Shape:
        for layer in self.layers:
            input_shape = layer.output_shape(input_shape)
        return input_shape

    def _forward(self, parameters: Parameters, x: Array, mask: Array | None) -> tuple[Array, Any]:
        steps = list(self._steps(parameters, x, mask))
        return steps[-1].y, [step.cache for step in steps]

    def _backward(
        self, parameters: Parameters, cache: Any, dy: Array
    ) -> tuple[Array | None, Gradients]:
        steps = list(self._steps_back(parameters, cache, dy))
        return steps[-1][1], _full_names((name, own) for name, _, own in reversed(steps))

    def _gradients(self, parameters: Parameters, cache: Any, dy: Array) -> Gradients:
        behind = list(islice(self._steps_back(parameters, cache, dy), len(self.layers) - 1))
        flow = behind[-1][1] if behind else dy
        assert flow is not None  # only the first layer takes integers
        name, first = next(iter(self.named.items()))
        own = first._gradients(_by_layer(parameters).get(name, {}), cache[0].content, flow)
        return _full_names([(name, own), *((name, own) for name, _, own in reversed(behind))])


def _quietly(steps: Iterator[_T]) -> Iterator[_T]:
    """Let what is not finite go on without a warning: it shows in the steps."""
    while True:
        with np.errstate(all="ignore"):
            step = next(steps, None)
        if step is None:
            return
        yield step


def _by_layer(parameters: Parameters) -> dict[str, dict[str, Array]]:
    """Group parameters by the name of their layer, which is what stands before the first dot."""
    groups: dict[str, dict[str, Array]] = {}
    for full, array in parameters.items():
        name, _, local = full.partition(".")
        groups.setdefault(name, {})[local] = array
    return groups


def _full_names(own: Iterable[tuple[str, Gradients]]) -> Gradients:
    """Put the name of its layer in front of each gradient."""
    return {
        f"{name}.{local}": gradient
        for name, gradients in own
        for local, gradient in gradients.items()
    }


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
