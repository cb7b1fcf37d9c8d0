"""A model while it is looked into: in evaluation mode, its layers watched, and left as it was."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from dlbook.nn.module import Module


def is_leaf(module: Module) -> bool:
    """Return whether a module has no modules inside."""
    return next(module.children(), None) is None


@contextmanager
def watched(layers: Iterable[Module], call: Callable[..., Any]) -> Iterator[None]:
    """Let ``call(layer, forward, *inputs, **named)`` stand for the `forward` of each layer.

    Args:
        layers: those to watch, each once.
        call: returns what the layer is to return.
    """
    layers = list(layers)
    for layer in layers:
        vars(layer)["forward"] = partial(call, layer, layer.forward)
    try:
        yield
    finally:
        for layer in layers:
            del vars(layer)["forward"]


@contextmanager
def evaluation(model: Module) -> Iterator[None]:
    """Put a model and all modules in it into evaluation mode, and each back into its own."""
    with kept_modes(model):
        model.eval()
        yield


@contextmanager
def kept_modes(model: Module) -> Iterator[None]:
    """Put a model and all modules in it back into the modes that they had, also after an error."""
    modes = {module: module.training for module in model.modules()}
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode
