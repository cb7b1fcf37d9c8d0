"""The same call in dlbook and in torch, with ordinary and with odd inputs, and how they compare."""

import re
import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from dlbook.tensor import Tensor

REFUSALS = (TypeError, ValueError, IndexError)
WORDS = re.compile(r".*needs.*(got|one of them).*;.*", re.DOTALL)  # needed, got, what to do next


@dataclass
class Outcome:
    """What a call gave: a result and gradients, or an error."""

    result: np.ndarray | None = None
    grads: list[np.ndarray | None] = field(default_factory=list)
    error: Exception | None = None


def run(call, arrays: dict[str, np.ndarray], tensor, send=lambda g: g) -> Outcome:
    """Call with each array as a tensor of its own, and send a gradient back if one is wanted."""
    tensors = {name: tensor(array) for name, array in arrays.items()}
    try:
        out = call(**tensors)
        if out.requires_grad:
            g = send(np.random.default_rng(0).normal(size=tuple(out.shape)))
            dtype = out.detach().numpy().dtype
            out.backward(tensor(g.astype(dtype), False) if tensor is theirs else g.astype(dtype))
    except Exception as error:
        return Outcome(error=error)
    grads = [None if t.grad is None else np.asarray(t.grad) for t in tensors.values()]
    return Outcome(out.detach().numpy(), grads)


def ours(array: np.ndarray, wants_grad: bool = True) -> Tensor:
    return Tensor(array, requires_grad=wants_grad and array.dtype.kind == "f")


def theirs(array: np.ndarray, wants_grad: bool = True) -> torch.Tensor:
    copy = torch.tensor(np.ascontiguousarray(array).reshape(array.shape))
    return copy.requires_grad_(wants_grad and array.dtype.kind == "f")


def compare(our_call, their_call, arrays: dict[str, np.ndarray], send=lambda g: g) -> str:
    """Return how ours stands to torch's: same, both refuse, refuses, computes, or differs.

    Ours may not change its inputs, and refuses in three parts. Where nan or inf arises NumPy may
    warn, where torch is silent. `send` changes the gradient that is sent back.
    """
    before = {name: array.copy() for name, array in arrays.items()}
    with np.errstate(all="ignore"):
        mine = run(our_call, arrays, ours, send)
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, before[name])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = run(their_call, arrays, theirs, send)
    if mine.error is not None:
        assert isinstance(mine.error, REFUSALS), repr(mine.error)
        assert WORDS.fullmatch(str(mine.error)), f"not in three parts: {mine.error!r}"
        return "refuses" if expected.error is None else "both refuse"
    if expected.error is not None:
        return "computes"
    return "same" if _same(mine, expected) else "differs"


def _same(mine: Outcome, expected: Outcome) -> bool:
    pairs = list(zip([mine.result, *mine.grads], [expected.result, *expected.grads], strict=True))
    for a, b in pairs:
        if (a is None) != (b is None):
            return False
        if a is not None and (a.shape != b.shape or a.dtype != b.dtype or not close(a, b)):
            return False
    return True


def close(a: Any, b: Any) -> bool:
    """Return whether numbers are equal to rounding, nan and inf in the same places."""
    a, b = np.asarray(a), np.asarray(b)
    tolerance = 1e-9 if a.dtype == np.float64 else 2e-5
    return bool(np.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True))


def put(array: np.ndarray, value: float) -> np.ndarray:
    """Return a copy with that value at one place."""
    changed = array.copy()
    changed.reshape(-1)[len(changed.reshape(-1)) // 2 :][:1] = value
    return changed


def read_only(array: np.ndarray) -> np.ndarray:
    copy = array.copy()
    copy.flags.writeable = False
    return copy


def every_second(array: np.ndarray) -> np.ndarray:
    return np.repeat(array, 2, axis=-1)[..., ::2] if array.ndim else array


# name: what happens to every array of a call
LAYOUTS = {
    "as they are": lambda a: a,
    "float32": lambda a: a.astype(np.float32),
    "read-only": read_only,
    "every second number": every_second,
    "axes turned round in memory": lambda a: np.asfortranarray(a),
    "negative strides": lambda a: a[tuple(slice(None, None, -1) for _ in a.shape)],
}
# name: what happens to the first array alone
ODD = {
    "integers": lambda a: np.round(3 * a).astype(np.int64),
    "uint8": lambda a: np.abs(np.round(3 * a)).astype(np.uint8),
    "booleans": lambda a: a > 0,
    "float32 among float64": lambda a: a.astype(np.float32),
    "a nan": lambda a: put(a, np.nan),
    "many nans": lambda a: np.where(a > 0, np.nan, a),
    "an inf": lambda a: put(a, np.inf),
    "a -inf": lambda a: put(a, -np.inf),
    "all -inf": lambda a: np.full_like(a, -np.inf),
    "huge numbers": lambda a: 1e5 * a,
    "equal numbers": lambda a: np.ones_like(a),
    "an empty batch": lambda a: a[:0],
    "a batch of one": lambda a: a[:1],
    "an axis less": lambda a: a[0],
    "an axis more": lambda a: a[None],
    "an axis of size 1": lambda a: a[..., :1],
    "an empty last axis": lambda a: a[..., :0],
    "a single number": lambda a: a.reshape(-1)[0].reshape(()),
}
