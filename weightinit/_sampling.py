"""Activations as functions to sample, with checks that say what is wrong."""

import reprlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit import activations
from weightinit._quadrature import Function, TooLargeError
from weightinit.activations import Activation

__all__ = ["ActivationLike", "known", "phi_and_derivative", "sampled"]

_Array = NDArray[Any]
_Callable = Callable[[Any], Any]

#: A name, an Activation, or any vectorized callable from an array to an array of its shape.
ActivationLike = str | Activation | _Callable


def known(activation: ActivationLike) -> Activation | None:
    """Return the activation that a name stands for; None for a plain callable."""
    if isinstance(activation, str | Activation) or not callable(activation):
        return activations.get(activation)
    return None


def phi_and_derivative(activation: ActivationLike) -> tuple[_Callable, _Callable | None]:
    """Return the function of an activation, and its derivative if that is known."""
    phi = known(activation)
    if phi is None:
        return activation, None  # type: ignore[return-value]  # no name, so a callable
    given = phi.parameters  # past the checks of a call: what is not finite has its meaning
    return lambda x: phi.function(x, *given), lambda x: phi.derivative_function(x, *given)


def sampled(function: _Callable, span: float) -> Function:
    """Wrap `function` so that it takes and returns 2-D float64, or says what is wrong.

    It will be asked for values from -span to span.
    """

    def sample(x: _Array) -> tuple[_Array, np.dtype[Any]]:
        flat = x.ravel()
        values = _values(function, flat)
        if values.dtype.kind not in "fiub":
            raise TypeError(
                f"activation must return real numbers, got dtype {values.dtype} from "
                f"{_shown(function)}; return an array of float64"
            )
        if values.shape != flat.shape:
            raise ValueError(
                "activation must map an array to an array of its shape, got shape "
                f"{values.shape} for {flat.shape}; wrap a scalar function in np.vectorize"
            )
        bad = ~np.isfinite(values)
        if bad.any():
            nearest = np.abs(flat[bad]).argmin()
            value = values[bad][nearest]
            raise (ValueError if np.isnan(value) else TooLargeError)(
                f"activation must be finite on [-{span:g}, {span:g}], got {value} at "
                f"z = {flat[bad][nearest]:.6g}; clip its input"
            )
        rounded = values.dtype.kind == "f" and values.itemsize < flat.itemsize
        return values.astype(np.float64).reshape(x.shape), (values if rounded else flat).dtype

    return sample


def _values(function: _Callable, x: _Array) -> _Array:
    try:
        with np.errstate(all="ignore"):  # whatever goes wrong shows in the values
            return np.asarray(function(x.copy()))
    except Exception as error:
        raise TypeError(
            f"activation must map a NumPy array to one, but {_shown(function)} raised "
            f"{_shown(error)}; wrap it: np.vectorize(f) for a function of one number, "
            "lambda z: f(torch.from_numpy(z)).numpy() for one of PyTorch"
        ) from error


def _shown(value: object) -> str:
    shortened = reprlib.Repr()
    shortened.maxother = 140 if isinstance(value, Exception) else 60
    return shortened.repr(value)
