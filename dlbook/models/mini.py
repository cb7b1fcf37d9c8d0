"""The ideas of the four large networks in nets that a laptop trains in a minute.

Each takes images of shape (batch, in_channels, height, width), of 16 x 16 pixels or more, and
returns scores of shape (batch, num_classes).
"""

import numpy as np

from dlbook.models.googlenet import Inception
from dlbook.models.resnet import BasicBlock, stage
from dlbook.models.vgg import POOL, stages
from dlbook.nn import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
)


def mini_alexnet(
    in_channels: int = 1, num_classes: int = 10, *, rng: np.random.Generator
) -> Sequential:
    """Return a net of few large windows, overlapping pooling and dropout, after `AlexNet`.

    Args:
        in_channels: of the input, shape (batch, in_channels, height, width).
        num_classes: scores an image.
        rng: where the first weights come from.
    """
    return Sequential(
        Conv2d(in_channels, 16, 5, padding=2, rng=rng),
        ReLU(),
        MaxPool2d(3, stride=2, padding=1),
        Conv2d(16, 32, 5, padding=2, rng=rng),
        ReLU(),
        MaxPool2d(3, stride=2, padding=1),
        Conv2d(32, 48, 3, padding=1, rng=rng),
        ReLU(),
        AdaptiveAvgPool2d(4),
        Flatten(),
        Dropout(0.5, rng=rng),
        Linear(48 * 4 * 4, 64, rng=rng),
        ReLU(),
        Linear(64, num_classes, rng=rng),
    )


def mini_vgg(
    in_channels: int = 1, num_classes: int = 10, *, rng: np.random.Generator
) -> Sequential:
    """Return a net of 3 x 3 convolutions in two stages, after `VGG`.

    Args:
        in_channels: of the input, shape (batch, in_channels, height, width).
        num_classes: scores an image.
        rng: where the first weights come from.
    """
    return Sequential(
        *stages(in_channels, (16, 16, POOL, 32, 32, POOL), rng).children(),
        AdaptiveAvgPool2d(4),
        Flatten(),
        Linear(32 * 4 * 4, 64, rng=rng),
        ReLU(),
        Linear(64, num_classes, rng=rng),
    )


def mini_googlenet(
    in_channels: int = 1, num_classes: int = 10, *, rng: np.random.Generator
) -> Sequential:
    """Return a net of three `Inception` modules and no hidden linear map, after `GoogLeNet`.

    Args:
        in_channels: of the input, shape (batch, in_channels, height, width).
        num_classes: scores an image.
        rng: where the first weights come from.
    """
    return Sequential(
        Conv2d(in_channels, 16, 3, padding=1, bias=False, rng=rng),
        BatchNorm2d(16),
        ReLU(),
        Inception(16, 8, 8, 16, 4, 4, 4, rng=rng),
        MaxPool2d(2),
        Inception(32, 16, 16, 32, 8, 8, 8, rng=rng),
        MaxPool2d(2),
        Inception(64, 16, 16, 32, 8, 8, 8, rng=rng),
        AdaptiveAvgPool2d(1),
        Flatten(),
        Linear(64, num_classes, rng=rng),
    )


def mini_resnet(
    in_channels: int = 1, num_classes: int = 10, blocks: int = 1, *, rng: np.random.Generator
) -> Sequential:
    """Return a net of 6 * blocks + 2 layers that have weights, after `ResNet`.

    Args:
        in_channels: of the input, shape (batch, in_channels, height, width).
        num_classes: scores an image.
        blocks: in each of the three stages.
        rng: where the first weights come from.

    Source: He, Zhang, Ren and Sun (2016), arXiv:1512.03385, section 4.2, for the three stages.
    """
    return Sequential(
        Conv2d(in_channels, 16, 3, padding=1, bias=False, rng=rng),
        BatchNorm2d(16),
        ReLU(),
        stage(BasicBlock, 16, 16, blocks, 1, rng),
        stage(BasicBlock, 16, 32, blocks, 2, rng),
        stage(BasicBlock, 32, 64, blocks, 2, rng),
        AdaptiveAvgPool2d(1),
        Flatten(),
        Linear(64, num_classes, rng=rng),
    )
