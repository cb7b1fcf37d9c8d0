"""A computation drawn from left to right: boxes for values, arrows from parents to children."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from dlbook.colors import CONTEXT, DATA, GRADIENT


@dataclass(eq=False)
class Box:
    """A value in a drawing of a computation.

    Args:
        label: its name, or the operation that makes it.
        parents: the boxes that it is made from.
        forward: what to write above it.
        gradient: what to write below it.
        color: of its frame.
    """

    label: str
    parents: tuple["Box", ...] = ()
    forward: str = ""
    gradient: str = ""
    color: str = CONTEXT


def graph(ax: Axes, boxes: Sequence[Box], steps: int | None = None) -> None:
    """Draw a computation from left to right: forward values above, gradients below the boxes.

    Args:
        ax: where to draw.
        boxes: parents before children, as `dlbook.diagram.trace` returns them.
        steps: how many boxes, from the last one back, show their gradient; all by default.
    """
    places = _places(boxes)
    shown = boxes if steps is None else boxes[len(boxes) - steps :]
    drawn = {}
    for box in boxes:
        x, y = places[box]
        frame = {"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": box.color}
        text = ax.text(x, y, box.label, ha="center", va="center", fontsize=10, bbox=frame)
        drawn[box] = text.get_bbox_patch()
        _note(ax, (x, y), box.forward, DATA, 15)
        _note(ax, (x, y), box.gradient if box in shown else "", GRADIENT, -15)
    for box in boxes:
        for parent in box.parents:
            arrow = {"arrowstyle": "-|>", "color": CONTEXT, "shrinkA": 1, "shrinkB": 1}
            ends = {"patchA": drawn[parent], "patchB": drawn[box]}
            ax.annotate("", places[box], places[parent], arrowprops=arrow | ends)
    xs, ys = np.transpose(list(places.values()))
    ax.set(xlim=(xs.min() - 0.5, xs.max() + 0.5), ylim=(ys.min() - 0.6, ys.max() + 0.6))
    ax.set_axis_off()


def _note(ax: Axes, at: tuple[float, float], text: str, color: str, up: int) -> None:
    options: dict[str, Any] = {
        "xytext": (0, up),
        "textcoords": "offset points",
        "va": "bottom" if up > 0 else "top",
    }
    ax.annotate(text, at, ha="center", fontsize=8, color=color, **options)


def _places(boxes: Sequence[Box]) -> dict[Box, tuple[float, float]]:
    """Return x, the number of steps from the inputs, and y, near the mean of the parents."""
    column: dict[Box, int] = {}
    for box in boxes:
        column[box] = 1 + max((column[parent] for parent in box.parents), default=-1)
    for box in boxes:
        if not box.parents:  # an input stands right before its first use
            uses = [column[child] for child in boxes if box in child.parents]
            column[box] = min(uses, default=1) - 1
    places: dict[Box, tuple[float, float]] = {}
    for x in sorted(set(column.values())):
        stack = [box for box in boxes if column[box] == x]
        depths = [_depth(box, places) for box in stack]
        for rank, i in enumerate(np.argsort(depths, kind="stable")):
            places[stack[i]] = (x, (len(stack) - 1) / 2 - rank)
    return places


def _depth(box: Box, places: Mapping[Box, tuple[float, float]]) -> float:
    """Return how far down the parents of a box stand on average; an input stands below all."""
    depths = [-places[parent][1] for parent in box.parents]
    return float(np.mean(depths)) if depths else np.inf
