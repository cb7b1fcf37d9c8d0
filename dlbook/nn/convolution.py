"""Layers that slide one learned weight over a sequence or an image."""

import numpy as np

from dlbook import functional
from dlbook.arguments import flag
from dlbook.functional.windows import Size, check_word, pair, single
from dlbook.nn.init import uniform_parameter
from dlbook.nn.module import Module, Parameter
from dlbook.tensor import Tensor


class _Convolution(Module):
    """What both have: a weight and a bias, uniform in +-1/sqrt(fan_in) at the start as in torch.

    The subclass sets the sizes first, kernel, stride, dilation and padding as tuples of a number
    for each axis that the window slides along.
    """

    in_channels: int
    out_channels: int
    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...] | str
    dilation: tuple[int, ...]
    groups: int
    weight: Parameter
    bias: Parameter | None

    def _set_channels(self, in_channels: int, out_channels: int, groups: int) -> None:
        self.in_channels = single(in_channels, "in_channels", 1)
        self.out_channels = single(out_channels, "out_channels", 1)
        self.groups = single(groups, "groups", 1)
        channels = (self.in_channels, self.out_channels)
        if any(n % self.groups for n in channels):
            raise ValueError(
                f"groups needs to divide in_channels and out_channels, got {self.groups} for "
                f"{channels}; use groups=1, or other numbers of channels"
            )

    def _draw_parameters(self, bias: bool, rng: np.random.Generator) -> None:
        check_word(self.padding, self.stride)
        has_bias = flag(bias, "bias")
        shape = (self.out_channels, self.in_channels // self.groups, *self.kernel_size)
        bound = float(np.prod(shape[1:])) ** -0.5
        self.weight = uniform_parameter(shape, bound, rng)
        self.bias = uniform_parameter(shape[:1], bound, rng) if has_bias else None

    def extra_repr(self) -> str:
        axes = len(self.kernel_size)
        usual = {"padding": (0,) * axes, "dilation": (1,) * axes, "groups": 1}
        words = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}"]
        words.append(f"stride={self.stride}")
        words += [
            f"{name}={getattr(self, name)}"
            for name, value in usual.items()
            if getattr(self, name) != value
        ]
        if self.bias is None:
            words.append("bias=False")
        return ", ".join(words)


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
        self._set_channels(in_channels, out_channels, groups)
        self.kernel_size = pair(kernel_size, "kernel_size", 1)
        self.stride = pair(stride, "stride", 1)
        self.padding = padding if isinstance(padding, str) else pair(padding, "padding", 0)
        self.dilation = pair(dilation, "dilation", 1)
        self._draw_parameters(bias, rng)

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
        kernel_size: Size,
        stride: Size = 1,
        padding: Size | str = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: bool = True,
        *,
        rng: np.random.Generator,
    ):
        self._set_channels(in_channels, out_channels, groups)
        self.kernel_size = (single(kernel_size, "kernel_size", 1),)
        self.stride = (single(stride, "stride", 1),)
        self.dilation = (single(dilation, "dilation", 1),)
        self.padding = padding if isinstance(padding, str) else (single(padding, "padding", 0),)
        self._draw_parameters(bias, rng)

    def forward(self, input: Tensor) -> Tensor:
        pads = self.padding if isinstance(self.padding, str) else self.padding[0]
        how = self.stride[0], pads, self.dilation[0], self.groups
        return functional.conv1d(input, self.weight, self.bias, *how)
