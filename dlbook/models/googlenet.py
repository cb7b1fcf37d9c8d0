"""GoogLeNet: each module looks at four scales at once, and 1 x 1 convolutions make it cheap."""

import numpy as np

from dlbook.arguments import flag
from dlbook.functional import cat
from dlbook.nn import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    Module,
    ReLU,
    Sequential,
)
from dlbook.tensor import Tensor

MODULES = {  # input channels, then those of the convolutions in the four branches
    "3a": (192, 64, 96, 128, 16, 32, 32),
    "3b": (256, 128, 128, 192, 32, 96, 64),
    "4a": (480, 192, 96, 208, 16, 48, 64),
    "4b": (512, 160, 112, 224, 24, 64, 64),
    "4c": (512, 128, 128, 256, 24, 64, 64),
    "4d": (512, 112, 144, 288, 32, 64, 64),
    "4e": (528, 256, 160, 320, 32, 128, 128),
    "5a": (832, 256, 160, 320, 32, 128, 128),
    "5b": (832, 384, 192, 384, 48, 128, 128),
}


class BasicConv2d(Module):
    """A convolution without bias, normalisation, ReLU.

    Args:
        in_channels: of the input, shape (batch, in_channels, height, width).
        out_channels: of the output, shape (batch, out_channels, new height, new width).
        kernel_size: height and width of the window, in pixels.
        stride: pixels from one window to the next.
        padding: zeros on each side, in pixels.
        rng: where the first weights come from.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        padding: int = 0,
        *,
        rng: np.random.Generator,
    ):
        sizes = kernel_size, stride, padding
        self.conv = Conv2d(in_channels, out_channels, *sizes, bias=False, rng=rng)
        self.bn = BatchNorm2d(out_channels, eps=0.001)
        self.relu = ReLU()

    def forward(self, input: Tensor) -> Tensor:
        out: Tensor = self.relu(self.bn(self.conv(input)))
        return out


class Inception(Module):
    """Four branches over the same input, their outputs side by side.

    They are 1 x 1; 1 x 1 and 3 x 3; 1 x 1 and 3 x 3 again; pooling and 1 x 1.

    Args:
        in_channels: of the input, shape (batch, in_channels, height, width).
        ch1x1: channels of the first branch.
        ch3x3red: of the 1 x 1 convolution that narrows the input of the second.
        ch3x3: of the second branch.
        ch5x5red: of the 1 x 1 convolution that narrows the input of the third.
        ch5x5: of the third branch, 5 x 5 in the paper; torchvision has 3 x 3, and so have we.
        pool_proj: of the fourth branch.
        rng: where the first weights come from.

    Source: Szegedy et al. (2015), arXiv:1409.4842, figure 2b.
    """

    def __init__(
        self,
        in_channels: int,
        ch1x1: int,
        ch3x3red: int,
        ch3x3: int,
        ch5x5red: int,
        ch5x5: int,
        pool_proj: int,
        *,
        rng: np.random.Generator,
    ):
        self.branch1 = BasicConv2d(in_channels, ch1x1, 1, rng=rng)
        self.branch2 = Sequential(
            BasicConv2d(in_channels, ch3x3red, 1, rng=rng),
            BasicConv2d(ch3x3red, ch3x3, 3, padding=1, rng=rng),
        )
        self.branch3 = Sequential(
            BasicConv2d(in_channels, ch5x5red, 1, rng=rng),
            BasicConv2d(ch5x5red, ch5x5, 3, padding=1, rng=rng),
        )
        self.branch4 = Sequential(
            MaxPool2d(3, stride=1, padding=1),
            BasicConv2d(in_channels, pool_proj, 1, rng=rng),
        )

    def forward(self, input: Tensor) -> Tensor:
        return cat([branch(input) for branch in self.children()], 1)


class InceptionAux(Module):
    """A small classifier that sends gradients into the middle of the network, in training only.

    Args:
        in_channels: of the input, shape (batch, in_channels, height, width).
        num_classes: scores an image; the output has shape (batch, num_classes).
        rng: where the first weights come from.

    Source: Szegedy et al. (2015), arXiv:1409.4842, section 5.
    """

    def __init__(self, in_channels: int, num_classes: int, *, rng: np.random.Generator):
        self.avgpool = AdaptiveAvgPool2d(4)
        self.conv = BasicConv2d(in_channels, 128, 1, rng=rng)
        self.flatten = Flatten()
        self.fc1 = Linear(2048, 1024, rng=rng)
        self.relu = ReLU()
        self.dropout = Dropout(0.7, rng=rng)
        self.fc2 = Linear(1024, num_classes, rng=rng)

    def forward(self, input: Tensor) -> Tensor:
        out: Tensor = self.flatten(self.conv(self.avgpool(input)))
        out = self.fc2(self.dropout(self.relu(self.fc1(out))))
        return out


class GoogLeNet(Module):
    """Three convolutions, nine `Inception` modules, the mean over all places, one linear map.

    Args:
        num_classes: scores an image.
        aux_logits: whether there are two more classifiers, after modules 4a and 4d.
        rng: where the first weights come from.

    Input has shape (batch, 3, 224, 224), output (batch, num_classes); in training and with
    `aux_logits`, a tuple of three of them: the scores, those after 4d, those after 4a.

    Source: Szegedy et al. (2015), arXiv:1409.4842, table 1; normalisation and names of parameters
    as in torchvision: 6,624,904 of them without heads. The paper's own layout, with 5 x 5 windows
    and biases, has 6,998,552.
    """

    def __init__(
        self, num_classes: int = 1000, aux_logits: bool = True, *, rng: np.random.Generator
    ):
        self.conv1 = BasicConv2d(3, 64, 7, stride=2, padding=3, rng=rng)
        self.maxpool1 = MaxPool2d(3, stride=2, ceil_mode=True)
        self.conv2 = BasicConv2d(64, 64, 1, rng=rng)
        self.conv3 = BasicConv2d(64, 192, 3, padding=1, rng=rng)
        self.maxpool2 = MaxPool2d(3, stride=2, ceil_mode=True)
        self.inception3a = Inception(*MODULES["3a"], rng=rng)
        self.inception3b = Inception(*MODULES["3b"], rng=rng)
        self.maxpool3 = MaxPool2d(3, stride=2, ceil_mode=True)
        self.inception4a = Inception(*MODULES["4a"], rng=rng)
        self.inception4b = Inception(*MODULES["4b"], rng=rng)
        self.inception4c = Inception(*MODULES["4c"], rng=rng)
        self.inception4d = Inception(*MODULES["4d"], rng=rng)
        self.inception4e = Inception(*MODULES["4e"], rng=rng)
        self.maxpool4 = MaxPool2d(2, ceil_mode=True)
        self.inception5a = Inception(*MODULES["5a"], rng=rng)
        self.inception5b = Inception(*MODULES["5b"], rng=rng)
        has_more = flag(aux_logits, "aux_logits")
        self.aux1 = InceptionAux(512, num_classes, rng=rng) if has_more else None
        self.aux2 = InceptionAux(528, num_classes, rng=rng) if has_more else None
        self.avgpool = AdaptiveAvgPool2d(1)
        self.flatten = Flatten()
        self.dropout = Dropout(0.2, rng=rng)
        self.fc = Linear(1024, num_classes, rng=rng)

    def forward(self, input: Tensor) -> Tensor | tuple[Tensor, Tensor, Tensor]:
        """Return scores, shape (batch, num_classes); in training with heads, three of them."""
        out = self.conv3(self.conv2(self.maxpool1(self.conv1(input))))
        out = self.inception3b(self.inception3a(self.maxpool2(out)))
        after_4a = self.inception4a(self.maxpool3(out))
        after_4d = self.inception4d(self.inception4c(self.inception4b(after_4a)))
        out = self.maxpool4(self.inception4e(after_4d))
        out = self.avgpool(self.inception5b(self.inception5a(out)))
        scores: Tensor = self.fc(self.dropout(self.flatten(out)))
        if self.training and self.aux1 is not None and self.aux2 is not None:
            return scores, self.aux2(after_4d), self.aux1(after_4a)
        return scores


def googlenet(
    num_classes: int = 1000, aux_logits: bool = True, *, rng: np.random.Generator
) -> GoogLeNet:
    """Return an untrained `GoogLeNet`.

    Args:
        num_classes: scores an image.
        aux_logits: whether there are two more classifiers.
        rng: where the first weights come from.

    It maps shape (batch, 3, 224, 224) to (batch, num_classes); in training and with `aux_logits`
    to three of them, see `GoogLeNet`.
    """
    return GoogLeNet(num_classes, aux_logits, rng=rng)
