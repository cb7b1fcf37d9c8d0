"""ResNet: blocks that learn what to add to their input, so that hundreds of layers still train."""

import numpy as np

from dlbook.nn import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Conv2d,
    Flatten,
    Linear,
    MaxPool2d,
    Module,
    ReLU,
    Sequential,
)
from dlbook.tensor import Tensor


class BasicBlock(Module):
    """Two 3 x 3 convolutions, whose result is added to the input.

    Args:
        in_channels: of the input, shape (batch, in_channels, height, width).
        channels: of both convolutions.
        stride: of the first; where it is not 1 or the channels change, a 1 x 1 convolution brings
            the input to the shape of the result, (batch, channels, height / stride, ...).
        rng: where the first weights come from.

    Source: He, Zhang, Ren and Sun (2016), arXiv:1512.03385, figure 5, left.
    """

    expansion = 1  # output channels a channel

    def __init__(
        self, in_channels: int, channels: int, stride: int = 1, *, rng: np.random.Generator
    ):
        self.conv1 = Conv2d(in_channels, channels, 3, stride, padding=1, bias=False, rng=rng)
        self.bn1 = BatchNorm2d(channels)
        self.conv2 = Conv2d(channels, channels, 3, padding=1, bias=False, rng=rng)
        self.bn2 = BatchNorm2d(channels)
        self.relu = ReLU()
        self.downsample = _shortcut(in_channels, channels, stride, rng)

    def forward(self, input: Tensor) -> Tensor:
        change = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(input)))))
        out: Tensor = self.relu(change + self.downsample(input))
        return out


class Bottleneck(Module):
    """A 1 x 1, a 3 x 3 and a 1 x 1 convolution, whose result is added to the input.

    The first narrows to `channels`, the last widens to four times as many.

    Args:
        in_channels: of the input, shape (batch, in_channels, height, width).
        channels: of the first two convolutions; the output has four times as many.
        stride: of the 3 x 3 convolution, as in torchvision; the paper has it in the first.
        rng: where the first weights come from.

    Source: He, Zhang, Ren and Sun (2016), arXiv:1512.03385, figure 5, right.
    """

    expansion = 4

    def __init__(
        self, in_channels: int, channels: int, stride: int = 1, *, rng: np.random.Generator
    ):
        wide = channels * self.expansion
        self.conv1 = Conv2d(in_channels, channels, 1, bias=False, rng=rng)
        self.bn1 = BatchNorm2d(channels)
        self.conv2 = Conv2d(channels, channels, 3, stride, padding=1, bias=False, rng=rng)
        self.bn2 = BatchNorm2d(channels)
        self.conv3 = Conv2d(channels, wide, 1, bias=False, rng=rng)
        self.bn3 = BatchNorm2d(wide)
        self.relu = ReLU()
        self.downsample = _shortcut(in_channels, wide, stride, rng)

    def forward(self, input: Tensor) -> Tensor:
        """Return shape (batch, 4 * channels, height / stride, width / stride)."""
        narrow = self.relu(self.bn1(self.conv1(input)))
        change = self.bn3(self.conv3(self.relu(self.bn2(self.conv2(narrow)))))
        out: Tensor = self.relu(change + self.downsample(input))
        return out


class ResNet(Module):
    """A first convolution, four stages of blocks, the mean over all places, one linear map.

    Args:
        block: `BasicBlock` or `Bottleneck`.
        layers: number of blocks in each of the four stages.
        num_classes: scores an image.
        rng: where the first weights come from.

    Input has shape (batch, 3, 224, 224), output (batch, num_classes).

    Source: He, Zhang, Ren and Sun (2016), arXiv:1512.03385, table 1; names of parameters as in
    torchvision.
    """

    def __init__(
        self,
        block: type[BasicBlock] | type[Bottleneck],
        layers: tuple[int, int, int, int],
        num_classes: int = 1000,
        *,
        rng: np.random.Generator,
    ):
        self.conv1 = Conv2d(3, 64, 7, stride=2, padding=3, bias=False, rng=rng)
        self.bn1 = BatchNorm2d(64)
        self.relu = ReLU()
        self.maxpool = MaxPool2d(3, stride=2, padding=1)
        width = block.expansion
        self.layer1 = stage(block, 64, 64, layers[0], 1, rng)
        self.layer2 = stage(block, 64 * width, 128, layers[1], 2, rng)
        self.layer3 = stage(block, 128 * width, 256, layers[2], 2, rng)
        self.layer4 = stage(block, 256 * width, 512, layers[3], 2, rng)
        self.avgpool = AdaptiveAvgPool2d(1)
        self.flatten = Flatten()
        self.fc = Linear(512 * width, num_classes, rng=rng)

    def forward(self, input: Tensor) -> Tensor:
        """Return scores, shape (batch, num_classes)."""
        out: Tensor = self.maxpool(self.relu(self.bn1(self.conv1(input))))
        out = self.layer4(self.layer3(self.layer2(self.layer1(out))))
        out = self.fc(self.flatten(self.avgpool(out)))
        return out


def stage(
    block: type[BasicBlock] | type[Bottleneck],
    in_channels: int,
    channels: int,
    blocks: int,
    stride: int,
    rng: np.random.Generator,
) -> Sequential:
    """Return blocks in a row, of which the first has the stride.

    Args:
        block: `BasicBlock` or `Bottleneck`.
        in_channels: of the input, shape (batch, in_channels, height, width).
        channels: of the blocks' narrow convolutions; the output has `block.expansion` times as
            many, shape (batch, expansion * channels, height / stride, width / stride).
        blocks: how many there are.
        stride: of the first block, in pixels.
        rng: where the first weights come from.
    """
    first = block(in_channels, channels, stride, rng=rng)
    wide = channels * block.expansion
    return Sequential(first, *(block(wide, channels, rng=rng) for _ in range(blocks - 1)))


def resnet18(num_classes: int = 1000, *, rng: np.random.Generator) -> ResNet:
    """Return an untrained `ResNet` with 18 layers that have weights.

    Args:
        num_classes: scores an image.
        rng: where the first weights come from.

    It maps shape (batch, 3, 224, 224) to (batch, num_classes).
    """
    return ResNet(BasicBlock, (2, 2, 2, 2), num_classes, rng=rng)


def resnet34(num_classes: int = 1000, *, rng: np.random.Generator) -> ResNet:
    """Return an untrained `ResNet` with 34 layers that have weights.

    Args:
        num_classes: scores an image.
        rng: where the first weights come from.

    It maps shape (batch, 3, 224, 224) to (batch, num_classes).
    """
    return ResNet(BasicBlock, (3, 4, 6, 3), num_classes, rng=rng)


def resnet50(num_classes: int = 1000, *, rng: np.random.Generator) -> ResNet:
    """Return an untrained `ResNet` with 50 layers that have weights.

    Args:
        num_classes: scores an image.
        rng: where the first weights come from.

    It maps shape (batch, 3, 224, 224) to (batch, num_classes).
    """
    return ResNet(Bottleneck, (3, 4, 6, 3), num_classes, rng=rng)


def _shortcut(
    in_channels: int, out_channels: int, stride: int, rng: np.random.Generator
) -> Sequential:
    if stride == 1 and in_channels == out_channels:
        return Sequential()  # the input as it is
    return Sequential(
        Conv2d(in_channels, out_channels, 1, stride, bias=False, rng=rng),
        BatchNorm2d(out_channels),
    )
