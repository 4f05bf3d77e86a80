"""Models of Keras on the backends that are served: variables by name, and starts to paste."""

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from weightinit._messages import shown
from weightinit.initializers import Initializer
from weightinit.tracing._models.starts import drawn
from weightinit.tracing._probe import Probe

__all__ = ["Variables", "probe"]

#: Where the recorder of a backend is.
_RECORDERS = {
    "jax": "weightinit.tracing._jax.keras",
    "torch": "weightinit.tracing._torch.keras",
}


def probe(model: Any, x: Any, y: Any, loss: Callable[..., Any] | None) -> Probe:
    """
    Return a probe of a model of Keras.

    Parameters
    ----------
    model : keras.Model
        The model, built.
    x : array_like, or tuple or dict of such
        The batch.
    y : array_like or None
        Labels or targets.
    loss : callable or None
        A loss of outputs and `y`.

    Returns
    -------
    Probe
        The probe.

    Raises
    ------
    TypeError, ValueError
        The backend of Keras is neither JAX nor PyTorch, or `x` or `y` do not fit.
    RuntimeError
        The model has no weights yet.
    """
    backend = importlib.import_module("keras").config.backend()
    if backend not in _RECORDERS:
        raise ValueError(
            f"model must be of Keras on JAX or PyTorch, got one on {shown(backend)}; save it with "
            'model.save("model.keras"), and load it where KERAS_BACKEND="jax" or "torch" is set '
            "first"
        )
    if not model.built:
        raise RuntimeError(
            "model has no weights yet: call it on a batch once, or model.build(shape)"
        )
    made: Probe = importlib.import_module(_RECORDERS[backend]).probe(Variables(model), x, y, loss)
    return made


class Variables:
    """
    The variables of a model of Keras.

    Parameters
    ----------
    model : keras.Model
        The model.

    Attributes
    ----------
    parameters : dict of str to keras.Variable
        Those that are trained, with those of frozen layers, by their paths with dots.
    others : list of keras.Variable
        What else the model holds: running statistics.
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        found = {id(variable): variable for variable in _trained(model)}
        self.parameters = {v.path.replace("/", "."): v for v in found.values()}
        if len(self.parameters) < len(found):
            paths = [variable.path for variable in found.values()]
            twice = next(path for path in paths if paths.count(path) > 1)
            raise ValueError(
                f"variables of model must have paths of their own, got {shown(twice)} twice; give "
                "the layers different names"
            )
        self.others = [variable for variable in model.variables if id(variable) not in found]

    def call(self, parameters: list[Any], held: list[Any], args: Any, kwargs: Any) -> Any:
        """
        Return the outputs with other values of parameters and of the other variables.

        As `fit` computes them: before training, running statistics of 0 and 1 normalize nothing.
        """
        values = dict(zip(map(id, self.parameters.values()), parameters, strict=True))
        values |= dict(zip(map(id, self.others), held, strict=True))
        trained = [values[id(variable)] for variable in self.model.trainable_variables]
        fixed = [values[id(variable)] for variable in self.model.non_trainable_variables]
        return self.model.stateless_call(trained, fixed, *args, **kwargs, training=True)[0]

    def assign(self, parameters: Mapping[str, Any]) -> Any:
        """Write arrays into the parameters of these names, and return the model."""
        for name, array in parameters.items():
            self.parameters[name].assign(array)
        return self.model

    def code(self, name: str, init: Initializer, shape: tuple[int, ...]) -> str:
        """Return a line that starts a parameter, whose shape is given in our layout."""
        kind, number = drawn(init, shape)
        words = {
            "zeros": "Zeros()",
            "constant": f"Constant({number:g})",
            "orthogonal": f"Orthogonal(gain={number:g})",
            "normal": f"RandomNormal(stddev={number:g})",
        }
        variable = self.parameters[name]
        drawing = f"keras.initializers.{words[kind]}({tuple(variable.shape)})"
        return f"{_target(self.model, variable)}.assign({drawing})"


def _trained(model: Any) -> list[Any]:
    """Return the variables that are trained, with those of layers that are frozen."""
    frozen = (layer for layer in model._flatten_layers() if not layer.trainable)
    return [
        *model.trainable_variables,
        *(variable for layer in frozen for variable in layer._trainable_variables),
    ]


def _target(model: Any, variable: Any) -> str:
    """Return an expression for a variable of a model."""
    *layers, last = variable.path.split("/")
    for layer in model.layers:
        if layers[-1:] == [layer.name] and getattr(layer, last, None) is variable:
            return f'model.get_layer("{layer.name}").{last}'
    return f'{{v.path: v for v in model.variables}}["{variable.path}"]'
