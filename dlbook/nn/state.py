"""Loading: arrays go into the tensors of a model, all of them or none."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlbook import arguments
from dlbook.tensor import Tensor


def load(own: Mapping[str, Tensor], state_dict: Mapping[str, Any]) -> None:
    """Copy arrays into the tensors of the same names; nothing is written before all of them fit.

    Args:
        own: the tensors of a model, each of any shape, by name.
        state_dict: for each name an array or tensor of that shape.

    Raises:
        KeyError: if a name is missing or unknown.
        ValueError: if a shape differs, or a count is no whole number.
        TypeError: if something is not an array of real numbers, or has a mask.
    """
    _check_names(own, state_dict)
    arrays = {name: _fitted(name, tensor, state_dict[name]) for name, tensor in own.items()}
    arrays = {name: _apart(array, own) for name, array in arrays.items()}
    for name, tensor in own.items():
        if tensor.data.flags.writeable:
            tensor.data[...] = arrays[name]
            tensor.version += 1
        else:  # a model built with `summary.blank` has no memory of its own yet
            tensor.data = arrays[name].copy()


def _check_names(own: Mapping[str, Tensor], state_dict: Mapping[str, Any]) -> None:
    if not isinstance(state_dict, Mapping):
        raise TypeError(
            "load_state_dict needs a dict of arrays by name, got "
            f"{type(state_dict).__name__}; pass what model.state_dict() or load(path) returned"
        )
    missing = [name for name in own if name not in state_dict]
    unknown = [name for name in state_dict if name not in own]
    if missing or unknown:
        raise KeyError(
            f"load_state_dict needs the {len(own)} names of this model, got {len(unknown)} too "
            f"many ({_some(unknown)}) and {len(missing)} missing ({_some(missing)}); "
            "build the model that was saved"
        )


def _some(names: list[str]) -> str:
    return ", ".join(map(str, names[:8])) + (", ..." if len(names) > 8 else "")


def _fitted(name: str, tensor: Tensor, value: Any) -> np.ndarray:
    """Return the numbers of `value` in the dtype of `tensor`."""
    array = value.data if isinstance(value, Tensor) else arguments.array(value, name)
    if array.dtype.kind not in "biuf":
        raise TypeError(
            f"{name} needs real numbers, got an array of dtype {array.dtype}; convert it, or save "
            "the model again"
        )
    if array.shape != tensor.shape:
        raise ValueError(
            f"{name} needs shape {tensor.shape}, got {array.shape}; build the model with the "
            "sizes that were saved"
        )
    with np.errstate(over="ignore", invalid="ignore"):  # what float32 cannot hold becomes inf
        kept = array.astype(tensor.dtype, copy=False)
    if tensor.dtype.kind != "f" and (kept != array).any():
        raise ValueError(
            f"{name} needs numbers that {tensor.dtype} holds, got {array.dtype} with others; save "
            "the model again"
        )
    return kept


def _apart(array: np.ndarray, own: Mapping[str, Tensor]) -> np.ndarray:
    """Return a copy if the array may lie in the memory of the model, which is about to change."""
    shares = any(np.may_share_memory(array, tensor.data) for tensor in own.values())
    return array.copy() if shares else array
