"""Check arguments where they arrive, before the work starts.

Each check returns the value in the one form that the caller computes with, or raises a
``TypeError`` (wrong kind of thing) or ``ValueError`` (wrong value) that names the argument, what
it got, what is allowed, and a way out. A value's own methods may raise anything: what they raise
is such an error as well. Arrays are checked in :mod:`weightinit._arrays`.
"""

import itertools
import math
import operator
from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from typing import Any, TypeVar

import numpy as np

from weightinit._messages import message, shown, shown_error

__all__ = [
    "LARGEST",
    "RandomSource",
    "check_callable",
    "check_choice",
    "check_flag",
    "check_instance",
    "check_integer",
    "check_items",
    "check_mapping",
    "check_nonnegative",
    "check_normalized",
    "check_positive",
    "check_real",
    "check_rng",
    "check_string",
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

#: The largest integer that NumPy counts with.
LARGEST = 2**63 - 1

_MOST_WORDS = 1024  # in a seed
_TEXT = (str, bytes, bytearray, memoryview)  # sequences, but not of what is asked for
_T = TypeVar("_T")


def check_integer(
    name: str,
    value: object,
    *,
    at_least: int | None,
    at_most: int | None = LARGEST,
    hint: str = "",
) -> int:
    """Return `value` as an int within bounds; None means no bound."""
    allowed = "an integer" if at_least is None else f"an integer >= {at_least}"
    if isinstance(value, bool | np.bool_):
        raise TypeError(message(name, value, allowed, hint))
    try:
        integer = operator.index(value)  # type: ignore[arg-type]  # the try is the check
    except Exception:  # noqa: BLE001  its own __index__ may raise anything
        raise TypeError(message(name, value, allowed, hint)) from None
    if at_least is not None and integer < at_least:
        raise ValueError(message(name, value, allowed, hint))
    if at_most is not None and integer > at_most:
        most = "2**63 - 1" if at_most == LARGEST else str(at_most)
        raise ValueError(message(name, value, f"an integer from {at_least} to {most}", hint))
    return integer


def check_real(name: str, value: object, *, hint: str = "") -> float:
    """Return `value` as a finite float."""
    allowed = "a finite real number"
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        raise TypeError(message(name, value, allowed, hint))
    try:
        number = float(value)
    except OverflowError:
        raise ValueError(message(name, value, allowed, hint)) from None
    except Exception:  # noqa: BLE001  its own __float__ may raise anything
        raise TypeError(message(name, value, allowed, hint)) from None
    if not math.isfinite(number):
        raise ValueError(message(name, value, allowed, hint))
    return number


def check_nonnegative(name: str, value: object, *, hint: str = "") -> float:
    """Return `value` as a finite float that is not negative; -0.0 is 0.0."""
    number = check_real(name, value, hint=hint)
    if number < 0:
        raise ValueError(message(name, value, "a finite number >= 0", hint))
    return abs(number)


def check_positive(name: str, value: object, *, hint: str = "") -> float:
    """Return `value` as a finite float above zero."""
    number = check_real(name, value, hint=hint)
    if number <= 0:
        raise ValueError(message(name, value, "a finite number > 0", hint))
    return number


def check_flag(name: str, value: object, *, hint: str = "") -> bool:
    """Return `value` as a bool; other types are refused, 0 and 1 too."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(message(name, value, "True or False", hint))
    return bool(value)


def check_choice(name: str, value: object, choices: Iterable[str], *, hint: str = "") -> str:
    """Return `value`, which must be one of the strings `choices`, as a plain string."""
    allowed = sorted(choices)
    told = "one of " + ", ".join(map(repr, allowed))
    plain = check_string(name, value, told, hint=hint)
    if plain not in allowed:
        raise ValueError(message(name, value, told, hint))
    return plain


def check_normalized(value: object) -> bool | str:
    """Return whether layers are normalized, and by which normalization if known."""
    if isinstance(value, str):
        return check_choice("normalized", value, ("batch", "layer"))
    hint = "or 'batch', 'layer'; the number of layers or branches goes into depth="
    return check_flag("normalized", value, hint=hint)


def check_instance(name: str, value: object, kind: type[_T], allowed: str, *, hint: str = "") -> _T:
    """Return `value`, which must be an instance of a class."""
    if not isinstance(value, kind):
        raise TypeError(message(name, value, allowed, hint))
    return value


def check_string(name: str, value: object, allowed: str = "a string", *, hint: str = "") -> str:
    """Return `value` as a plain string: a subclass may compare and print in ways of its own."""
    return str.__str__(check_instance(name, value, str, allowed, hint=hint))


def check_callable(name: str, value: object, called_as: str, *, hint: str) -> None:
    """Raise if `value` cannot be called; `called_as` is how the caller calls it."""
    if not callable(value):
        raise TypeError(message(name, value, f"callable as {called_as}", hint))


def check_items(
    name: str,
    value: object,
    allowed: str,
    *,
    hint: str,
    at_least: int = 0,
    most: int | None = None,
) -> tuple[Any, ...]:
    """Return the items of a sequence or 1-D array, of which there are at most `most`."""
    if not isinstance(value, Sequence | np.ndarray) or isinstance(value, _TEXT):
        raise TypeError(message(name, value, allowed, hint))
    if isinstance(value, np.ndarray) and value.ndim != 1:
        raise TypeError(message(name, value, allowed, hint))
    try:
        items = tuple(itertools.islice(iter(value), None if most is None else most + 1))
    except Exception as error:
        told = f"{hint}; to read it raised {shown_error(error)}"
        raise TypeError(message(name, value, allowed, told)) from error
    if len(items) < at_least:
        raise ValueError(f"{name} must hold {at_least} or more, got {shown(value)}; {hint}")
    if most is not None and len(items) > most:
        raise ValueError(f"{name} must hold {most} at most, got {shown(value)}; {hint}")
    return items


def check_mapping(name: str, value: object, allowed: str, *, hint: str) -> dict[Any, Any]:
    """Return the content of a mapping as a dict."""
    if not isinstance(value, Mapping):
        raise TypeError(message(name, value, allowed, hint))
    try:
        return dict(value.items())
    except Exception as error:
        told = f"{hint}; to read it raised {shown_error(error)}"
        raise TypeError(message(name, value, allowed, told)) from error


def check_rng(rng: Any) -> np.random.Generator:
    """Return the Generator that ``np.random.default_rng`` makes of `rng`."""
    allowed = "None, a non-negative int or sequence of them, or a NumPy random generator"
    hint = "write rng=0, or share one rng=np.random.default_rng(0) over all layers"
    if isinstance(rng, bool | np.bool_ | np.timedelta64):  # the last is an integer to NumPy
        raise TypeError(message("rng", rng, allowed, hint))
    try:
        if isinstance(rng, Sequence) and not isinstance(rng, _TEXT):  # which NumPy reads unbounded
            words = check_items("rng", rng, allowed, hint=hint, most=_MOST_WORDS)
            rng = [check_integer("rng", word, at_least=0, at_most=None) for word in words]
        return np.random.default_rng(rng)
    except ValueError:
        raise ValueError(message("rng", rng, allowed, hint)) from None
    except Exception:  # noqa: BLE001  what NumPy asks of it may raise anything
        raise TypeError(message("rng", rng, allowed, hint)) from None
