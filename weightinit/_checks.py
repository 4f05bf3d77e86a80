"""Checks of arguments, made where they arrive and before any work is done.

Each check returns the value in the one form that the caller computes with, or raises a
``TypeError`` (wrong kind of thing) or ``ValueError`` (wrong value) that names the argument, what
it got, what is allowed, and a way out.
"""

import math
import operator
from collections.abc import Iterable, Sequence
from numbers import Real
from typing import Any

import numpy as np

__all__ = [
    "RandomSource",
    "check_bytes",
    "check_choice",
    "check_dtype",
    "check_flag",
    "check_integer",
    "check_nonnegative",
    "check_positive",
    "check_real",
    "check_representable",
    "check_rng",
    "check_shape",
]

#: What ``np.random.default_rng`` takes (SPEC 7).
RandomSource = (
    int
    | Sequence[int]
    | np.random.SeedSequence
    | np.random.BitGenerator
    | np.random.Generator
    | np.random.RandomState
    | None
)

_DTYPES = (np.dtype(np.float16), np.dtype(np.float32), np.dtype(np.float64))


def check_integer(name: str, value: object, *, at_least: int, hint: str = "") -> int:
    """Return `value` as an int that is not smaller than `at_least`."""
    allowed = f"an integer >= {at_least}"
    if isinstance(value, bool | np.bool_):
        raise TypeError(_message(name, value, allowed, hint))
    try:
        integer = operator.index(value)  # type: ignore[arg-type]  # the try is the check
    except TypeError:
        raise TypeError(_message(name, value, allowed, hint)) from None
    if integer < at_least:
        raise ValueError(_message(name, value, allowed, hint))
    return integer


def check_flag(name: str, value: object) -> bool:
    """Return `value`, which must be True or False."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    raise TypeError(_message(name, value, "True or False"))


def check_real(name: str, value: object, *, hint: str = "") -> float:
    """Return `value` as a finite float."""
    allowed = "a finite real number"
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        raise TypeError(_message(name, value, allowed, hint))
    try:
        number = float(value)
    except OverflowError:
        raise ValueError(_message(name, value, allowed, hint)) from None
    if not math.isfinite(number):
        raise ValueError(_message(name, value, allowed, hint))
    return number


def check_nonnegative(name: str, value: object, *, hint: str = "") -> float:
    """Return `value` as a finite float that is not negative."""
    number = check_real(name, value, hint=hint)
    if number < 0:
        raise ValueError(_message(name, value, "a finite number >= 0", hint))
    return number


def check_positive(name: str, value: object, *, hint: str = "") -> float:
    """Return `value` as a finite float above zero."""
    number = check_real(name, value, hint=hint)
    if number <= 0:
        raise ValueError(_message(name, value, "a finite number > 0", hint))
    return number


def check_choice(name: str, value: object, choices: Iterable[str]) -> str:
    """Return `value`, which must be one of the strings `choices`."""
    allowed = sorted(choices)
    if isinstance(value, str) and value in allowed:
        return value
    kind = ValueError if isinstance(value, str) else TypeError
    raise kind(_message(name, value, "one of " + ", ".join(map(repr, allowed))))


def check_shape(shape: Any) -> tuple[int, ...]:
    """Return `shape` as a tuple of positive ints whose product an int64 can hold."""
    hint = "write a tuple such as (784, 256)"
    ordered = isinstance(shape, Sequence) or (isinstance(shape, np.ndarray) and shape.ndim == 1)
    if isinstance(shape, str | bytes) or not ordered:
        raise TypeError(_message("shape", shape, "a sequence of positive integers", hint))
    whole = tuple(shape)
    dimensions = tuple(
        check_integer(f"shape[{axis}]", size, at_least=1, hint=f"the shape was {whole}")
        for axis, size in enumerate(whole)
    )
    if math.prod(dimensions) >= 2**63:
        allowed = "a shape of fewer than 2**63 elements, the most that NumPy can index"
        raise ValueError(_message("shape", dimensions, allowed, "draw the array in parts"))
    return dimensions


def check_bytes(shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    """Raise if NumPy cannot address an array of this shape and dtype, on any machine."""
    if math.prod(shape) * dtype.itemsize >= 2**63:
        allowed = f"a shape of fewer than 2**63 bytes in {dtype}"
        raise ValueError(_message("shape", shape, allowed, "draw the array in parts"))


def check_dtype(dtype: Any) -> np.dtype[Any]:
    """Return `dtype` as one of the native NumPy dtypes float16, float32, float64."""
    allowed = "float16, float32 or float64 in native byte order"
    hint = "cast the result with .astype(...) for any other"
    if dtype is None:  # np.dtype(None) is float64: a silent default that nobody asked for
        raise TypeError(_message("dtype", dtype, allowed, hint))
    try:
        kind: np.dtype[Any] = np.dtype(dtype)
    except TypeError:
        raise TypeError(_message("dtype", dtype, allowed, hint)) from None
    if kind not in _DTYPES:
        raise TypeError(_message("dtype", dtype, allowed, hint))
    return kind


def check_representable(
    initializer: object, dtype: np.dtype[Any], *, largest: float, center: float, std: float
) -> None:
    """Raise if weights overflow in `dtype`, all round to zero, or all round to their center."""
    limits = np.finfo(dtype)
    least, most = float(limits.smallest_normal), float(limits.max)
    if largest > most or 0 < largest < least:
        raise ValueError(
            f"dtype must hold the weights, got {dtype}, whose numbers lie between {least:.2g} and "
            f"{most:.2g}, for weights of up to {largest:.2g} from {initializer}; take a wider "
            "dtype, or rescale the initializer"
        )
    spacing = float(limits.eps) * abs(center)
    if 0 < std < spacing:
        raise ValueError(
            f"dtype must tell the weights apart, got {dtype}, whose numbers near {center:.2g} are "
            f"{spacing:.2g} apart, for weights of std {std:.2g} from {initializer}; take a wider "
            "dtype, or a center nearer to 0"
        )


def check_rng(rng: Any) -> np.random.Generator:
    """Return the Generator that ``np.random.default_rng`` makes of `rng`."""
    allowed = "None, a non-negative int or sequence of them, or a NumPy random generator"
    hint = "write rng=0, or share one rng=np.random.default_rng(0) over all layers"
    if isinstance(rng, bool | np.bool_):
        raise TypeError(_message("rng", rng, allowed, hint))
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError) as error:
        raise type(error)(_message("rng", rng, allowed, hint)) from None


def _message(name: str, value: object, allowed: str, hint: str = "") -> str:
    way_out = f"; {hint}" if hint else ""
    return f"{name} must be {allowed}, got {value!r} ({type(value).__name__}){way_out}"
