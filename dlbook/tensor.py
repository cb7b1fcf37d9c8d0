"""Arrays that remember where they came from, so that `backward` can give every gradient.

An operation computes its result with NumPy and hands it to `record`, together with its parents
and a function `pull` that turns the gradient of the result into the gradients of the parents.
That is all there is: a new operation needs no class and no registration, here or in a notebook.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from numbers import Real
from typing import Any

import numpy as np

from dlbook.array_node import ArrayNode
from dlbook.broadcasting import Axes, restore_axes, unbroadcast as unbroadcast
from dlbook.graph import Pull

_recording = ContextVar("recording", default=True)


@contextmanager
def no_grad() -> Iterator[None]:
    """Compute without recording: what is made inside has no graph and needs no gradient."""
    token = _recording.set(False)
    try:
        yield
    finally:
        _recording.reset(token)


def record(data: np.ndarray, parents: Sequence["Tensor"], pull: Pull) -> "Tensor":
    """Return `data` as a tensor that knows its parents: the one door for every operation.

    Args:
        data: the result of the operation, of any shape.
        parents: the tensors that it was computed from.
        pull: takes the gradient of the loss with respect to the result, shape of `data`, and
            returns a tuple: for each parent its gradient, shape of that parent, or None. It must
            not change the array that it is given. The field calls it the vjp, vector-Jacobian
            product.

    Raises:
        TypeError: if a parent is not a tensor.

    Example:
        ``def square(x): return record(x.data**2, (x,), lambda g: (2 * x.data * g,))``
    """
    others = [type(parent).__name__ for parent in parents if not isinstance(parent, Tensor)]
    if others:
        raise TypeError(f"record needs tensors as parents, got {others[0]}; write Tensor(x)")
    result = Tensor(np.asarray(data))
    if _recording.get() and any(parent.requires_grad for parent in parents):
        result.requires_grad = True
        result._parents, result._pull = tuple(parents), pull
    return result


class Tensor(ArrayNode):
    """An array and, once `backward` has run, the gradient of a loss with respect to it.

    Numbers and lists become float32; NumPy arrays keep their dtype, and a single number in an
    expression never widens it. Names and arguments are torch's, with one difference: `grad` is
    a plain NumPy array. As in torch, `backward` adds to the `grad` of the leaves (the tensors
    that no operation made) and leaves the others alone unless `retain_grad` was called.

    Args:
        data: a number, a nested list or an array of any shape; an array is not copied.
        requires_grad: whether `backward` should compute a gradient for this tensor.
        dtype: a NumPy dtype to convert to.

    Raises:
        TypeError: if a gradient is wanted for a dtype that is not floating point.
    """

    __slots__ = ()
    __array_ufunc__ = None  # let `array * tensor` reach Tensor.__rmul__

    def detach(self) -> "Tensor":
        return Tensor(self.data)

    # ---- arithmetic ----

    def _lift(self, other: Any) -> "Tensor":
        if isinstance(other, Tensor):
            return other
        weak = np.ndim(other) == 0 and self.dtype.kind == "f"
        return Tensor(other, dtype=self.dtype if weak else None)

    def __add__(self, other: Any) -> "Tensor":
        a, b = self, self._lift(other)

        def pull(g: np.ndarray) -> tuple[np.ndarray, ...]:
            return unbroadcast(g, a.shape), unbroadcast(g, b.shape)

        return record(a.data + b.data, (a, b), pull)

    def __mul__(self, other: Any) -> "Tensor":
        a, b = self, self._lift(other)

        def pull(g: np.ndarray) -> tuple[np.ndarray | None, ...]:
            return (
                unbroadcast(g * b.data, a.shape) if a.requires_grad else None,
                unbroadcast(g * a.data, b.shape) if b.requires_grad else None,
            )

        return record(a.data * b.data, (a, b), pull)

    def __truediv__(self, other: Any) -> "Tensor":
        a, b = self, self._lift(other)

        def pull(g: np.ndarray) -> tuple[np.ndarray | None, ...]:
            return (
                unbroadcast(g / b.data, a.shape) if a.requires_grad else None,
                unbroadcast(-g * a.data / b.data**2, b.shape) if b.requires_grad else None,
            )

        return record(a.data / b.data, (a, b), pull)

    def __pow__(self, exponent: float) -> "Tensor":
        if not isinstance(exponent, Real):
            raise TypeError(
                f"** needs a number as exponent, got {type(exponent).__name__}; "
                "write (x.log() * exponent).exp()"
            )

        exponent = float(exponent)

        def pull(g: np.ndarray) -> tuple[np.ndarray]:
            return (g * (exponent * self.data ** (exponent - 1) if exponent else 0.0),)

        return record(self.data**exponent, (self,), pull)

    def __matmul__(self, other: Any) -> "Tensor":
        a, b = self, self._lift(other)
        if b.ndim == 1:
            return (a @ b[:, None])[..., 0]
        if a.ndim == 1:
            return (a[None, :] @ b)[..., 0, :]

        def pull(g: np.ndarray) -> tuple[np.ndarray | None, ...]:
            return (
                unbroadcast(g @ b.data.swapaxes(-1, -2), a.shape) if a.requires_grad else None,
                unbroadcast(a.data.swapaxes(-1, -2) @ g, b.shape) if b.requires_grad else None,
            )

        return record(a.data @ b.data, (a, b), pull)

    def __neg__(self) -> "Tensor":
        return record(-self.data, (self,), lambda g: (-g,))

    def __sub__(self, other: Any) -> "Tensor":
        return self + -self._lift(other)

    def __rsub__(self, other: Any) -> "Tensor":
        return self._lift(other) - self

    def __rtruediv__(self, other: Any) -> "Tensor":
        return self._lift(other) / self

    def __rmatmul__(self, other: Any) -> "Tensor":
        return self._lift(other) @ self

    __radd__ = __add__
    __rmul__ = __mul__

    # ---- one value at a time ----

    def exp(self) -> "Tensor":
        out = np.exp(self.data)
        return record(out, (self,), lambda g: (g * out,))

    def log(self) -> "Tensor":
        return record(np.log(self.data), (self,), lambda g: (g / self.data,))

    def tanh(self) -> "Tensor":
        out = np.tanh(self.data)
        return record(out, (self,), lambda g: (g * (1 - out * out),))

    def sqrt(self) -> "Tensor":
        out = np.sqrt(self.data)
        return record(out, (self,), lambda g: (g / (2 * out),))

    def abs(self) -> "Tensor":
        return record(np.abs(self.data), (self,), lambda g: (g * np.sign(self.data),))

    def maximum(self, other: Any) -> "Tensor":
        a, b = self, self._lift(other)

        def pull(g: np.ndarray) -> tuple[np.ndarray, ...]:
            share = np.where(a.data == b.data, g / 2, g * (a.data > b.data))  # a tie is halved
            return unbroadcast(share, a.shape), unbroadcast(g - share, b.shape)

        return record(np.maximum(a.data, b.data), (a, b), pull)

    # ---- over axes ----

    def sum(self, dim: Axes = None, keepdim: bool = False) -> "Tensor":
        def pull(g: np.ndarray) -> tuple[np.ndarray]:
            return (np.broadcast_to(restore_axes(g, dim, keepdim), self.shape),)

        return record(self.data.sum(axis=dim, keepdims=keepdim), (self,), pull)

    def mean(self, dim: Axes = None, keepdim: bool = False) -> "Tensor":
        total = self.sum(dim, keepdim)
        return total / (self.data.size / total.data.size)

    def amax(self, dim: Axes = None, keepdim: bool = False) -> "Tensor":
        top = self.data.max(axis=dim, keepdims=True)

        def pull(g: np.ndarray) -> tuple[np.ndarray]:
            ties = self.data == top
            share = ties / ties.sum(axis=dim, keepdims=True, dtype=self.dtype)
            return (restore_axes(g, dim, keepdim) * share,)

        return record(self.data.max(axis=dim, keepdims=keepdim), (self,), pull)

    # ---- shape ----

    def reshape(self, *shape: Any) -> "Tensor":
        return record(self.data.reshape(*shape), (self,), lambda g: (g.reshape(self.shape),))

    def permute(self, *dims: int) -> "Tensor":
        back = np.argsort(dims)
        return record(self.data.transpose(dims), (self,), lambda g: (g.transpose(back),))

    def transpose(self, dim0: int, dim1: int) -> "Tensor":
        return record(self.data.swapaxes(dim0, dim1), (self,), lambda g: (g.swapaxes(dim0, dim1),))

    @property
    def T(self) -> "Tensor":
        return record(self.data.T, (self,), lambda g: (g.T,))

    def __getitem__(self, index: Any) -> "Tensor":
        out = self.data[index]

        def pull(g: np.ndarray) -> tuple[np.ndarray]:
            whole = np.zeros_like(self.data)
            if np.may_share_memory(out, self.data):  # a slice: no place is named twice
                whole[index] = g
            else:
                np.add.at(whole, index, g)
            return (whole,)

        return record(out, (self,), pull)
