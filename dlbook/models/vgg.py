"""VGG: nothing but 3 x 3 convolutions, many of them; two see as far as one of 5 x 5."""

import numpy as np

from dlbook.nn import (
    AdaptiveAvgPool2d,
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

POOL = 0  # in a list of channels: halve height and width here
CHANNELS = {
    11: (64, POOL, 128, POOL, 256, 256, POOL, 512, 512, POOL, 512, 512, POOL),
    16: (64, 64, POOL, 128, 128, POOL, *[256] * 3, POOL, *[512] * 3, POOL, *[512] * 3, POOL),
}


class VGG(Module):
    """Convolutions with ReLU and poolings in five stages, then three linear maps.

    Args:
        channels: of each convolution, 0 for a pooling.
        num_classes: scores an image.
        dropout: probability of a feature to be left out after a linear map, in training.
        rng: where the first weights come from.

    Input has shape (batch, 3, 224, 224), output (batch, num_classes).

    Source: Simonyan and Zisserman (2015), arXiv:1409.1556, table 1; names of parameters as in
    torchvision.
    """

    def __init__(
        self,
        channels: tuple[int, ...],
        num_classes: int = 1000,
        dropout: float = 0.5,
        *,
        rng: np.random.Generator,
    ):
        self.features = stages(3, channels, rng)
        self.avgpool = AdaptiveAvgPool2d(7)
        self.flatten = Flatten()
        self.classifier = Sequential(
            Linear(512 * 7 * 7, 4096, rng=rng),
            ReLU(),
            Dropout(dropout, rng=rng),
            Linear(4096, 4096, rng=rng),
            ReLU(),
            Dropout(dropout, rng=rng),
            Linear(4096, num_classes, rng=rng),
        )

    def forward(self, input: Tensor) -> Tensor:
        out: Tensor = self.features(input)
        out = self.classifier(self.flatten(self.avgpool(out)))
        return out


def stages(in_channels: int, channels: tuple[int, ...], rng: np.random.Generator) -> Sequential:
    """Return a 3 x 3 convolution with ReLU for each number, and a pooling for each 0.

    Args:
        in_channels: of the input, shape (batch, in_channels, height, width).
        channels: output channels of each convolution; a pooling halves height and width.
        rng: where the first weights come from.
    """
    layers: list[Module] = []
    for out_channels in channels:
        if out_channels == POOL:
            layers.append(MaxPool2d(2))
        else:
            layers += [Conv2d(in_channels, out_channels, 3, padding=1, rng=rng), ReLU()]
            in_channels = out_channels
    return Sequential(*layers)


def vgg11(num_classes: int = 1000, *, rng: np.random.Generator) -> VGG:
    """Return an untrained `VGG` with 11 layers that have weights, column A of the paper.

    Args:
        num_classes: scores an image.
        rng: where the first weights come from.

    It maps shape (batch, 3, 224, 224) to (batch, num_classes).
    """
    return VGG(CHANNELS[11], num_classes, rng=rng)


def vgg16(num_classes: int = 1000, *, rng: np.random.Generator) -> VGG:
    """Return an untrained `VGG` with 16 layers that have weights, column D of the paper.

    Args:
        num_classes: scores an image.
        rng: where the first weights come from.

    It maps shape (batch, 3, 224, 224) to (batch, num_classes).
    """
    return VGG(CHANNELS[16], num_classes, rng=rng)
