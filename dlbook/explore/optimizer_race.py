"""Four optimisers from one start on one surface: their paths, and the loss after each step."""

from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dlbook import plots
from dlbook.explore.base.explorer import Explorer, choice, slider
from dlbook.optim import SGD, Adam, Optimizer, RMSprop
from dlbook.tensor import Tensor

STEPS, FAR = 200, 1e3  # a run ends early where a coordinate is larger than this
RATES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.15, 0.19, 0.21, 0.3]
SURFACES = {  # start, window (x from, x to, y from, y to), lowest value, lowest points
    "ravine": ((-4.0, 1.0), (-4.6, 4.6, -1.8, 1.8), 0.0, [(0, 0)]),
    "saddle": ((-0.9, 0.01), (-1.3, 1.3, -2.2, 2.2), -0.25, [(0, -1), (0, 1)]),
    "Rosenbrock": ((-1.2, 1.0), (-2.0, 2.0, -1.0, 3.0), 0.0, [(1, 1)]),
}
STEEPEST = 10.0  # the largest curvature at each goal, so that 2 / 10 is the limit there


def height(surface: str, x: np.ndarray | float, y: np.ndarray | float) -> np.ndarray:
    """Return the value of a surface, of the shape of x and y together.

    Args:
        surface: one of `SURFACES`.
        x: first coordinates.
        y: second coordinates.
    """
    x, y = np.asarray(x), np.asarray(y)
    if surface == "ravine":
        return np.asarray(0.1 * x**2 + 5 * y**2)
    if surface == "saddle":
        return np.asarray(5 * x**2 - y**2 / 2 + y**4 / 4)
    return np.asarray((1 - x) ** 2 / 100 + (y - x**2) ** 2)


def slope(surface: str, p: np.ndarray) -> np.ndarray:
    """Return the gradient at one point, shape (2,).

    Args:
        surface: one of `SURFACES`.
        p: the point, shape (2,).
    """
    x, y = p
    if surface == "ravine":
        return np.array([0.2 * x, 10 * y])
    if surface == "saddle":
        return np.array([10 * x, y**3 - y])
    return np.array([(x - 1) / 50 - 4 * x * (y - x**2), 2 * (y - x**2)])


@cache
def run(surface: str, name: str, lr: float, momentum: float) -> np.ndarray:
    """Return the places of one run, shape (steps + 1, 2): 200 steps, fewer where it diverges.

    Args:
        surface: one of `SURFACES`.
        name: SGD, momentum, RMSprop or Adam.
        lr: learning rate of all of them.
        momentum: that of `momentum`, and the first beta of Adam.
    """
    p = Tensor(np.array(SURFACES[surface][0]), requires_grad=True)
    kinds: dict[str, Optimizer] = {
        "SGD": SGD([p], lr),
        "momentum": SGD([p], lr, momentum=momentum),
        "RMSprop": RMSprop([p], lr),
        "Adam": Adam([p], lr, betas=(momentum, 0.999)),
    }
    places = [p.data.copy()]
    for _ in range(STEPS):
        p.grad = slope(surface, p.data)
        kinds[name].step()
        places.append(p.data.copy())
        if np.abs(p.data).max() > FAR:
            break
    return np.array(places)


def draw(fig: Figure, surface: str, lr: float, momentum: float) -> str:
    """Draw a path on the contours for each optimiser, and below it the loss by step."""
    fig.set_layout_engine("none")  # fixed margins: twice as fast
    margins = {"left": 0.085, "right": 0.985, "bottom": 0.11, "top": 0.86}
    grid = margins | {"hspace": 0.24, "wspace": 0.1, "height_ratios": [1.25, 1]}
    above, below = plots.axes_on(fig, 4, 2, gridspec_kw=grid)
    lowest = SURFACES[surface][2]
    names = ["SGD", "momentum", "RMSprop", "Adam"]
    paths = {name: run(surface, name, lr, momentum) for name in names}
    losses = {name: height(surface, *path.T) - lowest for name, path in paths.items()}
    ends = {name: _end(loss) for name, loss in losses.items()}
    for name, top, low in zip(names, above, below, strict=True):
        _draw_path(top, surface, paths[name])
        top.set_title(f"{name}: {ends[name]}", fontsize=9)
        _draw_losses(low, losses, name)
    below[0].set_yticklabels(["1e-6", "1e-3", "1", "1000"])
    below[0].set_ylabel("loss above lowest")
    fig.supxlabel("step", fontsize=9, y=0.01)
    limit = 2 / STEEPEST
    side = "below" if lr < limit else "ABOVE"
    note = (
        f"{surface}, lr {lr:g}: {side} 2 / {STEEPEST:g} = {limit:g}, the limit of SGD at the goal"
    )
    fig.text(0.5, 0.955, note, ha="center", va="center", fontsize=9, color=plots.GRADIENT)
    listed = ", ".join(f"{name} {end}" for name, end in ends.items())
    return f"Four paths on the surface {surface}, learning rate {lr:g}; loss at the end: {listed}."


def _end(losses: np.ndarray) -> str:
    """Return in words where a run ends, from its loss after each step."""
    if len(losses) <= STEPS:
        return "diverges"
    return f"{losses[-1]:.1g}" if losses[-1] > 1e-8 else "below 1e-8"


def _draw_path(ax: Axes, surface: str, path: np.ndarray) -> None:
    """Draw a path, shape (steps + 1, 2), on the contours, with its start and the lowest points."""
    start, window, _lowest, goals = SURFACES[surface]
    ax.contour(*_map(surface), colors=plots.CONTEXT, linewidths=0.5, alpha=0.6)
    ax.plot(*path.T, "o-", color=plots.PARAMETER, ms=2, lw=1)
    ax.plot(*start, "o", color=plots.DATA, ms=5)
    ax.plot(*np.transpose(goals), "*", color=plots.TARGET, ms=9, ls="none")
    ax.set(xlim=window[:2], ylim=window[2:], xticks=[], yticks=[])


def _draw_losses(ax: Axes, losses: dict[str, np.ndarray], name: str) -> None:
    """Draw the loss of one optimiser by step, beside that of SGD, on a logarithmic axis."""
    for each, color, width in (("SGD", plots.CONTEXT, 1.5), (name, plots.PARAMETER, 2)):
        ax.plot(np.log10(np.maximum(losses[each], 1e-9)), color=color, lw=width)
    if name != "SGD":
        ax.text(195, 2.3, "grey: SGD", fontsize=8, color=plots.CONTEXT, ha="right", va="center")
    ax.set(ylim=(-8, 3), xlim=(0, STEPS), xticks=[0, 100], yticks=[-6, -3, 0, 3])
    ax.set_yticklabels([])


@cache
def _map(surface: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    left, right, low, high = SURFACES[surface][1]
    xs, ys = np.linspace(left, right, 60), np.linspace(low, high, 60)
    heights = height(surface, xs[None], ys[:, None])
    least = heights.min()
    levels = least + np.linspace(0.05, 0.95, 9) ** 3 * (heights.max() - least)
    return xs, ys, heights, levels


def optimizer_race() -> Explorer:
    """Return the explorer of four optimisers: the surface, the learning rate, the momentum."""
    controls = {
        "surface": choice("surface", list(SURFACES)),
        "lr": choice("learning rate", RATES, 0.1),
        "momentum": slider("momentum", 0.9, 0.0, 0.99, 0.01),
    }
    return Explorer(draw, controls, height=4.2)
