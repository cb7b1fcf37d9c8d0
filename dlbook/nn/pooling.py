"""Pooling layers, one number a window, and zeros around images: nothing to learn."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from dlbook import functional
from dlbook.arguments import flag, integer
from dlbook.functional.pool_windows import Window, flat_window, grid, window
from dlbook.functional.windows import Size, as_tuple, single
from dlbook.nn.module import Module
from dlbook.tensor import Tensor

Pool = Callable[..., Tensor]


class MaxPool2d(Module):
    """The largest number of each window, as `functional.max_pool2d` gives it.

    Args:
        kernel_size: size of a window; one number, or two (down, across). The input has shape
            (batch, channels, height, width).
        stride: from one window to the next; None for `kernel_size`.
        padding: how far windows reach over the edge.
        dilation: from one place of a window to the next.
        ceil_mode: keep a last window that lies only partly on the image.
    """

    pool: ClassVar[Pool] = staticmethod(functional.max_pool2d)
    window: ClassVar[Callable[..., Window]] = staticmethod(window)  # refuses what is no window

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        dilation: Size = 1,
        *,
        ceil_mode: bool = False,
    ):
        self.window(kernel_size, stride, padding, dilation)
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding, self.dilation = padding, dilation
        self.ceil_mode = flag(ceil_mode, "ceil_mode")

    def forward(self, input: Tensor) -> Tensor:
        window = self.kernel_size, self.stride, self.padding, self.dilation
        return self.pool(input, *window, self.ceil_mode)

    def extra_repr(self) -> str:
        names = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")
        return ", ".join(f"{name}={getattr(self, name)}" for name in names)


class MaxPool1d(MaxPool2d):
    """The same along the last axis of an input of shape (batch, channels, length)."""

    pool: ClassVar[Pool] = staticmethod(functional.max_pool1d)
    window: ClassVar[Callable[..., Window]] = staticmethod(flat_window)


class AvgPool2d(Module):
    """The mean of each window, as `functional.avg_pool2d` gives it.

    Args:
        kernel_size: size of a window; one number, or two (down, across). The input has shape
            (batch, channels, height, width).
        stride: from one window to the next; None for `kernel_size`.
        padding: zeros around each image.
        ceil_mode: keep a last window that lies only partly on the image.
        count_include_pad: whether the zeros count in the mean.
    """

    pool: ClassVar[Pool] = staticmethod(functional.avg_pool2d)
    window: ClassVar[Callable[..., Window]] = staticmethod(window)

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ):
        self.window(kernel_size, stride, padding)
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding, self.ceil_mode = padding, flag(ceil_mode, "ceil_mode")
        self.count_include_pad = flag(count_include_pad, "count_include_pad")

    def forward(self, input: Tensor) -> Tensor:
        window = self.kernel_size, self.stride, self.padding
        return self.pool(input, *window, self.ceil_mode, self.count_include_pad)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(AvgPool2d):
    """The same along the last axis of an input of shape (batch, channels, length)."""

    pool: ClassVar[Pool] = staticmethod(functional.avg_pool1d)
    window: ClassVar[Callable[..., Window]] = staticmethod(flat_window)


class ZeroPad2d(Module):
    """Zeros around each image, as `functional.pad` puts them.

    Args:
        padding: one number for all sides, or (left, right, above, below); negative ones cut off.
            The input has shape (batch, channels, height, width).
    """

    def __init__(self, padding: int | tuple[int, int, int, int]):
        given = tuple(integer(size, "padding", None) for size in as_tuple(padding))
        self.padding = given * 4 if len(given) == 1 else given
        if len(self.padding) != 4:
            raise ValueError(
                "ZeroPad2d needs one number or (left, right, above, below), got "
                f"{padding!r}; (0, 1, 0, 1) puts a column right and a row below"
            )

    def forward(self, input: Tensor) -> Tensor:
        return functional.pad(input, self.padding)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class AdaptiveAvgPool2d(Module):
    """As many means an image as are asked for, as `functional.adaptive_avg_pool2d` gives them.

    Args:
        output_size: means down and across; one number for both, None to keep the size. The
            input has shape (batch, channels, height, width).
    """

    pool: ClassVar[Pool] = staticmethod(functional.adaptive_avg_pool2d)

    def __init__(self, output_size: int | Sequence[int | None] | None):
        grid(output_size)  # refuses what is none
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        return self.pool(input, self.output_size)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(AdaptiveAvgPool2d):
    """The same along the last axis of an input of shape (batch, channels, length)."""

    pool: ClassVar[Pool] = staticmethod(functional.adaptive_avg_pool1d)

    def __init__(self, output_size: Size):
        super().__init__(single(output_size, "output_size", 1))
