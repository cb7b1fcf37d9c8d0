"""The report of a study: what it has to hold."""

from typing import Any

import numpy as np

KEYS = {  # of a report, and what each needs to be
    "model": "a function from inputs to scores",
    "linear": "a function from inputs to scores",
    "rows": "row numbers of data.y, each once",
    "validation_loss": "a list of finite numbers",
    "epoch": "a place in validation_loss",
    "accuracy": "a number from 0 to 1",
    "linear_accuracy": "a number from 0 to 1",
    "majority_accuracy": "a number from 0 to 1",
    "hardest": "the number of a class",
}


def fault(report: Any, rows: int, classes: tuple[str, ...]) -> str:
    """Return what a report lacks, '' where it is whole.

    Args:
        report: what a study returned.
        rows: how many rows there are to work with.
        classes: names of the classes.
    """
    if not isinstance(report, dict):
        return f"a report is a dict, yours is of type {type(report).__name__}"
    missing = [key for key in KEYS if key not in report]
    if missing:
        return f"the report lacks {', '.join(missing)}"
    for key, needed in KEYS.items():
        if not _fits(key, report, rows, len(classes)):
            return f"{key} has to be {needed}{_advice(key, report[key])}"
    return ""


def _advice(key: str, value: Any) -> str:
    """Return what to do about a mask in the place of row numbers, '' for anything else."""
    is_mask = key == "rows" and getattr(value, "dtype", None) == np.bool_
    return "; yours is a mask, np.flatnonzero turns it into numbers" if is_mask else ""


def _fits(key: str, report: dict[str, Any], rows: int, classes: int) -> bool:
    value = report[key]
    if key in ("model", "linear"):
        return callable(value)
    try:
        numbers = np.asarray(value)
        if key == "validation_loss":
            return bool(numbers.ndim == 1 and len(numbers) and np.isfinite(numbers).all())
        if key == "rows":
            return _are_rows(numbers, rows)
        if key.endswith("accuracy"):
            return bool(numbers.ndim == 0 and 0 <= numbers <= 1)
        last = len(report["validation_loss"]) if key == "epoch" else classes
        return bool(numbers.ndim == 0 and numbers.dtype.kind in "iu" and 0 <= numbers < last)
    except (TypeError, ValueError):
        return False


def _are_rows(numbers: np.ndarray, n: int) -> bool:
    if numbers.ndim != 1 or not len(numbers) or numbers.dtype.kind not in "iu":
        return False
    return bool(numbers.min() >= 0 and numbers.max() < n and len(set(numbers)) == len(numbers))
