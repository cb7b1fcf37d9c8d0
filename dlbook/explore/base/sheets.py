"""Arrays drawn to scale on one sheet: every number is a square of the same size."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from dlbook import plots

INK: dict[str, Any] = {"cmap": "gray_r", "vmin": 0, "vmax": 1}


def put(
    ax: Axes, values: np.ndarray, left: float, top: float, title: str = "", **shades: Any
) -> None:
    """Draw an array with its upper left corner at a place, in a thin frame, its title above.

    Args:
        ax: its y axis points down, one unit for a row.
        values: shape (rows, columns).
        left: where its first column begins.
        top: where its first row begins.
        title: of one or more lines.
        shades: how values become colours, such as `INK` or ``signed(5)``.
    """
    rows, columns = values.shape
    ax.imshow(values, extent=(left, left + columns, top + rows, top), **shades)
    frame(ax, left, top, columns, rows, color=plots.CONTEXT, linewidth=0.6)
    ax.text(left + columns / 2, top - 0.4, title, ha="center", va="bottom", fontsize=8)


def frame(
    ax: Axes,
    left: float,
    top: float,
    columns: float,
    rows: float,
    color: str = plots.PARAMETER,
    linewidth: float = 2.0,
) -> None:
    """Draw a frame round some squares."""
    corner = left, top
    ax.add_patch(Rectangle(corner, columns, rows, fill=False, edgecolor=color, linewidth=linewidth))


def signed(limit: float) -> dict[str, Any]:
    """Return the shades of signed numbers: blue below zero, vermillion above."""
    return {"cmap": plots.SIGNED, "vmin": -limit, "vmax": limit}
