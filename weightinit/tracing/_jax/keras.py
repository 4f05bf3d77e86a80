"""Record passes through models of Keras on JAX."""

from collections.abc import Callable
from typing import Any

from weightinit.tracing._jax.batches import arguments
from weightinit.tracing._jax.recorder import JaxProbe, Model
from weightinit.tracing._models.keras import Variables

__all__ = ["probe"]


def probe(variables: Variables, x: Any, y: Any, loss: Callable[..., Any] | None) -> JaxProbe:
    """Return a probe of a model of Keras, by its variables."""
    arrays, call = arguments(x)

    def function(parameters: list[Any], held: list[Any], inputs: list[Any]) -> Any:
        return variables.call(parameters, held, *call(inputs))

    parameters = {name: variable.value for name, variable in variables.parameters.items()}
    state = [variable.value for variable in variables.others]
    model = Model(function, parameters, state, variables.assign, variables.code)
    return JaxProbe.of(model, arrays, y, loss)
