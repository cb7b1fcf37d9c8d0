"""Arrays that remember where they came from, so that `backward` can give every gradient.

An operation computes its result with NumPy and hands it to `record`, together with its parents
and a function `pull` that turns the gradient of the result into the gradients of the parents.
That is all there is: a new operation needs no class and no registration, here or in a notebook.
Where this differs from torch on purpose stands in `dlbook/differences.md`.
"""

from collections.abc import Iterable
from numbers import Real
from typing import Any

import numpy as np

from dlbook.graph import Pull
from dlbook.parallel import apply, matmul
from dlbook.tensor.broadcasting import elementwise, product, unbroadcast
from dlbook.tensor.changing import Changing
from dlbook.tensor.comparison import Comparing
from dlbook.tensor.node import Node
from dlbook.tensor.pointwise import Pointwise
from dlbook.tensor.promotion import (
    NUMBERS,
    as_dtype,
    as_float,
    as_operand,
    beside,
    number_dtype,
    together,
)
from dlbook.tensor.recording import factors_kept, factors_read, is_recording
from dlbook.tensor.reduction import Reducing
from dlbook.tensor.shaping import Shaping

NO_MINUS = "- needs numbers, got booleans; write ~x, or x.to(np.int64) first"


def record(
    data: np.ndarray,
    parents: Iterable["Tensor"],
    pull: Pull,
    reads: Iterable["Tensor"] | None = None,
    reads_result: bool = False,
) -> "Tensor":
    """Return `data` as a tensor that knows its parents: the one door for every operation.

    Args:
        data: the result of the operation, of any shape.
        parents: the tensors that it was computed from.
        pull: takes the gradient of the loss with respect to the result, shape of `data`, and
            returns a tuple: for each parent its gradient, shape of that parent, or None. It must
            not change the array that it is given. The field calls it the vjp, vector-Jacobian
            product.
        reads: the parents whose data `pull` looks at again; `backward` refuses to run if one of
            them was changed in between. None stands for all parents.
        reads_result: whether `pull` looks at `data` again.

    Data are freed with their tensor, unless a `pull` holds on to them: one that needs only the
    shape of a parent should take that, not the parent.

    Raises:
        TypeError: if a parent is not a tensor, or a result with a gradient has a dtype that is
            not floating point.

    Example:
        ``def square(x): return record(x.data**2, (x,), lambda g: (2 * x.data * g,))``
    """
    parents = _checked(parents)
    result = _plain(data)
    if result.data.base is not None:
        for parent in parents:
            if np.may_share_memory(result.data, parent.data):
                result.shares_data_of(parent)
    if is_recording() and any([parent.requires_grad for parent in parents]):
        if result.dtype.kind != "f":
            raise TypeError(
                f"record needs floating-point data for a result with a gradient, got "
                f"{result.dtype}; convert them, or pass x.detach() as parent"
            )
        result.grow(parents, pull, parents if reads is None else reads, reads_result)
    return result


def _plain(data: Any) -> "Tensor":
    """Return an array as a tensor without a graph, and without the checks of `Tensor`."""
    result = Tensor.__new__(Tensor)
    Node.__init__(result, np.asarray(data), False)
    return result


def _power(x: np.ndarray, e: float) -> np.ndarray:
    """Return x**e; as in torch, -0.5 is 1 over the root, which is nan of -inf and -inf of -0."""
    return np.asarray(1 / np.sqrt(x) if e == -0.5 else x**e)


def _checked(parents: Any) -> tuple["Tensor", ...]:
    listed = (parents,) if isinstance(parents, np.ndarray) else tuple(parents)
    others = [type(parent).__name__ for parent in listed if not isinstance(parent, Tensor)]
    if isinstance(parents, Tensor) or others:
        got = others[0] if others else "one without a tuple"
        raise TypeError(f"record needs tensors as parents, got {got}; write (Tensor(x),)")
    return listed


