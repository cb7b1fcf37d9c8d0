"""AlexNet: the network that won the ImageNet competition of 2012 by a wide margin."""

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


class AlexNet(Module):
    """Five convolutions, each with ReLU, three poolings whose windows overlap, three linear maps.

    Args:
        num_classes: scores an image.
        dropout: probability of a feature to be left out before a linear map, in training.
        rng: where the first weights come from.

    Input has shape (batch, 3, 224, 224), output (batch, num_classes).

    Source: Krizhevsky (2014), "One weird trick for parallelizing convolutional neural networks",
    arXiv:1404.5997; layout and names of parameters as in torchvision. The network of 2012 has two
    towers and 60,965,224 parameters, this one 61,100,840.
    """

    def __init__(self, num_classes: int = 1000, dropout: float = 0.5, *, rng: np.random.Generator):
        self.features = Sequential(
            Conv2d(3, 64, 11, stride=4, padding=2, rng=rng),
            ReLU(),
            MaxPool2d(3, stride=2),
            Conv2d(64, 192, 5, padding=2, rng=rng),
            ReLU(),
            MaxPool2d(3, stride=2),
            Conv2d(192, 384, 3, padding=1, rng=rng),
            ReLU(),
            Conv2d(384, 256, 3, padding=1, rng=rng),
            ReLU(),
            Conv2d(256, 256, 3, padding=1, rng=rng),
            ReLU(),
            MaxPool2d(3, stride=2),
        )
        self.avgpool = AdaptiveAvgPool2d(6)
        self.flatten = Flatten()
        self.classifier = Sequential(
            Dropout(dropout, rng=rng),
            Linear(256 * 6 * 6, 4096, rng=rng),
            ReLU(),
            Dropout(dropout, rng=rng),
            Linear(4096, 4096, rng=rng),
            ReLU(),
            Linear(4096, num_classes, rng=rng),
        )

    def forward(self, input: Tensor) -> Tensor:
        out: Tensor = self.features(input)
        out = self.classifier(self.flatten(self.avgpool(out)))
        return out


def alexnet(num_classes: int = 1000, *, rng: np.random.Generator) -> AlexNet:
    """Return an untrained `AlexNet`.

    Args:
        num_classes: scores an image.
        rng: where the first weights come from.

    It maps shape (batch, 3, 224, 224) to (batch, num_classes).
    """
    return AlexNet(num_classes, rng=rng)
