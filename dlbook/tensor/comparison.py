"""What is asked about the values of tensors: the answers are booleans without gradients."""

from typing import Any, Self

import numpy as np

from dlbook.arguments import array
from dlbook.tensor.array_node import ArrayNode
from dlbook.tensor.broadcasting import elementwise
from dlbook.tensor.node import Node
from dlbook.tensor.promotion import NUMBERS, as_numbers, as_operand, beside, together


class Comparing(ArrayNode):
    """An array that is compared value by value, broadcast to one shape; see `dlbook.Tensor`.

    Two tensors are the same key of a dict only if they are one object, as in torch.
    """

    __slots__ = ()

    def __eq__(self, other: Any) -> Any:
        return self._compared(np.equal, other)

    def __ne__(self, other: Any) -> Any:
        return self._compared(np.not_equal, other)

    def __lt__(self, other: Any) -> Any:
        return self._compared(np.less, other)

    def __le__(self, other: Any) -> Any:
        return self._compared(np.less_equal, other)

    def __gt__(self, other: Any) -> Any:
        return self._compared(np.greater, other)

    def __ge__(self, other: Any) -> Any:
        return self._compared(np.greater_equal, other)

    __hash__ = object.__hash__

    def __contains__(self, value: Any) -> bool:
        if not isinstance(value, (*NUMBERS, Node)):
            raise TypeError(
                f"`in` needs a number or a tensor, got {type(value).__name__}; compare with ==, "
                "then ask .data.any()"
            )
        return bool((self == value).data.any())

    def __and__(self, other: Any) -> Self:
        return self._combined(np.bitwise_and, other)

    def __or__(self, other: Any) -> Self:
        return self._combined(np.bitwise_or, other)

    def __xor__(self, other: Any) -> Self:
        return self._combined(np.bitwise_xor, other)

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def __invert__(self) -> Self:
        if self.dtype.kind == "f":
            raise TypeError(f"~ needs booleans or integers, got {self.dtype}; compare first: x > 0")
        return self._plain(np.invert(self.data))

    def _compared(self, ufunc: np.ufunc, other: Any) -> Any:
        if isinstance(other, NUMBERS):  # such a number is compared in the precision of the tensor
            number = other.item() if isinstance(other, np.generic) else other
            return self._plain(ufunc(self.data, number))
        try:
            y = _exact(other) if self.dtype.kind != "f" else beside(other, self.dtype)
        except (TypeError, ValueError):
            if isinstance(other, np.ma.MaskedArray):
                raise
            return NotImplemented  # so that `x == None` is False, and `x < None` a TypeError
        return self._plain(elementwise(ufunc, *together(self.data, y)))

    def _combined(self, ufunc: np.ufunc, other: Any) -> Self:
        y = as_operand(other, self.dtype) if isinstance(other, NUMBERS) else as_numbers(other)
        x, y = together(self.data, y)
        if x.dtype.kind == "f":
            raise TypeError(
                f"each of &, | and ^ needs booleans or integers, got {self.dtype} and {y.dtype}; "
                "compare first: (x > 0) & (x < 1)"
            )
        return self._plain(elementwise(ufunc, x, y))


def _exact(other: Any) -> np.ndarray:
    """Return what stands beside integers or booleans, of any shape; a list keeps all its digits."""
    given = other.data if isinstance(other, Node) else array(other, "a comparison")
    return as_numbers(given)
