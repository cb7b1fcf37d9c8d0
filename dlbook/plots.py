"""The look of every figure: five colours with fixed roles, and the drawings that recur.

Each drawing takes the axes to draw on, from `figure`; `show` puts the finished figure into the
notebook together with a sentence for those who cannot see it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

DATA = "#0072B2"  # blue: data and forward values
GRADIENT = "#D55E00"  # vermillion: gradients and the backward pass
TARGET = "#009E73"  # green: what should come out
PARAMETER = "#CC79A7"  # purple: weights and biases
CONTEXT = "#6E6E6E"  # grey: everything else

SIGNED = LinearSegmentedColormap.from_list("signed", [DATA, "white", GRADIENT])

# ---- figures ----


def figure(
    columns: int = 1, rows: int = 1, width: float = 7.0, height: float = 2.8, **options: Any
) -> tuple[Figure, Any]:
    """Return an empty figure with its axes.

    Args:
        columns: axes side by side.
        rows: axes one below the other.
        width: in inches; 7 fills the page, 3.4 is half of it.
        height: in inches.
        options: passed on to `Figure.subplots`, such as ``sharey=True``.

    Returns:
        The figure, and its axes: one, or an array of them as `Figure.subplots` returns.
    """
    fig = blank(width, height)
    return fig, axes_on(fig, columns, rows, **options)


def blank(width: float = 7.0, height: float = 2.8) -> Figure:
    """Return a figure without axes; sizes in inches."""
    return Figure(figsize=(width, height), dpi=96, layout="constrained", facecolor="white")


def axes_on(fig: Figure, columns: int = 1, rows: int = 1, **options: Any) -> Any:
    """Return new axes on an empty figure, as `figure` does.

    Args:
        fig: from `blank`, or cleared.
        columns: axes side by side.
        rows: axes one below the other.
        options: passed on to `Figure.subplots`, such as ``sharey=True``.
    """
    axes = fig.subplots(rows, columns, **options)
    for ax in np.ravel(axes):
        ax.spines[["top", "right"]].set_visible(False)
        ax.tick_params(labelsize=8, color=CONTEXT)
        ax.xaxis.label.set_size(9)
        ax.yaxis.label.set_size(9)
    return axes


def png(fig: Figure) -> bytes:
    """Return the figure as a PNG file; the same figure gives the same bytes."""
    file = BytesIO()
    fig.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


def show(fig: Figure, alt: str) -> None:
    """Display the figure once, as a picture with a text for those who cannot see it.

    Args:
        fig: from `figure`.
        alt: what one should see, in one or two sentences.

    Raises:
        ValueError: if `alt` is empty.
    """
    from IPython.display import display

    if not alt.strip():
        raise ValueError("show needs alt, a sentence saying what one should see, got none; add it")
    content = {"image/png": png(fig), "text/plain": alt}
    display(content, metadata={"image/png": {"alt": alt}}, raw=True)
    fig.clear()


# ---- curves, bars, maps ----


def learning_curves(
    ax: Axes,
    train_loss: Sequence[float],
    validation_loss: Sequence[float],
    best_epoch: int | None = None,
) -> None:
    """Draw the losses by epoch, and mark the epoch whose parameters were kept.

    Args:
        ax: where to draw.
        train_loss: one number an epoch.
        validation_loss: one number an epoch.
        best_epoch: number of the epoch to mark, counted from 0.
    """
    ax.plot(train_loss, color=DATA, label="train")
    ax.plot(validation_loss, color=TARGET, linestyle="--", label="validation")
    if best_epoch is not None:
        ax.axvline(best_epoch, color=CONTEXT, linestyle=":", linewidth=1)
        ax.plot(best_epoch, validation_loss[best_epoch], "o", color=TARGET, label="best")
    ax.set(xlabel="epoch", ylabel="loss", ylim=(0, None))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(frameon=False, fontsize=8)


def log_bars(ax: Axes, values: Mapping[str, float], color: str = GRADIENT) -> None:
    """Draw positive numbers as bars on a logarithmic scale, each with its value above.

    Args:
        ax: where to draw.
        values: a number above 0 for each name.
        color: one of the five colours.

    Raises:
        ValueError: if a number is not above 0.
    """
    for name, value in values.items():
        if not value > 0:
            raise ValueError(
                f"log_bars needs numbers above 0, got {value} for {name}; leave it out"
            )
    bars = ax.bar(list(values), list(values.values()), color=color, width=0.6)
    ax.set_yscale("log")
    ax.bar_label(bars, fmt="{:.1e}", fontsize=7, color=CONTEXT)
    ax.margins(y=0.15)


def signed_map(
    ax: Axes, values: np.ndarray, limit: float | None = None, numbers: bool = False
) -> AxesImage:
    """Draw an array as a picture: negative is blue, 0 is white, positive is vermillion.

    Args:
        ax: where to draw.
        values: shape (rows, columns).
        limit: the size that gets the full colour; the largest size in `values` by default.
        numbers: whether to write each value into its cell.

    Returns:
        The image, for a colour bar.
    """
    limit = limit or float(np.abs(values).max()) or 1.0
    image = ax.imshow(values, cmap=SIGNED, vmin=-limit, vmax=limit)
    ax.set(xticks=[], yticks=[])
    if numbers:
        for (row, column), value in np.ndenumerate(values):
            ax.text(column, row, f"{value:.2g}", ha="center", va="center", fontsize=8)
    return image


# ---- formulas of arrays ----


@dataclass(frozen=True)
class Block:
    """An array in a drawing of a formula.

    Args:
        name: what to write below it.
        rows: number of cells downwards.
        columns: number of cells to the right.
        color: of its cells.
    """

    name: str
    rows: int
    columns: int
    color: str = CONTEXT


def formula(ax: Axes, parts: Sequence[Block | str]) -> None:
    """Draw arrays to scale, cell by cell, with operators between them.

    Args:
        ax: where to draw.
        parts: arrays, and operators such as ``"@"``, from left to right.
    """
    right, half = 0.0, max(part.rows for part in parts if isinstance(part, Block)) / 2
    for part in parts:
        if isinstance(part, str):
            room = 1.2 + 0.5 * len(part)
            ax.text(right + room / 2, 0, part, ha="center", va="center", fontsize=10)
            right += room
            continue
        for row, column in np.ndindex(part.rows, part.columns):
            at = right + column, part.rows / 2 - row - 1
            ax.add_patch(Rectangle(at, 1, 1, facecolor=part.color, alpha=0.4, edgecolor="white"))
        below = right + part.columns / 2, -half - 0.3
        ax.text(*below, part.name, ha="center", va="top", fontsize=9)
        right += part.columns
    ax.set(xlim=(-0.3, right + 0.3), ylim=(-half - 2, half + 0.3), aspect="equal")
    ax.set_axis_off()


# ---- computation graphs ----


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
