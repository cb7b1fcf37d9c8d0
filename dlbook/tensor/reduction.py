"""Operations that make one number of many, along some axes or of all."""

from typing import Self

import numpy as np

from dlbook.tensor.array_node import ArrayNode
from dlbook.tensor.axes import Axes, axis, count, reduced
from dlbook.tensor.broadcasting import restore_axes, total


class Reducing(ArrayNode):
    """An array whose axes can be summed away: what is left has any shape; see `dlbook.Tensor`."""

    __slots__ = ()

    def sum(self, dim: Axes = None, keepdim: bool = False) -> Self:
        shape, axes = self.shape, reduced(dim, keepdim, self.ndim)

        def pull(g: np.ndarray) -> tuple[np.ndarray]:
            return (np.broadcast_to(restore_axes(g, axes, keepdim), shape),)

        return self._record(total(self.data, axes, keepdim), (self,), pull, reads=())

    def mean(self, dim: Axes = None, keepdim: bool = False) -> Self:
        """Return the mean along some axes or of all; the shape loses these axes, or has 1 there.

        Raises:
            TypeError: if the numbers are not floating point.
        """
        if self.dtype.kind != "f":
            raise TypeError(
                f"mean needs floating-point numbers, got {self.dtype}; write x.to(np.float32)"
            )
        shape, axes = self.shape, reduced(dim, keepdim, self.ndim)
        n = count(shape, axes)

        def pull(g: np.ndarray) -> tuple[np.ndarray]:
            return (np.broadcast_to(restore_axes(g / n, axes, keepdim), shape),)

        return self._record(self.data.mean(axis=axes, keepdims=keepdim), (self,), pull, reads=())

    def amax(self, dim: Axes = None, keepdim: bool = False) -> Self:
        """Return the largest number along some axes or of all; the shape is that of `mean`.

        Where several are the largest, they share the gradient.

        Raises:
            ValueError: if there is no number to choose from.
        """
        x, axes = self.data, reduced(dim, keepdim, self.ndim)
        if not count(x.shape, axes):
            raise ValueError(
                f"amax needs at least one number, got shape {x.shape} along dim {dim}; look at "
                "where the data went"
            )
        top = x.max(axis=axes, keepdims=True)

        def pull(g: np.ndarray) -> tuple[np.ndarray]:
            ties = x == top
            share = ties / ties.sum(axis=axes, keepdims=True, dtype=x.dtype)
            return (restore_axes(g, axes, keepdim) * share,)

        return self._record(x.max(axis=axes, keepdims=keepdim), (self,), pull)

    def argmax(self, dim: int | None = None, keepdim: bool = False) -> Self:
        """Return where the first largest number is, as integers: along `dim`, or counted in all.

        The shape is that of the tensor without the axis `dim`, or with size 1 there.
        """
        along = None if dim is None else axis(dim, self.ndim)
        among = self.data.size if along is None or not self.ndim else self.shape[along]
        if self.dtype.kind == "b" or not among:
            raise ValueError(
                f"argmax needs at least one number, got {self.dtype} of shape {self.shape} along "
                f"dim {dim}; booleans become numbers with x.to(np.int64)"
            )
        place = np.argmax(self.data, axis=along if self.ndim else None, keepdims=keepdim)
        return self._plain(place)
