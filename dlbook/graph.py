"""The graph, and the backward pass: one walk from the loss to the leaves, each rule applied once.

Each operation leaves a record of what `backward` needs to know: where its result came from, and
a function `pull` that turns the gradient of the result into the gradients of its parents. Records
lead to the records before them, and at last to leaves, the tensors that no operation made. The
numbers of a result are not among it: they are freed with the tensor, unless a `pull` needs them.

Nothing here knows which operations exist, or how arrays are stored.

Source: Rumelhart, Hinton and Williams (1986), Nature 323, 533-536; Baydin, Pearlmutter, Radul
and Siskind (2018), "Automatic differentiation in machine learning: a survey", section 3.2.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

Pull = Callable[[np.ndarray], Sequence[np.ndarray | None]]


class Place(Protocol):
    """A place in the graph, for an array of some shape: a leaf, or the record of an operation."""

    grad: np.ndarray | None

    @property
    def parents(self) -> tuple["Place", ...]: ...
    @property
    def operation(self) -> str: ...
    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def dtype(self) -> np.dtype: ...
    @property
    def number(self) -> float | None: ...
    @property
    def requires_grad(self) -> bool: ...
    @property
    def keeps_grad(self) -> bool: ...
    def retain_grad(self) -> None: ...


class Read(NamedTuple):
    """Data that a rule will look at again: they must not have changed by then."""

    changes: list[int]  # how often they were changed: one number, which goes on counting
    so_far: int
    shape: tuple[int, ...]


class Record:
    """What `backward` needs to know of an operation: all but the numbers of its result.

    Args:
        result: the array that the operation gave; its shape is remembered, it is not.
        parents: what the result was computed from.
        pull: see `dlbook.record`.
        reads: the data, of any shape, that `pull` will look at again.
    """

    __slots__ = (
        "dtype",
        "grad",
        "keeps_grad",
        "number",
        "parents",
        "pull",
        "reads",
        "shape",
    )
    requires_grad = True

    def __init__(
        self, result: np.ndarray, parents: tuple[Place, ...], pull: Pull, reads: list[Read]
    ):
        self.shape, self.dtype = result.shape, result.dtype
        self.number = number(result)
        self.parents, self.pull, self.reads = parents, pull, reads
        self.grad: np.ndarray | None = None
        self.keeps_grad = False

    def __repr__(self) -> str:
        return f"Record({self.operation}, shape={self.shape})"

    @property
    def operation(self) -> str:
        """The name of the function that made the result, such as ``relu``."""
        return _maker(self.pull)

    def retain_grad(self) -> None:
        """Keep the gradient of the result when it comes by."""
        self.keeps_grad = True

    def forget(self) -> None:
        """Let go of what the record holds, once its gradient was passed on."""
        self.parents, self.pull, self.reads = (), _walked_already, []


def number(data: np.ndarray) -> Any:
    """Return data of any shape as a Python number, for drawings, if they are a single one."""
    return data.item() if data.size == 1 else None


def backward(end: Place, g: np.ndarray) -> None:
    """Add to the `grad` of every leaf the gradient of a loss with respect to it.

    A place waits until all its consumers have reported, so its `pull` runs once, with the sum of
    what they sent. The graph is freed on the way.

    Args:
        end: where the walk starts.
        g: gradient of the loss with respect to it, of its shape.

    Raises:
        RuntimeError: if the graph has been walked already, or data that a rule needs were changed.
        ValueError: if a gradient does not have the shape of its place.
    """
    arrived = {id(end): g}
    for place in toposort(end):
        _step(place, arrived)


def toposort(end: Place) -> Iterator[Place]:
    """Yield `end` and all places that it was computed from, each after all of its consumers.

    No array, of any shape, is looked at. A record may forget its parents as soon as it has been
    yielded, so that memory is freed on the way.

    Source: Kahn (1962), "Topological sorting of large networks", Communications of the ACM 5.
    """
    waiting_for = _count_consumers(end)
    ready = [end]
    while ready:
        place = ready.pop()
        parents = place.parents
        yield place
        for parent in parents:
            waiting_for[id(parent)] -= 1
            if not waiting_for[id(parent)]:
                ready.append(parent)


def _count_consumers(end: Place) -> dict[int, int]:
    counts = {id(end): 0}
    stack = [end]
    while stack:
        for parent in stack.pop().parents:
            if id(parent) not in counts:
                counts[id(parent)] = 0
                stack.append(parent)
            counts[id(parent)] += 1
    return counts


def _step(place: Place, arrived: dict[int, np.ndarray]) -> None:
    """Keep the gradient that arrived where it is wanted, free the record, and pass parts of it on.

    Args:
        place: all of its consumers have reported.
        arrived: by id of a place, the sum of what it was sent, of its shape.
    """
    g = arrived.pop(id(place), None)
    if g is not None and place.keeps_grad:
        place.grad = _plus(_kept(place), g)
    if not isinstance(place, Record):
        return
    parents, pull, reads = place.parents, place.pull, place.reads
    place.forget()
    if g is None:
        return
    _check_unchanged(reads, pull)
    for parent, part in _apply(pull, g, parents):
        arrived[id(parent)] = _plus(arrived.get(id(parent)), part)


def _kept(place: Place) -> np.ndarray | None:
    """Return the gradient that a place has from before: anyone may have put something there."""
    if place.grad is None:
        return None
    kept: np.ndarray = np.asarray(place.grad)
    if kept.shape != place.shape or kept.dtype.kind not in "biuf":
        raise ValueError(
            f"backward needs a grad of shape {place.shape} to add to, or None, got {kept.dtype} "
            f"of shape {kept.shape}; write x.grad = None before it"
        )
    return kept


def _check_unchanged(reads: list[Read], pull: Pull) -> None:
    for changes, so_far, shape in reads:
        if changes[0] != so_far:
            raise RuntimeError(
                f"the pull of {_maker(pull)} needs the data that it was computed from, got a "
                f"tensor of shape {shape} that was changed in place since, such as by "
                "optimizer.step(); call backward before that, or compute the loss again"
            )


def _apply(pull: Pull, g: np.ndarray, parents: tuple[Place, ...]) -> list[tuple[Place, np.ndarray]]:
    """Return each parent that needs a gradient and gets one, with that gradient."""
    shared = g.view()
    shared.flags.writeable = False  # a rule that wrote here would change what others were sent
    parts = pull(shared)
    if not isinstance(parts, tuple) or len(parts) != len(parents):
        got = f"{len(parts)} of them" if isinstance(parts, tuple) else type(parts).__name__
        raise ValueError(
            f"the pull of {_maker(pull)} needs to return a tuple of {len(parents)} gradients, one "
            f"a parent, got {got}; a tuple of one ends with a comma: return (g,)"
        )
    return [
        (parent, _fitted(part, parent, pull))
        for parent, part in zip(parents, parts, strict=True)
        if parent.requires_grad and part is not None
    ]


def _fitted(part: Any, parent: Place, pull: Pull) -> np.ndarray:
    given = np.asarray(part)
    if given.dtype.kind not in "biuf":
        raise ValueError(
            f"the pull of {_maker(pull)} needs a gradient of real numbers, got {given.dtype}; "
            "compute it from g with NumPy"
        )
    fitted: np.ndarray = given.astype(parent.dtype, copy=False)
    if fitted.shape != parent.shape:
        raise ValueError(
            f"the pull of {_maker(pull)} needs a gradient of shape {parent.shape}, as its parent, "
            f"got {fitted.shape}; if the parent was broadcast, sum over the new axes, as "
            "dlbook.tensor.unbroadcast does"
        )
    may_be_shared = _is_foreign(pull) or (fitted.base is not None and parent.keeps_grad)
    return fitted.copy() if may_be_shared else fitted


def _is_foreign(pull: Pull) -> bool:
    """Return whether a rule was written outside dlbook: it may use what it returns again.

    The rules of dlbook return views or new arrays, never one array twice.
    """
    return not getattr(pull, "__module__", "").startswith("dlbook.")


def _maker(pull: Pull) -> str:
    name = getattr(pull, "__qualname__", type(pull).__name__)
    return name.split(".<locals>")[0].split(".")[-1]


def _plus(so_far: np.ndarray | None, part: np.ndarray) -> np.ndarray:
    return part if so_far is None else np.asarray(so_far + part)  # new: `part` may be shared


def _walked_already(g: np.ndarray) -> tuple[np.ndarray, ...]:
    raise RuntimeError(
        "backward needs a fresh graph, got one that was walked and freed before; compute the "
        "loss again, or add several losses and call backward once"
    )
