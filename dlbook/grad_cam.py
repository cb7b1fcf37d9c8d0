"""Grad-CAM: which places of a picture a network looked at when it gave a class its score.

Source: Selvaraju et al. (2017), "Grad-CAM: visual explanations from deep networks via
gradient-based localization", arXiv:1610.02391, section 3.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from dlbook.nn.hooks import evaluation, watched
from dlbook.nn.module import Module
from dlbook.tensor import Tensor


def grad_cam(model: Module, layer: Module, input: Tensor, target: Any) -> np.ndarray:
    """Return relu(sum over c of w[c] * maps[c]), where w[c] is the mean of d(score)/d(maps[c]).

    A map counts for the class as much as its score rises where the map does. The model is left as
    it was, gradients of its parameters included.

    Args:
        model: maps `input` to scores of shape (batch, classes), in evaluation.
        layer: the part of the model whose output are the maps, shape (batch, channels, height,
            width); as a rule the last one that still has places.
        input: shape (batch, ...), as the model takes it.
        target: the class, one number, or one an example, shape (batch,).

    Returns:
        A heat map an example, shape (batch, height, width), 0 or more.

    Raises:
        ValueError: if `layer` is no part of the model or its output has other axes.
    """
    if layer not in set(model.modules()):
        raise ValueError(
            f"grad_cam needs a layer that is part of the model, got another {type(layer).__name__}"
            "; take it from the model, such as model.last_maps"
        )
    seen: list[Tensor] = []

    def call(_: Module, forward: Callable[..., Tensor], *inputs: Tensor) -> Tensor:
        seen.append(Tensor(forward(*inputs).data, requires_grad=True))  # the graph begins here
        return seen[-1]

    with evaluation(model), _frozen(model), watched([layer], call):
        scores = model(input)
        scores[np.arange(len(scores)), target].sum().backward()
    maps = seen[-1]
    if maps.ndim != 4 or maps.grad is None:
        raise ValueError(
            "grad_cam needs a layer whose output has shape (batch, channels, height, width), got "
            f"{maps.shape}; take an earlier one"
        )
    weights = maps.grad.mean((2, 3), keepdims=True)
    heat: np.ndarray = np.maximum((weights * maps.data).sum(1), 0)
    return heat


@contextmanager
def _frozen(model: Module) -> Iterator[None]:
    """Let no parameter get a gradient, and put each back into its own state, also after errors."""
    learned = {parameter: parameter.requires_grad for parameter in model.parameters()}
    model.requires_grad_(False)
    try:
        yield
    finally:
        for parameter, requires_grad in learned.items():
            parameter.requires_grad = requires_grad
