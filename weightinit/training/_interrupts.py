"""Decide whether an interrupt ends one training, or what the training is part of."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["interrupts_are_raised", "raise_interrupts"]

_raised: ContextVar[bool] = ContextVar("_raised", default=False)


def interrupts_are_raised() -> bool:
    """Tell whether a training passes an interrupt on, or returns what it has."""
    return _raised.get()


@contextmanager
def raise_interrupts() -> Iterator[None]:
    """Let trainings inside pass interrupts on to the code that runs them."""
    before = _raised.set(True)
    try:
        yield
    finally:
        _raised.reset(before)
