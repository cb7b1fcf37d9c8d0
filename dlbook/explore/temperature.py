"""Softmax: four scores become four shares; the temperature says how far the largest leads."""

import numpy as np
from matplotlib.figure import Figure

from dlbook import functional as F, plots
from dlbook.explore.base.explorer import Explorer, slider
from dlbook.tensor import Tensor

CLASSES = ["cat", "dog", "fox", "owl"]
OTHERS = [1.0, 0.0, -1.0]  # the scores of all but the first class


def draw(fig: Figure, cat: float, temperature: float, add: float) -> str:
    """Draw the scores as bars, and beside them the shares that softmax makes of them."""
    left, right = plots.axes_on(fig, 2)
    scores = np.array([cat, *OTHERS]) + add
    share = shares(scores, temperature)
    bars = left.bar(CLASSES, scores, color=plots.DATA, width=0.6)
    left.bar_label(bars, fmt="{:.1f}", fontsize=8, padding=2)
    left.axhline(0, color=plots.CONTEXT, linewidth=0.8)
    left.set(ylabel="logit", ylim=(-9, 9))
    left.set_title("logits: any numbers", fontsize=9)
    bars = right.bar(CLASSES, share, color=plots.DATA, width=0.6)
    right.bar_label(bars, fmt="{:.2f}", fontsize=8, padding=2)
    right.set(ylabel="probability", ylim=(0, 1.12))
    right.set_title(f"softmax(logits / {temperature:.1f}): sum {share.sum():.2f}", fontsize=9)
    listed = ", ".join(f"{name} {part:.2f}" for name, part in zip(CLASSES, share, strict=True))
    return f"At temperature {temperature:.1f} the probabilities are {listed}."


def shares(scores: np.ndarray, temperature: float) -> np.ndarray:
    """Return the softmax of scores / temperature.

    Args:
        scores: shape (classes,).
        temperature: above 0; the smaller, the more of the whole goes to the largest score.
    """
    return F.softmax(Tensor(scores / temperature), 0).data


def temperature() -> Explorer:
    """Return the explorer of softmax: one score, the temperature, and a shift of all scores."""
    controls = {
        "cat": slider("cat", 2.0, -5.0, 5.0, 0.1),
        "temperature": slider("temperature", 1.0, 0.2, 5.0, 0.1),
        "add": slider("add to all", 0.0, -3.0, 3.0, 0.1),
    }
    return Explorer(draw, controls)
