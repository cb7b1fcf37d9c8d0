"""One weight to drag: dots move towards their targets, and a point runs along the loss."""

import numpy as np
from matplotlib.figure import Figure

from dlbook import plots
from dlbook.explore.base.explorer import Explorer, slider
from dlbook.i18n import _

X = np.array([1.0, 2.0, 3.0, 4.0])  # inputs
Y = np.array([1.1, 1.7, 3.2, 3.6])  # targets
W_LEAST, W_MOST = 0.0, 1.8


def draw(fig: Figure, w: float) -> str:
    """Draw w x among the targets, and the loss of w with its slope."""
    left, right = plots.axes_on(fig, 2)
    loss, slope = float(loss_at(w)), slope_at(w)
    left.vlines(X, w * X, Y, color=plots.CONTEXT, linestyle=":", linewidth=2, label="misses")
    left.plot([0, 4.4], [0, 4.4 * w], color=plots.PARAMETER, linewidth=1.5, label=f"w = {w:.2f}")
    left.plot(X, Y, "x", color=plots.TARGET, markersize=9, markeredgewidth=2, label="targets y")
    left.plot(X, w * X, "o", color=plots.DATA, markersize=6, label="outputs w · x")
    left.set(xlabel="x", xlim=(0, 4.4), ylim=(-0.3, 7.8), xticks=[0, 1, 2, 3, 4])
    left.set_title("the model: four outputs, four targets", fontsize=9)
    left.legend(frameon=False, fontsize=8, loc="upper left")
    ws = np.linspace(W_LEAST, W_MOST, 91)
    right.plot(ws, loss_at(ws), color=plots.CONTEXT, label="loss of every w")
    near = np.array([w - 0.25, w + 0.25])
    tangent = loss + slope * (near - w)
    right.plot(near, tangent, "--", color=plots.GRADIENT, linewidth=2, label="slope here")
    right.plot(w, loss, "s", color=plots.PARAMETER, markersize=8, label="this w")
    right.set(xlabel="w", ylabel="loss", xlim=(-0.1, 1.9), ylim=(-0.6, 8))
    right.set_title(f"loss {loss:.2f}, slope {slope:+.2f}", fontsize=9)
    right.legend(frameon=False, fontsize=8, loc="upper center")
    text = _(
        "With w = {w:.2f} the four outputs give a loss of {loss:.2f}, and its slope is {slope:.2f}."
    )
    return text.format(w=w, loss=loss, slope=slope)


def loss_at(w: np.ndarray | float) -> np.ndarray:
    """Return the mean squared miss of the outputs w x, of the shape of w."""
    means: np.ndarray = np.square(np.multiply.outer(w, X) - Y).mean(axis=-1)
    return means


def slope_at(w: float) -> float:
    """Return the slope of the loss with respect to w, 2 mean(x (w x - y))."""
    return float(2 * (X * (w * X - Y)).mean())


def one_weight() -> Explorer:
    """Return the explorer of the smallest model: one weight to drag, and its loss."""
    return Explorer(draw, {"w": slider("w", 0.4, W_LEAST, W_MOST, 0.05)})
