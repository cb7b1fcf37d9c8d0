"""Memory that is used again and again, so that a training step does not wait for new pages."""

import threading
from functools import cache
from math import prod

import numpy as np

_own = threading.local()


def scratch(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return an array of unknown numbers; each thread has one memory, which the next call reuses.

    Args:
        shape: any shape.
        dtype: of the array.
    """
    _keep_freed_memory()
    size = prod(shape) * dtype.itemsize
    memory: np.ndarray = getattr(_own, "memory", np.empty(0, np.uint8))
    if len(memory) < size:
        memory = _own.memory = np.empty(size, np.uint8)
    return memory[:size].view(dtype).reshape(shape)


@cache
def _keep_freed_memory() -> None:
    """Let this process keep freed arrays of up to 31 MiB for the next ones, once and for all.

    The C library glibc gives a large freed array back to the system, and a new one then costs a
    page fault for every 4 KiB. It learns from the largest array that came and went to keep such
    memory; 32 MiB is the most that it learns. Other C libraries take no notice.

    Source: mallopt(3) in the Linux manual, M_MMAP_THRESHOLD.
    """
    np.empty(31 << 20, np.uint8)
