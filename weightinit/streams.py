"""Draw arrays of random numbers that do not depend on the number of threads.

An array is cut into blocks of fixed size. Each block has a stream of its own, keyed by the seed
and the number of the block, so that threads can fill blocks in any order and the values never
depend on how many threads there were. One call takes one key from the caller's generator.

The numbers of a stream go through sums, products, quotients and comparisons, which processors with
IEEE 754 arithmetic round alike. The streams are NumPy's, the same from 2.0 to 2.5. Two kinds of
numbers need more. Normal ones in float64 beyond 3.6 std come from the logarithm of the C library,
of which another than glibc may round the last bit differently. Normal ones in float32, and
truncated ones in float32 with a bound above 2, come from NumPy's vector instructions for log, sin
and cos, whose last bits differ between processors: by less than 4e-6 of the std.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit import _laws
from weightinit._arrays import (
    check_bytes,
    check_dtype,
    check_representable,
    check_shape,
    computing_dtype,
)
from weightinit._blocks import BLOCK, Law, key_of, whole
from weightinit._checks import (
    check_instance,
    check_integer,
    check_nonnegative,
    check_positive,
    check_real,
)
from weightinit._messages import message
from weightinit._truncation import reach

__all__ = ["BLOCK", "NORMAL_REACH", "normal", "truncated_normal", "truncation_factor", "uniform"]

_Array = NDArray[Any]

#: A standard normal number is never further from 0, not among the 2**63 that an array can hold.
NORMAL_REACH = 10.0


def uniform(
    rng: np.random.Generator,
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    *,
    low: float,
    high: float,
    threads: int | None = None,
) -> _Array:
    """
    Draw from the uniform distribution on [low, high].

    Parameters
    ----------
    rng : numpy.random.Generator
        Gives the key of this array, and so advances.
    shape : tuple of int
        Shape of the array.
    dtype : numpy.dtype
        float32 or float64.
    low, high : float
        The two ends; rounding may make a value equal to either.
    threads : int, optional
        How many threads fill the array; as many as there are processors by default. The values
        do not depend on it.

    Returns
    -------
    ndarray
        The array, C-contiguous.

    Raises
    ------
    TypeError, ValueError
        An argument is not of its kind or out of its range, or the dtype cannot hold the values.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit import streams
    >>> a, b = (
    ...     streams.uniform(
    ...         np.random.default_rng(0), (1000, 1000), np.dtype("f8"), low=0, high=1, threads=n
    ...     )
    ...     for n in (1, 2)
    ... )
    >>> np.array_equal(a, b)
    True
    """
    low, high = check_real("low", low), check_real("high", high)
    if low > high:
        raise ValueError(f"low must be at most high, got low={low} and high={high}; swap them")
    shape, dtype = _check(rng, shape, dtype, threads, largest=abs(low) + abs(high))
    return _drawn(_laws.uniform(dtype, low, high), rng, shape, dtype, threads)


def normal(
    rng: np.random.Generator,
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    *,
    mean: float,
    std: float,
    threads: int | None = None,
) -> _Array:
    """
    Draw from the normal distribution of a mean and a std.

    Parameters
    ----------
    rng : numpy.random.Generator
        Gives the key of this array, and so advances.
    shape : tuple of int
        Shape of the array.
    dtype : numpy.dtype
        float32 or float64.
    mean, std : float
        Mean and standard deviation.
    threads : int, optional
        How many threads fill the array, as in :func:`uniform`.

    Returns
    -------
    ndarray
        The array, C-contiguous.

    Raises
    ------
    TypeError, ValueError
        An argument is not of its kind or out of its range, or the dtype cannot hold the values.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit import streams
    >>> x = streams.normal(np.random.default_rng(0), (2, 3), np.dtype("f4"), mean=0.0, std=2.0)
    >>> x.shape, x.dtype
    ((2, 3), dtype('float32'))
    """
    mean, std = check_real("mean", mean), check_nonnegative("std", std)
    shape, dtype = _check(rng, shape, dtype, threads, largest=abs(mean) + NORMAL_REACH * std)
    return _drawn(_laws.normal(mean, std), rng, shape, dtype, threads)


def truncated_normal(
    rng: np.random.Generator,
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    *,
    mean: float,
    std: float,
    bound: float,
    threads: int | None = None,
) -> _Array:
    """
    Draw from a truncated normal distribution, rescaled to the std that you name.

    Parameters
    ----------
    rng : numpy.random.Generator
        Gives the key of this array, and so advances.
    shape : tuple of int
        Shape of the array.
    dtype : numpy.dtype
        float32 or float64.
    mean, std : float
        Mean and standard deviation of what is drawn.
    bound : float
        Where the tails are cut off, in units of the std before the cut.
    threads : int, optional
        How many threads fill the array, as in :func:`uniform`.

    Returns
    -------
    ndarray
        The array, C-contiguous.

    Raises
    ------
    TypeError, ValueError
        An argument is not of its kind or out of its range, or the dtype cannot hold the values.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit import streams
    >>> x = streams.truncated_normal(
    ...     np.random.default_rng(0), (1000,), np.dtype("f8"), mean=0.0, std=1.0, bound=2.0
    ... )
    >>> bool(np.abs(x).max() <= 2 / streams.truncation_factor(2.0))
    True
    """
    mean, std = check_real("mean", mean), check_nonnegative("std", std)
    bound = min(check_positive("bound", bound), NORMAL_REACH)  # beyond there is nothing to cut off
    shape, dtype = _check(rng, shape, dtype, threads, largest=abs(mean) + reach(bound) * std)
    law = _laws.truncated_normal(dtype, mean, std, bound)
    return _drawn(law, rng, shape, dtype, threads)


def truncation_factor(bound: float) -> float:
    r"""
    Return the std of a standard normal truncated at +- `bound`.

    .. math:: c(b) = \frac{b}{\sqrt{b^2 + 1 / s(b)}}, \qquad
        s(b) = \sum_{k \ge 1} \frac{b^{2k - 2}}{3 \cdot 5 \cdots (2k + 1)} .

    Parameters
    ----------
    bound : float
        Where they are cut off, above 0.

    Returns
    -------
    float
        :math:`c(b)`, between 0 and 1, to a relative error below 1.1e-15, the same bits wherever
        arithmetic is that of IEEE 754; :math:`b / \sqrt 3` for small :math:`b`.

    Examples
    --------
    >>> from weightinit import streams
    >>> streams.truncation_factor(2.0)
    0.87962566
    """
    b = min(check_positive("bound", bound), NORMAL_REACH)
    return b / reach(b)


def _check(
    rng: object, shape: object, dtype: object, threads: object, *, largest: float
) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return the checked shape and dtype."""
    allowed = "a numpy.random.Generator"
    check_instance("rng", rng, np.random.Generator, allowed, hint="write np.random.default_rng(0)")
    sizes, kind = check_shape(shape), check_dtype(dtype)
    if kind != computing_dtype(kind):
        raise TypeError(message("dtype", dtype, "float32 or float64", "cast the result"))
    check_bytes(sizes, kind)
    check_representable("this distribution", kind, largest=largest, center=0.0, std=0.0)
    if threads is not None:
        check_integer("threads", threads, at_least=1, hint="leave it out for all processors")
    return sizes, kind


def _drawn(
    law: Law,
    rng: np.random.Generator,
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    threads: int | None,
) -> _Array:
    return whole(law, shape, dtype, key_of(rng), threads or 0)
