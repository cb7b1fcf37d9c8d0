"""How to cut matrix products for one processor core.

OpenBLAS packs a matrix before it multiplies it, except a small one on a processor with AVX-512.
There, many small products are up to twice as fast as one. But each of them runs in one thread,
so where the BLAS may use several threads a product stays whole.
"""

import os
from functools import cache
from itertools import product

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
    lowest, narrowest = 8, 64
    if turned:
        most, lowest, narrowest = min(most, SMALL_TURNED), 16, 8
    best = (0, 0, height, max(width, 1))  # size, shorter side, sides
    for high, wide in product(_parts(height, lowest, most), _parts(width, narrowest, most)):
        if high * wide <= most:
            best = max(best, (high * wide, min(high, wide), high, wide))
    return best[2:]


def _parts(side: int, least: int, most: int) -> list[int]:
    """Return the divisors of a side from `least` to `most`; a side below `least` stays whole."""
    first, last = max(1, min(side, least)), min(side, most)
    return [part for part in range(first, last + 1) if side % part == 0]
