"""Keep the memory of a step for the next."""

import numpy as np

__all__ = ["keep_freed_memory"]


def keep_freed_memory() -> None:
    """Let the C library keep the memory that a step frees, for the next step to use.

    glibc gives a large array back to the system when it is freed, and to get it again costs a page
    fault per 4 kB: more than the work of a convolution. Once an array has been freed it keeps
    those up to that size (mallopt(3), "dynamic mmap threshold"), but no larger than 32 MB. The
    array here is not written, so that it takes no memory; other C libraries do as they did.
    """
    np.empty(2**25 - 2**16, np.uint8)
