"""The figures of chapter 06: the loop and its stations, and descents on a bowl."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from dlbook import plots

STATIONS = {  # name: centre, what it reads and writes, colour
    "1 gradient": (1, 2, "reads w and examples\nwrites slopes g", plots.GRADIENT),
    "2 update": (5, 2, "reads g and lr\nwrites w", plots.PARAMETER),
    "4 stop?": (5, 0, "reads validation loss\nkeeps the best w", plots.TARGET),
    "3 loop": (1, 0, "fetches the\nnext examples", plots.CONTEXT),
}
WAYS = (  # from, to
    ((2.15, 2), (4.0, 2)),
    ((5, 1.3), (5, 0.75)),
    ((3.8, 0), (1.9, 0)),
    ((1, 0.75), (1, 1.25)),
    ((6.2, 0), (7.4, 0)),
)


def stations(ax: Axes) -> None:
    """Draw the four stations of a training loop, and the ways between them."""
    for name, (across, up, task, color) in STATIONS.items():
        frame = {"boxstyle": "round,pad=0.5", "facecolor": "white", "edgecolor": color, "lw": 2}
        ax.text(across, up, f"{name}\n{task}", ha="center", va="center", fontsize=9, bbox=frame)
    arrow = {"arrowstyle": "-|>", "color": plots.CONTEXT, "lw": 1.5}
    for tail, tip in WAYS:
        ax.annotate("", tip, tail, arrowprops=arrow)
    ax.text(2.85, 0.12, "no", ha="center", fontsize=9)
    ax.text(6.8, 0.12, "yes", ha="center", fontsize=9)
    ax.text(7.5, 0, "trained\nmodel", va="center", fontsize=9)
    ax.set(xlim=(-0.4, 8.4), ylim=(-0.8, 2.8))
    ax.set_axis_off()


def descent(ax: Axes, path: np.ndarray, curvature: float) -> None:
    """Draw a bowl of one dimension, the lowest point, and the places of a descent in it.

    Args:
        ax: where to draw.
        path: the parameter at the start and after each step, shape (steps + 1,).
        curvature: that of the bowl, whose height is ``curvature * w**2 / 2``.
    """
    w = np.linspace(-1.7, 1.7, 101)
    ax.plot(w, curvature * w**2 / 2, color=plots.CONTEXT, lw=1)
    heights = curvature * path**2 / 2
    ax.plot(path, heights, "o-", color=plots.PARAMETER, ms=4, lw=1)
    ax.plot(path[0], heights[0], "o", color=plots.DATA, ms=7)
    ax.plot(0, 0, "*", color=plots.TARGET, ms=10)
    ax.set(xlabel="w", ylim=(-1, 14), yticks=[])


def factors(ax: Axes, rates: np.ndarray, sizes: Mapping[float, np.ndarray]) -> None:
    """Draw by which factor a step multiplies each axis; where one grows, the ground is shaded.

    Args:
        ax: where to draw.
        rates: learning rates, ascending, shape (n,).
        sizes: for each curvature, the steepest first, the sizes of the factors, shape (n,).
    """
    for (curvature, values), style, up in zip(sizes.items(), ("-", "--"), (1.4, 1.2), strict=True):
        ax.plot(rates, values, style, color=plots.GRADIENT, lw=2)
        note = f"{style} curvature {curvature}"
        ax.text(0.02, up, note, fontsize=8, color=plots.GRADIENT)
    ax.axvspan(2 / next(iter(sizes)), rates[-1], color=plots.CONTEXT, alpha=0.2, lw=0)
    ax.axhline(1, color=plots.CONTEXT, lw=0.6)
    ax.set(xlabel="lr", ylim=(0, 1.6), xlim=(0, rates[-1]), xticks=[0, 0.1, 0.2])
