"""Operations that move numbers without changing them: shapes, orders of axes, choices by index."""

from collections.abc import Iterator
from typing import Any, Self

import numpy as np

from dlbook.tensor.array_node import ArrayNode
from dlbook.tensor.axes import axis, permutation, sizes
from dlbook.tensor.indexing import as_index, chosen, names_places_once
from dlbook.tensor.layout import Layout


class Shaping(ArrayNode):
    """An array that can be put into another shape, and gone through; see `dlbook.Tensor`."""

    __slots__ = ()

    def reshape(self, *shape: Any) -> Self:
        before, asked = self.shape, sizes(shape)
        try:
            out = self.data.reshape(asked)
        except ValueError as error:
            raise ValueError(
                f"reshape needs a shape for {self.data.size} numbers, got {asked} for {before}; "
                "one size may be -1, for what is left"
            ) from error
        return self._record(out, (self,), lambda g: (g.reshape(before),), reads=())

    def permute(self, *dims: Any) -> Self:
        order = permutation(dims, self.ndim)
        back = np.argsort(order)
        return self._record(
            self.data.transpose(order), (self,), lambda g: (g.transpose(back),), reads=()
        )

    def transpose(self, dim0: int, dim1: int) -> Self:
        if not self.ndim:
            axis(dim0, 0), axis(dim1, 0)
            return self.reshape(())
        i, j = axis(dim0, self.ndim), axis(dim1, self.ndim)
        return self._record(
            self.data.swapaxes(i, j), (self,), lambda g: (g.swapaxes(i, j),), reads=()
        )

    @property
    def T(self) -> Self:
        return self._record(self.data.T, (self,), lambda g: (g.T,), reads=())

    def __getitem__(self, index: Any) -> Self:
        index, layout = as_index(index), Layout.of(self.data)

        def pull(g: np.ndarray) -> tuple[np.ndarray]:
            whole = layout.zeros()
            if names_places_once(index):
                whole[index] = g
            else:
                np.add.at(whole, index, g)
            return (whole,)

        return self._record(chosen(self.data, index), (self,), pull, reads=())

    def __pos__(self) -> Self:
        if self.dtype.kind == "b":
            raise TypeError("+ needs numbers, got booleans; write x.to(np.int64) first")
        return self

    def __iter__(self) -> Iterator[Self]:
        if not self.ndim:
            raise TypeError("a loop needs a tensor with an axis, got a single number; use x.item()")
        return (self[i] for i in range(len(self)))

    def __reversed__(self) -> Self:
        return self[::-1] if self.ndim else self
