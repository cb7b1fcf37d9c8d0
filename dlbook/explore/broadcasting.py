"""Two arrays meet: which sizes are stretched, which sum comes out, and where shapes do not fit."""

from ast import literal_eval

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dlbook import plots
from dlbook.explore.base.explorer import Explorer, choice
from dlbook.i18n import N_, _

Shape = tuple[int, ...]
SHAPES = ["(4, 3)", "(4, 1)", "(1, 3)", "(3,)", "(4,)", "()"]


def draw(fig: Figure, a: str, b: str) -> str:
    """Draw a + b cell by cell: own cells strong, stretched copies pale."""
    axes = plots.axes_on(fig, 4)
    shapes: list[Shape] = [literal_eval(a), literal_eval(b)]
    whole = meet(*shapes)
    arrays = [np.arange(np.prod(s, dtype=int)).reshape(s) + 1 for s in shapes]
    arrays[1] = 10 * arrays[1]
    for ax, array, name in zip(axes[:2], arrays, ["a", "b"], strict=True):
        shown = array if whole is None else np.broadcast_to(array, whole)
        _cells(ax, shown, array.shape)
        ax.set_title(f"{name}, shape {array.shape}", fontsize=9)
    if whole is None:
        axes[2].text(1.5, 1.5, "no sum:\nValueError", ha="center", va="center", fontsize=10)
        axes[2].set(xlim=(-0.4, 4.1), ylim=(4.1, -0.4), aspect="equal")
    else:
        _cells(axes[2], arrays[0] + arrays[1], whole)
    axes[2].set_title("a + b" if whole is None else f"a + b, shape {whole}", fontsize=9)
    _lines(axes[3], shapes[0], shapes[1], whole)
    for ax in axes:
        ax.set_axis_off()
    if whole is None:
        text = _("Shapes {a} and {b} do not fit: sizes that meet differ, and neither is 1.")
        return text.format(a=a, b=b)
    text = _("Arrays of shapes {a} and {b} are stretched to {whole} and added cell by cell.")
    return text.format(a=a, b=b, whole=whole)


def meet(a: Shape, b: Shape) -> Shape | None:
    """Return the shape of the sum of arrays of shapes `a` and `b`, None where they do not fit."""
    axes = max(len(a), len(b))
    pairs = list(zip(_filled(a, axes), _filled(b, axes), strict=True))
    if any(_clash(m, n) for m, n in pairs):
        return None
    return tuple(n if m == 1 else m for m, n in pairs)


def _clash(m: int, n: int) -> bool:
    return m != n and 1 not in (m, n)


def _filled(shape: Shape, axes: int) -> Shape:
    return (1,) * (axes - len(shape)) + shape


def _cells(ax: Axes, values: np.ndarray, own: Shape) -> None:
    """Draw an array; cells outside the first `own` ones along each axis are copies, pale."""
    table = np.atleast_2d(values)
    rows, columns = _filled(own, 2)
    for (row, column), value in np.ndenumerate(table):
        mine = row < rows and column < columns
        cell = Rectangle((column, row), 1, 1, facecolor=plots.DATA, edgecolor="white", linewidth=2)
        cell.set_alpha(0.5 if mine else 0.12)
        ax.add_patch(cell)
        shade = "black" if mine else plots.CONTEXT
        middle = column + 0.5, row + 0.5
        ax.text(*middle, str(value), ha="center", va="center", fontsize=9, color=shade)
    ax.set(xlim=(-0.4, 4.1), ylim=(4.1, -0.4), aspect="equal")


def _lines(ax: Axes, a: Shape, b: Shape, whole: Shape | None) -> None:
    """Write the shapes below each other, lined up at the right; a pale 1 where there is no axis."""
    axes = max(len(a), len(b))
    lined = {"a": a, "b": b} if whole is None else {"a": a, "b": b, "a + b": whole}
    for line, (name, shape) in enumerate(lined.items()):
        ax.text(0, line + 0.5, name, fontsize=10, va="center")
        for place, size in enumerate(reversed(_filled(shape, axes))):
            at = 3.4 - 0.9 * place, line + 0.5
            written = ax.text(*at, str(size), fontsize=11, ha="center", va="center")
            written.set_alpha(1.0 if place < len(shape) else 0.35)
    pairs = list(zip(_filled(a, axes), _filled(b, axes), strict=True))
    for place, (m, n) in enumerate(reversed(pairs)):
        at = 3.4 - 0.9 * place, 3.5
        note, weight = ("clash", "bold") if _clash(m, n) else ("fits", "normal")
        ax.text(*at, note, fontsize=8, ha="center", color=plots.CONTEXT, weight=weight)
    ax.set(xlim=(-0.4, 4.1), ylim=(4.1, -0.4), aspect="equal")
    ax.set_title("lined up at the right", fontsize=9)


def broadcasting() -> Explorer:
    """Return the explorer of broadcasting: two shapes to choose."""
    controls = {
        "a": choice(N_("shape of a"), SHAPES),
        "b": choice(N_("shape of b"), SHAPES, "(3,)"),
    }
    return Explorer(draw, controls, height=2.2)
