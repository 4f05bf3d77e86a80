r"""Activation functions :math:`\phi`, each with its derivative :math:`\phi'`.

An :class:`Activation` is a value: call it to get :math:`\phi(x)`, call its ``derivative`` to get
:math:`\phi'(x)`. Everywhere that an activation is taken its name will do: ``"relu"``.

All are stable up to half the largest number of float32 and of float64, and keep the dtype of a
float array. At a kink at zero the derivative is the one from the left (:math:`\phi'(0) = 0` for
relu, as in the frameworks); at the two ends of hardtanh it is 0.

>>> from weightinit import activations
>>> activations.relu([-1.0, 2.0]), activations.relu.derivative([-1.0, 2.0])
(array([0., 2.]), array([0., 1.]))
"""

import reprlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weightinit import _formulas as formulas
from weightinit._checks import check_real

__all__ = [
    "Activation",
    "elu",
    "gelu",
    "gelu_tanh",
    "get",
    "hardtanh",
    "leaky_relu",
    "linear",
    "mish",
    "names",
    "relu",
    "selu",
    "sigmoid",
    "silu",
    "sine",
    "softplus",
    "softsign",
    "tanh",
]

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
        Passed to both functions behind the array, such as the slope of a leaky ReLU.

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
        if not isinstance(self.name, str):
            raise TypeError(f"name must be a string, got {reprlib.repr(self.name)}")
        for field in ("function", "derivative_function"):
            value = getattr(self, field)
            if not callable(value) or not isinstance(value, Hashable):
                raise TypeError(
                    f"{field} must be callable and hashable, got {reprlib.repr(value)}; write a "
                    "function of an array (a dataclass is hashable with frozen=True)"
                )
        if not isinstance(self.parameters, tuple):
            raise TypeError(
                f"parameters must be a tuple of numbers, got {reprlib.repr(self.parameters)}; "
                "write (0.2,) for one of them"
            )
        for index, parameter in enumerate(self.parameters):
            check_real(f"parameters[{index}]", parameter)

    def __call__(self, x: ArrayLike) -> _Array:
        r"""Return :math:`\phi(x)`, of the shape of `x`; integers are taken for float64."""
        return self.function(_as_float(x), *self.parameters)

    def derivative(self, x: ArrayLike) -> _Array:
        r"""
        Return :math:`\phi'(x)`, of the shape of `x`; integers are taken for float64.

        Parameters
        ----------
        x : array_like
            Pre-activations, any shape.

        Returns
        -------
        ndarray
            The slope of the activation at each of them.

        Examples
        --------
        >>> import weightinit as wi
        >>> wi.activations.sigmoid.derivative([0.0, 1e4])
        array([0.25, 0.  ])
        """
        return self.derivative_function(_as_float(x), *self.parameters)

    def __repr__(self) -> str:
        """Return the name, and the parameters where there are any."""
        given = ", ".join(map(repr, self.parameters))
        return f"{self.name}({given})" if given else self.name


def _as_float(x: ArrayLike) -> _Array:
    array = np.asarray(x)
    if array.dtype.kind in "iu":
        return array.astype(np.float64)
    if array.dtype.kind != "f":
        raise TypeError(f"x must be an array of real numbers, got dtype {array.dtype}")
    return array


linear = Activation("linear", formulas.linear, formulas.linear_derivative)
relu = Activation("relu", formulas.relu, formulas.relu_derivative)
elu = Activation("elu", formulas.elu, formulas.elu_derivative)
selu = Activation("selu", formulas.selu, formulas.selu_derivative)
tanh = Activation("tanh", formulas.tanh, formulas.tanh_derivative)
sigmoid = Activation("sigmoid", formulas.sigmoid, formulas.sigmoid_derivative)
softplus = Activation("softplus", formulas.softplus, formulas.sigmoid)
softsign = Activation("softsign", formulas.softsign, formulas.softsign_derivative)
gelu = Activation("gelu", formulas.gelu, formulas.gelu_derivative)
gelu_tanh = Activation("gelu_tanh", formulas.gelu_tanh, formulas.gelu_tanh_derivative)
silu = Activation("silu", formulas.silu, formulas.silu_derivative)
mish = Activation("mish", formulas.mish, formulas.mish_derivative)
hardtanh = Activation("hardtanh", formulas.hardtanh, formulas.hardtanh_derivative)
sine = Activation("sine", formulas.sine, formulas.sine_derivative)


def leaky_relu(slope: float = 0.01) -> Activation:
    r"""
    Make the leaky ReLU of a slope, :math:`\phi(x) = \max(x, 0) + a \min(x, 0)`.

    Parameters
    ----------
    slope : float, default 0.01
        The slope :math:`a` below zero, any finite number. The default is the usual one, and the
        one that the name ``"leaky_relu"`` stands for.

    Returns
    -------
    Activation
        The activation; equal slopes make equal activations.

    Raises
    ------
    TypeError, ValueError
        `slope` is not a finite number.

    References
    ----------
    Maas, Hannun and Ng (2013), "Rectifier nonlinearities improve neural network acoustic models".

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.activations.leaky_relu(0.2)([-1.0, 2.0])
    array([-0.2,  2. ])
    """
    hint = "leaky_relu makes an activation from a slope: leaky_relu(0.01)(x)"
    a = check_real("slope", slope, hint=hint)
    return Activation("leaky_relu", formulas.leaky_relu, formulas.leaky_relu_derivative, (a,))


_BY_NAME = {
    activation.name: activation
    for activation in (
        linear,
        relu,
        leaky_relu(),
        elu,
        selu,
        tanh,
        sigmoid,
        softplus,
        softsign,
        gelu,
        gelu_tanh,
        silu,
        mish,
        hardtanh,
        sine,
    )
}


def names() -> tuple[str, ...]:
    """
    List the names that stand for an activation.

    Returns
    -------
    tuple of str
        The names, in the order of the documentation.

    Examples
    --------
    >>> import weightinit as wi
    >>> "gelu" in wi.activations.names()
    True
    """
    return tuple(_BY_NAME)


def get(activation: object) -> Activation:
    """
    Return the activation that a name stands for, or the activation itself.

    Parameters
    ----------
    activation : str or Activation
        One of :func:`names`, or an activation.

    Returns
    -------
    Activation
        The activation.

    Raises
    ------
    TypeError
        Neither a string nor an Activation.
    ValueError
        No activation has that name; the message lists those that there are.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.activations.get("tanh") == wi.activations.tanh
    True
    """
    if isinstance(activation, Activation):
        return activation
    known = ", ".join(map(repr, _BY_NAME))
    if not isinstance(activation, str):
        hint = "; call leaky_relu with its slope: leaky_relu(0.01)" * (activation is leaky_relu)
        raise TypeError(
            f"activation must be an Activation or one of the names {known}, "
            f"got {reprlib.repr(activation)}{hint}"
        )
    if activation not in _BY_NAME:
        raise ValueError(f"activation must be one of {known}, got {reprlib.repr(activation)}")
    return _BY_NAME[activation]
