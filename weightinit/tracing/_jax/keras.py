"""Record passes through models of Keras, on JAX."""

import importlib
from collections.abc import Callable, Mapping
from typing import Any

import keras

from weightinit._messages import shown
from weightinit.initializers import Initializer
from weightinit.tracing._probe import Probe

__all__ = ["probe"]


def probe(model: Any, x: Any, y: Any, loss: Callable[..., Any] | None) -> Probe:
    """
    Return a probe of a model of Keras.

    Parameters
    ----------
    model : keras.Model
        The model, built.
    x, y, loss
        As for :func:`weightinit.trace`.

    Returns
    -------
    Probe
        The probe.

    Raises
    ------
    TypeError, ValueError
        The backend of Keras is not JAX, or `x` or `y` do not fit.
    RuntimeError
        The model has no weights yet.
    """
    backend = keras.config.backend()
    if backend != "jax":
        raise ValueError(
            f"model must be of Keras on JAX, got one on {shown(backend)}; set "
            'KERAS_BACKEND="jax" before Keras is imported, and load the model again'
        )
    if not model.built:
        raise RuntimeError(
            "model has no weights yet: call it on a batch once, or model.build(shape)"
        )
    batches = importlib.import_module("weightinit.tracing._jax.batches")
    recorder = importlib.import_module("weightinit.tracing._jax.recorder")
    arrays, call = batches.arguments(x)
    probed: Probe = recorder.JaxProbe.of(_of_keras(model, call, recorder.Model), arrays, y, loss)
    return probed


def _of_keras(model: Any, call: Callable[..., Any], make: Callable[..., Any]) -> Any:
    variables = _parameters(model)
    names = {variable.path.replace("/", "."): variable for variable in variables}
    own = set(map(id, variables))
    others = [variable for variable in model.variables if id(variable) not in own]

    def function(parameters: list[Any], held: list[Any], inputs: list[Any]) -> Any:
        values = dict(zip(map(id, names.values()), parameters, strict=True))
        values |= dict(zip(map(id, others), held, strict=True))
        args, kwargs = call(inputs)
        trained = [values[id(variable)] for variable in model.trainable_variables]
        fixed = [values[id(variable)] for variable in model.non_trainable_variables]
        return model.stateless_call(trained, fixed, *args, **kwargs, training=False)[0]

    def assign(parameters: Mapping[str, Any]) -> Any:
        for name, array in parameters.items():
            names[name].assign(array)
        return model

    def code(name: str, init: Initializer, shape: tuple[int, ...]) -> str:
        drawn = importlib.import_module("weightinit.tracing._jax.batches").drawn
        kind, number = drawn(init, shape)
        words = {
            "zeros": "Zeros()",
            "constant": f"Constant({number:g})",
            "orthogonal": f"Orthogonal(gain={number:g})",
            "normal": f"RandomNormal(stddev={number:g})",
        }
        target, theirs = _target(model, names[name]), tuple(names[name].shape)
        return f"{target}.assign(keras.initializers.{words[kind]}({theirs}))"

    return make(
        function,
        {name: variable.value for name, variable in names.items()},
        [variable.value for variable in others],
        assign,
        code,
    )


def _parameters(model: Any) -> list[Any]:
    """Return the variables that are trained, with those of layers that are frozen."""
    found = [*model.trainable_variables]
    for layer in model._flatten_layers():
        if not layer.trainable:
            found += layer._trainable_variables
    return list({id(variable): variable for variable in found}.values())


def _target(model: Any, variable: Any) -> str:
    """Return an expression for a variable of a model."""
    *layers, last = variable.path.split("/")
    for layer in model.layers:
        if layers[-1:] == [layer.name] and getattr(layer, last, None) is variable:
            return f'model.get_layer("{layer.name}").{last}'
    return f'{{v.path: v for v in model.variables}}["{variable.path}"]'
