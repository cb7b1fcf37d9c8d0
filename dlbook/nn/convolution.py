"""Layers that slide one learned weight over a sequence or an image."""

import numpy as np

from dlbook import functional
from dlbook.functional.windows import Size, pair
from dlbook.nn.module import Module, Parameter
from dlbook.tensor import Tensor


class _Convolution(Module):
    """What both have: a weight and a bias, uniform in +-1/sqrt(fan_in) at the start as in torch."""

    def __init__(
        self,
        channels: tuple[int, int],
        kernel_size: tuple[int, ...],
        stride: tuple[int, ...],
        padding: tuple[int, ...] | str,
        dilation: tuple[int, ...],
        groups: int,
        bias: bool,
        rng: np.random.Generator,
    ):
        self.in_channels, self.out_channels = channels
        if groups < 1 or any(n % groups for n in channels):
            raise ValueError(
                f"groups needs to divide in_channels and out_channels, got {groups} for "
                f"{channels}; use groups=1, or other numbers of channels"
            )
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        self.dilation, self.groups = dilation, groups
        shape = (self.out_channels, self.in_channels // groups, *kernel_size)
        bound = float(np.prod(shape[1:])) ** -0.5
        self.weight = Parameter(rng.uniform(-bound, bound, shape).astype(np.float32))
        self.bias = (
            Parameter(rng.uniform(-bound, bound, shape[0]).astype(np.float32)) if bias else None
        )

    def extra_repr(self) -> str:
        said = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}"
        plain = {"padding": (0, 0), "dilation": (1, 1), "groups": 1}
        said += f", stride={self.stride}"
        for name, usual in plain.items():
            value = getattr(self, name)
            if value not in (usual, usual[:1] if isinstance(usual, tuple) else usual):
                said += f", {name}={value}"
        return said if self.bias is not None else f"{said}, bias=False"


class Conv2d(_Convolution):
    """`functional.conv2d` with a learned weight and bias.

    Args:
        in_channels: of the input, shape (batch, in_channels, height, width).
        out_channels: of the output, shape (batch, out_channels, out_height, out_width).
        kernel_size: size of the window; one number, or two (down, across). The weight has shape
            (out_channels, in_channels / groups, *kernel_size).
        stride: from one window to the next.
        padding: zeros around each image, or "valid" or "same".
        dilation: from one place of a window to the next.
        groups: input and output channels are cut into this many parts that do not mix.
        bias: whether there is a bias, shape (out_channels,).
        rng: where the first values come from.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size | str = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: bool = True,
        *,
        rng: np.random.Generator,
    ):
        super().__init__(
            (in_channels, out_channels),
            pair(kernel_size, "kernel_size", 1),
            pair(stride, "stride", 1),
            padding if isinstance(padding, str) else pair(padding, "padding", 0),
            pair(dilation, "dilation", 1),
            groups,
            bias,
            rng,
        )

    def forward(self, input: Tensor) -> Tensor:
        how = self.stride, self.padding, self.dilation, self.groups
        return functional.conv2d(input, self.weight, self.bias, *how)


class Conv1d(_Convolution):
    """`functional.conv1d` with a learned weight and bias.

    Args:
        in_channels: of the input, shape (batch, in_channels, length).
        out_channels: of the output, shape (batch, out_channels, out_length).
        kernel_size: size of the window. The weight has shape (out_channels, in_channels /
            groups, kernel_size).
        stride: from one window to the next.
        padding: zeros before and after each sequence, or "valid" or "same".
        dilation: from one place of a window to the next.
        groups: input and output channels are cut into this many parts that do not mix.
        bias: whether there is a bias, shape (out_channels,).
        rng: where the first values come from.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        padding: int | str = 0,
        dilation: int = 1,
        groups: int = 1,
        bias: bool = True,
        *,
        rng: np.random.Generator,
    ):
        pads = padding if isinstance(padding, str) else (padding,)
        sizes = (kernel_size,), (stride,), pads, (dilation,)
        super().__init__((in_channels, out_channels), *sizes, groups, bias, rng)

    def forward(self, input: Tensor) -> Tensor:
        pads = self.padding if isinstance(self.padding, str) else self.padding[0]
        how = self.stride[0], pads, self.dilation[0], self.groups
        return functional.conv1d(input, self.weight, self.bias, *how)
