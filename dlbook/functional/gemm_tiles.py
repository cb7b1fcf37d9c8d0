"""How to cut matrix products for one processor core.

OpenBLAS packs a matrix before it multiplies it, except a small one on a processor with AVX-512.
There, many small products are up to twice as fast as one. But each of them runs in one thread,
so where the BLAS may use several threads a product stays whole.
"""

import os
from functools import cache

import numpy as np

SIMD = (np.show_config(mode="dicts") or {}).get("SIMD Extensions", {}).get("found", [])
THREADS = os.environ.get("OPENBLAS_NUM_THREADS") or os.environ.get("OMP_NUM_THREADS")
ALONE = (THREADS or str(os.cpu_count())) == "1"
SMALL = 1_000_000 if ALONE and {"X86_V4", "AVX512_SKX"} & set(SIMD) else 0  # multiplications
SMALL_TURNED = 1200  # numbers in the result, where the second matrix is a transposed one


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
