"""im2col: each window of a picture becomes a row, and one matrix product gives the whole map."""

from functools import cache

import numpy as np
from matplotlib.figure import Figure

from dlbook import data, plots
from dlbook.explore.base.explorer import Explorer, slider
from dlbook.explore.base.sheets import INK, frame, put, signed

EDGE = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
ROWS, COLUMNS = 3, 4  # of the map


def draw(fig: Figure, window: int) -> str:
    """Draw the picture, its windows as rows, the kernel as a column, the sums and the map."""
    ax = plots.axes_on(fig, subplot_kw={"frame_on": False, "xticks": [], "yticks": []})
    patch, rows = picture(), as_rows(picture())
    sums = rows @ EDGE.reshape(9, 1)
    down, across = divmod(window, COLUMNS)
    put(ax, patch, 0, 3.5, "x\n5 × 6", **INK)
    put(ax, rows, 10, 0, "im2col(x)\n12 × 9", **INK)
    put(ax, EDGE.reshape(9, 1), 22, 1.5, "w\n9 × 1", **signed(2.5))
    put(ax, sums, 27, 0, "sums\n12 × 1", **signed(4))
    put(ax, sums.reshape(ROWS, COLUMNS), 31, 4.5, "map\n3 × 4", **signed(4))
    for place, sign in zip((8, 20.5, 25, 29.5), "→@=→", strict=True):
        ax.text(place, 6, sign, ha="center", va="center", fontsize=12)
    frame(ax, across, 3.5 + down, 3, 3)
    frame(ax, 10, window, 9, 1)
    frame(ax, 27, window, 1, 1)
    frame(ax, 31 + across, 4.5 + down, 1, 1)
    total = sums[window, 0]
    says = f"window {window}, row {window}: nine products add up to {total:+.2f}"
    ax.text(0, 13.4, says, fontsize=9, va="center")
    ax.set(xlim=(-0.5, 35.5), ylim=(14, -2.6), aspect="equal")
    return (
        f"Twelve windows of a small picture are the rows of a matrix. Row {window} times the "
        f"kernel is {total:+.2f}, row {down} and column {across} of the map."
    )


@cache
def picture() -> np.ndarray:
    """Return part of a digit, shape (5, 6), from 0 to 1."""
    pixels: np.ndarray = data.load_digits()[0][3][:5, 1:7].astype(np.float64)
    return pixels


def as_rows(patch: np.ndarray) -> np.ndarray:
    """Return each 3 × 3 window as a row, shape (windows, 9)."""
    return np.lib.stride_tricks.sliding_window_view(patch, (3, 3)).reshape(-1, 9)


def windows_as_rows() -> Explorer:
    """Return the explorer of im2col: which window to follow."""
    return Explorer(draw, {"window": slider("window", 5, 0, ROWS * COLUMNS - 1, 1)}, height=3.4)
