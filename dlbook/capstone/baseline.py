"""The linear model that a study is measured by."""

from collections.abc import Callable

import numpy as np

from dlbook.capstone.tasks import Task


def ridge(task: Task, x: np.ndarray, y: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return a linear model, fitted to the classes by least squares with a penalty.

    Args:
        task: says which numbers it gets.
        x: inputs, shape (n, ...).
        y: their classes, shape (n,).
    """
    flat = task.flat(x)
    mean, scale = flat.mean(axis=0), flat.std(axis=0) + 1e-6

    def rows(x: np.ndarray) -> np.ndarray:
        return np.column_stack([(task.flat(x) - mean) / scale, np.ones(len(x))])

    a = rows(x)
    penalty = 0.05 * len(x) * np.eye(a.shape[1])
    weights = np.linalg.solve(a.T @ a + penalty, a.T @ np.eye(len(task.classes))[y])
    return lambda x: rows(x) @ weights
