"""An activation function as a value: its name, phi, phi' and their parameters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weightinit._arrays import check_array
from weightinit._checks import check_instance, check_items, check_real
from weightinit._messages import message, short, shown

__all__ = ["Activation"]

_Array = NDArray[Any]


@dataclass(frozen=True, repr=False)
class Activation:
    r"""
    An activation function :math:`\phi` and its derivative :math:`\phi'`, as a value.

    Activations are equal when name, functions and parameters are; they hash and pickle, and print
    as what makes them.

    Parameters
    ----------
    name : str
        The name that stands for the activation everywhere one is taken.
    function : callable
        :math:`\phi`, from a float array to an array of the same shape and dtype.
    derivative_function : callable
        :math:`\phi'`, likewise.
    parameters : tuple of float, default ()
        Passed to both functions after the array, such as the slope of a leaky ReLU.

    Raises
    ------
    TypeError, ValueError
        `name` is not a string, a function not callable or not hashable, a parameter not a finite
        number.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> x = np.array([-2.0, 0.0, 3.0])
    >>> wi.activations.relu(x)
    array([0., 0., 3.])
    >>> wi.activations.relu.derivative(x)
    array([0., 0., 1.])
    >>> wi.activations.leaky_relu(0.2)
    leaky_relu(0.2)
    """

    name: str
    function: Callable[..., _Array]
    derivative_function: Callable[..., _Array]
    parameters: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        name = check_instance("name", self.name, str, "a string", hint='write "mine"')
        object.__setattr__(self, "name", str.__str__(name))
        for field in ("function", "derivative_function"):
            value = getattr(self, field)
            if not callable(value) or not _hashes(value):
                hint = "write a function of an array (a dataclass is hashable with frozen=True)"
                raise TypeError(message(field, value, "callable and hashable", hint))
        allowed, hint = "a tuple of numbers", "write (0.2,) for one of them"
        given = check_instance("parameters", self.parameters, tuple, allowed, hint=hint)
        items = check_items("parameters", given, allowed, hint=hint)  # of a subclass, its own
        object.__setattr__(self, "parameters", items)
        for index, parameter in enumerate(items):
            check_real(f"parameters[{index}]", parameter)

    def __call__(self, x: ArrayLike) -> _Array:
        r"""Return :math:`\phi(x)`, with the shape of `x`; integers become float64."""
        return self._checked(x, "function")

    def derivative(self, x: ArrayLike) -> _Array:
        r"""
        Return :math:`\phi'(x)`, with the shape of `x`; integers become float64.

        Parameters
        ----------
        x : array_like
            Pre-activations, any shape.

        Returns
        -------
        ndarray
            The slope of the activation at each of them.

        Raises
        ------
        TypeError, ValueError
            `x` is no array of real numbers, or one of them has no finite slope.

        Examples
        --------
        >>> import weightinit as wi
        >>> wi.activations.sigmoid.derivative([0.0, 1e4])
        array([0.25, 0.  ])
        """
        return self._checked(x, "derivative_function")

    def _phi(self, x: _Array) -> _Array:
        """Return phi of a float array, unchecked: layers have checked theirs."""
        return self.function(x, *self.parameters)

    def _slope(self, x: _Array) -> _Array:
        """Return phi' of a float array, unchecked."""
        return self.derivative_function(x, *self.parameters)

    def _checked(self, x: ArrayLike, field: str) -> _Array:
        array = check_array("x", x, "an array of real numbers", kinds="iuf")
        array = array.astype(np.float64) if array.dtype.kind in "iu" else array
        with np.errstate(all="ignore"):  # told below
            values = np.asarray(getattr(self, field)(array, *self.parameters))
        if values.dtype.kind not in "fiub" or values.shape != array.shape:
            allowed = f"a function from an array x to one of its shape, here {array.shape}"
            got = f"dtype {values.dtype}, shape {shown(values.shape)}"
            raise TypeError(f"{field} of {short(str(self))} must be {allowed}, got {got}")
        # infinity may stay, as with relu, and NaN always does
        finite = np.isfinite(values)
        if finite.all():
            return values[()]  # a number for a number
        lost = ~(finite | np.isnan(array) | (np.isinf(array) & np.isinf(values)))
        if lost.any():
            what = "the slope of " * (field != "function") + short(str(self))
            told = f"got {array[lost][0]}, where it is {values[lost][0]}"
            way_out = "clip x, or compute in a wider dtype"
            raise ValueError(
                f"x must be where {what} is finite in {array.dtype}, {told}; {way_out}"
            )
        return values[()]

    def __repr__(self) -> str:
        """Return the name and the parameters."""
        given = ", ".join(map(repr, self.parameters))
        return f"{self.name}({given})" if given else self.name


def _hashes(value: object) -> bool:
    try:
        hash(value)
    except Exception:  # noqa: BLE001  its own __hash__ may raise anything
        return False
    return True
