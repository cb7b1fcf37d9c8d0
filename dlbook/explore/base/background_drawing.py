"""The figures of chapter 01: inputs, judges, weights, probes, and readings at many places."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from dlbook import data, plots

PALE = "#D0D0D0"


def inputs(
    axes: Sequence[Axes], picture: np.ndarray, sound: np.ndarray, review: np.ndarray
) -> None:
    """Draw a picture, a sound, and the words of a review beside their numbers.

    Args:
        axes: three.
        picture: shape (rows, columns), from 0 (white) to 1 (black).
        sound: shape (samples,).
        review: word numbers, places in `data.REVIEW_WORDS`.
    """
    left, middle, right = axes
    left.imshow(picture, cmap="gray_r", vmin=0, vmax=1)
    left.set(xticks=[0, 15], yticks=[0, 15])
    middle.plot(sound, color=plots.DATA, linewidth=1)
    middle.set(xlabel="sample", ylabel="air pressure")
    for place, number in enumerate(review):
        word = data.REVIEW_WORDS[number] or "(empty)"
        right.text(0.3, -place, number, color=plots.DATA, ha="right", va="center", fontsize=9)
        right.text(0.4, -place, word, color=plots.CONTEXT, va="center", fontsize=9)
    right.set(xlim=(0, 1), ylim=(-9.5, 0.5))
    right.set_axis_off()


def bars(ax: Axes, groups: Mapping[str, Mapping[str, float]], main: str) -> None:
    """Draw groups of three bars with their values; those called `main` are blue, others grey."""
    looks: list[dict[str, Any]] = [{"color": PALE}, {"color": plots.CONTEXT, "hatch": "//"}]
    for place, name in enumerate(next(iter(groups.values()))):
        look = {"color": plots.DATA} if name == main else looks[place % 2]
        heights = [values[name] for values in groups.values()]
        at = np.arange(len(groups)) + 0.26 * (place - 1)
        drawn = ax.bar(at, heights, width=0.24, label=name, edgecolor="white", **look)
        ax.bar_label(drawn, fmt="%.2f", fontsize=8)
    ax.set_xticks(range(len(groups)), list(groups))
    ax.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))


def pairs(ax: Axes, rates: Mapping[str, Sequence[float]]) -> None:
    """Draw two measurements of each network, a dot each, joined by a line.

    Args:
        ax: where to draw.
        rates: two names, the upper row first, and a number from 0 to 1 for each network.
    """
    (upper, first), (lower, second) = rates.items()
    order = np.argsort(second)
    lift = 0.45 * (np.arange(len(order)) / (len(order) - 1) - 0.5)  # so that none hides another
    for place, network in enumerate(order):
        ends = [first[network], second[network]], [1 + lift[place], lift[place]]
        ax.plot(*ends, color=PALE, linewidth=1, zorder=1)
    for row, values in ((1, first), (0, second)):
        ax.plot(np.array(values)[order], row + lift, "o", color=plots.DATA, markersize=5)
    ax.axvline(0.5, color=plots.CONTEXT, linestyle=":", linewidth=1)
    ax.text(0.505, 1.3, "a coin", fontsize=8, color=plots.CONTEXT, va="center")
    ax.set(xlim=(-0.03, 1.03), ylim=(-0.4, 1.4), xlabel="share of right answers")
    ax.set_yticks([1, 0], [upper, lower])


def tiles(ax: Axes, stages: Mapping[str, np.ndarray], limit: float) -> AxesImage:
    """Draw the weights of some units as signed maps, a row for each stage of training.

    Args:
        ax: where to draw.
        stages: for each name the weights, shape (units, 64).
        limit: the size that gets the full colour.

    Returns:
        The image, for a colour bar.
    """
    units = len(next(iter(stages.values())))
    sheet = np.full((9 * len(stages) - 1, 9 * units - 1), np.nan)
    for row, weights in enumerate(stages.values()):
        for column, one in enumerate(weights):
            tile = slice(9 * row, 9 * row + 8), slice(9 * column, 9 * column + 8)
            sheet[tile] = one.reshape(8, 8)
    image = plots.signed_map(ax, sheet, limit=limit)
    ax.set_facecolor(PALE)
    ax.spines[:].set_visible(False)
    ax.set_yticks(9 * np.arange(len(stages)) + 3.5, list(stages))
    ax.tick_params(length=0)
    return image


def probes(ax: Axes, rates: Mapping[str, Sequence[float]], main: str, chance: float) -> None:
    """Draw many trials of each kind as strokes, and their mean as a dot with its value."""
    for row, (name, values) in enumerate(rates.items()):
        color = plots.DATA if name == main else plots.CONTEXT
        ax.plot(values, np.full(len(values), -row), "|", color=color, markersize=14)
        mean = float(np.mean(values))
        ax.plot(mean, -row, "o", color=color)
        ax.text(mean, -row + 0.28, f"{mean:.2f}", ha="center", fontsize=8)
    ax.axvline(chance, color=plots.CONTEXT, linestyle=":")
    ax.text(chance + 0.005, -len(rates) + 0.6, "a guess", fontsize=8, color=plots.CONTEXT)
    ax.set_ylim(-len(rates) + 0.5, 0.6)
    ax.set_yticks([-row for row in range(len(rates))], list(rates))


def readings(axes: Any, pictures: np.ndarray, said: np.ndarray) -> None:
    """Draw a picture at many places, and what was read there: green where as in the middle.

    Args:
        axes: shape (rows, columns).
        pictures: shape (rows, columns, height, width), from 0 (white) to 1 (black).
        said: the class that was read, shape (rows, columns).
    """
    middle = said.shape[0] // 2, said.shape[1] // 2
    for at in np.ndindex(said.shape):
        ax, same = axes[at], said[at] == said[middle]
        ax.imshow(pictures[at], cmap="gray_r", vmin=0, vmax=1)
        color = plots.TARGET if same else plots.CONTEXT
        mark = f"{said[at]}" if same else f"{said[at]} ✗"
        weight = "bold" if same else "normal"
        ax.text(8.2, 3.5, mark, color=color, weight=weight, fontsize=11, va="center")
        ax.spines[:].set_visible(True)
        ax.spines[:].set(color=color, linewidth=3 if at == middle else 1)
        ax.set(xticks=[], yticks=[])


def row_of(axes: Sequence[Axes], shown: Mapping[str, np.ndarray]) -> None:
    """Draw pictures in a row, each below its title; those with negative numbers as signed maps."""
    for ax, (title, values) in zip(axes, shown.items(), strict=True):
        if values.min() < 0:
            plots.signed_map(ax, values, limit=0.3)
        else:
            ax.imshow(values, cmap="gray_r", vmin=0, vmax=1)
        ax.spines[:].set_visible(True)
        ax.spines[:].set_color(PALE)
        ax.set(xticks=[], yticks=[])
        ax.set_title(title, fontsize=9)
