"""The look of every figure: five colours with fixed roles, and the drawings that recur.

Each drawing takes the axes to draw on, from `figure`; `show` puts the finished figure into the
notebook together with a sentence for those who cannot see it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from dlbook.block_drawing import Part as Part, blocks as blocks
from dlbook.chart_drawing import bars as bars, curves as curves
from dlbook.colors import (
    CONTEXT as CONTEXT,
    DATA as DATA,
    GRADIENT as GRADIENT,
    PARAMETER as PARAMETER,
    SIGNED as SIGNED,
    TARGET as TARGET,
)
from dlbook.graph_drawing import Box as Box, graph as graph
from dlbook.map_drawing import (
    pictures as pictures,
    plane as plane,
    regions as regions,
    signed_map as signed_map,
    tiles as tiles,
)
from dlbook.picture import html as html, page as page, png as png

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
    display({"text/html": page(fig, alt), "text/plain": alt}, raw=True)
    fig.clear()


# ---- curves and bars ----


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


def heat_map(ax: Axes, photo: np.ndarray, heat: np.ndarray) -> None:
    """Draw a photograph in grey, and over it where a network looked: the more, the redder.

    A line goes round the places with more than half of the largest number.

    Args:
        ax: where to draw.
        photo: shape (height, width, 3), from 0 to 1.
        heat: of any smaller size, shape (rows, columns), 0 or more, as `grad_cam` returns it; its
            largest number gets the full colour.
    """
    height, width = photo.shape[:2]
    ax.imshow(photo.mean(2), cmap="gray", vmin=0, vmax=1)
    veil = LinearSegmentedColormap.from_list(
        "heat", [to_rgba(GRADIENT, 0), to_rgba(GRADIENT, 0.75)]
    )
    where = (-0.5, width - 0.5, height - 0.5, -0.5)
    ax.imshow(heat, cmap=veil, vmin=0, extent=where, interpolation="bicubic")
    half = float(heat.max()) / 2
    if heat.min() < half:
        y, x = (
            np.clip((np.arange(-1, n + 1) + 0.5) / n, 0, 1) * size - 0.5
            for n, size in zip(heat.shape, (height, width), strict=True)
        )
        field = np.pad(heat, 1, mode="edge")  # so that the line reaches the border
        ax.contour(x, y, field, [half], colors=GRADIENT, linewidths=1.2)
    ax.set_axis_off()


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
