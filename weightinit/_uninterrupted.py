"""Make several changes in one instruction, which an interrupt cannot split."""

from collections import deque
from itertools import starmap
from operator import call
from typing import Any

__all__ = ["uninterrupted"]


def uninterrupted(calls: list[tuple[Any, ...]]) -> None:
    """
    Make calls one after the other, without a moment for an interrupt between them.

    Python raises ``KeyboardInterrupt``, as any exception sent from another thread, between two of
    its own instructions. Inside of this one there are none, as long as all that it calls is written
    in C; an interrupt waits for its end. What could fail the caller has to check before.

    Parameters
    ----------
    calls : list of tuple
        What to call, and with which positional arguments: ``(list.append, steps, 1)``.

    Examples
    --------
    >>> from weightinit._uninterrupted import uninterrupted
    >>> losses, steps = [], []
    >>> uninterrupted([(list.append, losses, 0.5), (list.append, steps, 1)])
    >>> losses, steps
    ([0.5], [1])
    """
    deque(starmap(call, calls), maxlen=0)
