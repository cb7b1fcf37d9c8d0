"""What a tensor is before any operation: a node of the graph that holds an array of numbers."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from dlbook.arguments import flag
from dlbook.tensor.node import Node
from dlbook.tensor.promotion import as_numbers

INSTEAD = {  # what is asked for by those who come from torch or NumPy: what to write here
    "add_": "x += y inside no_grad()",
    "astype": "x.to(np.float32)",
    "chunk": "slices: x[:n], x[n:]",
    "clone": "x * 1, or Tensor(x.data.copy())",
    "cuda": "nothing: dlbook computes on the CPU",
    "dim": "x.ndim",
    "double": "x.to(np.float64)",
    "fill_": "x[...] = value inside no_grad()",
    "flatten": "x.reshape(len(x), -1)",
    "float": "x.to(np.float32)",
    "long": "x.to(np.int64)",
    "matmul": "x @ y",
    "max": "x.amax(dim), and x.argmax(dim) for where it is",
    "min": "-(-x).amax(dim)",
    "numel": "x.data.size",
    "relu": "functional.relu(x)",
    "requires_grad_": "x.requires_grad = True",
    "sigmoid": "functional.sigmoid(x)",
    "size": "x.shape",
    "softmax": "functional.softmax(x, dim)",
    "squeeze": "x[..., 0], or reshape",
    "std": "((x - x.mean()) ** 2).mean().sqrt()",
    "t": "x.T",
    "unsqueeze": "x[:, None]",
    "var": "((x - x.mean()) ** 2).mean()",
    "view": "x.reshape(2, -1)",
    "zero_": "x[...] = 0 inside no_grad()",
}


class ArrayNode(Node):
    """A node made from numbers, lists or arrays, which shows its values; see `dlbook.Tensor`.

    Args:
        data: a number, a nested list, an array or a tensor of any shape; an array is not copied.
        requires_grad: whether `backward` should compute a gradient for it.
        dtype: a NumPy dtype to convert to.

    Raises:
        TypeError: if `data` is not made of real numbers or booleans, or a gradient is wanted for
            a dtype that is not floating point.
        ValueError: if it is a list of lists of different lengths.
    """

    __slots__ = ()
    _record: Callable[..., Self]  # `dlbook.record`, for methods that stand below it
    _plain: Callable[[Any], Self]  # an array as a tensor without a graph

    def __init__(self, data: Any, requires_grad: bool = False, dtype: Any = None):
        array = as_numbers(data, dtype)
        if flag(requires_grad, "requires_grad") and array.dtype.kind != "f":
            raise TypeError(
                f"a gradient needs floating-point data, got {array.dtype}; pass dtype=np.float32"
            )
        super().__init__(array, requires_grad)
        if isinstance(data, Node) and array is data.data:
            self.shares_data_of(data)

    if not TYPE_CHECKING:  # a type checker would take any name for one that there is

        def __getattr__(self, name: str) -> Any:
            instead = INSTEAD.get(name, "what dir(x) lists, or NumPy on x.detach().numpy()")
            raise AttributeError(
                f"a tensor needs to be asked for what it has, got {name!r}; write {instead}"
            )

    def _as_data(self, new: Any) -> np.ndarray:
        """Return an array or a tensor, of any shape, as an array.

        Raises:
            TypeError: if it is something else, holds no real numbers, or not floating point
                where a gradient is wanted.
        """
        if not hasattr(new, "__array__"):
            raise TypeError(
                f"data needs to be an array or a tensor, got {type(new).__name__}; write "
                "x.data = np.array(...), or x.data[...] = ... to fill what is there"
            )
        array = as_numbers(new)
        if self.requires_grad and array.dtype.kind != "f":
            raise TypeError(
                "data of a tensor with a gradient needs floating-point numbers, got "
                f"{array.dtype}; write x.data = array.astype(np.float32)"
            )
        return array

    @property
    def ndim(self) -> int:
        return self.data.ndim

    # ---- as a Python number ----

    def item(self) -> Any:
        return self._single("a Python number").item()

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __bool__(self) -> bool:
        return bool(self._single("one truth value").item())

    def __index__(self) -> int:
        if self.dtype.kind == "f":
            raise TypeError(
                f"a place or a count needs an integer, got a tensor of {self.dtype}; write int(x)"
            )
        return int(self.item())

    def __format__(self, spec: str) -> str:
        if self.ndim == 0:
            return format(self.item(), spec)
        if spec:
            raise TypeError(
                f"the format {spec!r} needs a single number, got shape {self.shape}; reduce it "
                "with .mean(), or print the tensor without a format"
            )
        return repr(self)

    def _single(self, wanted: str) -> np.ndarray:
        if self.data.size != 1:
            raise RuntimeError(
                f"{wanted} needs a tensor with a single number, got shape {self.shape}; reduce it "
                "with .sum() or .mean(), or ask x.data.all() or x.data.any()"
            )
        return self.data

    # ---- as an array or a list ----

    def numpy(self) -> np.ndarray:
        if self.requires_grad:
            raise RuntimeError(
                "numpy() needs a tensor that requires no gradient, got one that does; "
                "write x.detach().numpy()"
            )
        return self.data

    def tolist(self) -> Any:
        return self.data.tolist()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.numpy(), dtype, copy=copy)

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("len needs a tensor with an axis, got a single number; use x.item()")
        return len(self.data)

    def __repr__(self) -> str:
        values = np.array2string(self.data, precision=4, separator=", ", prefix="Tensor(")
        ending = ", requires_grad=True" if self.requires_grad else ""
        return f"Tensor({values}{ending})"
