"""How an array lies in memory, remembered without its numbers."""

from typing import NamedTuple, Self

import numpy as np


class Layout(NamedTuple):
    """The shape, dtype and order in memory of an array, for a gradient that is to lie likewise."""

    shape: tuple[int, ...]
    dtype: np.dtype
    order: tuple[int, ...]  # the axes, the one with the largest steps first

    @classmethod
    def of(cls, x: np.ndarray) -> Self:
        """Return that of an array of any shape."""
        order = sorted(range(x.ndim), key=lambda axis: -abs(x.strides[axis]))
        return cls(x.shape, x.dtype, tuple(order))

    def zeros(self) -> np.ndarray:
        """Return an array of zeros that has this shape and lies in memory like this."""
        rows = np.zeros([self.shape[axis] for axis in self.order], self.dtype)
        return rows.transpose(np.argsort(self.order))
