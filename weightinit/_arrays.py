"""Checks of arrays, of their shapes and of their dtypes."""

import functools
import math
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit._checks import LARGEST, check_integer, check_items
from weightinit._messages import message, short, shown, shown_error

__all__ = [
    "MOST_AXES",
    "check_array",
    "check_bytes",
    "check_dtype",
    "check_representable",
    "check_shape",
    "check_sizes",
    "computing_dtype",
]

#: How many axes an array of NumPy can have.
MOST_AXES = 64

_DTYPES: tuple[np.dtype[Any], ...] = (
    np.dtype(np.float16),
    np.dtype(np.float32),
    np.dtype(np.float64),
)
_ALIASES = {"half": _DTYPES[0], "single": _DTYPES[1], "double": _DTYPES[2], "float": _DTYPES[2]}
# The texts are written out: NumPy reads many more, and warns of some of them.
_BY_TEXT: dict[str, np.dtype[Any]] = _ALIASES | {
    text: kind
    for kind in _DTYPES
    for text in (kind.name, kind.char, kind.str, kind.str[1:], f"={kind.str[1:]}")
}


def check_array(
    name: str, value: object, allowed: str, *, kinds: str = "biuf", hint: str = ""
) -> NDArray[Any]:
    """Return `value` as an array with a dtype of these kinds, copied if conversion needs it.

    A masked array is refused, since what lies under the mask would be taken for data.
    """
    try:
        array = np.asarray(value)
    except MemoryError:
        raise
    except Exception as error:
        told = f"{hint}; NumPy says {shown_error(error)}".removeprefix("; ")
        kind = ValueError if isinstance(error, ValueError) else TypeError
        raise kind(message(name, value, allowed, told)) from error
    if array.dtype.kind not in kinds:
        got = f"dtype {short(str(array.dtype))}: {shown(value)}"
        raise TypeError(f"{name} must be {allowed}, got {got}{f'; {hint}' if hint else ''}")
    if isinstance(value, np.ndarray) and type(value) is not np.ndarray and np.ma.is_masked(value):
        told = "fill in what is masked: .filled(...), or drop it: .compressed()"
        raise TypeError(message(name, value, f"{allowed}, nothing of it masked", told))
    return array


def check_sizes(
    name: str, value: object, *, hint: str, at_least: int = 0, most: int | None = None
) -> tuple[int, ...]:
    """Return a sequence of positive integers as a tuple."""
    allowed = "a sequence of positive integers"
    whole = check_items(name, value, allowed, hint=hint, at_least=at_least, most=most)
    if all(type(size) is int and 0 < size <= LARGEST for size in whole):  # as in most calls
        return whole
    try:
        return tuple(
            check_integer(f"{name}[{place}]", size, at_least=1) for place, size in enumerate(whole)
        )
    except (TypeError, ValueError) as error:
        raise type(error)(f"{error}, in {name}={shown(whole)}; {hint}") from None


def check_shape(shape: object) -> tuple[int, ...]:
    """Return `shape` as a tuple of positive ints whose product an int64 can hold."""
    if (  # as in most calls
        type(shape) is tuple
        and len(shape) <= MOST_AXES
        and {*map(type, shape)} == {int}
        and min(shape) > 0
        and math.prod(shape) <= LARGEST
    ):
        return shape
    hint = "write a tuple such as (784, 256)"
    dimensions = check_sizes("shape", shape, hint=hint, most=MOST_AXES)
    if math.prod(dimensions) > LARGEST:
        allowed = "a shape of fewer than 2**63 elements, the most that NumPy can index"
        raise ValueError(message("shape", dimensions, allowed, "draw the array in parts"))
    return dimensions


def check_bytes(shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    """Raise if an array of this shape and dtype is too large for NumPy to address."""
    if math.prod(shape) * dtype.itemsize > LARGEST:
        allowed = f"a shape of fewer than 2**63 bytes in {dtype}"
        raise ValueError(message("shape", shape, allowed, "draw the array in parts"))


def check_dtype(dtype: Any) -> np.dtype[Any]:
    """Return `dtype` as one of the native dtypes float16, float32, float64, or as bfloat16."""
    allowed = "float16, float32 or float64 in native byte order, or ml_dtypes.bfloat16"
    hint = "cast the result with .astype(...) for any other"
    # A bfloat16 comes from ml_dtypes, which its owner has imported.
    package = sys.modules.get("ml_dtypes")
    extra = (np.dtype(package.bfloat16),) if package else ()
    kind: np.dtype[Any] | None = None
    # NumPy itself takes more: None for float64, and, with a warning, objects with a dtype of theirs
    if isinstance(dtype, str):
        text = str.__str__(dtype)
        kind = extra[0] if extra and text == "bfloat16" else _BY_TEXT.get(text)
    elif extra and dtype is extra[0].type:
        kind = extra[0]
    elif isinstance(dtype, np.dtype) or (
        isinstance(dtype, type) and issubclass(dtype, float | np.floating)
    ):
        kind = np.dtype(dtype)
    if kind is None or kind not in _DTYPES + extra:
        raise TypeError(message("dtype", dtype, allowed, hint))
    return kind


def computing_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype for computing with this one: float32 for the two 16-bit dtypes."""
    return np.dtype(np.float32) if dtype.itemsize == 2 else dtype


def check_representable(
    initializer: object, dtype: np.dtype[Any], *, largest: float, center: float, std: float
) -> None:
    """Raise if weights overflow in `dtype`, all round to zero, or all round to their center."""
    least, most, eps = _limits(dtype)
    if largest > most or 0 < largest < least:
        raise ValueError(
            f"dtype must hold the weights, got {dtype}, whose numbers lie between {least:.2g} and "
            f"{most:.2g}, for weights of up to {largest:.2g} from {shown(initializer)}; take a "
            "wider dtype, or rescale the initializer"
        )
    spacing = eps * abs(center)
    if 0 < std < spacing:
        raise ValueError(
            f"dtype must tell the weights apart, got {dtype}, whose numbers near {center:.2g} are "
            f"{spacing:.2g} apart, for weights of std {std:.2g} from {shown(initializer)}; take a "
            "wider dtype, or a center nearer to 0"
        )


@functools.lru_cache
def _limits(dtype: np.dtype[Any]) -> tuple[float, float, float]:
    """Return the least normal number of a dtype, the largest, and the relative spacing."""
    limits = (np if dtype.kind == "f" else sys.modules["ml_dtypes"]).finfo(dtype)
    return float(limits.smallest_normal), float(limits.max), float(limits.eps)
