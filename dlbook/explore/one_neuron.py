"""One neuron with two inputs: where its output changes sign, and which points it gets right."""

import numpy as np
from matplotlib.figure import Figure

from dlbook import plots
from dlbook.explore.base.explorer import Explorer, slider

REACH = 3.0  # the picture shows -3 to 3 on both axes


def draw(fig: Figure, w1: float, w2: float, b: float) -> str:
    """Draw the line w1 x1 + w2 x2 + b = 0, the two sides, and how the output depends on the sum."""
    left, right = plots.axes_on(fig, 2)
    points, side = _points()
    total = points @ [w1, w2] + b
    output = 1 / (1 + np.exp(-total))
    wrong = (total > 0) != side
    field = plots.plane(REACH, 61) @ [w1, w2] + b
    plots.regions(left, field, reach=REACH, limit=6)
    left.axhline(0, color=plots.CONTEXT, linewidth=0.6)
    left.axvline(0, color=plots.CONTEXT, linewidth=0.6)
    for marker, which, name in (("o", side, "circle: yes"), ("x", ~side, "cross: no")):
        left.plot(*points[which].T, marker, color=plots.TARGET, markersize=5)
        right.plot(total[which], output[which], marker, color=plots.TARGET, ms=5, label=name)
    ring = {"markersize": 10, "markerfacecolor": "none", "color": plots.CONTEXT}
    left.plot(*points[wrong].T, "o", **ring)
    right.plot(total[wrong], output[wrong], "o", label="wrong side", **ring)
    sums = np.linspace(-9, 9, 181)
    right.plot(sums, 1 / (1 + np.exp(-sums)), color=plots.CONTEXT, zorder=0)
    right.axvline(0, color=plots.PARAMETER, linewidth=2, zorder=0)
    right.set(xlabel="w1·x1 + w2·x2 + b", ylabel="output", xlim=(-9, 9), ylim=(-0.05, 1.05))
    right.legend(frameon=False, fontsize=8, loc="upper left")
    right.set_title(f"on the right side of the line: {1 - wrong.mean():.0%}", fontsize=9)
    hits = f"{1 - wrong.mean():.0%} of the circles and crosses lie on their own side"
    return f"A line cuts the plane; {hits}."


def _points() -> tuple[np.ndarray, np.ndarray]:
    """Return 40 points, shape (40, 2), and which of them are circles, shape (40,)."""
    rng = np.random.default_rng(3)
    side = np.arange(40) < 20
    centres = np.where(side[:, None], [1.6, 1.4], [0.0, -0.2])
    return centres + rng.normal(scale=0.55, size=(40, 2)), side


def one_neuron() -> Explorer:
    """Return the explorer of one neuron: two weights and a bias to move."""
    controls = {
        "w1": slider("w1", 1.0, -3.0, 3.0, 0.1),
        "w2": slider("w2", 1.0, -3.0, 3.0, 0.1),
        "b": slider("b", 0.0, -3.0, 3.0, 0.1),
    }
    return Explorer(draw, controls)
