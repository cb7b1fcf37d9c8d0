"""How to cut matrix products for one processor core.

OpenBLAS packs a matrix before it multiplies it, except a small one in its code for AVX-512.
There, many small products are up to twice as fast as one. Each of them runs in one thread, so
this is for use inside `dlbook.parallel.each`, where the BLAS has no more than one.
"""

from functools import cache
from itertools import product

import numpy as np

from dlbook import blas
from dlbook.parallel import each, matmul, shares

TALL = 64  # rows of the result, for which a packed matrix is read so often that packing pays
SMALL_TURNED = 1200  # numbers in the result, where the second matrix is a transposed one


def small() -> int:
    """Return up to how many multiplications OpenBLAS does not pack a matrix."""
    return 1_000_000 if blas.uses_avx512() else 0


@cache
def tile(height: int, width: int, depth: int, turned: bool = False) -> tuple[int, int]:
    """Return the sides of tiles that cut the result of a matrix product evenly.

    Args:
        height: rows of the result, shape (height, width).
        width: its columns.
        depth: products that are added up for each number of the result.
        turned: whether the second matrix is a transposed one.
    """
    most = small() // max(depth, 1) if turned or height < TALL else 0
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


def matrix_product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a @ b in tiles, which threads share.

    Args:
        a: shape (n, m).
        b: shape (m, p); may be a transposed matrix.
    """
    (n, m), p = a.shape, b.shape[1]
    high, wide = tile(n, p, m, turned=b.strides[0] < b.strides[1])
    a_is_turned = a.strides[0] < a.strides[1]
    if (high, wide) == (n, p) or a_is_turned or not p:
        return matmul(a, b)
    out = np.empty((n, p), np.result_type(a, b))
    tall = a.reshape(n // high, 1, high, m)
    columns = b.reshape(m, p // wide, wide).swapaxes(0, 1)
    split = out.reshape(n // high, high, p // wide, wide).swapaxes(1, 2)
    each(
        lambda some: np.matmul(tall[some], columns, out=split[some]),
        shares(n // high, n * m * p),
    )
    return out


def multiply(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    """Write the product of a and each matrix of b, in tiles.

    Args:
        a: shape (n, m).
        b: shape (count, m, p).
        out: shape (count, n, p), contiguous.
    """
    (n, m), (count, _, p) = a.shape, b.shape
    high, wide = tile(n, p, m)
    rows, columns = n // high, p // wide
    cut = b.reshape(count, 1, m, columns, wide).swapaxes(2, 3)
    split = out.reshape(count, rows, high, columns, wide).swapaxes(2, 3)
    np.matmul(a.reshape(rows, 1, high, m), cut, out=split)


def sum_of_products(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the sum of a[i] @ b[i]^T, shape (n, p), in tiles.

    Args:
        a: shape (count, n, m).
        b: shape (count, p, m).
    """
    (count, n, m), p = a.shape, b.shape[1]
    high, wide = tile(n, p, m, turned=True)
    rows, columns = n // high, p // wide
    tall = a.reshape(count, rows, 1, high, m)
    turned = b.reshape(count, 1, columns, wide, m).swapaxes(3, 4)
    total: np.ndarray = (tall @ turned).sum(axis=0)
    return total.swapaxes(1, 2).reshape(n, p)
