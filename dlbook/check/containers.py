"""One rule for containers: a list, a tuple or an array of equal shape and kind is the same.

The kind is that of the numbers in it: truth values, integers or floats. So `[1, 2]`, `(1, 2)` and
`np.array([1, 2])` are the same, and `[1.0, 2.0]` is another thing where integers are needed. A
list of arrays stays one, since its arrays may differ in shape; an array is the list of its rows.
"""

import numpy as np


def like(needed: object, got: object) -> object:
    """Return `got` in the container of `needed`, or as it is where that cannot be.

    Args:
        needed: a decoded value.
        got: a decoded value of any shape and kind.
    """
    if isinstance(needed, np.ndarray) and isinstance(got, list):
        array = as_array(got)
        if array is None:
            return got
        return array if array.size else array.astype(needed.dtype)  # nothing is of no kind
    if isinstance(needed, list) and isinstance(got, np.ndarray) and len(needed) == len(got):
        return [row if isinstance(row, np.ndarray) else row.item() for row in got]
    return got


def as_array(values: list[object]) -> np.ndarray | None:
    """Return a list, nested or not, as an array; None unless shapes and kinds in it agree."""
    if all(type(value) is bool for value in values):
        return np.array(values, bool if values else float)
    if all(type(value) in (int, float) for value in values):
        return np.array(values)
    rows = [as_array(value) if isinstance(value, list) else value for value in values]
    arrays = [row for row in rows if isinstance(row, np.ndarray)]
    if len(arrays) < len(rows) or len({row.shape for row in arrays}) > 1:
        return None
    if len({row.dtype.kind == "b" for row in arrays}) > 1:
        return None
    return np.stack(arrays)
