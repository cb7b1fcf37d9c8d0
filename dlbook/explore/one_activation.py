"""An activation at one point: its value, its slope, and the tangent that the two make."""

from functools import cache

import numpy as np
from matplotlib.figure import Figure

from dlbook import functional as F, plots
from dlbook.explore.base.explorer import Explorer, choice, slider
from dlbook.tensor import Tensor

REACH = 4.0  # the picture shows -4 to 4
ACTIVATIONS = {
    "sigmoid": F.sigmoid,
    "tanh": F.tanh,
    "ReLU": F.relu,
    "leaky ReLU": lambda x: F.leaky_relu(x, 0.1),
    "GELU": F.gelu,
}
BOUNDED = {"sigmoid", "tanh"}  # their values stay between -1 and 1


def draw(fig: Figure, activation: str, x: float) -> str:
    """Draw the activation with its tangent at x, and beside it the slope at every x."""
    left, right = plots.axes_on(fig, 2)
    grid, values, slopes = _curves(activation)
    (value,), (slope,) = value_and_slope(activation, np.array([x]))
    left.plot(grid, values, color=plots.DATA, linewidth=2, label=activation)
    left.axline((x, value), slope=slope, color=plots.GRADIENT, linestyle="--", label="tangent")
    left.plot(x, value, "o", color=plots.DATA)
    top = 1.3 if activation in BOUNDED else REACH
    left.set(xlabel="x", ylabel="value", xlim=(-REACH, REACH), ylim=(-1.3, top))
    left.set_title(f"at x = {x:.1f} the value is {value:.2f}", fontsize=9)
    left.legend(frameon=False, fontsize=8, loc="upper left")
    right.plot(grid, slopes, color=plots.GRADIENT, linewidth=2)
    right.plot([x, x], [0, slope], ":", color=plots.CONTEXT)
    right.plot(x, slope, "o", color=plots.GRADIENT)
    right.axhline(0, color=plots.CONTEXT, linewidth=0.8)
    right.set(xlabel="x", ylabel="slope", xlim=(-REACH, REACH), ylim=(-0.25, 1.3))
    right.set_title(f"its slope there is {slope:.2f}", fontsize=9)
    return f"At x = {x:.1f} {activation} has the value {value:.2f} and the slope {slope:.2f}."


def value_and_slope(activation: str, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the values of an activation and its slopes, by the backward pass.

    Args:
        activation: one of `ACTIVATIONS`.
        x: where, shape (n,).
    """
    points = Tensor(x, requires_grad=True, dtype=np.float64)
    out = ACTIVATIONS[activation](points)
    out.sum().backward()
    assert points.grad is not None
    return out.data, points.grad


@cache
def _curves(activation: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    grid = np.linspace(-REACH, REACH, 400)  # an even number: 0, where ReLU has a kink, is left out
    return grid, *value_and_slope(activation, grid)


def one_activation() -> Explorer:
    """Return the explorer of activations: which one, and where to look."""
    controls = {
        "activation": choice("activation", list(ACTIVATIONS)),
        "x": slider("x", 1.0, -REACH, REACH, 0.1),
    }
    return Explorer(draw, controls)
