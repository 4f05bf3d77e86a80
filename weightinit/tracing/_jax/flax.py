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


def _of_linen(model: Any, call: Callable[..., Any]) -> Model:
    module, variables = _checked(model)
    boxes = linen.meta.unbox(variables)
    leaves, tree = jax.tree_util.tree_flatten_with_path(boxes["params"])
    names = [".".join(name_of(path)) for path, _ in leaves]
    rest = {key: value for key, value in boxes.items() if key != "params"}
    state, state_tree = jax.tree.flatten(rest)

    def function(parameters: list[Any], held: list[Any], inputs: list[Any]) -> Any:
        args, kwargs = call(inputs)
        whole = {"params": tree.unflatten(parameters), **state_tree.unflatten(held)}
        rngs = {"dropout": jax.random.key(0)}
        made = module.apply(whole, *args, **kwargs, rngs=rngs, mutable=list(rest))
        return made[0]

    def assign(parameters: Mapping[str, Any]) -> Any:
        values = [parameters.get(name, leaf) for name, (_, leaf) in zip(names, leaves, strict=True)]
        return {**boxes, "params": tree.unflatten(values)}

    def code(name: str, init: Initializer, shape: tuple[int, ...]) -> str:
        place = names.index(name)
        target = "params" + "".join(f'["{key}"]' for key in name_of(leaves[place][0]))
        return f"{target} = {_draw(init, shape, leaves[place][1].shape, place)}"

    parameters = {name: leaf for name, (_, leaf) in zip(names, leaves, strict=True)}
    return Model(function, parameters, state, assign, code)


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
    leaves, tree = jax.tree_util.tree_flatten_with_path(params)
    paths = [name_of(path[:-1] if hasattr(path[-1], "name") else path) for path, _ in leaves]
    names = [".".join(path) for path in paths]
    state, state_tree = jax.tree.flatten(rest)

    def function(parameters: list[Any], held: list[Any], inputs: list[Any]) -> Any:
        args, kwargs = call(inputs)
        copy = nnx.merge(graph, tree.unflatten(parameters), state_tree.unflatten(held))
        return copy(*args, **kwargs)

    def assign(parameters: Mapping[str, Any]) -> Any:
        values = [parameters.get(name, leaf) for name, (_, leaf) in zip(names, leaves, strict=True)]
        nnx.update(model, tree.unflatten(values))
        return model

    def code(name: str, init: Initializer, shape: tuple[int, ...]) -> str:
        place = names.index(name)
        steps = (f"[{key}]" if key.isdigit() else f".{key}" for key in paths[place])
        target = "model" + "".join(steps)
        return f"{target}[...] = {_draw(init, shape, leaves[place][1].shape, place)}"

    parameters = {name: leaf for name, (_, leaf) in zip(names, leaves, strict=True)}
    return Model(function, parameters, state, assign, code)


def _draw(init: Initializer, shape: tuple[int, ...], theirs: tuple[int, ...], place: int) -> str:
    kind, number = drawn(init, shape)
    given = "" if kind == "zeros" else f"({number:g})"
    # a key of its own for each parameter: equal shapes would get equal weights from one key
    return f"jax.nn.initializers.{kind}{given}(jax.random.fold_in(key, {place}), {tuple(theirs)})"
