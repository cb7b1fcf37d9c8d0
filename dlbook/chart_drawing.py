"""Numbers as bars and curves that are told apart without their colour."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from dlbook.colors import CONTEXT, DATA

_PALE = "#D0D0D0"
_LINES, _HATCHES = ("-", "--", ":", "-."), ("", "//", "..", "xx")
_APART = 11  # points between two names at the ends of curves


def bars(
    ax: Axes, groups: Mapping[str, Mapping[str, float]], main: str = "", digits: int = 2
) -> None:
    """Draw groups of bars with their values above, and a legend of what stands in each group.

    Args:
        ax: where to draw.
        groups: for each group its bars, by name; all groups have the same names.
        main: the name that the figure is about: its bars are blue, the others grey.
        digits: decimals of the values.

    Raises:
        ValueError: if two groups have different names.
    """
    names = list(next(iter(groups.values())))
    for group, values in groups.items():
        if list(values) != names:
            raise ValueError(
                f"bars needs the same names in each group, got {list(values)} in {group!r} and "
                f"{names} before; give each group all of them, in one order"
            )
    width, others = 0.8 / len(names), [name for name in names if name != main]
    for place, name in enumerate(names):
        at = np.arange(len(groups)) + width * (place - (len(names) - 1) / 2)
        look: dict[str, Any] = {"color": DATA}
        if name != main:
            number = others.index(name)
            look = {"color": _PALE if number == 0 else CONTEXT, "hatch": _HATCHES[number % 4]}
        heights = [values[name] for values in groups.values()]
        drawn = ax.bar(at, heights, 0.92 * width, label=name, edgecolor="white", **look)
        ax.bar_label(drawn, fmt=f"{{:.{digits}f}}", fontsize=7, padding=1)
    ax.set_xticks(range(len(groups)), list(groups))
    ax.tick_params(axis="x", length=0)
    ax.margins(y=0.12)
    ax.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))


def curves(
    ax: Axes,
    lines: Mapping[str, Sequence[float] | np.ndarray],
    x: Sequence[float] | np.ndarray | None = None,
    colors: Mapping[str, str] | str = DATA,
) -> None:
    """Draw curves, each in a line style of its own and with its name at its end.

    Set scales and limits before, since names that would cover each other are moved apart.

    Args:
        ax: where to draw.
        lines: numbers for each name, shape (n,).
        x: where they belong, shape (n,); 0, 1, 2, ... by default.
        colors: of all curves, or of each by its name; grey for those not named.
    """
    ends = {}
    for number, (name, values) in enumerate(lines.items()):
        color = colors if isinstance(colors, str) else colors.get(name, CONTEXT)
        at = np.arange(len(values)) if x is None else np.asarray(x)
        ax.plot(at, values, _LINES[number % 4], color=color, linewidth=1.8, label=name)
        ends[name] = (at[-1], values[-1], color)
    shifts = _shifts(ax, {name: (x, y) for name, (x, y, _color) in ends.items()})
    for name, (at_x, at_y, color) in ends.items():
        look: dict[str, Any] = {"color": color, "fontsize": 8, "va": "center"}
        ax.annotate(name, (at_x, at_y), (5, shifts[name]), textcoords="offset points", **look)


def _shifts(ax: Axes, ends: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    """Return by how many points each name moves up, so that none covers the one below it."""
    ax.autoscale_view()
    points = 72 / ax.figure.dpi
    heights = {name: ax.transData.transform(end)[1] * points for name, end in ends.items()}
    placed: dict[str, float] = {}
    for name in sorted(heights, key=heights.__getitem__):
        lowest = max(placed.values(), default=-np.inf) + _APART
        placed[name] = max(heights[name], lowest)
    return {name: placed[name] - heights[name] for name in ends}
