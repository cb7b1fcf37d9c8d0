"""Data that needs no download, and how to cut it into parts and batches.

Pictures and points are float32, class numbers are int64; both come as plain NumPy arrays.
"""

from collections.abc import Iterator, Sequence
from importlib.resources import files

import numpy as np

Points = tuple[np.ndarray, np.ndarray]

# ---- data sets ----


def load_digits() -> Points:
    """Return 1,797 pictures of handwritten digits and what they show.

    Each was a bitmap of 32 x 32; a value counts the dark pixels in a block of 4 x 4, here divided
    by 16. Thirteen people wrote them; they are the test part of the collection, in its order.

    Returns:
        Pictures of shape (1797, 8, 8), float32, from 0 (white) to 1 (black), and class numbers
        of shape (1797,), int64, from 0 to 9.

    Source: E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI
    Machine Learning Repository, https://doi.org/10.24432/C50P49, licence CC BY 4.0.
    Changes: stored as 8-bit integers in dlbook/digits.npz, scaled on loading.
    """
    with files("dlbook").joinpath("digits.npz").open("rb") as file, np.load(file) as stored:
        return stored["images"].astype(np.float32) / 16, stored["labels"].astype(np.int64)


def xor(n: int, rng: np.random.Generator, noise: float = 0.0) -> Points:
    """Return points in the square from -1 to 1; class 1 where the two signs differ.

    Args:
        n: number of points.
        rng: where they come from.
        noise: standard deviation of what is added to the points after the classes are drawn.

    Returns:
        Points of shape (n, 2), float32, and class numbers 0 or 1 of shape (n,), int64.
    """
    x = rng.uniform(-1, 1, (n, 2))
    return _noisy(x, (x[:, 0] > 0) != (x[:, 1] > 0), noise, rng)


def moons(n: int, rng: np.random.Generator, noise: float = 0.1) -> Points:
    """Return points on two half circles of radius 1, each reaching into the other.

    Args:
        n: number of points.
        rng: where they come from.
        noise: standard deviation of what is added to the points.

    Returns:
        Points of shape (n, 2), float32, and class numbers 0 or 1 of shape (n,), int64.
    """
    angle, lower = rng.uniform(0, np.pi, n), np.arange(n) % 2
    x = np.cos(angle) * (1 - 2 * lower) - 0.5 + lower
    y = np.sin(angle) * (1 - 2 * lower) - 0.25 + 0.5 * lower
    return _noisy(np.column_stack([x, y]), lower, noise, rng)


def spiral(
    n: int, rng: np.random.Generator, classes: int = 2, turns: float = 1.0, noise: float = 0.02
) -> Points:
    """Return points on spiral arms around the origin, one arm a class, radius at most 1.

    Args:
        n: number of points.
        rng: where they come from.
        classes: number of arms.
        turns: how often each arm goes round.
        noise: standard deviation of what is added to the points.

    Returns:
        Points of shape (n, 2), float32, and class numbers from 0 of shape (n,), int64.
    """
    radius, arm = rng.uniform(0.1, 1, n), np.arange(n) % classes
    angle = 2 * np.pi * (turns * radius + arm / classes)
    x = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return _noisy(x, arm, noise, rng)


def _noisy(x: np.ndarray, y: np.ndarray, noise: float, rng: np.random.Generator) -> Points:
    return (x + rng.normal(0, noise, x.shape)).astype(np.float32), y.astype(np.int64)


# ---- parts and batches ----


def split(n: int, fractions: Sequence[float], rng: np.random.Generator) -> list[np.ndarray]:
    """Return shuffled parts of 0 .. n-1, such as training, validation and test.

    Args:
        n: number of examples.
        fractions: size of each part, together 1.
        rng: where the order comes from.

    Returns:
        For each fraction an integer array; together they hold every index once.

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
        batch_size: how many of them in a batch; the last one may be smaller.
        rng: where the order comes from.

    Raises:
        ValueError: if `batch_size` is less than 1.
    """
    if batch_size < 1:
        raise ValueError(f"batches needs batch_size 1 or more, got {batch_size}; try 32")
    order = rng.permutation(n)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]
