"""Arrays of lengths, variances and correlations: checked, and answered in their shape."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weightinit._arrays import check_array as check_real_array
from weightinit._messages import shown

__all__ = ["broadcast", "check_array", "check_variances", "over_arrays"]

_Array = NDArray[Any]

_LEAST, _MOST = 1e-200, 1e200  # of a length: beyond, squares are no floats


def check_array(
    name: str, value: ArrayLike, *, least: float = _LEAST, most: float = _MOST
) -> _Array:
    """Return an array of numbers from `least` to `most`, and 0, which stands for itself."""
    allowed = "a real number or an array of them"
    with np.errstate(over="ignore"):  # of a long double: inf, which is refused below
        array = check_real_array(name, value, allowed, kinds="fiu").astype(np.float64)
    good = (array == 0) | ((array >= least) & (array <= most))
    if not good.all():
        zero = "0, or " if least > 0 else ""
        raise ValueError(
            f"{name} must be {zero}between {least:g} and {most:g}, got {array[~good][0]:g}"
        )
    return array


def check_variances(weight_variance: ArrayLike, bias_variance: ArrayLike) -> tuple[_Array, _Array]:
    """Return both as arrays."""
    weights = check_array("weight_variance", weight_variance, least=0)
    return weights, check_array("bias_variance", bias_variance, least=0)


def broadcast(*arrays: _Array) -> tuple[_Array, ...]:
    """Return the arrays in the one shape that they are broadcast to, or raise."""
    try:
        return np.broadcast_arrays(*arrays)
    except ValueError:
        got = ", ".join(shown(array.shape) for array in arrays)
        raise ValueError(
            "weight_variance, bias_variance and what else is given must have shapes that NumPy can "
            f"broadcast, got {got}; give numbers, or arrays of one shape"
        ) from None


def over_arrays(function: Callable[..., _Array], *arrays: _Array) -> Any:
    """Call a function of flat arrays with the broadcast ones; of numbers alone make a float."""
    full = broadcast(*arrays)
    found = function(*(array.ravel() for array in full))
    return found.reshape(full[0].shape) if full[0].ndim else found.item()
