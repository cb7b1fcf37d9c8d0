"""What stands between the brackets of ``x[index]``, and how its gradient finds the way back."""

from typing import Any

import numpy as np

from dlbook.arguments import array
from dlbook.tensor.node import Node


def as_index(index: Any) -> Any:
    """Return an index with arrays of its own in place of tensors, lists and arrays.

    The arrays keep their shapes; they are copies, so that a later change of a list of rows does
    not lead the gradient astray.

    Raises:
        IndexError: if an array in it does not hold integers or booleans.
    """
    if isinstance(index, tuple):
        return tuple(_as_part(part) for part in index)
    return _as_part(index)


def _as_part(part: Any) -> Any:
    if not isinstance(part, Node | list | np.ndarray):
        return part
    places = np.array(part.data if isinstance(part, Node) else array(part, "an index"))
    if isinstance(part, list) and not places.size:
        places = places.astype(np.int64)
    if places.dtype.kind not in "biu":
        raise IndexError(
            f"an index needs integers or booleans, got {places.dtype}; write x[[0, 1]], or "
            "convert it: rows.to(np.int64)"
        )
    return places


def chosen(x: np.ndarray, index: Any) -> np.ndarray:
    """Return what `index` names in `x`, of any shape.

    Raises:
        IndexError: if there is no such place.
    """
    try:
        out: np.ndarray = x[index]
    except (IndexError, TypeError, ValueError) as error:  # of slices such as 0.5: or ::0, too
        raise IndexError(
            f"x[index] needs places that a tensor of shape {x.shape} has, got one that it has not "
            f"({error}); look at x.shape"
        ) from error
    return out


def names_places_once(index: Any) -> bool:
    """Return whether an index is made of single places and slices, which never name one twice."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(
        part is None
        or part is Ellipsis
        or type(part) is int
        or isinstance(part, slice | np.integer)
        for part in parts
    )