class Tensor(Comparing, Pointwise, Reducing, Shaping, Changing):
    """An array and, once `backward` has run, the gradient of a loss with respect to it.

    Numbers and lists become float32; arrays and tensors keep their dtype, and a single number in
    an expression never widens it. Names and arguments are torch's; `differences.md` lists where
    results are not. As in torch, `backward` adds to the `grad` of the leaves (the tensors that no
    operation made) and leaves the others alone unless `retain_grad` was called.

    Args:
        data: a number, a nested list, an array or a tensor of any shape; an array is not copied.
        requires_grad: whether `backward` should compute a gradient for this tensor.
        dtype: a NumPy dtype to convert to.

    Raises:
        TypeError: if `data` is not made of real numbers or booleans, or a gradient is wanted for
            a dtype that is not floating point.
        ValueError: if it is a list of lists of different lengths.
    """

    __slots__ = ()
    __array_ufunc__ = None  # let `array * tensor` reach Tensor.__rmul__
    _record, _plain = staticmethod(record), staticmethod(_plain)  # for the kinds of methods above

    def detach(self) -> "Tensor":
        return Tensor(self)

    def to(self, dtype: Any) -> "Tensor":
        """Return the numbers in another dtype, same shape; among floats, with a gradient."""
        out = Tensor(self, dtype=as_dtype(dtype))
        if out.dtype == self.dtype:
            return self
        is_float = out.dtype.kind == "f"
        return record(out.data, (self,), lambda g: (g,), reads=()) if is_float else out

    # ---- arithmetic ----

    def _lift(self, other: Any) -> "Tensor":
        return other if isinstance(other, Tensor) else _plain(beside(other, self.dtype))

    def _lift_to_read(self, other: Any) -> "Tensor":
        """Return an operand, of any shape, that `backward` reads.

        Nobody counts the changes of an array, so one that may change is copied.
        """
        operand = self._lift(other)
        may_change = self.requires_grad and isinstance(other, np.ndarray)
        return _plain(operand.data.copy()) if may_change else operand

    def __add__(self, other: Any) -> "Tensor":
        a, b = self, self._lift(other)
        x, y = together(a.data, b.data)
        x_shape = x.shape if a.requires_grad else None
        y_shape = y.shape if b.requires_grad else None

        def pull(g: np.ndarray) -> tuple[np.ndarray | None, ...]:
            return (
                unbroadcast(g, x_shape) if x_shape is not None else None,
                unbroadcast(g, y_shape) if y_shape is not None else None,
            )

        return record(elementwise(np.add, x, y), (a, b), pull, reads=())

    def __sub__(self, other: Any) -> "Tensor":
        a, b = self, self._lift(other)
        x, y = together(a.data, b.data)
        if "b" in (a.dtype.kind, b.dtype.kind) or isinstance(other, bool | np.bool_):
            raise TypeError(NO_MINUS)
        x_shape = x.shape if a.requires_grad else None
        y_shape = y.shape if b.requires_grad else None

        def pull(g: np.ndarray) -> tuple[np.ndarray | None, ...]:
            return (
                unbroadcast(g, x_shape) if x_shape is not None else None,
                unbroadcast(apply(np.negative, g), y_shape) if y_shape is not None else None,
            )

        return record(elementwise(np.subtract, x, y), (a, b), pull, reads=())

    def __mul__(self, other: Any) -> "Tensor":
        a, b = self, self._lift_to_read(other)
        x, y = together(a.data, b.data)
        (left, right), x_shape, y_shape = factors_kept(a, b, x, y), x.shape, y.shape

        def pull(g: np.ndarray) -> tuple[np.ndarray | None, ...]:
            return (
                unbroadcast(apply(np.multiply, g, right), x_shape) if right is not None else None,
                unbroadcast(apply(np.multiply, g, left), y_shape) if left is not None else None,
            )

        return record(elementwise(np.multiply, x, y), (a, b), pull, factors_read(a, b))

    def __truediv__(self, other: Any) -> "Tensor":
        a = self._to_divide() if isinstance(other, NUMBERS) else self
        b = a._lift_to_read(other)
        has_float = "f" in (a.dtype.kind, b.dtype.kind)
        x, y = together(*((a.data, b.data) if has_float else map(as_float, (a.data, b.data))))
        out = elementwise(np.divide, x, y)
        x_shape = x.shape if a.requires_grad else None
        quotient = out if b.requires_grad else None

        def pull(g: np.ndarray) -> tuple[np.ndarray | None, ...]:
            dx = apply(np.divide, g, y)
            return (
                unbroadcast(dx, x_shape) if x_shape is not None else None,
                unbroadcast(apply(np.multiply, -dx, quotient), y.shape)
                if quotient is not None
                else None,
            )

        return record(out, (a, b), pull, reads=(b,), reads_result=b.requires_grad)

    def _to_divide(self) -> "Tensor":
        """Return this as floats, of the same shape: beside uint8, a divisor -3 would be 253."""
        return self if self.dtype.kind == "f" else _plain(as_float(self.data))

    def __pow__(self, exponent: float) -> "Tensor":
        if not isinstance(exponent, NUMBERS):
            if isinstance(exponent, Real):  # a fraction comes back as its float, or as an integer
                return NotImplemented
            raise TypeError(
                f"** needs a number as exponent, got {type(exponent).__name__}; "
                "write (x.log() * exponent).exp()"
            )
        dtype = number_dtype(self.dtype, exponent)
        x, e = self.data.astype(dtype, copy=False), as_operand(exponent, dtype).item()
        if dtype.kind != "f" and e < 0:
            raise RuntimeError(
                f"** needs an exponent of 0 or more for integers, got {e}; write {float(e)}"
            )

        def pull(g: np.ndarray) -> tuple[np.ndarray]:
            return (g * (e * _power(x, e - 1)) if e else np.zeros_like(g),)

        return record(_power(x, e).astype(dtype, copy=False), (self,), pull)

    def __matmul__(self, other: Any) -> "Tensor":
        a, b = self, self._lift_to_read(other)
        if b.ndim == 1 and a.ndim:
            return (a @ b[:, None])[..., 0]
        if a.ndim == 1 and b.ndim:
            return (a[None, :] @ b)[..., 0, :]
        x, y = together(a.data, b.data)
        (left, right), x_shape, y_shape = factors_kept(a, b, x, y), x.shape, y.shape

        def pull(g: np.ndarray) -> tuple[np.ndarray | None, ...]:
            return (
                unbroadcast(matmul(g, right.swapaxes(-1, -2)), x_shape)
                if right is not None
                else None,
                unbroadcast(matmul(left.swapaxes(-1, -2), g), y_shape)
                if left is not None
                else None,
            )

        return record(product(x, y), (a, b), pull, factors_read(a, b))

    def __neg__(self) -> "Tensor":
        if self.dtype.kind == "b":
            raise TypeError(NO_MINUS)
        return record(apply(np.negative, self.data), (self,), lambda g: (-g,), reads=())

    def __rsub__(self, other: Any) -> "Tensor":
        return self._lift(other) - self

    def __rtruediv__(self, other: Any) -> "Tensor":
        a = self._to_divide() if isinstance(other, NUMBERS) else self
        return a._lift(other) / a

    def __rmatmul__(self, other: Any) -> "Tensor":
        return self._lift_to_read(other) @ self

    __radd__ = __add__
    __rmul__ = __mul__

    def maximum(self, other: Any) -> "Tensor":
        """Return the larger of two values, broadcast to one shape; a tie shares the gradient."""
        a, b = self, self._lift_to_read(other)
        x, y = together(a.data, b.data)

        def pull(g: np.ndarray) -> tuple[np.ndarray, ...]:
            halved = np.where(x == y, g / 2, g)
            return (
                unbroadcast(np.where(x < y, 0, halved), x.shape),
                unbroadcast(np.where(x > y, 0, halved), y.shape),
            )

        return record(elementwise(np.maximum, x, y), (a, b), pull)
