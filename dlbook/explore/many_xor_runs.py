"""200 runs on XOR that differ in their first numbers alone: how they learn, and where they end."""

from functools import cache

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from dlbook import plots
from dlbook.explore.base.explorer import Explorer, choice, slider

X = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
Y = np.array([0.0, 1, 1, 0])
RUNS, STEPS, EVERY, RATE = 200, 2000, 20, 0.5
LEVELS = {  # losses at which runs gather, and what such a network says
    np.log(2): "½ everywhere",
    (2 * np.log(1.5) + np.log(3)) / 4: "1 sure, 3 alike",
    np.log(2) / 2: "2 sure, 2 alike",
}


def draw(fig: Figure, width: int, steps: int) -> str:
    """Draw the loss of each run by step, and the histogram of the losses after so many steps."""
    fig.set_layout_engine("none")  # fixed margins: twice as fast
    margins = {"left": 0.07, "right": 0.98, "bottom": 0.17, "top": 0.9, "wspace": 0.12}
    grid = margins | {"width_ratios": [1.5, 1]}
    left, right = plots.axes_on(fig, 2, sharey=True, gridspec_kw=grid)
    losses, right_corners = train(width)
    now = steps // EVERY
    at = np.arange(len(losses)) * EVERY
    lines = [np.column_stack([at, run]) for run in losses.T]
    left.add_collection(LineCollection(lines, colors=plots.DATA, lw=0.5, alpha=0.35))
    left.axvline(steps, color=plots.CONTEXT, lw=1.5)
    left.set(
        xlim=(0, STEPS),
        xticks=range(0, STEPS + 1, 500),
        ylim=(-0.03, 0.95),
        xlabel="step",
        ylabel="loss",
    )
    bins = (np.arange(43) - 0.5) * np.log(2) / 30  # a level lies in the middle of its bin
    right.hist(losses[now], bins=bins, orientation="horizontal", color=plots.DATA)
    for level, name in LEVELS.items():
        for ax in (left, right):
            ax.axhline(level, color=plots.CONTEXT, ls=":", lw=1)
        text = f"{level:.2f}  {name}"
        right.text(RUNS, level + 0.02, text, fontsize=8, ha="right", color=plots.CONTEXT)
    solved = (right_corners[now] == 4).mean()
    right.text(RUNS, 0.02, f"solved: {solved:.0%}", fontsize=9, ha="right", color=plots.TARGET)
    right.set(xlim=(0, RUNS), xlabel=f"runs with such a loss at step {steps}")
    left.set_title(f"{RUNS} runs, {width} hidden units", fontsize=9)
    spread = "The others gather at 0.35, 0.48 and 0.69." if steps == STEPS and solved < 0.9 else ""
    return f"Of {RUNS} runs with {width} hidden units, {solved:.0%} solve XOR. {spread}".strip()


@cache
def train(width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the losses of all runs, and how many corners each has right, every 20 steps.

    All runs are trained at once: the first axis of each array counts them.

    Args:
        width: number of hidden ReLU units.

    Returns:
        Mean cross-entropies and counts from 0 to 4, both of shape (STEPS / EVERY + 1, RUNS).
    """
    parameters = start(width)
    losses, corners = [], []
    for step in range(STEPS + 1):
        logits, gradients = slopes(*parameters)
        if step % EVERY == 0:
            signed = np.where(Y == 1, logits, -logits)
            losses.append(np.logaddexp(0, -signed).mean(axis=1))
            corners.append((signed > 0).sum(axis=1))
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter -= RATE * gradient
    return np.array(losses), np.array(corners)


def start(width: int) -> list[np.ndarray]:
    """Return W1 (runs, 2, width), b1 (runs, 1, width), W2 (runs, width, 1) and b2 (runs, 1, 1)."""
    rng = np.random.default_rng(0)
    shapes = [(RUNS, 2, width), (RUNS, 1, width), (RUNS, width, 1), (RUNS, 1, 1)]
    bounds = [2**-0.5, 2**-0.5, width**-0.5, width**-0.5]  # as nn.Linear starts
    return [rng.uniform(-b, b, shape) for b, shape in zip(bounds, shapes, strict=True)]


def slopes(
    W1: np.ndarray, b1: np.ndarray, W2: np.ndarray, b2: np.ndarray
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the logits, shape (runs, 4), and for each run the gradient of its mean loss.

    Args:
        W1: shape (runs, 2, width).
        b1: shape (runs, 1, width).
        W2: shape (runs, width, 1).
        b2: shape (runs, 1, 1).
    """
    h = np.maximum(X @ W1 + b1, 0)  # (runs, 4, width)
    logits = (h @ W2 + b2)[..., 0]
    d = ((1 + np.tanh(logits / 2)) / 2 - Y)[..., None] / 4  # (runs, 4, 1)
    dz = d * W2.swapaxes(1, 2) * (h > 0)
    dW2, db2 = h.swapaxes(1, 2) @ d, d.sum(axis=1, keepdims=True)
    return logits, [X.T @ dz, dz.sum(axis=1, keepdims=True), dW2, db2]


def many_xor_runs() -> Explorer:
    """Return the explorer of 200 runs on XOR: the hidden width, and the step to look at."""
    controls = {
        "width": choice("hidden units", [2, 3, 4, 8]),
        "steps": slider("step", STEPS, 0, STEPS, EVERY),
    }
    return Explorer(draw, controls)
