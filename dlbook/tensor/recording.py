"""What is recorded for `backward`: everything, unless `no_grad` says otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from dlbook.graph import Node

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
