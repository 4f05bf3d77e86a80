"""Measure on so many threads: the cores that a process may use, and PyTorch's own setting."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

__all__ = ["threads"]


@contextmanager
def threads(number: int) -> Iterator[Callable[[], float]]:
    """Keep this process on so many cores, 0 being all; give the clock that counts there.

    On one it counts seconds of the processor, which no other program takes part in.
    """
    cores = sorted(os.sched_getaffinity(0))
    used = number or len(cores)
    torch.set_num_threads(used)
    os.sched_setaffinity(0, cores[:used])
    try:
        yield time.process_time if used == 1 else time.perf_counter
    finally:
        os.sched_setaffinity(0, cores)
