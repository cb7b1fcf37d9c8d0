"""Writing into the array of a tensor, where no graph would notice it."""

from typing import Any, Self

import numpy as np

from dlbook.tensor.array_node import ArrayNode
from dlbook.tensor.indexing import as_index, chosen
from dlbook.tensor.node import Node
from dlbook.tensor.promotion import NUMBERS, STEPS, as_numbers
from dlbook.tensor.recording import is_recording


class Changing(ArrayNode):
    """An array, of any shape, that ``x += 1`` and ``x[0] = 1`` change; see `dlbook.Tensor`.

    As in torch, a tensor that requires a gradient is changed inside `no_grad` alone.
    """

    __slots__ = ()

    def __iadd__(self, other: Any) -> Self:
        return self._take(self + other)

    def __isub__(self, other: Any) -> Self:
        return self._take(self - other)

    def __imul__(self, other: Any) -> Self:
        return self._take(self * other)

    def __itruediv__(self, other: Any) -> Self:
        return self._take(self / other)

    def __ipow__(self, other: Any) -> Self:
        return self._take(self**other)

    def __setitem__(self, index: Any, value: Any) -> None:
        needs_gradient = isinstance(value, Node) and value.requires_grad
        if is_recording() and (self.requires_grad or needs_gradient):
            raise RuntimeError(
                "x[index] = value needs tensors without gradients, got one that requires one; do "
                "it inside no_grad(), or build the result with cat"
            )
        self._check_may_change()
        if isinstance(value, np.generic):
            value = value.item()  # NumPy looks whether a number of Python's fits
        if not isinstance(value, NUMBERS):
            value = as_numbers(value, None if hasattr(value, "__array__") else self.dtype)
        self._write(as_index(index), value)

    def _write(self, place: Any, new: Any) -> None:
        there = chosen(self.data, place)
        try:
            self.data[place] = new
        except (OverflowError, TypeError, ValueError) as error:
            raise ValueError(
                f"a change in place needs a value for {there.dtype} of shape {there.shape}, and "
                f"an array that may be written, got a value of shape {np.shape(new)} ({error}); "
                "reshape, convert or copy it"
            ) from error
        self.version += 1

    def _take(self, result: Self) -> Self:
        """Write the numbers of `result` into this tensor, or return `result` if it has a graph."""
        if result.requires_grad and self.requires_grad and self.is_leaf:
            raise RuntimeError(
                "an operation in place, such as +=, needs a tensor that requires no gradient, got "
                "a leaf that does; do it inside no_grad(), or write x = x + y"
            )
        if result.shape != self.shape or STEPS[result.dtype.kind] > STEPS[self.dtype.kind]:
            raise RuntimeError(
                f"an operation in place, such as +=, needs a result like {self.dtype} of shape "
                f"{self.shape}, got {result.dtype} of shape {result.shape}; write x = x + y"
            )
        if result.requires_grad:
            return result
        self._check_may_change()
        self._write(..., result.data)
        return self

    def _check_may_change(self) -> None:
        if not self.is_leaf:
            raise RuntimeError(
                "a change in place needs a leaf, got the result of an operation, whose graph may "
                "need it as it is; write x = x + y, or change x.detach() * 1"
            )
