"""How messages show a value: short and on one line.

A value that arrives by mistake may be a million numbers long, or fail when it is printed.
"""

import math
import reprlib
from collections.abc import Iterable

__all__ = ["listed", "message", "short", "shown", "shown_error"]

_WIDTH = 72  # letters for a value
_DIGITS = 30  # of an integer; Python refuses to write those of more than 4,300


class _Shortener(reprlib.Repr):
    """Show a value by its first items, and an array by its shape."""

    def __init__(self) -> None:
        super().__init__()
        self.maxtuple = self.maxlist = self.maxdict = self.maxset = 8
        self.maxstring = self.maxother = _WIDTH

    def repr_int(self, x: int, _level: int) -> str:
        if abs(x) < 10**_DIGITS:
            return repr(x)
        return f"<an integer of about {math.ceil(x.bit_length() * math.log10(2))} digits>"

    def repr_ndarray(self, x: object, _level: int) -> str:
        shape, dtype = getattr(x, "shape", ()), getattr(x, "dtype", "")
        if math.prod(shape) <= self.maxlist:
            return repr(x)
        return f"<an array of shape {self.repr(shape)}, dtype {dtype}>"

    def repr_instance(self, x: object, _level: int) -> str:
        return repr(x)  # the caller knows what to do where it fails


_SHORTENER = _Shortener()


def shown(value: object) -> str:
    """Return a value as a message shows it: at most 72 letters; a failing repr is no error.

    Examples
    --------
    >>> from weightinit._messages import shown
    >>> shown((784, 256)), shown(10**5000)
    ('(784, 256)', '<an integer of about 5001 digits>')
    """
    try:
        return _trimmed(_SHORTENER.repr(value), _WIDTH)
    except Exception:  # noqa: BLE001  a value's own repr may raise anything
        return f"<an object of type {_kind(value)} that cannot be printed>"


def shown_error(error: BaseException) -> str:
    """Return the type and the message of an error that the caller's code raised."""
    try:
        text = f": {error}"
    except Exception:  # noqa: BLE001  its own __str__ may raise anything
        text = ""
    return _trimmed(f"{_kind(error)}{text}", 2 * _WIDTH)


def short(text: str) -> str:
    """Return text as a message shows it: without its middle if it is long."""
    return _trimmed(text, _WIDTH)


def listed(names: Iterable[str], most: int = 4) -> str:
    """Return the first few names, and how many more there are.

    Examples
    --------
    >>> from weightinit._messages import listed
    >>> listed(f"dense{i}" for i in range(99))
    'dense0, dense1, dense2, dense3 and 95 more'
    """
    given = [_trimmed(name, _WIDTH // 2) for name in names]
    more = f" and {len(given) - most} more" if len(given) > most else ""
    return ", ".join(given[:most]) + more


def message(name: str, value: object, allowed: str, hint: str = "") -> str:
    """Return the text of an error: the argument, what is allowed, its value, a way out."""
    way_out = f"; {hint}" if hint else ""
    return f"{name} must be {allowed}, got {shown(value)} ({_kind(value)}){way_out}"


def _kind(value: object) -> str:
    return _trimmed(type(value).__name__, _WIDTH // 2)


def _printable(letter: str) -> str:
    return letter if letter.isprintable() else ascii(letter)[1:-1]


def _trimmed(text: str, width: int) -> str:
    """Return printable text on one line, without its middle if it is long."""
    half = (width - 3) // 2
    short = text if len(text) <= 8 * width else f"{text[: 4 * width]}...{text[-4 * width :]}"
    line = " ".join(short.split())
    plain = line if line.isprintable() else "".join(map(_printable, line))
    return plain if len(plain) <= width else f"{plain[:half]}...{plain[-half:]}"
