"""A map with a cell for each of the 1,210 parameters of a network for digits: 64, 16, 10 units."""

import numpy as np
from matplotlib.axes import Axes

from dlbook import plots

UNITS, SIDE, GAP = 16, 8, 9  # hidden units; height and width of a picture, and with a gap
BACKGROUND = "#E0E0E0"


def slope_map(
    ax: Axes, dW1: np.ndarray, db1: np.ndarray, dW2: np.ndarray, db2: np.ndarray, limit: float
) -> None:
    """Draw slopes on the signed scale: a small picture for each hidden unit, the rest beside them.

    Args:
        ax: where to draw.
        dW1: slopes of the weights from pixels to hidden units, shape (64, 16).
        db1: of the biases of the hidden units, shape (16,).
        dW2: of the weights from hidden units to scores, shape (16, 10).
        db2: of the biases of the scores, shape (10,).
        limit: the size of slope that gets the full colour.
    """
    sheet = np.full((35, 51), np.nan)
    for unit in range(UNITS):
        top, left = GAP * (unit // 4), GAP * (unit % 4)
        sheet[top : top + SIDE, left : left + SIDE] = dW1[:, unit].reshape(SIDE, SIDE)
        ax.text(left - 0.3, top - 0.1, str(unit), fontsize=6, color=plots.CONTEXT, va="top")
    sheet[:UNITS, 38], sheet[:UNITS, 41:51], sheet[22, 41:51] = db1, dW2, db2
    plots.signed_map(ax, sheet, limit)
    ax.set_facecolor(BACKGROUND)
    ax.spines[:].set_visible(False)
    for label, x, y in [("W1", 17.0, -1), ("b1", 38, -1), ("W2", 45.5, -1), ("b2", 45.5, 20)]:
        ax.text(x, y, label, ha="center", fontsize=9)
    for note, below in [("a row for each\nhidden unit", 16.0), ("a cell for each score", 23.2)]:
        ax.text(45.5, below, note, ha="center", va="top", fontsize=6, color=plots.CONTEXT)
