"""How a value is serialised between a kernel and the grader: JSON with a whitelist, no pickle.

`encode` runs beside a learner's code and accepts anything; `decode` runs in the trusted process
and believes nothing: kinds, dtypes, lengths and depths are checked before memory is taken.
"""

import base64
import binascii
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

MIME = "application/vnd.dlbook.values+json"
Json = Any  # what json.loads returns

_DTYPES = frozenset(
    ("|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8")
)
_MAX_BYTES = 4_000_000
_MAX_BASE64 = 4 * (_MAX_BYTES // 3 + 1)  # characters for that many bytes
_MAX_TEXT = 10_000
_MAX_WHERE = 500
_MAX_ITEMS = 1_000
_MAX_DEPTH = 8


class WireError(ValueError):
    """Raised when something that claims to be a value on the wire is malformed."""


@dataclass(frozen=True)
class Failure:
    """An exception, as a value: the name of its type and its message.

    `where` tells a person at which line it was raised; two failures are equal without it.
    """

    type: str
    message: str
    where: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True)
class Foreign:
    """A value that is not sent, only a description of its type."""

    type: str


def encode(value: object, depth: int = 0) -> Json:
    """Return `value` as JSON.

    Args:
        value: None, bool, int, float, str, array or tensor of any shape (booleans, integers,
            floats), exception, or lists, tuples and dicts of these; of anything else only the name
            of its type is sent.
        depth: how many lists and dicts are around it; callers do not pass it.
    """
    value = _plain(value)
    if value is None:
        return {"kind": "none"}
    if isinstance(value, bool):
        return {"kind": "bool", "value": value}
    if isinstance(value, int):
        return {"kind": "int", "value": value} if abs(value) < 2**63 else _foreign("huge int")
    if isinstance(value, float):
        return {"kind": "float", "value": float.hex(value)}
    if isinstance(value, str):
        return {"kind": "str", "value": _clean(value)}
    if isinstance(value, np.ndarray):
        return _encode_array(value)
    if isinstance(value, BaseException):
        return {"kind": "error", "type": type(value).__name__, "message": _clean(str(value))}
    if isinstance(value, (list, tuple, dict)):
        return _encode_container(value, depth)
    return _foreign(type(value).__name__)


def decode(data: Json, depth: int = 0) -> object:
    """Return the value that `data` stands for; lists and tuples both come back as lists.

    Raises:
        WireError: if `data` is anything that `encode` could not have made.
    """
    if not isinstance(data, dict) or depth > _MAX_DEPTH:
        raise WireError("a value on the wire is an object at most 8 levels deep")
    kind, value, items = data.get("kind"), data.get("value"), data.get("items")
    if kind == "none":
        return None
    if (kind == "bool" and isinstance(value, bool)) or (
        kind == "int" and type(value) is int and abs(value) < 2**63
    ):
        return value
    if kind == "str" and isinstance(value, str):
        return value[:_MAX_TEXT]
    if kind == "float" and isinstance(value, str):
        try:
            return float.fromhex(value[:40])
        except ValueError:
            raise WireError("a float on the wire is a hexadecimal text") from None
    if kind == "array":
        return _decode_array(data)
    if kind == "error":
        where = str(data.get("where") or "")[:_MAX_WHERE]
        return Failure(str(data.get("type"))[:200], str(data.get("message"))[:_MAX_TEXT], where)
    if kind == "other":
        return Foreign(str(data.get("type"))[:200])
    if isinstance(items, list) and len(items) <= _MAX_ITEMS:
        if kind == "list":
            return [decode(item, depth + 1) for item in items]
        if kind == "dict" and all(_is_pair(item) for item in items):
            return {key: decode(item, depth + 1) for key, item in items}
    raise WireError(f"no value on the wire looks like kind {str(kind)[:40]!r}")


def _plain(value: object) -> object:
    """Return tensors as arrays, and NumPy scalars and 0-d arrays as Python numbers."""
    if callable(getattr(value, "detach", None)):
        value = value.detach().numpy()  # type: ignore[attr-defined]
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        return value.item()
    return value


def _clean(text: str) -> str:
    return text[:_MAX_TEXT].encode("utf-8", "replace").decode("utf-8")


def _foreign(description: str) -> Json:
    return {"kind": "other", "type": description}


def _encode_array(value: np.ndarray) -> Json:
    array = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<"))
    if array.dtype.str not in _DTYPES:
        return _foreign(f"array of {array.dtype}")
    if array.nbytes > _MAX_BYTES:
        return _foreign(f"array of {array.nbytes / 1e6:.0f} MB")
    data = base64.b64encode(array.tobytes()).decode("ascii")
    return {"kind": "array", "dtype": array.dtype.str, "shape": list(array.shape), "data": data}


def _encode_container(value: list | tuple | dict, depth: int) -> Json:  # type: ignore[type-arg]
    if depth >= _MAX_DEPTH or len(value) > _MAX_ITEMS:
        return _foreign(f"{type(value).__name__} with {len(value)} entries")
    if isinstance(value, dict):
        pairs = [[_clean(str(key)), encode(item, depth + 1)] for key, item in value.items()]
        return {"kind": "dict", "items": pairs}
    return {"kind": "list", "items": [encode(item, depth + 1) for item in value]}


def _is_pair(item: object) -> bool:
    return isinstance(item, list) and len(item) == 2 and isinstance(item[0], str)


def _decode_array(data: dict[str, Any]) -> np.ndarray:
    dtype, shape, text = data.get("dtype"), data.get("shape"), data.get("data")
    if not isinstance(dtype, str) or dtype not in _DTYPES:
        raise WireError("an array on the wire has a plain dtype: boolean, integer or float")
    if not isinstance(text, str) or len(text) > _MAX_BASE64:
        raise WireError("an array on the wire has at most 4 MB")
    if not isinstance(shape, list) or len(shape) > 16 or not all(_is_size(n) for n in shape):
        raise WireError("the shape of an array on the wire is a short list of sizes")
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise WireError("the data of an array on the wire is base64") from None
    if len(raw) != prod(shape) * np.dtype(dtype).itemsize:
        raise WireError(f"{len(raw)} bytes do not fill an array of shape {tuple(shape)}")
    return np.frombuffer(raw, dtype=dtype).reshape(shape)


def _is_size(size: object) -> bool:
    return type(size) is int and 0 <= size <= _MAX_BYTES
