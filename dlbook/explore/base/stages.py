"""What the layers of a network put out, one after the other, for one picture."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlbook import nn
from dlbook.nn.hooks import evaluation, is_leaf, watched
from dlbook.tensor import Tensor, no_grad

WORDS = {
    "Conv2d": "conv",
    "MaxPool2d": "max pool",
    "AvgPool2d": "mean pool",
    "AdaptiveAvgPool2d": "mean pool",
    "BatchNorm2d": "batch norm",
}


@dataclass(frozen=True)
class Stage:
    """The maps that one layer puts out.

    Args:
        label: such as ``conv 1``, the first layer of its kind that is called.
        values: shape (channels, rows, columns).
        kernels: of a convolution over one channel, shape (channels, rows, columns); else None.
    """

    label: str
    values: np.ndarray
    kernels: np.ndarray | None = None


def stages(model: nn.Module, picture: np.ndarray) -> tuple[list[Stage], np.ndarray]:
    """Return the stages of a network in evaluation mode, and its scores, shape (classes,).

    Args:
        model: takes a tensor of shape (1, 1, rows, columns); it is left as it was.
        picture: shape (rows, columns).

    Raises:
        ValueError: if no layer puts out maps, or the scores are not of shape (1, classes).
    """
    found: list[Stage] = []
    numbers: Counter[str] = Counter()

    def call(layer: nn.Module, forward: Callable[..., Any], *inputs: Any, **named: Any) -> Any:
        output = forward(*inputs, **named)
        if output.data.ndim == 4 and not isinstance(layer, nn.Dropout):
            word = WORDS.get(type(layer).__name__, type(layer).__name__)
            numbers[word] += 1
            kernels = None
            if isinstance(layer, nn.Conv2d) and layer.weight.shape[1] == 1 == layer.in_channels:
                kernels = layer.weight.data[:, 0].copy()
            found.append(Stage(f"{word} {numbers[word]}", output.data[0].copy(), kernels))
        return output

    kinds = [parameter.dtype for parameter in model.parameters()]
    x = Tensor(picture[None, None].astype(kinds[0] if kinds else np.float32))
    leaves = [module for module in model.modules() if is_leaf(module)]
    with no_grad(), evaluation(model), watched(leaves, call):
        scores = model(x).data
    if not found:
        raise ValueError(
            "feature_maps needs a model with a layer that puts out maps, got none; "
            "begin it with nn.Conv2d(1, 8, 3, padding=1, rng=rng)"
        )
    if scores.ndim != 2:
        raise ValueError(
            f"feature_maps needs scores of shape (1, classes), got {scores.shape}; "
            "end the model with nn.Flatten() and nn.Linear(features, 10, rng=rng)"
        )
    return found, scores[0]
