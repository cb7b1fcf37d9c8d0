"""A small CNN from left to right: a picture, the maps of each layer to scale, probabilities."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from dlbook import plots
from dlbook.explore.base.sheets import INK, put, signed

MIDDLE, BOTTOM = 36.0, 74.0  # the height at which all stand, and the end of the sheet
HIGH = 64  # rows of the column into which all maps are flattened
BAR, STEP = 24.0, 6.4  # length of a bar for certainty, and from one bar to the next


def layer_row(
    ax: Axes, picture: np.ndarray, stages: Mapping[str, np.ndarray], shares: np.ndarray
) -> None:
    """Draw what a network makes of a picture: all pixels at one scale, and bars for the classes.

    Args:
        ax: an axes of its own; it is cleared of frame and ticks.
        picture: shape (rows, columns), from 0 to 1.
        stages: the maps of each layer, shape (channels, rows, columns), by what made them.
        shares: the probability of each class, shape (classes,).
    """
    rows, columns = picture.shape
    put(ax, picture, 0, MIDDLE - rows / 2, f"input\n1 × {rows} × {columns}", **INK)
    left = columns + 12.0
    for name, maps in stages.items():
        left = _grid(ax, name.strip(), maps, left)
    last = [*stages.values()][-1]
    wide = -(-last.size // HIGH)
    flat = np.pad(last.ravel(), (0, HIGH * wide - last.size)).reshape(HIGH, wide)
    put(ax, flat, left, MIDDLE - HIGH / 2, f"flatten\n{last.size}", **signed(_most(last)))
    _arrow(ax, left - 6)
    _bars(ax, shares, left + wide + 14)
    ax.set(xlim=(-2, left + wide + 18 + BAR + 7), ylim=(BOTTOM, -9), aspect="equal")
    ax.set_axis_off()


def _grid(ax: Axes, name: str, maps: np.ndarray, left: float) -> float:
    """Draw the maps of a layer as a block, and return where the next layer begins."""
    count, rows, columns = maps.shape
    across = 2 if count <= 8 else 4
    high, most = -(-count // across) * (rows + 1), _most(maps)
    top = MIDDLE - high / 2
    for number, values in enumerate(maps):
        row, column = divmod(number, across)
        put(ax, values, left + column * (columns + 1), top + row * (rows + 1), **signed(most))
    wide = float(across * (columns + 1))
    words: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": 8}
    ax.text(left + wide / 2, top - 1, f"{name}\n{count} × {rows} × {columns}", **words)
    _arrow(ax, left - 6)
    return left + wide + 12


def _most(maps: np.ndarray) -> float:
    return float(np.abs(maps).max()) or 1.0


def _bars(ax: Axes, shares: np.ndarray, left: float) -> None:
    """Draw a bar for each class; the most probable one has its percentage beside it."""
    best, top = int(shares.argmax()), MIDDLE - STEP * len(shares) / 2
    _arrow(ax, left - 8)
    ax.text(left + BAR / 2, top - 1, f"dense, softmax\n{len(shares)}", ha="center", fontsize=8)
    for number, share in enumerate(shares):
        height = top + STEP * (number + 0.5)
        weight = "bold" if number == best else "normal"
        color = plots.DATA if number == best else plots.CONTEXT
        ax.barh(height, BAR * share, 0.75 * STEP, left=left + 4, color=color)
        ax.text(left + 1, height, str(number), va="center", ha="center", size=8, weight=weight)
    ax.plot([left + 3.6] * 2, [top, top + STEP * len(shares)], color=plots.CONTEXT, linewidth=0.8)
    end = left + 5 + BAR * shares[best]
    ax.text(end, top + STEP * (best + 0.5), f"{shares[best]:.0%}", va="center", fontsize=8)


def _arrow(ax: Axes, place: float) -> None:
    ax.text(place, MIDDLE, "→", ha="center", va="center", fontsize=11)
