"""How to cut data into parts and batches: by row numbers, in an order that comes from `rng`."""

from collections.abc import Iterator, Sequence

import numpy as np


def split(n: int, fractions: Sequence[float], rng: np.random.Generator) -> list[np.ndarray]:
    """Return shuffled parts of 0 .. n-1, such as training, validation and test.

    Args:
        n: number of examples.
        fractions: size of each part, together 1.
        rng: where the order comes from.

    Returns:
        For each fraction row numbers, integers of shape (about fraction * n,); together they hold
        every number from 0 to n-1 once.

    Raises:
        ValueError: if the fractions are negative or do not add up to 1.
    """
    if min(fractions) < 0 or abs(sum(fractions) - 1) > 1e-9:
        raise ValueError(
            f"split needs fractions that add up to 1, got {tuple(fractions)}; try (0.6, 0.2, 0.2)"
        )
    ends = np.round(np.cumsum(fractions[:-1]) * n).astype(int)
    return np.split(rng.permutation(n), ends)


def batches(n: int, batch_size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield one epoch: 0 .. n-1 in a new order, each index once, `batch_size` at a time.

    Args:
        n: number of examples.
        batch_size: how many of them are in a batch.
        rng: where the order comes from.

    Yields:
        Row numbers, integers of shape (batch_size,); the last batch may be shorter.

    Raises:
        ValueError: if `batch_size` is less than 1.
    """
    if batch_size < 1:
        raise ValueError(f"batches needs batch_size 1 or more, got {batch_size}; try 32")
    order = rng.permutation(n)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]
