"""What a processor is good at: how to cut matrix products, share out rows, and reuse memory.

OpenBLAS packs a matrix before it multiplies it, except a small one on a processor with AVX-512.
There, many small products are up to twice as fast as one, but each runs in one thread only, so
the rows of an image are shared out among threads of our own. Elsewhere a product stays whole,
and the threads are those of the BLAS.
"""

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")
Result = TypeVar("Result")

SIMD = (np.show_config(mode="dicts") or {}).get("SIMD Extensions", {}).get("found", [])
SMALL = 1_000_000 if {"X86_V4", "AVX512_SKX"} & set(SIMD) else 0  # multiplications
SMALL_TURNED = 1200  # numbers in the result, where the second matrix is a transposed one
THREADS = int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1) if SMALL else 1

_own = threading.local()


@cache
def tile(height: int, width: int, depth: int, turned: bool = False) -> tuple[int, int]:
    """Return the sides of tiles that cut the result of a matrix product evenly.

    Args:
        height: rows of the result, shape (height, width).
        width: its columns.
        depth: products that are added up for each number of the result.
        turned: whether the second matrix is a transposed one.
    """
    most = SMALL // max(depth, 1)
    most, low = (min(most, SMALL_TURNED), (16, 8)) if turned else (most, (8, 64))
    high, wide = (
        [n for n in range(max(1, min(side, least)), min(side, most) + 1) if side % n == 0]
        for side, least in zip((height, width), low, strict=True)
    )
    fitting = [(a * b, min(a, b), a, b) for a in high for b in wide if a * b <= most]
    return max(fitting)[2:] if fitting else (height, max(width, 1))


def in_threads(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Return what `work` makes of each item, in order; NumPy lets other threads run meanwhile."""
    items = list(items)
    if THREADS == 1 or len(items) == 1:
        return [work(item) for item in items]
    return list(_pool().map(work, items))


def scratch(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return an array of unknown numbers; each thread has one memory, which the next call reuses.

    Args:
        shape: any shape.
        dtype: of the array.
    """
    size = int(np.prod(shape)) * dtype.itemsize
    memory: np.ndarray = getattr(_own, "memory", np.empty(0, np.uint8))
    if len(memory) < size:
        memory = _own.memory = np.empty(size, np.uint8)
    return memory[:size].view(dtype).reshape(shape)


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="dlbook")


np.empty(31 << 20, np.uint8)  # glibc keeps freed memory at hand once a large array came and went
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # threads do not survive a fork
