"""Check the arrays that an optimizer is given."""

from collections.abc import Mapping

import numpy as np

from weightinit._checks import check_mapping
from weightinit._messages import message, shown
from weightinit.networks.layers.base import Array

__all__ = ["check_arrays"]


def check_arrays(
    argument: str, arrays: Mapping[str, Array], shapes: Mapping[str, tuple[int, ...]] | None = None
) -> dict[str, Array]:
    """Return arrays of floats by name, with the expected names and shapes."""
    own = "parameters" if argument == "parameters" else "loss_and_gradients(x, y)[1]"
    hint = f"take net.{own}"
    given = check_mapping(argument, arrays, "a mapping from names to arrays", hint=hint)
    if shapes is not None and given.keys() != shapes.keys():
        raise ValueError(
            f"{argument} must be named {shown(list(shapes))}, got {shown(list(given))}; {hint}"
        )
    for name, array in given.items():
        if type(array) is not np.ndarray or array.dtype.kind != "f":  # a subclass may run Python
            place = f"{argument}[{shown(name)}]"
            raise TypeError(message(place, array, "a NumPy array of floats", hint))
        if shapes is not None and array.shape != shapes[name]:
            place = f"{argument}[{shown(name)}]"
            raise ValueError(f"{place} must be of shape {shapes[name]}, got {array.shape}; {hint}")
    return given
