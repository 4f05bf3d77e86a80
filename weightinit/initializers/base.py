"""What every initializer is: a frozen value that turns a shape into an array."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from weightinit._checks import (
    RandomSource,
    check_dtype,
    check_nonnegative,
    check_representable,
    check_rng,
    check_shape,
)

__all__ = ["Initializer", "StdParameter", "register"]

_names: dict["Initializer", str] = {}


class Initializer(ABC):
    """
    The base of all initializers: a frozen value that turns a shape into an array.

    An initializer checks its parameters when it is made. It can be compared, hashed, pickled and
    varied with ``dataclasses.replace``; ``eval(repr(init)) == init``, and ``str(init)`` is a short
    label for a plot. To add one of your own, write a frozen, keyword-only dataclass that derives
    from this class and defines ``_draw``, ``_std`` and ``_largest``.

    Methods
    -------
    __call__(shape, *, rng=None, dtype=np.float64)
        Draw an array.
    std(shape)
        Say what std its values have, by theory.

    Examples
    --------
    >>> from dataclasses import replace
    >>> import weightinit as wi
    >>> init = wi.VarianceScaling(scale=2.0, mode="fan_in", distribution="normal")
    >>> init == wi.he_normal, str(init)
    (True, 'he_normal')
    >>> replace(init, mode="fan_out")
    VarianceScaling(scale=2.0, mode='fan_out', distribution='normal')
    """

    def __call__(
        self, shape: Sequence[int], *, rng: RandomSource = None, dtype: DTypeLike = np.float64
    ) -> NDArray[Any]:
        """
        Draw an array of weights.

        Parameters
        ----------
        shape : sequence of int
            Shape of the array, each size at least 1.
        rng : optional
            Whatever ``numpy.random.default_rng`` takes. An int gives the same weights to every
            equally shaped call: share one ``Generator`` over a network. None draws fresh entropy.
        dtype : dtype, default numpy.float64
            float64, float32, or float16 (drawn in float32 and cast).

        Returns
        -------
        ndarray
            A new C-contiguous array. The same seed gives the same bits on any number of threads.

        Raises
        ------
        TypeError
            A size is not an integer, the dtype is not a float, `rng` is no source of randomness.
        ValueError
            A size is below 1, the shape does not fit the initializer, or the dtype cannot hold
            weights as large (or as small) as these.
        """
        sizes = check_shape(shape)
        kind = check_dtype(dtype)
        check_representable(str(self), self._largest(sizes), kind)
        generator = check_rng(rng)
        drawn_in = np.dtype(np.float32) if kind == np.float16 else kind
        return self._draw(sizes, generator, drawn_in).astype(kind, copy=False)

    def std(self, shape: Sequence[int]) -> float:
        """
        Return the std of the weights, by theory: of one entry picked at random from the array.

        Parameters
        ----------
        shape : sequence of int
            Shape of the array, each size at least 1.

        Returns
        -------
        float
            The exact standard deviation.

        Raises
        ------
        TypeError, ValueError
            As for a call with this shape.
        """
        sizes = check_shape(shape)
        self._largest(sizes)
        return self._std(sizes)

    @abstractmethod
    def _draw(
        self, shape: tuple[int, ...], rng: np.random.Generator, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        """Draw the array; the shape has been checked, the dtype is float32 or float64."""

    @abstractmethod
    def _std(self, shape: tuple[int, ...]) -> float:
        """Return what ``std`` returns; the shape has been checked."""

    @abstractmethod
    def _largest(self, shape: tuple[int, ...]) -> float:
        """Raise if the shape does not fit; return a bound on the absolute value of the weights."""

    def __repr__(self) -> str:
        """Return the expression that makes this initializer, without what is default."""
        given = (
            f"{field.name}={getattr(self, field.name)!r}"
            for field in fields(self)  # type: ignore[arg-type]  # subclasses are dataclasses
            if field.default is MISSING or getattr(self, field.name) != field.default
        )
        return f"{type(self).__name__}({', '.join(given)})"

    def __str__(self) -> str:
        """Return the name of the scheme if it has one, the expression that makes it otherwise."""
        return _names.get(self, repr(self))


def register(name: str, initializer: Initializer, doc: str) -> None:
    """Give an initializer the name that it is printed with, and a docstring of its own."""
    _names[initializer] = name
    object.__setattr__(initializer, "__doc__", doc)  # the fields stay as they are


class StdParameter:
    """A dataclass field named ``std`` that leaves ``std(shape)`` in place.

    ``Normal(std=0.02).std`` is the number 0.02, and ``Normal(std=0.02).std(shape)`` is the theory,
    as for every initializer.
    """

    def __init__(self, *default: float) -> None:
        self._default = default

    def __get__(self, instance: Initializer | None, owner: type[Initializer]) -> "_CallableStd":
        if instance is not None:
            theory = Initializer.std.__get__(instance)
            return _CallableStd(instance.__dict__["std"], theory)
        if not self._default:  # which tells dataclass that the field has no default
            raise AttributeError("std")
        return _CallableStd(self._default[0], None)

    def __set__(self, instance: Initializer, value: float) -> None:
        instance.__dict__["std"] = check_nonnegative("std", value)


class _CallableStd(float):
    _theory: Callable[[Sequence[int]], float] | None

    def __new__(
        cls, value: float, theory: Callable[[Sequence[int]], float] | None
    ) -> "_CallableStd":
        number = super().__new__(cls, value)
        number._theory = theory
        return number

    def __call__(self, shape: Sequence[int]) -> float:
        if self._theory is None:
            raise TypeError("std(shape) is asked of an initializer, not of its class")
        return self._theory(shape)

    def __reduce__(self) -> tuple[type[float], tuple[float]]:
        return float, (float(self),)
