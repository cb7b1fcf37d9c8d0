"""What a tensor is before any operation: a node of the graph that holds an array."""

from typing import Any

import numpy as np

from dlbook.graph import Node


class ArrayNode(Node):
    """A node made from numbers, lists or arrays, which shows its values; see `dlbook.Tensor`.

    Args:
        data: a number, a nested list or an array of any shape; an array is not copied.
        requires_grad: whether `backward` should compute a gradient for it.
        dtype: a NumPy dtype to convert to.

    Raises:
        TypeError: if a gradient is wanted for a dtype that is not floating point.
    """

    __slots__ = ()

    def __init__(self, data: Any, requires_grad: bool = False, dtype: Any = None):
        if dtype is None and not isinstance(data, (np.ndarray, np.generic)):
            dtype = np.float32
        array = np.asarray(data, dtype)
        if requires_grad and array.dtype.kind != "f":
            raise TypeError(
                f"a gradient needs floating-point data, got {array.dtype}; pass dtype=np.float32"
            )
        super().__init__(array, requires_grad)

    @property
    def ndim(self) -> int:
        return self.data.ndim

    def item(self) -> Any:
        return self.data.item()

    def numpy(self) -> np.ndarray:
        if self.requires_grad:
            raise RuntimeError(
                "numpy() needs a tensor that requires no gradient, got one that does; "
                "write x.detach().numpy()"
            )
        return self.data

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.numpy(), dtype, copy=copy)

    def __len__(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        values = np.array2string(self.data, precision=4, separator=", ", prefix="Tensor(")
        ending = ", requires_grad=True" if self.requires_grad else ""
        return f"Tensor({values}{ending})"
