"""What four networks say about XOR while they learn: one ends solved, three end on plateaus."""

from functools import cache

import numpy as np
from matplotlib.figure import Figure

from dlbook import plots
from dlbook.explore.base.explorer import Explorer, slider
from dlbook.explore.many_xor_runs import EVERY, LEVELS, RATE, STEPS, X, Y, slopes, start

ENDS = (0.0, *sorted(LEVELS))  # one run is shown for each of these losses
REACH, SIZE = (-0.5, 1.5), 81
TELLABLE = 0.02  # a probability this near to one half is drawn as one half


def draw(fig: Figure, steps: int) -> str:
    """Draw a map for each run: the probability of class 1 in the plane, and at each corner."""
    axes = plots.axes_on(fig, len(ENDS), sharey=True)
    losses = []
    for ax, run in zip(axes, runs()[steps // EVERY], strict=True):
        doubt = probabilities(plots.plane(REACH, SIZE), run) - 0.5
        doubt[np.abs(doubt) < TELLABLE] = 0
        plots.regions(ax, doubt, X, Y, REACH, limit=0.5)
        corners = probabilities(X, run)
        for (x1, x2), p in zip(X, corners, strict=True):
            up = 0.1 if x2 else -0.1
            side = "bottom" if x2 else "top"
            ax.text(x1, x2 + up, f"{p:.2f}", ha="center", va=side, fontsize=8)
        losses.append(-np.log(np.where(Y == 1, corners, 1 - corners)).mean())
        ax.set(xticks=(0, 1), yticks=(0, 1), ylabel="")
        ax.set_title(f"loss {losses[-1]:.2f}", fontsize=9)
    axes[0].set_ylabel("x2")
    shown = ", ".join(f"{loss:.2f}" for loss in losses)
    return f"Four maps after {steps} steps, with losses {shown}: {_seen(steps)}."


def _seen(steps: int) -> str:
    if steps < STEPS:
        return "the shades are still on their way"
    return "a band that splits XOR, two sure corners, one sure corner, and no shade at all"


def probabilities(points: np.ndarray, run: list[np.ndarray]) -> np.ndarray:
    """Return the probability of class 1 at each point, shape (n,).

    Args:
        points: shape (n, 2).
        run: W1 (2, width), b1 (1, width), W2 (width, 1) and b2 (1, 1) of a network.
    """
    W1, b1, W2, b2 = run
    z = np.maximum(points @ W1 + b1, 0) @ W2 + b2
    p: np.ndarray = (1 + np.tanh(z[:, 0] / 2)) / 2  # the sigmoid, without overflow
    return p


@cache
def runs(width: int = 2) -> list[list[list[np.ndarray]]]:
    """Return parameters every 20 steps, for the run that ends nearest to each of `ENDS`.

    Args:
        width: number of hidden ReLU units.
    """
    parameters, kept = start(width), []
    for step in range(STEPS + 1):
        logits, gradients = slopes(*parameters)
        if step % EVERY == 0:
            kept.append([p.copy() for p in parameters])
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter -= RATE * gradient
    last = np.logaddexp(0, np.where(Y == 1, -logits, logits)).mean(axis=1)
    chosen = [int(np.abs(last - end).argmin()) for end in ENDS]
    return [[[p[run] for p in moment] for run in chosen] for moment in kept]


def xor_shelves() -> Explorer:
    """Return the explorer of four runs on XOR: move the step, and watch what each says."""
    return Explorer(draw, {"steps": slider("step", STEPS, 0, STEPS, EVERY)}, height=2.4)
