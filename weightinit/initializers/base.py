"""Define what an initializer is: a frozen value that turns a shape into an array."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import MISSING, fields
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from weightinit._arrays import (
    check_bytes,
    check_dtype,
    check_representable,
    check_shape,
    computing_dtype,
)
from weightinit._blocks import Job
from weightinit._checks import RandomSource, check_rng
from weightinit._messages import message, shown
from weightinit._parts import Index, PartIndex, check_index

__all__ = ["Initializer"]

_names: dict["Initializer", str] = {}  # of the schemes in named.py


class Initializer(ABC):
    """
    The base of all initializers: a frozen value that turns a shape into an array.

    Its parameters go by name, as in ``wi.Normal(std=0.02)``, and are checked when it is made. It
    can be compared, hashed, pickled and varied with ``dataclasses.replace``;
    ``eval(repr(init)) == init``, and ``str(init)`` is a short label for a plot. To
    add one of your own, write a frozen, keyword-only dataclass that derives from this class and
    defines ``_draw``, ``_std`` and ``_largest``.

    Methods
    -------
    __call__(shape, *, rng=None, dtype=np.float64)
        Draw an array.
    part(shape, index, *, rng, dtype=np.float64)
        Draw a part of that array without the rest.
    std(shape)
        Return the theoretical std of its values.

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
        rng : int or Generator, optional
            Whatever :func:`numpy.random.default_rng` takes. An int gives the same weights to every
            equally shaped call: share one ``Generator`` over a network. None draws fresh entropy.
        dtype : dtype, default numpy.float64
            One of float64, float32, and float16 or the bfloat16 of `ml_dtypes`, which are drawn in
            float32 and rounded.

        Returns
        -------
        ndarray
            A new C-contiguous array. The same seed gives the same bits on any number of threads;
            so it did with NumPy 2.0 to 2.5 on the x86-64 processors tried, except as noted below.

        Raises
        ------
        TypeError
            A size is not an integer, the dtype is not a float, `rng` is no source of randomness.
        ValueError
            A size is below 1, there are more than 64, the shape does not fit the initializer, or
            the dtype cannot hold weights as large or as small as these, or tell them apart.

        Notes
        -----
        Normal numbers in float32, not those in float64, come from NumPy's vector instructions for
        log, sin and cos. Their last bits depend on the processor: by less than 4e-6 of the std.
        Orthogonal matrices are products by the BLAS below NumPy as well. At 1000 x 1000 their last
        digits depend on the processor by up to 4e-6 of a weight's std in float32 and 1e-14 in
        float64.
        A scale or gain that :func:`gain` has integrated may differ in its last bit from processor
        to processor, and then so do the weights. NumPy keeps the right to change its streams in
        a later version (NEP 19).
        """
        sizes, kind = self._checked(shape, dtype)
        computed = self._drawn(sizes, rng, computing_dtype(kind))
        return computed.astype(kind, copy=False)

    def part(
        self,
        shape: Sequence[int],
        index: PartIndex,
        *,
        rng: RandomSource,
        dtype: DTypeLike = np.float64,
    ) -> NDArray[Any]:
        """
        Draw a part of an array alone: ``init(shape, rng=rng, dtype=dtype)[index]``, to the bit.

        The whole array is not drawn, and need not fit into memory: memory grows with the part, and
        time with the blocks of 32,768 neighbouring weights that it touches. So each process of a
        cluster can draw its part of one weight.

        Parameters
        ----------
        shape : sequence of int
            Shape of the whole array.
        index : int, slice, Ellipsis or tuple of these
            What to take of it, as in ``array[index]``: steps and negative numbers too, but no
            arrays, no bools and no None.
        rng : int or Generator
            As for a call, but not None: each part would then belong to another array. A Generator
            advances as by a call. So processes that draw their parts of the same weights, in the
            same order, from Generators of the same seed, stay in step.
        dtype : dtype, default numpy.float64
            As for a call.

        Returns
        -------
        ndarray
            A new C-contiguous array.

        Raises
        ------
        TypeError, ValueError
            As for a call with this shape; `index` is none of the above, or out of range; `rng` is
            None; or the weights depend on each other: those of `Orthogonal`, `DeltaOrthogonal`
            and `Sparse` are drawn as a whole.

        Examples
        --------
        >>> import numpy as np
        >>> import weightinit as wi
        >>> rows = wi.he_normal.part((1000, 500), slice(300, 400), rng=0)
        >>> np.array_equal(rows, wi.he_normal((1000, 500), rng=0)[300:400])
        True

        Eight numbers of an array that takes 4 TB:

        >>> wi.he_normal.part((10**6, 10**6), (-1, slice(8)), rng=0, dtype="float32").shape
        (8,)
        """
        sizes, kind = self._checked(shape, dtype)
        places = check_index(index, sizes)
        if rng is None:
            allowed = "the seed of the whole array"
            raise ValueError(
                message("rng", rng, allowed, "write rng=0, and the same for the other parts")
            )
        computed = self._part(sizes, places, rng, computing_dtype(kind))
        return computed.astype(kind, copy=False)

    def std(self, shape: Sequence[int]) -> float:
        """
        Return the theoretical std of an entry picked at random from the array.

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

        Examples
        --------
        >>> import weightinit as wi
        >>> wi.he_normal.std((800, 10))  # sqrt(2 / 800)
        0.05
        """
        sizes = check_shape(shape)
        self._largest(sizes)
        return self._std(sizes)

    def _checked(self, shape: object, dtype: object) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """Return the shape and the dtype of a weight, or raise."""
        sizes, kind = check_shape(shape), check_dtype(dtype)
        check_bytes(sizes, kind)
        largest, center, std = self._largest(sizes), self._center(), self._std(sizes)
        check_representable(self, kind, largest=largest, center=center, std=std)
        return sizes, kind

    def _begun(
        self, shape: tuple[int, ...], rng: RandomSource, dtype: np.dtype[Any]
    ) -> tuple[NDArray[Any], Job | None]:
        """Return the array of a call, and what is left to do until it is filled."""
        return self(shape, rng=rng, dtype=dtype), None

    def _drawn(
        self, shape: tuple[int, ...], rng: RandomSource, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        """Draw the array from a source of randomness that has not been checked."""
        return self._draw(shape, check_rng(rng), dtype)

    def _part(
        self, shape: tuple[int, ...], index: Index, rng: RandomSource, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        """Draw the part of an array that a checked index picks."""
        raise ValueError(
            f"{shown(self)} has no parts that could be drawn by themselves: its weights depend on "
            "each other; draw the whole and cut it: init(shape, rng=...)[index]"
        )

    @abstractmethod
    def _draw(
        self, shape: tuple[int, ...], rng: np.random.Generator, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        """Draw the array; the shape has been checked, the dtype is float32 or float64."""

    @abstractmethod
    def _std(self, shape: tuple[int, ...]) -> float:
        """Return what ``std`` returns; the shape has been checked."""

    def _center(self) -> float:
        """Return the centre of the distribution of the weights."""
        return 0.0

    @abstractmethod
    def _largest(self, shape: tuple[int, ...]) -> float:
        """Raise if the shape does not fit; return a bound on the absolute value of the weights."""

    def __repr__(self) -> str:
        """Return the expression that makes this initializer, without defaults."""
        given = (
            f"{field.name}={getattr(self, field.name)!r}"
            for field in fields(self)  # type: ignore[arg-type]  # subclasses are dataclasses
            if field.default is MISSING or getattr(self, field.name) != field.default
        )
        return f"{type(self).__name__}({', '.join(given)})"

    def __str__(self) -> str:
        """Return the name of the scheme if it has one, else the expression that makes it."""
        return _names.get(self, repr(self))

    def _name(self, name: str, doc: str) -> None:
        """Give this value a name for printing, and a docstring."""
        _names[self] = name
        object.__setattr__(self, "__doc__", doc)  # the fields stay as they are
