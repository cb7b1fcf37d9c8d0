"""A strip of paper is folded in half again and again, as layers of two ReLU units fold the line."""

import numpy as np
from matplotlib.figure import Figure

from dlbook import plots
from dlbook.explore.base.explorer import Explorer, slider
from dlbook.explore.relu_folding import fold

MOST = 5  # folds
STEPS = 8  # pictures a fold: the first half turns the paper over, the second stretches it
PAUSE = 150  # milliseconds a picture of the player
THICK = 0.25  # height of the stack after each fold, where the paper is 1 wide
HOLE = 0.7  # where the hole goes through the stack


def draw(fig: Figure, step: int) -> str:
    """Draw the strip on its way, and where each of its points lies now."""
    left, right = plots.axes_on(fig, 2)
    done, part = divmod(step, STEPS)
    across, up = paper(done, part / STEPS)
    x = np.linspace(0, 1, len(across))
    left.plot(across, up, color=plots.DATA, linewidth=1.2)
    right.plot(x, paper(done, part / STEPS, thick=0)[0], color=plots.DATA, linewidth=1.2)
    if part == 0:
        at = holes(done)
        height = np.interp(at, x, up)
        left.axvline(HOLE, color=plots.CONTEXT, linestyle="--", linewidth=0.8)
        right.axhline(HOLE, color=plots.CONTEXT, linestyle="--", linewidth=0.8)
        for ax, level in ((left, height), (right, np.full(len(at), HOLE))):
            across_holes = np.full(len(at), HOLE) if ax is left else at
            ax.plot(across_holes, level, "o", color=plots.CONTEXT, mfc="white", markersize=4)
    left.spines["left"].set_visible(False)
    now, after = _told(done, part)
    left.set(xlabel="where it lies (y)", xlim=(-0.05, 1.05), ylim=(-0.1, 0.75), yticks=[])
    left.set_title(f"the paper: {now}", fontsize=9)
    right.set(xlabel="x, before any fold", ylabel="y", xlim=(0, 1), ylim=(-0.05, 1.05))
    right.set_title(after, fontsize=9)
    return f"Left: a strip of paper, {now}. Right: where each point of it lies, {after}."


def paper(done: int, progress: float, thick: float = THICK) -> tuple[np.ndarray, np.ndarray]:
    """Return where the points of the strip lie, across and up, during a fold.

    Args:
        done: folds behind it.
        progress: of the next fold, from 0 to 1.
        thick: height of the stack after the fold.
    """
    x = np.linspace(0, 1, 2**9 + 1)
    sheets = 2**done
    gap = thick / (2 * sheets)
    across, up = fold(x, done), gap * _sheet(x, done)
    angle = np.pi * min(2 * progress, 1)
    turned = across > 0.5  # this half turns over, about the middle at the top of the stack
    off, above = across[turned] - 0.5, up[turned] - gap * (sheets - 0.5)
    across[turned] = 0.5 + off * np.cos(angle) - above * np.sin(angle)
    up[turned] = gap * (sheets - 0.5) + off * np.sin(angle) + above * np.cos(angle)
    pull = max(2 * progress - 1, 0)
    return across * (1 + pull), up * (1 - pull / 2)


def holes(done: int) -> np.ndarray:
    """Return where the strip has holes, if one is punched through it after `done` folds."""
    at = np.array([HOLE])
    for _ in range(done):
        at = np.concatenate([at / 2, 1 - at / 2])  # unfold: a point lies in both halves
    return np.sort(at)


def _sheet(x: np.ndarray, done: int) -> np.ndarray:
    """Return in which sheet of the stack each point lies, counted from the bottom."""
    sheet = np.zeros(len(x))
    for i in range(done):
        over = fold(x, i) > 0.5
        sheet[over] = 2 ** (i + 1) - 1 - sheet[over]
    return sheet


def _told(done: int, part: int) -> tuple[str, str]:
    if part:
        doing = "turning over" if 2 * part <= STEPS else "stretching"
        return f"{doing}, fold {done + 1}", "each point on its way"
    times = "once" if done == 1 else f"{done} times"
    pieces = "1 straight piece" if done == 0 else f"{2**done} straight pieces"
    return ("not folded" if done == 0 else f"folded {times}"), pieces


def fold_paper() -> Explorer:
    """Return the player of a strip of paper that is folded layer by layer."""
    controls = {"step": slider("step", 2 * STEPS, 0, MOST * STEPS, 1, PAUSE)}
    return Explorer(draw, controls)
