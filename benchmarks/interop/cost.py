"""What a call costs beside another: time, and memory at its peak."""

import ctypes
import gc
import time
from collections.abc import Callable
from pathlib import Path

__all__ = ["memory", "seconds"]

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def seconds(call: Callable[[], object], times: int = 3) -> float:
    """Return the least time that a call takes, after one to warm up."""
    call()
    least = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        call()
        least = min(least, time.perf_counter() - began)
    return least


def memory(call: Callable[[], object]) -> float | None:
    """Return by how many MB a call raises the memory of this process; None but on Linux."""
    if not _RESET.exists():
        return None
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what was freed goes back, so that it does not hide a peak
    _RESET.write_text("5", encoding="ascii")  # the peak is counted from here
    before = _kilobytes("VmRSS")
    call()
    return (_kilobytes("VmHWM") - before) / 1024


def _kilobytes(key: str) -> int:
    lines = _STATUS.read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{key}:")))
