"""The backward pass: one walk from the loss to the leaves, each rule applied once.

A node knows its parents and a function `pull` that turns the gradient of the node into the
gradients of the parents. Nothing here knows which operations exist, or how arrays are stored.

Source: Rumelhart, Hinton and Williams (1986), Nature 323, 533-536; Baydin, Pearlmutter, Radul
and Siskind (2018), "Automatic differentiation in machine learning: a survey", section 3.2.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

Pull = Callable[[np.ndarray], Sequence[np.ndarray | None]]


class Node:
    """A place in the graph: data, its gradient, and where the data came from.

    Args:
        data: an array of any shape.
        requires_grad: whether `backward` should compute a gradient for it.
    """

    __slots__ = (
        "__weakref__",
        "_changes",
        "_parents",
        "_pull",
        "_reads",
        "_requires_grad",
        "_retains",
        "data",
        "grad",
    )

    def __init__(self, data: np.ndarray, requires_grad: bool):
        self.data = data
        self._requires_grad = requires_grad
        self.grad: np.ndarray | None = None
        self._parents: tuple[Node, ...] = ()
        self._pull: Pull | None = None
        self._reads: tuple[tuple[Node, int], ...] = ()
        self._changes = [0]  # a list, so that tensors which share their data share the count
        self._retains = False

    def grow(self, parents: tuple["Node", ...], pull: Pull, reads: Iterable["Node"]) -> None:
        """Become the result of an operation: `pull` gives the gradients of the parents.

        Args:
            parents: what the data were computed from, arrays of any shape.
            pull: see `dlbook.record`.
            reads: the nodes whose data `pull` will look at again.
        """
        self._requires_grad = True
        self._parents, self._pull = parents, pull
        self._reads = tuple([(node, node.version) for node in reads])

    @property
    def requires_grad(self) -> bool:
        """Whether `backward` computes a gradient, of the shape of the data, for this node."""
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        """Ask for a gradient, of the shape of the data, or for none.

        Raises:
            RuntimeError: if it is not True or False, if the data are not floating point, or if
                an operation made this node, which has a graph then.
        """
        if not isinstance(wanted, bool | np.bool_):
            raise RuntimeError(
                f"requires_grad needs to be True or False, got {wanted!r}; write one"
            )
        if not self.is_leaf and not wanted:
            raise RuntimeError(
                "requires_grad=False needs a leaf, got the result of an operation, which has a "
                "graph; write x.detach()"
            )
        if wanted and self.dtype.kind != "f":
            raise RuntimeError(
                f"a gradient needs floating-point data, got {self.dtype}; write x.to(np.float32)"
            )
        self._requires_grad = bool(wanted)

    def __getstate__(self) -> object:
        """Return what `copy` and `pickle` keep; rules of a graph would still mean the old one."""
        if not self.is_leaf:
            raise RuntimeError(
                "a copy or a pickle needs a leaf, got the result of an operation, which has a "
                "graph; take that of x.detach()"
            )
        return super().__getstate__()

    @property
    def version(self) -> int:
        """How often the data were changed in place; whoever writes into them adds 1.

        Optimisers, `load_state_dict` and ``x += 1`` do so, and `backward` refuses to work with
        data that changed since they were used. As in torch, ``x.data += 1`` is not seen.
        """
        return self._changes[0]

    @version.setter
    def version(self, count: int) -> None:
        self._changes[0] = count

    def shares_data_of(self, other: "Node") -> None:
        """Count changes together with `other`, whose data, of any shape, are those of this one."""
        self._changes = other._changes

    @property
    def is_leaf(self) -> bool:
        return self._pull is None

    @property
    def shape(self) -> tuple[int, ...]:
        return self.data.shape

    @property
    def dtype(self) -> np.dtype:
        return self.data.dtype

    @property
    def parents(self) -> tuple["Node", ...]:
        return self._parents

    @property
    def operation(self) -> str:
        """The name of the function that made this node, such as ``relu``; empty for a leaf."""
        return _maker(self._pull) if self._pull else ""

    @property
    def keeps_grad(self) -> bool:
        return self.is_leaf or self._retains

    def retain_grad(self) -> None:
        if not self.requires_grad:
            raise RuntimeError(
                "retain_grad needs a tensor that gets a gradient, got one without a graph; create "
                "the inputs with requires_grad=True, outside no_grad()"
            )
        self._retains = True

    def backward(self, gradient: Any = None) -> None:
        """Add to the `grad` of every leaf the gradient of this node with respect to it.

        A node waits until all its consumers have reported, so its `pull` runs once, with the
        sum of what they sent. The graph is freed on the way.

        Args:
            gradient: where the walk starts, shape of this node; 1 if it is a single number.

        Raises:
            RuntimeError: if there is no graph, if it has been walked already, if this is not a
                single number and `gradient` is missing, or if data that a rule needs were
                changed since.
            ValueError: if a gradient does not have the shape of its node.
        """
        arrived = {id(self): _start(self, gradient)}
        for node in toposort(self):
            g = arrived.pop(id(node), None)
            for parent, part in _step(node, g):
                arrived[id(parent)] = _plus(arrived.get(id(parent)), part)


def toposort(end: Node) -> Iterator[Node]:
    """Yield `end` and all nodes that it was computed from, each after all of its consumers.

    The arrays of the nodes, of any shape, are not looked at. A node may be cut from its parents
    as soon as it has been yielded, so that memory is freed on the way.

    Source: Kahn (1962), "Topological sorting of large networks", Communications of the ACM 5.
    """
    waiting_for = _count_consumers(end)
    ready = [end]
    while ready:
        node = ready.pop()
        parents = node._parents
        yield node
        for parent in parents:
            waiting_for[id(parent)] -= 1
            if not waiting_for[id(parent)]:
                ready.append(parent)


def _count_consumers(end: Node) -> dict[int, int]:
    counts = {id(end): 0}
    stack = [end]
    while stack:
        for parent in stack.pop()._parents:
            if id(parent) not in counts:
                counts[id(parent)] = 0
                stack.append(parent)
            counts[id(parent)] += 1
    return counts


def _start(root: Node, gradient: Any) -> np.ndarray:
    if not root.requires_grad:
        raise RuntimeError(
            "backward needs a tensor computed from one that requires a gradient, got one without "
            "a graph; create the inputs with requires_grad=True, outside no_grad()"
        )
    if gradient is None and root.data.size != 1:
        raise RuntimeError(
            f"backward needs a single number to start from, got shape {root.shape}; "
            "reduce it with .mean() or .sum(), or pass backward(gradient)"
        )
    given = gradient.data if isinstance(gradient, Node) else gradient
    g = np.ones_like(root.data) if given is None else np.array(given, root.dtype)
    if g.shape != root.shape:
        raise ValueError(
            f"backward needs a gradient of shape {root.shape}, got {g.shape}; it is that of "
            "a loss with respect to this tensor, so it has the same shape"
        )
    return g


def _step(node: Node, g: np.ndarray | None) -> list[tuple[Node, np.ndarray]]:
    """Keep `g` where it is wanted, free the node, and return what parents get of `g`."""
    parents, pull, reads = node._parents, node._pull, node._reads
    if g is not None and node.keeps_grad:
        node.grad = _plus(node.grad, g)
    if pull is None:
        return []
    node._parents, node._pull, node._reads = (), _walked_already, ()
    if g is None:
        return []
    _check_unchanged(reads, pull)
    return _apply(pull, g, parents)


def _check_unchanged(reads: tuple[tuple[Node, int], ...], pull: Pull) -> None:
    for node, version in reads:
        if node.version != version:
            raise RuntimeError(
                f"the pull of {_maker(pull)} needs the data that it was computed from, got a "
                f"tensor of shape {node.shape} that was changed in place since, such as by "
                "optimizer.step(); call backward before that, or compute the loss again"
            )


def _apply(pull: Pull, g: np.ndarray, parents: tuple[Node, ...]) -> list[tuple[Node, np.ndarray]]:
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


def _fitted(part: Any, node: Node, pull: Pull) -> np.ndarray:
    fitted: np.ndarray = np.asarray(part, node.dtype)
    if fitted.shape != node.shape:
        raise ValueError(
            f"the pull of {_maker(pull)} needs a gradient of shape {node.shape}, as its parent, "
            f"got {fitted.shape}; if the parent was broadcast, sum over the new axes, as "
            "dlbook.tensor.unbroadcast does"
        )
    may_be_shared = fitted.base is not None or _is_foreign(pull)
    return fitted.copy() if may_be_shared and node.keeps_grad else fitted


def _is_foreign(pull: Pull) -> bool:
    """Return whether a rule was written outside dlbook: it may hold on to what it returns.

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
