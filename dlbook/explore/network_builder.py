"""A fully connected network from the sizes of its layers: its drawing, and what there is to count.

The input has the 64 units of an 8x8 picture and the output the 10 classes of digits.
"""

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dlbook import plots
from dlbook.explore.base.explorer import Explorer, slider

INPUTS, OUTPUTS = 64, 10
SHOWN = 8  # units drawn of one layer; dots stand for the rest


def draw(fig: Figure, first: int, second: int, third: int) -> str:
    """Draw the layers with the connections between them, and the numbers that belong to each."""
    sizes = layers(first, second, third)
    left, right = plots.axes_on(fig, 2, width_ratios=[1.9, 1])
    _network(left, sizes)
    connections, biases = count(sizes)
    names = [f"layer {i}" for i in range(1, len(sizes))]
    rows = np.arange(len(names))
    right.barh(rows, connections, 0.55, color=plots.PARAMETER, label="connections")
    right.barh(rows, biases, 0.55, connections, color=plots.PARAMETER, alpha=0.4, label="biases")
    for row, (joins, offsets) in enumerate(zip(connections, biases, strict=True)):
        right.text(0, row - 0.33, f" {joins:,} + {offsets:,}", va="bottom", fontsize=8)
    right.set_yticks(rows, names, fontsize=8)
    right.set(ylim=(len(names) - 0.4, -0.95), xlabel="parameters", xlim=(0, None))
    right.legend(frameon=False, fontsize=7, loc="upper right", ncols=2, borderpad=0)
    right.locator_params(axis="x", nbins=3)
    total = sum(connections) + sum(biases)
    left.set_title(f"{sum(sizes)} units, {total:,} parameters", fontsize=9)
    shape = "-".join(map(str, sizes))
    noun = "weight layer" if len(names) == 1 else "weight layers"
    return (
        f"A network {shape} with {len(names)} {noun}, "
        f"{sum(connections):,} connections and {sum(biases)} biases."
    )


def layers(first: int, second: int, third: int) -> list[int]:
    """Return the units in each layer, input first; a hidden layer without units is left out."""
    return [INPUTS] + [size for size in (first, second, third) if size] + [OUTPUTS]


def count(sizes: list[int]) -> tuple[list[int], list[int]]:
    """Return the connections between each layer and the next, and the biases of each layer."""
    return [a * b for a, b in pairwise(sizes)], sizes[1:]


def _network(ax: Axes, sizes: list[int]) -> None:
    heights = [_heights(size) for size in sizes]
    for x, (here, there) in enumerate(pairwise(heights)):
        ends = [(a, b) for a in here for b in there]
        ax.plot([x, x + 1], np.transpose(ends), color=plots.PARAMETER, linewidth=0.4, alpha=0.5)
    last = len(sizes) - 1
    for x, (size, y) in enumerate(zip(sizes, heights, strict=True)):
        color = plots.CONTEXT if x == 0 else plots.DATA
        marker = "s" if x == 0 else "o"  # an input computes nothing
        ax.plot([x] * len(y), y, marker, color=color, markersize=7, zorder=3)
        if size > SHOWN:
            ax.plot([x] * 3, [-0.3, 0, 0.3], ".", color=plots.CONTEXT, markersize=3, zorder=3)
        name = "input" if x == 0 else "output" if x == last else f"hidden {x}"
        ax.text(x, -4.6, f"{name}\n{size}", ha="center", va="top", fontsize=8)
    ax.set(xlim=(-0.4, last + 0.4), ylim=(-6.4, 4.3))
    ax.set_axis_off()


def _heights(size: int) -> np.ndarray:
    """Return where to draw the units of a layer, with a gap in the middle where some are hidden."""
    if size <= SHOWN:
        return (size - 1) / 2 - np.arange(size)
    half = np.arange(SHOWN // 2) + 1.0
    return np.concatenate([half[::-1], -half])


def network_builder() -> Explorer:
    """Return the explorer of sizes: up to three hidden layers, each of at most 64 units."""
    controls = {
        "first": slider("hidden layer 1", 32, 0, 64, 1),
        "second": slider("hidden layer 2", 16, 0, 64, 1),
        "third": slider("hidden layer 3", 0, 0, 64, 1),
    }
    return Explorer(draw, controls)
