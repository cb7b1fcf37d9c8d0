"""The loss of a line over its two parameters: a point in one picture is a line in the other."""

from functools import cache

import numpy as np
from matplotlib.figure import Figure

from dlbook import plots
from dlbook.explore.base.explorer import Explorer, choice, slider

LOSSES = {"squared": np.square, "absolute": np.abs}  # what is averaged over the misses
W_REACH, B_REACH = 4.0, 3.0


def draw(fig: Figure, w: float, b: float, loss: str) -> str:
    """Draw the line w x + b among the data, and the point (w, b) on the map of the loss."""
    left, right = plots.axes_on(fig, 2)
    x, y = data()
    value = float(loss_at(w, b, loss))
    line = np.array([-1.1, 1.1])
    left.vlines(x, y, w * x + b, color=plots.CONTEXT, linestyle=":", label="misses")
    left.plot(x, y, "o", color=plots.TARGET, markersize=5, label="data")
    left.plot(line, w * line + b, color=plots.PARAMETER, linewidth=2, label="w·x + b")
    left.set(xlabel="x", ylabel="y", xlim=(-1.1, 1.1), ylim=(-5, 5))
    left.legend(frameon=False, fontsize=8, loc="upper left")
    left.set_title(f"mean of the {loss} misses: {value:.2f}", fontsize=9)
    ws, bs, heights, (best_w, best_b) = _map(loss)
    levels = np.linspace(0, 1, 13)[1:] ** 2 * heights.max()
    right.contour(ws, bs, heights, levels, colors=plots.CONTEXT, linewidths=0.8)
    right.plot(best_w, best_b, "*", color=plots.TARGET, markersize=11, label="lowest")
    right.plot(w, b, "o", color=plots.PARAMETER, markersize=8, label="the line at left")
    right.set(xlabel="w", ylabel="b", xlim=(-W_REACH, W_REACH), ylim=(-B_REACH, B_REACH))
    right.legend(fontsize=8, loc="lower left", framealpha=0.9)
    right.set_title("the loss of every line", fontsize=9)
    return f"The line has w = {w:.1f}, b = {b:.1f}; its misses give a loss of {value:.2f}."


@cache
def data() -> tuple[np.ndarray, np.ndarray]:
    """Return 12 points near the line 2 x + 1, the last one far off: x and y, shape (12,)."""
    x = np.linspace(-1, 1, 12)
    y = 2 * x + 1 + np.random.default_rng(5).normal(scale=0.4, size=12)
    y[-1] = -3.0
    return x, y


def loss_at(w: np.ndarray | float, b: np.ndarray | float, loss: str) -> np.ndarray:
    """Return the loss of the lines w x + b, of the shape of w and b together.

    Args:
        w: slopes.
        b: intercepts; w and b are broadcast.
        loss: one of `LOSSES`.
    """
    x, y = data()
    misses = np.multiply.outer(w, x) + np.asarray(b)[..., None] - y
    means: np.ndarray = LOSSES[loss](misses).mean(axis=-1)
    return means


@cache
def _map(loss: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[float, float]]:
    ws, bs = np.linspace(-W_REACH, W_REACH, 161), np.linspace(-B_REACH, B_REACH, 121)
    heights = loss_at(*np.meshgrid(ws, bs), loss)
    row, column = np.unravel_index(heights.argmin(), heights.shape)
    return ws, bs, heights, (float(ws[column]), float(bs[row]))


def loss_landscape() -> Explorer:
    """Return the explorer of a line's loss: slope, intercept, and which misses count how much."""
    controls = {
        "w": slider("w", 0.0, -W_REACH, W_REACH, 0.1),
        "b": slider("b", -1.6, -B_REACH, B_REACH, 0.1),
        "loss": choice("loss", list(LOSSES)),
    }
    return Explorer(draw, controls)
