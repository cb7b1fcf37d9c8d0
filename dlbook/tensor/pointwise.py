"""Functions of one number, applied to each value of a tensor by itself."""

from typing import Self

import numpy as np

from dlbook.parallel import apply
from dlbook.tensor.array_node import ArrayNode
from dlbook.tensor.promotion import NUMBERS, as_float, as_operand, number_dtype


class Pointwise(ArrayNode):
    """An array of which functions are taken value by value; see `dlbook.Tensor`."""

    __slots__ = ()

    def exp(self) -> Self:
        out = apply(np.exp, as_float(self.data))
        return self._record(
            out, (self,), lambda g: (apply(np.multiply, g, out),), reads=(), reads_result=True
        )

    def log(self) -> Self:
        x = as_float(self.data)
        return self._record(apply(np.log, x), (self,), lambda g: (apply(np.divide, g, x),))

    def tanh(self) -> Self:
        out = apply(np.tanh, as_float(self.data))

        def pull(g: np.ndarray) -> tuple[np.ndarray]:
            return (apply(np.multiply, g, 1 - out * out),)

        return self._record(out, (self,), pull, reads=(), reads_result=True)

    def sqrt(self) -> Self:
        out = apply(np.sqrt, as_float(self.data))
        return self._record(out, (self,), lambda g: (g / (2 * out),), reads=(), reads_result=True)

    def abs(self) -> Self:
        """Return the sizes of the values, same shape; the slope at 0 is 0."""
        x = self.data
        if x.dtype.kind == "b":
            raise TypeError("abs needs numbers, got booleans; write x.to(np.int64) first")
        return self._record(
            np.abs(x), (self,), lambda g: (g * np.subtract(x > 0, x < 0, dtype=np.int8),)
        )

    def clamp(self, min: float | None = None, max: float | None = None) -> Self:
        """Return the values, none below `min` or above `max`, same shape; both ends have slope 1.

        Raises:
            TypeError: if a bound is not a number, or there is none.
        """
        bounds = [bound for bound in (min, max) if bound is not None]
        if not bounds or not all(isinstance(bound, NUMBERS) for bound in bounds):
            raise TypeError(
                f"clamp needs a number as min, as max, or as both, got {min!r} and {max!r}; for a "
                "tensor of bounds use maximum"
            )
        x = self.data
        for bound in bounds:
            x = x.astype(number_dtype(x.dtype, bound), copy=False)
        if x.dtype.kind == "b":
            raise TypeError("clamp needs numbers, got booleans; write x.to(np.int64) first")
        low, high = (bound if bound is None else as_operand(bound, x.dtype) for bound in (min, max))

        def pull(g: np.ndarray) -> tuple[np.ndarray]:
            above = True if low is None else x >= low
            below = True if high is None else x <= high
            return (np.where(above & below, g, 0),)

        return self._record(np.clip(x, low, high), (self,), pull)

    __abs__ = abs
