"""Three tasks, and the data of a study: rows to work with, and a test set that notes who opens it.

In each task one class is twice as frequent as the others, and some labels are wrong, as in data
that people have labelled.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dlbook import arguments
from dlbook.data import REVIEW_WORDS, VOWELS, glyphs, reviews, spectrum, vowels

Examples = tuple[np.ndarray, np.ndarray]
Model = Callable[[np.ndarray], np.ndarray]

MISTAKEN = 0.08  # share of labels that are wrong, in the rows and in the test set
BANDS = 6  # of a sound's spectrum, for a linear model


@dataclass(frozen=True)
class Task:
    """One task: what is seen while a model is built, and what it meets when it is used.

    Args:
        name: image, speech or text.
        classes: names of the classes, in the order of their numbers.
        rows: number of examples to work with; the test set has as many.
        seen: draws examples as they are when a model is built, from a number and a generator.
        used: the same as they are when it is used.
        flat: gives the numbers that a linear model gets, shape (n, numbers).
        margin: accuracy on fresh data that a network has to add to that of a linear model.
    """

    name: str
    classes: tuple[str, ...]
    rows: int
    seen: Callable[[int, np.random.Generator], Examples]
    used: Callable[[int, np.random.Generator], Examples]
    flat: Callable[[np.ndarray], np.ndarray]
    margin: float


class Data:
    """The data of one study.

    `x` and `y` are for everything but the final figures: training, validation, choices. `test`
    opens the sealed test set.

    `x` has shape (500, 8, 8) for pictures, (400, 400) for sounds, (400, 10) for numbers of words.

    Args:
        task: name of the task, one of `TASKS`.
        development: inputs, shape (n, ...), and classes, shape (n,), to work with.
        unseal: takes a model and returns inputs and classes of the test set, in the same shapes.
    """

    def __init__(self, task: str, development: Examples, unseal: Callable[[Model], Examples]):
        self.task, self.classes = task, TASKS[task].classes
        self.x, self.y = (_read_only(part) for part in development)
        self._unseal = unseal

    def test(self, model: Model) -> Examples:
        """Open the sealed test set for a finished model, and return its inputs and classes.

        Args:
            model: takes inputs in the shape of `x`, gives scores of shape (n, classes). What it
                says at this moment is noted.

        Raises:
            TypeError: if the model cannot be called.
            ValueError: if it returns another shape, or numbers that are not finite.
        """
        return self._unseal(model)

    def flat(self, x: np.ndarray) -> np.ndarray:
        """Return the numbers that a linear model gets, shape (n, numbers), float64.

        Pixels of a picture, how loud a sound is in each of 6 bands of pitch, or how often each
        word occurs in a text.
        """
        return TASKS[self.task].flat(x)


def draw(task: str, seed: int) -> Data:
    """Return the data of a study, of the same shapes and numbers for the same task and seed.

    Args:
        task: image, speech or text.
        seed: where they are drawn from.

    Raises:
        TypeError: if the seed is no whole number.
        ValueError: if there is no such task, or the seed is negative.
    """
    chosen, rng = find(task), np.random.default_rng(arguments.integer(seed, "seed"))
    development, sealed = labelled(chosen, chosen.seen, rng), labelled(chosen, chosen.used, rng)

    def unseal(model: Model) -> Examples:
        scores(model, sealed[0], len(chosen.classes))  # says what is wrong with it, if anything is
        return sealed[0].copy(), sealed[1].copy()

    return Data(task, development, unseal)


def find(name: str) -> Task:
    """Return the task of that name, which says in what shape its inputs are.

    Raises:
        ValueError: if there is none.
    """
    if not isinstance(name, str) or name not in TASKS:
        raise ValueError(f"a task needs to be one of {', '.join(TASKS)}, got {name!r}; choose one")
    return TASKS[name]


def labelled(
    task: Task, source: Callable[[int, np.random.Generator], Examples], rng: np.random.Generator
) -> Examples:
    """Return inputs, shape (task.rows, ...), and their classes as people have noted them."""
    x, y = uneven(source, task.rows, rng)
    return x, with_mistakes(y, len(task.classes), rng)


def uneven(
    source: Callable[[int, np.random.Generator], Examples], n: int, rng: np.random.Generator
) -> Examples:
    """Return `n` examples, x of shape (n, ...); class 0 is twice as frequent as any other."""
    x, y = source(2 * n, rng)  # of these 55 percent stay, or more
    kept = np.flatnonzero((y == 0) | (np.arange(len(y)) % 2 == 0))[:n]
    return x[kept], y[kept]


def with_mistakes(
    y: np.ndarray, classes: int, rng: np.random.Generator, share: float = MISTAKEN
) -> np.ndarray:
    """Return classes, shape (n,), of which about `share` have been exchanged for another one."""
    other = (y + rng.integers(1, classes, len(y))) % classes
    return np.where(rng.random(len(y)) < share, other, y)


def _read_only(part: np.ndarray) -> np.ndarray:
    copy = part.copy()
    copy.flags.writeable = False
    return copy


def scores(model: Model, x: np.ndarray, classes: int) -> np.ndarray:
    """Return what a model says of `x`, shape (n, classes), float64.

    Raises:
        TypeError: if the model cannot be called.
        ValueError: if it returns another shape, or numbers that are not finite.
    """
    if not callable(model):
        raise TypeError(
            "a model needs to be a function that takes inputs and returns scores, got "
            f"{type(model).__name__}; pass one such as lambda x: train.predict(net, x)"
        )
    said = model(x.copy())
    try:
        found = np.array(said, dtype=np.float64)
    except (TypeError, ValueError):  # texts, or rows that differ in length
        found = np.full(np.shape(said) if isinstance(said, np.ndarray) else (), np.nan)
    if found.shape != (len(x), classes) or not np.isfinite(found).all():
        raise ValueError(
            f"a model needs to return finite scores of shape {(len(x), classes)}, got shape "
            f"{found.shape}; return a score for each class, before softmax"
        )
    return found


def _small_glyphs(n: int, rng: np.random.Generator, shift: float) -> Examples:
    x, y = glyphs(n, rng, shift=shift)
    return x.reshape(n, 8, 2, 8, 2).mean(axis=(2, 4)), y


def _mixed_reviews(n: int, rng: np.random.Generator) -> Examples:
    """Return reviews in which every adjective occurs with and without "not"."""
    parts = [reviews(n - n // 8, rng), reviews(n // 8, rng, unseen=True)]
    order = rng.permutation(n)
    return np.concatenate([x for x, _ in parts])[order], np.concatenate([y for _, y in parts])[
        order
    ]


@lru_cache(maxsize=1)
def _pool() -> Examples:
    """Return 5,000 reviews, drawn once: to draw them anew takes most of a short study."""
    return _mixed_reviews(5000, np.random.default_rng(0))


def _pooled_reviews(n: int, rng: np.random.Generator) -> Examples:
    x, y = _pool()
    rows = rng.integers(len(y), size=n)
    return x[rows], y[rows]


def _counted(x: np.ndarray) -> np.ndarray:
    return np.asarray(np.eye(len(REVIEW_WORDS))[x].sum(axis=1))


def _pixels(x: np.ndarray) -> np.ndarray:
    return x.reshape(len(x), -1).astype(np.float64)


TASKS = {
    task.name: task
    for task in (
        Task(
            "image",
            tuple("0123456789"),
            500,
            lambda n, rng: _small_glyphs(n, rng, shift=0.5),
            lambda n, rng: _small_glyphs(n, rng, shift=2.5),
            _pixels,
            0.25,
        ),
        Task(
            "speech",
            tuple(VOWELS),
            400,
            lambda n, rng: vowels(n, rng, noise=0.3),
            lambda n, rng: vowels(n, rng, noise=0.3),
            lambda x: spectrum(x, BANDS).astype(np.float64),
            0.05,
        ),
        Task("text", ("bad", "good"), 400, _mixed_reviews, _pooled_reviews, _counted, 0.15),
    )
}
