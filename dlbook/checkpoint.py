"""A file for the parameters of a model: written whole or not at all, and never able to run code.

The format is NumPy's npz: a zip archive with one array a name. It holds numbers and nothing else,
unlike a pickle, which can run any program while it is read.
"""

from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from dlbook import atomic


def save(state_dict: Mapping[str, np.ndarray], path: str | Path) -> None:
    """Write the arrays of `model.state_dict()` to a file.

    They go to a new file beside it, which then takes its place: whoever reads finds the old file
    or the new one, never half of it.

    Args:
        state_dict: arrays of numbers, of any shape, under their names.
        path: where to; no ending is added, ``.npz`` is usual.

    Raises:
        TypeError: if something is not an array of numbers.
        FileNotFoundError: if there is no such folder.
    """
    for name, array in state_dict.items():
        if not isinstance(array, np.ndarray) or array.dtype.kind not in "biufc":
            got = f"dtype {array.dtype}" if isinstance(array, np.ndarray) else type(array).__name__
            raise TypeError(
                f"save needs arrays of numbers, got {got} for {name}; pass model.state_dict()"
            )
    target = Path(path)
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"save needs a folder that exists, got {target.parent}; make it, or change the path"
        )
    with atomic.writing(target) as file:
        np.savez(file, allow_pickle=False, **state_dict)


def load(path: str | Path) -> dict[str, np.ndarray]:
    """Return what `save` wrote, for `model.load_state_dict`: each array in the shape it had.

    Args:
        path: of a file in NumPy's npz format.

    Raises:
        FileNotFoundError: if there is none.
        ValueError: if the file is damaged, is no npz, or holds objects, which would need a pickle.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(
            f"load needs a file that save wrote, got none at {path}; check the path"
        )
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        if not all(isinstance(array, np.ndarray) for array in arrays.values()):
            raise ValueError("a member of the archive is no array")
    except (ValueError, TypeError, EOFError, BadZipFile) as error:
        raise ValueError(
            f"load needs an npz file of numbers, as save writes it, got {path}, which holds "
            f"something else or is damaged ({error}); save it again"
        ) from error
    return arrays
