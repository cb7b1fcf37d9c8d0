"""What is recorded for `backward`: everything, unless `no_grad` says otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

import numpy as np

from dlbook.tensor.node import Node

Factor = TypeVar("Factor", bound=Node)

_recording = ContextVar("recording", default=True)  # each thread and each task has its own


def is_recording() -> bool:
    """Return whether an operation, done here and now, remembers its parents."""
    return _recording.get()


@contextmanager
def no_grad() -> Iterator[None]:
    """Compute without recording: what is made inside has no graph and needs no gradient."""
    token = _recording.set(False)
    try:
        yield
    finally:
        _recording.reset(token)


def factors_read(a: Factor, b: Factor) -> list[Factor]:
    """Return which factors, of any shape, the rule of a product reads: each for the other."""
    return [x for x, other in ((a, b), (b, a)) if other.requires_grad]


def factors_kept(
    a: Node, b: Node, x: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return the arrays of the factors, x of a and y of b, or None for one that is not read.

    A rule that holds on to these keeps no numbers in memory that it does not need.

    Args:
        a: one factor, of any shape.
        b: the other.
        x: the data of a, in the dtype of the product.
        y: those of b.
    """
    return x if b.requires_grad else None, y if a.requires_grad else None
