"""How a value is serialised between a kernel and the grader: JSON with a whitelist, no pickle.

`encode` runs beside a learner's code and accepts anything; `decode` runs in the trusted process
and believes nothing: kinds, dtypes, lengths and depths are checked before memory is taken. For any
JSON whatever it returns a value or raises WireError.
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
_MAX_FLOAT = 40  # characters; `float.hex` writes at most 24
_MAX_TEXT = 10_000
_MAX_NAME = 200
_MAX_WHERE = 500
_MAX_ITEMS = 1_000
_MAX_DEPTH = 8


class WireError(ValueError):
    """Raised when something that claims to be a value on the wire is malformed."""


@dataclass(frozen=True)
class Failure:
    """An exception, as a value: the name of its type and its message.

    `where` tells a person at which line it was raised, and `line` is that of the check that led
    there, 0 where it is not known; two failures are equal without them.
    """

    type: str
    message: str
    where: str = field(default="", compare=False, repr=False)
    line: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True)
class Foreign:
    """A value that is not sent, only a description of its type."""

    type: str


def encode(value: object, depth: int = 0) -> Json:
    """Return `value` as JSON.

    Args:
        value: None, bool, int, float, str, array or tensor of any shape (booleans, integers,
            floats), exception, or lists, tuples, ranges and dicts of these; of anything else only
            the name of its type is sent.
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
    if isinstance(value, (list, tuple, range, dict)):
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
    if kind == "str":
        return _clean(_text(data, "value"))
    if kind == "float":
        return _decode_float(value)
    if kind == "array":
        return _decode_array(data)
    if kind == "error":
        name, message = _text(data, "type")[:_MAX_NAME], _text(data, "message")
        where = _text(data, "where") if "where" in data else ""
        line = data["line"] if _is_size(data.get("line")) else 0
        return Failure(_clean(name), _clean(message), _clean(where[:_MAX_WHERE]), line)
    if kind == "other":
        return Foreign(_clean(_text(data, "type")[:_MAX_NAME]))
    if isinstance(items, list) and len(items) <= _MAX_ITEMS:
        if kind == "list":
            return [decode(item, depth + 1) for item in items]
        if kind == "dict" and all(_is_pair(item) for item in items):
            return _decode_dict(items, depth)
    raise WireError("a value on the wire is of a kind that is sent, and has what belongs to it")


def _plain(value: object) -> object:
    """Return tensors as arrays, and NumPy scalars and 0-d arrays as Python numbers."""
    if callable(getattr(value, "detach", None)):
        value = value.detach().numpy()  # type: ignore[attr-defined]
    if isinstance(value, (np.generic, np.ndarray)) and value.dtype == np.longdouble:
        value = value.astype(np.float64)  # longer floats differ between machines
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


def _encode_container(value: list | tuple | range | dict, depth: int) -> Json:  # type: ignore[type-arg]
    if depth >= _MAX_DEPTH or len(value) > _MAX_ITEMS:
        return _foreign(f"{type(value).__name__} with {len(value)} entries")
    if isinstance(value, dict):
        labels = [_clean(str(key)) for key in value]
        if len(set(labels)) < len(labels):
            return _foreign("dict with two equal labels")
        items = [encode(item, depth + 1) for item in value.values()]
        return {"kind": "dict", "items": [list(pair) for pair in zip(labels, items, strict=True)]}
    return {"kind": "list", "items": [encode(item, depth + 1) for item in value]}


def _is_pair(item: object) -> bool:
    return isinstance(item, list) and len(item) == 2 and isinstance(item[0], str)


def _text(data: dict[str, Any], name: str) -> str:
    """Return a field that has to be a text."""
    text = data.get(name)
    if not isinstance(text, str):
        raise WireError(f"a value on the wire has a text as its {name}")
    return text


def _decode_float(value: object) -> float:
    if not isinstance(value, str) or len(value) > _MAX_FLOAT:
        raise WireError("a float on the wire is a short hexadecimal text")
    try:
        return float.fromhex(value)
    except (ValueError, OverflowError):
        raise WireError("a float on the wire is a hexadecimal text within range") from None


def _decode_dict(items: list[tuple[str, Json]], depth: int) -> dict[str, object]:
    values = {_clean(label): decode(item, depth + 1) for label, item in items}
    if len(values) < len(items):
        raise WireError("a dict on the wire has different labels")
    return values


def _decode_array(data: dict[str, Any]) -> np.ndarray:
    dtype, shape, text = data.get("dtype"), data.get("shape"), data.get("data")
    if not isinstance(dtype, str) or dtype not in _DTYPES:
        raise WireError("an array on the wire has a plain dtype: boolean, integer or float")
    if not isinstance(text, str) or len(text) > _MAX_BASE64:
        raise WireError("an array on the wire has at most 4 MB")
    if not isinstance(shape, list) or not all(_is_size(n) for n in shape):
        raise WireError("the shape of an array on the wire is a list of sizes")
    if not 0 < len(shape) <= 16 or prod(max(n, 1) for n in shape) > _MAX_BYTES:
        raise WireError("an array on the wire has 1 to 16 dimensions of moderate size")
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise WireError("the data of an array on the wire is base64") from None
    if len(raw) != prod(shape) * np.dtype(dtype).itemsize:
        raise WireError(f"{len(raw)} bytes do not fill an array of shape {tuple(shape)}")
    if dtype == "|b1" and raw.translate(None, b"\0\1"):
        raise WireError("a boolean on the wire is 0 or 1")
    return np.frombuffer(raw, dtype=dtype).reshape(shape)


def _is_size(size: object) -> bool:
    return type(size) is int and 0 <= size <= _MAX_BYTES
