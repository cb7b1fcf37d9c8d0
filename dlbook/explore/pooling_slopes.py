"""The way back of pooling, window by window: where each slope goes, and how slopes add up."""

from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dlbook import data, plots
from dlbook.explore.base.explorer import Explorer, choice, slider
from dlbook.explore.base.sheets import INK, frame

SIZE, STRIDE = 3, 2  # of a window; from one to the next
SIDE = 3  # windows along each side
G = np.array([[1, -0.5, 2], [-2, 1.25, -1], [0.5, 2, -1.5]])  # the slopes that arrive
LIMITS = {"max": 4.0, "mean": 0.8}  # the slope of full colour: so high that numbers stay legible


def draw(fig: Figure, pooling: str, step: int) -> str:
    """Draw the picture, the pooled map with its slopes, and the slopes that were sent so far."""
    left, middle, right = plots.axes_on(fig, 3)
    digit, (row, column) = picture(), divmod(step - 1, SIDE)
    corner = STRIDE * column - 0.5, STRIDE * row - 0.5
    left.imshow(digit, **INK)
    pooled = np.array([[_pooled(pooling, i, j) for j in range(SIDE)] for i in range(SIDE)])
    middle.imshow(pooled, alpha=0.15, **INK)
    for (i, j), slope in np.ndenumerate(G):
        color = plots.GRADIENT if i * SIDE + j < step else plots.CONTEXT
        middle.text(j, i, f"{slope:+g}", ha="center", va="center", color=color, fontsize=10)
    sent = slopes(pooling, step)
    _numbered(right, sent, LIMITS[pooling])
    if step:
        for i, j in np.argwhere(slopes(pooling, step) != slopes(pooling, step - 1)):
            left.plot(j, i, "o", color=plots.GRADIENT, markersize=6 if pooling == "max" else 3)
        frame(left, *corner, SIZE, SIZE)
        frame(right, *corner, SIZE, SIZE)
        frame(middle, column - 0.5, row - 0.5, 1, 1)
    reached = np.count_nonzero(sent)
    titles = "picture, and window", f"{pooling} of each window, with g", f"{reached} pixels reached"
    for ax, title in zip((left, middle, right), titles, strict=True):
        ax.set(xticks=[], yticks=[])
        ax.set_title(title, fontsize=9)
    if not step:
        return "Nine windows of a digit are pooled, and no slope is sent back yet."
    goes = "goes to its largest pixel" if pooling == "max" else "is shared by its nine pixels"
    return f"Slope {step} of 9, {G[row, column]:+g}, {goes}. So far {reached} pixels have a slope."


def _numbered(ax: Axes, sent: np.ndarray, limit: float) -> None:
    """Draw the slopes of all pixels, each written into its cell but for those of 0."""
    plots.signed_map(ax, sent, limit=limit)
    for (i, j), slope in np.ndenumerate(sent):
        if slope:
            text = f"{slope:+.2f}".replace("0.", ".") if abs(slope) < 1 else f"{slope:+g}"
            ax.text(j, i, text, ha="center", va="center", fontsize=7)


def slopes(pooling: str, step: int) -> np.ndarray:
    """Return the slopes of the pixels after so many windows have sent theirs, shape (8, 8).

    Args:
        pooling: max or mean.
        step: windows that have sent, row by row.
    """
    sent = np.zeros_like(picture())
    for window in range(step):
        i, j = divmod(window, SIDE)
        place = _place(i, j)
        sent[place] += G[i, j] * _share(pooling, picture()[place])
    return sent


def _place(row: int, column: int) -> tuple[slice, slice]:
    top, left = STRIDE * row, STRIDE * column
    return slice(top, top + SIZE), slice(left, left + SIZE)


def _share(pooling: str, window: np.ndarray) -> np.ndarray:
    """Return how much each pixel of a window counts: of two equal ones, the first wins."""
    if pooling == "mean":
        return np.full_like(window, 1 / window.size)
    share = np.zeros_like(window)
    share.flat[window.argmax()] = 1
    return share


def _pooled(pooling: str, row: int, column: int) -> float:
    window = picture()[_place(row, column)]
    return float((window * _share(pooling, window)).sum())


@cache
def picture() -> np.ndarray:
    """Return a digit, shape (8, 8), from 0 to 1."""
    pixels: np.ndarray = data.load_digits()[0][2].astype(np.float64)
    return pixels


def pooling_slopes() -> Explorer:
    """Return the explorer of pooling's way back: the kind of pooling, and windows that sent."""
    controls = {
        "pooling": choice("pooling", ["max", "mean"]),
        "step": slider("windows that sent", 9, 0, SIDE**2, 1),
    }
    return Explorer(draw, controls, height=2.9)
