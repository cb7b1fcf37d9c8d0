"""What a model says of data, and how often that is right: nothing here changes the model."""

from typing import Any

import numpy as np

from dlbook import arguments
from dlbook.functional import binary_cross_entropy_with_logits
from dlbook.nn.hooks import evaluation
from dlbook.nn.module import Module
from dlbook.nn.simple import BCEWithLogitsLoss
from dlbook.tensor import Tensor, no_grad


def predict(model: Module, x: Any, batch_size: int = 512) -> np.ndarray:
    """Return the outputs of `model` in evaluation mode, without recording a graph.

    Args:
        model: takes a tensor of inputs; each of its modules is put back into its own mode, also
            after an error.
        x: inputs, shape (n, ...): an array, a tensor or a nested list, which is not written to.
        batch_size: how many go through the model at once.

    Returns:
        The outputs, shape (n, ...), in an array that nothing else uses.

    Raises:
        TypeError: if `x` holds no numbers, or the model is none or returns anything but a tensor.
        ValueError: if `x` is a single number, or the model does not return one row an input.
    """
    if not isinstance(model, Module):
        raise TypeError(
            f"predict needs a Module as model, got {type(model).__name__}; wrap a function in the "
            "forward of a class"
        )
    x, size = as_array(x, "x"), arguments.integer(batch_size, "batch_size", 1)
    starts = range(0, max(len(x), 1), size)  # of no inputs the model still tells the shape
    with no_grad(), evaluation(model):
        return np.concatenate([_outputs(model, x[start : start + size].copy()) for start in starts])


def accuracy(model: Module, x: Any, y: Any) -> float:
    """Return the fraction of examples whose highest score is that of their class.

    Args:
        model: returns scores of shape (batch, classes), for two or more classes.
        x: inputs, shape (n, ...), one or more.
        y: class numbers from 0, integers of shape (n,).

    Raises:
        ValueError: if the shapes do not match, a class number is out of range, or there are no
            examples. One score an example has no highest one.
        TypeError: if the class numbers are not integers.
        FloatingPointError: if a score is nan.
    """
    advice = "y.to(np.int64)" if isinstance(y, Tensor) else "y.astype(np.int64)"
    outputs, y = predict(model, x), as_array(y, "y")
    if y.dtype.kind not in "iu":
        raise TypeError(f"accuracy needs integers as class numbers, got {y.dtype}; use {advice}")
    if not _are_classes(outputs, y) or not len(y):
        span = f" from {y.min()} to {y.max()}" if y.size else ""
        raise ValueError(
            "accuracy needs scores of shape (n, classes), two or more classes, and class numbers "
            f"of shape (n,), got {outputs.shape} and {y.shape}{span}; for one score an example "
            "write ((predict(model, x) > 0) == y).mean(), both of one shape"
        )
    return _share(outputs, outputs.argmax(axis=1) == y)


def accuracy_under(loss: Any, outputs: np.ndarray, y: np.ndarray) -> float | None:
    """Return the fraction of right outputs if the loss is about classes, None if not.

    Args:
        loss: with `binary_cross_entropy_with_logits`, also as a layer, a score above 0 says yes.
        outputs: shape (n, classes) for class numbers; any shape for yes and no.
        y: class numbers, integers of shape (n,); or 1 and 0 in the shape of the outputs.
    """
    if loss is binary_cross_entropy_with_logits or isinstance(loss, BCEWithLogitsLoss):
        if outputs.shape != y.shape or not np.isin(y, (0, 1)).all():
            return None
        return _share(outputs, (outputs > 0) == y)
    if y.dtype.kind not in "iu" or not _are_classes(outputs, y):
        return None
    return _share(outputs, outputs.argmax(axis=1) == y)


def as_array(values: Any, name: str) -> np.ndarray:
    """Return numbers as an array of shape (n, ...), without a copy if they are one.

    Args:
        values: an array, a tensor of any library, or a nested list; numbers with a point in a
            list become float32, as in a tensor.
        name: what the caller calls them.

    Raises:
        TypeError: if these are no numbers, or if they have a mask.
        ValueError: if it is a single number, or if the rows of a list differ in length.
    """
    array = values.data if isinstance(values, Tensor) else arguments.array(values, name)
    if array.dtype.kind not in "biuf":
        raise TypeError(
            f"{name} needs to be an array of numbers, got {type(values).__name__} of "
            f"{array.dtype}; write np.array(list(values))"
        )
    if not array.ndim:
        raise ValueError(
            f"{name} needs shape (n, ...), got a single number; write np.array([number])"
        )
    is_list = isinstance(values, list | tuple)
    return array.astype(np.float32) if is_list and array.dtype == np.float64 else array


def _outputs(model: Module, x: np.ndarray) -> np.ndarray:
    out = model(Tensor(x))
    if not isinstance(out, Tensor):
        raise TypeError(
            f"predict needs a model that returns a tensor, got {type(out).__name__}; let its "
            "forward return one tensor"
        )
    if out.shape[:1] != x.shape[:1]:
        raise ValueError(
            f"predict needs a model that returns a row for each of {len(x)} inputs, got shape "
            f"{out.shape}; keep the first axis"
        )
    return out.data


def _are_classes(outputs: np.ndarray, y: np.ndarray) -> bool:
    """Return whether integers `y` name columns of the outputs, of which there are several."""
    if outputs.ndim != 2 or outputs.shape[1] < 2 or y.shape != outputs.shape[:1]:
        return False
    return not y.size or (y.min() >= 0 and y.max() < outputs.shape[1])


def _share(outputs: np.ndarray, right: np.ndarray) -> float:
    if np.isnan(outputs).any():
        raise FloatingPointError(
            "accuracy needs scores that are numbers, got nan; look for nan in the inputs and in "
            "the parameters"
        )
    return float(right.mean())
