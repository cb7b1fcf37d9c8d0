"""Move a picture and see what a layer makes of it: its map moves along, or changes, or stays."""

from functools import cache

import numpy as np
from matplotlib.figure import Figure

from dlbook import data, functional as F, plots
from dlbook.explore.base.explorer import Explorer, choice, slider
from dlbook.tensor import Tensor

WIDTH = 32  # of the picture; the digit in it never reaches the edge
MOST = 8  # pixels that it moves by
STRIDES = {"stride 1": 1, "stride 2": 2, "max-pool 2": 2, "global pool": 1}
KERNELS = np.array(
    [
        [[1, 0, -1], [2, 0, -2], [1, 0, -1]],
        [[1, 2, 1], [0, 0, 0], [-1, -2, -1]],
        [[0, 1, 2], [-1, 0, 1], [-2, -1, 0]],
        [[0, -1, 0], [-1, 4, -1], [0, -1, 0]],
    ],
    np.float64,
)[:, None]


def draw(fig: Figure, layer: str, shift: int) -> str:
    """Draw the moved picture, the map wanted, the map that came, and how they differ by shift."""
    axes = fig.subplots(2, 4, gridspec_kw={"height_ratios": [1.5, 1]})
    gaps, (wanted, got) = mismatches(layer), both_maps(layer, shift)
    limit = float(np.abs(wanted).max())
    numbers = layer == "global pool"
    axes[0, 0].imshow(_picture(shift), cmap="gray_r", vmin=0, vmax=1)
    shown = {"old map, moved": wanted, "map of moved input": got, "difference": got - wanted}
    for ax, (title, values) in zip(axes[0, 1:], shown.items(), strict=True):
        plots.signed_map(ax, values.round(2) + 0.0, limit, numbers)
        ax.set_title("old values" if numbers and title[:3] == "old" else title, fontsize=9)
    axes[0, 0].set_title(f"input, moved by {shift}", fontsize=9)
    for ax in axes[0]:
        ax.set(xticks=[], yticks=[])
    grid = axes[1, 0].get_gridspec()
    for ax in axes[1]:
        ax.remove()
    line = fig.add_subplot(grid[1, :])
    line.plot(range(MOST + 1), gaps, "o-", color=plots.CONTEXT, markersize=4)
    line.plot(shift, gaps[shift], "o", color=plots.DATA, markersize=9)
    line.set(ylim=(-0.08, 1.15), xticks=range(MOST + 1), yticks=[0, 0.5, 1])
    line.set_xlabel("pixels to the right", fontsize=9)
    line.set_ylabel("difference,\nrelative", fontsize=9)
    line.tick_params(labelsize=8)
    line.spines[["top", "right"]].set_visible(False)
    said = "nothing" if gaps[shift] < 1e-9 else f"{gaps[shift]:.0%} of the map"
    kept = "the values of before" if numbers else "the map of before, moved along"
    return f"Input moved by {shift}, {layer}: compared with {kept}, {said} differs."


def both_maps(layer: str, shift: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the old map moved along as far as whole cells allow, and the map of the moved input.

    Args:
        layer: a name in `STRIDES`.
        shift: pixels to the right.

    Returns:
        Two arrays of one shape. Where the shift is no multiple of the stride, the old map is
        moved by the neighbouring whole number that comes closer.
    """
    old, got = _map(layer, 0), _map(layer, shift)
    if layer == "global pool":
        return old, got
    stride = STRIDES[layer]
    moves = {shift // stride, -(-shift // stride)}
    wanted = [np.roll(old, move, axis=1) for move in sorted(moves)]
    return min(wanted, key=lambda each: float(np.abs(got - each).sum())), got


@cache
def mismatches(layer: str) -> list[float]:
    """Return for each shift the norm of the difference, divided by the norm of the old map."""
    pairs = [both_maps(layer, shift) for shift in range(MOST + 1)]
    return [float(np.linalg.norm(got - old) / np.linalg.norm(old)) for old, got in pairs]


def _map(layer: str, shift: int) -> np.ndarray:
    """Return what the layer makes of the moved picture, shape (rows, columns)."""
    x = Tensor(_picture(shift)[None, None])
    weight = Tensor(KERNELS if layer == "global pool" else KERNELS[:1])
    out = F.conv2d(x, weight, stride=2 if layer == "stride 2" else 1, padding=1)
    if layer == "max-pool 2":
        out = F.max_pool2d(F.relu(out), 2)
    if layer == "global pool":
        return F.adaptive_avg_pool2d(F.relu(out), 1).data.reshape(2, 2)
    return np.asarray(out.data[0, 0])


@cache
def _picture(shift: int) -> np.ndarray:
    """Return a printed digit, moved to the right on a wide page, shape (20, WIDTH)."""
    glyph = data.glyphs(1, np.random.default_rng(1), noise=0.0, shift=0.0)[0][0]
    page = np.zeros((20, WIDTH))
    page[2:18, 4 + shift : 20 + shift] = glyph
    return page


def shift_the_input() -> Explorer:
    """Return the explorer of shifts: which layer, and how far the picture moves."""
    controls = {
        "layer": choice("layer", [*STRIDES]),
        "shift": slider("shift", 3, 0, MOST, 1),
    }
    return Explorer(draw, controls, height=3.4)
