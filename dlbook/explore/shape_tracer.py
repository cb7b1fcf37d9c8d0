"""Which product has the shape of a gradient? Blocks to scale, for y = x @ W + b.

`g` is the gradient at y. A candidate is right if it gives the gradient of x, W or b; shapes that
agree by coincidence are called so.
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dlbook import plots
from dlbook.explore.base.explorer import Explorer, choice, slider
from dlbook.i18n import N_, _, speaking

HEIGHT, CELL = 3.9, 0.2  # inches
Names = tuple[str, ...]  # the names of the axes of an array
AXES: dict[str, Names] = {
    "x": ("batch", "in"),
    "W": ("in", "out"),
    "b": ("out",),
    "g": ("batch", "out"),
    "y": ("batch", "out"),
}
COLORS = {"x": plots.DATA, "y": plots.DATA, "W": plots.PARAMETER, "b": plots.PARAMETER}
RIGHT = {  # what is a gradient, of what, and why
    "x.T @ g": ("W", N_("batch meets batch: all examples share W, their slopes are summed")),
    "g @ W.T": ("x", N_("out meets out: each input collects from all outputs it went to")),
    "g.sum(axis=0)": ("b", N_("the rows are summed: all examples share b")),
}
CANDIDATES = ["x @ g", "x.T @ g", "g.T @ x", "g @ W", "g @ W.T", "W @ g.T"]
CANDIDATES += ["g.sum(axis=0)", "g.sum(axis=1)", "g.mean(axis=0)"]


def draw(fig: Figure, batch: int, inputs: int, outputs: int, candidate: str) -> str:
    """Draw the candidate, and below it the forward pass with what the result has the shape of."""
    fig.set_layout_engine("none")  # everything has its place, in cells
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, 7 / CELL), ylim=(0, HEIGHT / CELL))
    ax.set_axis_off()
    sizes = {"batch": batch, "in": inputs, "out": outputs}
    result = judge(candidate, sizes)[0]
    _row(ax, 14.9, "try", _formula(candidate, result), sizes)
    places = _row(ax, 6.3, "forward", ["x", "@", "W", "+", "b", "=", "y"], sizes)
    fitting = [] if result is None else fits(result, sizes)
    for name in fitting:
        middle, rows, columns = places[name]
        right = candidate in RIGHT and RIGHT[candidate][0] == name
        color = plots.TARGET if right else plots.CONTEXT
        corner = middle - columns / 2 - 0.2, 6.3 - rows / 2 - 0.2
        style = "-" if right else "--"
        frame = Rectangle(corner, columns + 0.4, rows + 0.4, fill=False, ec=color, lw=2, ls=style)
        ax.add_patch(frame)
        look: dict[str, Any] = {"ha": "center", "va": "top", "fontsize": 9, "weight": "bold"}
        ax.text(middle, 1.35, f"this is d{name}" if right else "same shape", color=color, **look)
    with speaking("en"):  # words in pictures are English
        ax.text(0.6, HEIGHT / CELL - 1, _sentence(candidate, sizes), va="center", fontsize=10)
    sized = _(", ").join(f"{name} {size}" for name, size in sizes.items())
    text = _("Blocks to scale ({sizes}): {sentence}.")
    return text.format(sizes=sized, sentence=_sentence(candidate, sizes))


def _sentence(candidate: str, sizes: dict[str, int]) -> str:
    """Return what is to say of a candidate, its name first."""
    return f"{candidate} {judge(candidate, sizes)[1]}"


def axes_of(candidate: str) -> tuple[Names, Names, Names]:
    """Return the axes of the two factors of a candidate, and those of the result.

    A sum or mean has no second factor.
    """
    total = re.fullmatch(r"(\w)\.(?:sum|mean)\(axis=(\d)\)", candidate)
    if total:
        axes, summed = AXES[total[1]], int(total[2])
        return axes, (), axes[:summed] + axes[summed + 1 :]
    left, right = (_axes(name) for name in candidate.split(" @ "))
    return left, right, (left[0], right[1])


def judge(candidate: str, sizes: dict[str, int]) -> tuple[Names | None, str]:
    """Return the axes of the result, None where sizes do not fit, and what to say of it.

    Args:
        candidate: one of `CANDIDATES`.
        sizes: of the axes batch, in and out.
    """
    left, right, result = axes_of(candidate)
    if right and sizes[left[1]] != sizes[right[0]]:
        one, other = (f"{axis} {sizes[axis]}" for axis in (left[1], right[0]))
        return None, _("does not fit: {one} meets {other}").format(one=one, other=other)
    if candidate in RIGHT:
        target, why = RIGHT[candidate]
        return result, _("is {gradient}; {why}").format(gradient=f"d{target}", why=_(why))
    same = fits(result, sizes)
    if candidate == "g.mean(axis=0)":
        text = _("has the shape of b and is wrong: slopes that meet add, the mean divides")
    elif candidate == "g.T @ x":
        text = _("is dW turned round: right for a weight stored as (out, in), not for W")
    elif same:
        text = _("has the shape of {names} and is wrong: {sizes} by coincidence")
    else:
        text = _("gives {shape}: neither x nor W nor b has this shape")
    chance = _chance(left, right, result, same)
    names, shape = _(" and ").join(same), _shape(result, sizes)
    return result, text.format(names=names, sizes=chance, shape=shape)


def fits(result: Names, sizes: dict[str, int]) -> list[str]:
    """Return which of x, W and b have the sizes of the result."""
    shape = [sizes[axis] for axis in result]
    return [name for name in ("x", "W", "b") if [sizes[axis] for axis in AXES[name]] == shape]


def _chance(left: Names, right: Names, result: Names, targets: list[str]) -> str:
    """Return the equalities that made a wrong product fit."""
    pairs = [(left[1], right[0])] if right else []
    pairs += [pair for name in targets for pair in zip(result, AXES[name], strict=True)]
    equal = {" = ".join(sorted(pair)) for pair in pairs if pair[0] != pair[1]}
    return _(" and ").join(sorted(equal))


def _formula(candidate: str, result: Names | None) -> list[str | Names]:
    left, *right = candidate.split(" @ ")
    parts: list[str | Names] = [left, "@", *right]
    if not right:
        parts = [left[0], left[2:]]  # such as g and sum(axis=0)
    return [*parts, "=", result] if result else parts


def _row(
    ax: Axes, y: float, title: str, parts: Sequence[str | Names], sizes: dict[str, int]
) -> dict[str, tuple[float, int, int]]:
    """Draw a formula around the height `y`; return the middle, rows and columns of each array."""
    ax.text(0.6, y, title, va="center", fontsize=9, color=plots.CONTEXT)
    right, places = 4.5, {}
    for part in parts:
        name = "result" if isinstance(part, tuple) else part
        axes = part if isinstance(part, tuple) else _axes(part)
        if not axes:
            width = 0.8 + 0.55 * len(name)
            ax.text(right + width / 2, y, name, ha="center", va="center", fontsize=10)
            right += width
            continue
        columns = sizes[axes[-1]]
        rows = sizes[axes[0]] if len(axes) == 2 else 1
        width = max(columns, 5.2)  # room for the words below
        left, low = right + (width - columns) / 2, y - rows / 2
        color = COLORS.get(name[0], plots.GRADIENT)
        ax.add_patch(Rectangle((left, low), columns, rows, facecolor=color, alpha=0.4))
        ax.hlines(low + np.arange(rows + 1), left, left + columns, colors="white", lw=1)
        ax.vlines(left + np.arange(columns + 1), low, low + rows, colors="white", lw=1)
        label = f"{name} {_shape(axes, sizes)}\n{' × '.join(axes)}"
        ax.text(right + width / 2, y - 3.3, label, ha="center", va="top", fontsize=9)
        places[name] = right + width / 2, rows, columns
        right += width
    return places


def _axes(name: str) -> Names:
    """Return the names of the axes of an array, or nothing if it is none."""
    return AXES[name[0]][::-1] if name.endswith(".T") else AXES.get(name, ())


def _shape(axes: Names, sizes: dict[str, int]) -> str:
    return str(tuple(sizes[axis] for axis in axes))


def shape_tracer() -> Explorer:
    """Return the explorer of shapes: three sizes, and a product or sum to try."""
    controls = {
        "batch": slider("batch", 5, 2, 6, 1),
        "inputs": slider("in", 4, 2, 6, 1),
        "outputs": slider("out", 3, 2, 6, 1),
        "candidate": choice(N_("try"), CANDIDATES, "x.T @ g"),
    }
    return Explorer(draw, controls, height=HEIGHT)
