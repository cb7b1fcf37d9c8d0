"""What one unit in the middle of each layer sees of a photograph: a cone that grows with depth."""

from functools import cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dlbook import data, plots
from dlbook.explore.architecture_xray import PICTURE, counted
from dlbook.explore.base.explorer import Explorer, choice, slider

NETS = ["VGG-16", "AlexNet"]
WINDOWS = ("Conv2d", "MaxPool2d")  # layers that widen what a unit sees


@cache
def fields(net: str) -> tuple[tuple[str, int], ...]:
    """Return a name and the receptive field in pixels of each layer with a window, in order."""
    found, numbers = [], dict.fromkeys(WINDOWS, 0)
    for row in counted(net).rows:
        if row.layer in WINDOWS and row.receptive_field:
            numbers[row.layer] += 1
            name = "conv" if row.layer == "Conv2d" else "pool"
            found.append((f"{name} {numbers[row.layer]}", row.receptive_field))
    return tuple(found)


def draw(fig: Figure, net: str, layers: int) -> str:
    """Draw the photograph with a frame for each layer, and the same widths as a cone."""
    left, right = plots.axes_on(fig, 2, width_ratios=[1, 1.5])
    found = fields(net)
    chosen = min(layers, len(found))
    _draw_frames(left, [field for _name, field in found[:chosen]])
    _draw_cone(right, found, chosen)
    name, field = found[chosen - 1]
    share = field / PICTURE
    right.set_title(f"{net}, {name} sees {field} of {PICTURE} pixels", fontsize=9)
    return f"One unit of {net}'s {name} sees {field} pixels, {share:.0%} of the picture's width."


def _draw_frames(ax: Axes, widths: list[int]) -> None:
    """Draw the photograph and a square for each width around its middle, the last one strong."""
    photo = data.read_photo(size=PICTURE)
    ax.imshow(photo.mean(2), cmap="gray", vmin=0, vmax=1)
    for width in widths:
        last = width == widths[-1]
        look: dict[str, Any] = {"linewidth": 2.2 if last else 0.8, "alpha": 1.0 if last else 0.7}
        corner = (PICTURE - width) / 2 - 0.5
        square = Rectangle((corner, corner), width, width, fill=False, edgecolor=plots.DATA, **look)
        ax.add_patch(square)
    ax.set(xticks=[], yticks=[], xlim=(-1, PICTURE), ylim=(PICTURE, -1))


def _draw_cone(ax: Axes, found: tuple[tuple[str, int], ...], chosen: int) -> None:
    """Draw a bar for each layer around the middle, those beyond the chosen one grey."""
    rows = np.arange(len(found))
    widths = np.array([field for _name, field in found])
    colors = [plots.DATA if row < chosen else plots.CONTEXT for row in rows]
    bars = ax.barh(rows, widths, 0.75, -widths / 2, color=colors, alpha=0.45)
    bars[chosen - 1].set_alpha(1.0)
    for row, width in enumerate(widths):
        ax.text(PICTURE / 2 + 8, row, str(width), va="center", fontsize=7)
    for edge in (-PICTURE / 2, PICTURE / 2):
        ax.axvline(edge, color=plots.CONTEXT, linestyle="--", linewidth=1)
    ax.set_yticks(rows, [name for name, _field in found], fontsize=7)
    ax.set(ylim=(len(found) - 0.4, -0.6), xlim=(-135, 135), xticks=[])
    ax.spines["bottom"].set_visible(False)


def receptive_fields() -> Explorer:
    """Return the explorer of receptive fields: which network, and how many of its layers."""
    most = max(len(fields(net)) for net in NETS)
    controls = {"net": choice("network", NETS), "layers": slider("layers", 9, 1, most, 1)}
    return Explorer(draw, controls, height=3.0)
