"""A network drawn from left to right: blocks for its layers, arrows for what flows between them."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from dlbook.colors import CONTEXT, PARAMETER

WIDTH, ROUND = 0.76, 0.06  # of a block, in columns, and of its corners


@dataclass(eq=False)
class Part:
    """A layer in a drawing of a network, or some that belong together.

    Args:
        text: what to write into it, in one or several lines.
        column: where it stands, counted from the left.
        row: where its middle stands, counted upwards; rows may be fractions.
        after: the parts from whose right side arrows lead to it.
        around: the parts from whose top a way leads over those between to its own top.
        color: purple for what has weights, blue for data, grey for the rest.
        height: in rows.
        below: what to write below it.
    """

    text: str
    column: float
    row: float = 0.0
    after: tuple["Part", ...] = ()
    around: tuple["Part", ...] = ()
    color: str = PARAMETER
    height: float = 0.8
    below: str = ""

    @property
    def top(self) -> float:
        return self.row + self.height / 2

    def nearest(self, row: float) -> float:
        """Return the place on a side of the block that is nearest to a row, off the corners."""
        reach = max(self.height / 2 - 0.2, 0)
        return min(max(row, self.row - reach), self.row + reach)


def blocks(ax: Axes, parts: Sequence[Part]) -> None:
    """Draw the parts of a network, the arrows between them, and the ways around.

    Args:
        ax: where to draw.
        parts: in any order, those that others name included.
    """
    highest = max(part.top for part in parts)
    for part in parts:
        _block(ax, part)
        for other in part.after:
            starts, ends = _rows(other, part)
            start, end = (other.column + WIDTH / 2, starts), (part.column - WIDTH / 2, ends)
            ax.annotate("", end, start, arrowprops=_arrow())
        for other in part.around:
            lane = highest + 0.3
            ways = [other.column, other.column, part.column], [other.top, lane, lane]
            ax.plot(*ways, color=CONTEXT, linewidth=1.2)
            ax.annotate("", (part.column, part.top), (part.column, lane), arrowprops=_arrow())
            highest = lane
    columns = [part.column for part in parts]
    lowest = min(part.row - part.height / 2 - (0.3 if part.below else 0) for part in parts)
    ax.set(xlim=(min(columns) - 0.5, max(columns) + 0.5), ylim=(lowest - 0.1, highest + 0.1))
    ax.set_axis_off()


def _rows(start: Part, end: Part) -> tuple[float, float]:
    """Return where an arrow leaves a block and meets another, as level as they allow."""
    if start.height > end.height:
        leaves = start.nearest(end.row)
        return leaves, end.nearest(leaves)
    meets = end.nearest(start.row)
    return start.nearest(meets), meets


def _block(ax: Axes, part: Part) -> None:
    corner = part.column - WIDTH / 2 + ROUND, part.row - part.height / 2 + ROUND
    sizes = WIDTH - 2 * ROUND, part.height - 2 * ROUND
    for fill, look in ((0.22, {"facecolor": part.color}), (1.0, {"fill": False})):
        shape = f"round,pad={ROUND},rounding_size={ROUND}"
        ax.add_patch(FancyBboxPatch(corner, *sizes, shape, alpha=fill, ec=part.color, **look))
    ax.text(part.column, part.row, part.text, ha="center", va="center", fontsize=8)
    below = part.row - part.height / 2 - 0.06
    ax.text(part.column, below, part.below, ha="center", va="top", fontsize=8, color=CONTEXT)


def _arrow() -> dict[str, object]:
    return {"arrowstyle": "-|>", "color": CONTEXT, "shrinkA": 0, "shrinkB": 0, "linewidth": 1.2}
