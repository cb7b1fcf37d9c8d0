"""Where windows lie on a padded row and a padded square, and what they leave over at the edge."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dlbook import plots
from dlbook.explore.base.explorer import Explorer, slider
from dlbook.functional.windows import output_size

LEFT: dict[str, Any] = {"fill": False, "hatch": "///", "alpha": 0.4, "linewidth": 0}  # left over


def draw(fig: Figure, size: int, kernel: int, stride: int, padding: int, dilation: int) -> str:
    """Draw each window on a row of pixels, and the same numbers down and across on a square."""
    row, square = plots.axes_on(fig, 2, gridspec_kw={"width_ratios": [1.7, 1]})
    places = window_places(size, kernel, stride, padding, dilation)
    count, left = len(places), left_over(size, kernel, stride, padding, dilation)
    _row(row, size, padding, places, left)
    _square(square, size, padding, places, left)
    span = f"{dilation} · ({kernel} - 1)"
    formula = f"({size} + 2 · {padding} - {span} - 1) // {stride} + 1"
    if not count:
        fig.suptitle(f"no window fits: it spans {dilation * (kernel - 1) + 1} cells", fontsize=10)
        return f"A window of {kernel} places does not fit on {size + 2 * padding} padded cells."
    over = f", {left} left over at the end" if left else ", nothing left over"
    fig.suptitle(f"output size = {formula} = {count}{over}", fontsize=10)
    return (
        f"A row of {size} pixels with {padding} zeros at each end, windows of {kernel} places: "
        f"{count} fit{over}. On the square {count} by {count} dots mark the windows."
    )


def window_places(size: int, kernel: int, stride: int, padding: int, dilation: int) -> np.ndarray:
    """Return the cells of each window, shape (windows, kernel); the first pixel is cell 0.

    Args:
        size: pixels in the row.
        kernel: places that a window looks at.
        stride: from one window to the next.
        padding: zeros at each end, cells below 0 and from `size` on.
        dilation: from one place of a window to the next.
    """
    count = max(output_size(size, kernel, stride, padding, padding, dilation), 0)
    return stride * np.arange(count)[:, None] + dilation * np.arange(kernel) - padding


def left_over(size: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    """Return how many cells of the padded row lie behind the last window, all if none fits."""
    places = window_places(size, kernel, stride, padding, dilation)
    return size + padding - 1 - int(places[-1, -1]) if len(places) else size + 2 * padding


def _row(ax: Axes, size: int, padding: int, places: np.ndarray, left: int) -> None:
    """Draw the padded row on top, and below it one line for each window."""
    cells = np.zeros((1, size + 2 * padding), int)
    cells[0, padding : padding + size] = 1
    _cells(ax, cells, (-padding, -1))
    for cell in [*range(-padding, 0), *range(size, size + padding)]:
        ax.text(cell + 0.5, -0.5, "0", ha="center", va="center", fontsize=7)
    lines = np.arange(len(places)) + 0.9
    if len(places):
        ends = places[:, [0, -1]].T + 0.5
        ax.plot(ends, [lines, lines], color=plots.PARAMETER, linewidth=1)
        ax.plot(places + 0.5, lines, "s", color=plots.PARAMETER, markersize=5)
    bottom = max(len(places), 4) + 0.6
    if left:
        corner = size + padding - left, -1
        ax.add_patch(Rectangle(corner, left, bottom + 1, **LEFT))
    ax.set(xlim=(-padding - 0.6, size + padding + 0.6), ylim=(bottom, -1.4), aspect="auto")
    ax.set_title("a row: one line for each window", fontsize=9)
    ax.set_axis_off()


def _square(ax: Axes, size: int, padding: int, places: np.ndarray, left: int) -> None:
    """Draw the padded square, the first window on it, and a dot in the middle of each window."""
    whole, end = size + 2 * padding, size + padding
    cells = np.zeros((whole, whole), int)
    cells[padding:end, padding:end] = 1
    if len(places):
        first = places[0] + padding
        cells[np.ix_(first, first)] = 2
    _cells(ax, cells, (-padding, -padding))
    if left:
        ax.add_patch(Rectangle((end - left, -padding), left, whole, **LEFT))
        ax.add_patch(Rectangle((-padding, end - left), whole - left, left, **LEFT))
    middles = places.mean(axis=1) + 0.5 if len(places) else np.zeros(0)
    down, across = np.meshgrid(middles, middles, indexing="ij")
    ax.plot(across.ravel(), down.ravel(), "o", color="black", markersize=2.5)
    ax.set(xlim=(-padding - 0.4, end + 0.4), ylim=(end + 0.4, -padding - 0.4))
    ax.set_title("a square: a dot for each window", fontsize=9)
    ax.set_axis_off()


def _cells(ax: Axes, kinds: np.ndarray, corner: tuple[int, int]) -> None:
    """Draw cells: 0 is padding, 1 a pixel, 2 a place of the window."""
    colors = [to_rgba("white"), to_rgba(plots.DATA, 0.35), to_rgba(plots.PARAMETER, 0.8)]
    rows, columns = kinds.shape
    left, top = corner
    extent = (left, left + columns, top + rows, top)
    ax.imshow(np.array(colors)[kinds], extent=extent)
    inner: dict[str, Any] = {"color": plots.CONTEXT, "linewidth": 0.4}
    ax.vlines(range(left, left + columns + 1), top, top + rows, **inner)
    ax.hlines(range(top, top + rows + 1), left, left + columns, **inner)


def window_positions() -> Explorer:
    """Return the explorer of output sizes: pixels, kernel, stride, padding and dilation."""
    controls = {
        "size": slider("input size", 8, 1, 14, 1),
        "kernel": slider("kernel", 3, 1, 7, 1),
        "stride": slider("stride", 2, 1, 4, 1),
        "padding": slider("padding", 0, 0, 3, 1),
        "dilation": slider("dilation", 1, 1, 3, 1),
    }
    return Explorer(draw, controls, height=3.2)
