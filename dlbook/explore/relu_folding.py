"""ReLU units on a line: hinges side by side add pieces, layers behind one another multiply them."""

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure

from dlbook import plots
from dlbook.explore.base.explorer import Explorer, slider

Curve = Callable[[np.ndarray], np.ndarray]


def draw(fig: Figure, units: int, depth: int) -> str:
    """Draw one hidden layer of hinges fitted to a curve, and a network that folds the line."""
    left, right = plots.axes_on(fig, 2)
    knots, slopes, start = hinges(target, units)
    x = np.linspace(0, 1, 401)
    each = slopes * np.maximum(x[:, None] - knots, 0)
    total = start + each.sum(axis=1)
    left.plot(x, each, color=plots.PARAMETER, linewidth=0.8)
    left.plot([], [], color=plots.PARAMETER, linewidth=0.8, label="one unit each")
    left.plot(x, target(x), color=plots.TARGET, linestyle="--", label="target")
    left.plot(x, total, color=plots.DATA, linewidth=2, label="their sum")
    left.plot(knots, np.interp(knots, x, total), "o", color=plots.DATA, markersize=3)
    flat = pieces(x, total)
    left.set_title(f"side by side: {units} units, {flat} pieces", fontsize=9)
    left.set(xlabel="x", ylim=(-2.2, 3.6), xlim=(0, 1))
    left.legend(frameon=False, fontsize=7, ncols=3, loc="upper center", columnspacing=1)

    x = np.linspace(0, 1, 2**9 + 1)  # every corner lies on it
    y = fold(x, depth)
    deep = pieces(x, y)
    right.plot(x, y, color=plots.DATA, linewidth=1.2)
    right.set_title(f"{depth} deep: {2 * depth} units, {deep} pieces", fontsize=9)
    right.set(xlabel="x", ylim=(-0.05, 1.2), xlim=(0, 1))
    note = f"in one hidden layer: at least {deep - 1} units"
    right.text(0.5, 1.17, note, ha="center", va="top", fontsize=8, color=plots.CONTEXT)
    return (
        f"Left: {units} hinges side by side sum up to {flat} straight pieces. "
        f"Right: {2 * depth} units in layers of two fold the line into {deep}."
    )


def target(x: np.ndarray) -> np.ndarray:
    """Return the curve that the hinges are fitted to."""
    return np.sin(2 * np.pi * x**1.5)


def hinges(curve: Curve, units: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Return a hidden layer of ReLU units whose sum meets the curve at evenly spaced points.

    Args:
        curve: a function on the interval from 0 to 1.
        units: how many.

    Returns:
        Where each unit begins to rise, shape (units,); its output weight, shape (units,); and
        the output bias. The sum is ``bias + sum(weight * relu(x - knot))``.
    """
    points = np.linspace(0, 1, units + 1)
    heights = curve(points)
    slopes = np.diff(heights) * units
    return points[:-1], np.diff(slopes, prepend=0), float(heights[0])


def fold(x: np.ndarray, depth: int) -> np.ndarray:
    """Return x after `depth` layers of two ReLU units, each of which folds 0 to 1 in half."""
    for _ in range(depth):
        x = 2 * np.maximum(x, 0) - 4 * np.maximum(x - 0.5, 0)
    return x


def pieces(x: np.ndarray, y: np.ndarray) -> int:
    """Return how many straight pieces a curve has whose corners are no closer than two steps.

    Args:
        x: evenly spaced, shape (n,).
        y: the curve there, shape (n,).
    """
    bends = np.abs(np.diff(y, 2)) > 1e-9 * np.ptp(y)
    return 1 + int(np.sum(bends[1:] & ~bends[:-1]) + bends[0])  # a corner off x bends two steps


def relu_folding() -> Explorer:
    """Return the explorer of linear pieces: units in one layer, and layers of two units."""
    controls = {
        "units": slider("units in one layer", 4, 1, 16, 1),
        "depth": slider("layers of two units", 3, 1, 7, 1),
    }
    return Explorer(draw, controls)
