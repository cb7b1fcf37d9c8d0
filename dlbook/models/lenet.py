"""LeNet: convolution, pooling, convolution, pooling, and three linear maps, for digits."""

import numpy as np

from dlbook.functional.windows import single
from dlbook.nn import AvgPool2d, Conv2d, Flatten, Linear, Sequential, Tanh


def lenet(
    in_channels: int = 1, size: int = 28, num_classes: int = 10, *, rng: np.random.Generator
) -> Sequential:
    """Return a network after LeNet-5, for input of shape (batch, in_channels, size, size).

    The paper's pooling has two weights a channel, its second convolution sees only some channels,
    and its output layer compares with templates; here all of that is as usual today. For digits
    of 28 x 28 it has 61,706 parameters.

    Args:
        in_channels: of the image.
        size: height and width of the image, at least 12; 16, 28 and 32 are used in the book.
        num_classes: scores an image.
        rng: where the first weights come from.

    Raises:
        ValueError: if the image is too small.

    Source: LeCun, Bottou, Bengio and Haffner (1998), Proceedings of the IEEE 86, 2278-2324,
    figure 2.
    """
    if single(size, "size", 1) < 12:
        raise ValueError(f"lenet needs images of at least 12 x 12, got {size}; enlarge them")
    left = (size // 2 - 4) // 2  # height after both poolings
    return Sequential(
        Conv2d(in_channels, 6, 5, padding=2, rng=rng),
        Tanh(),
        AvgPool2d(2),
        Conv2d(6, 16, 5, rng=rng),
        Tanh(),
        AvgPool2d(2),
        Flatten(),
        Linear(16 * left * left, 120, rng=rng),
        Tanh(),
        Linear(120, 84, rng=rng),
        Tanh(),
        Linear(84, num_classes, rng=rng),
    )
