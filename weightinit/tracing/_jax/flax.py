"""Record passes through modules of Flax: of nnx, and of linen with their variables."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
from flax import linen, nnx

from weightinit._messages import short, shown
from weightinit.initializers import Initializer
from weightinit.tracing._jax.batches import arguments, name_of
from weightinit.tracing._jax.recorder import JaxProbe, Model
from weightinit.tracing._models.starts import drawn

__all__ = ["probe"]

_TWO = 2  # a module of linen and its variables


def probe(model: Any, x: Any, y: Any, loss: Callable[..., Any] | None) -> JaxProbe:
    """
    Return a probe of a module of Flax.

    Parameters
    ----------
    model : nnx.Module or (linen.Module, variables)
        The module.
    x : array_like, or tuple or dict of such
        The batch.
    y : array_like or None
        Labels or targets.
    loss : callable or None
        A loss of outputs and `y`.

    Returns
    -------
    JaxProbe
        The probe.

    Raises
    ------
    TypeError, ValueError
        Variables are missing, or `x` or `y` do not fit.
    """
    arrays, call = arguments(x)
    made = _of_nnx(model, call) if isinstance(model, nnx.Module) else _of_linen(model, call)
    return JaxProbe.of(made, arrays, y, loss)


class _Leaves:
    """The parameters in a tree of JAX, by the paths that lead to them."""

    def __init__(self, tree: Any) -> None:
        found, self.tree = jax.tree_util.tree_flatten_with_path(tree)
        whole = (path[:-1] if hasattr(path[-1], "name") else path for path, _ in found)
        self.paths = {".".join(name_of(path)): name_of(path) for path in whole}
        self.named = {name: leaf for name, (_, leaf) in zip(self.paths, found, strict=True)}

    def with_arrays(self, arrays: Mapping[str, Any]) -> Any:
        """Return the tree with arrays in the place of parameters of these names."""
        return self.tree.unflatten([arrays.get(name, leaf) for name, leaf in self.named.items()])

    def draw(self, name: str, init: Initializer, shape: tuple[int, ...]) -> str:
        """Return an expression that draws a parameter, whose shape is given in our layout."""
        kind, number = drawn(init, shape)
        given = "" if kind == "zeros" else f"({number:g})"
        # a key of its own for each parameter: equal shapes would get equal weights from one key
        key = f"jax.random.fold_in(key, {list(self.paths).index(name)})"
        return f"jax.nn.initializers.{kind}{given}({key}, {tuple(self.named[name].shape)})"


def _of_linen(model: Any, call: Callable[..., Any]) -> Model:
    module, variables = _checked(model)
    boxes = linen.meta.unbox(variables)
    leaves = _Leaves(boxes["params"])
    rest = {key: value for key, value in boxes.items() if key != "params"}
    state, state_tree = jax.tree.flatten(rest)

    def function(parameters: list[Any], held: list[Any], inputs: list[Any]) -> Any:
        args, kwargs = call(inputs)
        whole = {"params": leaves.tree.unflatten(parameters), **state_tree.unflatten(held)}
        rngs = {"dropout": jax.random.key(0)}
        made = module.apply(whole, *args, **kwargs, rngs=rngs, mutable=list(rest))
        return made[0]

    def assign(parameters: Mapping[str, Any]) -> Any:
        return {**boxes, "params": leaves.with_arrays(parameters)}

    def code(name: str, init: Initializer, shape: tuple[int, ...]) -> str:
        keys = "".join(f'["{key}"]' for key in leaves.paths[name])
        return f"params{keys} = {leaves.draw(name, init, shape)}"

    return Model(function, leaves.named, state, assign, code)


def _checked(model: Any) -> tuple[Any, Mapping[str, Any]]:
    """Return a module of linen and its variables."""
    way = "give (module, variables), as from variables = module.init(key, x)"
    if not isinstance(model, tuple):
        raise TypeError(f"model must come with its variables, got {short(repr(model))}; {way}")
    if len(model) != _TWO or not isinstance(model[1], Mapping):
        raise TypeError(
            f"model must be a module and a mapping of variables, got {shown(model)}; {way}"
        )
    if "params" not in model[1]:
        raise ValueError(f'variables must have "params", got {shown(list(model[1]))}; {way}')
    return model[0], model[1]


def _of_nnx(model: Any, call: Callable[..., Any]) -> Model:
    graph, params, rest = nnx.split(model, nnx.Param, ...)
    leaves = _Leaves(params)
    state, state_tree = jax.tree.flatten(rest)

    def function(parameters: list[Any], held: list[Any], inputs: list[Any]) -> Any:
        args, kwargs = call(inputs)
        copy = nnx.merge(graph, leaves.tree.unflatten(parameters), state_tree.unflatten(held))
        return copy(*args, **kwargs)

    def assign(parameters: Mapping[str, Any]) -> Any:
        nnx.update(model, leaves.with_arrays(parameters))
        return model

    def code(name: str, init: Initializer, shape: tuple[int, ...]) -> str:
        steps = (f"[{key}]" if key.isdigit() else f".{key}" for key in leaves.paths[name])
        return f"model{''.join(steps)}[...] = {leaves.draw(name, init, shape)}"

    return Model(function, leaves.named, state, assign, code)
