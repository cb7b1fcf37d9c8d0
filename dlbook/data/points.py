"""Points in the plane with two or more classes, drawn anew from the generator that is given.

All of them are made by the code below: nothing is stored and no licence but that of dlbook holds.
"""

import numpy as np

from dlbook import arguments

Points = tuple[np.ndarray, np.ndarray]


def xor(n: int, rng: np.random.Generator, noise: float = 0.0) -> Points:
    """Return points in the square from -1 to 1; class 1 where the two signs differ.

    Args:
        n: number of points.
        rng: where they come from.
        noise: standard deviation of what is added to the points after the classes are drawn.

    Returns:
        Points of shape (n, 2), float32, and class numbers 0 or 1 of shape (n,), int64.

    Raises:
        TypeError, ValueError: if an argument is of the wrong kind, negative or not finite.
    """
    n, rng = arguments.integer(n, "n"), arguments.generator(rng)
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

    Raises:
        TypeError, ValueError: if an argument is of the wrong kind, negative or not finite.
    """
    n, rng = arguments.integer(n, "n"), arguments.generator(rng)
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

    Raises:
        TypeError, ValueError: if an argument is of the wrong kind, negative or not finite.
    """
    n, classes, rng = (
        arguments.integer(n, "n"),
        arguments.integer(classes, "classes", 1),
        arguments.generator(rng),
    )
    turns = arguments.number(turns, "turns", least=None)
    radius, arm = rng.uniform(0.1, 1, n), np.arange(n) % classes
    angle = 2 * np.pi * (turns * radius + arm / classes)
    x = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return _noisy(x, arm, noise, rng)


def ring(n: int, rng: np.random.Generator, noise: float = 0.05) -> Points:
    """Return points of a disc of radius 0.5, class 1, and of a ring around it, class 0.

    The ring reaches from 0.8 to 1.2, so that nothing lies between the classes but noise.

    Args:
        n: number of points, every other one in the ring.
        rng: where they come from.
        noise: standard deviation of what is added to the points.

    Returns:
        Points of shape (n, 2), float32, and class numbers 0 or 1 of shape (n,), int64.

    Raises:
        TypeError, ValueError: if an argument is of the wrong kind, negative or not finite.
    """
    n, rng = arguments.integer(n, "n"), arguments.generator(rng)
    inside, angle = np.arange(n) % 2, rng.uniform(0, 2 * np.pi, n)
    low, high = np.where(inside, 0, 0.8), np.where(inside, 0.5, 1.2)
    radius = np.sqrt(rng.uniform(low**2, high**2))  # the root spreads points evenly over the area
    x = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return _noisy(x, inside, noise, rng)


def blobs(n: int, rng: np.random.Generator, classes: int = 3, noise: float = 0.25) -> Points:
    """Return points around centres that stand evenly on the circle of radius 1, one a class.

    Args:
        n: number of points.
        rng: where they come from.
        classes: number of centres.
        noise: standard deviation of the distance from the centre, along each axis.

    Returns:
        Points of shape (n, 2), float32, and class numbers from 0 of shape (n,), int64.

    Raises:
        TypeError, ValueError: if an argument is of the wrong kind, negative or not finite.
    """
    n, classes, rng = (
        arguments.integer(n, "n"),
        arguments.integer(classes, "classes", 1),
        arguments.generator(rng),
    )
    y = np.arange(n) % classes
    angle = 2 * np.pi * y / classes
    return _noisy(np.column_stack([np.cos(angle), np.sin(angle)]), y, noise, rng)


def _noisy(x: np.ndarray, y: np.ndarray, noise: float, rng: np.random.Generator) -> Points:
    noise = arguments.number(noise, "noise")
    return (x + rng.normal(0, noise, x.shape)).astype(np.float32), y.astype(np.int64)
