"""How to cut matrix products for one processor core, and how to reuse memory.

OpenBLAS packs a matrix before it multiplies it, except a small one on a processor with AVX-512.
There, many small products are up to twice as fast as one. But each of them runs in one thread,
so where the BLAS may use several threads a product stays whole.
"""

import os
import threading
from functools import cache

import numpy as np

SIMD = (np.show_config(mode="dicts") or {}).get("SIMD Extensions", {}).get("found", [])
THREADS = os.environ.get("OPENBLAS_NUM_THREADS") or os.environ.get("OMP_NUM_THREADS")
ALONE = (THREADS or str(os.cpu_count())) == "1"
SMALL = 1_000_000 if ALONE and {"X86_V4", "AVX512_SKX"} & set(SIMD) else 0  # multiplications
SMALL_TURNED = 1200  # numbers in the result, where the second matrix is a transposed one

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


np.empty(31 << 20, np.uint8)  # glibc keeps freed memory at hand once a large array came and went
