"""Loss, penalty and their sum, the objective: its lowest point moves as the penalty grows."""

from functools import cache

import numpy as np
from matplotlib.figure import Figure

from dlbook import plots
from dlbook.explore.base.explorer import Explorer, slider

TRUE_W = 1.0  # the slope that the points come from


def draw(fig: Figure, lam: float) -> str:
    """Draw loss, penalty and objective over the weight, and the line at each lowest point."""
    left, right = plots.axes_on(fig, 2)
    x, y = data()
    ws = np.linspace(-0.5, 4, 91)
    loss = loss_at(ws)
    penalty = lam / 2 * ws**2
    plain, best = minimiser(0.0), minimiser(lam)
    left.plot(ws, penalty, ":", color=plots.PARAMETER, linewidth=2, label="penalty")
    left.plot(ws, loss, "--", color=plots.DATA, linewidth=1, label="loss")
    left.plot(ws, loss + penalty, color=plots.DATA, linewidth=2, label="objective")
    left.plot(plain, loss_at(plain), "o", color=plots.PARAMETER, markerfacecolor="white")
    left.plot(best, loss_at(best) + lam / 2 * best**2, "o", color=plots.PARAMETER)
    left.set(xlabel="w", ylabel="height", xlim=(-0.5, 4), ylim=(0, 6))
    left.set_title(f"lowest: loss at w = {plain:.2f}, objective at {best:.2f}", fontsize=9)
    left.legend(frameon=False, fontsize=8, loc="upper left")
    ends = np.array([-1.1, 1.1])
    right.plot(x, y, "o", color=plots.TARGET, markersize=5, label="points")
    right.plot(ends, TRUE_W * ends, color=plots.TARGET, linewidth=1, label="their source")
    right.plot(ends, plain * ends, "--", color=plots.PARAMETER, label="least loss")
    right.plot(ends, best * ends, color=plots.PARAMETER, linewidth=2, label="least objective")
    right.set(xlabel="x", ylabel="y", xlim=(-1.1, 1.1), ylim=(-3.2, 3.2))
    right.legend(frameon=False, fontsize=8, loc="upper left")
    right.set(xticks=[-1, 0, 1])
    right.set_title(f"loss: least {loss_at(plain):.2f}, here {loss_at(best):.2f}", fontsize=9)
    return (
        f"With lambda {lam:.1f} the loss is lowest at w = {plain:.2f}, the objective at "
        f"w = {best:.2f}, where the loss is {loss_at(best):.2f}."
    )


@cache
def data() -> tuple[np.ndarray, np.ndarray]:
    """Return six points around the line TRUE_W x: x and y, shape (6,)."""
    rng = np.random.default_rng(15)
    x = np.linspace(-1, 1, 6)
    return x, TRUE_W * x + rng.normal(scale=0.8, size=6)


def loss_at(w: np.ndarray | float) -> np.ndarray:
    """Return the mean squared miss of the lines w x, of the shape of w."""
    x, y = data()
    means: np.ndarray = np.square(np.multiply.outer(w, x) - y).mean(axis=-1)
    return means


def minimiser(lam: float) -> float:
    """Return the w with the smallest mean squared miss + lam / 2 * w^2, in closed form.

    Args:
        lam: strength of the penalty, at least 0.

    Source: Hastie, Tibshirani and Friedman (2009), section 3.4.1.
    """
    x, y = data()
    return float((x * y).mean() / ((x * x).mean() + lam / 2))


def penalty() -> Explorer:
    """Return the explorer of the objective: how strongly a large weight is penalised."""
    return Explorer(draw, {"lam": slider("lambda", 0.5, 0.0, 4.0, 0.1)})
