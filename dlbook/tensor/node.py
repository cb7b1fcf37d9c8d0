"""What the graph knows of a tensor: whether it needs a gradient, and where its data came from."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from dlbook import graph
from dlbook.graph import Place, Pull, Read, Record


class Node:
    """Data, their gradient, and their place in the graph.

    The place of a result is the record of the operation that made it; the graph holds on to that
    alone, so the data are freed when nobody looks at the tensor any more. A leaf, which no
    operation made, is a place itself.

    Args:
        data: an array of any shape.
        requires_grad: whether `backward` should compute a gradient for it.
    """

    __slots__ = ("__weakref__", "_changes", "_data", "_grad", "_made_by", "_requires_grad")

    def __init__(self, data: np.ndarray, requires_grad: bool):
        self._data = data
        self._requires_grad = requires_grad
        self._grad: np.ndarray | None = None
        self._made_by: Record | None = None
        self._changes = [0]  # a list, so that tensors which share their data share the count

    def grow(
        self,
        parents: tuple["Node", ...],
        pull: Pull,
        reads: Iterable["Node"],
        reads_result: bool,
    ) -> None:
        """Become the result of an operation: `pull` gives the gradients of the parents.

        Args:
            parents: what the data were computed from, arrays of any shape.
            pull: see `dlbook.record`.
            reads: the nodes whose data `pull` will look at again.
            reads_result: whether it will look at the data of this node again.
        """
        self._requires_grad = True
        read = [Read(node._changes, node.version, node.shape) for node in reads]
        if reads_result:
            read.append(Read(self._changes, self.version, self.shape))
        places = tuple([parent._made_by or parent for parent in parents])
        self._made_by = Record(self.data, places, pull, read)

    @property
    def data(self) -> np.ndarray:
        """The numbers, an array of any shape."""
        return self._data

    @data.setter
    def data(self, new: Any) -> None:
        """Put other numbers in their place, of any shape; a graph keeps those that it saw."""
        is_alike = type(new) is np.ndarray and new.dtype is self._data.dtype
        self._data = new if is_alike else self._as_data(new)

    def _as_data(self, new: Any) -> np.ndarray:
        """Return what may become the data, of any shape, as an array."""
        return np.asarray(new)

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

    # ---- changes of the data ----

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

    # ---- the place in the graph ----

    @property
    def place(self) -> Place:
        """Where data of this shape came from: the record of an operation, or, of a leaf, itself."""
        return self if self._made_by is None else self._made_by

    @property
    def is_leaf(self) -> bool:
        return self._made_by is None

    @property
    def parents(self) -> tuple[Place, ...]:
        """The places of what this was computed from, each with the shape of its data."""
        return () if self._made_by is None else self._made_by.parents

    @property
    def operation(self) -> str:
        """The name of the function that made this node, such as ``relu``; empty for a leaf."""
        return "" if self._made_by is None else self._made_by.operation

    @property
    def shape(self) -> tuple[int, ...]:
        return self._data.shape

    @property
    def dtype(self) -> np.dtype:
        return self._data.dtype

    @property
    def number(self) -> Any:
        """The data as a Python number if they are a single one, else None."""
        return graph.number(self.data)

    # ---- the gradient ----

    @property
    def grad(self) -> np.ndarray | None:
        """What `backward` found, of the shape of the data, or None."""
        return self._grad if self._made_by is None else self._made_by.grad

    @grad.setter
    def grad(self, new: np.ndarray | None) -> None:
        if self._made_by is None:
            self._grad = new
        else:
            self._made_by.grad = new

    @property
    def keeps_grad(self) -> bool:
        return self._made_by is None or self._made_by.keeps_grad

    def retain_grad(self) -> None:
        if not self.requires_grad:
            raise RuntimeError(
                "retain_grad needs a tensor that gets a gradient, got one without a graph; create "
                "the inputs with requires_grad=True, outside no_grad()"
            )
        if self._made_by is not None:
            self._made_by.retain_grad()

    def backward(self, gradient: Any = None) -> None:
        """Add to the `grad` of every leaf the gradient of this node with respect to it.

        The graph is freed on the way; see `dlbook.graph.backward`.

        Args:
            gradient: where the walk starts, shape of this node; 1 if it is a single number.

        Raises:
            RuntimeError: if there is no graph, if it has been walked already, if this is not a
                single number and `gradient` is missing, or if data that a rule needs were
                changed since.
            ValueError: if a gradient does not have the shape of its node.
        """
        graph.backward(self.place, self._start(gradient))

    def _start(self, gradient: Any) -> np.ndarray:
        if not self.requires_grad:
            raise RuntimeError(
                "backward needs a tensor computed from one that requires a gradient, got one "
                "without a graph; create the inputs with requires_grad=True, outside no_grad()"
            )
        if gradient is None and self.data.size != 1:
            raise RuntimeError(
                f"backward needs a single number to start from, got shape {self.shape}; "
                "reduce it with .mean() or .sum(), or pass backward(gradient)"
            )
        given = gradient.data if isinstance(gradient, Node) else gradient
        g = np.ones_like(self.data) if given is None else np.array(given, self.dtype)
        if g.shape != self.shape:
            raise ValueError(
                f"backward needs a gradient of shape {self.shape}, got {g.shape}; it is that of "
                "a loss with respect to this tensor, so it has the same shape"
            )
        return g
