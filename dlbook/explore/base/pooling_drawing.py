"""The figure of chapter 07 that compares ways to make maps smaller."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from dlbook import plots

LOOKS = (  # marker, colour, inside, place of the number
    ("o", plots.DATA, plots.DATA, 0.2),
    ("s", plots.CONTEXT, "white", -0.45),
)


def rates(
    axes: Sequence[Axes], tables: Mapping[str, Mapping[tuple[str, str], float]], kinds: list[str]
) -> None:
    """Draw a row for each kind of network, with a dot and its number for each data set.

    Args:
        axes: one for each table.
        tables: by title, a number from 0 to 1 for each data set and kind; two data sets.
        kinds: of networks, the upper row first.
    """
    rows = np.arange(len(kinds))[::-1]
    for ax, (title, table) in zip(axes, tables.items(), strict=True):
        names = dict.fromkeys(name for name, _kind in table)
        for name, (marker, color, inside, up) in zip(names, LOOKS, strict=True):
            values = [table[name, kind] for kind in kinds]
            look: dict[str, Any] = {
                "color": color,
                "markerfacecolor": inside,
                "label": f"{name} glyphs",
            }
            ax.plot(values, rows, marker, **look)
            for value, row in zip(values, rows, strict=True):
                ax.text(value, row + up, f"{value:.2f}", ha="center", fontsize=7, color=color)
        ax.set(xlim=(0.3, 1), ylim=(-0.7, len(kinds) - 0.4), yticks=rows, yticklabels=kinds)
        ax.grid(axis="y", linewidth=0.4)
        ax.set_title(title, fontsize=9)
