"""A file for what training has made: written whole or not at all, and never able to run code.

The format is NumPy's npz: a zip archive with one array a member, and beside them ``contents.json``,
which says where each array belongs. It holds numbers and texts and nothing else, unlike a pickle,
which can run any program while it is read.

To go on after a stop to the same numbers, to the bit, save all that the next step depends on::

    save({"model": model.state_dict(), "optimizer": optimizer.state_dict(),
          "schedule": schedule.state_dict(), "rng": rng.bit_generator.state, "epoch": epoch}, path)

and later, with a model, an optimiser, a schedule and a generator made as before::

    saved = load(path)
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    schedule.load_state_dict(saved["schedule"])
    rng.bit_generator.state = saved["rng"]
"""

import json
import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import numpy as np

from dlbook import arguments, atomic

CONTENTS = "contents.json"
MARK = b"with contents.json"  # stands at the end of the archive, so that a lost member is noticed


def save(state_dict: Mapping[Any, Any], path: str | Path) -> None:
    """Write the arrays of `model.state_dict()`, or a dict of such dicts, to a file.

    They go to a new file beside it, which then takes its place: whoever reads finds the old file
    or the new one, never half of it.

    Args:
        state_dict: under any names or numbers: arrays of numbers, of any shape; numbers, texts,
            None; and lists, tuples and dicts of all these.
        path: where to; no ending is added, ``.npz`` is usual.

    Raises:
        TypeError: if there is something else in it, or `path` is none.
        ValueError: if it holds itself.
        FileNotFoundError: if there is no such folder.
        IsADirectoryError: if `path` is a folder.
    """
    if not isinstance(state_dict, Mapping):
        raise TypeError(
            f"save needs a dict of arrays, got {type(state_dict).__name__}; pass model.state_dict()"
        )
    target, arrays = arguments.as_path(path, "save"), dict[str, np.ndarray]()
    contents = _as_text(state_dict, arrays)
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"save needs a folder that exists, got {target.parent}; make it, or change the path"
        )
    if target.is_dir():
        raise IsADirectoryError(
            f"save needs a path of a file, got the folder {target}; add a name, such as model.npz"
        )
    with atomic.writing(target) as file, ZipFile(file, "w", ZIP_STORED) as archive:
        for name, array in arrays.items():
            member = BytesIO()
            np.lib.format.write_array(member, array, allow_pickle=False)
            archive.writestr(ZipInfo(f"{name}.npy"), member.getbuffer())
        archive.writestr(ZipInfo(CONTENTS), contents)
        archive.comment = MARK


def load(path: str | Path) -> dict[Any, Any]:
    """Return what `save` wrote: each array with the shape and dtype that it had.

    Args:
        path: of a file that `save` wrote, or of another file in NumPy's npz format, whose arrays
            come under their names.

    Raises:
        FileNotFoundError: if there is none.
        TypeError: if `path` is none.
        ValueError: if the file is damaged, is no npz, or holds objects, which would need a pickle.
    """
    source = arguments.as_path(path, "load")
    if not source.is_file():
        raise FileNotFoundError(
            f"load needs a file that save wrote, got none at {path}; check the path"
        )
    with source.open("rb") as file:
        try:
            return _read(file)
        except Exception as error:  # what a damaged file does to readers of zip cannot be listed
            raise ValueError(
                f"load needs an npz file of numbers, as save writes it, got {path}, which holds "
                f"something else or is damaged ({error}); save it again"
            ) from error


# ---- from values to members of the archive ----


def _as_text(state_dict: Mapping[Any, Any], arrays: dict[str, np.ndarray]) -> str:
    try:
        return json.dumps(_written(state_dict, (), arrays))
    except RecursionError:
        raise ValueError(
            "save needs dicts and lists in some hundred levels, got more, as of a dict that holds "
            "itself; save the parts under names of their own"
        ) from None


def _written(value: Any, place: tuple[Any, ...], arrays: dict[str, np.ndarray]) -> Any:
    """Return a value as JSON, and put what is an array into `arrays` under a new name.

    Whatever JSON does not tell apart is a list of its kind and its content.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, np.ndarray | np.generic):
        return ["scalar" if isinstance(value, np.generic) else "array", _kept(value, place, arrays)]
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str | int):
                raise TypeError(
                    f"save needs texts or numbers as names, got {key!r}{_at(place)}; rename it"
                )
        return ["dict", [[k, _written(v, (*place, k), arrays)] for k, v in value.items()]]
    if isinstance(value, list | tuple):
        parts = [_written(part, (*place, i), arrays) for i, part in enumerate(value)]
        return ["tuple" if isinstance(value, tuple) else "list", parts]
    raise TypeError(
        f"save needs arrays of numbers, got {type(value).__name__}{_at(place)}; pass "
        "model.state_dict(), or the state_dict() of what it is"
    )


def _kept(value: Any, place: tuple[Any, ...], arrays: dict[str, np.ndarray]) -> str:
    if value.dtype.kind not in "biufc" or isinstance(value, np.ma.MaskedArray):
        got = f"dtype {value.dtype}" if value.dtype.kind not in "biufc" else "a masked array"
        raise TypeError(
            f"save needs arrays of numbers, got {got}{_at(place)}; pass model.state_dict()"
        )
    name = "/".join(str(part) for part in place)  # for whoever looks into the archive
    if not re.fullmatch(r"[\w.\-/]{1,200}", name, re.ASCII) or name in arrays:
        name = f"#{len(arrays)}"  # a member cannot have every name; contents.json has it
    arrays[name] = np.asarray(value)
    return name


def _at(place: tuple[Any, ...]) -> str:
    return f" for {'/'.join(str(part) for part in place)}" if place else ""


# ---- and back ----


def _read(file: Any) -> dict[Any, Any]:
    with ZipFile(file) as archive:
        names = archive.namelist()
        if not names:
            raise ValueError("it holds nothing")
        if (CONTENTS in names) != (archive.comment == MARK):
            raise ValueError("a part of it is missing")
        arrays = {
            name.removesuffix(".npy"): _array(name, archive.read(name))  # checks its sum
            for name in names
            if name != CONTENTS
        }
        if CONTENTS not in names:
            return arrays
        value = _value(json.loads(archive.read(CONTENTS)), arrays)
    if not isinstance(value, dict):
        raise ValueError("its contents are no dict")
    return value


def _array(name: str, data: bytes) -> np.ndarray:
    if not name.endswith(".npy"):
        raise ValueError(f"its member {name!r} is no array")
    return np.asarray(np.lib.format.read_array(BytesIO(data), allow_pickle=False))


def _value(written: Any, arrays: dict[str, np.ndarray]) -> Any:
    """Return the value that `_written` put into JSON."""
    if not isinstance(written, list):
        return written
    kind, content = written
    if kind == "array":
        return arrays[content]
    if kind == "scalar":
        return arrays[content][()]
    if kind == "dict":
        return {key: _value(part, arrays) for key, part in content}
    return {"list": list, "tuple": tuple}[kind](_value(part, arrays) for part in content)
