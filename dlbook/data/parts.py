"""How to cut data into parts and batches: by row numbers, in an order that comes from `rng`."""

from collections.abc import Iterator, Sequence

import numpy as np

from dlbook import arguments


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
        TypeError: if `n` is no whole number, a fraction no number, or `rng` no generator.
        ValueError: if `n` or a fraction is negative, or if the fractions do not add up to 1.
    """
    n, rng = arguments.integer(n, "n"), arguments.generator(rng)
    try:
        sizes = [arguments.number(fraction, "a fraction") for fraction in fractions]
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"split needs fractions that add up to 1, got {fractions!r:.50}; {error}"
        ) from None
    if abs(sum(sizes) - 1) > 1e-9:
        raise ValueError(
            f"split needs fractions that add up to 1, got {tuple(sizes)}; try (0.6, 0.2, 0.2)"
        )
    ends = np.round(np.cumsum(sizes[:-1]) * n).astype(int)
    return np.split(rng.permutation(n), ends)


def batches(
    n: int, batch_size: int, rng: np.random.Generator, drop_last: bool = False
) -> "Batches":
    """Return the row numbers 0 .. n-1 in batches; each walk through them is an epoch.

    An epoch has a new order, drawn when the walk begins, and each index once.

    Args:
        n: number of examples.
        batch_size: how many of them are in a batch.
        rng: where the order comes from.
        drop_last: leave out the last batch if it would be shorter.

    Returns:
        For a `for` loop, as often as you like: row numbers, integers of shape (batch_size,); the
        last batch may be shorter. ``len`` gives the number of batches.

    Raises:
        TypeError: if `n` or `batch_size` is no whole number, `rng` no generator, or `drop_last`
            neither True nor False.
        ValueError: if `n` is negative or `batch_size` less than 1.
    """
    return Batches(n, batch_size, rng, drop_last)


class Batches:
    """What `batches` returns: row numbers, each batch of shape (batch_size,)."""

    def __init__(self, n: int, batch_size: int, rng: np.random.Generator, drop_last: bool):
        self.n, self.batch_size = (
            arguments.integer(n, "n"),
            arguments.integer(batch_size, "batch_size", 1),
        )
        self.drop_last = arguments.flag(drop_last, "drop_last")
        self.rng = arguments.generator(rng)

    def __len__(self) -> int:
        whole = self.n // self.batch_size
        return whole if self.drop_last or whole * self.batch_size == self.n else whole + 1

    def __iter__(self) -> Iterator[np.ndarray]:
        order, size = self.rng.permutation(self.n), self.batch_size
        for i in range(len(self)):
            yield order[i * size : (i + 1) * size]
