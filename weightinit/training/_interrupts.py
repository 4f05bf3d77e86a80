"""Whether an interrupt ends a training, or all that the training is a part of."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["interrupts_are_raised", "raise_interrupts"]

_raised: ContextVar[bool] = ContextVar("_raised", default=False)


def interrupts_are_raised() -> bool:
    """Tell whether a training hands an interrupt on, rather than return what it has."""
    return _raised.get()


@contextmanager
def raise_interrupts() -> Iterator[None]:
    """Let trainings inside hand interrupts on, for their end is not the end of what runs them."""
    before = _raised.set(True)
    try:
        yield
    finally:
        _raised.reset(before)
