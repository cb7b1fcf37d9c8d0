"""The weights in a file of torch, read without torch, and never able to run code.

`torch.save` writes a pickle, which says what the arrays are called and how they lie in memory, and
beside it the memory itself. A pickle can name any function and have it called while it is read.
Here it gets none but those in KNOWN, which say where numbers lie and do nothing else.
"""

import pickle
from collections import OrderedDict
from collections.abc import Callable, Mapping
from math import prod
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from zipfile import ZipFile, is_zipfile

import numpy as np

from dlbook.arguments import as_path

MAGIC = 0x1950A86A20F9469CFC6C  # the first value in a file of the old format
PROTOCOL = 1001  # the second


class Storage(NamedTuple):
    """A piece of memory in the file.

    Args:
        key: its name in the file.
        dtype: of its numbers.
        numbers: how many there are.
    """

    key: str
    dtype: str
    numbers: int


class View(NamedTuple):
    """An array, as the pickle describes it: some numbers of a storage.

    Args:
        storage: where they lie.
        offset: of the first number, counted in numbers.
        shape: of the array.
        strides: from one number to the next along each axis, counted in numbers.
    """

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def load(path: str | Path) -> dict[str, np.ndarray]:
    """Return what ``torch.save(model.state_dict(), path)`` wrote, as arrays by name.

    Args:
        path: of the file, in the format of today, which is a zip, or in the one before 2020.

    Returns:
        Each array with the shape and dtype that it had, for `Module.load_state_dict`.

    Raises:
        FileNotFoundError: if there is no such file.
        TypeError: if `path` is none.
        ValueError: if it is damaged, or holds something else than arrays by name.
    """
    source = as_path(path, "load")
    if not source.is_file():
        raise FileNotFoundError(
            f"load needs a file that torch.save wrote, got none at {path}; check the path"
        )
    with source.open("rb") as file:
        try:
            return _zipped(file) if is_zipfile(file) else _in_a_row(file)
        except Exception as error:  # what a damaged file does to pickle and zip cannot be listed
            raise ValueError(
                f"load needs a file that torch.save(model.state_dict(), path) wrote, got {path}, "
                f"which holds something else or is damaged ({error}); save it again"
            ) from error


# ---- the two formats ----


def _zipped(file: BinaryIO) -> dict[str, np.ndarray]:
    """Return the arrays of a zip: the pickle is one member, each storage another."""
    with ZipFile(file) as archive:
        names = archive.namelist()
        folder = next(name for name in names if name.endswith("/data.pkl")).removesuffix("data.pkl")
        if f"{folder}byteorder" in names:
            _need_little(archive.read(f"{folder}byteorder") == b"little")
        with archive.open(f"{folder}data.pkl") as member:
            views = _views(_Reader(member).load())
        keys = {view.storage.key for view in views.values()}
        memory = {key: archive.read(f"{folder}data/{key}") for key in keys}
    return _arrays(views, memory)


def _in_a_row(file: BinaryIO) -> dict[str, np.ndarray]:
    """Return the arrays of the old format: five pickles, then the storages."""
    file.seek(0)
    if _Reader(file).load() != MAGIC or _Reader(file).load() != PROTOCOL:
        raise ValueError("it does not begin as torch's files do")
    _need_little(_Reader(file).load()["little_endian"])
    views = _views(_Reader(file).load())
    sizes = {v.storage.key: np.dtype(v.storage.dtype).itemsize for v in views.values()}
    memory = {}
    for key in _Reader(file).load():
        count = int.from_bytes(file.read(8), "little")
        memory[key] = file.read(count * sizes[key])
    return _arrays(views, memory)


def _need_little(little: bool) -> None:
    if not little:
        raise ValueError("its numbers have their bytes in the other order")


# ---- the pickle ----


DTYPES = {
    "DoubleStorage": "<f8",
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "?",
}


def _view(
    storage: Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any
) -> View:
    if not isinstance(storage, Storage) or storage.dtype not in DTYPES.values():
        raise ValueError(f"it takes {storage!r:.60} for memory with numbers")
    return View(storage, offset, shape, strides)


def _of_parameter(view: View, *_: Any) -> View:
    return view


KNOWN: dict[tuple[str, str], type | str | Callable[..., View]] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _view,
    ("torch._utils", "_rebuild_parameter"): _of_parameter,
    **{("torch", name): dtype for name, dtype in DTYPES.items()},
}


class _Reader(pickle.Unpickler):
    """Reads a pickle that may name what is in KNOWN, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in KNOWN:
            raise ValueError(f"it asks for {module}.{name}")
        return KNOWN[module, name]

    def persistent_load(self, reference: Any) -> Storage:
        _kind, dtype, key, _device, numbers, *_ = reference
        return Storage(key, dtype, numbers)


# ---- from memory to arrays ----


def _views(content: Any) -> dict[str, View]:
    if not isinstance(content, Mapping):
        raise ValueError(f"it holds a {type(content).__name__}, no dict")
    for name, value in content.items():
        if not isinstance(name, str) or not isinstance(value, View):
            raise ValueError(f"under {name!r} it holds a {type(value).__name__}, no array")
    return dict(content)


def _arrays(views: dict[str, View], memory: dict[str, bytes]) -> dict[str, np.ndarray]:
    return {name: _array(name, view, memory[view.storage.key]) for name, view in views.items()}


def _array(name: str, view: View, memory: bytes) -> np.ndarray:
    """Return a copy of the numbers that a view names; NumPy checks that they lie in the memory."""
    dtype = np.dtype(view.storage.dtype)
    if len(memory) != view.storage.numbers * dtype.itemsize:
        raise ValueError(f"a part of {name} is missing")
    if prod(view.shape) > view.storage.numbers:  # strides of 0 could ask for any amount
        raise ValueError(f"{name} is larger than its memory")
    strides = [step * dtype.itemsize for step in view.strides]
    return np.ndarray(view.shape, dtype, memory, view.offset * dtype.itemsize, strides).copy()
